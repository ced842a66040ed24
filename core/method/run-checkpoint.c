/* run-checkpoint.c - what a run leaves behind to be gone on with, and going on; see run.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/run.h"

#include <math.h>
#include <string.h>

/* A step's losses are those before its update, so the update may have spoilt what they do not show
 * yet; such weights must not replace the last good checkpoint. */
bool
trp_run_check_weights (const TrpRun *run, GError **error)
{
  const TrpTrainer *t = &run->base;

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

static TrpRunState
get_state (const TrpRun *run)
{
  const TrpTrainer *t = &run->base;
  TrpRunState state = { .step = t->step,
                        .seed = t->seed,
                        .n_restarts = t->n_restarts,
                        .pool_fill = { t->pool_fill[0], t->pool_fill[1] },
                        .pool_index = { t->pool_index[0], t->pool_index[1] },
                        .n_summed = run->n_summed,
                        .scores = run->scores,
                        .epoch_steps = t->epoch_steps,
                        .n_earlier = t->n_earlier,
                        .deterministic = run->info.deterministic };

  memcpy (state.sums, run->sums, sizeof state.sums);
  g_strlcpy (state.device, run->info.name, sizeof state.device);
  g_strlcpy (state.precision, run->info.precision, sizeof state.precision);
  return state;
}

TrpCheckpointTexts
trp_run_get_texts (const TrpRun *run)
{
  return (TrpCheckpointTexts){ .recipe = run->recipe_text,
                               .labels = run->base.labels,
                               .split = run->split,
                               .history = trp_run_folder_get_log (run->folder),
                               .validation = trp_run_folder_get_validation (run->folder),
                               .parent = run->parent_text };
}

static bool
keep (TrpRun *run, const TrpCheckpointTexts *texts, GError **error)
{
  const TrpTrainer *t = &run->base;
  g_autofree char *path = NULL;

  if (!trp_run_is_due (run, t->recipe->keep_every) || run->kept_step == t->step)
    return true;
  path = trp_run_folder_make_kept (run->folder, t->step, error);
  if (!path || !trp_checkpoint_save (t->store, texts, path, error))
    return false;
  run->kept_step = t->step;
  return true;
}

bool
trp_run_save (TrpRun *run, GError **error)
{
  const TrpTrainer *t = &run->base;
  TrpCheckpointTexts texts = trp_run_get_texts (run);
  const TrpRunState state = get_state (run);
  g_autofree char *state_text = trp_run_state_to_text (&state);

  texts.state = state_text;
  if (!trp_run_check_weights (run, error) || !keep (run, &texts, error) ||
      !trp_checkpoint_save (t->store, &texts, trp_run_folder_get_checkpoint (run->folder), error))
    return false;
  run->saved_step = t->step;
  return trp_checkpoint_save_model (t->store, t->klass->model_prefixes, &texts,
                                    trp_run_folder_get_model (run->folder), error);
}

/* The decay of the learning rate ends with the last step. */
static bool
check_same_recipe (const TrpRun *run, const TrpSafetensors *file, GError **error)
{
  const TrpRecipe *here = run->base.recipe;
  const char *text = trp_safetensors_peek_metadata (file, "recipe");
  g_autoptr (TrpRecipe) there = text ? trp_recipe_parse (text, strlen (text), error) : NULL;
  g_autofree char *difference = there ? trp_recipe_dup_difference (there, here) : NULL;

  if (there && !difference)
    return true;
  if (difference)
    g_set_error (
      error, TRP_ERROR, TRP_ERROR_FORMAT,
      "The training in %s was made with another recipe (%s)%s; go on with its own, %s, "
      "or choose another folder",
      run->base.options->folder, difference,
      there->steps == here->steps ? "" : ", and the learning rate follows the number of steps",
      trp_run_folder_get_recipe (run->folder));
  else if (text)
    g_prefix_error (error, "The checkpoint's recipe cannot be read: ");
  else
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "The checkpoint in %s names no recipe; choose another folder",
                 run->base.options->folder);
  return false;
}

/* The same recipe on the same cases. */
static bool
check_same_run (const TrpRun *run, const TrpSafetensors *file, GError **error)
{
  if (!check_same_recipe (run, file, error))
    return false;
  if (g_strcmp0 (trp_safetensors_peek_metadata (file, "split"), run->split) == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "The training in %s was made with another data list or fold; choose another folder",
               run->base.options->folder);
  return false;
}

/* Its numbers will not be those of a run that stayed where it was. */
void
trp_run_tell_of_change (const TrpRun *run)
{
  const TrpRunState *state = &run->resumed;
  const TrpDeviceInfo *now = &run->info;
  g_autofree char *text = NULL;

  if (*state->device == '\0' ||
      (strcmp (state->device, now->name) == 0 && strcmp (state->precision, now->precision) == 0 &&
       state->deterministic == now->deterministic))
    return;
  text = g_strdup_printf (
    "Until step %d this run was computed by %s in %s%s; it goes on with %s in "
    "%s%s, so its numbers will differ from those of an undivided run",
    state->step, state->device, state->precision, state->deterministic ? "" : ", not deterministic",
    now->name, now->precision, now->deterministic ? "" : ", not deterministic");
  trp_trainer_say (&run->base, text);
}

/* Epochs are as long as the data make them. */
static bool
check_same_length (const TrpRun *run, GError **error)
{
  const TrpTrainer *t = &run->base;

  if (t->recipe->schedule.epochs == 0 ||
      (run->resumed.epoch_steps == t->epoch_steps && run->resumed.step <= t->n_steps))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "An epoch of the training in %s had %d steps and has %d now, so its images have "
               "changed; choose another folder",
               t->options->folder, run->resumed.epoch_steps, t->epoch_steps);
  return false;
}

bool
trp_run_restore (TrpRun *run, const TrpSafetensors *file, GError **error)
{
  TrpTrainer *t = &run->base;
  const TrpRunState *state = &run->resumed;

  if (!check_same_length (run, error) || !trp_trainer_start_loss_scales (t, error) ||
      !trp_checkpoint_restore (t->store, file, NULL, error))
    return false;
  t->step = state->step;
  t->seed = state->seed;
  t->n_restarts = state->n_restarts;
  t->n_earlier = state->n_earlier;
  run->scores = state->scores;
  trp_run_look_for_best (run);
  run->parent_text = g_strdup (trp_safetensors_peek_metadata (file, "parent"));
  for (int n = 0; n < 2; n++)
    {
      t->pool_fill[n] = state->pool_fill[n];
      t->pool_index[n] = state->pool_index[n];
    }
  run->n_summed = state->n_summed;
  run->saved_step = state->step;
  memcpy (run->sums, state->sums, sizeof state->sums);
  return trp_run_folder_restore_log (run->folder, trp_safetensors_peek_metadata (file, "history"),
                                     trp_safetensors_peek_metadata (file, "validation"), error);
}

/* A run that was killed before its first checkpoint may have left its best weights; those of
 * another must neither be lost nor pass for this one's. */
static bool
check_best (const TrpRun *run, GError **error)
{
  const char *path = trp_run_folder_get_best (run->folder);
  g_autoptr (TrpSafetensors) file = NULL;

  if (trp_run_folder_has_checkpoint (run->folder) || !g_file_test (path, G_FILE_TEST_EXISTS))
    return true;
  file = trp_safetensors_load (path, error);
  return file && check_same_run (run, file, error);
}

/* Refuses before anything in the folder is touched. @out_file: the checkpoint to go on from, NULL
 * for a new run. */
bool
trp_run_open_folder (TrpRun *run, TrpSafetensors **out_file, GError **error)
{
  const TrpTrainOptions *options = run->base.options;
  g_autoptr (TrpSafetensors) file = NULL;

  run->split = trp_run_split_to_text (options);
  run->folder = trp_run_folder_open (options->folder, options->resume, error);
  if (!run->folder)
    return false;
  if (!check_best (run, error))
    return false;
  if (trp_run_folder_has_checkpoint (run->folder))
    {
      file = trp_safetensors_load (trp_run_folder_get_checkpoint (run->folder), error);
      if (!file || !check_same_run (run, file, error) ||
          !trp_run_state_parse (trp_safetensors_peek_metadata (file, "state"), run->base.recipe,
                                &run->resumed, error))
        return false;
    }
  *out_file = g_steal_pointer (&file);
  return trp_run_folder_write_recipe (run->folder, run->recipe_text, error);
}
