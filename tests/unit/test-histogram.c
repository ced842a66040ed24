/* test-histogram.c - counts, percentiles and Otsu's threshold against numpy and scikit-image
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Expected numbers: tests/golden/histogram.py.
 */

#include "core/base/parallel.h"
#include "core/image/histogram.h"
#include "tests/lib/check.h"

#define N 6000

static const double percents[] = { 0, 0.5, 25.3, 50, 99.5, 100 };

static int
get_value (int i)
{
  const int x = (int) (((int64_t) i * i * 31 + i * 7) % 701);

  return (i % 5 < 2 ? x / 3 : x + 900) - 500;
}

static TrpVolume *
make (TrpVoxelType type, double slope, double intercept)
{
  const size_t size[3] = { 30, 20, 10 };
  const double spacing[3] = { 1, 1, 1 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  static int16_t i16[N];
  static uint16_t u16[N];
  static int32_t i32[N];
  static float f32[N];
  const void *const all[TRP_N_VOXEL_TYPES] = { NULL, i16, u16, i32, f32 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  TrpVolume *volume;

  for (int i = 0; i < N; i++)
    {
      i16[i] = (int16_t) get_value (i);
      u16[i] = (uint16_t) (get_value (i) + 500);
      i32[i] = get_value (i);
      f32[i] = (float) get_value (i) * 0.25f;
    }
  bytes = g_bytes_new (all[type], N * trp_voxel_type_get_size (type));
  volume = trp_volume_new (&geometry, type, bytes, slope, intercept, NULL, &error);
  g_assert_no_error (error);
  return volume;
}

static void
check (const TrpVolume *volume, const double *expected)
{
  double values[G_N_ELEMENTS (percents)];

  g_assert_true (
    trp_volume_get_percentiles (volume, -INFINITY, percents, G_N_ELEMENTS (percents), values));
  for (size_t n = 0; n < G_N_ELEMENTS (percents); n++)
    trp_assert_near (values[n], expected[n], 1e-9); /* rounding of a sum in double */
}

static void
percentiles_are_those_of_numpy (void)
{
  static const double as_int[] = { -500, -498, -360, 513, 1095.0100000000002, 1099 };
  static const double as_float[] = { -125, -124.5, -90, 128.25, 273.75250000000005, 274.75 };
  static const double falling[] = { -3191, -3183.02, -2575, -2019, 3, 7 };
  g_autoptr (TrpVolume) i16 = make (TRP_VOXEL_I16, 1, 0);
  g_autoptr (TrpVolume) i32 = make (TRP_VOXEL_I32, 1, 0);
  g_autoptr (TrpVolume) f32 = make (TRP_VOXEL_F32, 1, 0);
  g_autoptr (TrpVolume) u16 = make (TRP_VOXEL_U16, -2, 7);

  check (i16, as_int);
  check (i32, as_int);
  check (f32, as_float);
  check (u16, falling);
}

static double
get_otsu (const TrpVolume *volume)
{
  g_autoptr (TrpHistogram) histogram = trp_histogram_new (volume, 0);

  return trp_histogram_get_otsu (histogram);
}

static void
otsu_is_that_of_scikit_image (void)
{
  g_autoptr (TrpVolume) i16 = make (TRP_VOXEL_I16, 1, 0);
  g_autoptr (TrpVolume) f32 = make (TRP_VOXEL_F32, 1, 0);
  g_autoptr (TrpVolume) u16 = make (TRP_VOXEL_U16, -2, 7);

  trp_assert_near (get_otsu (i16), -267, 0);
  trp_assert_near (get_otsu (f32), -66.44287109375, 1e-9);
  trp_assert_near (get_otsu (u16), -1793, 0);
}

static void
foreground_is_above_otsu (void)
{
  g_autoptr (TrpVolume) i16 = make (TRP_VOXEL_I16, 1, 0);
  g_autoptr (TrpVolume) f32 = make (TRP_VOXEL_F32, 1, 0);
  g_autoptr (TrpVolume) u16 = make (TRP_VOXEL_U16, -2, 7);
  double low, high;

  trp_volume_get_foreground_range (i16, 0.5, 99.5, &low, &high);
  trp_assert_near (low, 401, 1e-9);
  trp_assert_near (high, 1098, 1e-9);
  trp_volume_get_foreground_range (f32, 0.5, 99.5, &low, &high);
  trp_assert_near (low, 100.25, 1e-9);
  trp_assert_near (high, 274.5, 1e-9);
  trp_volume_get_foreground_range (u16, 0.5, 99.5, &low, &high);
  trp_assert_near (low, -457, 1e-9);
  trp_assert_near (high, 7, 1e-9);
}

static void
tissue_is_above_the_second_otsu (void)
{
  g_autoptr (TrpVolume) i16 = make (TRP_VOXEL_I16, 1, 0);
  g_autoptr (TrpHistogram) histogram = trp_histogram_new (i16, 0);
  double low, high;

  trp_assert_near (trp_histogram_get_otsu_below (histogram, -267), -389, 0);
  trp_volume_get_tissue_range (i16, 0.5, 99.5, &low, &high);
  trp_assert_near (low, -386, 1e-9);
  trp_assert_near (high, 1097, 1e-9);
}

static void
bins_are_those_of_numpy (void)
{
  static const uint64_t expected[10] = { 1728, 672, 0, 0, 0, 306, 847, 885, 793, 769 };
  g_autoptr (TrpVolume) volume = make (TRP_VOXEL_I16, 1, 0);
  g_autoptr (TrpHistogram) histogram = trp_histogram_new (volume, 10);

  g_assert_cmpuint (histogram->n_bins, ==, 10);
  g_assert_cmpuint (histogram->total, ==, N);
  trp_assert_near (histogram->first, -420.05, 1e-9);
  trp_assert_near (histogram->step, 159.9, 1e-9);
  for (size_t n = 0; n < 10; n++)
    g_assert_cmpuint (histogram->counts[n], ==, expected[n]);
}

static TrpVolume *
make_floats (const float *values)
{
  const size_t size[3] = { 4, 1, 1 };
  const double spacing[3] = { 1, 1, 1 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new (values, 4 * sizeof *values);

  return trp_volume_new (&geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

static void
nan_counts_for_nothing (void)
{
  static const float some[4] = { NAN, 3, -1, NAN }, none[4] = { NAN, NAN, NAN, NAN };
  const double half = 50;
  g_autoptr (TrpVolume) volume = make_floats (some);
  g_autoptr (TrpVolume) empty = make_floats (none);
  double value, low, high;

  g_assert_true (trp_volume_get_percentiles (volume, -INFINITY, &half, 1, &value));
  trp_assert_near (value, 1, 0);
  g_assert_false (trp_volume_get_percentiles (volume, 3, &half, 1, &value));
  g_assert_false (trp_volume_get_percentiles (empty, -INFINITY, &half, 1, &value));
  g_assert_null (trp_histogram_new (empty, 0));
  trp_volume_get_foreground_range (empty, 1, 99, &low, &high);
  trp_assert_near (low, 0, 0);
  trp_assert_near (high, 0, 0);
}

static void
a_constant_image_has_its_value (void)
{
  static const float values[4] = { 5, 5, 5, 5 };
  g_autoptr (TrpVolume) volume = make_floats (values);
  double low, high;

  trp_volume_get_foreground_range (volume, 0.5, 99.5, &low, &high);
  trp_assert_near (low, 5, 0);
  trp_assert_near (high, 5, 0);
}

static void
threads_do_not_change_counts (void)
{
  g_autoptr (TrpVolume) volume = make (TRP_VOXEL_F32, 1, 0);
  g_autoptr (TrpHistogram) one = NULL;
  g_autoptr (TrpHistogram) many = NULL;

  trp_parallel_set_threads (1);
  one = trp_histogram_new (volume, 50);
  trp_parallel_set_threads (5);
  many = trp_histogram_new (volume, 50);
  trp_parallel_set_threads (0);
  g_assert_cmpmem (one->counts, 50 * sizeof (uint64_t), many->counts, 50 * sizeof (uint64_t));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/histogram/percentiles-are-those-of-numpy", percentiles_are_those_of_numpy);
  g_test_add_func ("/histogram/otsu-is-that-of-scikit-image", otsu_is_that_of_scikit_image);
  g_test_add_func ("/histogram/foreground-is-above-otsu", foreground_is_above_otsu);
  g_test_add_func ("/histogram/tissue-is-above-the-second-otsu", tissue_is_above_the_second_otsu);
  g_test_add_func ("/histogram/bins-are-those-of-numpy", bins_are_those_of_numpy);
  g_test_add_func ("/histogram/nan-counts-for-nothing", nan_counts_for_nothing);
  g_test_add_func ("/histogram/a-constant-image-has-its-value", a_constant_image_has_its_value);
  g_test_add_func ("/histogram/threads-do-not-change-counts", threads_do_not_change_counts);
  return g_test_run ();
}
