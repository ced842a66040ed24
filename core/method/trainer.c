/* trainer.c - see trainer.h and trainer-class.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/trainer.h"

#include "core/method/run.h"
#include "core/method/train-memory.h"
#include "core/method/trainer-class.h"
#include "core/nn/device-choice.h"

#include <math.h>
#include <string.h>

const TrpTrainerClass *
trp_trainer_class_get (const TrpRecipe *recipe)
{
  static const TrpTrainerClass *const classes[] = {
    [TRP_TRAINER_CYCLEGAN] = &trp_cyclegan_class,
    [TRP_TRAINER_SEGMENTER] = &trp_segmenter_class,
    [TRP_TRAINER_LGAN] = &trp_lgan_class,
    [TRP_TRAINER_CYCLEGAN_SEG] = &trp_cyclegan_seg_class,
  };

  if (recipe->trainer == TRP_TRAINER_CYCLEGAN && recipe->geometry > 0)
    return &trp_cyclegan_geometry_class;
  if (recipe->trainer == TRP_TRAINER_SEGMENTER && recipe->cross_entropy > 0)
    return &trp_segmenter_softmax_class;
  return classes[recipe->trainer];
}

/* ---- the run ---- */

/* So many steps' losses may still be on their way while nothing needs them: the device never waits
 * for the host. */
#define MAX_LATE 2

static void
clear_run (TrpRun *run)
{
  TrpTrainer *t = &run->base;

  g_clear_pointer (&run->validation, trp_validation_free);
  g_clear_pointer (&t->preview_program, trp_program_free);
  g_clear_pointer (&t->program, trp_program_free);
  g_clear_pointer (&t->store, trp_store_unref);
  g_clear_pointer (&t->device, trp_device_unref);
  g_clear_pointer (&t->labels, g_ptr_array_unref);
  for (int n = 0; n < 2; n++)
    {
      g_clear_pointer (&t->data[n], trp_dataset_unref);
      g_clear_pointer (&t->batch[n], g_free);
    }
  g_clear_pointer (&run->folder, trp_run_folder_free);
  g_clear_pointer (&run->recipe_text, g_free);
  g_clear_pointer (&t->recipe, trp_recipe_free);
  g_clear_pointer (&run->split, g_free);
  g_clear_pointer (&run->note, g_free);
  g_clear_pointer (&run->parent, trp_model_unref);
  g_clear_pointer (&run->parent_text, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrpRun, clear_run)

/* ---- losses: asked for at every step, read when they are there ---- */

static bool
check_numbers (const TrpRun *run, int step, GError **error)
{
  for (size_t n = 0; n < run->base.klass->n_columns; n++)
    if (!isfinite (run->values[n]))
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "The loss \"%s\" is no number any more at step %d; the last checkpoint is "
                     "kept: try a lower learning rate",
                     run->base.klass->columns[n], step);
        return false;
      }
  return true;
}

static bool
read_losses (TrpRun *run, GError **error)
{
  TrpTrainer *t = &run->base;
  const int step = t->step - trp_program_get_n_reads (t->program) + 1;
  float values[TRP_TRAINER_MAX_VALUES];

  if (!trp_program_finish_read (t->program, values, error))
    return false;
  for (size_t n = 0; n < t->klass->n_columns; n++)
    run->values[n] = (double) values[n];
  if (!check_numbers (run, step, error))
    return false;
  for (size_t n = 0; n < t->klass->n_columns; n++)
    run->sums[n] += run->values[n];
  run->n_summed++;
  return true;
}

/* Until only @n_left are on their way. */
static bool
catch_up (TrpRun *run, int n_left, GError **error)
{
  while (trp_program_get_n_reads (run->base.program) > n_left)
    if (!read_losses (run, error))
      return false;
  return true;
}

/* ---- checkpoints ---- */

static bool
save_and_tell (TrpRun *run, GError **error)
{
  const TrpTrainWatch *watch = &run->base.options->watch;
  const bool ok = catch_up (run, 0, error) && trp_run_save (run, error);

  if (ok && watch->saved)
    watch->saved (run->saved_step, watch->data);
  return ok;
}

/* First weights of an attempt; everything that a step updates begins at zero. */
static bool
start_over (TrpRun *run, GError **error)
{
  TrpTrainer *t = &run->base;
  g_autofree float *zeros = NULL;
  size_t largest = 0;

  t->seed = t->recipe->seed + (uint64_t) t->n_restarts;
  t->step = 0;
  t->n_earlier = 0;
  for (int n = 0; n < 2; n++)
    {
      t->pool_fill[n] = 0;
      t->pool_index[n] = 0;
    }
  for (int n = 0; n < trp_store_get_n (t->store); n++)
    largest = MAX (largest, trp_shape_count (trp_store_peek (t->store, n)->tensor.shape));
  zeros = g_new0 (float, largest);
  for (int n = 0; n < trp_store_get_n (t->store); n++)
    if (!trp_store_set (t->store, trp_store_peek (t->store, n), zeros, error))
      return false;
  return trp_trainer_start_loss_scales (t, error) &&
         trp_run_folder_start_log (run->folder, t->klass->columns, t->klass->n_columns, error) &&
         trp_run_start_scores (run, error) && t->klass->begin (t, true, error) &&
         trp_run_take_parent (run, error);
}

/* ---- device ---- */

/* In the default precision. */
static bool
would_be_host (const char *name)
{
  g_autofree char *note = NULL;
  g_autoptr (TrpDevice) device = trp_device_choose (name, NULL, &note, NULL);

  return device && trp_device_is_host (device);
}

/* @out_note: (transfer full) */
static TrpDevice *
choose_device (const TrpTrainOptions *options, char **out_note, GError **error)
{
  const TrpDeviceOptions device_options = { .deterministic = options->deterministic,
                                            .precision = options->precision,
                                            .n_threads = options->recipe->threads };
  const char *name = options->device ? options->device : "auto";
  const bool is_half = options->precision == TRP_PRECISION_BF16 ||
                       options->precision == TRP_PRECISION_F16;
  g_autofree char *note = NULL;
  g_autoptr (GError) refusal = NULL;
  g_autoptr (TrpDevice) device = trp_device_choose (name, &device_options, &note, &refusal);

  if (is_half && (device ? trp_device_is_host (device) : would_be_host (name)))
    g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                 "A CPU trains in float32 only; use the default precision");
  else if (!device)
    g_propagate_error (error, g_steal_pointer (&refusal));
  else
    {
      *out_note = g_steal_pointer (&note);
      return g_steal_pointer (&device);
    }
  return NULL;
}

bool
trp_train_estimate (const TrpTrainOptions *options, TrpTrainEstimate *out_estimate, GError **error)
{
  return trp_train_check_fit (options, out_estimate, NULL, error);
}

bool
trp_train_check_fit (const TrpTrainOptions *options,
                     TrpTrainEstimate *out_estimate,
                     char **out_refusal,
                     GError **error)
{
  g_autoptr (TrpDataList)
    list = trp_data_list_select_fold (options->list, options->fold, false, error);
  g_autofree char *note = NULL;
  g_autoptr (TrpDevice) device = list ? choose_device (options, &note, error) : NULL;
  g_autoptr (GError) refusal = NULL;

  if (!device || !trp_train_memory_measure (options, list, device, out_estimate, error))
    return false;
  if (out_refusal)
    *out_refusal = trp_train_memory_check (options, out_estimate, device, &refusal)
                     ? NULL
                     : g_strdup (refusal->message);
  return true;
}

/* Before anything is loaded or written. */
static bool
open_device (TrpRun *run, const TrpDataList *list, GError **error)
{
  TrpTrainer *t = &run->base;

  t->device = choose_device (t->options, &run->note, error);
  if (!t->device)
    return false;
  trp_device_get_info (t->device, &run->info);
  return trp_train_memory_measure (t->options, list, t->device, &run->need, error) &&
         trp_train_memory_check (t->options, &run->need, t->device, error);
}

/* Both, so that memory which is missing shows at once. */
static bool
make_programs (TrpRun *run, GError **error)
{
  TrpTrainer *t = &run->base;
  GError *local = NULL;

  t->store = trp_store_new (t->device);
  t->program = trp_program_new (t->klass->build (t->recipe, run->info.loss_scaling), t->store,
                                &local);
  if (t->program)
    t->preview_program = trp_program_new (t->klass->build_preview (t->recipe), t->store, &local);
  if (t->preview_program)
    return true;
  g_clear_pointer (&t->program, trp_program_free);
  trp_train_memory_explain (t->options, &run->need, t->device, &local);
  g_propagate_error (error, local);
  return false;
}

static void
count_steps (TrpTrainer *t)
{
  size_t n_slices = 1;

  for (int n = 0; n < 2; n++)
    if (t->data[n])
      n_slices = MAX (n_slices, trp_dataset_get_n_slices (t->data[n]));
  t->epoch_steps = trp_recipe_get_epoch_steps (t->recipe, n_slices);
  t->n_steps = trp_recipe_get_n_steps (t->recipe, t->epoch_steps);
}

static bool
load_data (TrpRun *run, const TrpDataList *rows, TrpProgress *progress, GError **error)
{
  TrpTrainer *t = &run->base;

  if (!t->klass->load (t, rows, progress, error))
    return false;
  count_steps (t);
  return trp_run_open_validation (run, progress, error);
}

static bool
prepare (TrpRun *run, TrpProgress *progress, GError **error)
{
  TrpTrainer *t = &run->base;
  const TrpTrainOptions *options = t->options;
  g_autoptr (TrpDataList)
    rows = trp_data_list_select_fold (options->list, options->fold, false, error);
  g_autoptr (TrpSafetensors) file = NULL;

  if (!rows || !trp_run_open_parent (run, error) || !open_device (run, rows, error) ||
      !trp_run_open_folder (run, &file, error) || !load_data (run, rows, progress, error) ||
      !trp_run_write_left_out (run, error))
    return false;
  g_free (run->recipe_text);
  run->recipe_text = trp_recipe_to_text (t->recipe); /* with what was learnt from the data */
  if (run->resumed.step < t->n_steps && !run->resumed.scores.stopped)
    {
      trp_trainer_say (t, run->note);
      trp_run_tell_of_change (run);
    }
  if (!make_programs (run, error))
    return false;
  if (!file)
    return start_over (run, error);
  return t->klass->begin (t, false, error) && trp_run_restore (run, file, error);
}

/* ---- steps ---- */

/* Rows hold means over the steps since the row before. */
static bool
add_log_row (TrpRun *run, GError **error)
{
  const TrpTrainer *t = &run->base;
  const TrpTrainWatch *watch = &t->options->watch;
  double means[TRP_TRAINER_MAX_VALUES];
  const TrpTrainLog log = { .step = t->step,
                            .n_steps = t->n_steps,
                            .seconds = (double) (g_get_monotonic_time () - run->start_us) /
                                       G_USEC_PER_SEC,
                            .n = t->klass->n_columns,
                            .names = t->klass->columns,
                            .values = means };

  for (size_t n = 0; n < log.n; n++)
    {
      means[n] = run->sums[n] / run->n_summed;
      run->sums[n] = 0;
    }
  run->n_summed = 0;
  if (watch->log)
    watch->log (&log, watch->data);
  return trp_run_folder_add_log (run->folder, &log, t->rate, error);
}

static bool
write_preview (TrpRun *run, GError **error)
{
  TrpTrainer *t = &run->base;
  const TrpTrainWatch *watch = &t->options->watch;
  g_autofree char *path = NULL;
  TrpTileSheet sheet;

  if (!t->klass->preview (t, &sheet, error))
    return false;
  path = trp_run_folder_write_preview (run->folder, t->step, sheet.width, sheet.height, sheet.grey,
                                       error);
  g_free (sheet.grey);
  if (path && watch->preview)
    watch->preview (path, t->step, watch->data);
  return path != NULL;
}

bool
trp_run_is_over (const TrpRun *run)
{
  return run->base.step >= run->base.n_steps || run->scores.stopped;
}

bool
trp_run_is_due (const TrpRun *run, int every)
{
  return every > 0 && (run->base.step % every == 0 || trp_run_is_over (run));
}

static bool
alarm_is_due (const TrpRun *run)
{
  const TrpTrainerClass *klass = run->base.klass;

  return klass->alarm && run->base.step % klass->alarm_every == 0;
}

/* An inverted or collapsed run does not recover: say so, and begin again with the next seed while
 * the recipe allows. */
static bool
handle_alarm (TrpRun *run, bool *out_restarted, GError **error)
{
  TrpTrainer *t = &run->base;
  g_autofree char *sentence = NULL, *text = NULL;
  TrpAlarm alarm = { 0 };

  *out_restarted = false;
  if (!alarm_is_due (run))
    return true;
  if (!t->klass->alarm (t, run->values, &alarm, error))
    return false;
  sentence = alarm.sentence;
  if (!sentence)
    return true;
  if (t->options->watch.alarm)
    t->options->watch.alarm (t->step, sentence, t->options->watch.data);
  if (!alarm.is_hopeless)
    {
      text = g_strdup_printf ("%s (step %d)", sentence, t->step);
      trp_trainer_say (t, text);
      return true;
    }
  /* a branch may have lost the file that it began with */
  if (t->n_restarts >= t->recipe->restarts || run->parent_text)
    {
      text = g_strdup_printf ("%s (step %d; no restart left, going on)", sentence, t->step);
      trp_trainer_say (t, text);
      return true;
    }
  t->n_restarts++;
  text = g_strdup_printf ("%s (step %d); starting again with seed %" G_GUINT64_FORMAT, sentence,
                          t->step, t->recipe->seed + (uint64_t) t->n_restarts);
  trp_trainer_say (t, text);
  *out_restarted = true;
  run->n_summed = 0;
  memset (run->sums, 0, sizeof run->sums);
  return start_over (run, error);
}

/* What follows a step once it is known to be sound; a stop within it is made up for when the run
 * goes on. */
static bool
finish_step (TrpRun *run, TrpProgress *progress, GError **error)
{
  const TrpRecipe *r = run->base.recipe;

  if (trp_run_must_validate (run))
    {
      if (!trp_run_validate (run, progress, error))
        return false;
      if (run->scores.stopped && run->n_summed > 0 && !add_log_row (run, error))
        return false;
    }
  return (!trp_run_is_due (run, r->save_every) && !trp_run_is_due (run, r->keep_every)) ||
         save_and_tell (run, error);
}

static bool
do_step (TrpRun *run, TrpProgress *progress, GError **error)
{
  TrpTrainer *t = &run->base;
  const TrpRecipe *r = t->recipe;
  bool must_know, restarted;

  t->rate = r->schedule.rate == TRP_RATE_PLATEAU ? run->scores.rate
                                                 : trp_recipe_get_rate (r, t->epoch_steps, t->step);
  if (!t->klass->step (t, error) ||
      !trp_program_begin_read (t->program, t->outputs, (int) t->klass->n_columns, error))
    return false;
  t->step++;
  must_know = trp_run_is_due (run, r->log_every) || trp_run_is_due (run, r->preview_every) ||
              trp_run_is_due (run, r->save_every) || trp_run_is_due (run, r->keep_every) ||
              trp_run_must_validate (run) || alarm_is_due (run);
  if (!trp_trainer_renew_averages (t, error) || !catch_up (run, must_know ? 0 : MAX_LATE, error))
    return false;
  if (trp_run_is_due (run, r->log_every) &&
      (!trp_trainer_check_loss_scales (t, error) || !add_log_row (run, error)))
    return false;
  if (!handle_alarm (run, &restarted, error))
    return false;
  if (restarted)
    return true;
  if (trp_run_is_due (run, r->preview_every) && !write_preview (run, error))
    return false;
  return finish_step (run, progress, error);
}

/* What a device that failed has left. */
static void
tell_of_checkpoint (const TrpRun *run, GError **error)
{
  if (!g_error_matches (*error, TRP_ERROR, TRP_ERROR_DEVICE))
    return;
  if (run->saved_step >= 0)
    {
      g_autofree char *message = g_strdup_printf (
        "%s; the training ended after step %d, and the checkpoint of step %d is kept: start "
        "Triptych again or choose the device cpu, and go on from there",
        (*error)->message, run->base.step, run->saved_step);

      g_clear_error (error);
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE, message);
    }
  else
    {
      g_autofree char *message = g_strdup_printf (
        "%s; the training ended after step %d, before its first checkpoint: start Triptych again "
        "or choose the device cpu",
        (*error)->message, run->base.step);

      g_clear_error (error);
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE, message);
    }
}

static bool
loop (TrpRun *run, TrpProgress *progress, GError **error)
{
  TrpTrainer *t = &run->base;

  if (trp_run_must_validate (run) && !finish_step (run, progress, error))
    return false;
  while (!trp_run_is_over (run))
    {
      g_autofree char *text = g_strdup_printf ("step %d of %d", t->step, t->n_steps);

      if (!trp_progress_step (progress, (double) t->step / t->n_steps, text, error) ||
          !do_step (run, progress, error))
        return false;
    }
  return true;
}

static bool
run_steps (TrpRun *run, TrpProgress *progress, GError **error)
{
  TrpTrainer *t = &run->base;
  GError *local = NULL;

  if (trp_run_is_over (run) && !trp_run_must_validate (run))
    {
      trp_trainer_say (t, "This training was already complete");
      return trp_run_save (run, error); /* it may have been killed between its two last files */
    }
  run->start_us = g_get_monotonic_time ();
  if (loop (run, progress, &local))
    {
      trp_run_tell_of_end (run);
      return save_and_tell (run, error);
    }
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !save_and_tell (run, error))
    g_error_free (local);
  else
    g_propagate_error (error, local);
  return false;
}

static bool
run_all (TrpRun *run, TrpProgress *progress, GError **error)
{
  GError *local = NULL;

  if (run_steps (run, progress, &local))
    return true;
  tell_of_checkpoint (run, &local);
  g_propagate_error (error, local);
  return false;
}

bool
trp_train (const TrpTrainOptions *options, TrpProgress *progress, GError **error)
{
  g_auto (TrpRun) run = { .kept_step = -1,
                          .base = { .options = options,
                                    .klass = trp_trainer_class_get (options->recipe),
                                    .recipe = trp_recipe_copy (options->recipe),
                                    .seed = options->recipe->seed },
                          .saved_step = -1 };
  /* the fraction is that of the steps, which the time left is counted by */
  TrpProgress loading = trp_progress_part (progress, 0, 0),
              training = trp_progress_part (progress, 0, 1);

  run.recipe_text = trp_recipe_to_text (options->recipe);
  return trp_recipe_check (options->recipe, error) && prepare (&run, &loading, error) &&
         run_all (&run, &training, error) && trp_progress_step (&training, 1, NULL, error);
}
