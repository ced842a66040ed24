/* broken-disk.c - see broken-disk.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/broken-disk.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static TrpDiskFault fault;
static char *part;
static gssize at;
static uint8_t flip;
static unsigned n_faults;

void
trp_test_break_disk (TrpDiskFault new_fault, const char *new_part, gssize new_at, uint8_t new_flip)
{
  fault = new_fault;
  g_free (part);
  part = g_strdup (new_part);
  at = new_at;
  flip = new_flip;
  n_faults = 0;
}

unsigned
trp_test_count_disk_faults (void)
{
  return n_faults;
}

static bool
is_meant (int fd)
{
  char link[64], path[4096];
  ssize_t length;

  g_snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink (link, path, sizeof path - 1);
  return length > 0 && memmem (path, (size_t) length, part, strlen (part));
}

/* In front of the C library's. */
ssize_t
write (int fd, const void *bytes, size_t size)
{
  const size_t place = at < 0 ? size - MIN (size, (size_t) -at) : (size_t) at;
  uint8_t *others;
  ssize_t n_written;

  if (fault == TRP_DISK_WORKS || place >= size || !is_meant (fd))
    return syscall (SYS_write, fd, bytes, size);
  n_faults++;
  if (fault == TRP_DISK_LOSES_BYTES)
    {
      (void) syscall (SYS_write, fd, bytes, place);
      return (ssize_t) size;
    }
  others = g_memdup2 (bytes, size);
  others[place] ^= flip;
  n_written = syscall (SYS_write, fd, others, size);
  g_free (others);
  return n_written;
}
