/* run-state.c - see run-state.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/run-state.h"

#include "core/base/json.h"
#include "core/method/validation.h"

#include <limits.h>
#include <math.h>

static void
add_uint64 (JsonBuilder *builder, uint64_t value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder, const char *name, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, g_ascii_dtostr (number, sizeof number, value));
}

static void
add_int (JsonBuilder *builder, const char *name, int value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_pools (JsonBuilder *builder, const TrpRunState *state)
{
  json_builder_set_member_name (builder, "pool_fill");
  json_builder_begin_array (builder);
  for (int n = 0; n < 2; n++)
    json_builder_add_int_value (builder, state->pool_fill[n]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "pool_index");
  json_builder_begin_array (builder);
  for (int n = 0; n < 2; n++)
    add_uint64 (builder, state->pool_index[n]);
  json_builder_end_array (builder);
}

static void
add_sums (JsonBuilder *builder, const TrpRunState *state)
{
  add_int (builder, "summed", state->n_summed);
  json_builder_set_member_name (builder, "sums");
  json_builder_begin_array (builder);
  for (size_t n = 0; n < TRP_TRAINER_MAX_VALUES; n++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      json_builder_add_string_value (builder,
                                     g_ascii_dtostr (number, sizeof number, state->sums[n]));
    }
  json_builder_end_array (builder);
}

static void
add_patience (JsonBuilder *builder, const char *name, const TrpPatience *patience)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  add_number (builder, "best", patience->best);
  add_int (builder, "bad", patience->n_bad);
  json_builder_end_object (builder);
}

static void
add_scores (JsonBuilder *builder, const TrpScores *scores)
{
  json_builder_set_member_name (builder, "scores");
  json_builder_begin_object (builder);
  add_int (builder, "last_step", scores->last_step);
  add_int (builder, "best_step", scores->best_step);
  add_number (builder, "best", scores->best);
  add_number (builder, "rate", scores->rate);
  add_patience (builder, "plateau", &scores->plateau);
  add_patience (builder, "stop", &scores->stop);
  json_builder_set_member_name (builder, "stopped");
  json_builder_add_boolean_value (builder, scores->stopped);
  json_builder_end_object (builder);
}

static void
add_device (JsonBuilder *builder, const TrpRunState *state)
{
  json_builder_set_member_name (builder, "device");
  json_builder_add_string_value (builder, state->device);
  json_builder_set_member_name (builder, "precision");
  json_builder_add_string_value (builder, state->precision);
  json_builder_set_member_name (builder, "deterministic");
  json_builder_add_boolean_value (builder, state->deterministic);
}

char *
trp_run_state_to_text (const TrpRunState *state)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root_node = NULL;

  json_builder_begin_object (builder);
  add_int (builder, "step", state->step);
  json_builder_set_member_name (builder, "seed");
  add_uint64 (builder, state->seed);
  add_int (builder, "restarts", state->n_restarts);
  add_pools (builder, state);
  add_sums (builder, state);
  add_scores (builder, &state->scores);
  add_int (builder, "epoch_steps", state->epoch_steps);
  add_int (builder, "earlier", state->n_earlier);
  add_device (builder, state);
  json_builder_end_object (builder);
  root_node = json_builder_get_root (builder);
  return json_to_string (root_node, FALSE);
}

/* The array of that name if it has @n plain members. */
static JsonArray *
get_array (JsonObject *object, const char *name, guint n)
{
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (!array || json_array_get_length (array) != n)
    return NULL;
  for (guint i = 0; i < n; i++)
    if (!JSON_NODE_HOLDS_VALUE (json_array_get_element (array, i)))
      return NULL;
  return array;
}

/* Earlier versions kept fewer. */
static JsonArray *
get_sums (JsonObject *object)
{
  for (guint n = TRP_TRAINER_MAX_VALUES; n > 0; n--)
    {
      JsonArray *sums = get_array (object, "sums", n);

      if (sums)
        return sums;
    }
  return NULL;
}

static const char *
get_string (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : "";
}

static int
get_int (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node)
           ? (int) CLAMP (json_node_get_int (node), INT_MIN, INT_MAX)
           : -1;
}

static bool
get_bool (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_boolean (node);
}

/* NAN if there is none. */
static double
get_number (JsonObject *object, const char *name)
{
  const char *text = get_string (json_object_get_member (object, name));

  return *text ? g_ascii_strtod (text, NULL) : (double) NAN;
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static bool
read_patience (JsonObject *object, const char *name, TrpPatience *out_patience)
{
  JsonObject *patience = get_object (object, name);

  if (!patience)
    return false;
  out_patience->best = get_number (patience, "best");
  out_patience->n_bad = get_int (patience, "bad");
  return out_patience->n_bad >= 0 && out_patience->n_bad <= TRP_TRAINER_MAX_STEPS;
}

/* Files of before there were validations have none. */
static bool
read_scores (JsonObject *object, TrpRunState *state)
{
  JsonObject *scores = get_object (object, "scores");
  TrpScores *out = &state->scores;

  if (!json_object_has_member (object, "scores"))
    return true;
  if (!scores || !read_patience (scores, "plateau", &out->plateau) ||
      !read_patience (scores, "stop", &out->stop))
    return false;
  out->last_step = get_int (scores, "last_step");
  out->best_step = get_int (scores, "best_step");
  out->best = get_number (scores, "best");
  out->rate = get_number (scores, "rate");
  out->stopped = get_bool (scores, "stopped");
  state->epoch_steps = get_int (object, "epoch_steps");
  state->n_earlier = get_int (object, "earlier");
  return out->last_step <= state->step && out->best_step <= out->last_step && out->rate >= 0 &&
         out->rate <= 1 && state->epoch_steps >= 0 && state->n_earlier >= 0 &&
         state->n_earlier <= TRP_TRAINER_MAX_EARLIER;
}

static bool
read_state (JsonObject *object, TrpRunState *out_state)
{
  JsonArray *fill = get_array (object, "pool_fill", 2);
  JsonArray *index = get_array (object, "pool_index", 2);
  JsonArray *sums = get_sums (object);

  if (!fill || !index || !sums)
    return false;
  out_state->step = get_int (object, "step");
  out_state->seed = g_ascii_strtoull (get_string (json_object_get_member (object, "seed")), NULL,
                                      10);
  out_state->n_restarts = get_int (object, "restarts");
  out_state->n_summed = get_int (object, "summed");
  for (guint n = 0; n < 2; n++)
    {
      out_state->pool_fill[n] = (int) json_array_get_int_element (fill, n);
      out_state->pool_index[n] = g_ascii_strtoull (get_string (json_array_get_element (index, n)),
                                                   NULL, 10);
    }
  for (guint n = 0; n < json_array_get_length (sums); n++)
    out_state->sums[n] = g_ascii_strtod (get_string (json_array_get_element (sums, n)), NULL);
  g_strlcpy (out_state->device, get_string (json_object_get_member (object, "device")),
             sizeof out_state->device);
  g_strlcpy (out_state->precision, get_string (json_object_get_member (object, "precision")),
             sizeof out_state->precision);
  out_state->deterministic = get_bool (object, "deterministic");
  return read_scores (object, out_state);
}

static bool
is_possible (const TrpRunState *state, const TrpRecipe *recipe)
{
  /* how many steps some epochs are depends on the data */
  return state->step >= 0 && (recipe->schedule.epochs > 0 || state->step <= recipe->steps) &&
         state->n_restarts >= 0 && state->n_restarts <= recipe->restarts && state->n_summed >= 0 &&
         state->n_summed <= state->step && state->pool_fill[0] >= 0 &&
         state->pool_fill[0] <= recipe->pool && state->pool_fill[1] >= 0 &&
         state->pool_fill[1] <= recipe->pool;
}

bool
trp_run_state_parse (const char *text,
                     const TrpRecipe *recipe,
                     TrpRunState *out_state,
                     GError **error)
{
  g_autoptr (JsonNode) node = text ? trp_json_parse (text) : NULL;
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  TrpRunState state = { .scores = trp_scores_start (recipe->learning_rate) };

  if (!object || !read_state (object, &state) || !is_possible (&state, recipe))
    {
      g_set_error_literal (
        error, TRP_ERROR, TRP_ERROR_FORMAT,
        "The checkpoint does not say where its training stood, so it cannot be resumed");
      return false;
    }
  *out_state = state;
  return true;
}

static void
add_cases (JsonBuilder *builder, const char *name, const TrpDataList *list)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (size_t n = 0; list && n < trp_data_list_get_size (list); n++)
    json_builder_add_string_value (builder, trp_data_list_get (list, n)->name);
  json_builder_end_array (builder);
}

char *
trp_run_split_to_text (const TrpTrainOptions *options)
{
  g_autoptr (TrpDataList)
    train = trp_data_list_select_fold (options->list, options->fold, false, NULL);
  g_autoptr (TrpDataList) validate = trp_validation_select_rows (options);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root_node = NULL;

  json_builder_begin_object (builder);
  add_cases (builder, "train", train);
  add_cases (builder, "validate", validate);
  json_builder_end_object (builder);
  root_node = json_builder_get_root (builder);
  return json_to_string (root_node, FALSE);
}
