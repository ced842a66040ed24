/* resample.h - a volume on another grid
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Points go through LPS millimetres, so grids may differ in everything. Half a voxel beyond the
 * outermost centres still counts as inside and repeats the edge, as in trp_volume_sample(). No
 * smoothing before going to a coarser grid. Runs on all threads, results are the same bits with any
 * number of them. Masks are in core/structure/mask-reslice.h.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/sampler.h"

G_BEGIN_DECLS

/**
 * trp_volume_resample:
 * @geometry: the new grid
 * @outside: value (in units) where the volume has none; may be NAN but for nearest
 * @progress: (nullable)
 *
 * Nearest keeps the stored type, slope and intercept (label maps stay whole numbers); a point
 * midway between two voxels takes the one with the larger index. Linear and cubic (see bspline.h)
 * give float32 values with slope 1. The information is copied, warnings included.
 *
 * Errors: TRP_ERROR_LIMIT without memory for the result; TRP_ERROR_FORMAT for cubic where a voxel
 * is no finite number; G_IO_ERROR_CANCELLED.
 */
TrpVolume *trp_volume_resample (const TrpVolume *volume,
                                const TrpGeometry *geometry,
                                TrpInterpolation interpolation,
                                double outside,
                                TrpProgress *progress,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_geometry_resize_plane:
 * @axis: grid axis along which the slices stay as they are
 * @spacing: mm along the two other axes, in their order
 * @size: voxels along them; 0: as many as cover the old extent, at least 1
 *
 * The same slices with other pixels; the middle of each slice stays where it was.
 *
 * Errors: as trp_geometry_init().
 */
bool trp_geometry_resize_plane (const TrpGeometry *geometry,
                                int axis,
                                const double spacing[2],
                                const size_t size[2],
                                TrpGeometry *out_geometry,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same along all three axes; a spacing of 0 leaves its axis as it is. */
bool trp_geometry_resize (const TrpGeometry *geometry,
                          const double spacing[3],
                          TrpGeometry *out_geometry,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
