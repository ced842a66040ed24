/* slice.h - a volume's slice on a cairo context
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For pictures and reports; the window makes textures of the same pixels (core/image/reslice.h).
 */

#pragma once

#include "core/image/reslice.h"

#include <cairo.h>

G_BEGIN_DECLS

/**
 * trp_slice_draw:
 * @raster: what the user space's pixels 0 to width x height show
 *
 * Fills them: the volume where it is, TRP_GREY_OUTSIDE elsewhere. A plane along the grid is its
 * native slice, scaled linearly (or by whole voxels with @interpolation nearest).
 */
void trp_slice_draw (cairo_t *cr,
                     const TrpVolume *volume,
                     const TrpPlane *plane,
                     const TrpRaster *raster,
                     const TrpWindow *window,
                     TrpInterpolation interpolation);

G_END_DECLS
