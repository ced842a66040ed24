/* run-list.c - the checkpoints of a run's folder; see run-folder.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Everything comes from the metadata of the files themselves, so a folder may have been moved or
 * thinned out.
 */

#include "core/base/json.h"
#include "core/method/checkpoint.h"
#include "core/method/run-folder.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

void
trp_run_checkpoint_free (TrpRunCheckpoint *self)
{
  if (!self)
    return;
  g_free (self->path);
  g_free (self->score);
  g_free (self);
}

static JsonObject *
get_object (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const char *
peek_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

static int
get_step (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "step");

  return node && JSON_NODE_HOLDS_VALUE (node) ? (int) CLAMP (json_node_get_int (node), -1, G_MAXINT)
                                              : -1;
}

/* The trainer's own choice is the first column after the step. */
static void
read_score (TrpRunCheckpoint *self, const TrpSafetensors *file)
{
  g_autoptr (TrpRecipe) recipe = trp_checkpoint_parse_recipe (file, NULL);
  const char *text = trp_safetensors_peek_metadata (file, "validation");
  g_auto (GStrv) lines = g_strsplit (text ? text : "", "\n", -1);
  g_auto (GStrv) names = g_strsplit (lines[0] ? lines[0] : "", ",", -1);
  g_auto (GStrv) fields = NULL;
  guint n_lines = g_strv_length (lines), column = 1;

  while (n_lines > 0 && lines[n_lines - 1][0] == '\0')
    n_lines--;
  if (!recipe || n_lines < 2 || g_strv_length (names) < 2)
    return;
  for (guint n = 1; names[n]; n++)
    if (strcmp (names[n], recipe->schedule.score) == 0)
      column = n;
  fields = g_strsplit (lines[n_lines - 1], ",", -1);
  if (g_strv_length (fields) != g_strv_length (names))
    return;
  self->score = g_strdup (names[column]);
  self->value = g_ascii_strtod (fields[column], NULL);
}

static void
read_best (TrpRunCheckpoint *self, JsonObject *best)
{
  JsonNode *value = json_object_get_member (best, "value");

  self->is_best = true;
  self->score = g_strdup (peek_string (best, "score"));
  if (value && JSON_NODE_HOLDS_VALUE (value))
    self->value = json_node_get_double (value);
}

static void
add (GPtrArray *list, const char *path)
{
  g_autoptr (TrpSafetensors) file = trp_safetensors_load (path, NULL);
  const char *state = file ? trp_safetensors_peek_metadata (file, "state") : NULL;
  const char *best = file ? trp_safetensors_peek_metadata (file, "best") : NULL;
  g_autoptr (JsonNode) node = state ? trp_json_parse (state) : best ? trp_json_parse (best) : NULL;
  JsonObject *object = get_object (node);
  TrpRunCheckpoint self = { .step = object ? get_step (object) : -1, .value = (double) NAN };
  GStatBuf status;

  if (self.step < 0 || g_stat (path, &status) != 0)
    return;
  if (state)
    read_score (&self, file);
  else
    read_best (&self, object);
  self.path = g_strdup (path);
  self.seconds = status.st_mtime;
  g_ptr_array_add (list, g_memdup2 (&self, sizeof self));
}

static int
compare (const void *a, const void *b)
{
  const TrpRunCheckpoint *one = *(TrpRunCheckpoint *const *) a;
  const TrpRunCheckpoint *other = *(TrpRunCheckpoint *const *) b;

  if (one->is_best != other->is_best)
    return one->is_best ? 1 : -1;
  return one->step != other->step ? (one->step > other->step ? 1 : -1)
                                  : strcmp (one->path, other->path);
}

GPtrArray *
trp_run_folder_list_checkpoints (const char *path)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_run_checkpoint_free);
  g_autofree char *kept = g_build_filename (path, TRP_RUN_KEPT, NULL);
  g_autofree char *last = g_build_filename (path, TRP_RUN_CHECKPOINT, NULL);
  g_autofree char *best = g_build_filename (path, TRP_RUN_BEST, NULL);
  g_autoptr (GDir) entries = g_dir_open (kept, 0, NULL);
  const char *name;

  while (entries && (name = g_dir_read_name (entries)))
    if (g_str_has_suffix (name, ".safetensors") && name[0] != '.')
      {
        g_autofree char *file = g_build_filename (kept, name, NULL);

        add (list, file);
      }
  add (list, last);
  add (list, best);
  g_ptr_array_sort (list, compare);
  return list;
}
