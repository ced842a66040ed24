/* plane-polygon.h - the voxels inside a polygon drawn on any plane
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A voxel is inside when the foot of its centre on the plane is, with the tie rules of
 * rasterize.h, so a plane along the grid gives exactly trp_rasterize_slice()'s voxels. Positions
 * are rounded to 2^-30 voxel, so that ties do not hang on the last bits of a millimetre. Fewer than
 * three points, a normal of 0, and points that are no finite number or over 10^7 voxels away give
 * an empty patch; the rest is cut at the grid. No state; any thread.
 */

#pragma once

#include "core/structure/rasterize.h"
#include "core/structure/slab.h"

G_BEGIN_DECLS

/**
 * trp_plane_polygon_fill:
 * @point_lps, @normal_lps: the plane; a normal of any length
 * @points_lps: the polygon's corners, moved onto the plane along its normal; the last is joined to
 * the first
 *
 * Even-odd, flat as the disc of a brush: the voxels whose cell the plane cuts (slab.h). Costs the
 * rows of the polygon's box on each slice that the plane passes beside it.
 *
 * Returns: (transfer full)
 */
TrpPatch *trp_plane_polygon_fill (const TrpGeometry *geometry,
                                  TrpVec3 point_lps,
                                  TrpVec3 normal_lps,
                                  const TrpVec3 *points_lps,
                                  size_t n_points);

/**
 * trp_plane_polygon_extrude:
 * @slab: the polygon's plane, and how far to each side of it; infinite for all of the grid
 * @box: (nullable): the voxels wanted; NULL: all of the grid
 *
 * The prism through the polygon, along the plane's normal. Costs the rows of @box at most.
 *
 * Returns: (transfer full)
 */
TrpPatch *trp_plane_polygon_extrude (const TrpGeometry *geometry,
                                     const TrpSlab *slab,
                                     TrpFillRule rule,
                                     const TrpVec3 *points_lps,
                                     size_t n_points,
                                     const TrpBox *box);

G_END_DECLS
