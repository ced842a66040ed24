/* memory.c - see memory.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/memory.h"

#include <string.h>

size_t
trp_memory_get_available (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return 0;
  line = strstr (text, "MemAvailable:");
  return line ? (size_t) g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024 : 0;
}

bool
trp_memory_check (size_t bytes, const char *what, const char *advice, GError **error)
{
  const size_t available = trp_memory_get_available ();
  g_autofree char *total = NULL, *there = NULL;

  if (available == 0 || bytes <= available)
    return true;
  total = g_format_size (bytes);
  there = g_format_size (available);
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "%s needs %s of memory and %s are free; %s", what,
               total, there, advice);
  return false;
}
