/* brush.h - the voxels under a brush that moved
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A voxel is covered when its centre is at most the radius away from the path of the brush, in
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
 */
typedef enum
{
  TRP_BRUSH_DISC,
  TRP_BRUSH_BALL,
} TrpBrushShape;

/**
 * TrpBrush:
 * @radius: mm, over 0
 * @normal_lps: of the disc's plane, any length but 0; not used by a ball
 */
typedef struct
{
  TrpBrushShape shape;
  double radius;
  TrpVec3 normal_lps;
} TrpBrush;

/**
 * trp_brush_sweep:
 * @from_lps, @to_lps: ends of the path; equal for a dab. A disc's plane runs through @from_lps, and
 * @to_lps is projected onto it.
 *
 * Returns: (transfer full): the covered voxels inside the grid; empty also for positions or radii
 * that are no finite numbers. Costs one formula per row of the covered box.
 */
TrpPatch *trp_brush_sweep (const TrpBrush *brush,
                           const TrpGeometry *geometry,
                           TrpVec3 from_lps,
                           TrpVec3 to_lps);

G_END_DECLS
