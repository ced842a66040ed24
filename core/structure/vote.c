/* vote.c - see vote.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Words are counted 64 voxels at once: held[m] has the bits that more than m of the words so far
 * had, and one more word moves its bits up by one.
 */

#include "core/structure/vote.h"

#define MOST TRP_VOTE_MAX_MASKS

size_t
trp_vote_get_majority (size_t n_masks, TrpTie tie)
{
  const size_t wanted = tie == TRP_TIE_INSIDE ? (n_masks + 1) / 2 : n_masks / 2 + 1;

  return wanted > 1 ? wanted : 1;
}

static bool
check (const TrpMask *const *masks, size_t n_masks, GError **error)
{
  if (n_masks == 0 || n_masks > MOST)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "A vote takes 1 to %d masks and was given %zu", MOST, n_masks);
      return false;
    }
  for (size_t n = 1; n < n_masks; n++)
    if (!trp_geometry_check_equal (trp_mask_get_geometry (masks[0]),
                                   trp_mask_get_geometry (masks[n]), error))
      return false;
  return true;
}

/* Slice @k of each mask; NULL where it is empty. Returns: how many are not. */
static size_t
peek_slices (const TrpMask *const *masks, size_t n_masks, size_t k, const uint64_t *out_words[MOST])
{
  size_t n_held = 0;

  for (size_t n = 0; n < n_masks; n++)
    {
      out_words[n] = trp_mask_peek_slice (masks[n], k);
      n_held += out_words[n] != NULL;
    }
  return n_held;
}

static void
count_word (const uint64_t *const *words, size_t n_masks, size_t index, uint64_t held[MOST])
{
  memset (held, 0, n_masks * sizeof *held);
  for (size_t n = 0; n < n_masks; n++)
    {
      const uint64_t word = words[n] ? words[n][index] : 0;

      for (size_t m = n; m > 0; m--)
        held[m] |= held[m - 1] & word;
      held[0] |= word;
    }
}

static void
write_word (TrpMask *mask, size_t k, size_t index, uint64_t word)
{
  const uint64_t *before = trp_mask_peek_slice (mask, k);

  if ((before ? before[index] : 0) != word)
    trp_mask_write_slice (mask, k)[index] = word;
}

static void
vote_on_slice (const TrpMask *const *masks,
               size_t n_masks,
               size_t first,
               TrpMask *const *out,
               size_t n_out,
               size_t k)
{
  const size_t n_words = trp_mask_get_words_per_row (masks[0]) *
                         trp_mask_get_geometry (masks[0])->size[1];
  const uint64_t *words[MOST];
  uint64_t held[MOST];

  if (peek_slices (masks, n_masks, k, words) <= first)
    return;
  for (size_t index = 0; index < n_words; index++)
    {
      count_word (words, n_masks, index, held);
      for (size_t n = 0; n < n_out && held[first + n]; n++)
        write_word (out[n], k, index, held[first + n]);
    }
}

/* Into @n_out new masks: those of at least @first + 1, @first + 2, ... */
static bool
vote (const TrpMask *const *masks,
      size_t n_masks,
      size_t first,
      TrpMask *const *out,
      size_t n_out,
      TrpProgress *progress,
      GError **error)
{
  const size_t n_slices = trp_mask_get_geometry (masks[0])->size[2];

  for (size_t k = 0; k < n_slices; k++)
    {
      if (!trp_progress_step (progress, (double) k / (double) n_slices, NULL, error))
        return false;
      vote_on_slice (masks, n_masks, first, out, n_out, k);
    }
  return true;
}

TrpMask *
trp_vote_at_least (
  const TrpMask *const *masks, size_t n_masks, size_t wanted, TrpProgress *progress, GError **error)
{
  g_autoptr (TrpMask) result = NULL;

  if (!check (masks, n_masks, error))
    return NULL;
  g_return_val_if_fail (wanted >= 1 && wanted <= n_masks, NULL);
  result = trp_mask_new (trp_mask_get_geometry (masks[0]));
  if (!vote (masks, n_masks, wanted - 1, &result, 1, progress, error))
    return NULL;
  return g_steal_pointer (&result);
}

bool
trp_vote_levels (const TrpMask *const *masks,
                 size_t n_masks,
                 TrpMask **out_levels,
                 TrpProgress *progress,
                 GError **error)
{
  TrpMask *levels[MOST] = { NULL };
  bool done;

  if (!check (masks, n_masks, error))
    return false;
  for (size_t n = 0; n < n_masks; n++)
    levels[n] = trp_mask_new (trp_mask_get_geometry (masks[0]));
  done = vote (masks, n_masks, 0, levels, n_masks, progress, error);
  for (size_t n = 0; n < n_masks; n++)
    {
      if (done)
        out_levels[n] = levels[n];
      else
        trp_mask_free (levels[n]);
    }
  return done;
}

void
trp_vote_update_levels (const TrpMask *const *masks,
                        size_t n_masks,
                        const TrpBox *box,
                        TrpMask *const *levels)
{
  const size_t words_per_row = trp_mask_get_words_per_row (masks[0]);
  const uint64_t *words[MOST];
  uint64_t held[MOST];

  if (trp_box_is_empty (box))
    return;
  for (size_t k = box->begin[2]; k < box->end[2]; k++)
    {
      peek_slices (masks, n_masks, k, words);
      for (size_t j = box->begin[1]; j < box->end[1]; j++)
        for (size_t i = box->begin[0] / 64; i <= (box->end[0] - 1) / 64; i++)
          {
            const size_t index = j * words_per_row + i;

            count_word (words, n_masks, index, held);
            for (size_t n = 0; n < n_masks; n++)
              write_word (levels[n], k, index, held[n]);
          }
    }
}

void
trp_vote_update_structures (const TrpMask *const *masks,
                            size_t n_masks,
                            const TrpBox *box,
                            GPtrArray *levels)
{
  TrpMask *written[MOST];

  for (size_t n = 0; n < n_masks; n++)
    written[n] = trp_structure_write_mask (levels->pdata[n]);
  trp_vote_update_levels (masks, n_masks, box, written);
}

TrpStructure *
trp_vote_new_structure (const char *name, TrpColor color, TrpMask *mask, const char *provenance)
{
  TrpStructure *self = trp_structure_new (name, color, mask);

  trp_structure_set_origin (self, TRP_ORIGIN_SEMIAUTOMATIC);
  trp_structure_set_provenance (self, provenance);
  return self;
}
