/* run-branch.c - a new run that begins with the weights of another; see run.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Nothing but the networks has to agree: data, losses and schedule may be others.
 */

#include "core/base/json.h"
#include "core/method/infer.h"
#include "core/method/run.h"

/* The first of the networks' weights that the file lacks, or has in another shape; NULL: none. */
static const char *
find_missing_weight (const TrpGraph *graph, const TrpSafetensors *file)
{
  for (TrpValue value = 0; value < trp_graph_get_n_values (graph); value++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (graph, value);

      if (info->tensor.kind == TRP_VALUE_PARAMETER &&
          !trp_checkpoint_has_tensor (file, info->name, info->axes, info->tensor.shape))
        return info->name;
    }
  return NULL;
}

static void
refuse (const TrpRun *run, const char *weight, GError **error)
{
  const TrpRecipe *there = trp_model_get_recipe (run->parent);
  const char *name = trp_model_get_name (run->parent);
  g_autofree char *difference = trp_recipe_dup_network_difference (there, run->base.recipe);
  const bool is_whole = trp_safetensors_peek_metadata (trp_model_peek_file (run->parent), "state");

  if (difference)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "%s has other networks than this recipe (%s); give the recipe its settings of "
                 "[network], or train from the start",
                 name, difference);
  else if (!is_whole)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "%s holds weights for inference and lacks \"%s\"; begin with a checkpoint", name,
                 weight);
  else
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "%s has no weights \"%s\" of the shape that this recipe's networks need", name,
                 weight);
}

/* A whole number of the parent's state; -1 without a state or without the number. */
static int
get_parent_number (const TrpModel *parent, const char *name)
{
  const char *state = trp_safetensors_peek_metadata (trp_model_peek_file (parent), "state");
  g_autoptr (JsonNode) node = state ? trp_json_parse (state) : NULL;
  JsonNode *member = node && JSON_NODE_HOLDS_OBJECT (node)
                       ? json_object_get_member (json_node_get_object (node), name)
                       : NULL;

  return member && JSON_NODE_HOLDS_VALUE (member)
           ? (int) CLAMP (json_node_get_int (member), -1, TRP_TRAINER_MAX_STEPS)
           : -1;
}

static int
get_parent_step (const TrpModel *parent)
{
  return get_parent_number (parent, "step");
}

/* Steps that the parent's moments have seen: its own and those that it took over itself. */
static int
count_parent_steps (const TrpModel *parent)
{
  const gint64 n = (gint64) get_parent_step (parent) +
                   MAX (0, get_parent_number (parent, "earlier"));

  return (int) MIN (n, TRP_TRAINER_MAX_EARLIER);
}

/* Moments of the same names may mean something else. */
static bool
has_same_optimizer (const TrpRun *run)
{
  return trp_model_get_recipe (run->parent)->optimizer == run->base.recipe->optimizer;
}

/* Weights for inference do not say their step. */
static char *
describe_parent (const TrpModel *parent)
{
  const int step = get_parent_step (parent);

  return step < 0
           ? g_strdup_printf ("{\"sha256\":\"%s\"}", trp_model_get_hash (parent))
           : g_strdup_printf ("{\"sha256\":\"%s\",\"step\":%d}", trp_model_get_hash (parent), step);
}

bool
trp_run_open_parent (TrpRun *run, GError **error)
{
  const TrpTrainer *t = &run->base;
  g_autoptr (TrpGraph) graph = NULL;
  const char *missing;

  if (!t->options->from || t->options->resume)
    return true;
  run->parent = trp_model_load (t->options->from, error);
  if (!run->parent)
    return false;
  graph = t->klass->build (t->recipe, false);
  missing = find_missing_weight (graph, trp_model_peek_file (run->parent));
  if (missing)
    {
      refuse (run, missing, error);
      return false;
    }
  run->parent_text = describe_parent (run->parent);
  return true;
}

bool
trp_run_take_parent (TrpRun *run, GError **error)
{
  TrpTrainer *t = &run->base;
  const TrpSafetensors *file;

  if (!run->parent)
    return true;
  file = trp_model_peek_file (run->parent);
  if (!trp_checkpoint_restore_part (t->store, file, TRP_CHECKPOINT_WEIGHTS, error))
    return false;
  if (get_parent_step (run->parent) < 0 || !has_same_optimizer (run) ||
      !trp_checkpoint_has_part (t->store, file, TRP_CHECKPOINT_MOMENTS))
    return trp_trainer_start_averages (t, error);
  /* moments that have seen so many steps are corrected for as many */
  t->n_earlier = count_parent_steps (run->parent);
  return trp_checkpoint_restore_part (t->store, file, TRP_CHECKPOINT_MOMENTS, error) &&
         (trp_checkpoint_has_part (t->store, file, TRP_CHECKPOINT_AVERAGES)
            ? trp_checkpoint_restore_part (t->store, file, TRP_CHECKPOINT_AVERAGES, error)
            : trp_trainer_start_averages (t, error));
}
