/* evaluate-list.c - see evaluate-list.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A case becomes a list of tasks, one for each arm; a task that fails leaves the others alone.
 */

#include "core/method/evaluate-list.h"

#include "core/io/structure-file.h"
#include "core/study/summary.h"

#include <string.h>

/* The names of structures that a column of the list has in any case: what was looked for there. */
typedef struct
{
  const char *column;
  GPtrArray *names;
} Column;

/* A row of the list with the files that were needed so far. */
typedef struct
{
  const TrpEvaluateList *run;
  GArray *columns; /* Column, those that were needed so far */
  size_t index;
  const TrpDataRow *row;
  TrpVolume *images[TRP_N_DATA_ROLES];
  TrpStructureSet *structures[TRP_N_DATA_ROLES];
  TrpResults *results;
  GPtrArray *problems;
} Case;

typedef struct _Task Task;
typedef bool (*TaskFunc) (Case *self, const Task *task, TrpProgress *progress, GError **error);

/**
 * Task: one arm of one case
 * @model: that makes the image or the contours
 * @role: the image that is looked at, or the structures that are compared with
 * @first, @second: columns of readings
 */
struct _Task
{
  TaskFunc run;
  char *arm;
  const TrpEvaluateModel *model;
  TrpDataRole role;
  const char *first, *second;
};

static void
clear_task (void *data)
{
  g_free (((Task *) data)->arm);
}

void
trp_evaluate_problem_free (TrpEvaluateProblem *self)
{
  if (!self)
    return;
  g_free (self->case_name);
  g_free (self->arm);
  g_free (self->message);
  g_free (self);
}

static void
clear_case (Case *self)
{
  for (size_t role = 0; role < TRP_N_DATA_ROLES; role++)
    {
      g_clear_pointer (&self->images[role], trp_volume_unref);
      g_clear_pointer (&self->structures[role], trp_structure_set_unref);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, clear_case)

/* ---- files ---- */

static const TrpVolume *
load_image (Case *self, TrpDataRole role, GError **error)
{
  if (!self->images[role])
    self->images[role] = trp_volume_load (self->row->paths[role], NULL, error);
  return self->images[role];
}

static const TrpStructureSet *
load_structures (Case *self, TrpDataRole role, GError **error)
{
  if (!self->structures[role])
    self->structures[role] = trp_structure_set_load (self->row->paths[role], NULL, error);
  return self->structures[role];
}

static TrpStructureSet *
load_reading (Case *self, const char *column, GError **error)
{
  g_autofree char *path = trp_data_list_dup_path (self->run->list, self->index, column);

  return trp_structure_set_load (path, NULL, error);
}

static void
clear_column (void *data)
{
  g_ptr_array_unref (((Column *) data)->names);
}

/* What cannot be read is told when its case comes. */
static void
scan_column (const TrpDataList *list, const char *column, GPtrArray *names)
{
  for (size_t n = 0; n < trp_data_list_get_size (list); n++)
    {
      g_autofree char *path = trp_data_list_dup_path (list, n, column);
      g_autoptr (TrpStructureSet) set = path ? trp_structure_set_load (path, NULL, NULL) : NULL;

      for (size_t s = 0; set && s < trp_structure_set_get_size (set); s++)
        {
          const char *name = trp_structure_get_name (trp_structure_set_get (set, s));

          if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
            g_ptr_array_add (names, g_strdup (name));
        }
    }
}

static const GPtrArray *
get_column (const Case *self, const char *name)
{
  Column column = { name, NULL };

  for (guint n = 0; n < self->columns->len; n++)
    if (strcmp (g_array_index (self->columns, Column, n).column, name) == 0)
      return g_array_index (self->columns, Column, n).names;
  column.names = g_ptr_array_new_with_free_func (g_free);
  scan_column (self->run->list, name, column.names);
  g_array_append_val (self->columns, column);
  return column.names;
}

/* As structures are joined. */
static gboolean
equal_names (const void *a, const void *b)
{
  g_autofree char *name_a = g_utf8_casefold (a, -1);
  g_autofree char *name_b = g_utf8_casefold (b, -1);

  return strcmp (name_a, name_b) == 0;
}

/* Structures that both columns have in some case, so that a case in which one lacks it counts as a
 * miss and does not drop out. (transfer container) */
static GPtrArray *
list_expected (const Case *self, const char *first, const char *second)
{
  const GPtrArray *a = get_column (self, first), *b = get_column (self, second);
  GPtrArray *names = g_ptr_array_new ();

  for (guint n = 0; n < a->len; n++)
    if (g_ptr_array_find_with_equal_func ((GPtrArray *) b, a->pdata[n], equal_names, NULL))
      g_ptr_array_add (names, a->pdata[n]);
  g_ptr_array_add (names, NULL);
  return names;
}

/* The same for a model that knows its structures. (transfer container) */
static GPtrArray *
list_expected_of_model (const Case *self, const TrpModel *model, const char *column)
{
  const GPtrArray *labels = trp_model_peek_labels (model), *known = get_column (self, column);
  GPtrArray *names = g_ptr_array_new ();

  for (guint n = 0; labels && n < labels->len; n++)
    {
      const TrpModelLabel *label = labels->pdata[n];

      if (g_ptr_array_find_with_equal_func ((GPtrArray *) known, label->name, equal_names, NULL))
        g_ptr_array_add (names, label->name);
    }
  g_ptr_array_add (names, NULL);
  return names;
}

static TrpEvaluateOptions
expect (const Case *self, const GPtrArray *names)
{
  TrpEvaluateOptions options = self->run->measure;

  options.expected = (const char *const *) names->pdata;
  return options;
}

static TrpResult
make_key (const Case *self, const char *arm)
{
  return (TrpResult){ .arm = arm,
                      .seed = self->run->seed,
                      .fold = self->row->fold >= 0 ? self->row->fold : TRP_RESULT_NONE,
                      .case_name = self->row->name,
                      .patient = self->row->patient };
}

/* ---- tasks ---- */

/* A SynCT (on the MR's grid) against what the row has to compare it with. */
static bool
compare_synct (
  Case *self, const char *arm, const TrpVolume *synct, TrpProgress *progress, GError **error)
{
  const TrpResult key = make_key (self, arm);
  TrpProgress first = trp_progress_part (progress, 0, 0.5);
  TrpProgress second = trp_progress_part (progress, 0.5, 1);

  if (self->row->paths[TRP_DATA_CT_ON_MR])
    {
      const TrpVolume *truth = load_image (self, TRP_DATA_CT_ON_MR, error);

      if (!truth || !trp_evaluate_images (self->results, &key, truth, synct, NULL,
                                          &self->run->measure, &first, error))
        return false;
    }
  if (self->row->paths[TRP_DATA_MR])
    {
      const TrpVolume *mr = load_image (self, TRP_DATA_MR, error);

      if (!mr || !trp_evaluate_dependence (self->results, &key, mr, synct, &self->run->measure,
                                           &second, error))
        return false;
    }
  return true;
}

static bool
run_synct (Case *self, const Task *task, TrpProgress *progress, GError **error)
{
  const TrpVolume *synct = load_image (self, TRP_DATA_SYNCT, error);

  return synct && compare_synct (self, task->arm, synct, progress, error);
}

static bool
run_synmr (Case *self, const Task *task, TrpProgress *progress, GError **error)
{
  const TrpResult key = make_key (self, task->arm);
  const TrpVolume *synmr = load_image (self, TRP_DATA_SYNMR, error);
  const TrpVolume *ct = synmr ? load_image (self, TRP_DATA_CT, error) : NULL;

  return ct && trp_evaluate_dependence (self->results, &key, ct, synmr, &self->run->measure,
                                        progress, error);
}

/* Contours of @image against the structures of its grid. */
static bool
segment (Case *self,
         const char *arm,
         const TrpModel *model,
         const TrpVolume *image,
         TrpDataRole structures,
         TrpProgress *progress,
         GError **error)
{
  const TrpResult key = make_key (self, arm);
  TrpProgress first = trp_progress_part (progress, 0, 0.8);
  TrpProgress second = trp_progress_part (progress, 0.8, 1);
  const TrpStructureSet *reference = load_structures (self, structures, error);
  g_autoptr (GPtrArray)
    names = list_expected_of_model (self, model, trp_data_role_get_name (structures));
  const TrpEvaluateOptions options = expect (self, names);
  g_autoptr (TrpStructureSet) contours = NULL;

  if (!reference || !trp_model_check_input (model, image, self->run->infer, error))
    return false;
  contours = trp_model_segment (model, image, self->run->infer, &first, error);
  return contours && trp_evaluate_structures (self->results, &key, reference, contours, &options,
                                              &second, error);
}

static bool
run_segmenter (Case *self, const Task *task, TrpProgress *progress, GError **error)
{
  const TrpVolume *image = load_image (self, task->role, error);

  return image && segment (self, task->arm, task->model->model, image,
                           trp_data_role_get_structures (task->role), progress, error);
}

static bool
makes_images (const TrpEvaluateModel *self)
{
  return trp_model_get_recipe (self->model)->trainer == TRP_TRAINER_CYCLEGAN;
}

static bool
takes_mr (const TrpEvaluateModel *self)
{
  return trp_recipe_takes_mr (trp_model_get_recipe (self->model), false);
}

/* The arm of a segmenter's contours of what a generator made; NULL where there is none. (transfer
 * full) */
static char *
name_contours (const Case *self,
               const TrpEvaluateModel *segmenter,
               const TrpEvaluateModel *generator)
{
  if (!self->row->paths[TRP_DATA_MR_STRUCTURES] || makes_images (segmenter) || takes_mr (segmenter))
    return NULL;
  return g_strdup_printf ("%s/%s", segmenter->name, generator->name);
}

/* What a generator makes of the MR, itself and through every segmenter of CT. */
static bool
run_generator (Case *self, const Task *task, TrpProgress *progress, GError **error)
{
  TrpProgress first = trp_progress_part (progress, 0, 0.5);
  TrpProgress second = trp_progress_part (progress, 0.5, 0.7);
  TrpProgress third = trp_progress_part (progress, 0.7, 1);
  const TrpVolume *mr = load_image (self, TRP_DATA_MR, error);
  g_autoptr (TrpVolume) synct = NULL;

  if (!mr || !trp_model_check_input (task->model->model, mr, self->run->infer, error))
    return false;
  synct = trp_model_synthesize (task->model->model, mr, self->run->infer, &first, error);
  if (!synct || !compare_synct (self, task->arm, synct, &second, error))
    return false;
  for (size_t n = 0; n < self->run->n_models; n++)
    {
      const TrpEvaluateModel *segmenter = &self->run->models[n];
      g_autofree char *arm = name_contours (self, segmenter, task->model);

      if (arm &&
          !segment (self, arm, segmenter->model, synct, TRP_DATA_MR_STRUCTURES, &third, error))
        return false;
    }
  return true;
}

static bool
run_reading (Case *self, const Task *task, TrpProgress *progress, GError **error)
{
  const TrpResult key = make_key (self, task->arm);
  const TrpStructureSet *reference = load_structures (self, task->role, error);
  g_autoptr (TrpStructureSet) test = reference ? load_reading (self, task->first, error) : NULL;
  g_autoptr (GPtrArray)
    names = list_expected (self, trp_data_role_get_name (task->role), task->first);
  const TrpEvaluateOptions options = expect (self, names);

  return test &&
         trp_evaluate_structures (self->results, &key, reference, test, &options, progress, error);
}

static bool
run_pair (Case *self, const Task *task, TrpProgress *progress, GError **error)
{
  const TrpResult key = make_key (self, task->arm);
  g_autoptr (TrpStructureSet) first = load_reading (self, task->first, error);
  g_autoptr (TrpStructureSet) second = first ? load_reading (self, task->second, error) : NULL;
  g_autoptr (GPtrArray) names = list_expected (self, task->first, task->second);
  const TrpEvaluateOptions options = expect (self, names);

  return second &&
         trp_evaluate_structures (self->results, &key, first, second, &options, progress, error);
}

/* ---- what there is to do ---- */

static void
add_task (GArray *tasks, const Task *task, char *arm)
{
  Task copy = *task;

  copy.arm = arm;
  g_array_append_val (tasks, copy);
}

static void
add_segmenter_tasks (const Case *self, GArray *tasks, const TrpEvaluateModel *model)
{
  static const TrpDataRole roles[2][2] = { { TRP_DATA_CT, TRP_DATA_SYNCT },
                                           { TRP_DATA_MR, TRP_DATA_SYNMR } };

  for (size_t n = 0; n < 2; n++)
    {
      const TrpDataRole role = roles[takes_mr (model)][n];
      const Task task = { .run = run_segmenter, .model = model, .role = role };

      if (self->row->paths[role] && self->row->paths[trp_data_role_get_structures (role)])
        add_task (tasks, &task,
                  g_strdup_printf ("%s/%s", model->name, trp_data_role_get_name (role)));
    }
}

static bool
has_reading (const Case *self, const char *column)
{
  g_autofree char *path = trp_data_list_dup_path (self->run->list, self->index, column);

  return path != NULL;
}

static TrpDataRole
get_reference (const char *column)
{
  return g_str_has_prefix (column, "ct") ? TRP_DATA_CT_STRUCTURES : TRP_DATA_MR_STRUCTURES;
}

static void
add_reading_tasks (const Case *self, GArray *tasks)
{
  const char *const *readings = self->run->readings;

  for (size_t a = 0; readings && readings[a]; a++)
    {
      const TrpDataRole role = get_reference (readings[a]);
      const Task task = { .run = run_reading, .role = role, .first = readings[a] };

      if (!has_reading (self, readings[a]))
        continue;
      if (self->row->paths[role] && strcmp (readings[a], trp_data_role_get_name (role)) != 0)
        add_task (tasks, &task, g_strdup (readings[a]));
      for (size_t b = a + 1; readings[b]; b++)
        {
          const Task pair = { .run = run_pair, .first = readings[a], .second = readings[b] };

          if (get_reference (readings[b]) == role && has_reading (self, readings[b]))
            add_task (tasks, &pair, g_strconcat (readings[a], TRP_ARM_VERSUS, readings[b], NULL));
        }
    }
}

static GArray *
list_tasks (const Case *self)
{
  GArray *tasks = g_array_new (FALSE, TRUE, sizeof (Task));
  char *const *paths = self->row->paths;

  g_array_set_clear_func (tasks, clear_task);
  if (paths[TRP_DATA_SYNCT] && (paths[TRP_DATA_CT_ON_MR] || paths[TRP_DATA_MR]))
    add_task (tasks, &(Task){ .run = run_synct }, g_strdup ("synct"));
  if (paths[TRP_DATA_SYNMR] && paths[TRP_DATA_CT])
    add_task (tasks, &(Task){ .run = run_synmr }, g_strdup ("synmr"));
  for (size_t n = 0; n < self->run->n_models; n++)
    {
      const TrpEvaluateModel *model = &self->run->models[n];

      if (!makes_images (model))
        add_segmenter_tasks (self, tasks, model);
      else if (paths[TRP_DATA_MR])
        add_task (tasks, &(Task){ .run = run_generator, .model = model }, g_strdup (model->name));
    }
  add_reading_tasks (self, tasks);
  return tasks;
}

static void
add_problem (Case *self, const char *arm, const char *message)
{
  TrpEvaluateProblem *problem = g_new (TrpEvaluateProblem, 1);

  *problem = (TrpEvaluateProblem){ g_strdup (self->row->name), g_strdup (arm), g_strdup (message) };
  g_ptr_array_add (self->problems, problem);
}

/* Returns: false only when stopped. */
static bool
run_case (Case *self, size_t *io_n_tasks, TrpProgress *progress, GError **error)
{
  g_autoptr (GArray) tasks = list_tasks (self);

  *io_n_tasks += tasks->len;
  for (guint n = 0; n < tasks->len; n++)
    {
      const Task *task = &g_array_index (tasks, Task, n);
      TrpProgress part = trp_progress_part (progress, (double) n / tasks->len,
                                            (double) (n + 1) / tasks->len);
      g_autofree char *text = g_strdup_printf ("%s: %s", self->row->name, task->arm);
      g_autoptr (GError) problem = NULL;

      if (!trp_progress_step (&part, 0, text, error))
        return false;
      if (task->run (self, task, &part, &problem))
        continue;
      if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return false;
        }
      add_problem (self, task->arm, problem->message);
    }
  return true;
}

static bool
check_readings (const TrpEvaluateList *self, GError **error)
{
  const char *const *columns = trp_data_list_get_columns (self->list);

  for (size_t n = 0; self->readings && self->readings[n]; n++)
    if (!g_strv_contains (columns, self->readings[n]))
      {
        g_autofree char *names = g_strjoinv (", ", (char **) columns);

        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "The list has no column \"%s\"; its columns are %s", self->readings[n], names);
        return false;
      }
  return true;
}

static bool
claim_arm (GHashTable *arms, const Case *self, char *arm, GError **error)
{
  g_autofree char *name = g_strdup (arm);

  if (g_hash_table_add (arms, arm))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "Case %s: two comparisons would both be called \"%s\", and one would replace the "
               "other; give models names of their own and name every reading once",
               self->row->name, name);
  return false;
}

/* Rows of two comparisons must not share a name. */
static bool
check_arms (const Case *self, GError **error)
{
  g_autoptr (GArray) tasks = list_tasks (self);
  g_autoptr (GHashTable) arms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint n = 0; n < tasks->len; n++)
    {
      const Task *task = &g_array_index (tasks, Task, n);

      if (!claim_arm (arms, self, g_strdup (task->arm), error))
        return false;
      for (size_t m = 0; task->run == run_generator && m < self->run->n_models; m++)
        {
          char *arm = name_contours (self, &self->run->models[m], task->model);

          if (arm && !claim_arm (arms, self, arm, error))
            return false;
        }
    }
  return true;
}

static bool
check_names (const TrpEvaluateList *self, GError **error)
{
  for (size_t n = 0; n < self->n_models; n++)
    if (trp_arm_is_pair (self->models[n].name))
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "The model \"%s\" cannot have \"" TRP_ARM_VERSUS
                     "\" in its name, which stands between two readings",
                     self->models[n].name);
        return false;
      }
  for (size_t n = 0; n < trp_data_list_get_size (self->list); n++)
    {
      const Case one = { .run = self, .index = n, .row = trp_data_list_get (self->list, n) };

      if (!check_arms (&one, error))
        return false;
    }
  return true;
}

TrpResults *
trp_evaluate_list (const TrpEvaluateList *self,
                   GPtrArray **out_problems,
                   TrpProgress *progress,
                   GError **error)
{
  g_autoptr (TrpResults) results = trp_results_new ();
  g_autoptr (GPtrArray)
    problems = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_evaluate_problem_free);
  g_autoptr (GArray) columns = g_array_new (FALSE, TRUE, sizeof (Column));
  const size_t n_cases = trp_data_list_get_size (self->list);
  size_t n_tasks = 0;

  g_array_set_clear_func (columns, clear_column);
  if (!check_readings (self, error) || !check_names (self, error))
    return NULL;
  for (size_t n = 0; n < n_cases; n++)
    {
      g_auto (Case) one = { .run = self,
                            .columns = columns,
                            .index = n,
                            .row = trp_data_list_get (self->list, n),
                            .results = results,
                            .problems = problems };
      TrpProgress part = trp_progress_part (progress, (double) n / (double) n_cases,
                                            (double) (n + 1) / (double) n_cases);

      if (!run_case (&one, &n_tasks, &part, error))
        return NULL;
    }
  if (n_tasks == 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "No case of the list has anything to compare: give models, readings, or a list "
                   "with synct beside ct_on_mr or mr");
      return NULL;
    }
  *out_problems = g_steal_pointer (&problems);
  return g_steal_pointer (&results);
}
