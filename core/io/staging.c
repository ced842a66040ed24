/* staging.c - see staging.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/staging.h"

#include "core/io/atomic-write.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

struct _TrpStaging
{
  char *folder;
};

/* The folder of the file itself where @path is a link: names move within one file system only. */
static char *
find_folder (const char *path)
{
  char *real = realpath (path, NULL);
  char *folder = g_path_get_dirname (real ? real : path);

  free (real);
  return folder;
}

/* What cannot be replaced is said before anything is. */
static bool
check_place (const char *path, GError **error)
{
  g_autoptr (TrpAtomicWrite) file = trp_atomic_write_new (path, error);

  return file != NULL;
}

TrpStaging *
trp_staging_new (const char *path, GError **error)
{
  g_autofree char *beside = find_folder (path);
  g_autoptr (TrpStaging) self = g_new0 (TrpStaging, 1);
  int code;

  if (!check_place (path, error))
    return NULL;
  self->folder = g_build_filename (beside, ".saving-XXXXXX", NULL);
  if (g_mkdtemp (self->folder))
    return g_steal_pointer (&self);
  code = errno;
  g_clear_pointer (&self->folder, g_free);
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "A folder to save in cannot be made: %s",
               g_strerror (code));
  return NULL;
}

typedef void (*FileFunction) (const char *path);

static void
for_each_file (const TrpStaging *self, FileFunction function)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      function (path);
    }
}

static void
remove_file (const char *path)
{
  (void) g_unlink (path);
}

void
trp_staging_free (TrpStaging *self)
{
  if (!self)
    return;
  if (self->folder)
    {
      for_each_file (self, remove_file);
      (void) g_rmdir (self->folder);
    }
  g_free (self->folder);
  g_free (self);
}

char *
trp_staging_dup_path (const TrpStaging *self, const char *place)
{
  g_autofree char *name = g_path_get_basename (place);

  return g_build_filename (self->folder, name, NULL);
}

/* Only what has reached the disk leaves memory; atomic-write has seen to that. */
static void
forget_file (const char *path)
{
  const int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (fd < 0)
    return;
  (void) posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
  (void) close (fd);
}

void
trp_staging_forget_pages (const TrpStaging *self)
{
  for_each_file (self, forget_file);
}

static bool
is_table (const char *name)
{
  return g_str_has_suffix (name, ".labels.csv");
}

/* The images first: names without voxels would be worse than voxels without names. */
static int
compare_names (const void *a, const void *b)
{
  const char *left = *(const char *const *) a, *right = *(const char *const *) b;

  return is_table (left) != is_table (right) ? is_table (left) - is_table (right)
                                             : g_strcmp0 (left, right);
}

static GPtrArray *
list_names (const TrpStaging *self, GError **error)
{
  g_autoptr (GDir) files = g_dir_open (self->folder, 0, error);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (files && (name = g_dir_read_name (files)))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

bool
trp_staging_commit (TrpStaging *self, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = list_names (self, error);
  g_autoptr (GPtrArray)
    files = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_atomic_write_free);

  for (guint n = 0; n < names->len; n++)
    {
      g_autofree char *complete = g_build_filename (self->folder, names->pdata[n], NULL);
      g_autofree char *place = g_build_filename (folder, names->pdata[n], NULL);
      TrpAtomicWrite *file = trp_atomic_write_new (place, error);

      if (file)
        g_ptr_array_add (files, file);
      if (!file || !trp_atomic_write_take (file, complete, error))
        return false;
    }
  for (guint n = 0; n < files->len; n++)
    if (!trp_atomic_write_commit (files->pdata[n], error))
      return false;
  return names->len > 0;
}
