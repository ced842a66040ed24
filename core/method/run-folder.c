/* run-folder.c - see run-folder.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/run-folder.h"

#include "core/io/atomic-write.h"
#include "core/io/png-write.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define MODEL "model.safetensors"
#define LOG "log.csv"
#define VALIDATION "validation.csv"
#define RECIPE "recipe.recipe"

/* A CSV file that grows, and its text. */
typedef struct
{
  char *path;
  GString *text;
} Table;

struct _TrpRunFolder
{
  char *path;
  char *checkpoint;
  char *model;
  char *best;
  char *recipe;
  Table log, validation;
  int lock; /* the folder, open; -1: none */
};

static bool
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0777) == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The folder %s cannot be made: %s", path,
               g_strerror (errno));
  return false;
}

static bool
is_kept_name (const char *name)
{
  const size_t n = strspn (name, "0123456789");

  return n >= 6 && strcmp (name + n, ".safetensors") == 0;
}

static bool
is_leftover (const char *name)
{
  static const char *const targets[] = { TRP_RUN_CHECKPOINT, MODEL, TRP_RUN_BEST, LOG,
                                         VALIDATION,         RECIPE };

  for (size_t n = 0; n < G_N_ELEMENTS (targets); n++)
    if (trp_atomic_write_is_leftover (name, targets[n]))
      return true;
  return false;
}

static bool
is_kept_leftover (const char *name)
{
  const char *target = name[0] == '.' ? strchr (name + 1, '.') : NULL;

  return target && is_kept_name (target + 1) && trp_atomic_write_is_leftover (name, target + 1);
}

static void
remove_files (const char *folder, bool (*is_meant) (const char *name))
{
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  const char *name;

  while (entries && (name = g_dir_read_name (entries)))
    if (is_meant (name))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        (void) g_unlink (path);
      }
}

/* What a run that was killed while saving has left; each may be as large as a checkpoint. */
static void
remove_leftovers (const TrpRunFolder *self)
{
  g_autofree char *kept = g_build_filename (self->path, TRP_RUN_KEPT, NULL);

  remove_files (self->path, is_leftover);
  remove_files (kept, is_kept_leftover);
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
  self->checkpoint = g_build_filename (path, TRP_RUN_CHECKPOINT, NULL);
  self->model = g_build_filename (path, MODEL, NULL);
  self->recipe = g_build_filename (path, RECIPE, NULL);
  self->best = g_build_filename (path, TRP_RUN_BEST, NULL);
  self->log = (Table){ g_build_filename (path, LOG, NULL), g_string_new (NULL) };
  self->validation = (Table){ g_build_filename (path, VALIDATION, NULL), g_string_new (NULL) };
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
                   "The folder %s holds no training to resume (there is no " TRP_RUN_CHECKPOINT ")",
                   path);
      return NULL;
    }
  return make_folder (previews, error) ? g_steal_pointer (&self) : NULL;
}

static void
clear_table (Table *table)
{
  g_free (table->path);
  g_string_free (table->text, TRUE);
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
  g_free (self->best);
  clear_table (&self->log);
  clear_table (&self->validation);
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
trp_run_folder_get_best (const TrpRunFolder *self)
{
  return self->best;
}

char *
trp_run_folder_make_kept (TrpRunFolder *self, int step, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%06d.safetensors", step);
  g_autofree char *folder = g_build_filename (self->path, TRP_RUN_KEPT, NULL);

  return make_folder (folder, error) ? g_build_filename (folder, name, NULL) : NULL;
}

void
trp_run_folder_forget_attempt (TrpRunFolder *self)
{
  g_autofree char *folder = g_build_filename (self->path, TRP_RUN_KEPT, NULL);

  (void) g_unlink (self->best);
  remove_files (folder, is_kept_name);
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

/* --- tables --- */

static bool
rewrite (Table *table, const char *text, GError **error)
{
  g_string_assign (table->text, text ? text : "");
  return trp_write_file (table->path, table->text->str, table->text->len, error);
}

/* A row is appended, so that a reader can follow the file; the whole is in the checkpoint too. */
static bool
append (Table *table, const char *row, GError **error)
{
  FILE *file = fopen (table->path, "a");
  const bool ok = file && fputs (row, file) >= 0;

  g_string_append (table->text, row);
  if ((file && fclose (file) != 0) || !ok)
    {
      g_autofree char *name = g_path_get_basename (table->path);

      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "%s cannot be written: %s", name,
                   g_strerror (errno));
      return false;
    }
  return true;
}

static char *
make_header (const char *first, const char *const *names, size_t n)
{
  g_autoptr (GString) header = g_string_new (first);

  for (size_t i = 0; i < n; i++)
    g_string_append_printf (header, ",%s", names[i]);
  g_string_append_c (header, '\n');
  return g_strdup (header->str);
}

const char *
trp_run_folder_get_log (const TrpRunFolder *self)
{
  return self->log.text->str;
}

const char *
trp_run_folder_get_validation (const TrpRunFolder *self)
{
  return self->validation.text->len ? self->validation.text->str : NULL;
}

bool
trp_run_folder_restore_log (TrpRunFolder *self,
                            const char *log,
                            const char *validation,
                            GError **error)
{
  return rewrite (&self->log, log, error) &&
         (!validation || rewrite (&self->validation, validation, error));
}

bool
trp_run_folder_start_log (TrpRunFolder *self, const char *const *columns, size_t n, GError **error)
{
  g_autofree char *header = make_header ("step,seconds,rate", columns, n);

  return rewrite (&self->log, header, error);
}

bool
trp_run_folder_start_validation (TrpRunFolder *self,
                                 const char *const *names,
                                 size_t n,
                                 GError **error)
{
  g_autofree char *header = make_header ("step", names, n);

  return rewrite (&self->validation, header, error);
}

static void
add_values (GString *row, const double *values, size_t n)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (size_t i = 0; i < n; i++)
    g_string_append_printf (row, ",%s", g_ascii_formatd (number, sizeof number, "%.6g", values[i]));
  g_string_append_c (row, '\n');
}

bool
trp_run_folder_add_log (TrpRunFolder *self, const TrpTrainLog *log, double rate, GError **error)
{
  g_autoptr (GString) row = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (row, "%d,%s", log->step,
                          g_ascii_formatd (number, sizeof number, "%.3f", log->seconds));
  g_string_append_printf (row, ",%s", g_ascii_formatd (number, sizeof number, "%.9g", rate));
  add_values (row, log->values, log->n);
  return append (&self->log, row->str, error);
}

bool
trp_run_folder_add_scores (TrpRunFolder *self, const TrpTrainScores *scores, GError **error)
{
  g_autoptr (GString) row = g_string_new (NULL);

  g_string_append_printf (row, "%d", scores->step);
  add_values (row, scores->values, scores->n);
  return append (&self->validation, row->str, error);
}

char *
trp_run_folder_write_preview (
  TrpRunFolder *self, int step, size_t width, size_t height, const uint8_t *grey, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%06d.png", step);
  g_autofree char *path = g_build_filename (self->path, "previews", name, NULL);

  return trp_png_write_grey (path, width, height, grey, error) ? g_steal_pointer (&path) : NULL;
}
