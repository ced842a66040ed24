/* test-resample.c - volumes on other grids, against functions that linear interpolation reproduces
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/image/bspline.h"
#include "core/image/resample.h"
#include "tests/lib/check.h"

#include <string.h>

/* A linear function of patient position: trilinear interpolation gives it back on any grid. */
static double
field (TrpVec3 p)
{
  return 3 * p.v[0] - 2 * p.v[1] + 0.5 * p.v[2] + 7;
}

static TrpGeometry
make_oblique (const size_t size[3], double angle_rad, TrpVec3 origin)
{
  const double c = cos (angle_rad), s = sin (angle_rad);
  const TrpAffine affine = { { { 1.5 * c, -2 * s, 0, origin.v[0] },
                               { 1.5 * s, 2 * c, 0, origin.v[1] },
                               { 0, 0, -3, origin.v[2] } } };
  g_autoptr (GError) error = NULL;
  TrpGeometry geometry;

  if (!trp_geometry_init (&geometry, size, &affine, &error))
    g_assert_no_error (error);
  return geometry;
}

static TrpVolume *
make_field (const TrpGeometry *geometry)
{
  const size_t *size = geometry->size;
  float *values = g_new (float, trp_geometry_count_voxels (geometry));
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  TrpVolume *volume;
  size_t n = 0;

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        values[n++] = (float) field (
          trp_geometry_lps_from_ijk (geometry, trp_vec3 ((double) i, (double) j, (double) k)));
  bytes = g_bytes_new_take (values, n * sizeof *values);
  volume = trp_volume_new (geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, &error);
  g_assert_no_error (error);
  return volume;
}

static TrpVolume *
resample (const TrpVolume *volume,
          const TrpGeometry *geometry,
          TrpInterpolation interpolation,
          double outside)
{
  g_autoptr (GError) error = NULL;
  TrpVolume *result = trp_volume_resample (volume, geometry, interpolation, outside, NULL, &error);

  g_assert_no_error (error);
  return result;
}

static void
linear_gives_a_linear_field_back (void)
{
  const size_t from_size[3] = { 20, 18, 9 }, to_size[3] = { 11, 7, 15 };
  const double spacing[3] = { 0.9, 1.1, 1.7 };
  const TrpGeometry from = make_oblique (from_size, 0.3, trp_vec3 (-10, -12, 14));
  const TrpGeometry to = trp_geometry_axial (to_size, spacing, trp_vec3 (-8, 0, -16));
  g_autoptr (TrpVolume) source = make_field (&from);
  g_autoptr (TrpVolume) result = resample (source, &to, TRP_INTERPOLATION_LINEAR, -1000);
  size_t n_inside = 0, n_outside = 0;

  for (size_t k = 0; k < to_size[2]; k++)
    for (size_t j = 0; j < to_size[1]; j++)
      for (size_t i = 0; i < to_size[0]; i++)
        {
          const TrpVec3 lps = trp_geometry_lps_from_ijk (
            &to, trp_vec3 ((double) i, (double) j, (double) k));
          const TrpVec3 ijk = trp_geometry_ijk_from_lps (&from, lps);
          const double value = trp_volume_get_value (result, (ptrdiff_t) i, (ptrdiff_t) j,
                                                     (ptrdiff_t) k);
          bool is_inside = true, is_outside = false;

          for (int axis = 0; axis < 3; axis++)
            {
              const double last = (double) from_size[axis] - 1;

              is_inside = is_inside && ijk.v[axis] >= 0 && ijk.v[axis] <= last;
              is_outside = is_outside || ijk.v[axis] < -0.5 || ijk.v[axis] > last + 0.5;
            }
          if (is_inside)
            trp_assert_near (value, field (lps), 2e-5); /* float32 of values up to 100 */
          if (is_outside)
            trp_assert_near (value, -1000, 0);
          n_inside += is_inside;
          n_outside += is_outside;
        }
  g_assert_cmpuint (n_inside, >, 100);
  g_assert_cmpuint (n_outside, >, 20);
}

static void
same_grid_gives_the_same_values (void)
{
  const size_t size[3] = { 13, 7, 5 };
  const TrpGeometry grid = make_oblique (size, 1.234, trp_vec3 (101.7, -55.3, 1234.5));
  g_autoptr (TrpVolume) source = make_field (&grid);
  const TrpInterpolation both[2] = { TRP_INTERPOLATION_NEAREST, TRP_INTERPOLATION_LINEAR };

  for (size_t n = 0; n < G_N_ELEMENTS (both); n++)
    {
      g_autoptr (TrpVolume) result = resample (source, &grid, both[n], NAN);

      g_assert_cmpmem (trp_volume_peek_voxels (source), 13 * 7 * 5 * 4,
                       trp_volume_peek_voxels (result), 13 * 7 * 5 * 4);
    }
}

static void
nearest_keeps_type_and_scale (void)
{
  static const int16_t stored[4] = { -5, 7, 100, 32000 };
  const size_t size[3] = { 4, 1, 1 }, to_size[3] = { 6, 1, 1 };
  const double spacing[3] = { 2, 2, 2 }, to_spacing[3] = { 1.9, 2, 2 };
  const TrpGeometry from = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  const TrpGeometry to = trp_geometry_axial (to_size, to_spacing, trp_vec3 (-1.9, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new_static (stored, sizeof stored);
  g_autoptr (TrpVolume) source = trp_volume_new (&from, TRP_VOXEL_I16, bytes, 0.5, 10, NULL, NULL);
  g_autoptr (TrpVolume) result = resample (source, &to, TRP_INTERPOLATION_NEAREST, -90);
  /* centres at -1.9, 0, 1.9, 3.8, 5.7, 7.6 mm; outside -90 is stored as -200 */
  static const int16_t expected[6] = { -200, -5, 7, 100, 32000, -200 };

  g_assert_cmpint (trp_volume_get_voxel_type (result), ==, TRP_VOXEL_I16);
  trp_assert_near (trp_volume_get_slope (result), 0.5, 0);
  trp_assert_near (trp_volume_get_intercept (result), 10, 0);
  g_assert_cmpmem (trp_volume_peek_voxels (result), sizeof expected, expected, sizeof expected);
}

static void
a_tie_takes_the_larger_index (void)
{
  static const uint8_t stored[4] = { 1, 2, 3, 4 };
  const size_t size[3] = { 4, 1, 1 }, to_size[3] = { 3, 1, 1 };
  /* 0.1 mm is not a binary fraction: the midpoints come out a hair to either side */
  const double spacing[3] = { 0.1, 1, 1 };
  const TrpGeometry from = trp_geometry_axial (size, spacing, trp_vec3 (0.3, 0, 0));
  const TrpGeometry to = trp_geometry_axial (to_size, spacing, trp_vec3 (0.35, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new_static (stored, sizeof stored);
  g_autoptr (TrpVolume) source = trp_volume_new (&from, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);
  g_autoptr (TrpVolume) result = resample (source, &to, TRP_INTERPOLATION_NEAREST, 0);
  static const uint8_t expected[3] = { 2, 3, 4 };

  g_assert_cmpmem (trp_volume_peek_voxels (result), 3, expected, 3);
}

static void
threads_do_not_change_a_bit (void)
{
  const size_t from_size[3] = { 40, 37, 12 }, to_size[3] = { 61, 67, 5 };
  const double spacing[3] = { 0.9, 1.1, 3.3 };
  const TrpGeometry from = make_oblique (from_size, 0.4, trp_vec3 (0, 0, 0));
  const TrpGeometry to = trp_geometry_axial (to_size, spacing, trp_vec3 (-8, 0, -20));
  g_autoptr (TrpVolume) source = make_field (&from);
  g_autoptr (TrpVolume) one = NULL;
  g_autoptr (TrpVolume) many = NULL;

  trp_parallel_set_threads (1);
  one = resample (source, &to, TRP_INTERPOLATION_LINEAR, 0);
  trp_parallel_set_threads (7);
  many = resample (source, &to, TRP_INTERPOLATION_LINEAR, 0);
  trp_parallel_set_threads (0);
  g_assert_cmpmem (trp_volume_peek_voxels (one), 61 * 67 * 5 * 4, trp_volume_peek_voxels (many),
                   61 * 67 * 5 * 4);
}

static void
cancel_stops (void)
{
  const size_t size[3] = { 4, 4, 4 };
  const TrpGeometry grid = make_oblique (size, 0.2, trp_vec3 (0, 0, 0));
  g_autoptr (TrpVolume) source = make_field (&grid);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .begin = 0, .end = 1 };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (
    trp_volume_resample (source, &grid, TRP_INTERPOLATION_LINEAR, 0, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
resized_planes_keep_their_middle (void)
{
  const size_t size[3] = { 20, 18, 9 }, none[2] = { 0, 0 }, some[2] = { 64, 33 };
  const double spacing[2] = { 0.75, 1.25 };
  const TrpGeometry grid = make_oblique (size, 0.3, trp_vec3 (-10, -12, 14));
  TrpGeometry resized;

  for (int axis = 0; axis < 3; axis++)
    {
      const int first = axis == 0 ? 1 : 0, second = axis == 2 ? 1 : 2;

      g_assert_true (trp_geometry_resize_plane (&grid, axis, spacing, some, &resized, NULL));
      g_assert_cmpuint (resized.size[axis], ==, size[axis]);
      g_assert_cmpuint (resized.size[first], ==, 64);
      g_assert_cmpuint (resized.size[second], ==, 33);
      trp_assert_near (trp_geometry_get_spacing (&resized, first), 0.75, 1e-12);
      trp_assert_near (trp_geometry_get_spacing (&resized, second), 1.25, 1e-12);
      trp_assert_near (trp_geometry_get_spacing (&resized, axis),
                       trp_geometry_get_spacing (&grid, axis), 1e-12);
      trp_assert_near (
        trp_vec3_distance (trp_geometry_get_center (&resized), trp_geometry_get_center (&grid)), 0,
        1e-9);
    }
  /* 20 x 1.5 mm at 0.75 mm are 40 voxels; 18 x 2 mm at 1.25 mm are 28.8, so 29 */
  g_assert_true (trp_geometry_resize_plane (&grid, 2, spacing, none, &resized, NULL));
  g_assert_cmpuint (resized.size[0], ==, 40);
  g_assert_cmpuint (resized.size[1], ==, 29);
}

/* Whole numbers without any symmetry; tests/golden/bspline.py makes the same. */
static float
rough (size_t i, size_t j, size_t k)
{
  return (float) ((7 * i + 3 * j * j + 5 * k + i * j * k) % 23);
}

/* tests/golden/bspline.py, scipy 1.10.1: ndimage.map_coordinates, order 3, mode "mirror" */
static void
cubic_is_scipys (void)
{
  static const struct
  {
    TrpVec3 at;
    double value;
  } golden[] = {
    { { { 0, 0, 0 } }, 0.000000000 },         { { { 2.5, 1.25, 0.5 } }, 4.797085294 },
    { { { 0.1, 3.9, 2.75 } }, 16.516741496 }, { { { 4.9, 0.3, 1.5 } }, 18.798725920 },
    { { { 5, 4, 3 } }, 20.000000000 },        { { { 3.3, 2.2, 1.1 } }, 15.693354152 },
  };
  const size_t size[3] = { 6, 5, 4 };
  float values[4][5][6];

  for (size_t k = 0; k < 4; k++)
    for (size_t j = 0; j < 5; j++)
      for (size_t i = 0; i < 6; i++)
        values[k][j][i] = rough (i, j, k);
  trp_bspline_prefilter (&values[0][0][0], size);
  trp_assert_near ((double) values[1][2][0], 61.509011164, 2e-5); /* spline_filter()[1, 2] */
  trp_assert_near ((double) values[1][2][5], 100.387958533, 2e-5);
  for (size_t n = 0; n < G_N_ELEMENTS (golden); n++)
    {
      const TrpLine line = { golden[n].at, trp_vec3 (0, 0, 0) };
      float value;

      trp_line_sample_bspline (&line, &values[0][0][0], size, -1, 1, &value);
      trp_assert_near ((double) value, golden[n].value,
                       2e-5); /* coefficients are floats up to 1e2 */
    }
}

/* The curve goes through the voxels, on axes of 3, 2 and 1 of them too; far outside there is none.
 */
static void
cubic_goes_through_the_voxels (void)
{
  const size_t sizes[][3] = { { 6, 5, 4 }, { 3, 2, 1 }, { 1, 1, 2 }, { 1, 1, 1 } };
  const double spacing[3] = { 1, 2, 3 };

  for (size_t n = 0; n < G_N_ELEMENTS (sizes); n++)
    {
      const TrpGeometry grid = trp_geometry_axial (sizes[n], spacing, trp_vec3 (4, 5, 6));
      const TrpGeometry away = trp_geometry_axial (sizes[n], spacing, trp_vec3 (44, 5, 6));
      g_autoptr (TrpVolume) source = make_field (&grid);
      g_autoptr (TrpVolume) same = resample (source, &grid, TRP_INTERPOLATION_CUBIC, -1000);
      g_autoptr (TrpVolume) none = resample (source, &away, TRP_INTERPOLATION_CUBIC, -1000);
      const float *expected = trp_volume_peek_voxels (source),
                  *values = trp_volume_peek_voxels (same);

      for (size_t v = 0; v < trp_geometry_count_voxels (&grid); v++)
        {
          trp_assert_near ((double) values[v], (double) expected[v], 1e-4);
          g_assert_cmpfloat (((const float *) trp_volume_peek_voxels (none))[v], ==, -1000);
        }
    }
}

static void
cubic_refuses_what_is_no_number (void)
{
  const size_t size[3] = { 2, 1, 1 };
  const double spacing[3] = { 1, 1, 1 };
  const TrpGeometry grid = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  const float values[2] = { 1, NAN };
  g_autoptr (GBytes) bytes = g_bytes_new (values, sizeof values);
  g_autoptr (TrpVolume) source = trp_volume_new (&grid, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_volume_resample (source, &grid, TRP_INTERPOLATION_CUBIC, 0, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
}

static void
resized_grids_keep_their_middle (void)
{
  const size_t size[3] = { 20, 18, 9 };
  const TrpGeometry grid = make_oblique (size, 0.3, trp_vec3 (-10, -12, 14));
  const double spacing[3] = { 0.75, 0, 2 };
  TrpGeometry resized;

  /* 20 x 1.5 mm at 0.75 mm are 40; 9 x 3 mm at 2 mm are 13.5, so 14 */
  g_assert_true (trp_geometry_resize (&grid, spacing, &resized, NULL));
  g_assert_cmpuint (resized.size[0], ==, 40);
  g_assert_cmpuint (resized.size[1], ==, 18);
  g_assert_cmpuint (resized.size[2], ==, 14);
  trp_assert_near (
    trp_vec3_distance (trp_geometry_get_center (&resized), trp_geometry_get_center (&grid)), 0,
    1e-9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resample/linear-gives-a-linear-field-back", linear_gives_a_linear_field_back);
  g_test_add_func ("/resample/same-grid-gives-the-same-values", same_grid_gives_the_same_values);
  g_test_add_func ("/resample/nearest-keeps-type-and-scale", nearest_keeps_type_and_scale);
  g_test_add_func ("/resample/a-tie-takes-the-larger-index", a_tie_takes_the_larger_index);
  g_test_add_func ("/resample/threads-do-not-change-a-bit", threads_do_not_change_a_bit);
  g_test_add_func ("/resample/cancel-stops", cancel_stops);
  g_test_add_func ("/resample/resized-planes-keep-their-middle", resized_planes_keep_their_middle);
  g_test_add_func ("/resample/cubic-is-scipys", cubic_is_scipys);
  g_test_add_func ("/resample/cubic-goes-through-the-voxels", cubic_goes_through_the_voxels);
  g_test_add_func ("/resample/cubic-refuses-what-is-no-number", cubic_refuses_what_is_no_number);
  g_test_add_func ("/resample/resized-grids-keep-their-middle", resized_grids_keep_their_middle);
  return g_test_run ();
}
