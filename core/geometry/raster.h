/* raster.h - pixels on a viewing plane
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plain value. Pixel coordinates are those of GTK and cairo: pixel (x, y) covers x to x + 1, its
 * centre is at (x + 0.5, y + 0.5); the third coordinate is mm above the plane.
 */

#pragma once

#include "core/geometry/plane.h"

G_BEGIN_DECLS

typedef struct
{
  size_t width, height;
  TrpAffine lps_from_px;
  TrpAffine px_from_lps;
} TrpRaster;

/* @center_lps: what lies in the middle of the pixels (its foot on the plane); @mm_per_px > 0. */
TrpRaster trp_raster_new (
  const TrpPlane *plane, size_t width, size_t height, double mm_per_px, TrpVec3 center_lps);
/* One pixel per voxel of a native slice, turned and flipped to the screen: pixel (0, 0) is the
 * voxel at the top left. Lies in the slice's own centre plane. */
TrpRaster trp_raster_native (const TrpGeometry *geometry, const TrpNativeSlice *slice);
/* mm per pixel at which all of the grid's outline on this plane fits into width x height. */
double trp_raster_get_fit (const TrpPlane *plane,
                           const TrpGeometry *geometry,
                           double width,
                           double height);

TrpVec3 trp_raster_lps_from_px (const TrpRaster *self, double x, double y);
/* Returns: the height above the plane in mm. */
double
trp_raster_px_from_lps (const TrpRaster *self, TrpVec3 point_lps, double *out_x, double *out_y);

G_END_DECLS
