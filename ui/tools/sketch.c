/* sketch.c - see sketch.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/sketch.h"

#define LINE_WIDTH 1.4
#define UNDERLAY_EXTRA 1.6
#define UNDERLAY_ALPHA 0.55
#define PREVIEW_FILL 0.12 /* twice a structure's own: the line lies on its edge */

bool
trp_sketch_is_on_plane (TrpDocument *document,
                        TrpRole role,
                        const TrpPlane *plane,
                        const TrpPlane *shown)
{
  TrpVolume *volume = trp_document_get_volume (document, role);

  return volume && trp_vec3_distance (plane->normal, shown->normal) < 1e-6 &&
         fabs (trp_plane_get_distance (plane, shown->point_lps)) <
           0.5 * trp_plane_get_step (shown, trp_volume_get_geometry (volume));
}

/* Dark under light, so that it can be seen on bone and on air. */
static void
stroke (cairo_t *cr, TrpSketchLine kind)
{
  static const double dashes[2] = { 4, 3 };

  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash (cr, dashes, kind == TRP_SKETCH_CLOSING ? 2 : 0, 0);
  cairo_set_line_width (cr, LINE_WIDTH + UNDERLAY_EXTRA);
  trp_palette_set_source (cr, TRP_GREY_PICTURE, UNDERLAY_ALPHA);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, LINE_WIDTH);
  trp_palette_set_source (cr, TRP_GREY_STRONG, 1);
  cairo_stroke (cr);
}

void
trp_sketch_draw_line (cairo_t *cr,
                      const TrpToolCanvas *canvas,
                      TrpSketchLine kind,
                      const TrpVec3 *points_lps,
                      size_t n_points,
                      bool closed)
{
  cairo_new_path (cr);
  for (size_t n = 0; n < n_points; n++)
    {
      double x, y;

      trp_raster_px_from_lps (&canvas->raster, points_lps[n], &x, &y);
      cairo_line_to (cr, x, y);
    }
  if (closed)
    cairo_close_path (cr);
  stroke (cr, kind);
}

static uint32_t
get_color (TrpDocument *document)
{
  TrpStructure *active = trp_document_peek_active (document);

  return active ? trp_palette_pack (trp_structure_get_color (active)) : TRP_GREY_STRONG;
}

void
trp_sketch_draw_point (cairo_t *cr,
                       const TrpToolCanvas *canvas,
                       TrpSketchPoint kind,
                       TrpVec3 point_lps)
{
  static const double radii[] = {
    [TRP_SKETCH_POINT] = 4, [TRP_SKETCH_POINT_HOVERED] = 6, [TRP_SKETCH_POINT_FUTURE] = 3
  };
  double x, y;

  trp_raster_px_from_lps (&canvas->raster, point_lps, &x, &y);
  cairo_new_path (cr);
  cairo_arc (cr, x, y, radii[kind], 0, 2 * G_PI);
  trp_palette_set_source (
    cr, kind == TRP_SKETCH_POINT_HOVERED ? get_color (canvas->document) : TRP_GREY_STRONG, 1);
  cairo_fill_preserve (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_set_line_width (cr, 1.2);
  trp_palette_set_source (cr, TRP_GREY_PICTURE, 0.9);
  cairo_stroke (cr);
}

TrpOutline *
trp_sketch_trace_change (TrpDocument *document, const TrpPlane *plane, const TrpPatch *change)
{
  TrpStructure *active = trp_document_peek_active (document);
  g_autoptr (TrpMask) mask = NULL;

  if (!active || trp_patch_is_empty (change))
    return NULL;
  mask = trp_paint_copy_changed (trp_structure_peek_mask (active), change);
  return trp_outline_new (mask, plane);
}

/* Lighter than the structure, as every preview. */
void
trp_sketch_draw_outline (cairo_t *cr, const TrpToolCanvas *canvas, const TrpOutline *outline)
{
  TrpStructure *active = trp_document_peek_active (canvas->document);
  TrpOutlineStyle style = { .kind = TRP_OUTLINE_PREVIEW, .fill = PREVIEW_FILL };

  if (!outline || !active)
    return;
  style.color = trp_palette_lighten (trp_structure_get_color (active));
  trp_outline_draw (outline, cr, &canvas->raster.px_from_lps, &style);
}

bool
trp_sketch_fill (TrpDocument *document,
                 TrpRole role,
                 const char *step,
                 const TrpPatch *stencil,
                 bool erase,
                 const char *nothing)
{
  g_autoptr (TrpPatch) change = trp_document_try_paint (document, role, stencil, erase);

  if (!trp_document_paint (document, role, step, stencil, erase))
    return false;
  if (trp_patch_is_empty (change))
    trp_document_report (document, TRP_SEVERITY_INFO, nothing);
  return !trp_patch_is_empty (change);
}
