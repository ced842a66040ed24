/* border.h - a box cut from a mask, and the points of its surface, as bits
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A TrpBits is one bit per point of a box: rows along i padded to 64-bit words, spare bits 0. What
 * is computed from a cut box needs one empty layer around the mask, since everything outside the
 * image counts as background; trp_bits_pad_box() provides it. Any thread; nothing is shared.
 */

#pragma once

#include "core/structure/mask.h"

G_BEGIN_DECLS

/**
 * TrpBits:
 * @origin: index in the mask's grid of the first point; may be -1
 * @size: points along i, j, k
 * @n_words: per row
 * @words: row (j, k) begins at (j + size[1] * k) * n_words
 */
typedef struct
{
  ptrdiff_t origin[3];
  size_t size[3];
  size_t n_words;
  uint64_t *words;
} TrpBits;

/* A point of a box, counted from the box's origin. */
typedef struct
{
  uint16_t i, j, k;
} TrpBitsPoint;

/* Errors: TRP_ERROR_LIMIT if there is no memory for it. */
TrpBits *trp_bits_new (const ptrdiff_t origin[3], const size_t size[3], GError **error);
void trp_bits_free (TrpBits *self);

/* The part of @mask that lies in the box; outside the image there is background. */
TrpBits *trp_bits_new_from_mask (const TrpMask *mask,
                                 const ptrdiff_t origin[3],
                                 const size_t size[3],
                                 GError **error);

/* Origin and size of @box and one voxel more on each side. */
void trp_bits_pad_box (const TrpBox *box, ptrdiff_t out_origin[3], size_t out_size[3]);

/* Foreground with a background 6-neighbour; @self has an empty layer all around. */
TrpBits *trp_bits_new_border (const TrpBits *self, GError **error);
/* Foreground with a background neighbour in the slice, out of four. */
TrpBits *trp_bits_new_slice_border (const TrpBits *self, GError **error);
/* Corners between voxels: point (i, j, k) is shared by the voxels i-1..i, j-1..j, k-1..k, and set
 * where these eight are neither all inside nor all outside. */
TrpBits *trp_bits_new_corners (const TrpBits *self, GError **error);

/* Rows of a box: all points whose j and k are in these half-open ranges. */
typedef struct
{
  size_t j_begin, j_end;
  size_t k_begin, k_end;
} TrpBitsRows;

/* Makes part of a box new after its mask has changed there: cuts @rows again; then in @points,
 * which one of the functions above made from @self, the rows that saw these. */
void trp_bits_update_from_mask (TrpBits *self, const TrpMask *mask, const TrpBitsRows *rows);
void trp_bits_update_border (TrpBits *points, const TrpBits *self, const TrpBitsRows *rows);
void trp_bits_update_slice_border (TrpBits *points, const TrpBits *self, const TrpBitsRows *rows);
void trp_bits_update_corners (TrpBits *points, const TrpBits *self, const TrpBitsRows *rows);
/* @rows and the neighbours that these updates reach, within the box. */
TrpBitsRows trp_bits_widen_rows (const TrpBits *self, const TrpBitsRows *rows);

static inline bool
trp_bits_get (const TrpBits *self, size_t i, size_t j, size_t k)
{
  return self->words[(j + self->size[1] * k) * self->n_words + i / 64] >> (i % 64) & 1;
}

size_t trp_bits_count (const TrpBits *self);
/* The set points in order of k, j, i. (transfer full) */
TrpBitsPoint *trp_bits_list (const TrpBits *self, size_t *out_n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpBits, trp_bits_free)

G_END_DECLS
