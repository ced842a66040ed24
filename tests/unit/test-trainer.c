/* test-trainer.c - a training as a run: resuming, refusing, logging, stopping
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/safetensors.h"
#include "core/method/run-folder.h"
#include "core/method/trainer-class.h"
#include "tests/lib/check.h"
#include "tests/lib/training.h"

#include <math.h>
#include <string.h>

static TrpRecipe *
recipe_for (const void *data)
{
  return trp_tiny_recipe ((TrpTrainerKind) GPOINTER_TO_INT (data));
}

/* The run is refused; the message has both words. */
static void
assert_refused (const TrpTrainOptions *options, int code, const char *word, const char *other)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_train (options, NULL, &error));
  g_assert_error (error, TRP_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_nonnull (strstr (error->message, other));
  g_assert_null (strchr (error->message, '\n'));
}

static TrpRunState
read_state (const TrpSafetensors *file, const TrpRecipe *recipe)
{
  TrpRunState state;
  g_autoptr (GError) error = NULL;

  g_assert_true (
    trp_run_state_parse (trp_safetensors_peek_metadata (file, "state"), recipe, &state, &error));
  g_assert_no_error (error);
  return state;
}

/* --- resuming --- */

/* Stopped at steps 7 and 14, between rows of the log (every 3) and within the ramp of gradient
 * consistency (4 to 12). */
static void
assert_resumed_run_is_the_whole_run (TrpTraining *f, TrpRecipe *recipe)
{
  g_autofree char *whole = trp_training_subfolder (f, "whole"),
                  *parts = trp_training_subfolder (f, "parts");
  g_autoptr (TrpSafetensors) a = NULL, b = NULL, a_model = NULL, b_model = NULL;
  g_autofree char *a_log = NULL, *b_log = NULL;

  trp_tiny_set (recipe, "output.preview_every=7");
  trp_training_run (f, recipe, whole, false);
  trp_training_run_until (f, recipe, parts, false, 7);
  trp_training_run_until (f, recipe, parts, true, 14);
  trp_training_run (f, recipe, parts, true);
  a = trp_training_load (whole, "checkpoint.safetensors");
  b = trp_training_load (parts, "checkpoint.safetensors");
  a_model = trp_training_load (whole, "model.safetensors");
  b_model = trp_training_load (parts, "model.safetensors");
  a_log = trp_training_read_log (whole);
  b_log = trp_training_read_log (parts);
  trp_training_assert_same (a, b);
  trp_training_assert_same (a_model, b_model);
  g_assert_cmpstr (a_log, ==, b_log);
}

static void
test_resumed_run_is_the_whole_run (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);

  assert_resumed_run_is_the_whole_run (f, recipe);
}

/* Batch norm has statistics of its own, dropout numbers of its own. */
static void
test_resumed_run_of_unets_is_the_whole_run (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);

  trp_tiny_set (recipe, "data.size=64");
  trp_tiny_set (recipe, "generator=unet-64");
  trp_tiny_set (recipe, "generator_norm=batch");
  trp_tiny_set (recipe, "generator_dropout=0.5");
  trp_tiny_set (recipe, "discriminator=pixel");
  assert_resumed_run_is_the_whole_run (f, recipe);
}

/* With all that a CycleGAN can be trained with besides: 2.5-D, a mixed cycle loss, geometric
 * consistency that starts and grows between the stops. */
static void
set_every_loss (TrpRecipe *recipe)
{
  static const char *const assignments[] = { "network.context=1",     "loss.cycle_l1=1",
                                             "loss.cycle_ssim=0.5",   "loss.cycle_mse=0.25",
                                             "loss.geometry=10",      "loss.geometry_start=5",
                                             "loss.geometry_ramp=10", "loss.geometry_band=2",
                                             "loss.identity=0.5",     "output.preview_every=7" };

  for (size_t n = 0; n < G_N_ELEMENTS (assignments); n++)
    trp_tiny_set (recipe, assignments[n]);
}

static void
test_every_loss_resumes (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *whole = trp_training_subfolder (f, "whole"),
                  *parts = trp_training_subfolder (f, "parts");
  g_autoptr (TrpSafetensors) a = NULL, b = NULL;
  g_autofree char *a_log = NULL, *b_log = NULL;

  set_every_loss (recipe);
  trp_training_run (f, recipe, whole, false);
  trp_training_run_until (f, recipe, parts, false, 7);
  trp_training_run (f, recipe, parts, true);
  a = trp_training_load (whole, "checkpoint.safetensors");
  b = trp_training_load (parts, "checkpoint.safetensors");
  a_log = trp_training_read_log (whole);
  b_log = trp_training_read_log (parts);
  trp_training_assert_same (a, b);
  g_assert_cmpstr (a_log, ==, b_log);
}

/* Two images and labels that compete: columns of their own, and resuming to the bit. */
static void
test_two_images_and_softmax_resume (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autoptr (TrpDataList) pairs = trp_tiny_pairs (f->folder);
  const TrpTraining with_pairs = { f->folder, pairs };
  g_autofree char *whole = trp_training_subfolder (f, "whole"),
                  *parts = trp_training_subfolder (f, "parts");
  g_autofree char *a_log = NULL, *b_log = NULL;
  g_autoptr (TrpSafetensors) a = NULL, b = NULL;
  const TrpTensorView *first;

  trp_tiny_set (recipe, "data.second=synmr");
  trp_tiny_set (recipe, "segmenter_background=true");
  trp_tiny_set (recipe, "loss.cross_entropy=1");
  trp_tiny_set (recipe, "output.preview_every=7");
  trp_training_run (&with_pairs, recipe, whole, false);
  trp_training_run_until (&with_pairs, recipe, parts, false, 7);
  trp_training_run (&with_pairs, recipe, parts, true);
  a = trp_training_load (whole, "checkpoint.safetensors");
  b = trp_training_load (parts, "checkpoint.safetensors");
  a_log = trp_training_read_log (whole);
  b_log = trp_training_read_log (parts);
  trp_training_assert_same (a, b);
  g_assert_cmpstr (a_log, ==, b_log);
  g_assert_true (g_str_has_prefix (a_log, "step,rate,loss,cross_entropy,dice\n"));
  first = trp_safetensors_find (a, "net.down.0.conv1.weight");
  g_assert_cmpuint (first->shape[1], ==, 6); /* three slices of each image */
}

static void
test_refuses_what_has_no_second_image (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  const TrpTrainOptions options = trp_training_options (f, recipe, folder, false);

  trp_tiny_set (recipe, "data.second=synmr");
  assert_refused (&options, TRP_ERROR_FORMAT, "Case C1", "\"synmr\"");
}

/* A program that is killed leaves a log ahead of its checkpoint. */
static void
test_rows_after_the_checkpoint_are_dropped (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *whole = trp_training_subfolder (f, "whole"),
                  *parts = trp_training_subfolder (f, "parts");
  g_autofree char *log_path = g_build_filename (parts, "log.csv", NULL);
  g_autofree char *whole_log = NULL, *parts_log = NULL, *ahead = NULL, *text = NULL;

  trp_tiny_set (recipe, "output.preview_every=7");
  trp_training_run (f, recipe, whole, false);
  trp_training_run_until (f, recipe, parts, false, 7);
  g_assert_true (g_file_get_contents (log_path, &text, NULL, NULL));
  ahead = g_strconcat (text, "9,1,1,1,1,1,1,1,1,1,1,1,1\n12,1,1,", NULL);
  g_assert_true (g_file_set_contents (log_path, ahead, -1, NULL));
  trp_training_run (f, recipe, parts, true);
  whole_log = trp_training_read_log (whole);
  parts_log = trp_training_read_log (parts);
  g_assert_cmpstr (whole_log, ==, parts_log);
}

static void
test_two_runs_are_the_same_and_another_seed_is_not (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *one = trp_training_subfolder (f, "one"),
                  *two = trp_training_subfolder (f, "two"),
                  *three = trp_training_subfolder (f, "three");
  g_autoptr (TrpSafetensors) a = NULL, b = NULL, c = NULL;
  size_t n_other = 0;

  trp_training_run (f, recipe, one, false);
  trp_training_run (f, recipe, two, false);
  trp_tiny_set (recipe, "training.seed=2");
  trp_training_run (f, recipe, three, false);
  a = trp_training_load (one, "model.safetensors");
  b = trp_training_load (two, "model.safetensors");
  c = trp_training_load (three, "model.safetensors");
  trp_training_assert_same (a, b);
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (a); n++)
    {
      const TrpTensorView *weights = trp_safetensors_peek_tensor (a, n);
      const TrpTensorView *others = trp_safetensors_find (c, weights->name);

      n_other += memcmp (weights->data, others->data, weights->count * 4) != 0;
    }
  g_assert_cmpuint (n_other, >, 0);
}

/* A finished run that is resumed stays as it is. */
static void
test_resuming_a_finished_run_changes_nothing (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run"), *log = NULL, *again = NULL;
  g_autoptr (TrpSafetensors) before = NULL, after = NULL;

  trp_training_run (f, recipe, folder, false);
  before = trp_training_load (folder, "checkpoint.safetensors");
  log = trp_training_read_log (folder);
  trp_training_run (f, recipe, folder, true);
  after = trp_training_load (folder, "checkpoint.safetensors");
  again = trp_training_read_log (folder);
  trp_training_assert_same (before, after);
  g_assert_cmpstr (log, ==, again);
}

/* --- refusing --- */

static char *
read_recipe (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "recipe.recipe", NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_refuses_the_folder_of_another_run (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run"), *before = NULL, *after = NULL;
  g_autoptr (TrpDataList) part = NULL;
  TrpTrainOptions options;

  options = trp_training_options (f, recipe, folder, true);
  assert_refused (&options, TRP_ERROR_IO, "no training to resume", folder);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  trp_training_run (f, recipe, folder, false);
  before = read_recipe (folder);
  options = trp_training_options (f, recipe, folder, false);
  assert_refused (&options, TRP_ERROR_FORMAT, "already", folder);
  options.resume = true;
  options.fold = 1;
  assert_refused (&options, TRP_ERROR_FORMAT, "another data list", "another folder");
  options.fold = -1;
  trp_tiny_set (recipe, "training.steps=30");
  assert_refused (&options, TRP_ERROR_FORMAT, "another recipe", "another folder");
  after = read_recipe (folder);
  g_assert_cmpstr (before, ==, after);
}

/* Two small networks fit anywhere; activations of 8 x 1024 x 1024 x 64 take 2 GB each. */
static void
test_refuses_what_does_not_fit (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  const TrpTrainOptions options = trp_training_options (f, recipe, folder, false);
  TrpTrainEstimate estimate;
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_train_estimate (&options, &estimate, &error));
  g_assert_no_error (error);
  /* every volume is kept once: 4 slices of 16 x 16 pixels, with a label or another volume beside */
  g_assert_cmpuint (estimate.data, >=, (size_t) 2 * 4 * 16 * 16 * 4);
  g_assert_cmpuint (estimate.device, <, (size_t) 1 << 27);
  trp_tiny_set (recipe, "data.size=1024");
  trp_tiny_set (recipe, "training.batch=8");
  trp_tiny_set (recipe, "generator_filters=64");
  trp_tiny_set (recipe, "segmenter_filters=64");
  g_assert_true (trp_train_estimate (&options, &estimate, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (estimate.device, >, (size_t) 8 << 30);
  if (estimate.available == 0 || estimate.device <= estimate.available)
    {
      g_test_skip ("this machine has room for it, or does not say how much it has");
      return;
    }
  assert_refused (&options, TRP_ERROR_LIMIT, "needs ", " are free");
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

/* While a run is going on, a second one in its folder is refused and changes nothing. */
static void
start_another (const TrpTrainLog *log, void *data)
{
  const TrpTraining *f = data;
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  const TrpTrainOptions options = trp_training_options (f, recipe, folder, log->step % 2 == 0);

  assert_refused (&options, TRP_ERROR_IO, "Another training", folder);
}

static void
test_two_runs_do_not_share_a_folder (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  TrpTrainOptions options = trp_training_options (f, recipe, folder, false);
  g_autoptr (GError) error = NULL;

  options.watch.log = start_another;
  options.watch.data = f;
  g_assert_true (trp_train (&options, NULL, &error));
  g_assert_no_error (error);
  trp_training_run (f, recipe, folder, true); /* it is free again */
}

/* What a killed run left half written goes, and nothing else. */
static void
test_leftovers_are_removed (TrpTraining *f, const void *data)
{
  static const char *const names[] = { ".0123abcd.checkpoint.safetensors", ".0123abcd.notes.txt",
                                       "0123abcd.log.csv", ".0123ABCD.log.csv" };
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = g_build_filename (folder, names[n], NULL);

      g_assert_true (g_file_set_contents (path, "x", 1, NULL));
    }
  trp_training_run (f, recipe, folder, false);
  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = g_build_filename (folder, names[n], NULL);

      g_assert_cmpint (g_file_test (path, G_FILE_TEST_EXISTS), ==, n > 0);
    }
}

static void
test_refuses_labels_that_never_occur (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  const TrpTrainOptions options = trp_training_options (f, recipe, folder, false);

  trp_tiny_set (recipe, "data.labels=3,9");
  assert_refused (&options, TRP_ERROR_FORMAT, "label 9", "learnt");
}

static void
test_refuses_a_state_that_cannot_be (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  const TrpRunState good = { .step = 20, .seed = G_MAXUINT64, .pool_fill = { 4, 4 } };
  TrpRunState bad[4] = { good, good, good, good }, parsed;
  g_autofree char *text = trp_run_state_to_text (&good);
  static const char *const broken[] = { "", "[]", "{}", "{\"step\":1}", "{\"pool_fill\":[[],1]}" };

  g_assert_true (trp_run_state_parse (text, recipe, &parsed, NULL));
  g_assert_true (parsed.seed == good.seed && parsed.step == 20 && parsed.pool_fill[1] == 4);
  g_assert_false (trp_run_state_parse (NULL, recipe, &parsed, NULL));
  for (size_t n = 0; n < G_N_ELEMENTS (broken); n++)
    g_assert_false (trp_run_state_parse (broken[n], recipe, &parsed, NULL));
  /* fewer sums than now, as earlier versions wrote */
  g_assert_true (trp_run_state_parse ("{\"step\":1,\"restarts\":0,\"summed\":1,\"pool_fill\":[0,0],"
                                      "\"pool_index\":[\"0\",\"0\"],\"sums\":[\"0.5\"]}",
                                      recipe, &parsed, NULL));
  g_assert_true (parsed.sums[0] == 0.5 && parsed.sums[1] == 0);
  bad[0].step = 21;
  bad[1].step = -1;
  bad[2].pool_fill[1] = 5;
  bad[3].pool_fill[0] = -1;
  for (size_t n = 0; n < G_N_ELEMENTS (bad); n++)
    {
      g_autofree char *bad_text = trp_run_state_to_text (&bad[n]);

      g_assert_false (trp_run_state_parse (bad_text, recipe, &parsed, NULL));
    }
}

/* --- numbers that are none --- */

static void
assert_finite (const TrpSafetensors *file)
{
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    {
      const TrpTensorView *view = trp_safetensors_peek_tensor (file, n);
      g_autofree float *values = g_new (float, view->count);

      trp_tensor_view_get_f32 (view, values);
      for (size_t i = 0; i < view->count; i++)
        g_assert_true (isfinite (values[i]));
    }
}

/* An infinite weight from step 6 on: its update spoils the weights, the step after sees it. */
static void
check_stop_on_nan (const TrpTraining *f, const char *save_every, int last_good, const char *what)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  const TrpTrainOptions options = trp_training_options (f, recipe, folder, false);
  g_autoptr (TrpSafetensors) checkpoint = NULL, model = NULL;

  trp_tiny_set (recipe, "loss.gc_start=6");
  trp_tiny_set (recipe, "loss.gc_ramp=0");
  trp_tiny_set (recipe, save_every);
  recipe->gc = 1e39; /* beyond float; no recipe file may say so */
  assert_refused (&options, TRP_ERROR_FORMAT, what, "the last checkpoint is kept");
  checkpoint = trp_training_load (folder, "checkpoint.safetensors");
  model = trp_training_load (folder, "model.safetensors");
  g_assert_cmpint (read_state (checkpoint, recipe).step, ==, last_good);
  assert_finite (checkpoint);
  assert_finite (model);
}

static void
test_a_loss_that_is_no_number_stops_the_run (TrpTraining *f, const void *data)
{
  check_stop_on_nan (f, "output.save_every=5", 5, "is no number");
}

static void
test_spoilt_weights_are_not_saved (TrpTraining *f, const void *data)
{
  check_stop_on_nan (f, "output.save_every=1", 6, "are no numbers");
}

/* --- what is written --- */

static void
test_log_has_a_row_per_interval_and_the_last_step (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run"), *log = NULL;
  static const int steps[] = { 3, 6, 9, 12, 15, 18, 20 };
  g_auto (GStrv) lines = NULL;

  trp_training_run (f, recipe, folder, false);
  log = trp_training_read_log (folder);
  lines = g_strsplit (log, "\n", -1);
  g_assert_true (g_str_has_prefix (lines[0], GPOINTER_TO_INT (data) == TRP_TRAINER_CYCLEGAN
                                               ? "step,rate,adversarial_A,adversarial_B,cycle_A"
                                               : "step,rate,loss,bce,dice"));
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + G_N_ELEMENTS (steps) + 1);
  for (size_t n = 0; n < G_N_ELEMENTS (steps); n++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[n + 1], ",", -1);

      g_assert_cmpint (atoi (fields[0]), ==, steps[n]);
      /* the rate of the last step of the row, counted from 0 */
      trp_assert_near (g_ascii_strtod (fields[1], NULL),
                       trp_recipe_get_rate (recipe, 1, steps[n] - 1), 1e-11);
    }
}

/* The columns of geometric consistency, and the thresholds that were learnt, in the model; the
 * recipe in the folder leaves them open. */
static void
test_geometry_is_logged_and_its_thresholds_are_kept (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data), learnt = NULL;
  g_autofree char *folder = trp_training_subfolder (f, "run"), *log = NULL, *difference = NULL;
  g_auto (GStrv) lines = NULL, fields = NULL;
  g_autoptr (TrpSafetensors) model = NULL;
  const char *text;

  set_every_loss (recipe);
  trp_training_run (f, recipe, folder, false);
  g_assert_true (isnan (recipe->threshold[0]) && isnan (recipe->threshold[1]));
  model = trp_training_load (folder, "model.safetensors");
  text = trp_safetensors_peek_metadata (model, "recipe");
  learnt = trp_recipe_parse (text, strlen (text), NULL);
  for (int side = 0; side < 2; side++)
    g_assert_true (learnt->threshold[side] > -1 && learnt->threshold[side] < 1);
  difference = trp_recipe_dup_difference (learnt, recipe);
  g_assert_cmpstr (difference, ==, NULL);
  log = trp_training_read_log (folder);
  lines = g_strsplit (log, "\n", -1);
  g_assert_true (
    g_str_has_suffix (lines[0], "D_A,D_B,geometry_A,geometry_B,outline_dice_A,outline_dice_B"));
  fields = g_strsplit (lines[1], ",", -1);
  for (int n = 12; n < 14; n++)
    g_assert_cmpfloat (g_ascii_strtod (fields[n], NULL), >, 0);
  for (int n = 14; n < 16; n++)
    g_assert_true (g_ascii_strtod (fields[n], NULL) > 0 && g_ascii_strtod (fields[n], NULL) <= 1);
}

/* Width and height stand at byte 16 of a PNG. */
static void
assert_preview_size (const char *folder, const char *name, uint8_t width, uint8_t height)
{
  g_autofree char *path = g_build_filename (folder, "previews", name, NULL), *bytes = NULL;
  size_t size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, >, 24);
  g_assert_cmpuint ((uint8_t) bytes[19], ==, width);
  g_assert_cmpuint ((uint8_t) bytes[23], ==, height);
}

/* Four rows of three tiles for each direction, and one more where identity is trained for. */
static void
test_previews_show_identity_where_there_is_one (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *with = trp_training_subfolder (f, "with"),
                  *without = trp_training_subfolder (f, "without");

  trp_tiny_set (recipe, "training.steps=2");
  trp_tiny_set (recipe, "loss.gc_start=0");
  trp_tiny_set (recipe, "output.preview_every=2");
  trp_training_run (f, recipe, with, false);
  assert_preview_size (with, "000002.png", 8 * 18, 4 * 18);
  trp_tiny_set (recipe, "loss.identity=0");
  trp_training_run (f, recipe, without, false);
  assert_preview_size (without, "000002.png", 6 * 18, 4 * 18);
}

/* Training draws its patches anywhere; previews show the middle of the same slices each time. */
static void
test_previews_show_the_middle (TrpTraining *f, const void *data)
{
  static const size_t real[] = { 0, 3 }; /* columns */
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *whole = trp_training_subfolder (f, "whole"),
                  *part = trp_training_subfolder (f, "part");
  g_autofree uint8_t *all = NULL;

  trp_tiny_set (recipe, "loss.identity=0");
  trp_tiny_set (recipe, "training.steps=2");
  trp_tiny_set (recipe, "loss.gc_start=0");
  trp_tiny_set (recipe, "output.preview_every=1");
  trp_training_run (f, recipe, whole, false);
  trp_tiny_set (recipe, "data.patch=8");
  trp_training_run (f, recipe, part, false);
  all = trp_training_read_preview (whole, 1, 6, 16);
  for (int step = 1; step <= 2; step++)
    {
      g_autofree uint8_t *middle = trp_training_read_preview (part, step, 6, 8);

      for (size_t n = 0; n < 2 * 4 * 8; n++)
        {
          const size_t column = real[n / 32], row = n / 8 % 4, y = n % 8;

          g_assert_cmpmem (trp_training_peek_tile (middle, 6, 8, column, row) + y * 6 * 10, 8,
                           trp_training_peek_tile (all, 6, 16, column, row) + (y + 4) * 6 * 18 + 4,
                           8);
        }
    }
}

/* Constant, then linear to 0 one step after the last. */
static void
test_rate_falls_linearly (void)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_CYCLEGAN);

  recipe->learning_rate = 0.001;
  recipe->steps = 100;
  trp_assert_near (trp_recipe_get_rate (recipe, 1, 0), 0.001, 1e-15);
  trp_assert_near (trp_recipe_get_rate (recipe, 1, 49), 0.001, 1e-15);
  trp_assert_near (trp_recipe_get_rate (recipe, 1, 50), 0.001, 1e-15);
  trp_assert_near (trp_recipe_get_rate (recipe, 1, 75), 0.0005, 1e-15);
  trp_assert_near (trp_recipe_get_rate (recipe, 1, 99), 0.00002, 1e-15);
  recipe->decay_start = 0;
  trp_assert_near (trp_recipe_get_rate (recipe, 1, 25), 0.00075, 1e-15);
  recipe->decay_start = 100;
  trp_assert_near (trp_recipe_get_rate (recipe, 1, 99), 0.001, 1e-15);
}

static bool
is_zero (const float *values, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (values[i] != 0)
      return false;
  return true;
}

/* Three images after three steps of one: three slots full, the fourth untouched. */
static void
test_pools_fill_first (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *three = trp_training_subfolder (f, "three"),
                  *twenty = trp_training_subfolder (f, "twenty");

  trp_tiny_set (recipe, "training.batch=1");
  for (int run = 0; run < 2; run++)
    {
      const char *folder = run == 0 ? three : twenty;
      g_autoptr (TrpSafetensors) file = NULL;

      trp_tiny_set (recipe, run == 0 ? "training.steps=3" : "training.steps=20");
      trp_training_run (f, recipe, folder, false);
      file = trp_training_load (folder, "checkpoint.safetensors");
      for (int side = 0; side < 2; side++)
        {
          const TrpTensorView *pool = trp_safetensors_find (file, side == 0 ? "pool.A" : "pool.B");
          g_autofree float *values = g_new (float, pool->count);

          g_assert_cmpuint (pool->count, ==, 4 * 16 * 16);
          trp_tensor_view_get_f32 (pool, values);
          for (size_t slot = 0; slot < 4; slot++)
            g_assert_true (is_zero (values + 256 * slot, 256) == (run == 0 && slot == 3));
          g_assert_cmpint (read_state (file, recipe).pool_fill[side], ==, run == 0 ? 3 : 4);
        }
    }
}

static void
test_checkpoint_has_the_documented_names (TrpTraining *f, const void *data)
{
  static const char *const documented[] = {
    "G_A.", "G_B.", "D_A.", "D_B.", "ema.", "opt.", "pool."
  };
  /* PyTorch's names: generator's first convolution stands behind its padding */
  static const char *const examples[] = { "G_A.model.1.weight", "ema.G_B.model.1.weight",
                                          "D_A.model.0.weight", "pool.A", "pool.B" };
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  g_autoptr (TrpSafetensors) file = NULL;

  trp_training_run (f, recipe, folder, false);
  file = trp_training_load (folder, "checkpoint.safetensors");
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    {
      const char *name = trp_safetensors_peek_tensor (file, n)->name;
      bool known = false;

      for (size_t p = 0; p < G_N_ELEMENTS (documented); p++)
        known = known || g_str_has_prefix (name, documented[p]);
      g_assert_true (known);
    }
  for (size_t n = 0; n < G_N_ELEMENTS (examples); n++)
    g_assert_nonnull (trp_safetensors_find (file, examples[n]));
}

/* The inference file: generators only, with the averages' values under plain names, no state. */
static void
test_inference_file_holds_the_averages (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  g_autoptr (TrpSafetensors) file = NULL, model = NULL;
  size_t n_averages = 0;

  trp_training_run (f, recipe, folder, false);
  file = trp_training_load (folder, "checkpoint.safetensors");
  model = trp_training_load (folder, "model.safetensors");
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    n_averages += g_str_has_prefix (trp_safetensors_peek_tensor (file, n)->name, "ema.");
  g_assert_cmpuint (trp_safetensors_get_n_tensors (model), ==, n_averages);
  for (size_t n = 0; n < n_averages; n++)
    {
      const TrpTensorView *weights = trp_safetensors_peek_tensor (model, n);
      g_autofree char *name = g_strconcat ("ema.", weights->name, NULL);
      const TrpTensorView *average = trp_safetensors_find (file, name);

      g_assert_nonnull (average);
      g_assert_cmpmem (weights->data, 4 * weights->count, average->data, 4 * average->count);
    }
  g_assert_null (trp_safetensors_peek_metadata (model, "state"));
  g_assert_nonnull (trp_safetensors_peek_metadata (model, "recipe"));
  g_assert_cmpstr (trp_safetensors_peek_metadata (model, "split"), ==,
                   "{\"train\":[\"M1\",\"M2\",\"C1\",\"C2\"],\"validate\":[]}");
}

/* After 20 steps an average over 1000 would be 98 % the first weights. */
static void
test_young_averages_follow_the_weights (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  g_autoptr (TrpSafetensors) file = NULL;
  const TrpTensorView *weights, *average;

  trp_training_run (f, recipe, folder, false);
  file = trp_training_load (folder, "checkpoint.safetensors");
  weights = trp_safetensors_find (file, "G_A.model.1.weight");
  average = trp_safetensors_find (file, "ema.G_A.model.1.weight");
  g_assert_cmpmem (weights->data, 4 * weights->count, average->data, 4 * average->count);
}

typedef struct
{
  int n_logs, n_previews, last_step;
  char *said;
} Seen;

static void
see_log (const TrpTrainLog *log, void *data)
{
  Seen *seen = data;

  seen->n_logs++;
  seen->last_step = log->step;
  g_assert_cmpint (log->n_steps, ==, 20);
  g_assert_true (log->n > 0 && isfinite (log->values[0]) && log->names[0]);
}

static void
see_preview (const char *path, int step, void *data)
{
  Seen *seen = data;

  seen->n_previews++;
}

static void
hear (const char *sentence, void *data)
{
  Seen *seen = data;

  g_free (seen->said);
  seen->said = g_strdup (sentence);
}

static void
test_watchers_are_told (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  TrpTrainOptions options = trp_training_options (f, recipe, folder, false);
  Seen seen = { 0 };
  g_autoptr (GError) error = NULL;

  trp_tiny_set (recipe, "output.preview_every=8");
  options.watch = (TrpTrainWatch){ see_log, see_preview, hear, &seen };
  g_assert_true (trp_train (&options, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (seen.n_logs, ==, 7);
  g_assert_cmpint (seen.last_step, ==, 20);
  g_assert_cmpint (seen.n_previews, ==, 3); /* 8, 16 and the last */
  g_assert_nonnull (strstr (seen.said, "CPU, 1 thread"));
  g_free (seen.said);
}

/* A fold is left out, and the checkpoint says which. */
static void
test_a_fold_is_left_out (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = recipe_for (data);
  g_autofree char *folder = trp_training_subfolder (f, "run");
  TrpTrainOptions options = trp_training_options (f, recipe, folder, false);
  g_autoptr (TrpSafetensors) file = NULL;
  g_autoptr (GError) error = NULL;

  options.fold = 1;
  g_assert_true (trp_train (&options, NULL, &error));
  g_assert_no_error (error);
  file = trp_training_load (folder, "model.safetensors");
  g_assert_cmpstr (trp_safetensors_peek_metadata (file, "split"), ==,
                   "{\"train\":[\"M1\",\"C1\"],\"validate\":[\"M2\",\"C2\"]}");
}

/* One step's losses are sums of their parts, whatever the network: bce + dice with weights 1. */
static void
test_segmenter_loss_is_the_sum_of_its_parts (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = trp_training_subfolder (f, "run"), *log = NULL;
  g_auto (GStrv) lines = NULL;

  trp_tiny_set (recipe, "loss.dice=3");
  trp_tiny_set (recipe, "loss.dice_per_sample=true");
  trp_training_run (f, recipe, folder, false);
  log = trp_training_read_log (folder);
  lines = g_strsplit (log, "\n", -1);
  for (size_t n = 1; n <= 7; n++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[n], ",", -1);
      const double loss = g_ascii_strtod (fields[2], NULL), bce = g_ascii_strtod (fields[3], NULL),
                   dice = g_ascii_strtod (fields[4], NULL);

      trp_assert_near (loss, bce + 3 * dice, 2e-5); /* six digits in the file */
      g_assert_true (bce > 0 && dice > 0 && dice < 1);
    }
}

/* The same start by three measures: a mean square is at least the square of the mean, and 1 - SSIM
 * lies within 0..2. */
static void
test_cycle_loss_can_be_chosen (TrpTraining *f, const void *data)
{
  static const char *const kinds[] = { "l1", "mse", "ssim" };
  double cycle[3];

  for (int k = 0; k < 3; k++)
    {
      g_autoptr (TrpRecipe) recipe = recipe_for (data);
      g_autofree char *setting = g_strconcat ("loss.cycle_loss=", kinds[k], NULL);
      g_autofree char *folder = trp_training_subfolder (f, kinds[k]), *log = NULL;
      g_auto (GStrv) lines = NULL, fields = NULL;

      trp_tiny_set (recipe, setting);
      trp_tiny_set (recipe, "training.steps=2");
      trp_tiny_set (recipe, "output.log_every=1");
      trp_training_run (f, recipe, folder, false);
      log = trp_training_read_log (folder);
      lines = g_strsplit (log, "\n", -1);
      fields = g_strsplit (lines[1], ",", -1);
      cycle[k] = g_ascii_strtod (fields[4], NULL);
    }
  g_assert_cmpfloat (cycle[0], >, 0);
  g_assert_cmpfloat (cycle[1], >=, cycle[0] * cycle[0]);
  g_assert_cmpfloat (cycle[1], <=, 2 * cycle[0]); /* no difference exceeds 2 */
  g_assert_true (cycle[2] > 0 && cycle[2] < 2 && fabs (cycle[2] - cycle[0]) > 1e-3);
}

#define ADD(path, test, kind)                                                                      \
  g_test_add (path, TrpTraining, GINT_TO_POINTER (kind), trp_training_set_up, test,                \
              trp_training_tear_down)
#define ADD_BOTH(name, test)                                                                       \
  ADD ("/trainer/cyclegan/" name, test, TRP_TRAINER_CYCLEGAN);                                     \
  ADD ("/trainer/segmenter/" name, test, TRP_TRAINER_SEGMENTER)
#define ADD_ALL(name, test)                                                                        \
  ADD_BOTH (name, test);                                                                           \
  ADD ("/trainer/lgan/" name, test, TRP_TRAINER_LGAN);                                             \
  ADD ("/trainer/cyclegan-seg/" name, test, TRP_TRAINER_CYCLEGAN_SEG)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_ALL ("resumed-run-is-the-whole-run", test_resumed_run_is_the_whole_run);
  ADD_BOTH ("rows-after-the-checkpoint-are-dropped", test_rows_after_the_checkpoint_are_dropped);
  ADD_ALL ("two-runs-are-the-same", test_two_runs_are_the_same_and_another_seed_is_not);
  ADD_BOTH ("resuming-a-finished-run-changes-nothing",
            test_resuming_a_finished_run_changes_nothing);
  ADD_BOTH ("refuses-the-folder-of-another-run", test_refuses_the_folder_of_another_run);
  ADD_BOTH ("refuses-what-does-not-fit", test_refuses_what_does_not_fit);
  ADD_BOTH ("log-has-a-row-per-interval", test_log_has_a_row_per_interval_and_the_last_step);
  ADD_BOTH ("watchers-are-told", test_watchers_are_told);
  ADD_ALL ("a-fold-is-left-out", test_a_fold_is_left_out);
  ADD ("/trainer/two-runs-do-not-share-a-folder", test_two_runs_do_not_share_a_folder,
       TRP_TRAINER_SEGMENTER);
  ADD ("/trainer/leftovers-are-removed", test_leftovers_are_removed, TRP_TRAINER_SEGMENTER);
  ADD ("/trainer/refuses-labels-that-never-occur", test_refuses_labels_that_never_occur,
       TRP_TRAINER_SEGMENTER);
  ADD ("/trainer/refuses-a-state-that-cannot-be", test_refuses_a_state_that_cannot_be,
       TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/a-loss-that-is-no-number-stops-the-run",
       test_a_loss_that_is_no_number_stops_the_run, TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/spoilt-weights-are-not-saved", test_spoilt_weights_are_not_saved,
       TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/resumed-run-of-unets-is-the-whole-run", test_resumed_run_of_unets_is_the_whole_run,
       TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/every-loss-resumes", test_every_loss_resumes, TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/two-images-and-softmax-resume", test_two_images_and_softmax_resume,
       TRP_TRAINER_SEGMENTER);
  ADD ("/trainer/refuses-what-has-no-second-image", test_refuses_what_has_no_second_image,
       TRP_TRAINER_SEGMENTER);
  ADD ("/trainer/geometry-is-logged", test_geometry_is_logged_and_its_thresholds_are_kept,
       TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/previews-show-the-middle", test_previews_show_the_middle, TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/previews-show-identity", test_previews_show_identity_where_there_is_one,
       TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/pools-fill-first", test_pools_fill_first, TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/checkpoint-has-the-documented-names", test_checkpoint_has_the_documented_names,
       TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/inference-file-holds-the-averages", test_inference_file_holds_the_averages,
       TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/young-averages-follow-the-weights", test_young_averages_follow_the_weights,
       TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/cycle-loss-can-be-chosen", test_cycle_loss_can_be_chosen, TRP_TRAINER_CYCLEGAN);
  ADD ("/trainer/segmenter-loss-is-the-sum-of-its-parts",
       test_segmenter_loss_is_the_sum_of_its_parts, TRP_TRAINER_SEGMENTER);
  g_test_add_func ("/trainer/rate-falls-linearly", test_rate_falls_linearly);
  return g_test_run ();
}
