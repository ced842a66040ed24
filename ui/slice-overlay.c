/* slice-overlay.c - what lies on a slice beside structures
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/slice-overlay.h"
#include "config.h"

#include <glib/gi18n.h>
#include <pango/pangocairo.h>

#define CURSOR_GAP 14.0 /* px left open around the point */
#define LETTER_MARGIN 9.0

/* axial, coronal, sagittal: the only colours of the chrome */
static const GdkRGBA plane_colors[TRP_N_ORIENTATIONS] = {
  { 0xd9 / 255.f, 0x60 / 255.f, 0x5a / 255.f, 1 },
  { 0x5f / 255.f, 0xae / 255.f, 0x6a / 255.f, 1 },
  { 0xd8 / 255.f, 0xc2 / 255.f, 0x4a / 255.f, 1 },
};

static void
append_line (GtkSnapshot *snapshot, const GdkRGBA *color, double x, double y, double w, double h)
{
  if (w > 0 && h > 0)
    gtk_snapshot_append_color (
      snapshot, color,
      &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) w, (float) h));
}

/* A line stands for the plane whose normal is across it: in an axial pane the vertical line is the
 * sagittal plane. */
static void
get_line_planes (TrpOrientation orientation, TrpOrientation *out_across, TrpOrientation *out_along)
{
  *out_across = orientation == TRP_ORIENTATION_SAGITTAL ? TRP_ORIENTATION_CORONAL
                                                        : TRP_ORIENTATION_SAGITTAL;
  *out_along
    = orientation == TRP_ORIENTATION_AXIAL ? TRP_ORIENTATION_CORONAL : TRP_ORIENTATION_AXIAL;
}

void
trp_slice_overlay_snapshot_cursor (const TrpOverlay *self, GtkSnapshot *snapshot)
{
  TrpDocument *document = trp_slice_view_get_document (self->view);
  const TrpToolKind tool = trp_document_get_tool (document)->kind;
  TrpOrientation across, along;
  double x, y, pointer_x, pointer_y;

  if (self->crosshair_hidden)
    return;
  if ((tool == TRP_TOOL_BRUSH || tool == TRP_TOOL_ERASER) &&
      trp_slice_view_get_pointer (self->view, &pointer_x, &pointer_y))
    return;
  get_line_planes (self->plane.orientation, &across, &along);
  trp_raster_px_from_lps (&self->raster, trp_document_get_cursor (document), &x, &y);
  const double left = floor (x), top = floor (y);

  append_line (snapshot, &plane_colors[across], left, 0, 1, top - CURSOR_GAP);
  append_line (snapshot, &plane_colors[across], left, top + CURSOR_GAP + 1, 1, self->height);
  append_line (snapshot, &plane_colors[along], 0, top, left - CURSOR_GAP, 1);
  append_line (snapshot, &plane_colors[along], left + CURSOR_GAP + 1, top, self->width, 1);
}

static PangoLayout *
make_text (const TrpOverlay *self, const char *text, int size_px, bool bold)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self->view), text);
  PangoFontDescription *font = pango_font_description_copy (
    pango_context_get_font_description (gtk_widget_get_pango_context (GTK_WIDGET (self->view))));

  pango_font_description_set_absolute_size (font, size_px * PANGO_SCALE);
  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  return layout;
}

/* Light text with a dark edge, so that it stands on any picture. (@x, @y): the top left. */
static void
draw_text (cairo_t *cr, PangoLayout *layout, double x, double y, double grey)
{
  cairo_move_to (cr, x, y);
  pango_cairo_layout_path (cr, layout);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, 3);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.75);
  cairo_stroke (cr);
  cairo_move_to (cr, x, y);
  cairo_set_source_rgb (cr, grey, grey, grey);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_letters (const TrpOverlay *self, cairo_t *cr)
{
  for (int edge = 0; edge < TRP_N_EDGES; edge++)
    {
      char letters[TRP_LETTERS_SIZE];
      g_autoptr (PangoLayout) layout = NULL;
      double x, y;
      int width, height;

      trp_plane_get_letters (&self->plane, (TrpEdge) edge, letters);
      layout = make_text (self, letters, 12, true);
      pango_layout_get_pixel_size (layout, &width, &height);
      x = 0.5 * (self->width - width);
      y = 0.5 * (self->height - height);
      if (edge == TRP_EDGE_LEFT)
        x = LETTER_MARGIN;
      else if (edge == TRP_EDGE_RIGHT)
        x = self->width - LETTER_MARGIN - width;
      else if (edge == TRP_EDGE_TOP)
        y = 4;
      else
        y = self->height - 4 - height;
      draw_text (cr, layout, floor (x), floor (y), 0xcf / 255.0);
    }
}

static void
draw_scale_bar (const TrpOverlay *self, cairo_t *cr)
{
  static const int lengths_mm[] = { 100, 50, 20, 10, 5 };
  const double mm_per_px = trp_vec3_length (trp_affine_column (&self->raster.lps_from_px, 0));
  const double right = self->width - 9.5, bottom = floor (self->height - 9) - 0.5;
  g_autofree char *text = NULL;
  g_autoptr (PangoLayout) layout = NULL;
  int length_mm = lengths_mm[G_N_ELEMENTS (lengths_mm) - 1], width, height;

  for (size_t n = 0; n < G_N_ELEMENTS (lengths_mm); n++)
    if (lengths_mm[n] / mm_per_px <= self->width / 5.0)
      {
        length_mm = lengths_mm[n];
        break;
      }
  const double left = floor (right - length_mm / mm_per_px) + 0.5;

  if (left < 60)
    return;
  for (int pass = 0; pass < 2; pass++)
    {
      cairo_move_to (cr, left, bottom - 5);
      cairo_line_to (cr, left, bottom);
      cairo_line_to (cr, right, bottom);
      cairo_line_to (cr, right, bottom - 5);
      cairo_set_line_width (cr, pass ? 1 : 3);
      cairo_set_source_rgba (cr, pass * 0.81, pass * 0.81, pass * 0.81, pass ? 1 : 0.75);
      cairo_stroke (cr);
    }
  text = g_strdup_printf (_ ("%d mm"), length_mm);
  layout = make_text (self, text, 11, false);
  pango_layout_get_pixel_size (layout, &width, &height);
  draw_text (cr, layout, left - 6 - width, bottom - height + 3, 0xcf / 255.0);
}

/* White 1.2 px ring, black ring outside, light fill, dot; the eraser's is dashed and empty. */
static void
draw_brush (const TrpOverlay *self, cairo_t *cr)
{
  const TrpToolSettings *tool
    = trp_document_get_tool (trp_slice_view_get_document (self->view));
  const bool is_eraser = tool->kind == TRP_TOOL_ERASER;
  const double dashes[] = { 4, 3 };
  double x, y;

  if ((tool->kind != TRP_TOOL_BRUSH && !is_eraser) ||
      !trp_slice_view_get_pointer (self->view, &x, &y))
    return;
  const double radius
    = fmax (1, tool->radius_mm / trp_vec3_length (trp_affine_column (&self->raster.lps_from_px, 0)));

  cairo_new_path (cr);
  cairo_arc (cr, x, y, radius + 1.1, 0, 2 * G_PI);
  cairo_set_line_width (cr, 1);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.8);
  cairo_stroke (cr);
  cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
  cairo_set_source_rgba (cr, 1, 1, 1, is_eraser || radius < 3 ? 0 : 0.1);
  cairo_fill_preserve (cr);
  if (is_eraser)
    cairo_set_dash (cr, dashes, 2, 0);
  cairo_set_line_width (cr, 1.2);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_arc (cr, x, y, 1, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
draw_ruler_line (cairo_t *cr, const double x[2], const double y[2])
{
  for (int pass = 0; pass < 2; pass++)
    {
      cairo_set_line_width (cr, pass ? 1.4 : 3.4);
      cairo_set_source_rgba (cr, pass, pass, pass, pass ? 1 : 0.6);
      cairo_move_to (cr, x[0], y[0]);
      cairo_line_to (cr, x[1], y[1]);
      cairo_stroke (cr);
      for (int end = 0; end < 2; end++)
        {
          cairo_arc (cr, x[end], y[end], 3, 0, 2 * G_PI);
          cairo_stroke (cr);
        }
    }
}

/* Shown where both ends lie in the slice shown, to half a millimetre. */
static void
draw_ruler (const TrpOverlay *self, cairo_t *cr)
{
  TrpDocument *document = trp_slice_view_get_document (self->view);
  TrpVec3 ends[2];
  double x[2], y[2];
  g_autofree char *text = NULL;
  g_autoptr (PangoLayout) layout = NULL;

  if (!trp_document_get_ruler (document, &ends[0], &ends[1]))
    return;
  for (int n = 0; n < 2; n++)
    if (fabs (trp_raster_px_from_lps (&self->raster, ends[n], &x[n], &y[n])) > 0.5)
      return;
  draw_ruler_line (cr, x, y);
  text = g_strdup_printf (_ ("%.1f mm"), trp_vec3_distance (ends[0], ends[1]));
  layout = make_text (self, text, 12, true);
  draw_text (cr, layout, fmax (x[0], x[1]) + 8, 0.5 * (y[0] + y[1]) - 8, 1);
}

static void
draw_outside (const TrpOverlay *self, cairo_t *cr)
{
  g_autoptr (PangoLayout) layout = make_text (self, _ ("outside this volume"), 12, false);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  draw_text (cr, layout, floor (0.5 * (self->width - width)), floor (0.36 * self->height),
             0x9a / 255.0);
}

static void
draw_frame (const TrpOverlay *self, cairo_t *cr)
{
  cairo_rectangle (cr, 0.5, 0.5, self->width - 1, self->height - 1);
  cairo_set_line_width (cr, 1);
  cairo_set_source_rgb (cr, 0x8c / 255.0, 0x8c / 255.0, 0x8c / 255.0);
  cairo_stroke (cr);
}

void
trp_slice_overlay_draw (const TrpOverlay *self, cairo_t *cr)
{
  if (!self->has_slice)
    draw_outside (self, cr);
  draw_ruler (self, cr);
  draw_letters (self, cr);
  draw_scale_bar (self, cr);
  draw_brush (self, cr);
  if (self->active)
    draw_frame (self, cr);
}
