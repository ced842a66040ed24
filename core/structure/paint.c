/* paint.c - see paint.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/paint.h"

static bool
blocks (const TrpStructure *other, TrpPaintOver over)
{
  return over == TRP_PAINT_OVER_EMPTY ||
         (over == TRP_PAINT_OVER_UNLOCKED && trp_structure_get_locked (other));
}

/* Masks of the structures that @target must not run over; (transfer container). */
static GPtrArray *
find_blocking_masks (const TrpStructureSet *set,
                     const TrpStructure *target,
                     const TrpPaintOptions *options)
{
  GPtrArray *masks = g_ptr_array_new ();

  if (options->erase)
    return masks;
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpStructure *other = trp_structure_set_get (set, n);

      if (other != target && blocks (other, options->over))
        g_ptr_array_add (masks, (gpointer) trp_structure_peek_mask (other));
    }
  return masks;
}

/* The volume that limits painting, and the way to its voxels. */
typedef struct
{
  const TrpVolume *volume;
  double low, high;
  bool is_same_grid;
  TrpAffine volume_from_set; /* voxel indices to voxel indices */
} Limit;

static Limit
make_limit (const TrpVolume *volume, double low, double high, const TrpGeometry *geometry)
{
  const TrpGeometry *other;

  if (!volume)
    return (Limit){ 0 };
  other = trp_volume_get_geometry (volume);
  return (Limit){
    .volume = volume,
    .low = low,
    .high = high,
    .is_same_grid = trp_geometry_equal (geometry, other),
    .volume_from_set = trp_affine_multiply (&other->ijk_from_lps, &geometry->lps_from_ijk),
  };
}

static bool
is_within_limit (const Limit *limit, size_t i, size_t j, size_t k)
{
  const double value =
    limit->is_same_grid
      ? trp_volume_get_value (limit->volume, (ptrdiff_t) i, (ptrdiff_t) j, (ptrdiff_t) k)
      : trp_volume_sample (limit->volume,
                           trp_affine_apply (&limit->volume_from_set,
                                             trp_vec3 ((double) i, (double) j, (double) k)));

  return value >= limit->low && value <= limit->high; /* false for NAN, outside */
}

static uint64_t
limit_word (const Limit *limit, size_t k, size_t j, size_t word, uint64_t bits)
{
  uint64_t kept = 0;

  for (; bits; bits &= bits - 1)
    if (is_within_limit (limit, 64 * word + (size_t) __builtin_ctzll (bits), j, k))
      kept |= bits & -bits;
  return kept;
}

TrpPatch *
trp_paint_restrict (const TrpPatch *stencil,
                    const TrpStructureSet *set,
                    const TrpStructure *target,
                    const TrpPaintOptions *options)
{
  const TrpGeometry *geometry = trp_structure_set_get_geometry (set);
  const size_t words_per_row = trp_mask_get_words_per_row (trp_structure_peek_mask (target));
  const Limit limit = make_limit (options->limit, options->low, options->high, geometry);
  g_autoptr (GPtrArray) masks = find_blocking_masks (set, target, options);
  TrpPatch *allowed = trp_patch_new ();
  size_t position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (stencil, &position, &run))
    for (size_t w = 0; w < run.n_words; w++)
      {
        uint64_t bits = run.bits[w];

        for (guint n = 0; n < masks->len; n++)
          {
            const uint64_t *words = trp_mask_peek_slice (masks->pdata[n], run.k);

            if (words)
              bits &= ~words[run.j * words_per_row + run.word + w];
          }
        if (limit.volume)
          bits = limit_word (&limit, run.k, run.j, run.word + w, bits);
        trp_patch_append (allowed, run.k, run.j, run.word + w, bits);
      }
  return allowed;
}

TrpPatch *
trp_paint_get_within (const TrpPatch *stencil,
                      const TrpGeometry *geometry,
                      const TrpVolume *volume,
                      double low,
                      double high)
{
  const Limit limit = make_limit (volume, low, high, geometry);
  TrpPatch *within = trp_patch_new ();
  size_t position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (stencil, &position, &run))
    for (size_t w = 0; w < run.n_words; w++)
      trp_patch_append (within, run.k, run.j, run.word + w,
                        limit_word (&limit, run.k, run.j, run.word + w, run.bits[w]));
  return within;
}

TrpPatch *
trp_paint_get_change (const TrpPatch *stencil, const TrpMask *mask, bool erase)
{
  const size_t words_per_row = trp_mask_get_words_per_row (mask);
  TrpPatch *change = trp_patch_new ();
  size_t position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (stencil, &position, &run))
    {
      const uint64_t *words = trp_mask_peek_slice (mask, run.k);

      for (size_t w = 0; w < run.n_words; w++)
        {
          const uint64_t old = words ? words[run.j * words_per_row + run.word + w] : 0;

          trp_patch_append (change, run.k, run.j, run.word + w, run.bits[w] & (erase ? old : ~old));
        }
    }
  return change;
}

TrpMask *
trp_paint_copy_changed (const TrpMask *mask, const TrpPatch *change)
{
  TrpMask *changed = trp_mask_copy (mask);

  trp_patch_apply (change, changed);
  return changed;
}

TrpMask *
trp_paint_get_result (const TrpMask *stencil,
                      const TrpStructureSet *set,
                      const TrpStructure *target,
                      const TrpPaintOptions *options)
{
  g_autoptr (TrpMask) nothing = trp_mask_new (trp_mask_get_geometry (stencil));
  g_autoptr (TrpPatch) all = trp_patch_new_difference (nothing, stencil);
  g_autoptr (TrpPatch) allowed = trp_paint_restrict (all, set, target, options);
  const TrpMask *mask = trp_structure_peek_mask (target);
  g_autoptr (TrpPatch) change = trp_paint_get_change (allowed, mask, options->erase);

  return trp_paint_copy_changed (mask, change);
}
