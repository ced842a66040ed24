/* blind-order.c - see blind-order.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/blind-order.h"

#include <string.h>

#define STREAM 0x626c696e64 /* "blind": shares no numbers with other uses of a seed */

static int
compare (const void *a, const void *b, void *data)
{
  const char *const *names = data;

  return strcmp (names[*(const size_t *) a], names[*(const size_t *) b]);
}

void
trp_blind_order (uint64_t seed, const char *const *names, size_t n_names, size_t *out_order)
{
  TrpRng rng = trp_rng_new (seed, STREAM);

  for (size_t n = 0; n < n_names; n++)
    out_order[n] = n;
  g_qsort_with_data (out_order, (int) n_names, sizeof *out_order, compare, (void *) names);
  for (size_t n = n_names; n > 1; n--)
    {
      const size_t chosen = trp_rng_below (&rng, (uint32_t) n);
      const size_t moved = out_order[n - 1];

      out_order[n - 1] = out_order[chosen];
      out_order[chosen] = moved;
    }
}

char *
trp_blind_letter (size_t place)
{
  GString *letters = g_string_new (NULL);

  for (size_t rest = place + 1; rest > 0; rest = (rest - 1) / 26)
    g_string_prepend_c (letters, (char) ('A' + (rest - 1) % 26));
  return g_string_free (letters, FALSE);
}
