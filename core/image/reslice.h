/* reslice.h - the pixels a pane shows of a volume
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pixels are 0xAARRGGBB words, premultiplied, in the machine's byte order: CAIRO_FORMAT_ARGB32 and
 * GDK_MEMORY_DEFAULT. Inside the volume they are opaque grey; outside (and where a voxel is NAN)
 * they are 0, fully transparent, so that whoever draws lets the "outside" colour show through and
 * black stays air. Nothing is kept between calls; any thread.
 */

#pragma once

#include "core/geometry/raster.h"
#include "core/image/resample.h"
#include "core/image/window-level.h"

G_BEGIN_DECLS

/**
 * trp_reslice_native:
 * @slice: from trp_plane_match_native() on the volume's grid
 * @table: made for this volume
 * @stride: of @out_pixels in pixels, at least the width of trp_raster_native()
 *
 * Copies one slice, one pixel per voxel, flipped and transposed to the screen.
 */
void trp_reslice_native (const TrpVolume *volume,
                         const TrpNativeSlice *slice,
                         const TrpWindowTable *table,
                         size_t stride,
                         uint32_t *out_pixels);

/* Any plane: samples at the pixels' centres. @stride is in pixels, at least @raster->width. */
void trp_reslice_oblique (const TrpVolume *volume,
                          const TrpRaster *raster,
                          TrpInterpolation interpolation,
                          const TrpWindowTable *table,
                          size_t stride,
                          uint32_t *out_pixels);

/* Values in units instead of grey, NAN outside; @raster->width x height of them. */
void trp_reslice_values (const TrpVolume *volume,
                         const TrpRaster *raster,
                         TrpInterpolation interpolation,
                         float *out_values);

G_END_DECLS
