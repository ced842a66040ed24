/* train-last.c - see train-last.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-last.h"

#include <string.h>

#define LAST "last"
/* Not "runs", under which older versions wrote a folder beside the list that nobody had chosen. */
#define PLACE "place"
#define RUN_PREFIX "run-" /* before a hash of the folder: a group's name cannot hold any path */

void
trp_train_last_clear (TrpTrainLast *self)
{
  g_clear_pointer (&self->recipe, g_free);
  g_clear_pointer (&self->list, g_free);
  g_clear_pointer (&self->place, g_free);
}

static char *
dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "triptych", "train.ini", NULL);
}

static GKeyFile *
open_file (void)
{
  g_autofree char *path = dup_path ();
  GKeyFile *file = g_key_file_new ();

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  return file;
}

static void
write_file (GKeyFile *file)
{
  g_autofree char *path = dup_path (), *folder = g_path_get_dirname (path);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_mkdir_with_parents (folder, 0700);
  text = g_key_file_to_data (file, &length, NULL);
  if (!g_file_set_contents_full (path, text, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &error))
    g_debug ("train.ini: %s", error->message);
}

static char *
name_group (const char *folder)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, folder, -1);

  return g_strconcat (RUN_PREFIX, hash, NULL);
}

static TrpTrainLast
read_group (GKeyFile *file, const char *group)
{
  TrpTrainLast last = { .recipe = g_key_file_get_string (file, group, "recipe", NULL),
                        .list = g_key_file_get_string (file, group, "list", NULL),
                        .place = g_key_file_get_string (file, group, PLACE, NULL),
                        .fold = -1 };

  if (g_key_file_has_key (file, group, "fold", NULL))
    last.fold = g_key_file_get_integer (file, group, "fold", NULL);
  return last;
}

TrpTrainLast
trp_train_last_load (void)
{
  g_autoptr (GKeyFile) file = open_file ();

  return read_group (file, LAST);
}

TrpTrainLast
trp_train_last_load_run (const char *folder)
{
  g_autoptr (GKeyFile) file = open_file ();
  g_autofree char *group = name_group (folder);

  return read_group (file, group);
}

static void
forget_lost_runs (GKeyFile *file)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (char **group = groups; *group; group++)
    {
      g_autofree char *folder = g_key_file_get_string (file, *group, "folder", NULL);

      if (g_str_has_prefix (*group, RUN_PREFIX) &&
          (!folder || !g_file_test (folder, G_FILE_TEST_IS_DIR)))
        g_key_file_remove_group (file, *group, NULL);
    }
}

static void
set (GKeyFile *file, const char *group, const char *key, const char *value)
{
  if (value)
    g_key_file_set_string (file, group, key, value);
  else
    g_key_file_remove_key (file, group, key, NULL);
}

void
trp_train_last_save (const TrpTrainLast *last, const char *folder)
{
  g_autoptr (GKeyFile) file = open_file ();
  g_autofree char *group = name_group (folder);

  forget_lost_runs (file);
  set (file, LAST, "recipe", last->recipe);
  set (file, LAST, "list", last->list);
  set (file, LAST, PLACE, last->place);
  g_key_file_set_integer (file, LAST, "fold", last->fold);
  set (file, group, "folder", folder);
  set (file, group, "list", last->list);
  g_key_file_set_integer (file, group, "fold", last->fold);
  write_file (file);
}
