/* test-window-level.c - grey values against the text of DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3.2
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/window-level.h"
#include "tests/lib/check.h"

/* The pseudo code of PS3.3 C.11.2.1.2.1 with an output range of 0 to 255. */
static double
linear (double x, double c, double w)
{
  if (x <= c - 0.5 - (w - 1) / 2)
    return 0;
  if (x > c - 0.5 + (w - 1) / 2)
    return 255;
  return ((x - (c - 0.5)) / (w - 1) + 0.5) * 255;
}

/* PS3.3 C.11.2.1.3.2 */
static double
linear_exact (double x, double c, double w)
{
  if (x <= c - w / 2)
    return 0;
  if (x > c + w / 2)
    return 255;
  return ((x - c) / w + 0.5) * 255;
}

static void
check_grey (uint8_t grey, double expected)
{
  /* rounding to the nearest; at an exact half either side may come out */
  g_assert_cmpfloat (fabs ((double) grey - expected), <=, 0.5 + 1e-9);
}

static void
formulas_are_the_standards (void)
{
  static const double windows[][2] = { { 400, 40 },   { 1, 2048 }, { 4096, 2048 }, { 100, 0 },
                                       { 1.5, 0.25 }, { 2, -7 },   { 80, 40.5 } };

  for (size_t n = 0; n < G_N_ELEMENTS (windows); n++)
    for (double x = -1000; x < 5000; x += 0.25)
      {
        const double w = windows[n][0], c = windows[n][1];
        const TrpWindow plain = { w, c, false, false }, exact = { w, c, true, false };
        const TrpWindow dark = { w, c, false, true };

        check_grey (trp_window_apply (&plain, x), linear (x, c, w));
        check_grey (trp_window_apply (&exact, x), linear_exact (x, c, w));
        g_assert_cmpuint (trp_window_apply (&dark, x), ==, 255 - trp_window_apply (&plain, x));
      }
}

/* The worked examples of the two clauses. */
static void
examples_are_the_standards (void)
{
  const TrpWindow full = { 4096, 2048, false, false }, step = { 1, 2048, false, false };
  const TrpWindow hundred = { 100, 0, false, false }, one = { 1, 0, false, false };
  const TrpWindow exact_step = { 1, 2048, true, false }, exact_hundred = { 100, 0, true, false };

  g_assert_cmpuint (trp_window_apply (&full, 0), ==, 0);
  g_assert_cmpuint (trp_window_apply (&full, 4095), ==, 255);
  check_grey (trp_window_apply (&full, 1000), ((1000 - 2047.5) / 4095 + 0.5) * 255);
  g_assert_cmpuint (trp_window_apply (&step, 2047.5), ==, 0);
  g_assert_cmpuint (trp_window_apply (&step, 2048), ==, 255);
  g_assert_cmpuint (trp_window_apply (&hundred, -50), ==, 0);
  g_assert_cmpuint (trp_window_apply (&hundred, 49.001), ==, 255);
  check_grey (trp_window_apply (&hundred, 10), ((10 + 0.5) / 99 + 0.5) * 255);
  g_assert_cmpuint (trp_window_apply (&one, -0.5), ==, 0);
  g_assert_cmpuint (trp_window_apply (&one, 0), ==, 255);
  g_assert_cmpuint (trp_window_apply (&exact_step, 2047.5), ==, 0);
  g_assert_cmpuint (trp_window_apply (&exact_step, 2048.5), ==, 255);
  check_grey (trp_window_apply (&exact_step, 2048), 127.5);
  check_grey (trp_window_apply (&exact_hundred, -10), ((-10.0 - 0) / 100 + 0.5) * 255);
  g_assert_cmpuint (trp_window_apply (&full, (double) NAN), ==, 0);
}

static TrpVolume *
make (TrpVoxelType type, const void *voxels, size_t n, double slope, const TrpVolumeInfo *info)
{
  const size_t size[3] = { n, 1, 1 };
  const double spacing[3] = { 1, 1, 1 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new (voxels, n * trp_voxel_type_get_size (type));
  g_autoptr (GError) error = NULL;
  TrpVolume *volume = trp_volume_new (&geometry, type, bytes, slope, -3, info, &error);

  g_assert_no_error (error);
  return volume;
}

static void
tables_give_what_the_formula_gives (void)
{
  static const uint8_t u8[5] = { 0, 1, 127, 128, 255 };
  static const int16_t i16[5] = { -32768, -1, 0, 77, 32767 };
  static const uint16_t u16[5] = { 0, 1, 77, 32768, 65535 };
  static const int32_t i32[5] = { -70000, -1, 0, 77, 70000 };
  static const float f32[5] = { -70000, -1.25f, 0, 77.5f, 1e9f };
  const void *const all[TRP_N_VOXEL_TYPES] = { u8, i16, u16, i32, f32 };
  const TrpWindow window = { 300, 40, false, true };

  for (int type = 0; type < TRP_N_VOXEL_TYPES; type++)
    {
      g_autoptr (TrpVolume) volume = make ((TrpVoxelType) type, all[type], 5, 1.5, NULL);
      g_autoptr (TrpWindowTable) table = trp_window_table_new (&window, volume);
      const size_t element = trp_voxel_type_get_size ((TrpVoxelType) type);
      uint8_t greys[5], backwards[3];

      trp_window_table_map (table, all[type], 1, 5, greys);
      trp_window_table_map (table, (const uint8_t *) all[type] + 4 * element, -2, 3, backwards);
      for (size_t n = 0; n < 5; n++)
        g_assert_cmpuint (
          greys[n], ==,
          trp_window_apply (&window, trp_volume_get_value (volume, (ptrdiff_t) n, 0, 0)));
      g_assert_cmpuint (backwards[0], ==, greys[4]);
      g_assert_cmpuint (backwards[1], ==, greys[2]);
      g_assert_cmpuint (backwards[2], ==, greys[0]);
    }
}

static void
default_is_the_files_window (void)
{
  static const int16_t stored[2] = { 0, 100 };
  const TrpVolumeInfo info = { .modality = TRP_MODALITY_MR,
                               .window_width = 123.5,
                               .window_level = 17,
                               .window_is_exact = true,
                               .inverted = true };
  g_autoptr (TrpVolume) volume = make (TRP_VOXEL_I16, stored, 2, 1, &info);
  const TrpWindow window = trp_window_get_default (volume);
  const TrpWindow expected = { 123.5, 17, true, true };

  g_assert_true (trp_window_equal (&window, &expected));
}

static void
default_of_ct_is_soft_tissue (void)
{
  static const int16_t stored[2] = { -1000, 1000 };
  const TrpWindow expected = { 400, 40, false, false };
  const TrpModality modalities[3] = { TRP_MODALITY_CT, TRP_MODALITY_SYNCT, TRP_MODALITY_UNKNOWN };

  for (size_t n = 0; n < G_N_ELEMENTS (modalities); n++)
    {
      const TrpVolumeInfo info = { .modality = modalities[n] };
      g_autoptr (TrpVolume) volume = make (TRP_VOXEL_I16, stored, 2, 1, &info);
      const TrpWindow window = trp_window_get_default (volume);

      g_assert_true (trp_window_equal (&window, &expected));
    }
}

static void
default_of_mr_spans_its_foreground (void)
{
  int16_t stored[3003];
  const TrpVolumeInfo info = { .modality = TRP_MODALITY_MR };
  g_autoptr (TrpVolume) volume = NULL;
  TrpWindow window;

  /* Like T1: air, muscle and fat, the latter two 1001 values each. Of these 2002 values 0.5 % is at
   * rank 10.005 and 99.5 % at rank 1990.995; units are stored - 3. */
  for (int n = 0; n < 1001; n++)
    {
      stored[3 * n] = 0;
      stored[3 * n + 1] = (int16_t) (3000 + n);
      stored[3 * n + 2] = (int16_t) (20000 + n);
    }
  volume = make (TRP_VOXEL_I16, stored, 3003, 1, &info);
  window = trp_window_get_default (volume);
  trp_assert_near (window.level - 0.5 * window.width, 3010.005 - 3, 1e-9);
  trp_assert_near (window.level + 0.5 * window.width, 20989.995 - 3, 1e-9);
  g_assert_true (window.exact);
  g_assert_cmpuint (trp_window_apply (&window, 3007), ==, 0);
  g_assert_cmpuint (trp_window_apply (&window, 20987), ==, 255);
}

static void
presets_are_those_of_the_design (void)
{
  size_t n;
  const TrpWindowPreset *presets = trp_window_get_presets (&n);

  g_assert_cmpuint (n, ==, 9);
  g_assert_cmpstr (presets[0].name, ==, "soft tissue");
  trp_assert_near (presets[1].width, 1500, 0);
  trp_assert_near (presets[1].level, -600, 0);
  trp_assert_near (presets[8].width, 600, 0);
  trp_assert_near (presets[8].level, 300, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/window-level/formulas-are-the-standards", formulas_are_the_standards);
  g_test_add_func ("/window-level/examples-are-the-standards", examples_are_the_standards);
  g_test_add_func ("/window-level/tables-give-what-the-formula-gives",
                   tables_give_what_the_formula_gives);
  g_test_add_func ("/window-level/default-is-the-files-window", default_is_the_files_window);
  g_test_add_func ("/window-level/default-of-ct-is-soft-tissue", default_of_ct_is_soft_tissue);
  g_test_add_func ("/window-level/default-of-mr-spans-its-foreground",
                   default_of_mr_spans_its_foreground);
  g_test_add_func ("/window-level/presets-are-those-of-the-design",
                   presets_are_those_of_the_design);
  return g_test_run ();
}
