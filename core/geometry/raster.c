/* raster.c - see raster.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/geometry/raster.h"

static TrpRaster
make_raster (
  size_t width, size_t height, TrpVec3 right, TrpVec3 down, TrpVec3 normal, TrpVec3 corner)
{
  TrpRaster raster = { .width = width, .height = height };
  bool ok;

  trp_affine_set_column (&raster.lps_from_px, 0, right);
  trp_affine_set_column (&raster.lps_from_px, 1, down);
  trp_affine_set_column (&raster.lps_from_px, 2, normal);
  trp_affine_set_column (&raster.lps_from_px, 3, corner);
  ok = trp_affine_invert (&raster.lps_from_px, &raster.px_from_lps);
  g_assert (ok);
  return raster;
}

/* Where the corner of pixel (0, 0) lies when @point is at (x, y). */
static TrpVec3
step_back (TrpVec3 point, TrpVec3 right, double x, TrpVec3 down, double y)
{
  const TrpVec3 row = trp_vec3_subtract (point, trp_vec3_scale (right, x));

  return trp_vec3_subtract (row, trp_vec3_scale (down, y));
}

TrpRaster
trp_raster_new (
  const TrpPlane *plane, size_t width, size_t height, double mm_per_px, TrpVec3 center_lps)
{
  const TrpVec3 right = trp_vec3_scale (plane->right, mm_per_px);
  const TrpVec3 down = trp_vec3_scale (plane->down, mm_per_px);
  const TrpVec3 center = trp_plane_project (plane, center_lps);

  return make_raster (width, height, right, down, plane->normal,
                      step_back (center, right, 0.5 * (double) width, down, 0.5 * (double) height));
}

TrpRaster
trp_raster_native (const TrpGeometry *geometry, const TrpNativeSlice *slice)
{
  const TrpVec3 right = trp_vec3_scale (
    trp_affine_column (&geometry->lps_from_ijk, slice->right_axis), slice->right_sign);
  const TrpVec3 down = trp_vec3_scale (
    trp_affine_column (&geometry->lps_from_ijk, slice->down_axis), slice->down_sign);
  const size_t width = geometry->size[slice->right_axis];
  const size_t height = geometry->size[slice->down_axis];
  TrpVec3 first_ijk = { { 0, 0, 0 } };

  first_ijk.v[slice->axis] = (double) slice->index;
  first_ijk.v[slice->right_axis] = slice->right_sign > 0 ? 0 : (double) (width - 1);
  first_ijk.v[slice->down_axis] = slice->down_sign > 0 ? 0 : (double) (height - 1);
  return make_raster (
    width, height, right, down,
    trp_vec3_scale (trp_geometry_get_direction (geometry, slice->axis), slice->axis_sign),
    step_back (trp_geometry_lps_from_ijk (geometry, first_ijk), right, 0.5, down, 0.5));
}

double
trp_raster_get_fit (const TrpPlane *plane, const TrpGeometry *geometry, double width, double height)
{
  double extent[2];
  const TrpVec3 directions[2] = { plane->right, plane->down };

  for (int d = 0; d < 2; d++)
    {
      TrpPlane side = *plane;
      double low, high;

      side.normal = directions[d];
      trp_plane_get_range (&side, geometry, &low, &high);
      extent[d] = high - low;
    }
  return fmax (extent[0] / fmax (width, 1), extent[1] / fmax (height, 1));
}

TrpVec3
trp_raster_lps_from_px (const TrpRaster *self, double x, double y)
{
  return trp_affine_apply (&self->lps_from_px, trp_vec3 (x, y, 0));
}

double
trp_raster_px_from_lps (const TrpRaster *self, TrpVec3 point_lps, double *out_x, double *out_y)
{
  const TrpVec3 px = trp_affine_apply (&self->px_from_lps, point_lps);

  *out_x = px.v[0];
  *out_y = px.v[1];
  return px.v[2];
}
