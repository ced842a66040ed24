/* brush.h - the voxels under a brush that moved
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A voxel is covered when its centre lies in the shape around some point of the path, measured in
 * millimetres on any grid, so the result depends neither on zoom nor on speed, and a path cut into
 * parts covers the same voxels. The voxels that the path itself runs through are always covered, so
 * that a brush smaller than a voxel paints. No state; any thread.
 */

#pragma once

#include "core/structure/patch.h"

G_BEGIN_DECLS

/**
 * TrpBrushShape:
 * @TRP_BRUSH_DISC: flat, in one plane: the voxels whose cell the plane cuts (one slice for a plane
 * along the grid; of two equally near slices the one with the higher index)
 * @TRP_BRUSH_BALL: in three dimensions
 * @TRP_BRUSH_SQUARE: as flat as a disc; half its edge is the radius, and it does not turn along the
 * path
 */
typedef enum
{
  TRP_BRUSH_DISC,
  TRP_BRUSH_BALL,
  TRP_BRUSH_SQUARE,
  TRP_N_BRUSH_SHAPES,
} TrpBrushShape;

/**
 * TrpBrush:
 * @radius: mm, over 0
 * @normal_lps: of the plane of a flat shape, any length but 0; not used by a ball
 * @edge_lps: the way two of a square's edges run, any length; its part along the normal does not
 * count and the rest must not be 0. Not used by the other shapes.
 */
typedef struct
{
  TrpBrushShape shape;
  double radius;
  TrpVec3 normal_lps;
  TrpVec3 edge_lps;
} TrpBrush;

bool trp_brush_is_flat (const TrpBrush *brush);

/**
 * trp_brush_sweep:
 * @from_lps, @to_lps: ends of the path; equal for a dab. The plane of a flat shape runs through
 * @from_lps, and @to_lps is projected onto it.
 *
 * Returns: (transfer full): the covered voxels inside the grid; empty also for positions or radii
 * that are no finite numbers. Costs one formula per row of the covered box.
 */
TrpPatch *trp_brush_sweep (const TrpBrush *brush,
                           const TrpGeometry *geometry,
                           TrpVec3 from_lps,
                           TrpVec3 to_lps);

G_END_DECLS
