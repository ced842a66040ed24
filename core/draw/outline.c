/* outline.c - see outline.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/outline.h"
#include "core/structure/mask-reslice.h"
#include "core/structure/trace.h"

#define UNDERLAY_EXTRA 1.6
#define UNDERLAY_ALPHA 0.55
#define MAX_RASTER 4096 /* pixels a side of the raster on which oblique planes are traced */

struct _TrpOutline
{
  TrpContours *contours; /* NULL if empty */
  TrpAffine lps_from_xy; /* column 2 is not used */
};

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
    return NULL;
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

TrpOutline *
trp_outline_new (const TrpMask *mask, const TrpPlane *plane)
{
  TrpOutline *self = g_new0 (TrpOutline, 1);
  TrpNativeSlice slice;
  const TrpNativeMatch match = trp_plane_match_native (plane, trp_mask_get_geometry (mask), &slice);

  if (match == TRP_NATIVE_SLICE)
    self->contours = trace_native (mask, &slice, &self->lps_from_xy);
  else if (match == TRP_NATIVE_NONE)
    self->contours = trace_oblique (mask, plane, &self->lps_from_xy);
  return self;
}

void
trp_outline_free (TrpOutline *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->contours, trp_contours_free);
  g_free (self);
}

bool
trp_outline_is_empty (const TrpOutline *self)
{
  return !self->contours || trp_contours_get_size (self->contours) == 0;
}

void
trp_outline_append_path (const TrpOutline *self, cairo_t *cr, const TrpAffine *px_from_lps)
{
  const TrpAffine map = trp_affine_multiply (px_from_lps, &self->lps_from_xy);

  if (trp_outline_is_empty (self))
    return;
  for (size_t c = 0; c < trp_contours_get_size (self->contours); c++)
    {
      size_t n_points;
      const TrpPoint *points = trp_contours_peek_points (self->contours, c, &n_points);

      for (size_t n = 0; n < n_points; n++)
        {
          const TrpVec3 px = trp_affine_apply (&map, trp_vec3 (points[n].x, points[n].y, 0));

          if (n == 0)
            cairo_move_to (cr, px.v[0], px.v[1]);
          else
            cairo_line_to (cr, px.v[0], px.v[1]);
        }
      cairo_close_path (cr);
    }
}

/* Widths and dashes in user-space pixels; dashes of 0: drawn through. */
static const struct
{
  double width;
  double dashes[2];
} pens[] = {
  [TRP_OUTLINE_ACTIVE] = { .width = 2.2 },
  [TRP_OUTLINE_OTHER] = { .width = 1.4 },
  [TRP_OUTLINE_REFERENCE] = { 1.3, { 4, 3.5 } },
  [TRP_OUTLINE_PREVIEW] = { 2.0, { 7, 4 } },
};

void
trp_outline_draw (const TrpOutline *self,
                  cairo_t *cr,
                  const TrpAffine *px_from_lps,
                  const TrpOutlineStyle *style)
{
  const uint32_t rgb = trp_palette_pack (style->color);

  if (trp_outline_is_empty (self))
    return;
  cairo_save (cr);
  cairo_new_path (cr);
  trp_outline_append_path (self, cr, px_from_lps);
  if (style->fill > 0)
    {
      cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
      trp_palette_set_source (cr, rgb, style->fill);
      cairo_fill_preserve (cr);
    }
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  if (pens[style->kind].dashes[0] > 0)
    cairo_set_dash (cr, pens[style->kind].dashes, 2, 0);
  cairo_set_line_width (cr, pens[style->kind].width + UNDERLAY_EXTRA);
  trp_palette_set_source (cr, TRP_GREY_PICTURE, UNDERLAY_ALPHA);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, pens[style->kind].width);
  trp_palette_set_source (cr, rgb, 1);
  cairo_stroke (cr);
  cairo_restore (cr);
}
