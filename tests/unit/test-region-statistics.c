/* test-region-statistics.c - values in drawn regions and along lines, against closed formulas
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/region-statistics.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "tests/lib/sessions.h"

#include <math.h>

/* A value that rises by 2 a mm towards L, 3 towards P, 5 towards S. */
static float
get_ramp (TrpVec3 point_lps, void *user_data)
{
  return (float) (10 + 2 * point_lps.v[0] + 3 * point_lps.v[1] + 5 * point_lps.v[2]);
}

static TrpVolume *
make_axial (const double spacing[3])
{
  const TrpGeometry geometry = trp_geometry_axial ((const size_t[]){ 32, 32, 8 }, spacing,
                                                   trp_vec3 (-16, -16, 0));

  return trp_test_volume_new (&geometry, get_ramp, NULL);
}

static TrpRegion
make_region (TrpRegionShape shape, TrpVec3 first, TrpVec3 second)
{
  return (TrpRegion){ .shape = shape,
                      .plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, first, false),
                      .corners_lps = { first, second } };
}

/* 5 x 3 voxels around (1, 2): squares of 2 x over -2..2 thrice and of 3 y over -1..1 five times. */
static void
test_rectangle (void)
{
  g_autoptr (TrpVolume) volume = make_axial ((const double[]){ 1, 1, 2 });
  const TrpVec3 corners[2] = { { { -1.2, 0.8, 4 } }, { { 3.2, 3.2, 4 } } };

  for (int turn = 0; turn < 2; turn++)
    {
      const TrpRegion region = make_region (TRP_REGION_RECTANGLE, corners[turn], corners[1 - turn]);
      TrpRegionStatistics s;

      g_assert_true (trp_region_measure (&region, volume, &s));
      g_assert_cmpuint (s.n, ==, 15);
      trp_assert_near (s.mean, 10 + 2 + 6 + 20, 1e-9);
      trp_assert_near (s.sd, sqrt ((3 * 4 * 10 + 5 * 9 * 2) / 14.0), 1e-9);
      trp_assert_near (s.min, s.mean - 4 - 3, 1e-9);
      trp_assert_near (s.max, s.mean + 4 + 3, 1e-9);
      trp_assert_near (s.area_mm2, 4.4 * 2.4, 1e-9);
    }
}

/* 29 points of the square lattice lie within 3 of one of them; the line itself is inside. */
static void
test_ellipse (void)
{
  g_autoptr (TrpVolume) volume = make_axial ((const double[]){ 1, 1, 2 });
  g_autoptr (TrpVolume) wide = make_axial ((const double[]){ 2, 1, 2 });
  TrpRegion region = make_region (TRP_REGION_ELLIPSE, trp_vec3 (-3, -3, 4), trp_vec3 (3, 3, 4));
  TrpRegionStatistics s;

  g_assert_true (trp_region_measure (&region, volume, &s));
  g_assert_cmpuint (s.n, ==, 29);
  trp_assert_near (s.mean, 30, 1e-9);
  trp_assert_near (s.area_mm2, 9 * G_PI, 1e-9);
  region = make_region (TRP_REGION_ELLIPSE, trp_vec3 (-6, -3, 4), trp_vec3 (6, 3, 4));
  g_assert_true (trp_region_measure (&region, wide, &s)); /* twice as wide, voxels and all */
  g_assert_cmpuint (s.n, ==, 29);
  trp_assert_near (s.area_mm2, 18 * G_PI, 1e-9);
}

/* Whatever the grid, and its storage order: a region about a point of a ramp has its value as mean,
 * on planes across the grid as well as along it. */
static void
test_any_grid (void)
{
  TrpRng rng = trp_rng_new (11, 0);

  for (int n = 0; n < 30; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (const size_t[]){ 40, 40, 40 });
      g_autoptr (TrpVolume) volume = trp_test_volume_new (&geometry, get_ramp, NULL);
      const TrpVec3 middle = trp_geometry_lps_from_ijk (&geometry, trp_vec3 (20, 19, 21));
      const TrpOrientation orientation = (TrpOrientation) (n % TRP_N_ORIENTATIONS);
      const bool along = n % 2;
      const TrpPlane plane = along ? trp_plane_along_grid (&geometry, orientation, middle, false)
                                   : trp_plane_patient (orientation, middle, false);
      const TrpVec3 half = trp_vec3_add (trp_vec3_scale (plane.right, 7),
                                         trp_vec3_scale (plane.down, 5));
      const TrpRegion region = { .shape = n % 4 < 2 ? TRP_REGION_ELLIPSE : TRP_REGION_RECTANGLE,
                                 .plane = plane,
                                 .corners_lps = { trp_vec3_subtract (middle, half),
                                                  trp_vec3_add (middle, half) } };
      TrpRegionStatistics s;

      g_assert_true (trp_region_measure (&region, volume, &s));
      /* float32 values around 100 to 1000 */
      trp_assert_near (s.mean, (double) get_ramp (middle, NULL), 1e-3);
      trp_assert_near (s.max - s.mean, s.mean - s.min, 1e-2);
      trp_assert_near (s.area_mm2, (region.shape == TRP_REGION_ELLIPSE ? G_PI * 35 : 140.0), 1e-9);
    }
}

/* Slices half a micrometre apart: 6 mm of them are 12000 steps, and all of them count. */
static void
test_fine_grid (void)
{
  const TrpGeometry geometry = trp_geometry_axial (
    (const size_t[]){ 2, 2, 20000 }, (const double[]){ 10, 10, 5e-4 }, trp_vec3 (-5, -5, -5));
  g_autoptr (TrpVolume) volume = trp_test_volume_new (&geometry, get_ramp, NULL);
  const TrpRegion region = { .shape = TRP_REGION_RECTANGLE,
                             .plane = { .orientation = TRP_ORIENTATION_CORONAL,
                                        .right = { { 0.8, 0.6, 0 } },
                                        .down = { { 0, 0, -1 } },
                                        .normal = { { -0.6, 0.8, 0 } } },
                             .corners_lps = { { { -0.8, -0.6, -3 } }, { { 0.8, 0.6, 3 } } } };
  TrpRegionStatistics s;

  g_assert_true (trp_region_measure (&region, volume, &s));
  trp_assert_near (s.mean, 10, 1e-3);
  trp_assert_near (s.max, 10 + 2 * 0.8 + 3 * 0.6 + 5 * 3, 0.1);
  trp_assert_near (s.min, 10 - 2 * 0.8 - 3 * 0.6 - 5 * 3, 0.1);
}

static void
test_nothing_inside (void)
{
  g_autoptr (TrpVolume) volume = make_axial ((const double[]){ 1, 1, 2 });
  const TrpVec3 corners[][2] = {
    { { { 100, 100, 4 } }, { { 110, 110, 4 } } }, /* beside the image */
    { { { 0, 0, 40 } }, { { 5, 5, 40 } } },       /* above it */
    { { { 0.2, 0.2, 4 } }, { { 0.8, 0.8, 4 } } }, /* between voxels */
    { { { 0, 0, 4 } }, { { 0, 5, 4 } } },         /* no area */
  };

  for (size_t n = 0; n < G_N_ELEMENTS (corners); n++)
    {
      const TrpRegion region = make_region (TRP_REGION_RECTANGLE, corners[n][0], corners[n][1]);
      TrpRegionStatistics s;

      g_assert_false (trp_region_measure (&region, volume, &s));
      g_assert_cmpuint (s.n, ==, 0);
      g_assert_true (isnan (s.mean));
    }
}

static void
test_profile (void)
{
  g_autoptr (TrpVolume) volume = make_axial ((const double[]){ 1, 1, 2 });
  const TrpVec3 from = trp_vec3 (-12, -10, 2), to = trp_vec3 (28, 10, 12);
  double values[41];

  trp_line_profile_sample (volume, from, to, 41, values);
  for (int n = 0; n < 41; n++)
    {
      const TrpVec3 point = trp_vec3 (-12 + n, -10 + 0.5 * n, 2 + 0.25 * n);

      if (point.v[0] > 15.5) /* the last voxel's outer face */
        g_assert_true (isnan (values[n]));
      else if (point.v[0] <= 15)
        trp_assert_near (values[n], (double) get_ramp (point, NULL), 1e-4);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/region-statistics/rectangle", test_rectangle);
  g_test_add_func ("/region-statistics/ellipse", test_ellipse);
  g_test_add_func ("/region-statistics/any-grid", test_any_grid);
  g_test_add_func ("/region-statistics/fine-grid", test_fine_grid);
  g_test_add_func ("/region-statistics/nothing-inside", test_nothing_inside);
  g_test_add_func ("/region-statistics/profile", test_profile);
  return g_test_run ();
}
