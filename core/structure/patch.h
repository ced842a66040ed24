/* patch.h - the voxels that an edit changed, or that a tool covers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A sparse list of 64-bit words of a mask: as a change, the XOR of old and new words, so that
 * applying it twice changes nothing; as a stencil, the bits a tool covers. Runs of neighbouring
 * words stand in the order k, j, i; words of 0 are left out. Its size follows what it holds, never
 * the size of the grid. Reference counted; immutable once handed out, then readable by any thread.
 */

#pragma once

#include "core/structure/mask.h"

G_BEGIN_DECLS

typedef struct _TrpPatch TrpPatch;

TrpPatch *trp_patch_new (void);
TrpPatch *trp_patch_ref (TrpPatch *self);
void trp_patch_unref (TrpPatch *self);

/* While building: words come in the order k, j, @word (index in the row), each at most once; @bits
 * of 0 are skipped. Coordinates are below TRP_GEOMETRY_MAX_SIZE. */
void trp_patch_append (TrpPatch *self, size_t k, size_t j, size_t word, uint64_t bits);

/* What turns @before into @after, on grids of one size. Shared slices are skipped. */
TrpPatch *trp_patch_new_difference (const TrpMask *before, const TrpMask *after);
/* XOR of all; what applying one after the other does. */
TrpPatch *trp_patch_new_merged (TrpPatch *const *patches, size_t n_patches);

bool trp_patch_is_empty (const TrpPatch *self);
TrpBox trp_patch_get_box (const TrpPatch *self); /* smallest box with all its voxels */
size_t trp_patch_count_voxels (const TrpPatch *self);
size_t trp_patch_count_words (const TrpPatch *self);
size_t trp_patch_get_bytes (const TrpPatch *self); /* of memory */

/* XOR into @mask. For the edit session and for masks that are in no structure. Slices that become
 * empty keep their plane (see trp_mask_trim()). */
void trp_patch_apply (const TrpPatch *self, TrpMask *mask);

/**
 * TrpPatchRun: neighbouring words of one row
 * @k, @j: slice and row
 * @word: index in the row of the first word; voxel i is bit i % 64 of word i / 64
 * @bits: @n_words words, borrowed from the patch
 */
typedef struct
{
  size_t k, j;
  size_t word;
  size_t n_words;
  const uint64_t *bits;
} TrpPatchRun;

/**
 * trp_patch_next_run:
 * @position: 0 before the first call; the place of the next run
 *
 * Returns: false after the last run, @out_run is untouched then.
 */
bool trp_patch_next_run (const TrpPatch *self, size_t *position, TrpPatchRun *out_run);

/* The bits that voxels @first to @last of a row have in its word @word. */
static inline uint64_t
trp_patch_get_span_bits (size_t first, size_t last, size_t word)
{
  const size_t begin = MAX (first, 64 * word), end = MIN (last + 1, 64 * word + 64);

  return begin < end ? UINT64_MAX >> (64 - (end - begin)) << (begin - 64 * word) : 0;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpPatch, trp_patch_unref)

G_END_DECLS
