/* consensus.c - see consensus.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/consensus.h"

#include "core/structure/mask-reslice.h"

#include <string.h>

static const char *const keys[TRP_N_CONSENSUS_KINDS] = {
  [TRP_CONSENSUS_MAJORITY] = "majority",
  [TRP_CONSENSUS_STAPLE] = "staple",
  [TRP_CONSENSUS_UNION] = "union",
  [TRP_CONSENSUS_INTERSECTION] = "intersection",
};

const char *
trp_consensus_kind_get_key (TrpConsensusKind kind)
{
  g_return_val_if_fail ((size_t) kind < TRP_N_CONSENSUS_KINDS, NULL);
  return keys[kind];
}

bool
trp_consensus_kind_parse (const char *key, TrpConsensusKind *out_kind)
{
  for (int n = 0; n < TRP_N_CONSENSUS_KINDS; n++)
    if (strcmp (key, keys[n]) == 0)
      {
        *out_kind = (TrpConsensusKind) n;
        return true;
      }
  return false;
}

/* Masks of another grid are replaced by ones of their own in @out_resampled. */
static bool
bring_to_grid (const TrpMask *const *masks,
               size_t n_masks,
               const TrpGeometry *geometry,
               GPtrArray *resampled,
               const TrpMask **out_masks,
               TrpProgress *progress,
               GError **error)
{
  for (size_t n = 0; n < n_masks; n++)
    {
      TrpMask *mask;

      out_masks[n] = masks[n];
      if (trp_geometry_equal (trp_mask_get_geometry (masks[n]), geometry))
        continue;
      mask = trp_mask_resample (masks[n], geometry, progress, error);
      if (!mask)
        return false;
      g_ptr_array_add (resampled, mask);
      out_masks[n] = mask;
    }
  return true;
}

static size_t
count_wanted (const TrpConsensusOptions *options, size_t n_masks)
{
  switch (options->kind)
    {
    case TRP_CONSENSUS_UNION:
      return 1;
    case TRP_CONSENSUS_INTERSECTION:
      return n_masks;
    case TRP_CONSENSUS_MAJORITY:
      return trp_vote_get_majority (n_masks, options->tie);
    case TRP_CONSENSUS_STAPLE:
    case TRP_N_CONSENSUS_KINDS:
    default:
      g_assert_not_reached ();
    }
}

static bool
decide (TrpConsensus *self,
        const TrpMask *const *masks,
        size_t n_masks,
        const TrpConsensusOptions *options,
        TrpProgress *progress,
        GError **error)
{
  TrpStapleOptions staple = TRP_STAPLE_DEFAULTS;

  if (options->kind != TRP_CONSENSUS_STAPLE)
    {
      self->mask = trp_vote_at_least (masks, n_masks, count_wanted (options, n_masks), progress,
                                      error);
      return self->mask != NULL;
    }
  staple.margin_mm = options->margin_mm;
  self->staple = trp_staple_compute (masks, n_masks, &staple, progress, error);
  if (self->staple)
    self->mask = trp_mask_copy (self->staple->mask);
  return self->staple != NULL;
}

TrpConsensus *
trp_consensus_make (const TrpMask *const *masks,
                    size_t n_masks,
                    const TrpGeometry *geometry,
                    const TrpConsensusOptions *options,
                    TrpProgress *progress,
                    GError **error)
{
  g_autoptr (TrpConsensus) self = g_new0 (TrpConsensus, 1);
  g_autoptr (GPtrArray) resampled = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_mask_free);
  const TrpMask *on_grid[TRP_CONSENSUS_MAX_MASKS];

  if (n_masks < 2 || n_masks > TRP_CONSENSUS_MAX_MASKS)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "A consensus takes 2 to %d readings and was given %zu", TRP_CONSENSUS_MAX_MASKS,
                   n_masks);
      return NULL;
    }
  if (!bring_to_grid (masks, n_masks, geometry, resampled, on_grid, progress, error) ||
      !decide (self, on_grid, n_masks, options, progress, error))
    return NULL;
  self->n_resampled = resampled->len;
  return g_steal_pointer (&self);
}

void
trp_consensus_free (TrpConsensus *self)
{
  if (!self)
    return;
  trp_mask_free (self->mask);
  trp_staple_free (self->staple);
  g_free (self);
}
