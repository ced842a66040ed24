/* test-steps-use.c - preprocessing steps in data sets, trainings and results
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "core/method/augment-preview.h"
#include "core/method/case-preview.h"
#include "core/method/dataset.h"
#include "core/method/model.h"
#include "core/method/preprocess/pipeline.h"
#include "tests/lib/check.h"
#include "tests/lib/training.h"

#include <math.h>
#include <string.h>

static TrpDataset *
load (const TrpTraining *f, TrpDataRole role, const char *steps, double body_fraction)
{
  TrpDatasetSpec spec = { .steps = steps, .size = 16, .body_fraction = body_fraction };
  g_autoptr (GError) error = NULL;
  TrpDataset *dataset;
  size_t bytes;

  spec.intensity.curve = trp_curve_window (-1000, 1000);
  g_assert_true (trp_dataset_estimate_bytes (f->list, role, &spec, &bytes, &error));
  dataset = trp_dataset_load (f->list, role, &spec, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_dataset_get_bytes (dataset), <=, bytes);
  return dataset;
}

static TrpModel *
train (const TrpTraining *f, TrpTrainerKind kind, const char *steps, const char *name)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (kind);
  g_autofree char *folder = trp_training_subfolder (f, name);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  TrpModel *model;

  trp_tiny_set (recipe, "training.steps=4");
  trp_tiny_set (recipe, steps);
  trp_training_run (f, recipe, folder, false);
  trp_training_run (f, recipe, folder, true); /* with the recipe that has learnt nothing */
  model = trp_model_load (path, &error);
  g_assert_no_error (error);
  return model;
}

/* --- data sets --- */

/* An MR of air at 20, a body about 700 and an insert of 350. */
static void
test_a_data_set_learns_and_keeps (TrpTraining *f, const void *data)
{
  g_autoptr (TrpDataset) dataset = load (f, TRP_DATA_MR, "outline learnt; nyul 5 95", 0);
  g_autoptr (TrpDataset) again = NULL;
  g_autofree char *text = g_strdup ("outline learnt; nyul 5 95"), *same = NULL;
  g_autoptr (TrpPipeline) pipeline = NULL;

  trp_dataset_keep_steps (dataset, &text);
  pipeline = trp_pipeline_parse (text, NULL);
  g_assert_nonnull (pipeline);
  g_assert_false (trp_pipeline_needs_fit (pipeline));
  /* between air, 20, and the body, 690 to 710 */
  g_assert_cmpfloat (trp_pipeline_peek_step (pipeline, 0)->fitted[0], >, 20);
  g_assert_cmpfloat (trp_pipeline_peek_step (pipeline, 0)->fitted[0], <, 690);
  trp_assert_near (trp_pipeline_peek_step (pipeline, 1)->fitted[1], 1000, 1e-9);
  /* what has been learnt is not learnt again */
  again = load (f, TRP_DATA_MR, "outline learnt = 50; nyul 5 95 = 0 500", 0);
  trp_dataset_keep_steps (again, &same);
  g_assert_cmpstr (same, ==, "outline learnt = 50; nyul 5 95 = 0 500");
}

static void
test_steps_change_what_is_learnt_from (TrpTraining *f, const void *data)
{
  g_autoptr (TrpDataset) plain = load (f, TRP_DATA_CT, NULL, 0);
  g_autoptr (TrpDataset) stepped = load (f, TRP_DATA_CT, "clip -500 0; slices 25 75", 0);
  const TrpFrame *frame;
  const float *stack;
  double high = -1;

  g_assert_cmpuint (trp_dataset_get_n_slices (plain), ==, 8);
  g_assert_cmpuint (trp_dataset_get_n_slices (stepped), ==, 4);
  trp_dataset_peek_volume (stepped, 0, &frame, NULL, &stack, NULL);
  g_assert_cmpuint (frame->output.size[2], ==, 2);
  for (size_t n = 0; n < 16 * 16 * 2; n++)
    {
      g_assert_true (stack[n] >= -0.5F && stack[n] <= 0); /* -500 and 0 HU of -1000..1000 */
      high = MAX (high, (double) stack[n]);
    }
  g_assert_cmpfloat (high, ==, 0);
}

/* The first MR darker in its two lower slices, and its structure in the two upper ones alone. */
static void
make_uneven_case (const TrpTraining *f)
{
  static const char *const names[] = { "m1.nii", "l1.nii" };

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = g_build_filename (f->folder, names[n], NULL);
      g_autoptr (TrpVolume) volume = trp_volume_load (path, NULL, NULL);
      const TrpGeometry *grid = trp_volume_get_geometry (volume);
      const size_t n_voxels = trp_geometry_count_voxels (grid);
      float *values = g_new (float, n_voxels);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (TrpVolume) changed = NULL;

      trp_volume_copy_floats (volume, 0, n_voxels, values);
      for (size_t i = 0; i < n_voxels / 2; i++)
        values[i] *= n == 0 ? 0.7F : 0; /* still body to Otsu */
      bytes = g_bytes_new_take (values, n_voxels * sizeof *values);
      changed = trp_volume_new (grid, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
      g_assert_true (trp_volume_save (changed, path, NULL));
    }
}

static void
test_what_is_left_out_is_listed (TrpTraining *f, const void *data)
{
  g_autoptr (TrpDataset) dataset = load (f, TRP_DATA_CT, "slices 25 75; cover-labels 0 3", 0.6);
  const GPtrArray *left_out = trp_dataset_peek_left_out (dataset);
  const TrpLeftOut *first;

  g_assert_cmpuint (left_out->len, >=, 2);
  first = left_out->pdata[0];
  g_assert_cmpstr (first->name, ==, "C1");
  g_assert_cmpuint (first->n_slices, ==, 2);
  g_assert_cmpuint (first->n_all, ==, 4);
  g_assert_nonnull (strstr (first->why, "slices 25 75"));
}

/* Which slices show a structure is known in training only: what the other steps and the curve of
 * [data] make of a patient must not hang on it. An insert in the two upper slices, where the body
 * is darker below: percentiles of these two alone would be others. */
static void
test_chosen_slices_have_the_values_of_use (TrpTraining *f, const void *data)
{
  static const char *const texts[] = { "cover-labels 0 3; percentiles 5 95",
                                       "percentiles 5 95; cover-labels 0 3", "cover-labels 0 3" };

  make_uneven_case (f);
  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    {
      TrpDatasetSpec spec = { .steps = texts[n], .size = 16, .n_labels = 1, .labels = { 3 } };
      g_autoptr (TrpDataset) chosen = NULL;
      g_autoptr (TrpDataset) all = NULL;
      const float *of_chosen, *of_all;
      const TrpFrame *frame;

      spec.intensity.kind = TRP_INTENSITY_PERCENTILES;
      spec.intensity.percentile_low = 10;
      spec.intensity.percentile_high = 90;
      spec.intensity.clip = 1;
      chosen = trp_dataset_load (f->list, TRP_DATA_MR, &spec, NULL, NULL);
      spec.steps = n < 2 ? "percentiles 5 95" : NULL;
      all = trp_dataset_load (f->list, TRP_DATA_MR, &spec, NULL, NULL);
      g_assert_true (chosen && all);
      trp_dataset_peek_volume (all, 0, &frame, NULL, &of_all, NULL);
      g_assert_cmpuint (frame->output.size[2], ==, 4);
      trp_dataset_peek_volume (chosen, 0, &frame, NULL, &of_chosen, NULL);
      g_assert_cmpuint (frame->output.size[2], ==, 2);
      g_assert_cmpmem (of_chosen, 2 * 16 * 16 * sizeof (float), of_all + 2 * 16 * 16,
                       2 * 16 * 16 * sizeof (float));
    }
}

/* A pixel of 8 bits tells network values apart that are 1/127.5 from one another. */
static void
check_greys (const uint8_t *greys, const float *values, size_t n)
{
  for (size_t i = 0; i < n; i++)
    g_assert_cmpfloat (fabs (greys[i] - 127.5 * ((double) values[i] + 1)), <=, 0.501);
}

/* Of the first MR: its two slices with the structure. */
static TrpDataset *
load_two_slices (const TrpTraining *f, const TrpRecipe *recipe, const float **out_stack)
{
  const TrpDatasetSpec spec = { .steps = recipe->preprocessing[TRP_STEPS_MR],
                                .spacing = recipe->spacing,
                                .size = 16,
                                .intensity = recipe->mr };
  g_autoptr (GError) error = NULL;
  TrpDataset *dataset = trp_dataset_load (f->list, TRP_DATA_MR, &spec, NULL, &error);
  const TrpFrame *frame;

  g_assert_no_error (error);
  trp_dataset_peek_volume (dataset, 0, &frame, NULL, out_stack, NULL);
  g_assert_cmpuint (frame->output.size[2], ==, 2);
  return dataset;
}

static void
check_case_preview (const TrpTraining *f, const TrpRecipe *recipe, const float *stack)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpCasePreview)
    preview = trp_case_preview_new (recipe, f->list, 0, TRP_DATA_MR, NULL, &error);
  uint8_t greys[16 * 16];

  g_assert_no_error (error);
  g_assert_cmpuint (trp_case_preview_get_n_slices (preview), ==, 2);
  g_assert_cmpuint (trp_case_preview_get_sample_side (preview), ==, 16);
  for (size_t k = 0; k < 2; k++)
    {
      trp_case_preview_draw_sample (preview, k, 1, greys);
      check_greys (greys, stack + k * 16 * 16, 16 * 16);
    }
}

static void
check_augment_preview (const TrpTraining *f, const TrpRecipe *recipe, const float *stack)
{
  g_autofree char *mr = g_build_filename (f->folder, "m1.nii", NULL);
  g_autofree char *structures = g_build_filename (f->folder, "l1.nii", NULL);
  g_autoptr (TrpVolume) image = trp_volume_load (mr, NULL, NULL);
  g_autoptr (TrpVolume) labels = trp_volume_load (structures, NULL, NULL);

  for (size_t k = 0; k < 2; k++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpAugmentPreview) preview = trp_augment_preview_new (
        recipe, TRP_STEPS_MR, image, labels, (ptrdiff_t) k, 1, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (preview->width, ==, 16);
      check_greys (preview->grey, stack + k * 16 * 16, 16 * 16);
    }
}

/* What is drawn before a training is what it is fed with: the values, and the fill of what is cut
 * out, which a step before has changed. */
static void
test_previews_show_what_training_sees (TrpTraining *f, const void *data)
{
  static const char *const texts[] = { "percentiles 5 95; cover-labels 0 3",
                                       "percentiles 5 95; crop-body 30; cover-labels 0 3" };

  make_uneven_case (f);
  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    {
      g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
      g_autofree char *steps = g_strconcat ("preprocess.mr_steps=", texts[n], NULL);
      g_autoptr (TrpDataset) dataset = NULL;
      const float *stack;

      trp_tiny_set (recipe, steps);
      recipe->augment = (TrpAugment){ .crop_min = 1 };
      recipe->mr = (TrpIntensity){
        .kind = TRP_INTENSITY_PERCENTILES, .percentile_low = 10, .percentile_high = 90, .clip = 1
      };
      dataset = load_two_slices (f, recipe, &stack);
      check_case_preview (f, recipe, stack);
      check_augment_preview (f, recipe, stack);
    }
}

/* Nor what is learnt from a training set. */
static void
test_chosen_slices_are_not_all_that_is_learnt_from (TrpTraining *f, const void *data)
{
  g_autofree char *first = NULL, *none = NULL, *expected = NULL;

  make_uneven_case (f);
  {
    g_autoptr (TrpDataset) chosen = load (f, TRP_DATA_MR, "cover-labels 0 3; outline learnt", 0);
    g_autoptr (TrpDataset) all = load (f, TRP_DATA_MR, "outline learnt", 0);

    trp_dataset_keep_steps (chosen, &first);
    trp_dataset_keep_steps (all, &none);
  }
  expected = g_strconcat (none, "; cover-labels 0 3", NULL);
  g_assert_cmpstr (first, ==, expected);
}

/* A CT of 4 axial slices, stored so that @axis_of[n] of the file runs along the patient's axis n,
 * the axis of the slices downwards. */
static void
save_stored (const TrpTraining *f, const char *name, const int axis_of[3])
{
  static const size_t lps_size[3] = { 24, 20, 4 };
  static const double lps_step[3] = { 3, 3, -5 };
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  TrpAffine affine = trp_affine_identity ();
  TrpGeometry geometry;
  g_autoptr (TrpVolume) volume = NULL;
  size_t size[3];

  for (int n = 0; n < 3; n++)
    {
      TrpVec3 column = trp_vec3 (0, 0, 0);

      column.v[n] = lps_step[n];
      trp_affine_set_column (&affine, axis_of[n], column);
      size[axis_of[n]] = lps_size[n];
    }
  g_assert_true (trp_geometry_init (&geometry, size, &affine, NULL));
  volume = trp_tiny_volume (&geometry, 1, 0);
  g_assert_true (trp_volume_save (volume, path, NULL));
}

/* Of slices 0 to 3 from the head down, 0 and 1 are the upper two, whatever the file's axes are. */
static void
test_the_list_leaves_out_axial_slices (TrpTraining *f, const void *data)
{
  static const int axes[][3] = { { 0, 1, 2 }, { 2, 0, 1 }, { 1, 2, 0 }, { 0, 2, 1 } };

  for (size_t n = 0; n < G_N_ELEMENTS (axes); n++)
    {
      static const char csv[] = "case,ct,leave_out\nA,stored.nii,0-1\n";
      g_autoptr (TrpDataList) list = trp_data_list_parse (csv, strlen (csv), f->folder, NULL);
      TrpDatasetSpec spec = { .size = 16 };
      float batch[2][16 * 16];
      const float *stack;
      g_autoptr (TrpDataset) dataset = NULL;

      save_stored (f, "stored.nii", axes[n]);
      spec.intensity.curve = trp_curve_window (-1000, 1000);
      dataset = trp_dataset_load (list, TRP_DATA_CT, &spec, NULL, NULL);
      g_assert_nonnull (dataset);
      g_assert_cmpuint (trp_dataset_get_n_slices (dataset), ==, 2);
      g_assert_cmpuint (trp_dataset_peek_left_out (dataset)->len, ==, 1);
      trp_dataset_peek_volume (dataset, 0, NULL, NULL, &stack, NULL);
      trp_dataset_fill_batch (dataset, NULL, 1, 0, 2, 0, 0, batch[0], NULL);
      for (int sample = 0; sample < 2; sample++) /* the stack goes upwards */
        g_assert_true (memcmp (batch[sample], stack, sizeof batch[0]) == 0 ||
                       memcmp (batch[sample], stack + 16 * 16, sizeof batch[0]) == 0);
    }
}

/* In the folder of a training too. */
static void
test_what_is_left_out_is_written (TrpTraining *f, const void *data)
{
  g_autoptr (TrpModel) model = train (f, TRP_TRAINER_SEGMENTER, "ct_steps=slices 0 60", "left");
  g_autofree char *path = g_build_filename (f->folder, "left", "left-out.csv", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==,
                   "case,slices,of,why\n"
                   "C1,1,4,slices 0 60: slices 1 to 3 of 4\n"
                   "C2,1,4,slices 0 60: slices 1 to 3 of 4\n");
}

static void
test_mistakes_name_the_case (TrpTraining *f, const void *data)
{
  static const char *const texts[] = { "cover-labels 0 77", "outline 5000", "blur" };
  static const char *const words[] = { "Case C1: Step cover-labels", "Case C1: Step outline",
                                       "no preprocessing step" };

  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    {
      TrpDatasetSpec spec = { .steps = texts[n], .size = 16 };
      g_autoptr (GError) error = NULL;

      spec.intensity.curve = trp_curve_window (-1000, 1000);
      g_assert_null (trp_dataset_load (f->list, TRP_DATA_CT, &spec, NULL, &error));
      if (!strstr (error->message, words[n]))
        g_error ("%s", error->message);
    }
}

/* --- recipes --- */

static void
test_a_recipe_forgets_what_was_learnt_when_compared (void)
{
  g_autoptr (TrpRecipe) here = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autoptr (TrpRecipe) there = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autoptr (TrpRecipe) parsed = NULL;
  g_autofree char *none = NULL, *difference = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;

  trp_tiny_set (here, "mr_steps=n4;nyul 5 95");
  trp_tiny_set (there, "mr_steps=n4; nyul 5 95 = 0 1000");
  none = trp_recipe_dup_difference (there, here);
  g_assert_null (none);
  trp_tiny_set (there, "mr_steps=nyul 5 95 = 0 1000");
  difference = trp_recipe_dup_difference (there, here);
  g_assert_nonnull (strstr (difference, "preprocess.mr_steps"));
  text = trp_recipe_to_text (there);
  parsed = trp_recipe_parse (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (parsed->preprocessing[TRP_STEPS_MR], ==, "nyul 5 95 = 0 1000");
  g_assert_false (trp_recipe_set (parsed, "ct_steps=clip 3", &error));
  g_assert_nonnull (strstr (error->message, "preprocess.ct_steps"));
}

static void
test_a_window_is_a_curve (void)
{
  static const struct
  {
    const char *text;
    double low, high;
  } cases[] = { { "ct_curve=soft-tissue", -500, 500 },
                { "ct_curve=head", -135, 215 },
                { "ct_curve=window -1000 1500.5", -1000, 1500.5 } };
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      const TrpCurve *curve = &recipe->ct.curve;

      trp_tiny_set (recipe, cases[n].text);
      g_assert_cmpuint (curve->n, ==, 2);
      g_assert_cmpfloat (trp_curve_invert (curve, -1), ==, cases[n].low);
      g_assert_cmpfloat (trp_curve_invert (curve, 1), ==, cases[n].high);
    }
  g_assert_false (trp_recipe_set (recipe, "ct_curve=window 5", NULL));
  g_assert_false (trp_recipe_set (recipe, "ct_curve=window 5 4", NULL));
  g_assert_false (trp_recipe_set (recipe, "ct_curve=window 5 6 7", NULL));
}

/* --- trainings and results --- */

/* The same network as if its recipe had no steps. */
static void
strip_steps (const TrpModel *model)
{
  char **steps = ((TrpRecipe *) trp_model_get_recipe (model))->preprocessing;

  for (int side = 0; side < TRP_N_STEP_SIDES; side++)
    {
      g_free (steps[side]);
      steps[side] = g_strdup ("");
    }
}

static void
test_a_model_carries_what_its_steps_learnt (TrpTraining *f, const void *data)
{
  g_autoptr (TrpModel)
    model = train (f, TRP_TRAINER_CYCLEGAN, "mr_steps=nyul 5 95; outline learnt", "learnt");
  g_autoptr (TrpPipeline)
    pipeline = trp_pipeline_parse (trp_model_get_recipe (model)->preprocessing[TRP_STEPS_MR], NULL);

  g_assert_false (trp_pipeline_needs_fit (pipeline));
  g_assert_cmpuint (trp_pipeline_peek_step (pipeline, 0)->n_fitted, ==, 2);
}

static TrpVolume *
make_volume (int kind)
{
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 48, 40, 5 },
                                               (const double[]){ 1, 1, 3 }, trp_vec3 (7, 8, 9));

  return trp_tiny_volume (&grid, kind, 0);
}

/* Cropped by whole voxels, the result within is what the network makes of the cropped image;
 * outside is air. */
static void
test_synct_is_put_back (TrpTraining *f, const void *data)
{
  static const char steps[] = "crop-centre 0.5; slices 20 80";
  g_autoptr (TrpModel) model = train (f, TRP_TRAINER_CYCLEGAN,
                                      "mr_steps=crop-centre 0.5; "
                                      "slices 20 80",
                                      "synct");
  g_autoptr (TrpPipeline) pipeline = trp_pipeline_parse (steps, NULL);
  g_autoptr (TrpVolume) mr = make_volume (0), whole = NULL, part = NULL;
  g_auto (TrpStepImage) cropped = { 0 };
  const TrpInferOptions options = { .device = "cpu" };
  g_autoptr (GError) error = NULL;
  size_t n_inside = 0;

  g_assert_true (trp_pipeline_apply (pipeline, mr, NULL, TRP_AIR_MR, TRP_PIPELINE_ALL, NULL,
                                     &cropped, NULL, NULL));
  whole = trp_model_synthesize (model, mr, &options, NULL, &error);
  g_assert_no_error (error);
  strip_steps (model);
  part = trp_model_synthesize (model, cropped.image, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (
    trp_geometry_equal (trp_volume_get_geometry (whole), trp_volume_get_geometry (mr)));
  for (ptrdiff_t k = 0; k < 5; k++)
    for (ptrdiff_t j = 0; j < 40; j++)
      for (ptrdiff_t i = 0; i < 48; i++)
        {
          /* 24 x 20 x 3 voxels from (12, 10, 1) on */
          const double inside = trp_volume_get_value (part, i - 12, j - 10, k - 1);

          n_inside += !isnan (inside);
          g_assert_cmpfloat (trp_volume_get_value (whole, i, j, k), ==,
                             isnan (inside) ? -1000 : inside);
        }
  g_assert_cmpuint (n_inside, ==, 24 * 20 * 3);
}

/* Another spacing and an outline: the result still lies on the image's grid. */
static void
test_synct_of_resampled_images_lies_on_their_grid (TrpTraining *f, const void *data)
{
  g_autoptr (TrpModel) model = train (
    f, TRP_TRAINER_CYCLEGAN, "mr_steps=resample 2.5 2.5 4 cubic; outline; crop-body 20", "spaced");
  g_autoptr (TrpVolume) mr = make_volume (0), synct = NULL;
  const TrpInferOptions options = { .device = "cpu" };
  g_autoptr (GError) error = NULL;
  double low, high;

  synct = trp_model_synthesize (model, mr, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (
    trp_geometry_equal (trp_volume_get_geometry (synct), trp_volume_get_geometry (mr)));
  trp_volume_get_range (synct, &low, &high);
  g_assert_true (low >= -1000 && high <= 1000 && high > low);
}

static void
test_contours_are_put_back (TrpTraining *f, const void *data)
{
  g_autoptr (TrpModel)
    model = train (f, TRP_TRAINER_SEGMENTER, "ct_steps=crop-centre 0.5", "gland");
  g_autoptr (TrpPipeline) pipeline = trp_pipeline_parse ("crop-centre 0.5", NULL);
  g_autoptr (TrpVolume) ct = make_volume (1);
  g_auto (TrpStepImage) cropped = { 0 };
  const TrpInferOptions options = { .device = "cpu" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStructureSet) whole = NULL, part = NULL;
  const TrpMask *masks[2];

  g_assert_true (trp_pipeline_apply (pipeline, ct, NULL, TRP_AIR_HU, TRP_PIPELINE_ALL, NULL,
                                     &cropped, NULL, NULL));
  whole = trp_model_segment (model, ct, &options, NULL, &error);
  g_assert_no_error (error);
  strip_steps (model);
  part = trp_model_segment (model, cropped.image, &options, NULL, &error);
  g_assert_no_error (error);
  masks[0] = trp_structure_peek_mask (trp_structure_set_get (whole, 0));
  masks[1] = trp_structure_peek_mask (trp_structure_set_get (part, 0));
  g_assert_cmpuint (trp_mask_count (masks[1]), >, 0); /* else the test could not fail */
  g_assert_cmpuint (trp_mask_count (masks[0]), ==, trp_mask_count (masks[1]));
  for (size_t k = 0; k < 5; k++)
    for (size_t j = 0; j < 20; j++)
      for (size_t i = 0; i < 24; i++)
        g_assert_true (trp_mask_get (masks[0], i + 12, j + 10, k) ==
                       trp_mask_get (masks[1], i, j, k));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test)                                                                            \
  g_test_add (path, TrpTraining, NULL, trp_training_set_up, test, trp_training_tear_down)
  ADD ("/steps-use/a-data-set-learns-and-keeps", test_a_data_set_learns_and_keeps);
  ADD ("/steps-use/steps-change-what-is-learnt-from", test_steps_change_what_is_learnt_from);
  ADD ("/steps-use/what-is-left-out-is-listed", test_what_is_left_out_is_listed);
  ADD ("/steps-use/chosen-slices-have-the-values-of-use",
       test_chosen_slices_have_the_values_of_use);
  ADD ("/steps-use/previews-show-what-training-sees", test_previews_show_what_training_sees);
  ADD ("/steps-use/chosen-slices-are-not-all-that-is-learnt-from",
       test_chosen_slices_are_not_all_that_is_learnt_from);
  ADD ("/steps-use/the-list-leaves-out-axial-slices", test_the_list_leaves_out_axial_slices);
  ADD ("/steps-use/what-is-left-out-is-written", test_what_is_left_out_is_written);
  ADD ("/steps-use/mistakes-name-the-case", test_mistakes_name_the_case);
  g_test_add_func ("/steps-use/a-recipe-forgets-what-was-learnt-when-compared",
                   test_a_recipe_forgets_what_was_learnt_when_compared);
  g_test_add_func ("/steps-use/a-window-is-a-curve", test_a_window_is_a_curve);
  ADD ("/steps-use/a-model-carries-what-its-steps-learnt",
       test_a_model_carries_what_its_steps_learnt);
  ADD ("/steps-use/synct-is-put-back", test_synct_is_put_back);
  ADD ("/steps-use/synct-of-resampled-images-lies-on-their-grid",
       test_synct_of_resampled_images_lies_on_their_grid);
  ADD ("/steps-use/contours-are-put-back", test_contours_are_put_back);
  return g_test_run ();
}
