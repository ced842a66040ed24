/* test-case-preview.c - what preprocessing makes of one case, to look at
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "core/method/case-preview.h"
#include "tests/lib/check.h"

#define SIDE 64

/* A CT: a square of 200 HU, 40 voxels wide, in air. */
static char *
save_case (const char *folder)
{
  const size_t size[3] = { SIDE, SIDE, 3 };
  const double spacing[3] = { 2, 2, 3 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (-63, -63, 10));
  const TrpVolumeInfo info = { .modality = TRP_MODALITY_CT };
  int16_t *voxels = g_new (int16_t, SIDE * SIDE * 3);
  g_autofree char *path = g_build_filename (folder, "ct.nii.gz", NULL);
  char *list = g_build_filename (folder, "cases.csv", NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (GError) error = NULL;

  for (int n = 0; n < SIDE * SIDE * 3; n++)
    voxels[n] = ABS (n % SIDE - 32) < 20 && ABS (n / SIDE % SIDE - 32) < 20 ? 200 : -1000;
  bytes = g_bytes_new_take (voxels, SIDE * SIDE * 3 * sizeof *voxels);
  volume = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, &info, &error);
  g_assert_no_error (error);
  if (!trp_volume_save (volume, path, &error))
    g_assert_no_error (error);
  g_assert_true (g_file_set_contents (list, "case,ct\na,ct.nii.gz\n", -1, NULL));
  return list;
}

static TrpRecipe *
make_recipe (const char *steps)
{
  g_autoptr (GError) error = NULL;
  TrpRecipe *recipe = trp_recipe_load ("segmenter-phantom", &error);
  const char *const settings[] = { "data.source=ct", "data.spacing=4", "data.size=32",
                                   "data.ct_curve=-1000:-1, 1000:1", steps };

  g_assert_no_error (error);
  for (size_t n = 0; n < G_N_ELEMENTS (settings); n++)
    if (!trp_recipe_set (recipe, settings[n], &error))
      g_assert_no_error (error);
  return recipe;
}

/* Greys of the stages at the square's middle and outside of it. */
static void
test_stages_and_samples (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = save_case (folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDataList) list = trp_data_list_load (path, &error);
  g_autoptr (TrpRecipe) recipe = make_recipe ("preprocess.ct_steps=clip -100 100; crop-centre 0.5");
  g_autoptr (TrpCasePreview)
    preview = trp_case_preview_new (recipe, list, 0, TRP_DATA_CT, NULL, &error);
  uint8_t grey[64 * 64], again[64 * 64];

  g_assert_no_error (error);
  g_assert_cmpuint (trp_case_preview_get_n_stages (preview), ==, 4);
  g_assert_null (trp_case_preview_get_step (preview, 0));
  g_assert_cmpstr (trp_case_preview_get_step (preview, 1), ==, "clip -100 100");
  g_assert_null (trp_case_preview_get_step (preview, 3));
  g_assert_cmpstr (trp_case_preview_get_note (preview, 0), ==,
                   "64 \u00d7 64 \u00d7 3, 2 \u00d7 2 \u00d7 3 mm");
  g_assert_cmpstr (trp_case_preview_get_note (preview, 3), ==,
                   "32 \u00d7 32 \u00d7 3, 4 \u00d7 4 \u00d7 3 mm");
  g_assert_cmpuint (trp_case_preview_get_n_slices (preview), ==, 3);
  g_assert_cmpfloat_with_epsilon (trp_case_preview_get_position (preview, 2), 16, 1e-9);
  /* one pixel is 2 mm: the square is the middle 39 of 64, the crop the middle 32 */
  trp_case_preview_draw (preview, 0, 1, 64, grey);
  g_assert_cmpuint (grey[32 * 64 + 32], >, 200);
  g_assert_cmpuint (grey[32 * 64 + 14], >, 200);
  g_assert_cmpuint (grey[32 * 64 + 2], ==, 0);
  trp_case_preview_draw (preview, 2, 1, 64, grey);
  g_assert_cmpuint (grey[32 * 64 + 32], >, 0);
  g_assert_cmpuint (grey[32 * 64 + 14], <, 30); /* not there any more */
  /* 100 HU is 0.1 of the curve: grey 140 */
  trp_case_preview_draw (preview, 3, 1, 64, grey);
  g_assert_cmpuint (grey[32 * 64 + 32], ==, 140);
  g_assert_cmpuint (trp_case_preview_get_sample_side (preview), ==, 32);
  trp_case_preview_draw_sample (preview, 1, 5, grey);
  trp_case_preview_draw_sample (preview, 1, 5, again);
  g_assert_cmpmem (grey, 32 * 32, again, 32 * 32);
  trp_case_preview_draw_sample (preview, 1, 6, again);
  g_assert_cmpint (memcmp (grey, again, 32 * 32), !=, 0);
  trp_test_remove_folder (folder);
}

static void
test_what_cannot_be_read_is_said (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = save_case (folder), *image = g_build_filename (folder, "ct.nii.gz", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDataList) list = trp_data_list_load (path, &error);
  g_autoptr (TrpRecipe) recipe = make_recipe ("preprocess.ct_steps=clip -100 100");

  g_assert_true (g_file_set_contents (image, "no image", -1, NULL));
  g_assert_null (trp_case_preview_new (recipe, list, 0, TRP_DATA_CT, NULL, &error));
  g_assert_nonnull (error);
  trp_test_remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/case-preview/stages-and-samples", test_stages_and_samples);
  g_test_add_func ("/case-preview/what-cannot-be-read-is-said", test_what_cannot_be_read_is_said);
  return g_test_run ();
}
