/* node-key.c - see node-key.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/node-key.h"

#include "config.h"

#include <string.h>

bool
trp_node_uses_rows (const TrpNode *node)
{
  const char *rows = g_hash_table_lookup (node->values, "rows");

  return rows && strcmp (rows, "all") != 0;
}

static bool
hash_cases (TrpExperimentPlan *plan, const TrpNode *node, GChecksum *sum, GError **error)
{
  for (guint n = 0; n < node->cases->rows->len; n++)
    {
      const TrpCase *row = trp_cases_get (node->cases, n);

      trp_hash_add (sum, "case", row->name);
      trp_hash_add (sum, "patient", row->patient);
      trp_hash_add_number (sum, "fold", row->fold);
      for (guint c = 0; c < node->cases->columns->len; c++)
        {
          const char *column = node->cases->columns->pdata[c];
          const char *cell = trp_case_get (row, column);
          g_autofree char *hash = NULL;

          if (!cell)
            continue;
          hash = trp_cases_is_file_column (column) ? trp_file_hashes_get (plan->hashes, cell, error)
                                                   : g_strdup (cell);
          if (!hash)
            return false;
          trp_hash_add (sum, column, hash);
        }
    }
  return true;
}

/* What does not change a set's images when they are the user's. */
static bool
is_key_of_phantoms (const char *key)
{
  static const char *const keys[] = { "phantom",  "patients",  "matrix",         "ct_matrix",
                                      "unpaired", "observers", "observer_error", NULL };

  return g_strv_contains (keys, key);
}

static bool
counts (const TrpNode *node, const char *key)
{
  const TrpStepKey *known = trp_step_kind_find_key (node->step->kind, key);

  if (!known || known->type == TRP_STEP_VALUE_DATA || known->type == TRP_STEP_VALUE_MODEL)
    return false; /* settings of the recipe are in its text, inputs have keys of their own */
  if (strcmp (key, "recipe") == 0 || strcmp (key, "name") == 0)
    return false;
  return !node->cases || !is_key_of_phantoms (key);
}

static void
hash_settings (const TrpNode *node, GChecksum *sum)
{
  const TrpStepKindInfo *kind = trp_step_kind_get (node->step->kind);

  for (size_t n = 0; n < kind->n_keys; n++)
    if (counts (node, kind->keys[n].key))
      trp_hash_add (sum, kind->keys[n].key, trp_node_get_text (node, kind->keys[n].key));
  if (node->recipe)
    {
      g_autofree char *text = trp_recipe_to_text (node->recipe);

      trp_hash_add (sum, "recipe", text);
    }
}

char *
trp_node_make_key (TrpExperimentPlan *plan, const TrpNode *node, GError **error)
{
  const TrpStepKindInfo *kind = trp_step_kind_get (node->step->kind);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  trp_hash_add (sum, "triptych", TRP_VERSION);
  trp_hash_add (sum, "step", kind->name);
  trp_hash_add_number (sum, "revision", kind->revision);
  hash_settings (node, sum);
  if (kind->uses_seed)
    trp_hash_add_number (sum, "seed", (int64_t) node->seed);
  if (trp_node_uses_rows (node))
    trp_hash_add_number (sum, "fold", node->fold);
  if (node->step->kind == TRP_STEP_SET && !node->cases)
    trp_hash_add (sum, "name", node->step->name); /* phantoms are called after it */
  if (node->cases && !hash_cases (plan, node, sum, error))
    return NULL;
  for (guint n = 0; n < node->data->len; n++)
    {
      const TrpNodeInput *input = trp_node_get_input (node, n);

      trp_hash_add (sum, "data", input->node->key);
      trp_hash_add (sum, "side", input->side ? input->side : "");
    }
  if (node->model)
    trp_hash_add (sum, "model", node->model->key);
  return g_strdup (g_checksum_get_string (sum));
}
