/* overlap.h - overlap of two masks by counting voxels
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No global state. May be called from any thread on masks that nobody is writing to.
 */

#pragma once

#include "core/structure/mask.h"

G_BEGIN_DECLS

/**
 * TrpOverlap:
 * @reference: voxels set in the reference
 * @test: voxels set in the mask under test
 * @both: voxels set in both; at most the smaller of the two
 */
typedef struct
{
  size_t reference;
  size_t test;
  size_t both;
} TrpOverlap;

/**
 * trp_overlap_count:
 * @reference: the ground truth, shape (nz, ny, nx)
 * @test: the mask under test, on the same grid
 * @out_overlap: (out): set on success, untouched otherwise
 *
 * One pass over the words of both masks. Allocates one count per slice. The masks are borrowed.
 *
 * Errors: TRP_ERROR_GEOMETRY if a voxel centre of one grid lies more than 1e-3 mm from its partner
 * in the other.
 */
bool trp_overlap_count (const TrpMask *reference,
                        const TrpMask *test,
                        TrpOverlap *out_overlap,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Slices @begin to @end (along k) one by one, for charts; both masks on one grid, which is not
 * checked. */
void trp_overlap_count_slices (const TrpMask *reference,
                               const TrpMask *test,
                               size_t begin,
                               size_t end,
                               TrpOverlap *out_overlaps);

/**
 * trp_overlap_dice:
 *
 * Returns: 2 both / (reference + test), 0 to 1; NAN if both masks are empty.
 *
 * Source: L. R. Dice, Ecology 26 (1945) 297-302.
 */
double trp_overlap_dice (const TrpOverlap *self);

/* Returns: both / union, 0 to 1; NAN if both masks are empty. */
double trp_overlap_iou (const TrpOverlap *self);

/* Returns: (test - reference) / reference; NAN if both are empty, INFINITY if only the reference
 * is. */
double trp_overlap_relative_difference (const TrpOverlap *self);

G_END_DECLS
