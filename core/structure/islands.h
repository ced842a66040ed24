/* islands.h - a mask's parts and holes in three dimensions
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parts are of voxels that touch by faces, edges or corners (26 neighbours), holes of unset voxels
 * that touch by faces and from which no way leads to the edge of the grid (core/image/components.h
 * does the same to bytes). Read straight from the words, in the mask's box; memory as in
 * core/image/runs.h. Masks are borrowed, results are new and share every plane that stayed as it
 * was. Any thread. Errors of all: TRP_ERROR_LIMIT for want of memory.
 */

#pragma once

#include "core/structure/mask.h"

G_BEGIN_DECLS

/* Parts (or holes) that were taken away (filled), and their voxels; 0 where there were none. */
typedef struct
{
  size_t n_parts;
  size_t n_voxels;
} TrpIslands;

/* Of equally large parts the first in the order of voxels stays. */
TrpMask *trp_islands_keep_largest (const TrpMask *mask, TrpIslands *out_islands, GError **error);
/* Takes away the parts of less than @least_ml; one of just that volume stays. */
TrpMask *trp_islands_remove_small (const TrpMask *mask,
                                   double least_ml,
                                   TrpIslands *out_islands,
                                   GError **error);
TrpMask *trp_islands_fill_holes (const TrpMask *mask, TrpIslands *out_islands, GError **error);

/**
 * trp_islands_split:
 * @n_most: parts that are accepted, 1 or more
 *
 * Returns: (element-type TrpMask) (transfer full): each part, the largest first; none of an empty
 * mask. Errors: TRP_ERROR_UNSUPPORTED where there are more than @n_most.
 */
GPtrArray *trp_islands_split (const TrpMask *mask, size_t n_most, GError **error);

G_END_DECLS
