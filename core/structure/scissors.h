/* scissors.h - cutting a structure along a drawn outline, through its depth
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A closed line on any plane is the rim of a prism along the plane's normal; what of a structure
 * lies inside or outside of it is cut off. All that the line goes round is inside
 * (TRP_FILL_NONZERO). No state; any thread, on masks that nobody writes.
 */

#pragma once

#include "core/structure/plane-polygon.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_SCISSORS_CUT_INSIDE,
  TRP_SCISSORS_CUT_OUTSIDE,
} TrpScissors;

/**
 * trp_scissors_cut:
 * @slab: the plane of the line, and how deep it cuts: voxels further away stay, on either side of
 * the line
 * @points_lps: the line, closed from its last point to its first; one that goes round no voxel of
 * the grid, or is nowhere, cuts nothing
 *
 * Returns: (transfer full): the voxels of @mask to be erased. Costs the rows of the mask's own box;
 * finding that reads the words of its slices.
 */
TrpPatch *trp_scissors_cut (const TrpMask *mask,
                            TrpScissors part,
                            const TrpSlab *slab,
                            const TrpVec3 *points_lps,
                            size_t n_points);

G_END_DECLS
