/* test-trainer-scores.c - trainings that validate, keep the best, end early, branch
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "core/io/structure-file.h"
#include "core/method/model.h"
#include "core/method/run-folder.h"
#include "core/metrics/overlap.h"
#include "core/metrics/similarity.h"
#include "tests/lib/check.h"
#include "tests/lib/training.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Validates on the second CT and MR every three steps; learns fast. */
static TrpRecipe *
make_recipe (TrpTrainerKind kind)
{
  TrpRecipe *recipe = trp_tiny_recipe (kind);

  trp_tiny_set (recipe, "schedule.validate_every=3");
  trp_tiny_set (recipe, "training.learning_rate=0.02");
  return recipe;
}

static TrpRecipe *
recipe_for (const void *data)
{
  return make_recipe ((TrpTrainerKind) GPOINTER_TO_INT (data));
}

/* What a run has told. */
typedef struct
{
  int n_validated, best_step, last_step, n_steps;
  double best;
  char *said;
  GCancellable *cancellable;
  int cancel_at; /* the log's row of this step */
} Seen;

static void
see_scores (const TrpTrainScores *scores, void *data)
{
  Seen *seen = data;

  seen->n_validated++;
  seen->last_step = scores->step;
  if (!scores->is_best)
    return;
  seen->best_step = scores->step;
  seen->best = scores->values[scores->score];
}

static void
see_log (const TrpTrainLog *log, void *data)
{
  Seen *seen = data;

  seen->n_steps = log->n_steps;
  if (seen->cancellable && log->step == seen->cancel_at)
    g_cancellable_cancel (seen->cancellable);
}

static void
hear (const char *sentence, void *data)
{
  Seen *seen = data;

  g_free (seen->said);
  seen->said = g_strdup (sentence);
}

static TrpTrainOptions
options_for (const TrpTraining *f, const TrpRecipe *recipe, const char *folder, Seen *seen)
{
  TrpTrainOptions options = trp_training_options (f, recipe, folder, false);

  options.fold = 1;
  options.watch =
    (TrpTrainWatch){ .log = see_log, .say = hear, .validated = see_scores, .data = seen };
  return options;
}

/* Until the log's row of @stop_at, or to the end if it is 0. */
static void
run (TrpTrainOptions options, bool resume, int stop_at)
{
  Seen *seen = options.watch.data;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&seen->said, g_free);
  seen->cancellable = stop_at ? cancellable : NULL;
  seen->cancel_at = stop_at;
  options.resume = resume;
  if (trp_train (&options, &progress, &error))
    g_assert_cmpint (stop_at, ==, 0);
  else
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (!error || stop_at);
}

static void
assert_refused (const TrpTrainOptions *options, const char *word, const char *other)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_train (options, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_nonnull (strstr (error->message, other));
  g_assert_null (strchr (error->message, '\n'));
}

static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* Of the last row of validation.csv. */
static double
read_last_value (const char *folder, const char *column)
{
  g_autofree char *text = read_file (folder, "validation.csv");
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_auto (GStrv) names = g_strsplit (lines[0], ",", -1);
  g_auto (GStrv) fields = g_strsplit (lines[g_strv_length (lines) - 1], ",", -1);

  for (size_t n = 0; names[n]; n++)
    if (strcmp (names[n], column) == 0)
      return g_ascii_strtod (fields[n], NULL);
  g_assert_not_reached ();
}

static void
assert_same_file (const char *a, const char *b, const char *name)
{
  g_autoptr (TrpSafetensors) one = trp_training_load (a, name);
  g_autoptr (TrpSafetensors) other = trp_training_load (b, name);

  trp_training_assert_same (one, other);
}

/* --- validating --- */

static void
test_validating_changes_no_bit (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *with = trp_training_subfolder (f, "with");
  g_autofree char *without = trp_training_subfolder (f, "without");
  g_autofree char *with_log = NULL, *without_log = NULL;
  g_autofree char *absent = g_build_filename (without, "validation.csv", NULL);
  Seen seen = { 0 };

  run (options_for (f, recipe, with, &seen), false, 0);
  g_assert_cmpint (seen.n_validated, ==, 7); /* 3 to 18, and the last */
  g_assert_cmpint (seen.last_step, ==, 20);
  trp_tiny_set (recipe, "schedule.validate_every=0");
  run (options_for (f, recipe, without, &seen), false, 0);
  g_assert_cmpint (seen.n_validated, ==, 7);
  assert_same_file (with, without, "checkpoint.safetensors");
  assert_same_file (with, without, "model.safetensors");
  with_log = trp_training_read_log (with);
  without_log = trp_training_read_log (without);
  g_assert_cmpstr (with_log, ==, without_log);
  g_assert_false (g_file_test (absent, G_FILE_TEST_EXISTS));
  g_free (seen.said);
}

static const TrpMask *
peek_mask (const TrpStructureSet *set, unsigned label)
{
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      TrpStructure *structure = trp_structure_set_get ((TrpStructureSet *) set, n);

      if (trp_structure_get_label (structure) == label)
        return trp_structure_peek_mask (structure);
    }
  g_assert_not_reached ();
}

/* What `infer` draws for the second CT, with its MR beside it where the recipe asks for two. */
static double
infer_dice (const TrpTraining *f, const TrpRecipe *recipe, const char *folder)
{
  g_autofree char *model_path = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *image_path = g_build_filename (f->folder, "c2.nii", NULL);
  g_autofree char *second_path = g_build_filename (f->folder, "m2.nii", NULL);
  g_autofree char *truth_path = g_build_filename (f->folder, "k2.nii", NULL);
  g_autoptr (TrpModel) model = trp_model_load (model_path, NULL);
  g_autoptr (TrpVolume) image = trp_volume_load (image_path, NULL, NULL);
  g_autoptr (TrpVolume) second = trp_volume_load (second_path, NULL, NULL);
  g_autoptr (TrpStructureSet) truth = trp_structure_set_load (truth_path, NULL, NULL);
  const TrpInferOptions infer = { .device = "cpu",
                                  .second = trp_recipe_has_second (recipe) ? second : NULL };
  g_autoptr (TrpStructureSet) answer = trp_model_segment (model, image, &infer, NULL, NULL);
  TrpOverlap overlap;

  g_assert_nonnull (answer);
  g_assert_true (trp_overlap_count (peek_mask (truth, 3), peek_mask (answer, 3), &overlap, NULL));
  return trp_overlap_dice (&overlap);
}

/* On slices of their own spacing the network's grid is the image's, so the Dice is that of the
 * contours that `infer` draws with the same file: with what is done to them after the network. */
static void
test_dice_is_that_of_inference (TrpTraining *f, const void *data)
{
  static const struct
  {
    const char *second, *settings[3];
  } runs[] = {
    { "data.second=none", { NULL } },
    { "data.second=none",
      { "postprocess.smoothing=smooth", "postprocess.smoothing_sigma=2", NULL } },
    { "data.second=none", { "postprocess.remove_below_ml=100", NULL } },
    { "data.second=synmr", { NULL } },
    { "data.second=synmr", { "postprocess.smoothing=crf", "postprocess.crf_weight=8", NULL } },
  };
  g_autoptr (TrpDataList) pairs = trp_tiny_pairs (f->folder);
  double plain = NAN;

  for (size_t n = 0; n < G_N_ELEMENTS (runs); n++)
    {
      g_autoptr (TrpRecipe) recipe = recipe_for (data);
      g_autofree char *name = g_strdup_printf ("run-%zu", n);
      g_autofree char *folder = trp_training_subfolder (f, name);
      Seen seen = { 0 };
      TrpTrainOptions options = options_for (f, recipe, folder, &seen);
      double dice;

      trp_tiny_set (recipe, "data.spacing=2");
      trp_tiny_set (recipe, "training.steps=15");
      trp_tiny_set (recipe, runs[n].second);
      for (size_t s = 0; runs[n].settings[s]; s++)
        trp_tiny_set (recipe, runs[n].settings[s]);
      if (trp_recipe_has_second (recipe))
        options.list = pairs;
      run (options, false, 0);
      g_free (seen.said);
      dice = read_last_value (folder, "dice_3");
      g_test_message ("Dice %g, loss %g", dice, read_last_value (folder, "loss"));
      g_assert_true (runs[n].settings[0] || (dice > 0.05 && dice < 1));
      trp_assert_near (dice, infer_dice (f, recipe, folder), 1e-6); /* six digits in the file */
      trp_assert_near (dice, read_last_value (folder, "dice"), 0);
      if (!runs[n].settings[0])
        plain = dice;
      else
        g_assert_cmpfloat (fabs (dice - plain), >, 1e-3);
    }
}

/* The best file holds the averages of the step that it names, and says so. */
static void
test_best_file_is_the_best_step (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run"), *name = NULL, *words = NULL;
  g_autoptr (TrpSafetensors) best = NULL, kept = NULL;
  Seen seen = { 0 };

  trp_tiny_set (recipe, "output.keep_every=3");
  run (options_for (f, recipe, folder, &seen), false, 0);
  g_assert_cmpint (seen.best_step, >, 0);
  best = trp_training_load (folder, "best.safetensors");
  name = g_strdup_printf ("checkpoints/%06d.safetensors", seen.best_step);
  words = g_strdup_printf ("{\"step\":%d,\"score\":\"", seen.best_step);
  g_assert_true (g_str_has_prefix (trp_safetensors_peek_metadata (best, "best"), words));
  g_assert_null (trp_safetensors_peek_metadata (best, "state"));
  kept = trp_training_load (folder, name);
  g_assert_nonnull (trp_safetensors_peek_metadata (kept, "state"));
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (best); n++)
    {
      const TrpTensorView *weights = trp_safetensors_peek_tensor (best, n);
      g_autofree char *average = g_strconcat ("ema.", weights->name, NULL);
      const TrpTensorView *there = trp_safetensors_find (kept, average);

      g_assert_nonnull (there);
      g_assert_cmpmem (weights->data, 4 * weights->count, there->data, 4 * there->count);
    }
  g_free (seen.said);
}

static TrpRunState
read_state (const char *folder, const TrpRecipe *recipe)
{
  g_autoptr (TrpSafetensors) file = trp_training_load (folder, "checkpoint.safetensors");
  TrpRunState state;

  g_assert_true (
    trp_run_state_parse (trp_safetensors_peek_metadata (file, "state"), recipe, &state, NULL));
  return state;
}

/* Where the file of the best weights is lost or of a step that was never done again, the best of
 * what follows takes its place; else scores would name weights that nobody has. */
static void
test_lost_best_weights_are_not_named (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run"), *path = NULL, *words = NULL;
  g_autoptr (TrpSafetensors) best = NULL;
  Seen seen = { 0 };

  trp_tiny_set (recipe, "output.log_every=2");
  run (options_for (f, recipe, folder, &seen), false, 10);
  path = g_build_filename (folder, "best.safetensors", NULL);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (read_state (folder, recipe).scores.best_step, >, 0);
  run (options_for (f, recipe, folder, &seen), true, 12);
  g_assert_cmpint (read_state (folder, recipe).scores.best_step, ==, -1);
  run (options_for (f, recipe, folder, &seen), true, 0);
  g_assert_cmpint (seen.best_step, >=, 12);
  best = trp_training_load (folder, "best.safetensors");
  words = g_strdup_printf ("{\"step\":%d,", seen.best_step);
  g_assert_true (g_str_has_prefix (trp_safetensors_peek_metadata (best, "best"), words));
  g_free (seen.said);
}

/* A training that begins in the folder of one that was killed before its first checkpoint. */
static void
test_best_weights_of_another_run_are_refused (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run"), *checkpoint = NULL;
  Seen seen = { 0 };
  TrpTrainOptions options = options_for (f, recipe, folder, &seen);

  trp_tiny_set (recipe, "training.steps=3");
  run (options, false, 0);
  checkpoint = g_build_filename (folder, "checkpoint.safetensors", NULL);
  g_assert_cmpint (g_remove (checkpoint), ==, 0);
  trp_tiny_set (recipe, "training.seed=9");
  assert_refused (&options, "another recipe", "training.seed");
  trp_tiny_set (recipe, "training.seed=1");
  run (options, false, 0);
  g_free (seen.said);
}

/* Kept at 6, 12, 18 and the end, which is also the checkpoint; the best weights come last. */
static void
test_checkpoints_are_listed (TrpTraining *f, const void *data)
{
  static const int steps[] = { 6, 12, 18, 20, 20 };
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  g_autofree char *broken = g_build_filename (folder, "checkpoints", "000007.safetensors", NULL);
  g_autoptr (GPtrArray) list = NULL;
  const TrpRunCheckpoint *last;
  Seen seen = { 0 };

  trp_tiny_set (recipe, "output.keep_every=6");
  trp_tiny_set (recipe, "schedule.score=loss");
  run (options_for (f, recipe, folder, &seen), false, 0);
  g_assert_true (g_file_set_contents (broken, "no tensors", -1, NULL));
  list = trp_run_folder_list_checkpoints (folder);
  g_assert_cmpuint (list->len, ==, 6);
  for (guint n = 0; n < 5; n++)
    {
      const TrpRunCheckpoint *one = list->pdata[n];

      g_assert_cmpint (one->step, ==, steps[n]);
      g_assert_cmpstr (one->score, ==, "loss");
      g_assert_false (one->is_best);
      g_assert_cmpint (one->seconds, >, 0);
    }
  last = list->pdata[5];
  g_assert_true (last->is_best && last->step == seen.best_step);
  trp_assert_near (last->value, seen.best, 0);
  last = list->pdata[4];
  trp_assert_near (last->value, read_last_value (folder, "loss"), 0);
  g_free (seen.said);
}

static void
write_ct (const TrpTraining *f, const char *name, double shift)
{
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 24, 20, 4 },
                                               (const double[]){ 2, 2, 3 }, trp_vec3 (0, 0, 0));
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, 1, shift);
  g_autofree char *path = g_build_filename (f->folder, name, NULL);

  g_assert_true (trp_volume_save (volume, path, NULL));
}

/* The tiny data with the true CT of the second MR. */
static TrpDataList *
make_paired_list (const TrpTraining *f)
{
  static const char cases[] = "case,mr,ct,ct_on_mr,fold\n"
                              "M1,m1.nii,,,0\nM2,m2.nii,,t2.nii,1\nC1,,c1.nii,,0\n";
  g_autofree char *path = g_build_filename (f->folder, "paired.csv", NULL);
  TrpDataList *list;

  write_ct (f, "t2.nii", -5);
  g_assert_true (g_file_set_contents (path, cases, -1, NULL));
  list = trp_data_list_load (path, NULL);
  g_assert_nonnull (list);
  return list;
}

/* What is above -300 HU: the phantom has no holes and one part. */
static TrpMask *
make_body (const TrpVolume *ct)
{
  const TrpGeometry *grid = trp_volume_get_geometry (ct);
  const size_t n = trp_geometry_count_voxels (grid);
  g_autofree float *values = g_new (float, n);
  g_autofree uint16_t *labels = g_new (uint16_t, n);

  trp_volume_copy_floats (ct, 0, n, values);
  for (size_t i = 0; i < n; i++)
    labels[i] = values[i] > -300;
  return trp_mask_new_from_labels (grid, labels, 1);
}

/* Whole slices, also where training draws patches of them. Slices of 24 x 20 pixels lie within the
 * 24 x 24 that both see, so the numbers are those that `infer` and `similarity` give for the same
 * weights. */
static void
check_error (TrpTraining *f, const void *data, const char *patch, bool has_outline)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autoptr (TrpDataList) list = make_paired_list (f);
  g_autofree char *folder = trp_training_subfolder (f, patch);
  g_autofree char *model_path = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *mr_path = g_build_filename (f->folder, "m2.nii", NULL);
  g_autofree char *ct_path = g_build_filename (f->folder, "t2.nii", NULL);
  const TrpInferOptions infer = { .device = "cpu" };
  Seen seen = { 0 };
  TrpTrainOptions options = options_for (f, recipe, folder, &seen);

  trp_tiny_set (recipe, "data.spacing=2");
  trp_tiny_set (recipe, "data.size=24");
  trp_tiny_set (recipe, patch);
  trp_tiny_set (recipe, "training.learning_rate=0.005");
  options.list = list;
  run (options, false, 0);
  {
    g_autoptr (TrpModel) model = trp_model_load (model_path, NULL);
    g_autoptr (TrpVolume) mr = trp_volume_load (mr_path, NULL, NULL);
    g_autoptr (TrpVolume) ct = trp_volume_load (ct_path, NULL, NULL);
    g_autoptr (TrpVolume) synct = trp_model_synthesize (model, mr, &infer, NULL, NULL);
    g_autoptr (TrpMask) body = make_body (ct);
    const TrpSimilarityOptions similarity = { .mask = body };
    g_autoptr (TrpSimilarity) s = trp_similarity_compute (ct, synct, &similarity, NULL, NULL);

    g_test_message ("%g HU, outlines %g, information %g", read_last_value (folder, "mae"),
                    read_last_value (folder, "outline_dice"), read_last_value (folder, "mi"));
    g_assert_cmpfloat (s->mask.mae, >, 20);
    trp_assert_near (read_last_value (folder, "mae"), s->mask.mae, 0.5); /* files hold whole HU */
    if (has_outline)
      trp_assert_near (read_last_value (folder, "outline_dice"), s->outline_dice, 0.01);
  }
  g_assert_true (seen.best == seen.best && seen.best_step > 0);
  g_free (seen.said);
}

static void
test_error_is_that_of_inference (TrpTraining *f, const void *data)
{
  check_error (f, data, "data.patch=0", true);
  /* 20 steps on patches leave the air near the outline's threshold, where whole HU decide */
  check_error (f, data, "data.patch=16", false);
}

/* Without a true CT information decides, and more is better. */
static void
test_unpaired_cases_are_scored_by_information (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run"), *text = NULL;
  g_auto (GStrv) lines = NULL;
  Seen seen = { 0 };
  double best = 0;

  run (options_for (f, recipe, folder, &seen), false, 0);
  text = read_file (folder, "validation.csv");
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpstr (lines[0], ==, "step,mi,outline_dice,cycle");
  for (size_t n = 1; lines[n] && *lines[n]; n++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[n], ",", -1);

      best = MAX (best, g_ascii_strtod (fields[1], NULL));
    }
  g_assert_cmpfloat (best, >, 0);
  trp_assert_near (seen.best, best, 1e-5 * best);
  g_assert_nonnull (strstr (seen.said, "All 20 steps are done; best mi: "));
  g_free (seen.said);
}

/* --- schedules that follow scores --- */

/* The rate falls at every validation that is no better by half, the fifth in a row ends it. */
static void
set_nervous (TrpRecipe *recipe)
{
  trp_tiny_set (recipe, "schedule.rate=plateau");
  trp_tiny_set (recipe, "schedule.plateau_threshold=0.5");
  trp_tiny_set (recipe, "schedule.plateau_patience=1");
  trp_tiny_set (recipe, "schedule.plateau_factor=0.5");
  trp_tiny_set (recipe, "schedule.plateau_floor=0.003");
  trp_tiny_set (recipe, "schedule.score=loss");
  trp_tiny_set (recipe, "schedule.stop_threshold=0.5");
  trp_tiny_set (recipe, "schedule.stop_patience=5");
  trp_tiny_set (recipe, "schedule.validate_every=6");
  trp_tiny_set (recipe, "training.steps=200");
  trp_tiny_set (recipe, "output.log_every=4");
}

/* Stopped between validations with bad ones counted, and once in the midst of one: the log's row of
 * step 24 comes just before the validation of step 24. */
static void
test_a_resumed_plateau_is_the_whole_one (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *whole = trp_training_subfolder (f, "whole");
  g_autofree char *parts = trp_training_subfolder (f, "parts");
  g_autofree char *one = NULL, *other = NULL, *one_log = NULL, *other_log = NULL;
  Seen seen = { 0 };
  TrpScores scores;

  set_nervous (recipe);
  run (options_for (f, recipe, whole, &seen), false, 0);
  g_assert_nonnull (strstr (seen.said, "Stopped early after step"));
  scores = read_state (whole, recipe).scores;
  g_assert_true (scores.stopped && scores.last_step < 200 && scores.rate < 0.02);
  run (options_for (f, recipe, parts, &seen), false, 8);
  run (options_for (f, recipe, parts, &seen), true, 24);
  g_assert_cmpint (read_state (parts, recipe).scores.last_step, ==, 18);
  g_assert_cmpint (read_state (parts, recipe).scores.stop.n_bad, >, 0);
  run (options_for (f, recipe, parts, &seen), true, 0);
  g_assert_nonnull (strstr (seen.said, "Stopped early after step"));
  assert_same_file (whole, parts, "checkpoint.safetensors");
  assert_same_file (whole, parts, "best.safetensors");
  one = read_file (whole, "validation.csv");
  other = read_file (parts, "validation.csv");
  g_assert_cmpstr (one, ==, other);
  one_log = trp_training_read_log (whole);
  other_log = trp_training_read_log (parts);
  g_assert_cmpstr (one_log, ==, other_log);
  run (options_for (f, recipe, parts, &seen), true, 0);
  g_assert_cmpstr (seen.said, ==, "This training was already complete");
  assert_same_file (whole, parts, "checkpoint.safetensors");
  g_free (seen.said);
}

/* Checkpoints of before there were validations. */
static void
test_older_states_are_read (void)
{
  static const char old[] = "{\"step\":12,\"seed\":\"1\",\"restarts\":0,\"pool_fill\":[0,0],"
                            "\"pool_index\":[\"0\",\"0\"],\"summed\":0,\"sums\":[\"0\",\"0\",\"0\","
                            "\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\"],\"device\":"
                            "\"CPU\",\"precision\":\"float32\",\"deterministic\":true}";
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *text = NULL;
  TrpRunState state, again;

  g_assert_true (trp_run_state_parse (old, recipe, &state, NULL));
  g_assert_cmpint (state.scores.last_step, ==, -1);
  g_assert_cmpint (state.n_earlier, ==, 0);
  g_assert_true (isnan (state.scores.best));
  trp_assert_near (state.scores.rate, 0.002, 0);
  text = trp_run_state_to_text (&state);
  g_assert_true (trp_run_state_parse (text, recipe, &again, NULL));
  g_assert_true (isnan (again.scores.best) && again.scores.rate == state.scores.rate);
  for (size_t n = 0; n < 4; n++)
    {
      TrpRunState wrong = state;
      g_autofree char *words = NULL;

      wrong.scores.plateau.n_bad = n == 0 ? -1 : n == 1 ? G_MAXINT : 0;
      wrong.n_earlier = n == 2 ? G_MAXINT : 0;
      wrong.n_summed = n == 3 ? G_MAXINT : 0;
      words = trp_run_state_to_text (&wrong);
      g_assert_false (trp_run_state_parse (words, recipe, &again, NULL));
    }
}

static void
count_nothing_validated (const char *sentence, void *n)
{
  *(int *) n += g_str_has_prefix (sentence, "Nothing is validated");
}

static void
test_no_cases_to_validate_on_are_told (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "all");
  int n = 0;
  TrpTrainOptions options = trp_training_options (f, recipe, folder, false);

  options.watch = (TrpTrainWatch){ .say = count_nothing_validated, .data = &n };
  g_assert_true (trp_train (&options, NULL, NULL));
  g_assert_cmpint (n, ==, 1);
}

static void
test_what_cannot_be_validated_is_refused (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  Seen seen = { 0 };
  TrpTrainOptions options = options_for (f, recipe, folder, &seen);

  trp_tiny_set (recipe, "schedule.score=mae");
  assert_refused (&options, "schedule.score = mae", "dice, loss, dice_3");
  set_nervous (recipe);
  options.fold = -1;
  assert_refused (&options, "no cases to validate on", "name a fold");
  options.validation = f->list; /* a list of its own does */
  trp_tiny_set (recipe, "training.steps=6");
  run (options, false, 0);
  g_assert_cmpint (seen.n_validated, ==, 1);
  g_free (seen.said);
}

/* --- epochs --- */

/* Two CT of four slices are four batches of two. */
static void
test_epochs_are_counted_in_slices (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = trp_training_subfolder (f, "run"), *log = NULL;
  Seen seen = { 0 };
  TrpTrainOptions options = options_for (f, recipe, folder, &seen);
  TrpTrainEstimate estimate;

  options.fold = -1;
  options.validation = f->list;
  trp_tiny_set (recipe, "schedule.epochs=3");
  trp_tiny_set (recipe, "schedule.decay_epochs=2");
  trp_tiny_set (recipe, "schedule.rate=epochs");
  trp_tiny_set (recipe, "schedule.validate_epochs=1");
  trp_tiny_set (recipe, "output.log_every=4");
  g_assert_true (trp_train_estimate (&options, &estimate, NULL));
  g_assert_cmpint (estimate.n_steps, ==, 12);
  g_assert_true (estimate.n_steps_is_limit); /* as far as headers tell */
  run (options, false, 8);
  run (options, true, 0);
  g_assert_cmpint (seen.n_steps, ==, 12);
  g_assert_cmpint (seen.n_validated, ==, 3);
  log = trp_training_read_log (folder);
  /* the second and third epoch have 2/3 and 1/3 of 0.002 */
  g_assert_nonnull (strstr (log, "\n4,0.002,"));
  g_assert_nonnull (strstr (log, "\n8,0.00133333333,"));
  g_assert_nonnull (strstr (log, "\n12,0.000666666667,"));
  g_free (seen.said);
}

/* --- branches --- */

static char *
train_parent (const TrpTraining *f, const TrpRecipe *recipe)
{
  g_autofree char *folder = trp_training_subfolder (f, "parent");
  Seen seen = { 0 };

  run (options_for (f, recipe, folder, &seen), false, 0);
  g_free (seen.said);
  return g_build_filename (folder, "checkpoint.safetensors", NULL);
}

/* v = beta2 v + (1 - beta2) g g cannot fall below beta2 v in one step, and from zero it would be a
 * thousandth of g g. A step of 1e-8 moves no weight by more than a little above that. */
static void
test_a_branch_begins_where_its_parent_was (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "branch");
  g_autofree char *from = train_parent (f, recipe), *hash = NULL, *bytes = NULL;
  g_autoptr (TrpSafetensors) parent = trp_safetensors_load (from, NULL), file = NULL;
  Seen seen = { 0 };
  TrpTrainOptions options = options_for (f, recipe, folder, &seen);
  size_t n_moments = 0, n_weights = 0;
  TrpRunState state;
  gsize size;

  trp_tiny_set (recipe, "training.steps=1");
  trp_tiny_set (recipe, "training.learning_rate=0.00000001");
  options.from = from;
  run (options, false, 0);
  file = trp_training_load (folder, "checkpoint.safetensors");
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    {
      const TrpTensorView *now = trp_safetensors_peek_tensor (file, n);
      const TrpTensorView *before = trp_safetensors_find (parent, now->name);
      const bool is_second = strstr (now->name, ".v.") && g_str_has_prefix (now->name, "opt.");
      const bool is_weight = !g_str_has_prefix (now->name, "opt.") &&
                             !g_str_has_prefix (now->name, "pool.");
      g_autofree float *a = g_new (float, now->count), *b = g_new (float, now->count);

      trp_tensor_view_get_f32 (now, a);
      trp_tensor_view_get_f32 (before, b);
      for (size_t i = 0; i < now->count; i++)
        {
          if (is_second)
            g_assert_cmpfloat ((double) a[i], >=, 0.9989 * (double) b[i]);
          if (is_weight)
            trp_assert_near ((double) a[i], (double) b[i], 1e-6);
          n_moments += is_second && b[i] > 0;
          n_weights += is_weight && b[i] != 0;
        }
    }
  g_assert_true (n_moments > 100 && n_weights > 100);
  g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
  g_assert_nonnull (strstr (trp_safetensors_peek_metadata (file, "parent"), hash));
  g_assert_nonnull (strstr (trp_safetensors_peek_metadata (file, "parent"), "\"step\":20"));
  g_assert_true (
    trp_run_state_parse (trp_safetensors_peek_metadata (file, "state"), recipe, &state, NULL));
  g_assert_cmpint (state.n_earlier, ==, 20);
  g_free (seen.said);
}

/* Also of a run that is stopped. */
static void
test_a_branch_is_resumed_without_its_parent (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *whole = trp_training_subfolder (f, "whole");
  g_autofree char *parts = trp_training_subfolder (f, "parts");
  g_autofree char *from = train_parent (f, recipe);
  g_autoptr (TrpSafetensors) file = NULL;
  Seen seen = { 0 };
  TrpTrainOptions options = options_for (f, recipe, whole, &seen);

  trp_tiny_set (recipe, "training.seed=7");
  options.from = from;
  run (options, false, 0);
  options.folder = parts;
  run (options, false, 9);
  options.from = NULL;
  run (options, true, 0);
  assert_same_file (whole, parts, "checkpoint.safetensors");
  assert_same_file (whole, parts, "best.safetensors");
  file = trp_training_load (parts, "model.safetensors");
  g_assert_nonnull (trp_safetensors_peek_metadata (file, "parent"));
  g_free (seen.said);
}

/* Moments that came through two branches have seen the steps of all of them. */
static void
test_a_branch_of_a_branch_counts_all_steps (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *first = trp_training_subfolder (f, "first");
  g_autofree char *second = trp_training_subfolder (f, "second");
  g_autofree char *parent = train_parent (f, recipe);
  g_autofree char *from = g_build_filename (first, "checkpoint.safetensors", NULL);
  Seen seen = { 0 };
  TrpTrainOptions options = options_for (f, recipe, first, &seen);

  trp_tiny_set (recipe, "training.steps=4");
  options.from = parent;
  run (options, false, 0);
  g_assert_cmpint (read_state (first, recipe).n_earlier, ==, 20);
  options.from = from;
  options.folder = second;
  run (options, false, 0);
  g_assert_cmpint (read_state (second, recipe).n_earlier, ==, 24);
  g_free (seen.said);
}

/* Adam has a moment for every one of RMSprop, but corrects it for the steps it has seen. */
static void
test_a_branch_takes_no_moments_of_another_optimiser (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "branch");
  g_autofree char *from = train_parent (f, recipe);
  Seen seen = { 0 };
  TrpTrainOptions options = options_for (f, recipe, folder, &seen);

  trp_tiny_set (recipe, "training.optimizer=rmsprop");
  options.from = from;
  run (options, false, 0);
  g_assert_cmpint (read_state (folder, recipe).n_earlier, ==, 0);
  g_free (seen.said);
}

/* Another optimiser begins anew; weights stay. */
static void
test_a_branch_may_change_its_optimiser (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "branch");
  g_autofree char *from = train_parent (f, recipe);
  g_autoptr (TrpSafetensors) file = NULL;
  Seen seen = { 0 };
  TrpTrainOptions options = options_for (f, recipe, folder, &seen);
  TrpRunState state;

  trp_tiny_set (recipe, "training.optimizer=rmsprop");
  trp_tiny_set (recipe, "training.momentum=0.9");
  trp_tiny_set (recipe, "training.learning_rate=0.0001");
  options.from = from;
  run (options, false, 0);
  file = trp_training_load (folder, "checkpoint.safetensors");
  g_assert_true (
    trp_run_state_parse (trp_safetensors_peek_metadata (file, "state"), recipe, &state, NULL));
  g_assert_cmpint (state.n_earlier, ==, 0);
  g_free (seen.said);
}

static void
test_a_branch_needs_the_same_networks (TrpTraining *f, const void *data)
{
  const bool is_cyclegan = GPOINTER_TO_INT (data) == TRP_TRAINER_CYCLEGAN;
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autoptr (TrpRecipe)
    other = make_recipe (is_cyclegan ? TRP_TRAINER_SEGMENTER : TRP_TRAINER_CYCLEGAN);
  g_autofree char *folder = trp_training_subfolder (f, "branch");
  g_autofree char *from = train_parent (f, recipe), *model = NULL;
  Seen seen = { 0 };
  TrpTrainOptions options = options_for (f, other, folder, &seen);

  options.from = from;
  assert_refused (&options, "other networks", "recipe.trainer");
  options.recipe = recipe;
  trp_tiny_set (recipe, "generator_filters=4");
  trp_tiny_set (recipe, "segmenter_filters=4");
  assert_refused (&options, "other networks",
                  is_cyclegan ? "network.generator_filters: 3 there, 4 here"
                              : "network.segmenter_filters: 3 there, 4 here");
  trp_tiny_set (recipe, "generator_filters=3");
  trp_tiny_set (recipe, "segmenter_filters=3");
  model = g_build_filename (f->folder, "parent", "model.safetensors", NULL);
  options.from = model;
  if (is_cyclegan)
    assert_refused (&options, "weights for inference", "begin with a checkpoint");
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  if (!is_cyclegan)
    run (options, false, 0); /* it has all that a segmenter needs */
  g_free (seen.said);
}

#define ADD(path, test, kind)                                                                      \
  g_test_add (path, TrpTraining, GINT_TO_POINTER (kind), trp_training_set_up, test,                \
              trp_training_tear_down)
#define ADD_SEGMENTER(name, test) ADD ("/scores/segmenter/" name, test, TRP_TRAINER_SEGMENTER)
#define ADD_BOTH(name, test)                                                                       \
  ADD ("/scores/cyclegan/" name, test, TRP_TRAINER_CYCLEGAN);                                      \
  ADD_SEGMENTER (name, test)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_BOTH ("validating-changes-no-bit", test_validating_changes_no_bit);
  ADD_SEGMENTER ("dice-is-that-of-inference", test_dice_is_that_of_inference);
  ADD ("/scores/cyclegan/error-is-that-of-inference", test_error_is_that_of_inference,
       TRP_TRAINER_CYCLEGAN);
  ADD ("/scores/cyclegan/unpaired-cases-are-scored-by-information",
       test_unpaired_cases_are_scored_by_information, TRP_TRAINER_CYCLEGAN);
  ADD_BOTH ("best-file-is-the-best-step", test_best_file_is_the_best_step);
  ADD_SEGMENTER ("lost-best-weights-are-not-named", test_lost_best_weights_are_not_named);
  ADD_SEGMENTER ("best-weights-of-another-run-are-refused",
                 test_best_weights_of_another_run_are_refused);
  ADD_SEGMENTER ("checkpoints-are-listed", test_checkpoints_are_listed);
  ADD_SEGMENTER ("a-resumed-plateau-is-the-whole-one", test_a_resumed_plateau_is_the_whole_one);
  g_test_add_func ("/scores/older-states-are-read", test_older_states_are_read);
  ADD_SEGMENTER ("no-cases-to-validate-on-are-told", test_no_cases_to_validate_on_are_told);
  ADD_SEGMENTER ("what-cannot-be-validated-is-refused", test_what_cannot_be_validated_is_refused);
  ADD_SEGMENTER ("epochs-are-counted-in-slices", test_epochs_are_counted_in_slices);
  ADD_BOTH ("a-branch-begins-where-its-parent-was", test_a_branch_begins_where_its_parent_was);
  ADD_SEGMENTER ("a-branch-is-resumed-without-its-parent",
                 test_a_branch_is_resumed_without_its_parent);
  ADD_BOTH ("a-branch-may-change-its-optimiser", test_a_branch_may_change_its_optimiser);
  ADD_SEGMENTER ("a-branch-of-a-branch-counts-all-steps",
                 test_a_branch_of_a_branch_counts_all_steps);
  ADD_SEGMENTER ("a-branch-takes-no-moments-of-another-optimiser",
                 test_a_branch_takes_no_moments_of_another_optimiser);
  ADD_BOTH ("a-branch-needs-the-same-networks", test_a_branch_needs_the_same_networks);
  return g_test_run ();
}
