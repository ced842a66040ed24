/* laterality.c - see laterality.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/laterality.h"

#include <stdbool.h>
#include <string.h>

static const struct
{
  const char *sides[2];
  bool is_part;
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

/* A letter is a side at the end of the name, or as a part "_L_" of it; never the whole name. */
static bool
is_letter_part (const char *name, const char *word)
{
  return word > name && (word[1] == '\0' || (word[-1] == '_' && word[1] == '_'));
}

static const char *
find_other (const char *name, const char *word, size_t n)
{
  for (size_t w = 0; w < G_N_ELEMENTS (words); w++)
    for (int side = 0; side < 2; side++)
      if (strlen (words[w].sides[side]) == n &&
          g_ascii_strncasecmp (words[w].sides[side], word, n) == 0 &&
          (!words[w].is_part || is_letter_part (name, word)))
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
trp_laterality_swap (const char *name)
{
  const char *found = NULL, *other = NULL;
  size_t n_found = 0;

  for (const char *word = name; *word;)
    {
      const char *there;
      size_t n = 0;

      while (is_in_word (word[n]))
        n++;
      there = n ? find_other (name, word, n) : NULL;
      if (there)
        {
          found = word;
          other = there;
          n_found = n;
        }
      word += MAX (n, 1);
    }
  if (!found)
    return NULL;
  g_autofree char *text = follow_case (other, found, n_found);

  return g_strdup_printf ("%.*s%s%s", (int) (found - name), name, text, found + n_found);
}
