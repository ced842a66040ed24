/* vote.h - how many of several masks agree on a voxel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * All masks are on one grid; a reading on another one is brought there first
 * (core/structure/mask-reslice.h), and whoever does so says it. "At least m of n" is the one
 * question: 1 is the union, n the intersection, trp_vote_get_majority() the majority. Any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/structure.h"

G_BEGIN_DECLS

#define TRP_VOTE_MAX_MASKS 16

/* What a voxel is that exactly half of an even number of masks hold. */
typedef enum
{
  TRP_TIE_OUTSIDE,
  TRP_TIE_INSIDE,
} TrpTie;

/* Returns: how many of @n_masks make the majority: more than half of them, or with TRP_TIE_INSIDE
 * half of them; at least 1. */
size_t trp_vote_get_majority (size_t n_masks, TrpTie tie);

/**
 * trp_vote_at_least:
 * @masks: @n_masks of them, borrowed
 * @wanted: 1 to @n_masks
 *
 * Returns: (transfer full): the voxels that at least @wanted of the masks hold.
 *
 * Errors: TRP_ERROR_GEOMETRY for grids that differ; TRP_ERROR_LIMIT for none or more than
 * TRP_VOTE_MAX_MASKS; G_IO_ERROR_CANCELLED.
 */
TrpMask *trp_vote_at_least (const TrpMask *const *masks,
                            size_t n_masks,
                            size_t wanted,
                            TrpProgress *progress,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_vote_levels:
 * @out_levels: @n_masks new masks; [m - 1] holds the voxels of at least m masks, so each lies
 * within the one before
 *
 * All levels in one pass, for a map of agreement. Errors: as above.
 */
bool trp_vote_levels (const TrpMask *const *masks,
                      size_t n_masks,
                      TrpMask **out_levels,
                      TrpProgress *progress,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Brings @levels up to date after voxels of @masks changed within @box: looks at the words of the
 * box only. The masks are those that the levels were made of, as they are now. */
void trp_vote_update_levels (const TrpMask *const *masks,
                             size_t n_masks,
                             const TrpBox *box,
                             TrpMask *const *levels);

/* The same for levels that are kept as structures of their own (element-type TrpStructure), so that
 * what is drawn of them can be kept as for others; no reading holds them. */
void trp_vote_update_structures (const TrpMask *const *masks,
                                 size_t n_masks,
                                 const TrpBox *box,
                                 GPtrArray *levels);

/* A structure for what readings agreed on: made by a program from what people drew. Takes over
 * @mask.
 * @provenance: (nullable): JSON text */
TrpStructure *
trp_vote_new_structure (const char *name, TrpColor color, TrpMask *mask, const char *provenance);

G_END_DECLS
