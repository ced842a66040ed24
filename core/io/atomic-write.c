/* atomic-write.c - see atomic-write.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/atomic-write.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct _TrpAtomicWrite
{
  char *path;
  char *temporary;
  int fd;
};

static bool
fail (GError **error, const char *what, const char *path)
{
  const int code = errno;
  g_autofree char *name = g_path_get_basename (path);

  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "%s cannot be %s: %s; the old file is untouched",
               name, what, g_strerror (code));
  return false;
}

TrpAtomicWrite *
trp_atomic_write_new (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  TrpAtomicWrite *self = g_new0 (TrpAtomicWrite, 1);

  self->path = g_strdup (path);
  for (unsigned attempt = 0; attempt < 100; attempt++)
    {
      g_free (self->temporary);
      self->temporary = g_strdup_printf ("%s/.%08x.%s", folder, (unsigned) g_random_int (), name);
      self->fd = g_open (self->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (self->fd >= 0)
        return self;
      if (errno != EEXIST)
        break;
    }
  fail (error, "created", path);
  trp_atomic_write_free (self);
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
        return fail (error, "written", self->path);
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

bool
trp_atomic_write_commit (TrpAtomicWrite *self, GError **error)
{
  const int fd = self->fd;

  g_return_val_if_fail (fd >= 0, false);
  self->fd = -1;
  if (close (fd) != 0 || !sync_file (self) || g_rename (self->temporary, self->path) != 0)
    {
      fail (error, "saved", self->path);
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
trp_write_file (const char *path, const void *bytes, size_t size, GError **error)
{
  g_autoptr (TrpAtomicWrite) file = trp_atomic_write_new (path, error);

  return file && trp_atomic_write_append (file, bytes, size, error) &&
         trp_atomic_write_commit (file, error);
}
