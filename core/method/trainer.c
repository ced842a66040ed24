/* trainer.c - see trainer.h and trainer-class.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/trainer.h"

#include "core/base/memory.h"
#include "core/method/run-folder.h"
#include "core/method/trainer-class.h"
#include "core/nn/device-choice.h"
#include "core/nn/optimizer.h"

#include <math.h>
#include <string.h>

static const TrpTrainerClass *
get_class (const TrpRecipe *recipe)
{
  static const TrpTrainerClass *const classes[] = {
    [TRP_TRAINER_CYCLEGAN] = &trp_cyclegan_class,
    [TRP_TRAINER_SEGMENTER] = &trp_segmenter_class,
  };

  return classes[recipe->trainer];
}

/* ---- what the classes share ---- */

double
trp_recipe_get_rate (const TrpRecipe *recipe, int step)
{
  const int start = recipe->decay_start >= 0 ? recipe->decay_start : recipe->steps / 2;

  if (step < start || recipe->steps <= start)
    return recipe->learning_rate;
  return recipe->learning_rate *
         MAX (0.0, (double) (recipe->steps - step) / (recipe->steps - start));
}

/* Elements are TrpValue. */
static GArray *
collect_parameters (TrpGraph *graph, const char *const *prefixes)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (TrpValue));

  for (size_t n = 0; prefixes[n]; n++)
    {
      g_autoptr (GArray) some = trp_graph_dup_parameters (graph, prefixes[n]);

      g_array_append_vals (all, some->data, some->len);
    }
  return all;
}

void
trp_trainer_add_adam (TrpGraph *graph,
                      const TrpRecipe *recipe,
                      const char *prefix,
                      TrpValue loss,
                      const char *const *parameter_prefixes,
                      TrpValue rate,
                      TrpValue step)
{
  g_autoptr (GArray) parameters = collect_parameters (graph, parameter_prefixes);
  g_autofree TrpValue *gradients = g_new (TrpValue, parameters->len);
  const TrpAdam options = { .beta1 = recipe->beta1, .beta2 = recipe->beta2, .eps = 1e-8 };

  trp_graph_differentiate (graph, loss, (TrpValue *) parameters->data, (int) parameters->len,
                           gradients);
  trp_graph_adam (graph, prefix, &options, rate, step, (TrpValue *) parameters->data, gradients,
                  (int) parameters->len);
}

void
trp_trainer_add_ema (TrpGraph *graph,
                     const TrpRecipe *recipe,
                     const char *const *parameter_prefixes)
{
  g_autoptr (GArray) parameters = collect_parameters (graph, parameter_prefixes);

  if (recipe->ema > 0)
    trp_graph_ema (graph, "ema", recipe->ema, (TrpValue *) parameters->data, (int) parameters->len);
}

bool
trp_trainer_start_averages (TrpTrainer *trainer, GError **error)
{
  for (int n = 0; n < trp_store_get_n (trainer->store); n++)
    {
      TrpStored *average = trp_store_peek (trainer->store, n);
      const TrpStored *parameter;

      if (!g_str_has_prefix (average->name, "ema."))
        continue;
      parameter = trp_store_find (trainer->store, average->name + strlen ("ema."));
      if (!trp_store_copy (trainer->store, average, parameter, error))
        return false;
    }
  return true;
}

bool
trp_trainer_read_outputs (TrpTrainer *trainer, size_t n, double *out_values, GError **error)
{
  for (size_t i = 0; i < n; i++)
    {
      float value;

      if (!trp_program_get (trainer->program, trainer->outputs[i], &value, error))
        return false;
      out_values[i] = (double) value;
    }
  return true;
}

/* ---- memory ---- */

static bool
estimate (const TrpTrainOptions *options,
          const TrpDataList *list,
          TrpTrainEstimate *out_estimate,
          GError **error)
{
  const TrpTrainerClass *klass = get_class (options->recipe);
  g_autoptr (TrpGraph) graph = klass->build (options->recipe);
  g_autoptr (TrpPlan) plan = NULL;

  if (!trp_graph_check (graph, error) ||
      !klass->estimate_data (options->recipe, list, &out_estimate->data, error))
    return false;
  plan = trp_plan_new (graph, NULL, NULL);
  out_estimate->device = trp_plan_get_total_bytes (plan);
  out_estimate->available = trp_memory_get_available ();
  return true;
}

bool
trp_train_estimate (const TrpTrainOptions *options, TrpTrainEstimate *out_estimate, GError **error)
{
  g_autoptr (TrpDataList)
    list = trp_data_list_select_fold (options->list, options->fold, false, error);
  TrpTrainEstimate result;

  if (!list || !estimate (options, list, &result, error))
    return false;
  *out_estimate = result;
  return true;
}

static bool
check_memory (const TrpTrainOptions *options, const TrpDataList *list, GError **error)
{
  TrpTrainEstimate need;

  return estimate (options, list, &need, error) &&
         trp_memory_check (need.data + need.device, "This training",
                           "choose a smaller patch, batch or data list", error);
}

/* ---- the run ---- */

typedef struct
{
  TrpTrainer base;
  TrpRunFolder *folder;
  char *recipe_text;
  char *split;
  gint64 start_us;
  double sums[TRP_TRAINER_MAX_VALUES];
  int n_summed;
} Run;

static void
clear_run (Run *run)
{
  TrpTrainer *t = &run->base;

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
  g_clear_pointer (&run->split, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, clear_run)

static void
say (const TrpTrainer *trainer, const char *sentence)
{
  const TrpTrainWatch *watch = &trainer->options->watch;

  if (watch->say)
    watch->say (sentence, watch->data);
}

/* A step's losses are those before its update, so the update may have spoilt what they do not show
 * yet; such weights must not replace the last good checkpoint. */
static bool
check_weights (const TrpTrainer *t, GError **error)
{
  for (int n = 0; n < trp_store_get_n (t->store); n++)
    {
      const TrpStored *stored = trp_store_peek (t->store, n);
      const size_t count = trp_shape_count (stored->tensor.shape);
      g_autofree float *values = g_new (float, count);

      if (!trp_store_get (t->store, stored, values, error))
        return false;
      for (size_t i = 0; i < count; i++)
        if (!isfinite (values[i]))
          {
            g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                         "The weights \"%s\" are no numbers any more at step %d; the last "
                         "checkpoint is kept: try a lower learning rate",
                         stored->name, t->step);
            return false;
          }
    }
  return true;
}

static bool
save (Run *run, GError **error)
{
  const TrpTrainer *t = &run->base;
  TrpRunState state = { .step = t->step,
                        .seed = t->seed,
                        .n_restarts = t->n_restarts,
                        .pool_fill = { t->pool_fill[0], t->pool_fill[1] },
                        .pool_index = { t->pool_index[0], t->pool_index[1] },
                        .n_summed = run->n_summed };
  g_autofree char *state_text = NULL;
  TrpCheckpointTexts texts = { .recipe = run->recipe_text,
                               .labels = t->labels,
                               .split = run->split,
                               .history = trp_run_folder_get_log (run->folder) };

  if (!check_weights (t, error))
    return false;
  memcpy (state.sums, run->sums, sizeof state.sums);
  texts.state = state_text = trp_run_state_to_text (&state);
  return trp_checkpoint_save (t->store, &texts, trp_run_folder_get_checkpoint (run->folder),
                              error) &&
         trp_checkpoint_save_model (t->store, t->klass->model_prefixes, &texts,
                                    trp_run_folder_get_model (run->folder), error);
}

/* The same recipe on the same cases. */
static bool
check_same_run (const Run *run, const TrpSafetensors *file, GError **error)
{
  const bool same_recipe = g_strcmp0 (trp_safetensors_peek_metadata (file, "recipe"),
                                      run->recipe_text) == 0;

  if (same_recipe && g_strcmp0 (trp_safetensors_peek_metadata (file, "split"), run->split) == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "The run in this folder was made with another %s; choose another folder",
               same_recipe ? "data list" : "recipe");
  return false;
}

static bool
restore (Run *run, const TrpSafetensors *file, GError **error)
{
  TrpTrainer *t = &run->base;
  TrpRunState state;

  if (!trp_run_state_parse (trp_safetensors_peek_metadata (file, "state"), t->recipe, &state,
                            error) ||
      !trp_checkpoint_restore (t->store, file, NULL, error))
    return false;
  t->step = state.step;
  t->seed = state.seed;
  t->n_restarts = state.n_restarts;
  for (int n = 0; n < 2; n++)
    {
      t->pool_fill[n] = state.pool_fill[n];
      t->pool_index[n] = state.pool_index[n];
    }
  run->n_summed = state.n_summed;
  memcpy (run->sums, state.sums, sizeof state.sums);
  return trp_run_folder_restore_log (run->folder, trp_safetensors_peek_metadata (file, "history"),
                                     error);
}

/* First weights of an attempt; everything that a step updates begins at zero. */
static bool
start_over (Run *run, GError **error)
{
  TrpTrainer *t = &run->base;
  g_autofree float *zeros = NULL;
  size_t largest = 0;

  t->seed = t->recipe->seed + (uint64_t) t->n_restarts;
  t->step = 0;
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
  return trp_run_folder_start_log (run->folder, t->klass->columns, t->klass->n_columns, error) &&
         t->klass->begin (t, true, error);
}

/* Refuses before anything in the folder is touched. @out_file: the checkpoint to go on from, NULL
 * for a new run. */
static bool
open_folder (Run *run, TrpSafetensors **out_file, GError **error)
{
  const TrpTrainOptions *options = run->base.options;
  g_autoptr (TrpSafetensors) file = NULL;

  run->split = trp_run_split_to_text (options->list, options->fold);
  run->folder = trp_run_folder_open (options->folder, options->resume, error);
  if (!run->folder)
    return false;
  if (trp_run_folder_has_checkpoint (run->folder))
    {
      file = trp_safetensors_load (trp_run_folder_get_checkpoint (run->folder), error);
      if (!file || !check_same_run (run, file, error))
        return false;
    }
  *out_file = g_steal_pointer (&file);
  return trp_run_folder_write_recipe (run->folder, run->recipe_text, error);
}

static bool
open_device (Run *run, GError **error)
{
  TrpTrainer *t = &run->base;
  const char *name = t->options->device;
  const TrpDeviceOptions device = { .deterministic = true, .n_threads = t->recipe->threads };
  g_autofree char *note = NULL;

  t->device = trp_device_choose (name ? name : "auto", &device, &note, error);
  if (!t->device)
    return false;
  say (t, note);
  t->store = trp_store_new (t->device);
  t->program = trp_program_new (t->klass->build (t->recipe), t->store, error);
  return t->program != NULL;
}

static bool
prepare (Run *run, TrpProgress *progress, GError **error)
{
  TrpTrainer *t = &run->base;
  const TrpTrainOptions *options = t->options;
  g_autoptr (TrpDataList)
    rows = trp_data_list_select_fold (options->list, options->fold, false, error);
  g_autoptr (TrpSafetensors) file = NULL;

  if (!rows || !check_memory (options, rows, error) || !open_folder (run, &file, error) ||
      !t->klass->load (t, rows, progress, error) || !open_device (run, error))
    return false;
  if (!file)
    return start_over (run, error);
  return t->klass->begin (t, false, error) && restore (run, file, error);
}

static bool
check_numbers (const Run *run, const double *values, GError **error)
{
  for (size_t n = 0; n < run->base.klass->n_columns; n++)
    if (!isfinite (values[n]))
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "The loss \"%s\" is no number any more at step %d; the last checkpoint is "
                     "kept: try a lower "
                     "learning rate",
                     run->base.klass->columns[n], run->base.step);
        return false;
      }
  return true;
}

/* Rows hold means over the steps since the row before. */
static bool
add_log_row (Run *run, GError **error)
{
  const TrpTrainer *t = &run->base;
  const TrpTrainWatch *watch = &t->options->watch;
  double means[TRP_TRAINER_MAX_VALUES];
  const TrpTrainLog log = { .step = t->step,
                            .n_steps = t->recipe->steps,
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
  return trp_run_folder_add_log (run->folder, &log, trp_recipe_get_rate (t->recipe, t->step - 1),
                                 error);
}

static bool
write_preview (Run *run, GError **error)
{
  TrpTrainer *t = &run->base;
  const TrpTrainWatch *watch = &t->options->watch;
  g_autofree uint8_t *grey = NULL;
  g_autofree char *path = NULL;
  size_t width, height;

  if (!t->klass->preview (t, &width, &height, &grey, error))
    return false;
  path = trp_run_folder_write_preview (run->folder, t->step, width, height, grey, error);
  if (path && watch->preview)
    watch->preview (path, t->step, watch->data);
  return path != NULL;
}

static bool
is_due (const Run *run, int every)
{
  return every > 0 && (run->base.step % every == 0 || run->base.step == run->base.recipe->steps);
}

/* An inverted or collapsed run does not recover: say so, and begin again with the next seed while
 * the recipe allows. */
static bool
handle_alarm (Run *run, const double *values, bool *out_restarted, GError **error)
{
  TrpTrainer *t = &run->base;
  g_autofree char *sentence = NULL, *text = NULL;

  *out_restarted = false;
  if (!t->klass->alarm)
    return true;
  if (!t->klass->alarm (t, values, &sentence, error))
    return false;
  if (!sentence)
    return true;
  if (t->n_restarts >= t->recipe->restarts)
    {
      text = g_strdup_printf ("%s (step %d; no restart left, going on)", sentence, t->step);
      say (t, text);
      return true;
    }
  t->n_restarts++;
  text = g_strdup_printf ("%s (step %d); starting again with seed %" G_GUINT64_FORMAT, sentence,
                          t->step, t->recipe->seed + (uint64_t) t->n_restarts);
  say (t, text);
  *out_restarted = true;
  run->n_summed = 0;
  memset (run->sums, 0, sizeof run->sums);
  return start_over (run, error);
}

/* An average over 1 / (1 - ema) steps remembers the first weights for several times as long. Until
 * it is of age it starts afresh whenever the step is a whole multiple of the power of two between a
 * sixteenth and an eighth of it: it then covers the last steps only, and a run of a few hundred has
 * averages worth using. */
static bool
rejuvenate_averages (TrpTrainer *t, GError **error)
{
  int grain = 1;

  if (t->recipe->ema == 0 || t->step * (1 - t->recipe->ema) >= 1)
    return true;
  while (16 * grain <= t->step)
    grain *= 2;
  return t->step % grain != 0 || trp_trainer_start_averages (t, error);
}

static bool
do_step (Run *run, GError **error)
{
  TrpTrainer *t = &run->base;
  double values[TRP_TRAINER_MAX_VALUES];
  bool restarted;

  if (!t->klass->step (t, values, error))
    return false;
  t->step++;
  if (!check_numbers (run, values, error) || !rejuvenate_averages (t, error))
    return false;
  for (size_t n = 0; n < t->klass->n_columns; n++)
    run->sums[n] += values[n];
  run->n_summed++;
  if (is_due (run, t->recipe->log_every) && !add_log_row (run, error))
    return false;
  if (!handle_alarm (run, values, &restarted, error))
    return false;
  if (restarted)
    return true;
  if (is_due (run, t->recipe->preview_every) && !write_preview (run, error))
    return false;
  return !is_due (run, t->recipe->save_every) || save (run, error);
}

static bool
run_steps (Run *run, TrpProgress *progress, GError **error)
{
  TrpTrainer *t = &run->base;
  const int n_steps = t->recipe->steps;

  if (t->step >= n_steps)
    say (t, "This training was already complete");
  run->start_us = g_get_monotonic_time ();
  while (t->step < n_steps)
    {
      g_autofree char *text = g_strdup_printf ("step %d of %d", t->step, n_steps);
      GError *local = NULL;

      if (!trp_progress_step (progress, (double) t->step / n_steps, text, &local))
        {
          const bool saved = save (run, error);

          if (saved)
            g_propagate_error (error, local);
          else
            g_error_free (local);
          return false;
        }
      if (!do_step (run, error))
        return false;
    }
  return save (run, error);
}

bool
trp_train (const TrpTrainOptions *options, TrpProgress *progress, GError **error)
{
  g_auto (Run) run = { .base = { .options = options,
                                 .klass = get_class (options->recipe),
                                 .recipe = options->recipe,
                                 .seed = options->recipe->seed } };
  /* the fraction is that of the steps, which the time left is counted by */
  TrpProgress loading = trp_progress_part (progress, 0, 0),
              training = trp_progress_part (progress, 0, 1);

  run.recipe_text = trp_recipe_to_text (options->recipe);
  return trp_recipe_check (options->recipe, error) && prepare (&run, &loading, error) &&
         run_steps (&run, &training, error) && trp_progress_step (&training, 1, NULL, error);
}
