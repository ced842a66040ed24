/* mask-reslice.h - masks on other grids and on the pixels of a pane
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Nearest voxel, but for the smooth outlines of oblique planes. Any thread, on masks that nobody
 * writes.
 */

#pragma once

#include "core/base/progress.h"
#include "core/geometry/raster.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/* One byte per pixel, 1 inside the structure, else 0; @raster->width x height. */
void trp_mask_reslice (const TrpMask *mask, const TrpRaster *raster, uint8_t *out_bytes);

/* Share of the structure at each pixel's centre, 0 to 1: trilinear between voxel centres. */
void trp_mask_reslice_linear (const TrpMask *mask, const TrpRaster *raster, float *out_shares);

/* Each voxel of @geometry takes the voxel of @mask that its centre lies in; 0 outside the mask's
 * grid.
 *
 * Errors: G_IO_ERROR_CANCELLED. */
TrpMask *trp_mask_resample (const TrpMask *mask,
                            const TrpGeometry *geometry,
                            TrpProgress *progress,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
