/* file-name.c - see file-name.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/file-name.h"

#include <string.h>

char *
trp_file_name_make_safe (const char *name, GHashTable *used)
{
  g_autofree char *safe = g_strstrip (g_strdelimit (g_strdup (name), "/\\:*?\"<>|\n\r\t", '_'));
  char *unique;

  while (safe[0] == '.')
    safe[0] = '_';
  if (safe[0] == '\0')
    {
      g_free (safe);
      safe = g_strdup ("unnamed");
    }
  if (strlen (safe) > 200)
    *g_utf8_find_prev_char (safe, safe + 200) = '\0';
  unique = g_strdup (safe);
  for (unsigned n = 2;; n++)
    {
      /* file systems of two of three desktops do not tell cases apart */
      g_autofree char *key = g_utf8_casefold (unique, -1);

      if (g_hash_table_add (used, g_steal_pointer (&key)))
        return unique;
      g_free (unique);
      unique = g_strdup_printf ("%s-%u", safe, n);
    }
}

bool
trp_file_name_has_word (const char *name, const char *const *words)
{
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *lower = g_ascii_strdown (base, -1);
  g_auto (GStrv) parts = NULL;

  g_strcanon (lower, "abcdefghijklmnopqrstuvwxyz0123456789", ' ');
  parts = g_strsplit (lower, " ", -1);
  for (char **part = parts; *part; part++)
    if (g_strv_contains (words, *part))
      return true;
  return false;
}
