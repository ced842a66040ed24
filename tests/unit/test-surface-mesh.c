/* test-surface-mesh.c - surfaces of masks against closed forms
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/surface-mesh.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"

#include <string.h>

#define FLOAT_MM 1e-4 /* of float coordinates some hundred mm long */

static TrpMask *
new_block (const TrpGeometry *geometry, const size_t begin[3], const size_t end[3])
{
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t k = begin[2]; k < end[2]; k++)
    for (size_t j = begin[1]; j < end[1]; j++)
      for (size_t i = begin[0]; i < end[0]; i++)
        trp_mask_set (mask, i, j, k, true);
  return mask;
}

static TrpMask *
new_ball (const TrpGeometry *geometry, double radius)
{
  const TrpVec3 center = trp_geometry_get_center (geometry);
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++)
        trp_mask_set (mask, i, j, k,
                      trp_vec3_distance (center, trp_geometry_lps_from_ijk (
                                                   geometry, trp_vec3 ((double) i, (double) j,
                                                                       (double) k))) < radius);
  return mask;
}

static TrpSurfaceMesh *
new_mesh (const TrpMask *mask, unsigned smoothing)
{
  g_autoptr (GError) error = NULL;
  TrpSurfaceMesh *mesh = trp_surface_mesh_new (mask, smoothing, NULL, &error);

  g_assert_no_error (error);
  return mesh;
}

/* Each edge once in each direction: closed, and all triangles turn the same way. */
static void
assert_closed (const TrpSurfaceMesh *mesh)
{
  g_autoptr (GHashTable) edges = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer key;

  for (size_t n = 0; n < mesh->n_triangles; n++)
    for (int corner = 0; corner < 3; corner++)
      {
        const uint64_t a = mesh->triangles[n][corner], b = mesh->triangles[n][(corner + 1) % 3];
        const uint64_t edge = a << 32 | b;

        g_assert_cmpuint (a, !=, b);
        g_assert_cmpuint (MAX (a, b), <, mesh->n_vertices);
        g_assert_true (g_hash_table_add (edges, g_memdup2 (&edge, sizeof edge)));
      }
  g_hash_table_iter_init (&iter, edges);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const uint64_t edge = *(uint64_t *) key, back = edge << 32 | edge >> 32;

      g_assert_true (g_hash_table_contains (edges, &back));
    }
}

/* Noise holds every case, ambiguous faces too, and the rim of the grid. */
static void
test_closed (void)
{
  const size_t size[3] = { 66, 23, 19 };
  TrpRng rng = trp_rng_new (3, 1);

  for (int run = 0; run < 6; run++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, size);
      g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
      g_autoptr (TrpSurfaceMesh) mesh = NULL;
      const double share = 0.15 * (run + 1);

      for (size_t n = 0; n < trp_geometry_count_voxels (&geometry); n++)
        if (trp_rng_uniform (&rng, 0, 1) < share)
          trp_mask_set (mask, n % size[0], n / size[0] % size[1], n / size[0] / size[1], true);
      mesh = new_mesh (mask, (unsigned) run % 2 * 3);
      g_assert_cmpuint (mesh->n_triangles, >, 1000);
      assert_closed (mesh);
    }
}

/* Of nx x ny x nz voxels: the box between the centres of its outermost voxels, half a voxel on
 * each face, half of the quarter prisms along the edges, and an eighth of an octahedron at each
 * corner. */
static double
get_block_voxels (const size_t begin[3], const size_t end[3])
{
  const double x = (double) (end[0] - begin[0] - 1), y = (double) (end[1] - begin[1] - 1),
               z = (double) (end[2] - begin[2] - 1);

  return x * y * z + (x * y + y * z + z * x) + 0.5 * (x + y + z) + 8.0 / 48;
}

/* Across words, at the rim, one voxel thin, on grids of either handedness. */
static void
test_blocks (void)
{
  static const size_t blocks[][2][3] = {
    { { 60, 4, 4 }, { 70, 9, 6 } },    { { 0, 0, 0 }, { 128, 20, 10 } },
    { { 63, 19, 9 }, { 64, 20, 10 } }, { { 127, 0, 0 }, { 128, 1, 10 } },
    { { 64, 3, 3 }, { 65, 4, 4 } },    { { 1, 1, 1 }, { 127, 2, 9 } },
  };
  const size_t size[3] = { 128, 20, 10 };
  TrpRng rng = trp_rng_new (4, 1);

  for (size_t n = 0; n < G_N_ELEMENTS (blocks); n++)
    for (int run = 0; run < 4; run++)
      {
        const TrpGeometry geometry = trp_test_random_geometry (&rng, size);
        g_autoptr (TrpMask) mask = new_block (&geometry, blocks[n][0], blocks[n][1]);
        g_autoptr (TrpSurfaceMesh) mesh = new_mesh (mask, 0);
        const double expected = get_block_voxels (blocks[n][0], blocks[n][1]) *
                                trp_geometry_get_voxel_volume (&geometry);

        assert_closed (mesh);
        trp_assert_near (trp_surface_mesh_get_volume (mesh), expected, 1e-4 * expected);
      }
}

/* One voxel: an octahedron. */
static void
test_voxel (void)
{
  const size_t size[3] = { 5, 5, 5 }, begin[3] = { 2, 1, 3 }, end[3] = { 3, 2, 4 };
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 2, 3 },
                                                   trp_vec3 (-40, 7, 300));
  g_autoptr (TrpMask) mask = new_block (&geometry, begin, end);
  g_autoptr (TrpSurfaceMesh) mesh = new_mesh (mask, 0);
  /* half of |(a, -b, 0) x (a, 0, -c)| with the half axes 0.5, 1, 1.5 */
  const double triangle = 0.5 * sqrt (1.5 * 1.5 + 0.75 * 0.75 + 0.5 * 0.5);

  g_assert_cmpuint (mesh->n_vertices, ==, 6);
  g_assert_cmpuint (mesh->n_triangles, ==, 8);
  trp_assert_near (trp_surface_mesh_get_volume (mesh), 1, FLOAT_MM);
  trp_assert_near (trp_surface_mesh_get_area (mesh), 8 * triangle, FLOAT_MM);
  trp_assert_near (mesh->radius, 1.5, FLOAT_MM);
  for (size_t n = 0; n < mesh->n_vertices; n++)
    {
      const TrpVec3 off = trp_vec3_subtract (trp_surface_mesh_get_point (mesh, n),
                                             trp_vec3 (-38, 9, 309));

      trp_assert_near (fabs (off.v[0]) / 0.5 + fabs (off.v[1]) + fabs (off.v[2]) / 1.5, 1,
                       FLOAT_MM);
    }
}

/* 4/3 pi r^3 and 4 pi r^2. Steps between voxels make the area too large; smoothing takes that
 * away, leaves the volume, and moves nothing farther than half a voxel. */
static void
test_ball (void)
{
  const size_t size[3] = { 60, 56, 30 };
  const double radius = 24, volume = 4.0 / 3 * G_PI * radius * radius * radius;
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 2 },
                                                   trp_vec3 (10, -100, 40));
  g_autoptr (TrpMask) mask = new_ball (&geometry, radius);
  g_autoptr (TrpSurfaceMesh) rough = new_mesh (mask, 0);
  g_autoptr (TrpSurfaceMesh) mesh = new_mesh (mask, TRP_SURFACE_MESH_SMOOTHING);

  g_test_message ("volume %.4f %.4f, area %.4f %.4f of the ball's",
                  trp_surface_mesh_get_volume (rough) / volume,
                  trp_surface_mesh_get_volume (mesh) / volume,
                  trp_surface_mesh_get_area (rough) / (4 * G_PI * radius * radius),
                  trp_surface_mesh_get_area (mesh) / (4 * G_PI * radius * radius));
  trp_assert_near (trp_surface_mesh_get_volume (rough) / volume, 1, 0.01);
  trp_assert_near (trp_surface_mesh_get_volume (mesh) / volume, 1, 0.01);
  trp_assert_near (trp_surface_mesh_get_area (mesh) / (4 * G_PI * radius * radius), 1, 0.03);
  assert_closed (mesh);
  for (size_t n = 0; n < mesh->n_vertices; n++)
    for (int axis = 0; axis < 3; axis++)
      g_assert_cmpfloat (fabs ((double) (mesh->points[n][axis] - mesh->outline[n][axis])), <=,
                         0.5 * trp_geometry_get_spacing (&geometry, axis) + FLOAT_MM);
}

/* Normals point away from the centre on any grid. */
static void
test_normals (void)
{
  const size_t size[3] = { 40, 44, 48 };
  TrpRng rng = trp_rng_new (5, 1);

  for (int run = 0; run < 6; run++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, size);
      g_autoptr (TrpMask) mask = new_ball (&geometry, 9);
      g_autoptr (TrpSurfaceMesh) mesh = new_mesh (mask, TRP_SURFACE_MESH_SMOOTHING);
      const TrpVec3 center = trp_geometry_get_center (&geometry);
      double least = 1, sum = 0;

      g_assert_cmpfloat (trp_surface_mesh_get_volume (mesh), >, 0);
      for (size_t n = 0; n < mesh->n_vertices; n++)
        {
          const TrpVec3 out = trp_vec3_normalize (
            trp_vec3_subtract (trp_surface_mesh_get_point (mesh, n), center));
          const float *normal = mesh->normals[n];
          const double cosine = trp_vec3_dot (
            out, trp_vec3 ((double) normal[0], (double) normal[1], (double) normal[2]));

          least = MIN (least, cosine);
          sum += cosine;
        }
      /* slices may be 3 mm apart: a third of the radius */
      g_assert_cmpfloat (least, >, 0.5);
      g_assert_cmpfloat (sum / (double) mesh->n_vertices, >, 0.97);
    }
}

static void
test_pick (void)
{
  const size_t size[3] = { 50, 50, 50 };
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (100, 200, -300));
  const TrpVec3 center = trp_geometry_get_center (&geometry);
  g_autoptr (TrpMask) mask = new_ball (&geometry, 20);
  g_autoptr (TrpSurfaceMesh) mesh = new_mesh (mask, TRP_SURFACE_MESH_SMOOTHING);
  TrpVec3 point;

  /* from the front: the nearer of the two sides */
  g_assert_true (trp_surface_mesh_pick (mesh, trp_vec3_add (center, trp_vec3 (5.2, -500, 3.3)),
                                        trp_vec3 (0, 2, 0), &point));
  trp_assert_near (point.v[0], center.v[0] + 5.2, 1e-9);
  trp_assert_near (point.v[2], center.v[2] + 3.3, 1e-9);
  trp_assert_near (trp_vec3_distance (point, center), 20, 0.6);
  g_assert_cmpfloat (point.v[1], <, center.v[1]);
  g_assert_false (trp_surface_mesh_pick (mesh, trp_vec3_add (center, trp_vec3 (0, -500, 21)),
                                         trp_vec3 (0, 1, 0), &point));
  g_assert_false (trp_surface_mesh_pick (mesh, trp_vec3_add (center, trp_vec3 (0, -500, 0)),
                                         trp_vec3 (0, -1, 0), &point));
}

static void
test_empty (void)
{
  const size_t size[3] = { 5, 5, 5 };
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpSurfaceMesh) mesh = new_mesh (mask, TRP_SURFACE_MESH_SMOOTHING);
  TrpVec3 point;

  g_assert_cmpuint (mesh->n_triangles, ==, 0);
  g_assert_false (trp_surface_mesh_pick (mesh, trp_vec3 (0, 0, -9), trp_vec3 (0, 0, 1), &point));
}

/* Single voxels on a chessboard: eight triangles each, and no end. */
static void
test_limit (void)
{
  const size_t size[3] = { 120, 120, 120 };
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (GError) error = NULL;

  for (size_t k = 0; k < size[2]; k++)
    {
      uint64_t *words = trp_mask_write_slice (mask, k);

      for (size_t j = 0; j < size[1]; j++)
        {
          words[2 * j] = 0x5555555555555555u << ((j + k) & 1);
          words[2 * j + 1] = words[2 * j] & ((UINT64_C (1) << 56) - 1);
        }
    }
  g_assert_null (trp_surface_mesh_new (mask, 0, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "6912000 triangles"));
}

static void
test_cancel (void)
{
  const size_t size[3] = { 40, 40, 40 };
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) mask = new_ball (&geometry, 10);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };

  g_cancellable_cancel (cancellable);
  g_assert_null (trp_surface_mesh_new (mask, 3, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/surface-mesh/closed", test_closed);
  g_test_add_func ("/surface-mesh/blocks", test_blocks);
  g_test_add_func ("/surface-mesh/voxel", test_voxel);
  g_test_add_func ("/surface-mesh/ball", test_ball);
  g_test_add_func ("/surface-mesh/normals", test_normals);
  g_test_add_func ("/surface-mesh/pick", test_pick);
  g_test_add_func ("/surface-mesh/empty", test_empty);
  g_test_add_func ("/surface-mesh/limit", test_limit);
  g_test_add_func ("/surface-mesh/cancel", test_cancel);
  return g_test_run ();
}
