/* region-statistics.h - values of an image in an ellipse or rectangle, and along a line
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No state; any thread.
 */

#pragma once

#include "core/geometry/plane.h"
#include "core/image/volume.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_REGION_ELLIPSE,
  TRP_REGION_RECTANGLE,
} TrpRegionShape;

/**
 * TrpRegion: drawn on a plane
 * @corners_lps: opposite corners of the rectangle, or of the one around the ellipse, whose sides
 * run along the plane's right and down
 */
typedef struct
{
  TrpRegionShape shape;
  TrpPlane plane;
  TrpVec3 corners_lps[2];
} TrpRegion;

/**
 * TrpRegionStatistics: in the volume's unit
 * @n: values, of which all others are made
 * @sd: with n - 1; NAN for one value
 * @area_mm2: of the drawn shape
 */
typedef struct
{
  size_t n;
  double mean, sd, min, max;
  double area_mm2;
} TrpRegionStatistics;

/**
 * trp_region_measure:
 *
 * On a plane along the grid the voxels of its slice whose centre lies inside, as stored; on any
 * other plane trilinear samples at the grid's smallest spacing, 2049 a side at most. Costs the
 * voxels of the region's box.
 *
 * Returns: false if no value lies inside; @out_statistics has the area then.
 */
bool trp_region_measure (const TrpRegion *region,
                         const TrpVolume *volume,
                         TrpRegionStatistics *out_statistics);

/* mm along the plane's right and down. */
void trp_region_get_size (const TrpRegion *region, double *out_width, double *out_height);

/* Trilinear values at @n points from @from_lps to @to_lps, ends included; NAN outside. */
void trp_line_profile_sample (
  const TrpVolume *volume, TrpVec3 from_lps, TrpVec3 to_lps, size_t n, double *out_values);

G_END_DECLS
