/* test-trace.c - outlines and filling them
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/structure/rasterize.h"
#include "core/structure/trace.h"
#include "tests/lib/check.h"

#include <string.h>

static TrpGeometry
make_geometry (size_t nx, size_t ny, size_t nz)
{
  return trp_geometry_axial ((size_t[]){ nx, ny, nz }, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
}

/* Every @one_in th voxel (0: every second one as a chess board). */
static TrpMask *
make_random_mask (const TrpGeometry *geometry, uint64_t seed, uint32_t one_in)
{
  TrpRng rng = trp_rng_new (seed, 0);
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++)
        trp_mask_set (mask, i, j, k,
                      one_in ? trp_rng_below (&rng, one_in) == 0 : (i + j + k) % 2 == 0);
  return mask;
}

static void
check_fills_back (const TrpMask *mask)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);

  for (int axis = 0; axis < 3; axis++)
    {
      g_autoptr (TrpMask) back = trp_mask_new (geometry);

      for (size_t n = 0; n < geometry->size[axis]; n++)
        {
          g_autoptr (TrpContours) contours = trp_trace_slice (mask, axis, n);
          g_autoptr (TrpPatch)
            patch = trp_rasterize_slice (contours, TRP_FILL_EVEN_ODD, geometry, axis, n);

          trp_patch_apply (patch, back);
        }
      g_assert_true (trp_mask_equal (mask, back));
    }
}

static void
test_filling_gives_mask_back (void)
{
  static const uint32_t densities[] = { 0, 1, 2, 3, 10 };
  TrpRng rng = trp_rng_new (7, 1);

  for (uint64_t seed = 0; seed < 40; seed++)
    {
      const TrpGeometry geometry = make_geometry (
        1 + trp_rng_below (&rng, 140), 1 + trp_rng_below (&rng, 12), 1 + trp_rng_below (&rng, 12));
      g_autoptr (TrpMask)
        mask = make_random_mask (&geometry, seed, densities[seed % G_N_ELEMENTS (densities)]);

      check_fills_back (mask);
    }
}

static void
test_contains_agrees_with_mask (void)
{
  const TrpGeometry geometry = make_geometry (20, 20, 1);
  g_autoptr (TrpMask) mask = make_random_mask (&geometry, 3, 2);
  g_autoptr (TrpContours) contours = trp_trace_slice (mask, 2, 0);

  for (size_t j = 0; j < 20; j++)
    for (size_t i = 0; i < 20; i++)
      g_assert_cmpint (trp_contours_contain (contours, (double) i, (double) j), ==,
                       trp_mask_get (mask, i, j, 0));
}

/* Vertices lie between two pixel centres: one coordinate is whole, the other a half. */
static void
test_vertices_are_half_way_and_not_in_line (void)
{
  const TrpGeometry geometry = make_geometry (60, 50, 1);
  g_autoptr (TrpMask) mask = make_random_mask (&geometry, 9, 2);
  g_autoptr (TrpContours) contours = trp_trace_slice (mask, 2, 0);

  for (size_t c = 0; c < trp_contours_get_size (contours); c++)
    {
      size_t n;
      const TrpPoint *points = trp_contours_peek_points (contours, c, &n);

      for (size_t p = 0; p < n; p++)
        {
          const TrpPoint a = points[p], b = points[(p + 1) % n], d = points[(p + 2) % n];

          g_assert_true ((floor (a.x) == a.x) != (floor (a.y) == a.y));
          g_assert_cmpfloat ((b.x - a.x) * (d.y - b.y), !=, (b.y - a.y) * (d.x - b.x));
        }
    }
}

/* Corners are cut at half-way: each of the four costs a triangle of 1/8. */
static void
test_rectangle_has_eight_points (void)
{
  const TrpGeometry geometry = make_geometry (100, 9, 1);
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpContours) contours = NULL;
  size_t n;

  for (size_t j = 0; j < 5; j++)
    for (size_t i = 60; i < 70; i++)
      trp_mask_set (mask, i, j, 0, true);
  contours = trp_trace_slice (mask, 2, 0);
  g_assert_cmpuint (trp_contours_get_size (contours), ==, 1);
  trp_contours_peek_points (contours, 0, &n);
  g_assert_cmpuint (n, ==, 8);
  trp_assert_near (trp_contours_get_area (contours, 0), 49.5, 0);
}

static void
test_hole_runs_the_other_way (void)
{
  const TrpGeometry geometry = make_geometry (5, 5, 1);
  g_autoptr (TrpMask) mask = make_random_mask (&geometry, 0, 1);
  g_autoptr (TrpContours) contours = NULL;

  trp_mask_set (mask, 2, 2, 0, false);
  contours = trp_trace_slice (mask, 2, 0);
  g_assert_cmpuint (trp_contours_get_size (contours), ==, 2);
  trp_assert_near (trp_contours_get_area (contours, 0), 24.5, 0);
  trp_assert_near (trp_contours_get_area (contours, 1), -0.5, 0);
  g_assert_false (trp_contours_contain (contours, 2, 2));
}

static void
test_touching_corners_stay_apart (void)
{
  for (size_t n = 0; n < 2; n++)
    {
      const TrpGeometry geometry = make_geometry (2, 2, 1);
      g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
      g_autoptr (TrpContours) contours = NULL;

      trp_mask_set (mask, n, 0, 0, true);
      trp_mask_set (mask, 1 - n, 1, 0, true);
      contours = trp_trace_slice (mask, 2, 0);
      g_assert_cmpuint (trp_contours_get_size (contours), ==, 2);
      for (size_t c = 0; c < 2; c++)
        trp_assert_near (trp_contours_get_area (contours, c), 0.5, 0);
    }
}

static void
test_slice_axes_name_their_coordinates (void)
{
  const TrpGeometry geometry = make_geometry (7, 8, 9);
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  static const size_t ijk[3] = { 4, 5, 6 };

  trp_mask_set (mask, 4, 5, 6, true);
  for (int axis = 0; axis < 3; axis++)
    {
      g_autoptr (TrpContours) contours = trp_trace_slice (mask, axis, ijk[axis]);
      TrpVec3 mean = { 0 };
      const TrpPoint *points;
      size_t n;

      g_assert_cmpuint (trp_contours_get_size (contours), ==, 1);
      points = trp_contours_peek_points (contours, 0, &n);
      for (size_t p = 0; p < n; p++)
        mean = trp_vec3_add (mean, trp_contour_point_ijk (axis, ijk[axis], points[p]));
      for (int a = 0; a < 3; a++)
        trp_assert_near (mean.v[a] / (double) n, (double) ijk[a], 1e-12);
    }
}

/* On the distance to a point every vertex is off its true place by at most the error of linear
 * interpolation over one pixel, 1/8 of the second derivative, here at most 1 / (radius - 1). */
static void
test_circle_lies_at_its_level (void)
{
  const double radius = 20.3, x0 = 31.2, y0 = 30.7;
  g_autofree float *values = g_new (float, 64 * 64);
  g_autoptr (TrpContours) contours = NULL;
  const TrpPoint *points;
  size_t n;

  for (size_t y = 0; y < 64; y++)
    for (size_t x = 0; x < 64; x++)
      values[y * 64 + x] = (float) -hypot ((double) x - x0, (double) y - y0);
  contours = trp_trace_grid (values, 64, 64, (float) -radius);
  g_assert_cmpuint (trp_contours_get_size (contours), ==, 1);
  points = trp_contours_peek_points (contours, 0, &n);
  for (size_t p = 0; p < n; p++)
    trp_assert_near (hypot (points[p].x - x0, points[p].y - y0), radius, 0.125 / 19 + 1e-5);
  /* Chords of at most sqrt 2 lose at most a height of L^2 / 8 r each. */
  trp_assert_near (trp_contours_get_area (contours, 0), G_PI * radius * radius,
                   2 * G_PI * radius * (0.125 / 19 + 0.25 / radius));
}

static void
test_rim_and_nan_are_outside (void)
{
  const float rim[] = { 1, 1, 1, 1 };
  const float hole[] = { 1, 1, 1, 1, NAN, 1, 1, 1, 1 };
  g_autoptr (TrpContours) all = trp_trace_grid (rim, 2, 2, 0.5f);
  g_autoptr (TrpContours) ring = trp_trace_grid (hole, 3, 3, 0.5f);

  g_assert_cmpuint (trp_contours_get_size (all), ==, 1);
  trp_assert_near (trp_contours_get_area (all, 0), 3.5, 0);
  g_assert_cmpuint (trp_contours_get_size (ring), ==, 2);
  g_assert_false (trp_contours_contain (ring, 1, 1));
}

/* The mean of the four decides whether two corners belong together. */
static void
test_saddle_follows_mean (void)
{
  const float low[] = { 1, 0, 0, 1 }, high[] = { 1, 0.4f, 0.4f, 1 };
  g_autoptr (TrpContours) apart = trp_trace_grid (low, 2, 2, 0.5f);
  g_autoptr (TrpContours) joined = trp_trace_grid (high, 2, 2, 0.5f);

  g_assert_cmpuint (trp_contours_get_size (apart), ==, 2);
  g_assert_cmpuint (trp_contours_get_size (joined), ==, 1);
}

/* Linear interpolation never moves a vertex past a pixel's centre. */
static void
test_random_grids_are_parted (void)
{
  TrpRng rng = trp_rng_new (21, 0);

  for (int n = 0; n < 50; n++)
    {
      const size_t width = 1 + trp_rng_below (&rng, 40), height = 1 + trp_rng_below (&rng, 40);
      g_autofree float *values = g_new (float, width *height);
      g_autoptr (TrpContours) contours = NULL;

      for (size_t v = 0; v < width * height; v++)
        values[v] = trp_rng_below (&rng, 20) == 0 ? NAN
                                                  : (float) trp_rng_uniform (&rng, -1000, 1000);
      contours = trp_trace_grid (values, width, height, 120);
      for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
          g_assert_cmpint (trp_contours_contain (contours, (double) x, (double) y), ==,
                           values[y * width + x] > 120);
    }
}

static void
test_values_at_the_level_are_outside (void)
{
  const float values[] = { 0, 0.5f, 0, 0.5f, 1, 0.5f, 0, 0.5f, 0 };
  g_autoptr (TrpContours) contours = trp_trace_grid (values, 3, 3, 0.5f);
  const TrpPoint *points;
  size_t n;

  g_assert_cmpuint (trp_contours_get_size (contours), ==, 1);
  points = trp_contours_peek_points (contours, 0, &n);
  g_assert_cmpuint (n, ==, 4);
  for (size_t p = 0; p < n; p++)
    trp_assert_near (fabs (points[p].x - 1) + fabs (points[p].y - 1), 1, 0);
}

static void
append_polygon (TrpContours *contours, const double (*points)[2], size_t n)
{
  for (size_t p = 0; p < n; p++)
    trp_contours_append (contours, points[p][0], points[p][1]);
  trp_contours_close (contours);
}

static void
test_shared_edges_share_no_voxel (void)
{
  /* Two triangles with corners on voxel centres make up the square from 0 to 8; half-open, it holds
   * 8 x 8 centres. */
  static const double lower[][2] = { { 0, 0 }, { 8, 0 }, { 8, 8 } };
  static const double upper[][2] = { { 8, 8 }, { 0, 8 }, { 0, 0 } };
  const TrpGeometry geometry = make_geometry (10, 10, 1);
  g_autoptr (TrpContours) first = trp_contours_new ();
  g_autoptr (TrpContours) second = trp_contours_new ();
  g_autoptr (TrpPatch) in_first = NULL;
  g_autoptr (TrpPatch) in_second = NULL;
  g_autoptr (TrpPatch) merged = NULL;

  append_polygon (first, lower, 3);
  append_polygon (second, upper, 3);
  in_first = trp_rasterize_slice (first, TRP_FILL_EVEN_ODD, &geometry, 2, 0);
  in_second = trp_rasterize_slice (second, TRP_FILL_EVEN_ODD, &geometry, 2, 0);
  merged = trp_patch_new_merged ((TrpPatch *[]){ in_first, in_second }, 2);
  g_assert_cmpuint (trp_patch_count_voxels (in_first) + trp_patch_count_voxels (in_second), ==, 64);
  g_assert_cmpuint (trp_patch_count_voxels (merged), ==, 64);
}

static void
test_polygons_are_cut_at_the_grid (void)
{
  static const double huge[][2] = { { -1e6, -1e6 }, { 1e6, -1e6 }, { 1e6, 1e6 }, { -1e6, 1e6 } };
  static const double beside[][2] = { { 20, 0 }, { 30, 0 }, { 30, 9 } };
  const TrpGeometry geometry = make_geometry (70, 5, 6);

  for (int axis = 0; axis < 3; axis++)
    {
      g_autoptr (TrpContours) contours = trp_contours_new ();
      g_autoptr (TrpContours) outside = trp_contours_new ();
      g_autoptr (TrpPatch) all = NULL;
      g_autoptr (TrpPatch) none = NULL;

      append_polygon (contours, huge, 4);
      all = trp_rasterize_slice (contours, TRP_FILL_EVEN_ODD, &geometry, axis, 2);
      g_assert_cmpuint (trp_patch_count_voxels (all), ==, 70 * 5 * 6 / geometry.size[axis]);
      append_polygon (outside, beside, 3);
      none = trp_rasterize_slice (outside, TRP_FILL_EVEN_ODD, &geometry, 0, 2);
      g_assert_true (trp_patch_is_empty (none));
    }
}

static void
test_polygon_of_two_points_is_dropped (void)
{
  static const double points[][2] = { { 0, 0 }, { 5, 0 }, { 5, 5 } };
  g_autoptr (TrpContours) contours = trp_contours_new ();

  append_polygon (contours, points, 2);
  g_assert_cmpuint (trp_contours_get_size (contours), ==, 0);
  append_polygon (contours, points, 3);
  g_assert_cmpuint (trp_contours_get_size (contours), ==, 1);
  trp_assert_near (trp_contours_get_area (contours, 0), 12.5, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/filling-gives-mask-back", test_filling_gives_mask_back);
  g_test_add_func ("/trace/contains-agrees-with-mask", test_contains_agrees_with_mask);
  g_test_add_func ("/trace/vertices-are-half-way-and-not-in-line",
                   test_vertices_are_half_way_and_not_in_line);
  g_test_add_func ("/trace/rectangle-has-eight-points", test_rectangle_has_eight_points);
  g_test_add_func ("/trace/hole-runs-the-other-way", test_hole_runs_the_other_way);
  g_test_add_func ("/trace/touching-corners-stay-apart", test_touching_corners_stay_apart);
  g_test_add_func ("/trace/slice-axes-name-their-coordinates",
                   test_slice_axes_name_their_coordinates);
  g_test_add_func ("/trace/circle-lies-at-its-level", test_circle_lies_at_its_level);
  g_test_add_func ("/trace/rim-and-nan-are-outside", test_rim_and_nan_are_outside);
  g_test_add_func ("/trace/saddle-follows-mean", test_saddle_follows_mean);
  g_test_add_func ("/trace/random-grids-are-parted", test_random_grids_are_parted);
  g_test_add_func ("/trace/values-at-the-level-are-outside", test_values_at_the_level_are_outside);
  g_test_add_func ("/rasterize/shared-edges-share-no-voxel", test_shared_edges_share_no_voxel);
  g_test_add_func ("/rasterize/polygons-are-cut-at-the-grid", test_polygons_are_cut_at_the_grid);
  g_test_add_func ("/contour/polygon-of-two-points-is-dropped",
                   test_polygon_of_two_points_is_dropped);
  return g_test_run ();
}
