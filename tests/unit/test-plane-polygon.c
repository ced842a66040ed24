/* test-plane-polygon.c - filled polygons against formulas, brute force and cairo
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/plane-polygon.h"
#include "core/structure/rasterize.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"

#include <cairo.h>

static TrpMask *
make_mask (const TrpGeometry *geometry, TrpPatch *patch)
{
  TrpMask *mask = trp_mask_new (geometry);

  trp_patch_apply (patch, mask);
  trp_patch_unref (patch);
  return mask;
}

static TrpSlab
make_endless (TrpVec3 point_lps, TrpVec3 normal)
{
  return (TrpSlab){ point_lps, trp_vec3_normalize (normal), -INFINITY, INFINITY };
}

static TrpBox
whole_box (const TrpGeometry *geometry)
{
  return (TrpBox){ { 0, 0, 0 }, { geometry->size[0], geometry->size[1], geometry->size[2] } };
}

#define N_CORNERS 9

/* Crosses itself; whole and half numbers put voxels on edges and corners. */
static void
random_polygon (TrpRng *rng, const size_t size[2], bool on_ties, TrpPoint out[N_CORNERS])
{
  for (int n = 0; n < N_CORNERS; n++)
    {
      out[n].x = trp_rng_uniform (rng, -5, (double) size[0] + 5);
      out[n].y = trp_rng_uniform (rng, -5, (double) size[1] + 5);
      if (on_ties)
        out[n] = (TrpPoint){ rint (2 * out[n].x) / 2, rint (2 * out[n].y) / 2 };
    }
}

static void
test_native_slice_equals_rasterize (void)
{
  const size_t size[3] = { 90, 31, 17 };
  TrpRng rng = trp_rng_new (1, 0);

  for (int n = 0; n < 120; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, size);
      const int axis = n % 3;
      const size_t index = trp_rng_below (&rng, (uint32_t) size[axis]);
      const size_t plane_size[2] = { size[axis == 0 ? 1 : 0], size[axis == 2 ? 1 : 2] };
      const TrpVec3 normal = trp_vec3_scale (trp_geometry_get_direction (&geometry, axis),
                                             n % 2 ? -2 : 1);
      g_autoptr (TrpContours) contours = trp_contours_new ();
      g_autoptr (TrpMask) expected = NULL;
      g_autoptr (TrpMask) filled = NULL;
      TrpPoint corners[N_CORNERS];
      TrpVec3 lps[N_CORNERS];

      random_polygon (&rng, plane_size, n % 4 < 2, corners);
      for (int c = 0; c < N_CORNERS; c++)
        {
          trp_contours_append (contours, corners[c].x, corners[c].y);
          lps[c] = trp_geometry_lps_from_ijk (&geometry,
                                              trp_contour_point_ijk (axis, index, corners[c]));
        }
      trp_contours_close (contours);
      expected = make_mask (
        &geometry, trp_rasterize_slice (contours, TRP_FILL_EVEN_ODD, &geometry, axis, index));
      filled = make_mask (&geometry,
                          trp_plane_polygon_fill (&geometry, lps[0], normal, lps, N_CORNERS));
      g_assert_false (trp_mask_is_empty (expected));
      g_assert_true (trp_mask_equal (filled, expected));
    }
}

/* Even-odd by counting the edges to the right of the voxel's foot, in mm on the plane. */
static bool
is_inside (TrpVec3 center, const TrpSlab *slab, const TrpVec3 *points, size_t n_points)
{
  const TrpVec3 help = fabs (slab->normal.v[0]) < 0.8 ? trp_vec3 (1, 0, 0) : trp_vec3 (0, 1, 0);
  const TrpVec3 u = trp_vec3_normalize (trp_vec3_cross (slab->normal, help));
  const TrpVec3 v = trp_vec3_cross (slab->normal, u);
  bool inside = false;

  for (size_t n = 0; n < n_points; n++)
    {
      const TrpVec3 a = trp_vec3_subtract (points[n], center);
      const TrpVec3 b = trp_vec3_subtract (points[(n + 1) % n_points], center);
      const double ay = trp_vec3_dot (a, v), by = trp_vec3_dot (b, v);
      const double ax = trp_vec3_dot (a, u), bx = trp_vec3_dot (b, u);

      if ((ay > 0) != (by > 0) && ax + (bx - ax) * ay / (ay - by) > 0)
        inside = !inside;
    }
  return inside;
}

static void
check_against_brute_force (const TrpGeometry *geometry,
                           const TrpSlab *slab,
                           const TrpBox *box,
                           const TrpMask *mask,
                           const TrpVec3 *points,
                           size_t n_points)
{
  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++)
        {
          const TrpVec3 center = trp_geometry_lps_from_ijk (
            geometry, trp_vec3 ((double) i, (double) j, (double) k));
          const double height = trp_vec3_dot (trp_vec3_subtract (center, slab->point_lps),
                                              slab->normal);
          const bool in_box = i >= box->begin[0] && i < box->end[0] && j >= box->begin[1] &&
                              j < box->end[1] && k >= box->begin[2] && k < box->end[2];

          g_assert_cmpint (trp_mask_get (mask, i, j, k), ==,
                           in_box && height >= slab->low && height <= slab->high &&
                             is_inside (center, slab, points, n_points));
        }
}

static void
test_prism_equals_brute_force (void)
{
  TrpRng rng = trp_rng_new (2, 0);

  for (int n = 0; n < 60; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 140, 11, 9 });
      TrpSlab slab = make_endless (trp_test_random_point (&rng, &geometry),
                                   trp_vec3 (trp_rng_normal (&rng, 0, 1),
                                             trp_rng_normal (&rng, 0, 1),
                                             trp_rng_normal (&rng, 0, 1)));
      TrpBox box = whole_box (&geometry);
      g_autoptr (TrpMask) mask = NULL;
      TrpVec3 points[5];

      for (size_t p = 0; p < G_N_ELEMENTS (points); p++)
        points[p] = trp_test_random_point (&rng, &geometry);
      if (n % 3 == 1)
        {
          slab.low = -trp_rng_uniform (&rng, 0, 8);
          slab.high = trp_rng_uniform (&rng, 0, 8);
        }
      if (n % 2)
        box = (TrpBox){ { trp_rng_below (&rng, 100), 2, 1 }, { 100 + n % 30, 9, 7 } };
      mask = make_mask (&geometry, trp_plane_polygon_extrude (&geometry, &slab, TRP_FILL_EVEN_ODD,
                                                              points, G_N_ELEMENTS (points), &box));
      check_against_brute_force (&geometry, &slab, &box, mask, points, G_N_ELEMENTS (points));
    }
}

static void
test_fill_equals_brute_force (void)
{
  TrpRng rng = trp_rng_new (3, 0);

  for (int n = 0; n < 30; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 40, 25, 19 });
      const TrpVec3 point = trp_test_random_point (&rng, &geometry);
      const TrpVec3 normal = trp_vec3 (trp_rng_normal (&rng, 0, 1), trp_rng_normal (&rng, 0, 1),
                                       trp_rng_normal (&rng, 0, 1));
      const TrpSlab slab = trp_slab_for_plane (&geometry, point, normal);
      const TrpBox box = whole_box (&geometry);
      g_autoptr (TrpMask) mask = NULL;
      TrpVec3 points[7];

      for (size_t p = 0; p < G_N_ELEMENTS (points); p++)
        points[p] = trp_test_random_point (&rng, &geometry);
      mask = make_mask (&geometry, trp_plane_polygon_fill (&geometry, point, normal, points,
                                                           G_N_ELEMENTS (points)));
      check_against_brute_force (&geometry, &slab, &box, mask, points, G_N_ELEMENTS (points));
    }
}

/* Over random places the mean number of voxel centres in a solid is exactly its volume over the
 * voxel's; five standard errors of that mean are allowed (one in two million). */
static void
check_mean_volume (
  const TrpGeometry *geometry, TrpVec3 u, TrpVec3 v, double expected_mm3, TrpRng *rng)
{
  const int n = 150;
  const TrpVec3 normal = trp_vec3_cross (u, v);
  double sum = 0, sum_squares = 0, mean, sd;

  for (int s = 0; s < n; s++)
    {
      const TrpVec3 offset = trp_vec3 (trp_rng_uniform (rng, -0.5, 0.5),
                                       trp_rng_uniform (rng, -0.5, 0.5),
                                       trp_rng_uniform (rng, -0.5, 0.5));
      const TrpVec3 at = trp_vec3_add (
        trp_geometry_get_center (geometry),
        trp_affine_apply_direction (&geometry->lps_from_ijk, offset));
      const TrpVec3 points[3] = { at, trp_vec3_add (at, u), trp_vec3_add (at, v) };
      g_autoptr (TrpPatch) patch = trp_plane_polygon_fill (geometry, at, normal, points, 3);
      const double volume = (double) trp_patch_count_voxels (patch) *
                            trp_geometry_get_voxel_volume (geometry);

      sum += volume;
      sum_squares += volume * volume;
    }
  mean = sum / n;
  sd = sqrt (fmax (sum_squares / n - mean * mean, 0));
  trp_assert_near (mean, expected_mm3, 5 * sd / sqrt (n));
  g_assert_cmpfloat (sd, <, 0.1 * expected_mm3); /* else the line above says little */
}

static void
test_triangle_has_its_area (void)
{
  TrpRng rng = trp_rng_new (4, 0);

  for (int axis = 0; axis < 3; axis++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 110, 110, 110 });
      const TrpVec3 a = trp_geometry_get_direction (&geometry, (axis + 1) % 3);
      const TrpVec3 b = trp_geometry_get_direction (&geometry, (axis + 2) % 3);
      const TrpVec3 u = trp_vec3_add (trp_vec3_scale (a, 21), trp_vec3_scale (b, -6));
      const TrpVec3 v = trp_vec3_add (trp_vec3_scale (a, 5), trp_vec3_scale (b, 19));

      check_mean_volume (&geometry, u, v,
                         (21 * 19 + 6 * 5) / 2.0 * trp_geometry_get_spacing (&geometry, axis),
                         &rng);
    }
}

/* As thick as a cube's cell along its diagonal, sqrt 3. */
static void
test_oblique_triangle_is_a_cell_thick (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 60, 60, 60 }, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  TrpRng rng = trp_rng_new (5, 0);

  check_mean_volume (&geometry, trp_vec3 (18, -18, 0), trp_vec3 (0, 20, -20),
                     0.5 * 18 * 20 * sqrt (3) * sqrt (3), &rng);
}

/* A square of 10 mm on voxels of 1 mm, as seen on all 48 ways to store one grid. */
static void
check_order (const int axes[3], const double signs[3])
{
  const size_t world_size[3] = { 70, 20, 12 };
  size_t size[3];
  TrpAffine affine = { 0 };
  TrpGeometry geometry;
  g_autoptr (TrpMask) mask = NULL;
  const TrpVec3 corners[4] = {
    { { 60, 3, 5 } }, { { 69.5, 3, 5 } }, { { 69.5, 15.5, 5 } }, { { 60, 15.5, 5 } }
  };

  for (int a = 0; a < 3; a++)
    {
      size[a] = world_size[axes[a]];
      affine.m[axes[a]][a] = signs[a];
      affine.m[axes[a]][3] = signs[a] < 0 ? (double) (world_size[axes[a]] - 1) : 0;
    }
  g_assert_true (trp_geometry_init (&geometry, size, &affine, NULL));
  mask = make_mask (&geometry,
                    trp_plane_polygon_fill (&geometry, corners[0], trp_vec3 (0, 0, 1), corners, 4));
  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        {
          const TrpVec3 lps = trp_geometry_lps_from_ijk (
            &geometry, trp_vec3 ((double) i, (double) j, (double) k));

          /* Of the two whole edges one is inside, which one follows the direction of the axis. */
          if (lps.v[0] != 60 && lps.v[1] != 3)
            g_assert_cmpint (trp_mask_get (mask, i, j, k), ==,
                             lps.v[2] == 5 && lps.v[0] > 60 && lps.v[0] < 69.5 && lps.v[1] > 3 &&
                               lps.v[1] < 15.5);
        }
}

static void
test_all_48_orientations (void)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

  for (int order = 0; order < 6; order++)
    for (int flips = 0; flips < 8; flips++)
      check_order (orders[order],
                   (double[]){ flips & 1 ? -1 : 1, flips & 2 ? -1 : 1, flips & 4 ? -1 : 1 });
}

static double
distance_to_edges (TrpPoint at, const TrpPoint *corners, size_t n)
{
  double nearest = (double) INFINITY;

  for (size_t c = 0; c < n; c++)
    {
      const TrpPoint a = corners[c], b = corners[(c + 1) % n];
      const double dx = b.x - a.x, dy = b.y - a.y;
      const double t = CLAMP (((at.x - a.x) * dx + (at.y - a.y) * dy) / (dx * dx + dy * dy), 0, 1);

      nearest = fmin (nearest, hypot (a.x + t * dx - at.x, a.y + t * dy - at.y));
    }
  return nearest;
}

/* cairo rounds positions to 1/256 pixel: nearer to an edge it may differ. */
static void
check_against_cairo (cairo_t *cr, const TrpMask *mask, const TrpPoint *corners)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;

  cairo_new_path (cr);
  for (size_t c = 0; c < N_CORNERS; c++)
    cairo_line_to (cr, corners[c].x, corners[c].y);
  for (size_t y = 0; y < size[1]; y++)
    for (size_t x = 0; x < size[0]; x++)
      {
        const TrpPoint at = { (double) x, (double) y };

        if (distance_to_edges (at, corners, N_CORNERS) > 0.01)
          g_assert_cmpint (trp_mask_get (mask, x, y, 1), ==, cairo_in_fill (cr, at.x, at.y));
      }
  g_assert_null (trp_mask_peek_slice (mask, 0));
  g_assert_null (trp_mask_peek_slice (mask, 2));
}

static void
test_stars_equal_cairo (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 70, 40, 3 }, (double[]){ 0.7, 2, 3 },
                                                   trp_vec3 (-40, 11, 6));
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cr = cairo_create (surface);
  TrpRng rng = trp_rng_new (6, 0);

  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  for (int n = 0; n < 20; n++)
    {
      TrpPoint corners[N_CORNERS];
      TrpVec3 points[N_CORNERS];
      g_autoptr (TrpMask) mask = NULL;

      random_polygon (&rng, geometry.size, false, corners);
      for (int c = 0; c < N_CORNERS; c++)
        points[c] = trp_geometry_lps_from_ijk (&geometry, trp_vec3 (corners[c].x, corners[c].y, 1));
      mask = make_mask (&geometry, trp_plane_polygon_fill (&geometry, points[0], trp_vec3 (0, 0, 1),
                                                           points, N_CORNERS));
      check_against_cairo (cr, mask, corners);
    }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* A square whose line goes on for another half round: even-odd has a hole where it overlaps. */
static void
test_overlapping_ends_leave_no_hole (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 30, 30, 1 }, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  const TrpVec3 points[] = {
    { { 2.5, 2.5, 0 } }, { { 22.5, 2.5, 0 } }, { { 22.5, 22.5, 0 } }, { { 2.5, 22.5, 0 } },
    { { 2.5, 2.5, 0 } }, { { 22.5, 2.5, 0 } }, { { 22.5, 12.5, 0 } },
  };
  const TrpSlab slab = trp_slab_for_plane (&geometry, points[0], trp_vec3 (0, 0, 1));
  const TrpBox box = whole_box (&geometry);

  for (int rule = 0; rule < 2; rule++)
    {
      g_autoptr (TrpPatch) patch = trp_plane_polygon_extrude (&geometry, &slab, (TrpFillRule) rule,
                                                              points, G_N_ELEMENTS (points), &box);

      /* The second time round covers the triangle below the diagonal of a 20 x 10 half. */
      if (rule == TRP_FILL_NONZERO)
        g_assert_cmpuint (trp_patch_count_voxels (patch), ==, 20 * 20);
      else
        g_assert_cmpuint (trp_patch_count_voxels (patch), ==, 20 * 20 - 20 * 10 / 2);
    }
}

static void
test_nonsense_is_empty (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 70, 20, 10 }, (double[]){ 1, 1, 2 },
                                                   trp_vec3 (0, 0, 0));
  const TrpVec3 up = trp_vec3 (0, 0, 1), a = trp_vec3 (1, 1, 4), b = trp_vec3 (40, 2, 4);
  const struct
  {
    TrpVec3 normal;
    TrpVec3 points[3];
    size_t n_points;
  } cases[] = {
    { up, { a, b, a }, 0 },
    { up, { a, b, a }, 2 },
    { up, { a, b, a }, 3 },
    { trp_vec3 (0, 0, 0), { a, b, { { 20, 15, 4 } } }, 3 },
    { trp_vec3 (NAN, 0, 1), { a, b, { { 20, 15, 4 } } }, 3 },
    { up, { a, b, { { NAN, 15, 4 } } }, 3 },
    { up, { a, b, { { 20, -INFINITY, 4 } } }, 3 },
    { up, { a, b, { { 20, 1e300, 4 } } }, 3 },
    { up, { { { 1, 1, 400 } }, { { 40, 2, 400 } }, { { 20, 15, 400 } } }, 3 },
    { up, { { { 1, 101, 4 } }, { { 40, 102, 4 } }, { { 20, 115, 4 } } }, 3 },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpPatch) patch = trp_plane_polygon_fill (
        &geometry, cases[n].points[0], cases[n].normal, cases[n].points, cases[n].n_points);

      g_assert_true (trp_patch_is_empty (patch));
    }
}

static void
test_cut_at_the_grid (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 70, 20, 10 }, (double[]){ 1, 1, 2 },
                                                   trp_vec3 (0, 0, 0));
  const TrpVec3 points[3] = { { { -9e5, -9e5, 4 } }, { { 9e6, -9e5, 4 } }, { { -9e5, 9e6, 4 } } };
  const TrpSlab slab = make_endless (points[0], trp_vec3 (0, 0, -1));
  const TrpBox box = { { 65, 0, 0 }, { 1000, 1000, 1000 } };
  g_autoptr (TrpPatch)
    flat = trp_plane_polygon_fill (&geometry, points[0], trp_vec3 (0, 0, 1), points, 3);
  g_autoptr (TrpPatch)
    deep = trp_plane_polygon_extrude (&geometry, &slab, TRP_FILL_EVEN_ODD, points, 3, &box);

  g_assert_cmpuint (trp_patch_count_voxels (flat), ==, 70 * 20);
  g_assert_cmpuint (trp_patch_count_voxels (deep), ==, 5 * 20 * 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plane-polygon/native-slice-equals-rasterize",
                   test_native_slice_equals_rasterize);
  g_test_add_func ("/plane-polygon/prism-equals-brute-force", test_prism_equals_brute_force);
  g_test_add_func ("/plane-polygon/fill-equals-brute-force", test_fill_equals_brute_force);
  g_test_add_func ("/plane-polygon/triangle-has-its-area", test_triangle_has_its_area);
  g_test_add_func ("/plane-polygon/oblique-triangle-is-a-cell-thick",
                   test_oblique_triangle_is_a_cell_thick);
  g_test_add_func ("/plane-polygon/all-48-orientations", test_all_48_orientations);
  g_test_add_func ("/plane-polygon/stars-equal-cairo", test_stars_equal_cairo);
  g_test_add_func ("/plane-polygon/overlapping-ends-leave-no-hole",
                   test_overlapping_ends_leave_no_hole);
  g_test_add_func ("/plane-polygon/nonsense-is-empty", test_nonsense_is_empty);
  g_test_add_func ("/plane-polygon/cut-at-the-grid", test_cut_at_the_grid);
  return g_test_run ();
}
