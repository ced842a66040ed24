/* mask.h - one structure's voxels as bits
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One bit per voxel of a geometry. Rows (along i) are padded to 64-bit words whose spare bits are
 * always 0; each slice k is one reference-counted plane of words_per_row x ny words, NULL where the
 * slice is empty, copied on the first write after it was shared. So a snapshot for a worker is
 * trp_mask_copy(): pointers only. One thread writes a mask at a time; copies may be read by any
 * thread meanwhile.
 */

#pragma once

#include "core/geometry/geometry.h"

G_BEGIN_DECLS

typedef struct _TrpMask TrpMask;

TrpMask *trp_mask_new (const TrpGeometry *geometry); /* empty */
TrpMask *trp_mask_copy (const TrpMask *self);        /* shares all planes; O(nz) */
void trp_mask_free (TrpMask *self);

const TrpGeometry *trp_mask_get_geometry (const TrpMask *self);
size_t trp_mask_get_words_per_row (const TrpMask *self);

/* Borrowed words of slice @k, row j at j * words_per_row, voxel i at bit i % 64 of word i / 64;
 * NULL if empty. */
const uint64_t *trp_mask_peek_slice (const TrpMask *self, size_t k);
/* Writable words of slice @k: made or copied as needed. For this layer's own operations and for
 * readers that fill a new mask; a mask in a structure is changed through the edit session alone
 * (core/structure/edit.h). Spare bits stay 0. */
uint64_t *trp_mask_write_slice (TrpMask *self, size_t k);
/* Drops planes without a set bit back to NULL. */
void trp_mask_trim (TrpMask *self);

bool trp_mask_get (const TrpMask *self, size_t i, size_t j, size_t k);
void trp_mask_set (TrpMask *self, size_t i, size_t j, size_t k, bool value);

size_t trp_mask_count (const TrpMask *self);
bool trp_mask_is_empty (const TrpMask *self);
size_t trp_mask_get_bytes (const TrpMask *self); /* of its planes, shared ones included */
size_t trp_mask_count_shared (const TrpMask *self, const TrpMask *other); /* same grid size */
double trp_mask_get_volume_ml (const TrpMask *self);
/* True if the two share the plane of slice @k (or both have none): equal without looking. */
bool trp_mask_shares_slice (const TrpMask *self, const TrpMask *other, size_t k);
bool trp_mask_equal (const TrpMask *self, const TrpMask *other); /* same grid size and bits */

/* Half-open box of voxel indices. */
typedef struct
{
  size_t begin[3];
  size_t end[3];
} TrpBox;

bool trp_box_is_empty (const TrpBox *box);
TrpBox trp_box_union (const TrpBox *a, const TrpBox *b); /* an empty one counts for nothing */
TrpBox trp_box_intersection (const TrpBox *a, const TrpBox *b); /* all zeros if they do not meet */
/* Smallest box with all set voxels; all zeros if empty. */
TrpBox trp_mask_get_box (const TrpMask *self);

/* Fill from bytes of a whole grid: set where values[n] equals @value, or where not 0 with
 * trp_mask_new_from_nonzero(). */
TrpMask *
trp_mask_new_from_labels (const TrpGeometry *geometry, const uint16_t *values, uint16_t value);
TrpMask *trp_mask_new_from_bytes (const TrpGeometry *geometry, const uint8_t *values);
/* One byte (0 or 1) per voxel into out[count]. */
void trp_mask_copy_bytes (const TrpMask *self, uint8_t *out_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpMask, trp_mask_free)

G_END_DECLS
