/* node-file.c - see node-file.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/node-file.h"

#include "core/base/json.h"
#include "core/io/atomic-write.h"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#define NAME "node.json"

static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : "";
}

static bool
has_file (const char *folder, JsonNode *entry)
{
  JsonObject *file = JSON_NODE_HOLDS_OBJECT (entry) ? json_node_get_object (entry) : NULL;
  g_autofree char *name = file ? g_path_get_basename (get_string (file, "file")) : NULL;
  g_autofree char *path = file ? g_build_filename (folder, name, NULL) : NULL;
  JsonNode *bytes = file ? json_object_get_member (file, "bytes") : NULL;
  GStatBuf status;

  return bytes && JSON_NODE_HOLDS_VALUE (bytes) && g_stat (path, &status) == 0 &&
         (gint64) status.st_size == json_node_get_int (bytes);
}

bool
trp_node_file_is_done (const char *folder, const char *key)
{
  g_autofree char *path = g_build_filename (folder, NAME, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;
  JsonNode *files;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return false;
  root = trp_json_parse (text);
  object = root && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  files = object ? json_object_get_member (object, "files") : NULL;
  if (!files || !JSON_NODE_HOLDS_ARRAY (files) || strcmp (get_string (object, "key"), key) != 0 ||
      strcmp (get_string (object, "state"), "done") != 0)
    return false;
  for (guint n = 0; n < json_array_get_length (json_node_get_array (files)); n++)
    if (!has_file (folder, json_array_get_element (json_node_get_array (files), n)))
      return false;
  return true;
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static int
compare_texts (const void *a, const void *b)
{
  return strcmp (a, b);
}

static void
add_settings (JsonBuilder *builder, const TrpNode *node)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (node->values), compare_texts);

  json_builder_set_member_name (builder, "settings");
  json_builder_begin_object (builder);
  for (const GList *at = keys; at; at = at->next)
    add_text (builder, at->data, trp_node_get_text (node, at->data));
  json_builder_end_object (builder);
}

static void
add_inputs (JsonBuilder *builder, const TrpNode *node)
{
  json_builder_set_member_name (builder, "inputs");
  json_builder_begin_object (builder);
  for (guint n = 0; n < node->data->len; n++)
    add_text (builder, trp_node_get_input (node, n)->node->name,
              trp_node_get_input (node, n)->node->key);
  if (node->model)
    add_text (builder, node->model->name, node->model->key);
  json_builder_end_object (builder);
}

static void
add_uses (JsonBuilder *builder, const TrpNode *node)
{
  json_builder_set_member_name (builder, "uses");
  json_builder_begin_array (builder);
  for (guint n = 0; n < node->uses->len; n++)
    json_builder_add_string_value (builder, node->uses->pdata[n]);
  json_builder_end_array (builder);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Plain files of the folder, without this one; what a killed save has left is not worth a hash. */
static GPtrArray *
list_files (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  const char *name;

  while (entries && (name = g_dir_read_name (entries)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (*name != '.' && strcmp (name, NAME) != 0 && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

static bool
add_files (JsonBuilder *builder, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = list_files (folder);
  g_autoptr (TrpFileHashes) hashes = trp_file_hashes_new (NULL);

  json_builder_set_member_name (builder, "files");
  json_builder_begin_array (builder);
  for (guint n = 0; n < names->len; n++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[n], NULL);
      g_autofree char *hash = trp_file_hashes_get (hashes, path, error);
      GStatBuf status;

      if (!hash || g_stat (path, &status) != 0)
        return false;
      json_builder_begin_object (builder);
      add_text (builder, "file", names->pdata[n]);
      json_builder_set_member_name (builder, "bytes");
      json_builder_add_int_value (builder, (gint64) status.st_size);
      add_text (builder, "sha256", hash);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  return true;
}

bool
trp_node_file_write (const TrpExperimentPlan *plan,
                     const TrpNode *node,
                     double seconds,
                     GError **error)
{
  g_autofree char *folder = trp_plan_dup_folder (plan, node);
  g_autofree char *path = g_build_filename (folder, NAME, NULL);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  add_text (builder, "step", trp_step_kind_get (node->step->kind)->name);
  add_text (builder, "name", node->step->name);
  add_text (builder, "title", node->title);
  add_text (builder, "key", node->key);
  add_text (builder, "state", "done");
  add_text (builder, "triptych", TRP_VERSION);
  add_text (builder, "device", plan->options->device ? plan->options->device : "auto");
  json_builder_set_member_name (builder, "seconds");
  json_builder_add_double_value (builder, seconds);
  add_settings (builder, node);
  add_inputs (builder, node);
  add_uses (builder, node);
  if (!add_files (builder, folder, error))
    return false;
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  return trp_write_file (path, text, strlen (text), error);
}
