/* test-trainer-devices.c - trainings on devices: too little memory, late losses, scaled losses, one
 * that dies, and going on elsewhere
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/safetensors.h"
#include "core/method/model.h"
#include "core/method/run-folder.h"
#include "core/method/trainer.h"
#include "core/nn/device-choice.h"
#include "tests/lib/check.h"
#include "tests/lib/fake-gpu.h"
#include "tests/lib/tiny.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  char *folder;
  TrpDataList *list;
  GString *said;
} Fixture;

static void
set_up (Fixture *f, const void *data)
{
  f->folder = trp_test_make_folder ();
  f->list = trp_tiny_data (f->folder);
  f->said = g_string_new (NULL);
}

static void
tear_down (Fixture *f, const void *data)
{
  trp_fake_gpu_remove ();
  g_string_free (f->said, TRUE);
  trp_data_list_unref (f->list);
  trp_test_remove_folder (f->folder);
  g_free (f->folder);
}

static void
hear (const char *sentence, void *data)
{
  const Fixture *f = data;

  g_test_message ("%s", sentence);
  g_string_append_printf (f->said, "%s\n", sentence);
}

static char *
run_folder (const Fixture *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

static TrpTrainOptions
options_for (const Fixture *f, const TrpRecipe *recipe, const char *device, const char *folder)
{
  return (TrpTrainOptions){ .recipe = recipe,
                            .list = f->list,
                            .fold = -1,
                            .folder = folder,
                            .device = device,
                            .watch = { .say = hear, .data = (void *) f } };
}

static void
train (
  const Fixture *f, const TrpRecipe *recipe, const char *device, const char *folder, bool resume)
{
  TrpTrainOptions options = options_for (f, recipe, device, folder);
  g_autoptr (GError) error = NULL;

  options.resume = resume;
  g_assert_true (trp_train (&options, NULL, &error));
  g_assert_no_error (error);
}

/* (transfer full): the message */
static char *
train_in_vain (const TrpTrainOptions *options, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_train (options, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, TRP_ERROR, code);
  g_assert_null (strchr (error->message, '\n'));
  return g_strdup (error->message);
}

static char *
read_file (const char *folder, const char *name, size_t *out_size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *bytes;

  g_assert_true (g_file_get_contents (path, &bytes, out_size, NULL));
  return bytes;
}

/* The log without the seconds. */
static char *
read_log (const char *folder)
{
  g_autofree char *text = read_file (folder, "log.csv", NULL);
  g_autoptr (GRegex) seconds = g_regex_new ("^([0-9]+),[0-9.]+", G_REGEX_MULTILINE, 0, NULL);

  return g_regex_replace (seconds, text, -1, 0, "\\1", 0, NULL);
}

static TrpSafetensors *
load_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  TrpSafetensors *file = trp_safetensors_load (path, NULL);

  g_assert_nonnull (file);
  return file;
}

static TrpRunState
read_state (const char *folder, const TrpRecipe *recipe)
{
  g_autoptr (TrpSafetensors) file = load_file (folder, "checkpoint.safetensors");
  TrpRunState state;

  g_assert_true (
    trp_run_state_parse (trp_safetensors_peek_metadata (file, "state"), recipe, &state, NULL));
  return state;
}

/* Weights, averages, moments, pools. */
static void
assert_same_tensors (const char *folder, const char *other_folder)
{
  g_autoptr (TrpSafetensors) file = load_file (folder, "checkpoint.safetensors");
  g_autoptr (TrpSafetensors) other = load_file (other_folder, "checkpoint.safetensors");

  g_assert_cmpuint (trp_safetensors_get_n_tensors (file), >, 0);
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    {
      const TrpTensorView *one = trp_safetensors_peek_tensor (file, n);
      const TrpTensorView *two = trp_safetensors_find (other, one->name);

      g_assert_nonnull (two);
      g_assert_cmpmem (one->data, 4 * one->count, two->data, 4 * two->count);
    }
}

/* ---- losses that arrive late ---- */

/* The same rows and weights, whether losses come at once or some steps later. */
static void
test_late_losses_change_nothing (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe ((TrpTrainerKind) GPOINTER_TO_INT (data));
  g_autofree char *cpu = run_folder (f, "cpu"), *late = run_folder (f, "late");
  g_autofree char *log = NULL, *late_log = NULL;

  trp_fake_gpu_install (f->folder, "");
  trp_tiny_set (recipe, "output.preview_every=8");
  trp_tiny_set (recipe, "output.save_every=7");
  train (f, recipe, "cpu", cpu, false);
  train (f, recipe, "cuda", late, false);
  log = read_log (cpu);
  late_log = read_log (late);
  g_assert_cmpstr (late_log, ==, log);
  assert_same_tensors (late, cpu);
}

/* No row, checkpoint or preview until the end: the loss of step 7 is the first that is no number
 * (the weight of a loss is infinite from step 6 on), and found at step 9. */
static void
test_a_late_loss_names_its_step (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autofree char *cpu = run_folder (f, "cpu"), *cuda = run_folder (f, "cuda");
  const TrpTrainOptions on_cpu = options_for (f, recipe, "cpu", cpu);
  const TrpTrainOptions on_cuda = options_for (f, recipe, "cuda", cuda);
  g_autofree char *message = NULL, *late_message = NULL;

  trp_fake_gpu_install (f->folder, "");
  trp_tiny_set (recipe, "output.log_every=20");
  trp_tiny_set (recipe, "loss.gc_start=6");
  trp_tiny_set (recipe, "loss.gc_ramp=0");
  recipe->gc = 1e39; /* beyond float; no recipe file may say so */
  message = train_in_vain (&on_cpu, TRP_ERROR_FORMAT);
  late_message = train_in_vain (&on_cuda, TRP_ERROR_FORMAT);
  g_assert_nonnull (
    strstr (message, "is no number any more at step 8; the last checkpoint is kept"));
  g_assert_cmpstr (late_message, ==, message);
}

/* ---- memory ---- */

static size_t
get_need (const TrpTrainOptions *options)
{
  g_autoptr (GError) error = NULL;
  TrpTrainEstimate estimate;

  g_assert_true (trp_train_estimate (options, &estimate, &error));
  g_assert_no_error (error);
  g_assert_false (estimate.on_host);
  g_assert_cmpuint (estimate.device_available, >, 0);
  return estimate.device;
}

static void
install_with (const Fixture *f, const char *word, size_t bytes)
{
  g_autofree char *words = g_strdup_printf ("%s=%zu", word, bytes);

  trp_fake_gpu_install (f->folder, words);
}

/* The sentence has both numbers, and the batch in it fits where one more does not. */
static void
test_too_little_memory_says_which_batch_fits (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = run_folder (f, "run");
  const TrpTrainOptions options = options_for (f, recipe, "cuda", folder);
  g_autofree char *message = NULL, *need = NULL, *there = NULL, *expected = NULL;
  size_t whole, half;
  int batch = 0, needed_batch = 0;

  trp_fake_gpu_install (f->folder, "");
  trp_tiny_set (recipe, "data.size=32");
  trp_tiny_set (recipe, "training.batch=8");
  whole = get_need (&options);
  half = whole / 2;
  install_with (f, "memory", half);
  message = train_in_vain (&options, TRP_ERROR_LIMIT);
  need = g_format_size (whole);
  there = g_format_size (half);
  expected = g_strdup_printf (
    "This training needs %s of the memory of Fake and %s are free; with batch ", need, there);
  g_assert_true (g_str_has_prefix (message, expected));
  g_assert_cmpint (sscanf (message + strlen (expected), "%d it needs", &batch), ==, 1);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));

  trp_fake_gpu_install (f->folder, "");
  for (int n = 1; n < 8; n++)
    {
      recipe->batch = n;
      if (get_need (&options) <= half / 10 * 9)
        needed_batch = n;
    }
  g_assert_cmpint (batch, >, 0);
  g_assert_cmpint (batch, ==, needed_batch);
  recipe->batch = batch;
  install_with (f, "memory", half);
  train (f, recipe, "cuda", folder, false);
}

static void
test_too_little_memory_says_which_patch_fits (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autofree char *folder = run_folder (f, "run");
  const TrpTrainOptions options = options_for (f, recipe, "cuda", folder);
  g_autofree char *message = NULL, *hopeless = NULL;
  const char *advice;
  int patch = 0;
  size_t need;

  trp_fake_gpu_install (f->folder, "");
  trp_tiny_set (recipe, "data.size=64");
  trp_tiny_set (recipe, "training.batch=1");
  need = get_need (&options);
  install_with (f, "memory", need / 2);
  message = train_in_vain (&options, TRP_ERROR_LIMIT);
  advice = strstr (message, " are free; with batch 1 and patch ");
  g_assert_nonnull (advice);
  g_assert_cmpint (sscanf (advice, " are free; with batch 1 and patch %d it needs", &patch), ==, 1);
  g_assert_true (patch >= 16 && patch < 64);
  recipe->patch = patch;
  train (f, recipe, "cuda", folder, false);

  recipe->patch = 0;
  install_with (f, "memory", 20000);
  hopeless = train_in_vain (&options, TRP_ERROR_LIMIT);
  g_assert_nonnull (strstr (hopeless,
                            "not even batch 1 with the smallest patch would fit: choose a "
                            "smaller network or another device"));
}

/* More is said to be free than there is. */
static void
test_memory_that_is_not_there_after_all (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = run_folder (f, "run");
  const TrpTrainOptions options = options_for (f, recipe, "cuda", folder);
  g_autofree char *message = NULL, *there = NULL, *expected = NULL;

  trp_fake_gpu_install (f->folder, "");
  trp_tiny_set (recipe, "training.batch=8");
  install_with (f, "room", get_need (&options) / 2);
  message = train_in_vain (&options, TRP_ERROR_LIMIT);
  g_assert_true (g_str_has_prefix (message, "This training needs "));
  there = g_format_size ((guint64) 1 << 33);
  expected = g_strdup_printf (
    " of the memory of Fake, which could not be had although %s are free; with batch ", there);
  g_assert_nonnull (strstr (message, expected));
}

/* (transfer full): the voxels, NULL without enough memory */
static float *
synthesize (const TrpModel *model, const TrpVolume *volume, char **out_message)
{
  const TrpInferOptions options = { .device = "cuda" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) result = trp_model_synthesize (model, volume, &options, NULL, &error);
  const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (volume));
  float *values;

  g_free (*out_message);
  *out_message = error ? g_strdup (error->message) : NULL;
  if (!result)
    return NULL;
  values = g_new (float, n);
  trp_volume_copy_floats (result, 0, n, values);
  return values;
}

/* Where four slices at a time do not fit there are fewer, with the same result: in as little memory
 * as can be, by what is said to be free and by what can be had. */
static void
test_inference_takes_fewer_slices (Fixture *f, const void *data)
{
  static const char *const words[] = { "memory", "room" };
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 96, 96, 5 },
                                               (const double[]){ 2, 2, 3 }, trp_vec3 (0, 0, 0));
  const size_t n_bytes = trp_geometry_count_voxels (&grid) * sizeof (float);
  g_autofree char *folder = run_folder (f, "run"), *message = NULL;
  g_autofree char *path = trp_tiny_train (TRP_TRAINER_CYCLEGAN, f->list, folder);
  g_autoptr (TrpModel) model = trp_model_load (path, NULL);
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, 0, 0);
  g_autofree float *expected = NULL;

  trp_fake_gpu_install (f->folder, "");
  expected = synthesize (model, volume, &message);
  for (size_t n = 0; n < G_N_ELEMENTS (words); n++)
    {
      g_autofree float *values = NULL;

      for (size_t bytes = 150000; !values; bytes += 50000)
        {
          g_assert_true (bytes < 3000000);
          install_with (f, words[n], bytes);
          values = synthesize (model, volume, &message);
          if (values)
            g_test_message ("%s=%zu", words[n], bytes);
          else
            g_assert_nonnull (strstr (message, n == 0 ? " are free; use a volume with smaller "
                                                        "slices or the device cpu"
                                                      : ", which could not be had although "));
        }
      g_assert_cmpmem (values, n_bytes, expected, n_bytes);
    }
}

/* "auto" promises a device where it works. */
static void
test_inference_turns_to_the_cpu (Fixture *f, const void *data)
{
  static const char *const words[] = { "memory=150000", "room=150000" };
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 96, 96, 2 },
                                               (const double[]){ 2, 2, 3 }, trp_vec3 (0, 0, 0));
  g_autofree char *folder = run_folder (f, "run");
  g_autofree char *path = trp_tiny_train (TRP_TRAINER_CYCLEGAN, f->list, folder);
  g_autoptr (TrpModel) model = trp_model_load (path, NULL);
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, 0, 0);

  for (size_t n = 0; n < G_N_ELEMENTS (words); n++)
    {
      TrpInferOptions options = { .device = "auto", .say = hear, .data = f };
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpVolume) result = NULL, refused = NULL;

      trp_fake_gpu_install (f->folder, words[n]);
      g_string_truncate (f->said, 0);
      result = trp_model_synthesize (model, volume, &options, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (result);
      g_assert_true (g_str_has_prefix (f->said->str, "Fake, float32\nCPU, "));
      g_assert_true (
        g_str_has_suffix (f->said->str, ": the memory of Fake is too small for this\n"));
      options.device = "cuda";
      refused = trp_model_synthesize (model, volume, &options, NULL, &error);
      g_assert_null (refused);
      g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
    }
}

/* A tensor that no memory holds is told with what would fit, too. */
static void
test_impossible_sizes_say_what_fits (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = run_folder (f, "run"), *message = NULL;
  const TrpTrainOptions options = options_for (f, recipe, "cuda", folder);
  const char *advice;
  int batch = 0;

  trp_fake_gpu_install (f->folder, "");
  recipe->batch = 1 << 20;
  recipe->size = 64;
  message = train_in_vain (&options, TRP_ERROR_LIMIT);
  advice = strstr (message, "has too many elements; with batch ");
  g_assert_nonnull (advice);
  g_assert_cmpint (sscanf (advice, "has too many elements; with batch %d it needs", &batch), ==, 1);
  g_assert_cmpint (batch, >, 1);
  recipe->batch = batch;
  g_assert_cmpuint (get_need (&options), <=, ((size_t) 1 << 33) / 10 * 9);
}

/* The estimate has the sentence of the run. */
static void
test_the_estimate_says_when_it_does_not_fit (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = run_folder (f, "run"), *message = NULL, *refusal = NULL, *none = NULL;
  const TrpTrainOptions options = options_for (f, recipe, "cuda", folder);
  TrpTrainEstimate estimate;

  trp_fake_gpu_install (f->folder, "");
  trp_tiny_set (recipe, "training.batch=8");
  g_assert_true (trp_train_check_fit (&options, &estimate, &none, NULL));
  g_assert_null (none);
  g_assert_cmpstr (estimate.device_name, ==, "Fake");
  install_with (f, "memory", estimate.device / 2);
  g_assert_true (trp_train_check_fit (&options, &estimate, &refusal, NULL));
  message = train_in_vain (&options, TRP_ERROR_LIMIT);
  g_assert_cmpstr (refusal, ==, message);
}

/* ---- a device that dies ---- */

/* Programs run: the self-test's one, then one per step, and previews. */
static void
test_a_dead_device_leaves_the_checkpoint (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autofree char *folder = run_folder (f, "run"), *whole = run_folder (f, "whole");
  const TrpTrainOptions options = options_for (f, recipe, "cuda", folder);
  g_autofree char *message = NULL, *log = NULL, *whole_log = NULL;

  trp_fake_gpu_install (f->folder, "dies=13");
  trp_tiny_set (recipe, "output.save_every=5");
  message = train_in_vain (&options, TRP_ERROR_DEVICE);
  g_assert_cmpstr (message, ==,
                   "The GPU Fake has fallen off the bus; the training ended after step 11, and the "
                   "checkpoint of step 10 is kept: start Triptych again or choose the device cpu, "
                   "and go on from there");
  g_assert_cmpint (read_state (folder, recipe).step, ==, 10);

  trp_fake_gpu_install (f->folder, "");
  train (f, recipe, "cuda", folder, true);
  train (f, recipe, "cuda", whole, false);
  log = read_log (folder);
  whole_log = read_log (whole);
  g_assert_cmpstr (log, ==, whole_log);
  assert_same_tensors (folder, whole);
}

static void
test_a_device_that_dies_early_leaves_nothing (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autofree char *folder = run_folder (f, "run");
  const TrpTrainOptions options = options_for (f, recipe, "cuda", folder);
  g_autofree char *message = NULL, *checkpoint = NULL;

  trp_fake_gpu_install (f->folder, "dies=4");
  message = train_in_vain (&options, TRP_ERROR_DEVICE);
  g_assert_cmpstr (
    message, ==,
    "The GPU Fake has fallen off the bus; the training ended after step 2, before its "
    "first checkpoint: start Triptych again or choose the device cpu");
  checkpoint = g_build_filename (folder, "checkpoint.safetensors", NULL);
  g_assert_false (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
}

static void
test_a_device_that_dies_in_inference (Fixture *f, const void *data)
{
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 48, 48, 9 },
                                               (const double[]){ 4, 4, 3 }, trp_vec3 (0, 0, 0));
  g_autofree char *folder = run_folder (f, "run"), *message = NULL;
  g_autofree char *path = trp_tiny_train (TRP_TRAINER_CYCLEGAN, f->list, folder);
  g_autoptr (TrpModel) model = trp_model_load (path, NULL);
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, 0, 0);

  trp_fake_gpu_install (f->folder, "dies=3");
  g_assert_null (synthesize (model, volume, &message));
  g_assert_cmpstr (message, ==,
                   "The GPU Fake has fallen off the bus; start Triptych again or choose the device "
                   "cpu");
}

/* Stopped by the user at the very moment: saving fails, and what is on disk stays whole. */
typedef struct
{
  GCancellable *cancellable;
  int step;
} Stop;

static void
stop_at (const TrpTrainLog *log, void *data)
{
  const Stop *stop = data;

  if (log->step == stop->step)
    g_cancellable_cancel (stop->cancellable);
}

static void
test_a_dead_device_cannot_spoil_a_checkpoint (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autofree char *folder = run_folder (f, "run"), *before = NULL, *after = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Stop stop = { cancellable, 4 };
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  TrpTrainOptions options = options_for (f, recipe, "cuda", folder);
  g_autoptr (GError) error = NULL;
  size_t size, size_after;

  trp_fake_gpu_install (f->folder, "");
  trp_tiny_set (recipe, "output.log_every=1");
  options.watch = (TrpTrainWatch){ .log = stop_at, .data = &stop };
  g_assert_false (trp_train (&options, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  before = read_file (folder, "checkpoint.safetensors", &size);

  g_cancellable_reset (cancellable);
  stop.step = 7; /* the third step of this session is the fourth run */
  options.resume = true;
  trp_fake_gpu_install (f->folder, "mute=4");
  g_assert_false (trp_train (&options, &progress, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_DEVICE);
  g_assert_nonnull (
    strstr (error->message, "ended after step 7, and the checkpoint of step 4 is kept"));
  after = read_file (folder, "checkpoint.safetensors", &size_after);
  g_assert_cmpmem (after, size_after, before, size);
}

/* ---- another device, another precision ---- */

static void
test_going_on_elsewhere_is_told (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autofree char *folder = run_folder (f, "run");
  TrpTrainOptions options = options_for (f, recipe, "cuda", folder);
  g_autofree char *message = NULL;
  TrpRunState state;

  trp_fake_gpu_install (f->folder, "dies=13");
  trp_tiny_set (recipe, "output.save_every=5");
  message = train_in_vain (&options, TRP_ERROR_DEVICE);
  state = read_state (folder, recipe);
  g_assert_cmpstr (state.device, ==, "Fake");
  g_assert_cmpstr (state.precision, ==, "float32");
  g_assert_true (state.deterministic);
  g_string_truncate (f->said, 0);
  train (f, recipe, "cpu", folder, true);
  g_assert_nonnull (strstr (f->said->str,
                            "Until step 10 this run was computed by Fake in float32; it goes on "
                            "with CPU, 1 thread, oneDNN "));
  state = read_state (folder, recipe);
  g_assert_true (g_str_has_prefix (state.device, "CPU"));
}

static void
test_a_cpu_trains_in_float32 (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = run_folder (f, "run"), *bf16 = NULL, *f16 = NULL, *cpu = NULL;
  TrpTrainOptions options = options_for (f, recipe, "auto", folder);

  trp_fake_gpu_remove ();
  options.precision = TRP_PRECISION_BF16;
  bf16 = train_in_vain (&options, TRP_ERROR_UNSUPPORTED);
  g_assert_cmpstr (bf16, ==, "A CPU trains in float32 only; use the default precision");
  options.precision = TRP_PRECISION_F16;
  f16 = train_in_vain (&options, TRP_ERROR_UNSUPPORTED);
  g_assert_cmpstr (f16, ==, bf16);
  options.device = "cpu";
  cpu = train_in_vain (&options, TRP_ERROR_UNSUPPORTED);
  g_assert_cmpstr (cpu, ==, bf16);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

/* ---- scaled losses ---- */

/* Scales are powers of two: in float32 the whole run has the same numbers. */
static void
test_a_scaled_loss_trains_the_same (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe ((TrpTrainerKind) GPOINTER_TO_INT (data));
  g_autofree char *plain = run_folder (f, "plain"), *scaled = run_folder (f, "scaled");
  g_autofree char *log = NULL, *scaled_log = NULL;

  trp_fake_gpu_install (f->folder, "");
  train (f, recipe, "cuda", plain, false);
  trp_fake_gpu_install (f->folder, "scaling");
  train (f, recipe, "cuda", scaled, false);
  log = read_log (plain);
  scaled_log = read_log (scaled);
  g_assert_cmpstr (scaled_log, ==, log);
}

/* A checkpoint without scales begins with fresh ones; with them it goes on as if undivided. */
static void
test_scales_are_saved (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = run_folder (f, "run");
  TrpTrainOptions options = options_for (f, recipe, "cuda", folder);
  g_autofree char *message = NULL, *again = NULL;
  g_autoptr (TrpSafetensors) file = NULL;
  const TrpTensorView *scale, *good_steps;
  float value;

  trp_tiny_set (recipe, "output.save_every=5");
  trp_fake_gpu_install (f->folder, "dies=8");
  message = train_in_vain (&options, TRP_ERROR_DEVICE);
  options.resume = true;
  trp_fake_gpu_install (f->folder, "scaling,dies=9");
  again = train_in_vain (&options, TRP_ERROR_DEVICE); /* steps 6 to 13, saved at 10 */
  g_assert_nonnull (strstr (again, "checkpoint of step 10"));
  file = load_file (folder, "checkpoint.safetensors");
  scale = trp_safetensors_find (file, "opt.net.loss_scale");
  good_steps = trp_safetensors_find (file, "opt.net.good_steps");
  g_assert_true (scale && good_steps);
  trp_tensor_view_get_f32 (scale, &value);
  trp_assert_near ((double) value, 65536, 0);
  trp_tensor_view_get_f32 (good_steps, &value);
  trp_assert_near ((double) value, 5, 0);
  trp_fake_gpu_install (f->folder, "scaling");
  train (f, recipe, "cuda", folder, true);
}

/* ---- the command line on such machines ---- */

/* What the program says on standard error; its exit status must be @status. */
static char *
run_train (const Fixture *f, const char *words, const char *device, const char *batch, int status)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *text = trp_recipe_to_text (recipe), *said = NULL;
  g_autofree char *path = g_build_filename (f->folder, "tiny.recipe", NULL);
  g_autofree char *list = g_build_filename (f->folder, "cases.csv", NULL);
  g_autofree char *out = g_build_filename (f->folder, words, NULL);
  const char *const arguments[] = { "train",    path,   "--data", list,  "--out", out,
                                    "--device", device, "--set",  batch, NULL };

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  trp_fake_gpu_install (f->folder, words);
  g_assert_cmpint (trp_test_run_cli (arguments, NULL, &said), ==, status);
  g_test_message ("%s", said);
  return g_steal_pointer (&said);
}

/* "auto" works everywhere and says why it is the CPU; "cuda" is one line of what is the matter. */
static void
test_command_line (Fixture *f, const void *data)
{
  static const struct
  {
    const char *words, *reason, *embedded;
  } cases[] = { { "no-driver", "No NVIDIA driver on this machine", "no NVIDIA driver on this" },
                { "no-device", "The NVIDIA driver is there, but no device",
                  "the NVIDIA driver is there, but no device" },
                { "wrong", "The device computes wrongly", "the device computes wrongly" } };
  g_autofree char *memory = NULL, *sound = NULL;

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *refused = run_train (f, cases[n].words, "cuda", "batch=1", 1);
      g_autofree char *done = run_train (f, cases[n].words, "auto", "batch=1", 0);

      g_assert_nonnull (strstr (refused, cases[n].reason));
      g_assert_true (strchr (refused, '\n') == refused + strlen (refused) - 1);
      g_assert_true (g_str_has_prefix (done, "CPU, 1 thread: "));
      g_assert_nonnull (strstr (done, cases[n].embedded));
    }
  memory = run_train (f, "memory=400000", "cuda", "batch=16", 1);
  g_assert_nonnull (strstr (memory, " of the memory of Fake and "));
  g_assert_nonnull (strstr (memory, " are free; with --set training.batch="));
  sound = run_train (f, "dies=0", "cuda", "batch=1", 0);
  g_assert_true (g_str_has_prefix (sound, "Fake, float32\n"));
}

#define ADD_FOR(path, test, kind)                                                                  \
  g_test_add (path, Fixture, GINT_TO_POINTER (kind), set_up, test, tear_down)
#define ADD(path, test) ADD_FOR (path, test, 0)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_FOR ("/trainer-devices/late-losses-change-nothing/cyclegan", test_late_losses_change_nothing,
           TRP_TRAINER_CYCLEGAN);
  ADD_FOR ("/trainer-devices/late-losses-change-nothing/segmenter", test_late_losses_change_nothing,
           TRP_TRAINER_SEGMENTER);
  ADD ("/trainer-devices/a-late-loss-names-its-step", test_a_late_loss_names_its_step);
  ADD ("/trainer-devices/memory/which-batch-fits", test_too_little_memory_says_which_batch_fits);
  ADD ("/trainer-devices/memory/which-patch-fits", test_too_little_memory_says_which_patch_fits);
  ADD ("/trainer-devices/memory/not-there-after-all", test_memory_that_is_not_there_after_all);
  ADD ("/trainer-devices/memory/inference-takes-fewer-slices", test_inference_takes_fewer_slices);
  ADD ("/trainer-devices/memory/inference-turns-to-the-cpu", test_inference_turns_to_the_cpu);
  ADD ("/trainer-devices/memory/impossible-sizes", test_impossible_sizes_say_what_fits);
  ADD ("/trainer-devices/memory/estimate", test_the_estimate_says_when_it_does_not_fit);
  ADD ("/trainer-devices/death/leaves-the-checkpoint", test_a_dead_device_leaves_the_checkpoint);
  ADD ("/trainer-devices/death/before-any-checkpoint",
       test_a_device_that_dies_early_leaves_nothing);
  ADD ("/trainer-devices/death/in-inference", test_a_device_that_dies_in_inference);
  ADD ("/trainer-devices/death/cannot-spoil-a-checkpoint",
       test_a_dead_device_cannot_spoil_a_checkpoint);
  ADD ("/trainer-devices/going-on-elsewhere-is-told", test_going_on_elsewhere_is_told);
  ADD ("/trainer-devices/a-cpu-trains-in-float32", test_a_cpu_trains_in_float32);
  ADD_FOR ("/trainer-devices/scaled-loss/trains-the-same/cyclegan",
           test_a_scaled_loss_trains_the_same, TRP_TRAINER_CYCLEGAN);
  ADD_FOR ("/trainer-devices/scaled-loss/trains-the-same/segmenter",
           test_a_scaled_loss_trains_the_same, TRP_TRAINER_SEGMENTER);
  ADD ("/trainer-devices/scaled-loss/scales-are-saved", test_scales_are_saved);
  ADD ("/trainer-devices/command-line", test_command_line);
  return g_test_run ();
}
