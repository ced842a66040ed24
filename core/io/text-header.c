/* text-header.c - see text-header.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/text-header.h"

#include <string.h>

#define MAX_COUNT ((uint64_t) 1 << 40) /* values in a file */

char *
trp_text_header_find (const char *text, const char *key, char separator)
{
  const size_t length = strlen (key);

  for (const char *line = text; line && *line; line = strchr (line, '\n'))
    {
      const char *next = line + strspn (line, " \t\r\n");

      line = next;
      if (g_ascii_strncasecmp (line, key, length) != 0)
        continue;
      next = line + length + strspn (line + length, " \t");
      if (*next == separator)
        return g_strstrip (g_strndup (next + 1, strcspn (next + 1, "\n")));
    }
  return NULL;
}

static bool
parse_size (const char **io_text, uint64_t *out_size)
{
  char *end;

  *out_size = g_ascii_strtoull (*io_text, &end, 10);
  if (end == *io_text || strchr (*io_text, '-') || (*end != '\0' && !g_ascii_isspace (*end)))
    return false;
  *io_text = end + strspn (end, " \t\r");
  return true;
}

size_t
trp_text_header_parse_sizes (const char *text, size_t n_expected, GError **error)
{
  const char *next = text + strspn (text, " \t");
  uint64_t count = 1, size;
  size_t n = 0;

  for (; *next != '\0'; n++)
    {
      if (!parse_size (&next, &size) || size == 0)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       "Header says sizes \"%.60s\", which are not whole numbers from 1 on", text);
          return 0;
        }
      if (size > MAX_COUNT || count > MAX_COUNT / size)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                       "Header says sizes \"%.60s\", more than this program can hold", text);
          return 0;
        }
      count *= size;
    }
  if (n == n_expected && n > 0)
    return count;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Header says %zu dimensions but gives %zu sizes",
               n_expected, n);
  return 0;
}
