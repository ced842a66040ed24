/* overlay.c - see overlay.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/overlay.h"
#include "core/draw/text.h"

#include <string.h>

#define LETTER_DISTANCE 9
#define CROSSHAIR_GAP 14
#define SCALE_TICK 4
#define UNDERLAY_ALPHA 0.55

void
trp_overlay_draw_letters (cairo_t *cr, const TrpPlane *plane, double width, double height)
{
  TrpTextStyle style = { .size_px = 12, .rgb = TRP_GREY_LETTER, .bold = true, .edge = true };
  static const double fraction[TRP_N_EDGES][2] = { { 0, 0.5 }, { 1, 0.5 }, { 0.5, 0 }, { 0.5, 1 } };
  const double inner_width = width - 2 * LETTER_DISTANCE;
  const double inner_height = height - 2 * LETTER_DISTANCE;

  for (int edge = 0; edge < TRP_N_EDGES; edge++)
    {
      char letters[TRP_LETTERS_SIZE];

      trp_plane_get_letters (plane, (TrpEdge) edge, letters);
      style.align = fraction[edge][0];
      style.valign = fraction[edge][1];
      trp_text_draw (cr, &style, LETTER_DISTANCE + fraction[edge][0] * inner_width,
                     LETTER_DISTANCE + fraction[edge][1] * inner_height, letters);
    }
}

double
trp_overlay_choose_scale (double mm_per_px, double width)
{
  static const double lengths[] = { 100, 50, 20, 10, 5 };

  for (size_t n = 0; n < G_N_ELEMENTS (lengths); n++)
    if (lengths[n] <= 0.2 * width * mm_per_px)
      return lengths[n];
  return 0;
}

void
trp_overlay_draw_scale (cairo_t *cr, double mm_per_px, double width, double height)
{
  const double length_mm = trp_overlay_choose_scale (mm_per_px, width);
  const double right = floor (width - LETTER_DISTANCE) + 0.5;
  const double left = floor (right - length_mm / mm_per_px) + 0.5;
  const double bottom = floor (height - LETTER_DISTANCE) - 0.5;
  const TrpTextStyle style = {
    .size_px = 11, .rgb = TRP_GREY_LETTER, .edge = true, .align = 1, .valign = 0.8
  };
  char label[32];

  if (length_mm <= 0)
    return;
  cairo_save (cr);
  cairo_move_to (cr, left, bottom - SCALE_TICK);
  cairo_line_to (cr, left, bottom);
  cairo_line_to (cr, right, bottom);
  cairo_line_to (cr, right, bottom - SCALE_TICK);
  cairo_set_line_width (cr, 3);
  trp_palette_set_source (cr, TRP_GREY_PICTURE, 0.75);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 1);
  trp_palette_set_source (cr, TRP_GREY_LETTER, 1);
  cairo_stroke (cr);
  cairo_restore (cr);
  g_snprintf (label, sizeof label, "%.0f mm", length_mm);
  trp_text_draw (cr, &style, left - 6, bottom, label);
}

/* Along x or y from 0 to @end, open around @at. */
static void
add_open_line (cairo_t *cr, bool is_vertical, double across, double at, double end)
{
  const double ends[2][2] = { { 0, at - CROSSHAIR_GAP }, { at + CROSSHAIR_GAP, end } };
  const double place = floor (across) + 0.5;

  for (int part = 0; part < 2; part++)
    {
      if (ends[part][1] <= ends[part][0])
        continue;
      cairo_move_to (cr, is_vertical ? place : ends[part][0], is_vertical ? ends[part][0] : place);
      cairo_line_to (cr, is_vertical ? place : ends[part][1], is_vertical ? ends[part][1] : place);
    }
}

void
trp_overlay_draw_crosshair (
  cairo_t *cr, TrpOrientation orientation, double x, double y, double width, double height)
{
  const TrpOrientation vertical = orientation == TRP_ORIENTATION_SAGITTAL
                                    ? TRP_ORIENTATION_CORONAL
                                    : TRP_ORIENTATION_SAGITTAL;
  const TrpOrientation horizontal = orientation == TRP_ORIENTATION_AXIAL ? TRP_ORIENTATION_CORONAL
                                                                         : TRP_ORIENTATION_AXIAL;

  cairo_save (cr);
  cairo_set_line_width (cr, 1);
  if (x >= 0 && x <= width)
    {
      trp_palette_set_source (cr, trp_palette_get_plane (vertical), 1);
      add_open_line (cr, true, x, y, height);
      cairo_stroke (cr);
    }
  if (y >= 0 && y <= height)
    {
      trp_palette_set_source (cr, trp_palette_get_plane (horizontal), 1);
      add_open_line (cr, false, y, x, width);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

static void
add_ring (cairo_t *cr, double x, double y, double radius, TrpRing ring)
{
  if (ring & TRP_RING_SQUARE)
    cairo_rectangle (cr, x - radius, y - radius, 2 * radius, 2 * radius);
  else
    cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
}

void
trp_overlay_draw_brush (
  cairo_t *cr, double x, double y, double radius_px, uint32_t rgb, TrpRing ring)
{
  static const double dashes[2] = { 4, 3.5 };

  cairo_save (cr);
  add_ring (cr, x, y, radius_px, ring);
  if (!(ring & TRP_RING_EMPTY))
    {
      trp_palette_set_source (cr, rgb, 0.22);
      cairo_fill_preserve (cr);
    }
  cairo_new_path (cr);
  add_ring (cr, x, y, radius_px + 1.1, ring);
  cairo_set_line_width (cr, 1);
  trp_palette_set_source (cr, TRP_GREY_PICTURE, 1);
  cairo_stroke (cr);
  add_ring (cr, x, y, radius_px, ring);
  cairo_set_line_width (cr, 1.2);
  if (ring & TRP_RING_DASHED)
    cairo_set_dash (cr, dashes, 2, 0);
  trp_palette_set_source (cr, TRP_GREY_STRONG, 1);
  cairo_stroke (cr);
  cairo_arc (cr, x, y, 1, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_restore (cr);
}

/* 10 x 190 at the top right, numbers at its left. @highest: at the top, its negative below. */
static void
draw_signed_scale (cairo_t *cr, double width, double highest, uint32_t (*get_color) (double value))
{
  const double left = width - 30, top = 30, bar_width = 10, bar_height = 190;
  const TrpTextStyle style = {
    .size_px = 11, .rgb = TRP_GREY_LETTER, .edge = true, .align = 1, .valign = 0.5
  };

  for (int row = 0; row < (int) bar_height; row++)
    {
      trp_palette_set_source (cr, get_color (highest - 2 * highest * (row + 0.5) / bar_height), 1);
      cairo_rectangle (cr, left, top + row, bar_width, 1);
      cairo_fill (cr);
    }
  for (int mark = -2; mark <= 2; mark++)
    {
      char label[16];

      g_snprintf (label, sizeof label, "%s%.0f",
                  mark < 0   ? "\u2212"
                  : mark > 0 ? "+"
                             : "",
                  fabs (mark * highest / 2));
      trp_text_draw (cr, &style, left - 4, top + bar_height * (0.5 - mark / 4.0), label);
    }
}

void
trp_overlay_draw_difference_scale (cairo_t *cr, double width)
{
  draw_signed_scale (cr, width, 400, trp_palette_get_difference);
}

void
trp_overlay_draw_distance_scale (cairo_t *cr, double width, const char *above, const char *below)
{
  const TrpTextStyle style = {
    .size_px = 11, .rgb = TRP_GREY_LETTER, .edge = true, .align = 1, .valign = 0.5
  };

  draw_signed_scale (cr, width, 8, trp_palette_get_distance);
  trp_text_draw (cr, &style, width - 20, 18, above);
  trp_text_draw (cr, &style, width - 20, 232, below);
}

void
trp_overlay_draw_place (cairo_t *cr, double x, double y, const double *near, const char *label)
{
  const TrpTextStyle style = {
    .size_px = 12, .rgb = TRP_GREY_STRONG, .bold = true, .edge = true, .valign = 0.5
  };
  const double radius = 7;

  cairo_save (cr);
  for (int pass = 0; pass < 2; pass++)
    {
      const double length = near ? hypot (near[0] - x, near[1] - y) : 0;

      cairo_set_line_width (cr, pass == 0 ? 3.2 : 1.6);
      trp_palette_set_source (cr, pass == 0 ? TRP_GREY_PICTURE : TRP_GREY_STRONG,
                              pass == 0 ? UNDERLAY_ALPHA : 1);
      cairo_new_path (cr);
      cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
      if (length > radius)
        {
          cairo_move_to (cr, x + (near[0] - x) * radius / length,
                         y + (near[1] - y) * radius / length);
          cairo_line_to (cr, near[0], near[1]);
        }
      cairo_stroke (cr);
    }
  trp_text_draw (cr, &style, x + radius + 6, y, label);
  cairo_restore (cr);
}
