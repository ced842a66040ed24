/* run-scores.c - the validations of a run: rows, best weights, early end; see run.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/json.h"
#include "core/method/run.h"

#include <math.h>
#include <string.h>

static bool
check_need (const TrpRun *run, const char *what, GError **error)
{
  const TrpSchedule *s = &run->base.recipe->schedule;

  if (s->rate != TRP_RATE_PLATEAU && s->stop_patience == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "%s follows validations, but %s",
               s->rate == TRP_RATE_PLATEAU ? "schedule.rate = plateau" : "schedule.stop_patience",
               what);
  return false;
}

static bool
has_patient (const TrpDataList *list, const char *patient)
{
  for (size_t n = 0; n < trp_data_list_get_size (list); n++)
    if (strcmp (trp_data_list_get (list, n)->patient, patient) == 0)
      return true;
  return false;
}

/* Folds keep patients apart, two lists need not. */
static void
tell_of_overlap (const TrpRun *run, const TrpDataList *rows)
{
  const TrpTrainOptions *options = run->base.options;
  g_autoptr (TrpDataList)
    trained = trp_data_list_select_fold (options->list, options->fold, false, NULL);
  g_autofree char *text = NULL;
  size_t n_both = 0;

  for (size_t n = 0; trained && n < trp_data_list_get_size (rows); n++)
    n_both += has_patient (trained, trp_data_list_get (rows, n)->patient);
  if (n_both == 0)
    return;
  text = g_strdup_printf ("%zu of %zu cases validated on are of patients trained on, so the scores "
                          "say too much",
                          n_both, trp_data_list_get_size (rows));
  trp_trainer_say (&run->base, text);
}

bool
trp_run_open_validation (TrpRun *run, TrpProgress *progress, GError **error)
{
  TrpTrainer *t = &run->base;
  const TrpSchedule *s = &t->recipe->schedule;
  g_autoptr (TrpDataList) rows = NULL;

  if (!trp_validation_is_wanted (t->recipe))
    return true;
  if (!t->klass->validation)
    return check_need (run, "this kind of training has none", error);
  rows = trp_validation_select_rows (t->options);
  if (!rows)
    {
      trp_trainer_say (t, "Nothing is validated, though the recipe asks for it: name a fold, or a "
                          "list of cases to validate on");
      return check_need (run, "there are no cases to validate on: name a fold or a list", error);
    }
  run->validate_every = s->validate_every > 0
                          ? s->validate_every
                          : (int) MIN ((gint64) s->validate_epochs * t->epoch_steps,
                                       TRP_TRAINER_MAX_STEPS);
  tell_of_overlap (run, rows);
  run->validation = trp_validation_new (t, rows, progress, error);
  return run->validation != NULL;
}

bool
trp_run_start_scores (TrpRun *run, GError **error)
{
  const TrpValidation *v = run->validation;

  run->scores = trp_scores_start (run->base.recipe->learning_rate);
  if (run->base.n_restarts > 0)
    trp_run_folder_forget_attempt (run->folder);
  run->kept_step = -1;
  return !v ||
         trp_run_folder_start_validation (run->folder, (const char *const *) v->names, v->n, error);
}

/* -1 for a file that is not there or does not say. */
static int
read_best_step (const char *path)
{
  g_autoptr (TrpSafetensors) file = trp_safetensors_load (path, NULL);
  const char *text = file ? trp_safetensors_peek_metadata (file, "best") : NULL;
  g_autoptr (JsonNode) node = text ? trp_json_parse (text) : NULL;
  JsonNode *step = node && JSON_NODE_HOLDS_OBJECT (node)
                     ? json_object_get_member (json_node_get_object (node), "step")
                     : NULL;

  return step && JSON_NODE_HOLDS_VALUE (step)
           ? (int) CLAMP (json_node_get_int (step), -1, TRP_TRAINER_MAX_STEPS)
           : -1;
}

/* A run that was killed may have written better weights after its checkpoint. Where their steps are
 * done again in the same bits they come again; where they are not, they are no part of this run. */
void
trp_run_look_for_best (TrpRun *run)
{
  const int step = read_best_step (trp_run_folder_get_best (run->folder));
  g_autofree char *text = NULL;

  if (run->scores.best_step < 0 || step == run->scores.best_step)
    return;
  if (step <= run->base.step)
    {
      text = g_strdup_printf ("The weights of step %d, which scored best, are no longer in the "
                              "folder; the best of the steps to come are kept",
                              run->scores.best_step);
      trp_trainer_say (&run->base, text);
    }
  run->scores.best_step = -1;
  run->scores.best = (double) NAN;
}

bool
trp_run_must_validate (const TrpRun *run)
{
  return run->validation && run->base.step > 0 && trp_run_is_due (run, run->validate_every) &&
         run->scores.last_step != run->base.step;
}

static char *
describe_best (const TrpRun *run)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root_node = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "step");
  json_builder_add_int_value (builder, run->scores.best_step);
  json_builder_set_member_name (builder, "score");
  json_builder_add_string_value (builder, run->validation->names[run->validation->score]);
  json_builder_set_member_name (builder, "value");
  json_builder_add_double_value (builder, run->scores.best);
  json_builder_end_object (builder);
  root_node = json_builder_get_root (builder);
  return json_to_string (root_node, FALSE);
}

static bool
save_best (TrpRun *run, GError **error)
{
  const TrpTrainer *t = &run->base;
  g_autofree char *best = describe_best (run);
  TrpCheckpointTexts texts = trp_run_get_texts (run);

  texts.best = best;
  return trp_run_check_weights (run, error) &&
         trp_checkpoint_save_model (t->store, t->klass->model_prefixes, &texts,
                                    trp_run_folder_get_best (run->folder), error);
}

bool
trp_run_validate (TrpRun *run, TrpProgress *progress, GError **error)
{
  const TrpTrainer *t = &run->base;
  const TrpTrainWatch *watch = &t->options->watch;
  const TrpValidation *v = run->validation;
  const double done = (double) t->step / t->n_steps;
  TrpProgress here = trp_progress_part (progress, done, done);
  double values[TRP_VALIDATION_MAX_VALUES];
  TrpTrainScores scores = { .step = t->step,
                            .n = v->n,
                            .names = (const char *const *) v->names,
                            .values = values,
                            .score = v->score,
                            .rises = v->rises[v->score] };

  if (!trp_validation_run (run->validation, t, values, &here, error))
    return false;
  scores.is_best = trp_scores_add (&run->scores, &t->recipe->schedule, t->step, values[v->score],
                                   scores.rises);
  if (!trp_run_folder_add_scores (run->folder, &scores, error) ||
      (scores.is_best && !save_best (run, error)))
    return false;
  if (watch->validated)
    watch->validated (&scores, watch->data);
  return true;
}

/* (transfer full) */
static char *
describe_end (const TrpRun *run)
{
  const TrpTrainer *t = &run->base;
  const TrpSchedule *s = &t->recipe->schedule;

  if (!run->scores.stopped)
    return g_strdup_printf ("All %d steps are done", t->n_steps);
  return g_strdup_printf ("Stopped early after step %d of %d: %d validations in a row were not "
                          "better than the best by more than %g %%",
                          t->step, t->n_steps, s->stop_patience, 100 * s->stop_threshold);
}

void
trp_run_tell_of_end (const TrpRun *run)
{
  const TrpValidation *v = run->validation;
  g_autofree char *end = NULL, *text = NULL;

  if (!v)
    return;
  end = describe_end (run);
  text = run->scores.best_step < 0
           ? g_strdup_printf ("%s; no validation gave a score", end)
           : g_strdup_printf ("%s; best %s: %.4g at step %d", end, v->names[v->score],
                              run->scores.best, run->scores.best_step);
  trp_trainer_say (&run->base, text);
}
