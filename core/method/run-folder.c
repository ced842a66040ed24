/* run-folder.c - see run-folder.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/run-folder.h"

#include "core/base/json.h"
#include "core/io/atomic-write.h"
#include "core/io/png-write.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#define CHECKPOINT "checkpoint.safetensors"
#define MODEL "model.safetensors"
#define LOG "log.csv"
#define RECIPE "recipe.recipe"

struct _TrpRunFolder
{
  char *path;
  char *checkpoint;
  char *model;
  char *recipe;
  char *log_path;
  GString *log;
  int lock; /* the folder, open; -1: none */
};

static void
add_uint64 (JsonBuilder *builder, uint64_t value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  json_builder_add_string_value (builder, text);
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
  json_builder_set_member_name (builder, "summed");
  json_builder_add_int_value (builder, state->n_summed);
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
  json_builder_set_member_name (builder, "step");
  json_builder_add_int_value (builder, state->step);
  json_builder_set_member_name (builder, "seed");
  add_uint64 (builder, state->seed);
  json_builder_set_member_name (builder, "restarts");
  json_builder_add_int_value (builder, state->n_restarts);
  add_pools (builder, state);
  add_sums (builder, state);
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
  return true;
}

static bool
is_possible (const TrpRunState *state, const TrpRecipe *recipe)
{
  return state->step >= 0 && state->step <= recipe->steps && state->n_restarts >= 0 &&
         state->n_restarts <= recipe->restarts && state->n_summed >= 0 &&
         state->pool_fill[0] >= 0 && state->pool_fill[0] <= recipe->pool &&
         state->pool_fill[1] >= 0 && state->pool_fill[1] <= recipe->pool;
}

bool
trp_run_state_parse (const char *text,
                     const TrpRecipe *recipe,
                     TrpRunState *out_state,
                     GError **error)
{
  g_autoptr (JsonNode) node = text ? trp_json_parse (text) : NULL;
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  TrpRunState state = { 0 };

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
trp_run_split_to_text (const TrpDataList *list, int fold)
{
  g_autoptr (TrpDataList) train = trp_data_list_select_fold (list, fold, false, NULL);
  g_autoptr (TrpDataList) validate = fold >= 0 ? trp_data_list_select_fold (list, fold, true, NULL)
                                               : NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root_node = NULL;

  json_builder_begin_object (builder);
  add_cases (builder, "train", train);
  add_cases (builder, "validate", validate);
  json_builder_end_object (builder);
  root_node = json_builder_get_root (builder);
  return json_to_string (root_node, FALSE);
}

static bool
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0777) == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The folder %s cannot be made: %s", path,
               g_strerror (errno));
  return false;
}

/* What a run that was killed while saving has left; each may be as large as a checkpoint. */
static void
remove_leftovers (const TrpRunFolder *self)
{
  static const char *const targets[] = { CHECKPOINT, MODEL, LOG, RECIPE };
  g_autoptr (GDir) entries = g_dir_open (self->path, 0, NULL);
  const char *name;

  while (entries && (name = g_dir_read_name (entries)))
    for (size_t n = 0; n < G_N_ELEMENTS (targets); n++)
      if (trp_atomic_write_is_leftover (name, targets[n]))
        {
          g_autofree char *path = g_build_filename (self->path, name, NULL);

          (void) g_unlink (path);
        }
}

/* Held until the run ends, however it ends. File systems without locks go unguarded. */
static bool
lock_folder (TrpRunFolder *self, GError **error)
{
  self->lock = g_open (self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (self->lock >= 0 && flock (self->lock, LOCK_EX | LOCK_NB) == 0)
    {
      remove_leftovers (self);
      return true;
    }
  if (self->lock < 0 || errno != EWOULDBLOCK)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "Another training is running in the folder %s",
               self->path);
  return false;
}

TrpRunFolder *
trp_run_folder_open (const char *path, bool resume, GError **error)
{
  g_autoptr (TrpRunFolder) self = g_new0 (TrpRunFolder, 1);
  g_autofree char *previews = g_build_filename (path, "previews", NULL);

  self->lock = -1;
  self->path = g_strdup (path);
  self->checkpoint = g_build_filename (path, CHECKPOINT, NULL);
  self->model = g_build_filename (path, MODEL, NULL);
  self->recipe = g_build_filename (path, RECIPE, NULL);
  self->log_path = g_build_filename (path, LOG, NULL);
  self->log = g_string_new (NULL);
  if (!resume && trp_run_folder_has_checkpoint (self))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The folder %s holds a training already; resume it or choose another folder",
                   path);
      return NULL;
    }
  if ((!resume && !make_folder (previews, error)) || !lock_folder (self, error))
    return NULL;
  if (resume && !trp_run_folder_has_checkpoint (self))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO,
                   "The folder %s holds no training to resume (there is no " CHECKPOINT ")", path);
      return NULL;
    }
  return make_folder (previews, error) ? g_steal_pointer (&self) : NULL;
}

void
trp_run_folder_free (TrpRunFolder *self)
{
  if (!self)
    return;
  if (self->lock >= 0)
    (void) close (self->lock);
  g_free (self->path);
  g_free (self->checkpoint);
  g_free (self->model);
  g_free (self->recipe);
  g_free (self->log_path);
  g_string_free (self->log, TRUE);
  g_free (self);
}

const char *
trp_run_folder_get_checkpoint (const TrpRunFolder *self)
{
  return self->checkpoint;
}

const char *
trp_run_folder_get_model (const TrpRunFolder *self)
{
  return self->model;
}

const char *
trp_run_folder_get_recipe (const TrpRunFolder *self)
{
  return self->recipe;
}

bool
trp_run_folder_has_checkpoint (const TrpRunFolder *self)
{
  return g_file_test (self->checkpoint, G_FILE_TEST_EXISTS);
}

bool
trp_run_folder_write_recipe (TrpRunFolder *self, const char *text, GError **error)
{
  return trp_write_file (self->recipe, text, strlen (text), error);
}

const char *
trp_run_folder_get_log (const TrpRunFolder *self)
{
  return self->log->str;
}

bool
trp_run_folder_restore_log (TrpRunFolder *self, const char *text, GError **error)
{
  g_string_assign (self->log, text ? text : "");
  return trp_write_file (self->log_path, self->log->str, self->log->len, error);
}

bool
trp_run_folder_start_log (TrpRunFolder *self, const char *const *columns, size_t n, GError **error)
{
  g_autoptr (GString) header = g_string_new ("step,seconds,rate");

  for (size_t i = 0; i < n; i++)
    g_string_append_printf (header, ",%s", columns[i]);
  g_string_append_c (header, '\n');
  return trp_run_folder_restore_log (self, header->str, error);
}

/* A row is appended, so that a reader can follow the file; the whole is in the checkpoint too. */
static bool
append_row (const TrpRunFolder *self, const char *row, GError **error)
{
  FILE *file = fopen (self->log_path, "a");
  const bool ok = file && fputs (row, file) >= 0;

  if ((file && fclose (file) != 0) || !ok)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "log.csv cannot be written: %s",
                   g_strerror (errno));
      return false;
    }
  return true;
}

bool
trp_run_folder_add_log (TrpRunFolder *self, const TrpTrainLog *log, double rate, GError **error)
{
  g_autoptr (GString) row = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (row, "%d,%s", log->step,
                          g_ascii_formatd (number, sizeof number, "%.3f", log->seconds));
  g_string_append_printf (row, ",%s", g_ascii_formatd (number, sizeof number, "%.9g", rate));
  for (size_t n = 0; n < log->n; n++)
    g_string_append_printf (row, ",%s",
                            g_ascii_formatd (number, sizeof number, "%.6g", log->values[n]));
  g_string_append_c (row, '\n');
  g_string_append (self->log, row->str);
  return append_row (self, row->str, error);
}

char *
trp_run_folder_write_preview (
  TrpRunFolder *self, int step, size_t width, size_t height, const uint8_t *grey, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%06d.png", step);
  g_autofree char *path = g_build_filename (self->path, "previews", name, NULL);

  return trp_png_write_grey (path, width, height, grey, error) ? g_steal_pointer (&path) : NULL;
}
