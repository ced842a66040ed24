/* measurement-draw.c - see measurement-draw.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/measurement-draw.h"
#include "config.h"

#include "core/draw/palette.h"
#include "core/draw/text.h"

#define LINE_PX 16.0
#define TICK_PX 4.0
#define ARC_PX 18.0
#define GAP_PX 12.0 /* from a point to its text */
#define EDGE_PX 4.0 /* of the pane */

typedef struct
{
  double x, y;
} Px;

/* Black below white, as all lines on pictures. */
static void
stroke (cairo_t *cr)
{
  cairo_set_line_width (cr, 3);
  trp_palette_set_source (cr, TRP_GREY_PICTURE, 0.75);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 1.4);
  trp_palette_set_source (cr, TRP_GREY_STRONG, 1);
  cairo_stroke (cr);
}

static void
add_line (cairo_t *cr, Px from, Px to)
{
  cairo_move_to (cr, from.x, from.y);
  cairo_line_to (cr, to.x, to.y);
}

/* A short line across the end at @at. */
static void
add_tick (cairo_t *cr, Px at, Px other)
{
  const double length = hypot (other.x - at.x, other.y - at.y);
  const double nx = length > 0 ? -(other.y - at.y) / length : 0,
               ny = length > 0 ? (other.x - at.x) / length : 1;

  cairo_move_to (cr, at.x - TICK_PX * nx, at.y - TICK_PX * ny);
  cairo_line_to (cr, at.x + TICK_PX * nx, at.y + TICK_PX * ny);
}

static void
draw_line (cairo_t *cr, const TrpMeasurement *measurement, const Px *px)
{
  add_line (cr, px[0], px[1]);
  add_tick (cr, px[0], px[1]);
  add_tick (cr, px[1], px[0]);
  stroke (cr);
}

static void
draw_angle (cairo_t *cr, const TrpMeasurement *measurement, const Px *px)
{
  add_line (cr, px[0], px[1]);
  if (measurement->n_points == 3)
    {
      const double first = atan2 (px[0].y - px[1].y, px[0].x - px[1].x);
      const double turn = remainder (atan2 (px[2].y - px[1].y, px[2].x - px[1].x) - first,
                                     2 * G_PI);

      add_line (cr, px[1], px[2]);
      cairo_new_sub_path (cr);
      if (turn >= 0)
        cairo_arc (cr, px[1].x, px[1].y, ARC_PX, first, first + turn);
      else
        cairo_arc_negative (cr, px[1].x, px[1].y, ARC_PX, first, first + turn);
    }
  stroke (cr);
}

static void
draw_rectangle (cairo_t *cr, const TrpMeasurement *measurement, const Px *px)
{
  cairo_rectangle (cr, px[0].x, px[0].y, px[1].x - px[0].x, px[1].y - px[0].y);
  stroke (cr);
}

static void
draw_ellipse (cairo_t *cr, const TrpMeasurement *measurement, const Px *px)
{
  const double width = 0.5 * fabs (px[1].x - px[0].x), height = 0.5 * fabs (px[1].y - px[0].y);

  if (width < 0.5 || height < 0.5)
    return;
  cairo_save (cr);
  cairo_translate (cr, 0.5 * (px[0].x + px[1].x), 0.5 * (px[0].y + px[1].y));
  cairo_scale (cr, width, height);
  cairo_arc (cr, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore (cr);
  stroke (cr);
}

static void
draw_probe (cairo_t *cr, const TrpMeasurement *measurement, const Px *px)
{
  for (int side = -1; side <= 1; side += 2)
    {
      add_line (cr, (Px){ px->x + side * 3, px->y }, (Px){ px->x + side * 8, px->y });
      add_line (cr, (Px){ px->x, px->y + side * 3 }, (Px){ px->x, px->y + side * 8 });
    }
  stroke (cr);
}

static void (*const drawings[TRP_N_MEASURES]) (cairo_t *, const TrpMeasurement *, const Px *) = {
  [TRP_MEASURE_DISTANCE] = draw_line,   [TRP_MEASURE_ANGLE] = draw_angle,
  [TRP_MEASURE_ELLIPSE] = draw_ellipse, [TRP_MEASURE_RECTANGLE] = draw_rectangle,
  [TRP_MEASURE_PROFILE] = draw_line,    [TRP_MEASURE_PROBE] = draw_probe,
};

/* To the right of it all, or to the left where there is no room; never beyond the pane. */
static void
draw_text (cairo_t *cr, const char *text, const Px *px, int n_points, double width)
{
  const TrpTextStyle style = { .size_px = 12, .rgb = TRP_GREY_STRONG, .edge = true, .valign = 0.5 };
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  const guint n_lines = g_strv_length (lines);
  Px right = px[0], left = px[0];
  double widest = 0;

  for (int n = 1; n < n_points; n++)
    {
      right = px[n].x > right.x ? px[n] : right;
      left = px[n].x < left.x ? px[n] : left;
    }
  for (guint n = 0; n < n_lines; n++)
    widest = fmax (widest, trp_text_get_width (cr, &style, lines[n]));
  const bool fits = right.x + GAP_PX + widest < width;
  const double x = fits ? right.x + GAP_PX : left.x - GAP_PX - widest;
  const Px at = fits ? right : left;

  /* a number whose first digits are cut off reads as another number */
  for (guint n = 0; n < n_lines; n++)
    trp_text_draw (cr, &style, CLAMP (x, EDGE_PX, fmax (EDGE_PX, width - widest - EDGE_PX)),
                   at.y + ((double) n - 0.5 * (n_lines - 1)) * LINE_PX, lines[n]);
}

void
trp_measurements_draw (TrpDocument *document,
                       TrpRole role,
                       const TrpPlane *plane,
                       const TrpRaster *raster,
                       cairo_t *cr,
                       double width)
{
  for (guint index = 0; index < trp_document_get_n_measurements (document); index++)
    {
      const TrpMeasurement *measurement = trp_document_get_measurement (document, index);
      g_autofree char *text = NULL;
      Px px[TRP_MEASURE_MAX_POINTS];

      if (!trp_measurement_lies_on (measurement, plane))
        continue;
      for (int n = 0; n < measurement->n_points; n++)
        trp_raster_px_from_lps (raster, measurement->points_lps[n], &px[n].x, &px[n].y);
      cairo_save (cr);
      cairo_new_path (cr); /* text leaves a point that an arc would be joined to */
      drawings[measurement->kind](cr, measurement, px);
      cairo_restore (cr);
      text = trp_measurement_dup_text (document, role, measurement);
      draw_text (cr, text, px, measurement->n_points, width);
    }
}

char *
trp_measurements_describe (TrpDocument *document, TrpRole role, const TrpPlane *plane)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint index = 0; index < trp_document_get_n_measurements (document); index++)
    {
      const TrpMeasurement *measurement = trp_document_get_measurement (document, index);

      if (trp_measurement_lies_on (measurement, plane))
        g_ptr_array_add (
          texts, g_strdelimit (trp_measurement_dup_text (document, role, measurement), "\n", ' '));
    }
  g_ptr_array_add (texts, NULL);
  return g_strjoinv ("; ", (char **) texts->pdata);
}
