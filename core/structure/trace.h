/* trace.h - outlines of masks and of sampled planes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Marching squares: vertices lie on the lines between neighbouring pixel centres, one inside and
 * one outside; for a mask half-way between them, so that filling (core/structure/rasterize.h) gives
 * the mask back. Polygons are closed, run with the inside on the +y side when going along +x, and
 * have no three points in line. Pixels that touch only at a corner stay apart, unless the mean of
 * the four values is above the level. Beyond the rim nothing is inside. No state; any thread.
 */

#pragma once

#include "core/structure/contour.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/**
 * trp_trace_slice:
 * @axis: 0 to 2, the grid axis that is constant on the slice
 * @index: of the slice
 *
 * Returns: (transfer full): in voxel indices, see trp_contour_point_ijk(). Looks at the slice's own
 * words only.
 */
TrpContours *trp_trace_slice (const TrpMask *mask, int axis, size_t index);

/**
 * trp_trace_grid:
 * @values: height rows of @width; NAN is outside
 * @level: inside is above it; a mask sampled trilinearly has its outline at 0.5
 *
 * Returns: (transfer full): in pixels, the first pixel's centre at (0, 0); vertices interpolated
 * linearly.
 */
TrpContours *trp_trace_grid (const float *values, size_t width, size_t height, float level);

G_END_DECLS
