/* test-volume.c - values, sampling, range, what a volume refuses
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/image/volume.h"
#include "tests/lib/check.h"

static const size_t size[3] = { 4, 3, 2 };
static const double spacing[3] = { 1, 1, 1 };

static TrpVolume *
make (TrpVoxelType type, const void *voxels, double slope, double intercept)
{
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new (voxels, 24 * trp_voxel_type_get_size (type));
  g_autoptr (GError) error = NULL;
  TrpVolume *volume = trp_volume_new (&geometry, type, bytes, slope, intercept, NULL, &error);

  g_assert_no_error (error);
  return volume;
}

/* Stored value n at linear index n in every type, so that value = 2 n - 5. */
static TrpVolume *
make_ramp (TrpVoxelType type)
{
  uint8_t u8[24];
  int16_t i16[24];
  uint16_t u16[24];
  int32_t i32[24];
  float f32[24];
  const void *all[TRP_N_VOXEL_TYPES] = { u8, i16, u16, i32, f32 };

  for (int n = 0; n < 24; n++)
    {
      u8[n] = (uint8_t) n;
      i16[n] = (int16_t) n;
      u16[n] = (uint16_t) n;
      i32[n] = n;
      f32[n] = (float) n;
    }
  return make (type, all[type], 2, -5);
}

static void
every_type_gives_the_same_values (void)
{
  for (int type = 0; type < TRP_N_VOXEL_TYPES; type++)
    {
      g_autoptr (TrpVolume) volume = make_ramp ((TrpVoxelType) type);
      float values[20];
      double low, high;

      trp_assert_near (trp_volume_get_value (volume, 1, 2, 1), 2 * (1 + 4 * (2 + 3 * 1)) - 5, 0);
      trp_volume_copy_floats (volume, 3, 20, values);
      for (int n = 0; n < 20; n++)
        trp_assert_near ((double) values[n], 2 * (n + 3) - 5, 0);
      trp_volume_get_range (volume, &low, &high);
      trp_assert_near (low, -5, 0);
      trp_assert_near (high, 41, 0);
    }
}

static void
samples_linearly (void)
{
  g_autoptr (TrpVolume) volume = make_ramp (TRP_VOXEL_I16);

  /* the ramp is linear in i, j, k, so trilinear interpolation is exact: value = 2 (i + 4 j + 12 k)
   * - 5 */
  trp_assert_near (trp_volume_sample (volume, trp_vec3 (1.25, 0.5, 0.75)), 2 * (1.25 + 2 + 9) - 5,
                   1e-12);
  trp_assert_near (trp_volume_sample (volume, trp_vec3 (-0.5, 0, 0)), -5, 0); /* the rim repeats */
  g_assert_true (isnan (trp_volume_sample (volume, trp_vec3 (-0.51, 0, 0))));
  g_assert_true (isnan (trp_volume_sample (volume, trp_vec3 (0, 0, 1.51))));
  g_assert_true (isnan (trp_volume_get_value (volume, 4, 0, 0)));
  g_assert_true (isnan (trp_volume_get_value (volume, 0, -1, 0)));
}

static void
range_leaves_out_what_is_no_number (void)
{
  float voxels[24] = { 0 };
  g_autoptr (TrpVolume) volume = NULL, nothing = NULL;
  double low, high;

  voxels[0] = NAN;
  voxels[1] = INFINITY;
  voxels[2] = -INFINITY;
  voxels[5] = 3;
  volume = make (TRP_VOXEL_F32, voxels, -1, 0);
  trp_volume_get_range (volume, &low, &high);
  trp_assert_near (low, -3, 0);
  trp_assert_near (high, 0, 0);
  for (int n = 0; n < 24; n++)
    voxels[n] = NAN;
  nothing = make (TRP_VOXEL_F32, voxels, 1, 0);
  trp_volume_get_range (nothing, &low, &high);
  g_assert_true (isnan (low) && isnan (high));
}

static void
refuses_short_and_flat (void)
{
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (47), 47);
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_null (trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 0, 0, NULL, NULL));
  g_assert_null (trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, (double) NAN, 0, NULL, NULL));
}

static void
info_is_copied (void)
{
  g_autoptr (TrpVolume) plain = make_ramp (TRP_VOXEL_U8);
  char *warnings[] = { (char *) "one", NULL };
  TrpVolumeInfo info = { .modality = TRP_MODALITY_CT, .unit = (char *) "HU", .warnings = warnings };
  g_autoptr (TrpVolume) volume = trp_volume_new_with_info (plain, &info);

  g_assert_cmpstr (trp_volume_get_info (volume)->unit, ==, "HU");
  g_assert_true (trp_volume_get_info (volume)->unit != info.unit);
  g_assert_cmpstr (trp_volume_get_info (volume)->warnings[0], ==, "one");
  g_assert_true (trp_volume_peek_voxels (volume) == trp_volume_peek_voxels (plain));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/volume/every-type-gives-the-same-values", every_type_gives_the_same_values);
  g_test_add_func ("/volume/samples-linearly", samples_linearly);
  g_test_add_func ("/volume/range-leaves-out-what-is-no-number",
                   range_leaves_out_what_is_no_number);
  g_test_add_func ("/volume/refuses-short-and-flat", refuses_short_and_flat);
  g_test_add_func ("/volume/info-is-copied", info_is_copied);
  return g_test_run ();
}
