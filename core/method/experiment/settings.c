/* settings.c - see settings.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/settings.h"

#include <string.h>

static void
apply (GHashTable *settings, const GPtrArray *changes, const char *step)
{
  for (guint n = 0; n < changes->len; n++)
    {
      const TrpExperimentChange *change = changes->pdata[n];

      if (strcmp (change->step, step) == 0)
        g_hash_table_insert (settings, g_strdup (change->key), g_strdup (change->value));
    }
}

/* Arms name only arms before them, so the chain ends. */
static void
apply_arm (GHashTable *settings,
           const TrpExperiment *experiment,
           const TrpExperimentArm *arm,
           bool small,
           const char *step)
{
  if (arm->from)
    apply_arm (settings, experiment, trp_experiment_find_arm (experiment, arm->from), small, step);
  apply (settings, arm->changes, step);
  if (small)
    apply (settings, arm->small_changes, step);
}

static bool
add_defaults (GHashTable *settings, const TrpExperimentStep *step, GError **error)
{
  const TrpStepKindInfo *kind = trp_step_kind_get (step->kind);

  for (size_t n = 0; n < kind->n_keys; n++)
    {
      const TrpStepKey *key = &kind->keys[n];

      if (g_hash_table_contains (settings, key->key))
        continue;
      if (!key->value)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "[%s %s] does not say %s: %s",
                       kind->name, step->name, key->key, key->help);
          return false;
        }
      g_hash_table_insert (settings, g_strdup (key->key), g_strdup (key->value));
    }
  return true;
}

GHashTable *
trp_experiment_settings (const TrpExperiment *experiment,
                         const TrpExperimentArm *arm,
                         bool small,
                         const TrpExperimentStep *step,
                         GError **error)
{
  g_autoptr (GHashTable) settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  void *key, *text;

  g_hash_table_iter_init (&iter, step->values);
  while (g_hash_table_iter_next (&iter, &key, &text))
    g_hash_table_insert (settings, g_strdup (key), g_strdup (text));
  if (small)
    apply (settings, experiment->small_changes, step->name);
  apply_arm (settings, experiment, arm, small, step->name);
  return add_defaults (settings, step, error) ? g_steal_pointer (&settings) : NULL;
}

static TrpRecipe *
load_recipe (const TrpExperiment *experiment, const char *name, GError **error)
{
  g_autofree char *folder = experiment->path ? g_path_get_dirname (experiment->path) : NULL;
  g_autofree char *path = NULL;

  if (!strchr (name, G_DIR_SEPARATOR) && !g_str_has_suffix (name, ".recipe"))
    return trp_recipe_load (name, error);
  path = g_canonicalize_filename (name, folder);
  return trp_recipe_load (path, error);
}

static int
compare_texts (const void *a, const void *b)
{
  return strcmp (a, b);
}

TrpRecipe *
trp_experiment_make_recipe (const TrpExperiment *experiment,
                            GHashTable *settings,
                            uint64_t seed,
                            GError **error)
{
  g_autoptr (TrpRecipe)
    recipe = load_recipe (experiment, g_hash_table_lookup (settings, "recipe"), error);
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (settings), compare_texts);

  for (const GList *at = keys; recipe && at; at = at->next)
    {
      g_autofree char *assignment = NULL;

      if (!strchr (at->data, '.'))
        continue;
      assignment = g_strdup_printf ("%s=%s", (const char *) at->data,
                                    (const char *) g_hash_table_lookup (settings, at->data));
      if (!trp_recipe_set (recipe, assignment, error))
        return NULL;
    }
  if (!recipe)
    return NULL;
  recipe->seed = seed;
  if (recipe->threads == 0)
    recipe->threads = experiment->threads;
  return trp_recipe_check (recipe, error) ? g_steal_pointer (&recipe) : NULL;
}

const char *const *
trp_experiment_arm_get_evaluations (const TrpExperiment *experiment, const TrpExperimentArm *arm)
{
  while (!arm->evaluate[0] && arm->from)
    arm = trp_experiment_find_arm (experiment, arm->from);
  return (const char *const *) arm->evaluate;
}
