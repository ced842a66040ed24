/* slice-overlay.c - what lies on a slice beside structures
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/slice-overlay.h"
#include "config.h"

#include "core/draw/overlay.h"
#include "core/draw/text.h"
#include "ui/document-distances.h"
#include "ui/measurement-draw.h"
#include "ui/tools/tool.h"

#include <glib/gi18n.h>

static double
get_mm_per_px (const TrpOverlay *self)
{
  return trp_vec3_length (trp_affine_column (&self->raster.lps_from_px, 0));
}

/* Absent under a brush, whose ring says where the pointer is. */
static void
draw_crosshair (const TrpOverlay *self, cairo_t *cr)
{
  TrpDocument *document = trp_slice_view_get_document (self->view);
  double x, y, pointer_x, pointer_y;

  if (self->crosshair_hidden || (trp_tool_get_current (document)->has_radius &&
                                 trp_slice_view_get_pointer (self->view, &pointer_x, &pointer_y)))
    return;
  trp_raster_px_from_lps (&self->raster, trp_document_get_cursor (document), &x, &y);
  trp_overlay_draw_crosshair (cr, self->plane.orientation, x, y, self->width, self->height);
}

static void
draw_brush (const TrpOverlay *self, cairo_t *cr)
{
  TrpDocument *document = trp_slice_view_get_document (self->view);
  const TrpToolSettings *tool = trp_document_get_tool (document);
  TrpStructure *active = trp_document_peek_active (document);
  const bool is_brush = tool->kind == TRP_TOOL_BRUSH || tool->kind == TRP_TOOL_ERASER;
  TrpRing ring = 0;
  double x, y;

  if (!trp_tool_get_current (document)->has_radius ||
      !trp_slice_view_get_pointer (self->view, &x, &y))
    return;
  if (is_brush && tool->shape == TRP_BRUSH_SQUARE)
    ring |= TRP_RING_SQUARE;
  if (tool->kind == TRP_TOOL_ERASER)
    ring |= TRP_RING_DASHED;
  if (tool->kind == TRP_TOOL_ERASER || tool->kind == TRP_TOOL_PUSH)
    ring |= TRP_RING_EMPTY;
  trp_overlay_draw_brush (cr, x, y, fmax (1, tool->radius_mm / get_mm_per_px (self)),
                          active ? trp_palette_pack (trp_structure_get_color (active)) : 0xffffff,
                          ring);
}

/* The scale of the colours, while an outline has them; once is enough. */
static void
draw_distance_scale (const TrpOverlay *self, cairo_t *cr)
{
  TrpDocument *document = trp_slice_view_get_document (self->view);

  if (self->active && trp_document_get_distances_shown (document) &&
      trp_document_get_structures_shown (document) && trp_document_peek_signed_field (document) &&
      self->height >= 300)
    trp_overlay_draw_distance_scale (cr, self->width, _ ("outside mm"), _ ("missing mm"));
}

/* In the slices that hold the place; the line only as far as the other surface lies in them, too.
 */
static void
draw_place (const TrpOverlay *self, cairo_t *cr)
{
  const TrpLivePlace *place = trp_document_peek_marked_place (
    trp_slice_view_get_document (self->view));
  double x, y, near[2];
  g_autofree char *text = NULL;
  bool has_near;

  if (!place || fabs (trp_raster_px_from_lps (&self->raster, place->point_lps, &x, &y)) > 0.5)
    return;
  has_near = fabs (trp_raster_px_from_lps (&self->raster, place->nearest_lps, &near[0],
                                           &near[1])) <= 0.5;
  text = g_strdup_printf (_ ("%s%.1f mm"), place->signed_mm < 0 ? "\u2212" : "+",
                          fabs (place->signed_mm));
  trp_overlay_draw_place (cr, x, y, has_near ? near : NULL, text);
}

static void
draw_outside (const TrpOverlay *self, cairo_t *cr)
{
  const TrpTextStyle style = {
    .size_px = 12, .rgb = TRP_GREY_SECOND, .edge = true, .align = 0.5, .valign = 0.5
  };

  trp_text_draw (cr, &style, floor (0.5 * self->width), floor (0.36 * self->height),
                 _ ("outside this volume"));
}

static void
draw_frame (const TrpOverlay *self, cairo_t *cr)
{
  cairo_rectangle (cr, 0.5, 0.5, self->width - 1, self->height - 1);
  cairo_set_line_width (cr, 1);
  trp_palette_set_source (cr, TRP_GREY_FRAME, 1);
  cairo_stroke (cr);
}

static void
draw_tool (const TrpOverlay *self, cairo_t *cr)
{
  TrpDocument *document = trp_slice_view_get_document (self->view);
  const TrpTool *tool = trp_tool_get_current (document);
  const TrpToolCanvas canvas = { .document = document,
                                 .role = trp_slice_view_get_role (self->view),
                                 .plane = self->plane,
                                 .raster = self->raster,
                                 .state = trp_tool_get_state (document, tool->kind) };

  if (!tool->draw)
    return;
  cairo_save (cr);
  tool->draw (&canvas, cr);
  cairo_restore (cr);
}

void
trp_slice_overlay_draw (const TrpOverlay *self, cairo_t *cr)
{
  draw_crosshair (self, cr);
  if (!self->has_slice)
    draw_outside (self, cr);
  trp_measurements_draw (trp_slice_view_get_document (self->view),
                         trp_slice_view_get_role (self->view), &self->plane, &self->raster, cr,
                         self->width);
  draw_place (self, cr);
  draw_distance_scale (self, cr);
  trp_overlay_draw_letters (cr, &self->plane, self->width, self->height);
  trp_overlay_draw_scale (cr, get_mm_per_px (self), self->width, self->height);
  draw_tool (self, cr);
  draw_brush (self, cr);
  if (self->active)
    draw_frame (self, cr);
}
