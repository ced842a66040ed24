/* plane-trace.c - see plane-trace.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/plane-trace.h"
#include "core/structure/mask-reslice.h"
#include "core/structure/trace.h"

#define MAX_RASTER 4096 /* pixels a side of the raster on which oblique planes are traced */

static TrpContours *
trace_native (const TrpMask *mask, const TrpNativeSlice *slice, TrpAffine *out_lps_from_xy)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const TrpPoint corners[3] = { { 0, 0 }, { 1, 0 }, { 0, 1 } };
  TrpVec3 lps[3];

  for (int n = 0; n < 3; n++)
    lps[n] = trp_geometry_lps_from_ijk (
      geometry, trp_contour_point_ijk (slice->axis, slice->index, corners[n]));
  *out_lps_from_xy = trp_affine_identity ();
  trp_affine_set_column (out_lps_from_xy, 0, trp_vec3_subtract (lps[1], lps[0]));
  trp_affine_set_column (out_lps_from_xy, 1, trp_vec3_subtract (lps[2], lps[0]));
  trp_affine_set_column (out_lps_from_xy, 3, lps[0]);
  return trp_trace_slice (mask, slice->axis, slice->index);
}

/* Where the mask's box, a voxel larger on all sides, lies on the plane, in mm along its axes from
 * its point. Returns: false if the plane misses it. */
static bool
find_extent (const TrpMask *mask, const TrpPlane *plane, double out_low[2], double out_high[2])
{
  const TrpBox box = trp_mask_get_box (mask);
  double low[3] = { INFINITY, INFINITY, INFINITY }, high[3] = { -INFINITY, -INFINITY, -INFINITY };
  const TrpVec3 axes[3] = { plane->right, plane->down, plane->normal };

  if (trp_box_is_empty (&box))
    return false;
  for (unsigned corner = 0; corner < 8; corner++)
    {
      TrpVec3 ijk, from_point;

      for (unsigned axis = 0; axis < 3; axis++)
        ijk.v[axis] = corner >> axis & 1 ? (double) box.end[axis] : (double) box.begin[axis] - 1;
      from_point = trp_vec3_subtract (trp_geometry_lps_from_ijk (trp_mask_get_geometry (mask), ijk),
                                      plane->point_lps);
      for (int a = 0; a < 3; a++)
        {
          low[a] = fmin (low[a], trp_vec3_dot (axes[a], from_point));
          high[a] = fmax (high[a], trp_vec3_dot (axes[a], from_point));
        }
    }
  for (int a = 0; a < 2; a++)
    {
      out_low[a] = low[a];
      out_high[a] = high[a];
    }
  return low[2] <= 0 && high[2] >= 0;
}

static TrpContours *
trace_oblique (const TrpMask *mask, const TrpPlane *plane, TrpAffine *out_lps_from_xy)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  double low[2], high[2], mm_per_px;
  g_autofree float *shares = NULL;
  TrpVec3 center;
  TrpRaster raster;

  if (!find_extent (mask, plane, low, high))
    return trp_contours_new ();
  mm_per_px = fmin (
    fmin (trp_geometry_get_spacing (geometry, 0), trp_geometry_get_spacing (geometry, 1)),
    trp_geometry_get_spacing (geometry, 2));
  mm_per_px = fmax (mm_per_px, fmax (high[0] - low[0], high[1] - low[1]) / MAX_RASTER);
  center = trp_vec3_add (plane->point_lps,
                         trp_vec3_add (trp_vec3_scale (plane->right, 0.5 * (low[0] + high[0])),
                                       trp_vec3_scale (plane->down, 0.5 * (low[1] + high[1]))));
  raster = trp_raster_new (plane, (size_t) ceil ((high[0] - low[0]) / mm_per_px) + 2,
                           (size_t) ceil ((high[1] - low[1]) / mm_per_px) + 2, mm_per_px, center);
  shares = g_new (float, raster.width *raster.height);
  trp_mask_reslice_linear (mask, &raster, shares);
  *out_lps_from_xy = raster.lps_from_px;
  /* The tracer's pixel centres are whole numbers. */
  trp_affine_set_column (out_lps_from_xy, 3, trp_raster_lps_from_px (&raster, 0.5, 0.5));
  return trp_trace_grid (shares, raster.width, raster.height, 0.5f);
}

TrpContours *
trp_trace_plane (const TrpMask *mask, const TrpPlane *plane, TrpAffine *out_lps_from_xy)
{
  TrpNativeSlice slice;

  *out_lps_from_xy = trp_affine_identity ();
  switch (trp_plane_match_native (plane, trp_mask_get_geometry (mask), &slice))
    {
    case TRP_NATIVE_SLICE:
      return trace_native (mask, &slice, out_lps_from_xy);
    case TRP_NATIVE_NONE:
      return trace_oblique (mask, plane, out_lps_from_xy);
    case TRP_NATIVE_OUTSIDE:
    default:
      return trp_contours_new ();
    }
}
