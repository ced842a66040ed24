/* find.c - the shipped experiments
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/resources.h"
#include "core/method/experiment/plan.h"

#include <string.h>

#define SUFFIX ".experiment"

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char **
trp_experiment_list (void)
{
  g_autofree char *folder = trp_resources_find_folder ("experiments");
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *name;

  while (entries && (name = g_dir_read_name (entries)))
    if (g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (names, g_strndup (name, strlen (name) - strlen (SUFFIX)));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static TrpExperiment *
load_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;
  TrpExperiment *self;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, &cause))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, cause->message);
      return NULL;
    }
  self = trp_experiment_parse (text, size, error);
  if (self)
    self->path = g_canonicalize_filename (path, NULL);
  else
    g_prefix_error (error, "%s: ", path);
  return self;
}

static TrpExperiment *
load_shipped (const char *name, GError **error)
{
  g_autofree char *folder = trp_resources_find_folder ("experiments");
  g_autofree char *file = g_strconcat (name, SUFFIX, NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);

  return load_file (path, error);
}

/* "liu2019-context-0" is the arm context-0 of liu2019. */
static TrpExperiment *
load_arm (const char *name, const char *shipped, char **out_arm, GError **error)
{
  const char *arm = name + strlen (shipped) + 1;
  g_autoptr (TrpExperiment) self = load_shipped (shipped, error);
  g_autoptr (GString) known = g_string_new (NULL);

  if (!self)
    return NULL;
  if (trp_experiment_find_arm (self, arm))
    {
      *out_arm = g_strdup (arm);
      return g_steal_pointer (&self);
    }
  for (guint n = 0; n < self->arms->len; n++)
    g_string_append_printf (known, "%s%s", n ? ", " : "", trp_experiment_get_arm (self, n));
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The experiment %s has no arm \"%.60s\"; it has: %s",
               shipped, arm, known->str);
  return NULL;
}

TrpExperiment *
trp_experiment_load (const char *name_or_path, char **out_arm, GError **error)
{
  g_auto (GStrv) names = trp_experiment_list ();
  g_autofree char *known = g_strjoinv (", ", names);

  *out_arm = NULL;
  if (strchr (name_or_path, G_DIR_SEPARATOR) || g_str_has_suffix (name_or_path, SUFFIX))
    return load_file (name_or_path, error);
  if (g_strv_contains ((const char *const *) names, name_or_path))
    return load_shipped (name_or_path, error);
  for (size_t n = 0; names[n]; n++)
    if (g_str_has_prefix (name_or_path, names[n]) && name_or_path[strlen (names[n])] == '-')
      return load_arm (name_or_path, names[n], out_arm, error);
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "There is no experiment \"%.60s\"; there are: %s",
               name_or_path, known);
  return NULL;
}

const char *
trp_experiment_get_title (const TrpExperiment *self)
{
  return self->title;
}

const char *
trp_experiment_get_description (const TrpExperiment *self)
{
  return self->description;
}

const char *
trp_experiment_get_text (const TrpExperiment *self)
{
  return self->text;
}

size_t
trp_experiment_get_n_arms (const TrpExperiment *self)
{
  return self->arms->len;
}

const char *
trp_experiment_get_arm (const TrpExperiment *self, size_t index)
{
  return ((TrpExperimentArm *) self->arms->pdata[index])->name;
}

const char *
trp_experiment_get_arm_description (const TrpExperiment *self, size_t index)
{
  return ((TrpExperimentArm *) self->arms->pdata[index])->description;
}

/* Of the folds of one training one will do. */
char *
trp_experiment_dup_recipes (const TrpExperiment *self, const char *arm, bool small, GError **error)
{
  const char *const arms[] = { arm, NULL };
  const uint64_t seed = 1;
  const TrpExperimentOptions options = {
    .small = small, .arms = arms, .seeds = &seed, .n_seeds = 1
  };
  g_autoptr (TrpExperimentPlan) plan = trp_experiment_plan (self, &options, NULL, error);
  g_autoptr (GHashTable) shown = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint n = 0; plan && n < plan->nodes->len; n++)
    {
      const TrpNode *node = plan->nodes->pdata[n];
      g_autofree char *settings = NULL;

      if (!node->recipe || !g_hash_table_add (shown, node->step->name))
        continue;
      settings = trp_recipe_to_text (node->recipe);
      g_string_append_printf (text, "%s# train %s\n%s", text->len ? "\n" : "", node->step->name,
                              settings);
    }
  return plan ? g_strdup (text->str) : NULL;
}
