/* flood-fill.h - the connected voxels that look like the one that was pointed at
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Voxels touch by faces: 6 neighbours in three dimensions, 4 in a slice. Cost and memory follow the
 * region, but for two bits per voxel of the slices it reaches and one per row of the grid. The
 * region does not depend on the order in which it is found. Any thread; one thread each.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/**
 * TrpFloodFill:
 * @volume: on any grid; values as in core/image/grid-values.h
 * @tolerance: in the volume's unit, 0 or more
 * @flat: only the voxels whose cells the plane through the point cuts (as under a disc,
 * core/structure/brush.h), else in three dimensions
 * @normal_lps: of that plane
 */
typedef struct
{
  const TrpVolume *volume;
  double tolerance;
  bool flat;
  TrpVec3 normal_lps;
} TrpFloodFill;

/**
 * trp_flood_fill:
 * @geometry: of the result
 * @point_lps: in the cell of the first voxel, whose value is that of the region; others belong to
 * it while they differ by @tolerance at most
 *
 * Errors: G_IO_ERROR_CANCELLED; TRP_ERROR_UNSUPPORTED where the point lies outside the grid or the
 * volume, or has no value; TRP_ERROR_LIMIT for want of memory.
 */
TrpMask *trp_flood_fill (const TrpFloodFill *self,
                         const TrpGeometry *geometry,
                         TrpVec3 point_lps,
                         TrpProgress *progress,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
