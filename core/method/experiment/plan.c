/* plan.c - see plan.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/plan.h"

#include "core/method/experiment/node-file.h"
#include "core/method/experiment/node-key.h"
#include "core/method/experiment/settings.h"
#include "core/method/trainer-class.h"
#include "core/nn/op-cost.h"

#include <math.h>
#include <string.h>

#define KEY_SHOWN 12 /* hexadecimal digits of a key in a folder's name */

/* Of one (arm, seed, fold): a step has one node. */
typedef struct
{
  TrpExperimentPlan *plan;
  const TrpExperimentArm *arm;
  uint64_t seed;
  int fold;
  GHashTable *nodes; /* by step name */
} Context;

static void
free_input (void *data)
{
  TrpNodeInput *input = data;

  g_free (input->side);
  g_free (input);
}

static void
free_node (void *data)
{
  TrpNode *node = data;

  g_clear_pointer (&node->values, g_hash_table_unref);
  trp_recipe_free (node->recipe);
  g_ptr_array_unref (node->data);
  trp_cases_free (node->cases);
  g_free (node->key);
  g_free (node->name);
  g_free (node->title);
  g_ptr_array_unref (node->uses);
  g_free (node);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpNode, free_node)

const char *
trp_node_get_text (const TrpNode *node, const char *key)
{
  return g_hash_table_lookup (node->values, key);
}

size_t
trp_node_get_whole (const TrpNode *node, const char *key)
{
  return (size_t) g_ascii_strtoull (trp_node_get_text (node, key), NULL, 10);
}

bool
trp_node_get_bool (const TrpNode *node, const char *key)
{
  return strcmp (trp_node_get_text (node, key), "true") == 0;
}

const TrpNodeInput *
trp_node_get_input (const TrpNode *node, size_t index)
{
  return node->data->pdata[index];
}

char *
trp_plan_dup_folder (const TrpExperimentPlan *plan, const TrpNode *node)
{
  return plan->root ? g_build_filename (plan->root, "nodes", node->name, NULL) : NULL;
}

static const TrpNode *make_node (Context *context, const char *name, GError **error);

/* ---- inputs ---- */

static size_t
find_place (const TrpExperiment *experiment, const char *name)
{
  for (guint n = 0; n < experiment->steps->len; n++)
    if (strcmp (((TrpExperimentStep *) experiment->steps->pdata[n])->name, name) == 0)
      return n;
  return G_MAXSIZE;
}

/* Steps use only those before them, so there are no circles. */
static const TrpNode *
find_input (Context *context, const TrpNode *user, const char *name, bool is_model, GError **error)
{
  const TrpExperiment *experiment = context->plan->experiment;
  const TrpExperimentStep *step = trp_experiment_find_step (experiment, name);
  const char *user_kind = trp_step_kind_get (user->step->kind)->name;

  if (!step || find_place (experiment, name) >= find_place (experiment, user->step->name))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "[%s %s] uses \"%.60s\", but no step of this name stands before it", user_kind,
                   user->step->name, name);
      return NULL;
    }
  if (is_model ? step->kind != TRP_STEP_TRAIN : !trp_step_kind_get (step->kind)->gives_list)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "[%s %s]: \"%s\" is no %s", user_kind,
                   user->step->name, name, is_model ? "training" : "step that gives a list");
      return NULL;
    }
  return make_node (context, name, error);
}

static bool
add_input (Context *context, TrpNode *node, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  const TrpNode *from = find_input (context, node, g_strstrip (parts[0]), false, error);
  const char *side = parts[1] ? g_strstrip (parts[1]) : NULL;
  TrpNodeInput *input;

  if (!from)
    return false;
  if (side && strcmp (side, "mr") != 0 && strcmp (side, "ct") != 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "[%s %s] data = %s: after the colon stands mr or ct",
                   trp_step_kind_get (node->step->kind)->name, node->step->name, text);
      return false;
    }
  input = g_new (TrpNodeInput, 1);
  *input = (TrpNodeInput){ from, g_strdup (side) };
  g_ptr_array_add (node->data, input);
  node->n_cases += from->n_cases;
  node->fold = MAX (node->fold, from->fold);
  node->n_folds = MAX (node->n_folds, from->n_folds);
  return true;
}

static bool
add_inputs (Context *context, TrpNode *node, GError **error)
{
  const char *data = g_hash_table_lookup (node->values, "data");
  const char *model = g_hash_table_lookup (node->values, "model");
  g_auto (GStrv) words = trp_experiment_split (data ? data : "");

  for (size_t n = 0; words[n]; n++)
    if (!add_input (context, node, words[n], error))
      return false;
  if (!model)
    return true;
  node->model = find_input (context, node, model, true, error);
  if (node->model)
    node->fold = MAX (node->fold, node->model->fold);
  return node->model != NULL;
}

static bool
choose_fold (const Context *context, TrpNode *node, GError **error)
{
  if (!trp_node_uses_rows (node))
    return true;
  if (node->n_folds == 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "[%s %s] rows = %s, but none of its sets has folds",
                   trp_step_kind_get (node->step->kind)->name, node->step->name,
                   trp_node_get_text (node, "rows"));
      return false;
    }
  node->fold = context->fold;
  return true;
}

/* ---- sets ---- */

static bool
is_of_set (const TrpCase *row, const void *data)
{
  const char *sets = trp_case_get (row, "set");
  g_auto (GStrv) words = g_strsplit_set (sets ? sets : "", " ;", -1);

  return g_strv_contains ((const char *const *) words, data);
}

static bool
sorts_rows (const TrpDataList *list)
{
  return g_strv_contains (trp_data_list_get_columns (list), "set");
}

/* All rows when the list does not sort them into sets. */
static bool
choose_cases (const Context *context, TrpNode *node, GError **error)
{
  const TrpDataList *list = context->plan->options->data;

  if (!list)
    {
      node->n_cases = trp_node_get_whole (node, "patients") *
                      (trp_node_get_bool (node, "unpaired") ? 2 : 1);
      return true;
    }
  node->cases = trp_cases_new_from_list (list);
  if (sorts_rows (list))
    trp_cases_filter (node->cases, is_of_set, node->step->name);
  node->n_cases = node->cases->rows->len;
  if (node->n_cases > 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "No row of the list has \"%s\" in its column set; the experiment needs such rows",
               node->step->name);
  return false;
}

/* ---- nodes ---- */

/* What the first user of the work was; others are listed in node.json. */
static char *
make_title (const Context *context, const TrpNode *node)
{
  g_autoptr (GString) title = g_string_new (NULL);

  g_string_append_printf (title, "%s %s (%s, seed %" G_GUINT64_FORMAT,
                          trp_step_kind_get (node->step->kind)->name, node->step->name,
                          context->arm->name, node->seed);
  if (node->fold >= 0)
    g_string_append_printf (title, ", fold %d", node->fold);
  g_string_append_c (title, ')');
  return g_strdup (title->str);
}

static void
add_use (const Context *context, TrpNode *node)
{
  char *use = node->fold >= 0 ? g_strdup_printf ("%s, seed %" G_GUINT64_FORMAT ", fold %d",
                                                 context->arm->name, context->seed, node->fold)
                              : g_strdup_printf ("%s, seed %" G_GUINT64_FORMAT, context->arm->name,
                                                 context->seed);

  if (g_ptr_array_find_with_equal_func (node->uses, use, g_str_equal, NULL))
    g_free (use);
  else
    g_ptr_array_add (node->uses, use);
}

#define SLICES_PER_CASE 30 /* a guess, for epochs of cases that are still to be made */

static double
count_flop (const TrpNode *node)
{
  const TrpRecipe *recipe = node->recipe;
  g_autoptr (TrpGraph) graph = trp_trainer_class_get (recipe)->build (recipe, false);
  const double slices = (double) node->n_cases * SLICES_PER_CASE;
  const double steps = recipe->schedule.epochs > 0
                         ? ceil (slices / recipe->batch) * recipe->schedule.epochs
                         : recipe->steps;

  return trp_graph_count_flop (graph) * steps;
}

/* Weights that validated best need a validation. */
static bool
check_validation (const TrpNode *node, GError **error)
{
  const bool validates = g_ascii_strtod (trp_node_get_text (node, "validation"), NULL) > 0;

  if (validates || strcmp (trp_node_get_text (node, "weights"), "best") != 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "[train %s] weights = best needs validation, a share of the patients",
               node->step->name);
  return false;
}

static TrpNode *
new_node (const Context *context, const TrpExperimentStep *step, GError **error)
{
  TrpNode *node = g_new0 (TrpNode, 1);

  node->step = step;
  node->seed = context->seed;
  node->fold = -1;
  node->data = g_ptr_array_new_with_free_func (free_input);
  node->uses = g_ptr_array_new_with_free_func (g_free);
  node->values = trp_experiment_settings (context->plan->experiment, context->arm,
                                          context->plan->options->small, step, error);
  if (node->values)
    return node;
  free_node (node);
  return NULL;
}

static bool
fill_node (Context *context, TrpNode *node, GError **error)
{
  const TrpExperiment *experiment = context->plan->experiment;

  if (!add_inputs (context, node, error) || !choose_fold (context, node, error))
    return false;
  if (node->step->kind == TRP_STEP_SET)
    {
      node->n_folds = trp_node_get_whole (node, "folds");
      if (!choose_cases (context, node, error))
        return false;
    }
  if (node->step->kind == TRP_STEP_TRAIN)
    {
      node->recipe = trp_experiment_make_recipe (experiment, node->values, node->seed, error);
      if (!node->recipe)
        {
          g_prefix_error (error, "[train %s] for arm %s: ", node->step->name, context->arm->name);
          return false;
        }
      if (!check_validation (node, error))
        return false;
    }
  node->key = trp_node_make_key (context->plan, node, error);
  return node->key != NULL;
}

static void
finish_node (Context *context, TrpNode *node)
{
  g_autofree char *shown = g_strndup (node->key, KEY_SHOWN);
  g_autofree char *folder = NULL;

  node->name = g_strdup_printf ("%s-%s", node->step->name, shown);
  node->title = make_title (context, node);
  node->flop = node->recipe ? count_flop (node) : 0;
  folder = trp_plan_dup_folder (context->plan, node);
  node->is_done = folder && trp_node_file_is_done (folder, node->key);
}

/* The same work under another name is the same work. */
static const TrpNode *
make_node (Context *context, const char *name, GError **error)
{
  TrpExperimentPlan *plan = context->plan;
  const TrpExperimentStep *step = trp_experiment_find_step (plan->experiment, name);
  TrpNode *known = g_hash_table_lookup (context->nodes, name);
  g_autoptr (TrpNode) node = NULL;

  if (known)
    return known;
  node = new_node (context, step, error);
  if (!node || !fill_node (context, node, error))
    return NULL;
  known = g_hash_table_lookup (plan->by_key, node->key);
  if (!known)
    {
      finish_node (context, node);
      known = g_steal_pointer (&node);
      g_ptr_array_add (plan->nodes, known);
      g_hash_table_insert (plan->by_key, known->key, known);
    }
  add_use (context, known);
  g_hash_table_insert (context->nodes, (char *) step->name, known);
  return known;
}

/* ---- the plan ---- */

static bool
has_result (const TrpExperimentPlan *plan, const TrpExperimentArm *arm, const TrpNode *node)
{
  for (guint n = 0; n < plan->results->len; n++)
    {
      const TrpPlanResult *result = &g_array_index (plan->results, TrpPlanResult, n);

      if (result->arm == arm && result->node == node)
        return true;
    }
  return false;
}

/* @out_n_folds: how often an evaluation has to be asked for */
static bool
add_fold (TrpExperimentPlan *plan,
          const TrpExperimentArm *arm,
          uint64_t seed,
          int fold,
          size_t *out_n_folds,
          GError **error)
{
  g_autoptr (GHashTable) nodes = g_hash_table_new (g_str_hash, g_str_equal);
  Context context = { plan, arm, seed, fold, nodes };
  const char *const *names = trp_experiment_arm_get_evaluations (plan->experiment, arm);
  GHashTableIter iter;
  void *value;

  for (size_t n = 0; names[n]; n++)
    {
      const TrpNode *node = make_node (&context, names[n], error);
      const TrpPlanResult result = { arm, seed, node };

      if (!node)
        return false;
      if (!has_result (plan, arm, node))
        g_array_append_val (plan->results, result);
    }
  *out_n_folds = 1;
  g_hash_table_iter_init (&iter, nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((const TrpNode *) value)->fold >= 0)
      *out_n_folds = MAX (*out_n_folds, ((const TrpNode *) value)->n_folds);
  return true;
}

static bool
add_arm (TrpExperimentPlan *plan, const TrpExperimentArm *arm, uint64_t seed, GError **error)
{
  size_t n_folds = 1;

  for (size_t fold = 0; fold < n_folds; fold++)
    if (!add_fold (plan, arm, seed, (int) fold, &n_folds, error))
      return false;
  return true;
}

static bool
is_chosen (const TrpExperimentOptions *options, const char *arm)
{
  return !options->arms || g_strv_contains (options->arms, arm);
}

static bool
check_arms (const TrpExperiment *experiment, const TrpExperimentOptions *options, GError **error)
{
  for (size_t n = 0; options->arms && options->arms[n]; n++)
    if (!trp_experiment_find_arm (experiment, options->arms[n]))
      {
        g_autoptr (GString) known = g_string_new (NULL);

        for (guint i = 0; i < experiment->arms->len; i++)
          g_string_append_printf (known, "%s%s", i ? ", " : "",
                                  trp_experiment_get_arm (experiment, i));
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "The experiment has no arm \"%.60s\"; it has: %s", options->arms[n],
                     known->str);
        return false;
      }
  return true;
}

static TrpExperimentPlan *
new_plan (const TrpExperiment *experiment, const TrpExperimentOptions *options)
{
  TrpExperimentPlan *plan = g_new0 (TrpExperimentPlan, 1);
  const GArray *seeds = options->small && experiment->small_seeds->len ? experiment->small_seeds
                                                                       : experiment->seeds;
  g_autofree char *table = NULL;

  plan->experiment = experiment;
  plan->options = options;
  plan->root = options->folder ? g_canonicalize_filename (options->folder, NULL) : NULL;
  table = plan->root && g_file_test (plan->root, G_FILE_TEST_IS_DIR)
            ? g_build_filename (plan->root, "hashes.csv", NULL)
            : NULL;
  plan->hashes = trp_file_hashes_new (table);
  plan->nodes = g_ptr_array_new_with_free_func (free_node);
  plan->by_key = g_hash_table_new (g_str_hash, g_str_equal);
  plan->results = g_array_new (FALSE, FALSE, sizeof (TrpPlanResult));
  plan->seeds = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  if (options->seeds)
    g_array_append_vals (plan->seeds, options->seeds, (guint) options->n_seeds);
  else
    g_array_append_vals (plan->seeds, seeds->data, seeds->len);
  return plan;
}

/* Names of the sets that the plan uses, "a, b, c". (transfer full) */
static char *
list_sets (const TrpExperimentPlan *plan)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint n = 0; n < plan->nodes->len; n++)
    {
      const TrpNode *node = plan->nodes->pdata[n];

      if (node->step->kind == TRP_STEP_SET &&
          !g_ptr_array_find_with_equal_func (names, node->step->name, g_str_equal, NULL))
        g_ptr_array_add (names, node->step->name);
    }
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **) names->pdata);
}

/* Equal rows in sets that mean different images: nobody should have to guess that. */
static void
tell_unsorted (const TrpExperimentPlan *plan)
{
  const TrpExperimentOptions *options = plan->options;
  g_autofree char *sets = NULL, *sentence = NULL;
  size_t n_sets = 0;

  for (guint n = 0; n < plan->experiment->steps->len; n++)
    n_sets += ((const TrpExperimentStep *) plan->experiment->steps->pdata[n])->kind == TRP_STEP_SET;
  if (!options->say || !options->data || n_sets < 2 || sorts_rows (options->data))
    return;
  sets = list_sets (plan);
  sentence = g_strdup_printf ("The list has no column \"set\": each of the experiment's sets (%s) "
                              "gets all of its %zu rows",
                              sets, trp_data_list_get_size (options->data));
  options->say (sentence, options->say_data);
}

/* Seed by seed, so that an experiment that is stopped has compared what it has. */
TrpExperimentPlan *
trp_experiment_plan (const TrpExperiment *self,
                     const TrpExperimentOptions *options,
                     TrpProgress *progress,
                     GError **error)
{
  g_autoptr (TrpExperimentPlan) plan = NULL;

  if (!check_arms (self, options, error))
    return NULL;
  plan = new_plan (self, options);
  for (guint s = 0; s < plan->seeds->len; s++)
    for (guint n = 0; n < self->arms->len; n++)
      {
        const TrpExperimentArm *arm = self->arms->pdata[n];

        if (!trp_progress_step (progress, 0, "planning", error) ||
            (is_chosen (options, arm->name) &&
             !add_arm (plan, arm, g_array_index (plan->seeds, uint64_t, s), error)))
          return NULL;
      }
  tell_unsorted (plan);
  return g_steal_pointer (&plan);
}

void
trp_experiment_plan_free (TrpExperimentPlan *self)
{
  if (!self)
    return;
  g_free (self->root);
  trp_file_hashes_free (self->hashes);
  g_hash_table_unref (self->by_key);
  g_ptr_array_unref (self->nodes);
  g_array_unref (self->results);
  g_array_unref (self->seeds);
  g_free (self);
}

size_t
trp_experiment_plan_get_size (const TrpExperimentPlan *self)
{
  return self->nodes->len;
}

TrpExperimentNodeInfo
trp_experiment_plan_get (const TrpExperimentPlan *self, size_t index)
{
  const TrpNode *node = self->nodes->pdata[index];

  return (TrpExperimentNodeInfo){ .step = node->step->name,
                                  .kind = trp_step_kind_get (node->step->kind)->name,
                                  .title = node->title,
                                  .uses = node->uses->len,
                                  .key = node->key,
                                  .folder = node->name,
                                  .is_done = node->is_done,
                                  .n_cases = node->n_cases,
                                  .flop = node->flop };
}
