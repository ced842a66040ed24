/* file.c - see file.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/file.h"

#include "core/method/recipe-settings.h"

#include <string.h>

static const char *const head_keys[] = { "name",  "description", "paper",       "notes",
                                         "seeds", "threads",     "small_seeds", NULL };
static const char *const table_keys[] = { "title",     "metrics", "rows",  "structures", "part",
                                          "observers", "compare", "paper", NULL };
static const char *const figure_keys[] = { "kind", "metric",    "rows", "structures",
                                           "part", "observers", NULL };

static void
free_step (void *data)
{
  TrpExperimentStep *step = data;

  g_free (step->name);
  g_hash_table_unref (step->values);
  g_free (step);
}

static void
free_change (void *data)
{
  TrpExperimentChange *change = data;

  g_free (change->step);
  g_free (change->key);
  g_free (change->value);
  g_free (change);
}

static void
free_arm (void *data)
{
  TrpExperimentArm *arm = data;

  g_free (arm->name);
  g_free (arm->description);
  g_free (arm->from);
  g_strfreev (arm->evaluate);
  g_ptr_array_unref (arm->changes);
  g_ptr_array_unref (arm->small_changes);
  g_free (arm);
}

static void
free_sheet (void *data)
{
  TrpExperimentSheet *sheet = data;

  g_free (sheet->name);
  g_hash_table_unref (sheet->values);
  g_free (sheet);
}

static TrpExperiment *
new_experiment (const char *text, size_t size)
{
  TrpExperiment *self = g_new0 (TrpExperiment, 1);

  self->text = g_strndup (text, size);
  self->seeds = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  self->small_seeds = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  self->steps = g_ptr_array_new_with_free_func (free_step);
  self->arms = g_ptr_array_new_with_free_func (free_arm);
  self->small_changes = g_ptr_array_new_with_free_func (free_change);
  self->tables = g_ptr_array_new_with_free_func (free_sheet);
  self->figures = g_ptr_array_new_with_free_func (free_sheet);
  return self;
}

void
trp_experiment_free (TrpExperiment *self)
{
  if (!self)
    return;
  g_free (self->text);
  g_free (self->path);
  g_free (self->title);
  g_free (self->description);
  g_free (self->paper);
  g_free (self->notes);
  g_array_unref (self->seeds);
  g_array_unref (self->small_seeds);
  g_ptr_array_unref (self->steps);
  g_ptr_array_unref (self->arms);
  g_ptr_array_unref (self->small_changes);
  g_ptr_array_unref (self->tables);
  g_ptr_array_unref (self->figures);
  g_free (self);
}

const TrpExperimentStep *
trp_experiment_find_step (const TrpExperiment *self, const char *name)
{
  for (guint n = 0; n < self->steps->len; n++)
    if (strcmp (((TrpExperimentStep *) self->steps->pdata[n])->name, name) == 0)
      return self->steps->pdata[n];
  return NULL;
}

const TrpExperimentArm *
trp_experiment_find_arm (const TrpExperiment *self, const char *name)
{
  for (guint n = 0; n < self->arms->len; n++)
    if (strcmp (((TrpExperimentArm *) self->arms->pdata[n])->name, name) == 0)
      return self->arms->pdata[n];
  return NULL;
}

const char *
trp_experiment_sheet_get (const TrpExperimentSheet *sheet, const char *key)
{
  const char *text = g_hash_table_lookup (sheet->values, key);

  return text ? text : "";
}

char **
trp_experiment_split_at (const char *text, const char *separator)
{
  g_auto (GStrv) parts = g_strsplit (text, separator, -1);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (size_t n = 0; parts[n]; n++)
    if (*g_strstrip (parts[n]))
      g_ptr_array_add (words, g_strdup (parts[n]));
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&words), FALSE);
}

char **
trp_experiment_split (const char *text)
{
  return trp_experiment_split_at (text, ",");
}

/* ---- groups ---- */

/* Names become parts of file names and of results. */
static bool
check_name (const char *name, GError **error)
{
  for (const char *c = name; *c; c++)
    if (!g_ascii_isalnum (*c) && *c != '-' && *c != '_')
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "The name \"%.60s\" has other than letters, digits, - and _", name);
        return false;
      }
  if (*name)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "A group of the experiment has no name");
  return false;
}

/* The setting's text is not checked here: what it may be depends on the recipe's other settings. */
static bool
check_key (TrpStepKind kind, const char *name, const char *key, const char *text, GError **error)
{
  const TrpStepKey *known = trp_step_kind_find_key (kind, key);
  g_auto (GStrv) parts = g_strsplit (key, ".", 2);

  if (known)
    {
      if (trp_step_key_check (known, text, error))
        return true;
      g_prefix_error (error, "[%s %s] ", trp_step_kind_get (kind)->name, name);
      return false;
    }
  if (kind == TRP_STEP_TRAIN && parts[0] && parts[1])
    return trp_recipe_setting_find (parts[0], parts[1], error) != NULL;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "[%s %s] has an unknown key \"%.60s\"",
               trp_step_kind_get (kind)->name, name, key);
  return false;
}

static char **
list_keys (GKeyFile *file, const char *group)
{
  return g_key_file_get_keys (file, group, NULL, NULL);
}

static char *
get_text (GKeyFile *file, const char *group, const char *key, GError **error)
{
  g_autoptr (GError) cause = NULL;
  char *text = g_key_file_get_string (file, group, key, &cause);

  if (!text)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "[%s] %s cannot be read: %s", group, key,
                   cause->message);
      return NULL;
    }
  return g_strstrip (text);
}

static GHashTable *
new_values (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static bool
read_step (TrpExperiment *self,
           GKeyFile *file,
           const char *group,
           TrpStepKind kind,
           const char *name,
           GError **error)
{
  g_auto (GStrv) keys = list_keys (file, group);
  TrpExperimentStep *step = g_new0 (TrpExperimentStep, 1);

  step->kind = kind;
  step->name = g_strdup (name);
  step->values = new_values ();
  if (trp_experiment_find_step (self, name))
    {
      free_step (step);
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Two steps are called \"%s\"", name);
      return false;
    }
  g_ptr_array_add (self->steps, step);
  for (size_t n = 0; keys[n]; n++)
    {
      char *text = get_text (file, group, keys[n], error);

      if (!text)
        return false;
      g_hash_table_insert (step->values, g_strdup (keys[n]), text);
      if (!check_key (kind, name, keys[n], text, error))
        return false;
    }
  return true;
}

/* STEP.KEY */
static bool
read_change (const TrpExperiment *self,
             GKeyFile *file,
             const char *group,
             const char *name,
             GPtrArray *changes,
             GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, ".", 2);
  const TrpExperimentStep *step = parts[0] && parts[1] ? trp_experiment_find_step (self, parts[0])
                                                       : NULL;
  g_autofree char *text = get_text (file, group, name, error);
  TrpExperimentChange *change;

  if (!text)
    return false;
  if (!step)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "[%s] %.60s: there is no such key, nor a step of this name", group, name);
      return false;
    }
  if (!check_key (step->kind, step->name, parts[1], text, error))
    {
      g_prefix_error (error, "[%s] ", group);
      return false;
    }
  change = g_new (TrpExperimentChange, 1);
  change->step = g_strdup (parts[0]);
  change->key = g_strdup (parts[1]);
  change->value = g_steal_pointer (&text);
  g_ptr_array_add (changes, change);
  return true;
}

static bool
read_arm_key (TrpExperiment *self,
              GKeyFile *file,
              const char *group,
              const char *key,
              TrpExperimentArm *arm,
              GError **error)
{
  g_autofree char *text = NULL;

  if (strcmp (key, "description") != 0 && strcmp (key, "evaluate") != 0 &&
      strcmp (key, "from") != 0)
    return read_change (self, file, group, key, arm->changes, error);
  text = get_text (file, group, key, error);
  if (!text)
    return false;
  if (*key == 'd')
    {
      g_free (arm->description);
      arm->description = g_steal_pointer (&text);
    }
  else if (*key == 'f')
    {
      g_free (arm->from);
      arm->from = g_steal_pointer (&text);
    }
  else
    {
      g_strfreev (arm->evaluate);
      arm->evaluate = trp_experiment_split (text);
    }
  return true;
}

static bool
check_arm (const TrpExperiment *self, const TrpExperimentArm *arm, GError **error)
{
  for (size_t n = 0; arm->evaluate[n]; n++)
    {
      const TrpExperimentStep *step = trp_experiment_find_step (self, arm->evaluate[n]);

      if (!step || step->kind != TRP_STEP_EVALUATE)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       "[arm %s] evaluate = %s: there is no evaluation of this name", arm->name,
                       arm->evaluate[n]);
          return false;
        }
    }
  if (arm->from && !trp_experiment_find_arm (self, arm->from))
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "[arm %s] from = %s: no arm of this name stands before it", arm->name, arm->from);
  else if (!arm->evaluate[0] && !arm->from)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "[arm %s] evaluates nothing", arm->name);
  else
    return true;
  return false;
}

static bool
read_arm (TrpExperiment *self, GKeyFile *file, const char *group, const char *name, GError **error)
{
  g_auto (GStrv) keys = list_keys (file, group);
  TrpExperimentArm *arm = g_new0 (TrpExperimentArm, 1);

  arm->name = g_strdup (name);
  arm->description = g_strdup ("");
  arm->evaluate = g_new0 (char *, 1);
  arm->changes = g_ptr_array_new_with_free_func (free_change);
  arm->small_changes = g_ptr_array_new_with_free_func (free_change);
  for (size_t n = 0; keys[n]; n++)
    if (!read_arm_key (self, file, group, keys[n], arm, error))
      {
        free_arm (arm);
        return false;
      }
  if (!check_arm (self, arm, error))
    {
      free_arm (arm);
      return false;
    }
  g_ptr_array_add (self->arms, arm);
  return true;
}

static bool
read_small (
  TrpExperiment *self, GKeyFile *file, const char *group, const char *name, GError **error)
{
  g_auto (GStrv) keys = list_keys (file, group);
  const TrpExperimentArm *arm = name ? trp_experiment_find_arm (self, name) : NULL;

  if (name && !arm)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "[%s]: no arm of this name stands before it",
                   group);
      return false;
    }
  for (size_t n = 0; keys[n]; n++)
    if (!read_change (self, file, group, keys[n], arm ? arm->small_changes : self->small_changes,
                      error))
      return false;
  return true;
}

static bool
read_sheet (GKeyFile *file,
            const char *group,
            const char *name,
            const char *const *known,
            GPtrArray *sheets,
            GError **error)
{
  g_auto (GStrv) keys = list_keys (file, group);
  TrpExperimentSheet *sheet = g_new0 (TrpExperimentSheet, 1);

  sheet->name = g_strdup (name);
  sheet->values = new_values ();
  g_ptr_array_add (sheets, sheet);
  for (size_t n = 0; keys[n]; n++)
    {
      char *text;

      if (!g_strv_contains (known, keys[n]))
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "[%s] has an unknown key \"%.60s\"",
                       group, keys[n]);
          return false;
        }
      text = get_text (file, group, keys[n], error);
      if (!text)
        return false;
      g_hash_table_insert (sheet->values, g_strdup (keys[n]), text);
    }
  return true;
}

/* A box plot is of one metric, the others are of volumes. */
static bool
check_figure (const TrpExperimentSheet *sheet, GError **error)
{
  const char *kind = trp_experiment_sheet_get (sheet, "kind");
  const bool is_box = strcmp (kind, "box") == 0;

  if (!is_box && strcmp (kind, "scatter") != 0 && strcmp (kind, "bland-altman") != 0)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "[figure %s] kind = \"%.60s\" is none of box, scatter and bland-altman",
                 sheet->name, kind);
  else if (is_box && !*trp_experiment_sheet_get (sheet, "metric"))
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "[figure %s] does not say metric",
                 sheet->name);
  else
    return true;
  return false;
}

#define MAX_SEED 1000000000 /* sets add to it; results keep it as int */

static bool
read_seeds (const char *key, const char *text, GArray *seeds, GError **error)
{
  g_auto (GStrv) words = trp_experiment_split (text);

  for (size_t n = 0; words[n]; n++)
    {
      guint64 seed;

      if (!g_ascii_string_to_unsigned (words[n], 10, 0, MAX_SEED, &seed, NULL))
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       "[experiment] %s: \"%.60s\" is no whole number from 0 to %d", key, words[n],
                       MAX_SEED);
          return false;
        }
      g_array_append_val (seeds, seed);
    }
  return true;
}

static void
take_text (GKeyFile *file, const char *key, char **out_text)
{
  *out_text = g_key_file_get_string (file, "experiment", key, NULL);
  if (!*out_text)
    *out_text = g_strdup ("");
}

static bool
read_head (TrpExperiment *self, GKeyFile *file, GError **error)
{
  g_auto (GStrv) keys = list_keys (file, "experiment");
  g_autofree char *seeds = NULL, *small_seeds = NULL, *threads = NULL;
  guint64 n_threads = 0;

  for (size_t n = 0; keys && keys[n]; n++)
    if (!g_strv_contains (head_keys, keys[n]))
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "[experiment] has an unknown key \"%.60s\"", keys[n]);
        return false;
      }
  take_text (file, "name", &self->title);
  take_text (file, "description", &self->description);
  take_text (file, "paper", &self->paper);
  take_text (file, "notes", &self->notes);
  take_text (file, "seeds", &seeds);
  take_text (file, "small_seeds", &small_seeds);
  take_text (file, "threads", &threads);
  if (*threads && !g_ascii_string_to_unsigned (threads, 10, 0, 1024, &n_threads, NULL))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "[experiment] threads = \"%.60s\" is no whole number from 0 to 1024", threads);
      return false;
    }
  self->threads = (int) n_threads;
  return read_seeds ("seeds", *seeds ? seeds : "1", self->seeds, error) &&
         read_seeds ("small_seeds", small_seeds, self->small_seeds, error);
}

static bool
read_group (TrpExperiment *self, GKeyFile *file, const char *group, GError **error)
{
  g_auto (GStrv) words = g_strsplit (group, " ", 2);
  TrpStepKind kind;

  if (strcmp (group, "experiment") == 0)
    return true;
  if (strcmp (group, "small") == 0)
    return read_small (self, file, group, NULL, error);
  if (words[0] && words[1])
    {
      if (!check_name (words[1], error))
        return false;
      if (trp_step_kind_find (words[0], &kind))
        return read_step (self, file, group, kind, words[1], error);
      if (strcmp (words[0], "arm") == 0)
        return read_arm (self, file, group, words[1], error);
      if (strcmp (words[0], "small") == 0)
        return read_small (self, file, group, words[1], error);
      if (strcmp (words[0], "table") == 0)
        return read_sheet (file, group, words[1], table_keys, self->tables, error);
      if (strcmp (words[0], "figure") == 0)
        return read_sheet (file, group, words[1], figure_keys, self->figures, error) &&
               check_figure (self->figures->pdata[self->figures->len - 1], error);
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "The experiment has an unknown group [%.60s]",
               group);
  return false;
}

TrpExperiment *
trp_experiment_parse (const char *text, size_t size, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (TrpExperiment) self = new_experiment (text, size);
  g_autoptr (GError) cause = NULL;
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_data (file, text, size, G_KEY_FILE_NONE, &cause))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "The experiment is no key file: %.200s",
                   cause->message);
      return NULL;
    }
  if (!read_head (self, file, error))
    return NULL;
  groups = g_key_file_get_groups (file, NULL);
  for (size_t n = 0; groups[n]; n++)
    if (!read_group (self, file, groups[n], error))
      return NULL;
  if (self->arms->len > 0)
    return g_steal_pointer (&self);
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "The experiment has no arm");
  return NULL;
}
