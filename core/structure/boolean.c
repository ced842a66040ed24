/* boolean.c - see boolean.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/boolean.h"

static uint64_t
combine_words (TrpBoolean operation, uint64_t a, uint64_t b)
{
  switch (operation)
    {
    case TRP_BOOLEAN_UNION:
      return a | b;
    case TRP_BOOLEAN_INTERSECTION:
      return a & b;
    case TRP_BOOLEAN_SUBTRACT:
      return a & ~b;
    case TRP_BOOLEAN_EXCLUSIVE:
      return a ^ b;
    case TRP_N_BOOLEANS:
    default:
      g_assert_not_reached ();
    }
}

static void
combine_slice (TrpBoolean operation, TrpMask *out, const TrpMask *second, size_t k)
{
  const size_t n_words = trp_mask_get_words_per_row (out) * trp_mask_get_geometry (out)->size[1];
  const uint64_t *first_words = trp_mask_peek_slice (out, k);
  const uint64_t *second_words = trp_mask_peek_slice (second, k);
  uint64_t *words = NULL;

  if (!first_words && !second_words)
    return;
  for (size_t n = 0; n < n_words; n++)
    {
      const uint64_t before = first_words ? first_words[n] : 0;
      const uint64_t after = combine_words (operation, before, second_words ? second_words[n] : 0);

      if (after == before)
        continue;
      if (!words)
        first_words = words = trp_mask_write_slice (out, k);
      words[n] = after;
    }
}

TrpMask *
trp_boolean_combine (TrpBoolean operation,
                     const TrpMask *first,
                     const TrpMask *second,
                     GError **error)
{
  TrpMask *out;

  if (!trp_geometry_check_equal (trp_mask_get_geometry (first), trp_mask_get_geometry (second),
                                 error))
    return NULL;
  out = trp_mask_copy (first);
  for (size_t k = 0; k < trp_mask_get_geometry (first)->size[2]; k++)
    combine_slice (operation, out, second, k);
  trp_mask_trim (out);
  return out;
}
