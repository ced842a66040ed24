/* map-file.c - see map-file.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/map-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
check_regular (int fd, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "Cannot be read: %s", g_strerror (errno));
      return false;
    }
  if (!S_ISREG (status.st_mode))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, "This is not a file");
      return false;
    }
  if (status.st_size == 0)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT, "The file is empty");
      return false;
    }
  return true;
}

GBytes *
trp_file_map (const char *path, GError **error)
{
  /* not to hang on a pipe before it is seen to be one */
  const int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  g_autoptr (GMappedFile) mapped = NULL;
  g_autoptr (GError) reason = NULL;

  if (fd < 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "Cannot be opened: %s", g_strerror (errno));
      return NULL;
    }
  if (check_regular (fd, error))
    {
      mapped = g_mapped_file_new_from_fd (fd, FALSE, &reason);
      if (!mapped)
        g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "Cannot be read: %s", reason->message);
    }
  (void) close (fd);
  return mapped ? g_mapped_file_get_bytes (mapped) : NULL;
}
