/* atomic-write.c - see atomic-write.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/atomic-write.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NAME 255 /* bytes, on the common file systems */

struct _TrpAtomicWrite
{
  char *path;
  char *temporary;
  int fd;
  bool is_new;     /* nothing is replaced */
  unsigned rights; /* of the old file */
};

static bool
fail (const TrpAtomicWrite *self, const char *what, GError **error)
{
  const int code = errno;
  g_autofree char *name = g_path_get_basename (self->path);

  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "%s cannot be %s: %s%s", name, what,
               g_strerror (code), self->is_new ? "" : "; the old file is untouched");
  return false;
}

/* What a link points to is replaced, not the link. */
static char *
follow_links (const char *path)
{
  char *real = realpath (path, NULL);
  char *copy = g_strdup (real ? real : path);

  free (real);
  return copy;
}

/* A rename would replace write-protected files too, and folders only sometimes. */
static bool
look_at_old (TrpAtomicWrite *self, GError **error)
{
  struct stat status;

  self->is_new = stat (self->path, &status) != 0;
  if (self->is_new)
    return true;
  self->rights = status.st_mode & 0777;
  errno = S_ISDIR (status.st_mode)                                    ? EISDIR
          : !S_ISREG (status.st_mode)                                 ? EINVAL
          : (self->rights & 0222) == 0 || g_access (self->path, W_OK) ? EACCES
                                                                      : 0;
  return errno == 0 || fail (self, "replaced", error);
}

/* With the same extensions, and no longer than file systems take. */
static char *
make_name (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  const size_t length = strlen (name);

  return g_strdup_printf ("%s/.%08x.%s", folder, (unsigned) g_random_int (),
                          name + (length > MAX_NAME - 10 ? length - (MAX_NAME - 10) : 0));
}

bool
trp_atomic_write_is_leftover (const char *name, const char *target)
{
  return strlen (name) == 10 + strlen (target) && name[0] == '.' &&
         strspn (name + 1, "0123456789abcdef") == 8 && name[9] == '.' &&
         strcmp (name + 10, target) == 0;
}

TrpAtomicWrite *
trp_atomic_write_new (const char *path, GError **error)
{
  g_autoptr (TrpAtomicWrite) self = g_new0 (TrpAtomicWrite, 1);

  self->fd = -1;
  self->path = follow_links (path);
  if (!look_at_old (self, error))
    return NULL;
  for (unsigned attempt = 0; attempt < 100 && self->fd < 0; attempt++)
    {
      g_free (self->temporary);
      self->temporary = make_name (self->path);
      self->fd = g_open (self->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                         self->is_new ? 0666 : 0600);
      if (self->fd < 0 && errno != EEXIST)
        break;
    }
  if (self->fd >= 0)
    return g_steal_pointer (&self);
  (void) fail (self, "created", error);
  return NULL;
}

bool
trp_atomic_write_append (TrpAtomicWrite *self, const void *bytes, size_t size, GError **error)
{
  const uint8_t *next = bytes;

  while (size > 0)
    {
      const ssize_t n_written = write (self->fd, next, size);

      if (n_written < 0 && errno == EINTR)
        continue;
      if (n_written < 0)
        return fail (self, "written", error);
      next += n_written;
      size -= (size_t) n_written;
    }
  return true;
}

const char *
trp_atomic_write_get_temporary_path (const TrpAtomicWrite *self)
{
  return self->temporary;
}

/* The new name must survive a power cut too, not only the bytes. */
static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  const int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd < 0)
    return;
  (void) fsync (fd); /* some file systems refuse it for folders; the rename has been done */
  (void) close (fd);
}

/* A library that writes by name may have replaced the file behind our descriptor, so sync what the
 * name points to. */
static bool
sync_file (TrpAtomicWrite *self)
{
  const int fd = g_open (self->temporary, O_RDONLY | O_CLOEXEC, 0);
  const bool ok = fd >= 0 && fsync (fd) == 0;

  return (fd < 0 || close (fd) == 0) && ok;
}

/* Who could not read the old file must not read the new one. Group and owner are the writer's. */
static bool
keep_rights (const TrpAtomicWrite *self)
{
  return self->is_new || g_chmod (self->temporary, (int) self->rights) == 0;
}

bool
trp_atomic_write_commit (TrpAtomicWrite *self, GError **error)
{
  const int fd = self->fd;

  g_return_val_if_fail (fd >= 0, false);
  self->fd = -1;
  if (close (fd) != 0 || !keep_rights (self) || !sync_file (self) ||
      g_rename (self->temporary, self->path) != 0)
    {
      (void) fail (self, "saved", error);
      (void) g_unlink (self->temporary);
      return false;
    }
  sync_folder (self->path);
  return true;
}

void
trp_atomic_write_free (TrpAtomicWrite *self)
{
  if (!self)
    return;
  if (self->fd >= 0)
    {
      (void) close (self->fd);
      (void) g_unlink (self->temporary);
    }
  g_free (self->path);
  g_free (self->temporary);
  g_free (self);
}

bool
trp_atomic_write_take (TrpAtomicWrite *self, const char *complete, GError **error)
{
  g_autoptr (GMappedFile) map = NULL;

  if (g_rename (complete, self->temporary) == 0)
    return true;
  if (errno != EXDEV)
    return fail (self, "saved", error);
  map = g_mapped_file_new (complete, FALSE, NULL);
  return map ? trp_atomic_write_append (self, g_mapped_file_get_contents (map),
                                        g_mapped_file_get_length (map), error)
             : fail (self, "saved", error);
}

bool
trp_write_file (const char *path, const void *bytes, size_t size, GError **error)
{
  g_autoptr (TrpAtomicWrite) file = trp_atomic_write_new (path, error);

  return file && trp_atomic_write_append (file, bytes, size, error) &&
         trp_atomic_write_commit (file, error);
}
