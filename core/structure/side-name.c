/* side-name.c - see side-name.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/side-name.h"

#include <stdbool.h>
#include <string.h>

static const struct
{
  const char *sides[2];
  bool only_last;
} words[] = {
  { { "l", "r" }, true },
  { { "lt", "rt" }, false },
  { { "left", "right" }, false },
  { { "links", "rechts" }, false },
};

/* Bytes of UTF-8 beyond ASCII belong to words. */
static bool
is_in_word (char c)
{
  return g_ascii_isalnum (c) || (c & 0x80);
}

static const char *
find_other (const char *word, size_t n, bool is_last)
{
  for (size_t w = 0; w < G_N_ELEMENTS (words); w++)
    for (int side = 0; side < 2; side++)
      if (strlen (words[w].sides[side]) == n &&
          g_ascii_strncasecmp (words[w].sides[side], word, n) == 0 &&
          (is_last || !words[w].only_last))
        return words[w].sides[1 - side];
  return NULL;
}

/* All capitals, a capital in front, or none, as @word has it. */
static char *
follow_case (const char *other, const char *word, size_t n)
{
  char *text = g_strdup (other);

  if (g_ascii_isupper (word[0]))
    text[0] = g_ascii_toupper (text[0]);
  for (size_t i = 1; n > 1 && g_ascii_isupper (word[1]) && text[i]; i++)
    text[i] = g_ascii_toupper (text[i]);
  return text;
}

char *
trp_side_name_swap (const char *name)
{
  for (const char *word = name; *word;)
    {
      size_t n = 0;

      while (is_in_word (word[n]))
        n++;
      const char *other = n ? find_other (word, n, word[n] == '\0') : NULL;

      if (other)
        {
          g_autofree char *text = follow_case (other, word, n);

          return g_strdup_printf ("%.*s%s%s", (int) (word - name), name, text, word + n);
        }
      word += MAX (n, 1);
    }
  return NULL;
}
