/* settings.c - what the program remembers between runs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/settings.h"

#include <glib/gstdio.h>
#include <math.h>

#define MAX_RECENT 12

struct _TrpSettings
{
  char *path;
  GKeyFile *file;
  char **recent;
};

static void
read_recent (TrpSettings *self)
{
  g_strfreev (self->recent);
  self->recent = g_key_file_get_string_list (self->file, "recent", "paths", NULL, NULL);
  if (!self->recent)
    self->recent = g_new0 (char *, 1);
}

TrpSettings *
trp_settings_new (const char *path)
{
  TrpSettings *self = g_new0 (TrpSettings, 1);

  self->path = path ? g_strdup (path)
                    : g_build_filename (g_get_user_config_dir (), "triptych", "settings.ini", NULL);
  self->file = g_key_file_new ();
  g_key_file_load_from_file (self->file, self->path, G_KEY_FILE_KEEP_COMMENTS, NULL);
  read_recent (self);
  return self;
}

void
trp_settings_free (TrpSettings *self)
{
  if (!self)
    return;
  g_key_file_unref (self->file);
  g_strfreev (self->recent);
  g_free (self->path);
  g_free (self);
}

static void
write_file (TrpSettings *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *text = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  text = g_key_file_to_data (self->file, &length, NULL);
  if (!g_file_set_contents_full (self->path, text, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT,
                                 0600, &error))
    g_debug ("settings: %s", error->message);
}

const char *const *
trp_settings_get_recent (TrpSettings *self)
{
  return (const char *const *) self->recent;
}

void
trp_settings_add_recent (TrpSettings *self, const char *path)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  g_ptr_array_add (paths, (gpointer) path);
  for (char **old = self->recent; *old && paths->len < MAX_RECENT; old++)
    if (g_strcmp0 (*old, path) != 0)
      g_ptr_array_add (paths, *old);
  g_key_file_set_string_list (self->file, "recent", "paths", (const char *const *) paths->pdata,
                              paths->len);
  read_recent (self);
  write_file (self);
}

void
trp_settings_clear_recent (TrpSettings *self)
{
  g_key_file_remove_group (self->file, "recent", NULL);
  read_recent (self);
  write_file (self);
}

bool
trp_settings_get_window (TrpSettings *self, int *out_width, int *out_height, bool *out_maximized)
{
  const int width = g_key_file_get_integer (self->file, "window", "width", NULL);
  const int height = g_key_file_get_integer (self->file, "window", "height", NULL);

  if (width < 200 || height < 200)
    return false;
  *out_width = width;
  *out_height = height;
  *out_maximized = g_key_file_get_boolean (self->file, "window", "maximized", NULL);
  return true;
}

void
trp_settings_set_window (TrpSettings *self, int width, int height, bool maximized)
{
  g_key_file_set_integer (self->file, "window", "width", width);
  g_key_file_set_integer (self->file, "window", "height", height);
  g_key_file_set_boolean (self->file, "window", "maximized", maximized);
  write_file (self);
}

char *
trp_settings_dup_folder (TrpSettings *self)
{
  return g_key_file_get_string (self->file, "files", "folder", NULL);
}

void
trp_settings_set_folder (TrpSettings *self, const char *folder)
{
  g_key_file_set_string (self->file, "files", "folder", folder);
  write_file (self);
}

char **
trp_settings_dup_priority (TrpSettings *self)
{
  return g_key_file_get_string_list (self->file, "files", "priority", NULL, NULL);
}

void
trp_settings_set_priority (TrpSettings *self, const char *const *names)
{
  g_key_file_set_string_list (self->file, "files", "priority", names,
                              g_strv_length ((char **) names));
  write_file (self);
}

double
trp_settings_get_tolerance (TrpSettings *self)
{
  return g_key_file_has_key (self->file, "numbers", "tolerance", NULL)
           ? g_key_file_get_double (self->file, "numbers", "tolerance", NULL)
           : (double) NAN;
}

void
trp_settings_set_tolerance (TrpSettings *self, double tolerance)
{
  g_key_file_set_double (self->file, "numbers", "tolerance", tolerance);
  write_file (self);
}

char *
trp_settings_dup_device (TrpSettings *self)
{
  return g_key_file_get_string (self->file, "compute", "device", NULL);
}

int
trp_settings_get_precision (TrpSettings *self)
{
  return g_key_file_get_integer (self->file, "compute", "precision", NULL);
}

int
trp_settings_get_training_precision (TrpSettings *self)
{
  return g_key_file_get_integer (self->file, "compute", "training-precision", NULL);
}

bool
trp_settings_get_deterministic (TrpSettings *self)
{
  return g_key_file_get_boolean (self->file, "compute", "deterministic", NULL);
}

void
trp_settings_set_compute (
  TrpSettings *self, const char *device, int precision, int training_precision, bool deterministic)
{
  g_autofree char *before = trp_settings_dup_device (self);

  if (g_strcmp0 (before, device) == 0 && trp_settings_get_precision (self) == precision &&
      trp_settings_get_training_precision (self) == training_precision &&
      trp_settings_get_deterministic (self) == deterministic)
    return;
  g_key_file_set_string (self->file, "compute", "device", device);
  g_key_file_set_integer (self->file, "compute", "precision", precision);
  g_key_file_set_integer (self->file, "compute", "training-precision", training_precision);
  g_key_file_set_boolean (self->file, "compute", "deterministic", deterministic);
  write_file (self);
}
