/* test-brush.c - what a brush covers, against formulas and brute force
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/brush.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"

static const size_t grid_size[3] = { 80, 50, 40 };

static TrpMask *
make_mask (const TrpGeometry *geometry, TrpPatch *patch)
{
  TrpMask *mask = trp_mask_new (geometry);

  trp_patch_apply (patch, mask);
  trp_patch_unref (patch);
  return mask;
}

static TrpVec3
random_vector (TrpRng *rng, double length)
{
  return trp_vec3 (trp_rng_normal (rng, 0, length), trp_rng_normal (rng, 0, length),
                   trp_rng_normal (rng, 0, length));
}

static TrpBrush
random_brush (TrpRng *rng, double largest)
{
  return (TrpBrush){
    .shape = (TrpBrushShape) trp_rng_below (rng, TRP_N_BRUSH_SHAPES),
    .radius = trp_rng_uniform (rng, 0.1, largest),
    .normal_lps = random_vector (rng, 1),
    .edge_lps = random_vector (rng, 1),
  };
}

/* Over random places of the centre the mean number of grid points in a solid is exactly its volume
 * over the voxel's; five standard errors of that mean are allowed (one in two million). */
static void
check_mean_volume (const TrpGeometry *geometry,
                   const TrpBrush *brush,
                   TrpVec3 path,
                   double expected_mm3,
                   TrpRng *rng)
{
  const int n = 150;
  const TrpVec3 center = trp_geometry_get_center (geometry);
  double sum = 0, sum_squares = 0, mean, sd;

  for (int s = 0; s < n; s++)
    {
      const TrpVec3 offset = trp_vec3 (trp_rng_uniform (rng, -0.5, 0.5),
                                       trp_rng_uniform (rng, -0.5, 0.5),
                                       trp_rng_uniform (rng, -0.5, 0.5));
      const TrpVec3 from = trp_vec3_add (
        center, trp_affine_apply_direction (&geometry->lps_from_ijk, offset));
      g_autoptr (TrpPatch)
        patch = trp_brush_sweep (brush, geometry, from, trp_vec3_add (from, path));
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
test_ball_has_its_volume (void)
{
  TrpRng rng = trp_rng_new (1, 0);

  for (int n = 0; n < 5; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 100, 100, 100 });
      const TrpBrush brush = {
        TRP_BRUSH_BALL, trp_rng_uniform (&rng, 7, 12), { { 0 } }, { { 0 } }
      };
      const TrpVec3 path = random_vector (&rng, 4);

      check_mean_volume (&geometry, &brush, trp_vec3 (0, 0, 0),
                         4 * G_PI / 3 * pow (brush.radius, 3), &rng);
      check_mean_volume (&geometry, &brush, path,
                         4 * G_PI / 3 * pow (brush.radius, 3) +
                           G_PI * pow (brush.radius, 2) * trp_vec3_length (path),
                         &rng);
    }
}

/* In a plane along the grid: one slice thick. */
static void
test_disc_has_its_area (void)
{
  TrpRng rng = trp_rng_new (2, 0);

  for (int axis = 0; axis < 3; axis++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 100, 100, 100 });
      const TrpBrush brush = {
        .shape = TRP_BRUSH_DISC,
        .radius = 13.5,
        .normal_lps = trp_vec3_scale (trp_geometry_get_direction (&geometry, axis), -3),
      };
      const TrpVec3 path = trp_vec3_scale (trp_geometry_get_direction (&geometry, (axis + 1) % 3),
                                           9);
      const double area = G_PI * 13.5 * 13.5;
      const double thickness = trp_geometry_get_spacing (&geometry, axis);

      check_mean_volume (&geometry, &brush, trp_vec3 (0, 0, 0), area * thickness, &rng);
      check_mean_volume (&geometry, &brush, path, (area + 2 * 13.5 * 9) * thickness, &rng);
    }
}

/* A dab has the area 4 r^2; a path adds its length times the square's breadth across it. */
static void
test_square_has_its_area (void)
{
  TrpRng rng = trp_rng_new (8, 0);

  for (int axis = 0; axis < 3; axis++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 100, 100, 100 });
      const TrpVec3 normal = trp_geometry_get_direction (&geometry, axis);
      const TrpVec3 edge = trp_vec3_normalize (trp_vec3_cross (normal, random_vector (&rng, 1)));
      const TrpVec3 other = trp_vec3_cross (normal, edge);
      const TrpBrush brush = {
        .shape = TRP_BRUSH_SQUARE,
        .radius = 12,
        .normal_lps = normal,
        .edge_lps = trp_vec3_add (trp_vec3_scale (edge, 4), normal),
      };
      const double thickness = trp_geometry_get_spacing (&geometry, axis);
      const TrpVec3 path = trp_vec3_add (trp_vec3_scale (edge, 5), trp_vec3_scale (other, -7));

      check_mean_volume (&geometry, &brush, trp_vec3 (0, 0, 0), 24 * 24 * thickness, &rng);
      check_mean_volume (&geometry, &brush, trp_vec3_scale (edge, 9), 24 * (24 + 9) * thickness,
                         &rng);
      check_mean_volume (&geometry, &brush, path, (24 * 24 + 24 * (5 + 7)) * thickness, &rng);
    }
}

/* Half an edge of 3.2 mm on voxels of 1 mm: 7 x 7 of them, whichever of its edges is named and
 * from whichever side it is seen; turned by 45 degrees |x| + |y| <= 3.2 sqrt 2 holds for 41. */
static void
test_square_is_exact (void)
{
  const TrpGeometry geometry = trp_geometry_axial (grid_size, (double[]){ 1, 1, 4 },
                                                   trp_vec3 (0, 0, 0));
  const TrpVec3 edges[] = { { { 1, 0, 0 } }, { { 0, -2, 0 } }, { { 1, 1, 5 } } };
  const TrpVec3 point = trp_vec3 (20, 20, 8);

  for (int n = 0; n < 6; n++)
    {
      const TrpBrush brush = { TRP_BRUSH_SQUARE, 3.2, { { 0, 0, n % 2 ? 1 : -1 } }, edges[n / 2] };
      g_autoptr (TrpPatch) patch = trp_brush_sweep (&brush, &geometry, point, point);

      g_assert_cmpuint (trp_patch_count_voxels (patch), ==, n / 2 == 2 ? 41 : 49);
    }
}

/* Across the grid: as thick as a voxel's cell along the normal, for a cube and the normal along its
 * diagonal sqrt 3 times the edge. */
static void
test_oblique_disc_is_a_cell_thick (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 60, 60, 60 }, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  const TrpBrush brush = { TRP_BRUSH_DISC, 13.5, { { 1, -1, 1 } }, { { 0 } } };
  TrpRng rng = trp_rng_new (3, 0);

  check_mean_volume (&geometry, &brush, trp_vec3 (0, 0, 0), G_PI * 13.5 * 13.5 * sqrt (3), &rng);
}

static double
distance_to_segment (TrpVec3 point, TrpVec3 from, TrpVec3 to)
{
  const TrpVec3 path = trp_vec3_subtract (to, from);
  const double squared = trp_vec3_dot (path, path);
  const double t = squared > 0 ? trp_vec3_dot (trp_vec3_subtract (point, from), path) / squared : 0;

  return trp_vec3_distance (point, trp_vec3_add (from, trp_vec3_scale (path, CLAMP (t, 0.0, 1.0))));
}

/* How far the path passes from a voxel's centre, in voxels along the worst axis. */
static double
cell_distance (TrpVec3 voxel, TrpVec3 from_ijk, TrpVec3 to_ijk)
{
  double nearest = (double) INFINITY;

  for (int n = 0; n <= 1000; n++)
    {
      double worst = 0;

      for (int axis = 0; axis < 3; axis++)
        worst = fmax (worst, fabs (from_ijk.v[axis] +
                                   (to_ijk.v[axis] - from_ijk.v[axis]) * n / 1000 - voxel.v[axis]));
      nearest = fmin (nearest, worst);
    }
  return nearest;
}

/* The larger of the distances along the two edges, from the point of the path where that is least:
 * a convex function along it. */
static double
square_distance_to_segment (const TrpBrush *brush, TrpVec3 point, TrpVec3 from, TrpVec3 to)
{
  const TrpVec3 other = trp_vec3_normalize (trp_vec3_cross (brush->normal_lps, brush->edge_lps));
  const TrpVec3 edge = trp_vec3_cross (other, trp_vec3_normalize (brush->normal_lps));
  double low = 0, high = 1, distance = 0;

  for (int n = 0; n < 120; n++)
    {
      double at[2];

      for (int side = 0; side < 2; side++)
        {
          const double t = (side ? low + 2 * high : 2 * low + high) / 3;
          const TrpVec3 center = trp_vec3_add (from,
                                               trp_vec3_scale (trp_vec3_subtract (to, from), t));
          const TrpVec3 away = trp_vec3_subtract (point, center);

          at[side] = fmax (fabs (trp_vec3_dot (away, edge)), fabs (trp_vec3_dot (away, other)));
        }
      distance = fmin (at[0], at[1]);
      if (at[0] <= at[1])
        high = (low + 2 * high) / 3;
      else
        low = (2 * low + high) / 3;
    }
  return distance;
}

static bool
is_in_brush (const TrpBrush *brush, double half_thickness, TrpVec3 point, TrpVec3 from, TrpVec3 to)
{
  const TrpVec3 normal = trp_vec3_normalize (brush->normal_lps);
  double height;

  if (brush->shape == TRP_BRUSH_BALL)
    return distance_to_segment (point, from, to) <= brush->radius;
  height = trp_vec3_dot (trp_vec3_subtract (point, from), normal);
  point = trp_vec3_subtract (point, trp_vec3_scale (normal, height));
  if (!(fabs (height) <= half_thickness))
    return false;
  return brush->shape == TRP_BRUSH_SQUARE
           ? square_distance_to_segment (brush, point, from, to) <= brush->radius
           : distance_to_segment (point, from, to) <= brush->radius;
}

static void
check_against_brute_force (const TrpGeometry *geometry,
                           const TrpBrush *brush,
                           TrpVec3 from,
                           TrpVec3 to)
{
  g_autoptr (TrpMask) mask = make_mask (geometry, trp_brush_sweep (brush, geometry, from, to));
  const TrpVec3 normal = trp_vec3_normalize (brush->normal_lps);
  double width = 0;

  if (trp_brush_is_flat (brush))
    to = trp_vec3_subtract (
      to, trp_vec3_scale (normal, trp_vec3_dot (trp_vec3_subtract (to, from), normal)));
  for (int axis = 0; axis < 3; axis++)
    width += fabs (trp_vec3_dot (trp_affine_column (&geometry->lps_from_ijk, axis), normal));
  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++)
        {
          const TrpVec3 voxel = trp_vec3 ((double) i, (double) j, (double) k);
          const bool is_covered = is_in_brush (
            brush, width / 2, trp_geometry_lps_from_ijk (geometry, voxel), from, to);
          const bool is_set = trp_mask_get (mask, i, j, k);
          double distance;

          if (is_set == is_covered && is_covered)
            continue;
          g_assert_false (is_covered);
          distance = cell_distance (voxel, trp_geometry_ijk_from_lps (geometry, from),
                                    trp_geometry_ijk_from_lps (geometry, to));
          if (is_set)
            g_assert_cmpfloat (distance, <=, 0.5 + 0.05);
          else
            g_assert_cmpfloat (distance, >=, 0.5 - 1e-4);
        }
}

static void
test_sweep_equals_brute_force (void)
{
  TrpRng rng = trp_rng_new (4, 0);

  for (int n = 0; n < 40; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 23, 12, 9 });
      const TrpBrush brush = random_brush (&rng, n % 2 ? 8 : 1);
      const TrpVec3 from = trp_test_random_point (&rng, &geometry);

      check_against_brute_force (&geometry, &brush, from,
                                 n % 5 == 0 ? from : trp_test_random_point (&rng, &geometry));
    }
}

static void
check_parts_make_the_whole (
  const TrpGeometry *geometry, const TrpBrush *brush, TrpVec3 from, TrpVec3 to, int n_parts)
{
  g_autoptr (TrpMask) whole = make_mask (geometry, trp_brush_sweep (brush, geometry, from, to));
  g_autoptr (TrpMask) parts = trp_mask_new (geometry);
  TrpVec3 last = from;

  for (int part = 1; part <= n_parts; part++)
    {
      const double t = (double) part / n_parts;
      const TrpVec3 next = trp_vec3_add (trp_vec3_scale (from, 1 - t), trp_vec3_scale (to, t));
      g_autoptr (TrpMask)
        painted = make_mask (geometry, trp_brush_sweep (brush, geometry, last, next));

      for (size_t k = 0; k < geometry->size[2]; k++)
        if (trp_mask_peek_slice (painted, k))
          for (size_t w = 0; w < trp_mask_get_words_per_row (parts) * geometry->size[1]; w++)
            trp_mask_write_slice (parts, k)[w] |= trp_mask_peek_slice (painted, k)[w];
      last = next;
    }
  g_assert_true (trp_mask_equal (whole, parts));
}

static void
test_parts_make_the_whole (void)
{
  TrpRng rng = trp_rng_new (5, 0);

  for (int n = 0; n < 60; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, grid_size);
      TrpBrush brush = random_brush (&rng, n % 3 ? 10 : 0.8);
      const TrpVec3 from = trp_test_random_point (&rng, &geometry);
      const TrpVec3 to = trp_test_random_point (&rng, &geometry);

      /* The parts of a flat brush's path lie in its plane. */
      brush.normal_lps = trp_vec3_cross (trp_vec3_subtract (to, from), brush.normal_lps);
      check_parts_make_the_whole (&geometry, &brush, from, to, 2 + n);
    }
}

/* Round numbers put voxels exactly on the radius, on the border of cells and between slices. */
static void
test_parts_make_the_whole_on_ties (void)
{
  const TrpGeometry geometry = trp_geometry_axial (grid_size, (double[]){ 1, 1, 2 },
                                                   trp_vec3 (-30.5, 7, 0.1));
  TrpRng rng = trp_rng_new (6, 0);

  for (int n = 0; n < 300; n++)
    {
      const TrpVec3 normals[] = { { { 0, 0, 1 } }, { { 0, 1, 0 } }, { { 1, 0, 0 } } };
      const unsigned axis = trp_rng_below (&rng, 3);
      const TrpBrush brush = {
        .shape = (TrpBrushShape) (n % TRP_N_BRUSH_SHAPES),
        .radius = n % 7 == 0 ? 0.5 : 1 + trp_rng_below (&rng, 6),
        .normal_lps = normals[axis],
        .edge_lps = n % 5 == 0 ? trp_vec3 (1, 1, 1) : normals[(axis + 1) % 3],
      };
      TrpVec3 from_ijk, to_ijk;

      for (unsigned a = 0; a < 3; a++)
        {
          from_ijk.v[a] = trp_rng_below (&rng, 60) / 2.0;
          to_ijk.v[a] = from_ijk.v[a] + trp_rng_below (&rng, 20) - 10;
        }
      if (trp_brush_is_flat (&brush))
        to_ijk.v[2 - axis] = from_ijk.v[2 - axis];
      check_parts_make_the_whole (
        &geometry, &brush, trp_geometry_lps_from_ijk (&geometry, from_ijk),
        trp_geometry_lps_from_ijk (&geometry, to_ijk), 2 + (int) trp_rng_below (&rng, 9));
    }
}

static void
test_small_brush_paints_voxel_under_pointer (void)
{
  TrpRng rng = trp_rng_new (7, 0);

  for (int n = 0; n < 200; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, grid_size);
      const TrpBrush brush = random_brush (&rng, 0.2);
      const TrpVec3 point = trp_test_random_point (&rng, &geometry);
      const TrpVec3 ijk = trp_geometry_ijk_from_lps (&geometry, point);
      g_autoptr (TrpMask)
        mask = make_mask (&geometry, trp_brush_sweep (&brush, &geometry, point, point));

      g_assert_true (trp_mask_get (mask, (size_t) lround (ijk.v[0]), (size_t) lround (ijk.v[1]),
                                   (size_t) lround (ijk.v[2])));
      g_assert_cmpuint (trp_mask_count (mask), <=, 2);
    }
}

static void
test_disc_paints_one_slice (void)
{
  const TrpGeometry geometry = trp_geometry_axial (grid_size, (double[]){ 1, 1, 4 },
                                                   trp_vec3 (0, 0, 0));

  for (int quarter = 0; quarter <= 8; quarter++)
    for (double sign = -1; sign <= 1; sign += 2)
      {
        const TrpBrush brush = { TRP_BRUSH_DISC, 10, { { 0, 0, sign } }, { { 0 } } };
        const TrpVec3 point = trp_vec3 (20, 20, 8 + quarter);
        g_autoptr (TrpPatch) patch = trp_brush_sweep (&brush, &geometry, point, point);
        const TrpBox box = trp_patch_get_box (patch);

        g_assert_cmpuint (box.end[2] - box.begin[2], ==, 1);
        g_assert_cmpuint (box.begin[2], ==, 2 + (size_t) (quarter + 2) / 4);
        g_assert_cmpuint (box.begin[0], ==, 10);
        g_assert_cmpuint (box.end[0], ==, 31);
      }
}

static void
test_outside_paints_nothing (void)
{
  const TrpGeometry geometry = trp_geometry_axial (grid_size, (double[]){ 1, 1, 4 },
                                                   trp_vec3 (0, 0, 0));
  const TrpBrush ball = { TRP_BRUSH_BALL, 3, { { 0 } }, { { 0 } } };
  const TrpBrush edgeless = { TRP_BRUSH_SQUARE, 3, { { 0, 0, 1 } }, { { 0, 0, 1 } } };
  const TrpBrush nowhere = { TRP_BRUSH_DISC, 3, { { 0 } }, { { 0 } } };
  const TrpBrush nothing = { TRP_BRUSH_BALL, (double) NAN, { { 0 } }, { { 0 } } };
  const TrpVec3 inside = trp_vec3 (10, 10, 10);
  const struct
  {
    const TrpBrush *brush;
    TrpVec3 from, to;
  } cases[] = {
    { &ball, trp_vec3 (-10, 0, 0), trp_vec3 (-10, 40, 0) },
    { &ball, trp_vec3 (1e300, 0, 0), trp_vec3 (1e300, 0, 0) },
    { &ball, trp_vec3 (NAN, 0, 0), inside },
    { &ball, inside, trp_vec3 (0, INFINITY, 0) },
    { &nowhere, inside, inside },
    { &edgeless, inside, inside },
    { &nothing, inside, inside },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpPatch)
        patch = trp_brush_sweep (cases[n].brush, &geometry, cases[n].from, cases[n].to);

      g_assert_true (trp_patch_is_empty (patch));
    }
}

static void
test_clipped_at_the_rim (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 65, 9, 9 }, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  const TrpBrush brush = { TRP_BRUSH_BALL, 1000, { { 0 } }, { { 0 } } };
  g_autoptr (TrpPatch)
    patch = trp_brush_sweep (&brush, &geometry, trp_vec3 (0, 0, 0), trp_vec3 (5, 5, 5));
  size_t position = 0;
  TrpPatchRun run;

  g_assert_cmpuint (trp_patch_count_voxels (patch), ==, 65 * 81);
  while (trp_patch_next_run (patch, &position, &run))
    {
      g_assert_cmpuint (run.n_words, ==, 2);
      g_assert_cmpuint (run.bits[1], ==, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/brush/ball-has-its-volume", test_ball_has_its_volume);
  g_test_add_func ("/brush/disc-has-its-area", test_disc_has_its_area);
  g_test_add_func ("/brush/square-has-its-area", test_square_has_its_area);
  g_test_add_func ("/brush/square-is-exact", test_square_is_exact);
  g_test_add_func ("/brush/oblique-disc-is-a-cell-thick", test_oblique_disc_is_a_cell_thick);
  g_test_add_func ("/brush/sweep-equals-brute-force", test_sweep_equals_brute_force);
  g_test_add_func ("/brush/parts-make-the-whole", test_parts_make_the_whole);
  g_test_add_func ("/brush/parts-make-the-whole-on-ties", test_parts_make_the_whole_on_ties);
  g_test_add_func ("/brush/small-brush-paints-voxel-under-pointer",
                   test_small_brush_paints_voxel_under_pointer);
  g_test_add_func ("/brush/disc-paints-one-slice", test_disc_paints_one_slice);
  g_test_add_func ("/brush/outside-paints-nothing", test_outside_paints_nothing);
  g_test_add_func ("/brush/clipped-at-the-rim", test_clipped_at_the_rim);
  return g_test_run ();
}
