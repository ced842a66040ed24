/* profile-chart.c - see profile-chart.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/profile-chart.h"

#include "core/draw/figure-axis.h"
#include "core/draw/palette.h"
#include "core/draw/text.h"

#include <math.h>

#define LEFT 56.0
#define RIGHT 56.0
#define TOP 8.0
#define BOTTOM 18.0
#define N_VALUE_TICKS 4
#define N_PLACE_TICKS 8

typedef struct
{
  double x, y, width, height;
} Area;

static Area
get_area (double width, double height)
{
  return (Area){ LEFT, TOP, fmax (1, width - LEFT - RIGHT), fmax (1, height - TOP - BOTTOM) };
}

static double
get_y (const Area *area, const TrpAxis *axis, double value)
{
  return area->y + area->height * (axis->high - value) / (axis->high - axis->low);
}

static TrpAxis
find_axis (const TrpProfileChart *self, bool on_right)
{
  TrpAxis axis = trp_axis_new ();

  for (size_t n = 0; n < self->n_lines; n++)
    for (size_t i = 0; self->lines[n].on_right == on_right && i < self->lines[n].n; i++)
      trp_axis_include (&axis, self->lines[n].values[i]);
  trp_axis_pad (&axis);
  return axis;
}

/* The grid is that of the left axis, if it is there. */
static void
draw_values (
  const TrpProfileChart *self, cairo_t *cr, const Area *area, const TrpAxis *axis, int side)
{
  const TrpTicks ticks = trp_axis_choose_ticks (axis, N_VALUE_TICKS);
  const TrpTextStyle style = {
    .size_px = 11, .rgb = TRP_GREY_SECOND, .align = side ? 0 : 1, .valign = 0.5
  };
  const double x = side ? area->x + area->width + 6 : area->x - 6;

  for (size_t n = 0; n < ticks.n; n++)
    {
      const double value = trp_ticks_get (&ticks, n), y = get_y (area, axis, value);
      g_autofree char *number = trp_ticks_format (&ticks, value);
      g_autofree char *text = n + 1 == ticks.n
                                ? g_strdup_printf ("%s %s", number, self->units[side])
                                : g_strdup (number);

      if (side == 0 || !self->units[0])
        {
          cairo_move_to (cr, area->x, floor (y) + 0.5);
          cairo_line_to (cr, area->x + area->width, floor (y) + 0.5);
        }
      trp_text_draw (cr, &style, x, y, text);
    }
  cairo_set_line_width (cr, 1);
  trp_palette_set_source (cr, TRP_GREY_GRID, 1);
  cairo_stroke (cr);
}

static void
draw_places (const TrpProfileChart *self, cairo_t *cr, const Area *area)
{
  const TrpAxis axis = { 0, self->length_mm };
  const TrpTicks ticks = trp_axis_choose_ticks (&axis, N_PLACE_TICKS);
  const TrpTextStyle style = { .size_px = 11, .rgb = TRP_GREY_SECOND, .align = 0.5 };

  for (size_t n = 0; n < ticks.n; n++)
    {
      const double value = trp_ticks_get (&ticks, n);
      g_autofree char *number = trp_ticks_format (&ticks, value);
      g_autofree char *text = n + 1 == ticks.n ? g_strdup_printf ("%s mm", number)
                                               : g_strdup (number);

      trp_text_draw (cr, &style, area->x + area->width * value / self->length_mm,
                     area->y + area->height + 3, text);
    }
}

/* Solid, dashed, dotted, dash and dot; the later the darker. */
static void
set_style (cairo_t *cr, size_t index)
{
  static const struct
  {
    double dashes[4];
    int n_dashes;
    uint32_t rgb;
  } styles[TRP_PROFILE_MAX_LINES] = {
    { { 0 }, 0, TRP_GREY_LINE },
    { { 5, 3 }, 2, TRP_GREY_LETTER },
    { { 1.5, 3 }, 2, TRP_GREY_LINE },
    { { 6, 3, 1.5, 3 }, 4, TRP_GREY_LINE_SECOND },
  };

  cairo_set_dash (cr, styles[index].dashes, styles[index].n_dashes, 0);
  cairo_set_line_width (cr, 1.4);
  trp_palette_set_source (cr, styles[index].rgb, 1);
}

static void
draw_line (
  cairo_t *cr, const Area *area, const TrpAxis *axis, const TrpProfileLine *line, size_t index)
{
  bool is_open = false;

  for (size_t i = 0; i < line->n; i++)
    {
      const double x = area->x + area->width * (double) i / fmax (1, (double) line->n - 1);

      if (isnan (line->values[i]))
        is_open = false;
      else if (is_open)
        cairo_line_to (cr, x, get_y (area, axis, line->values[i]));
      else
        {
          cairo_move_to (cr, x, get_y (area, axis, line->values[i]));
          is_open = true;
        }
    }
  cairo_save (cr);
  set_style (cr, index);
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* Names with a piece of their line, one after the other at the top. */
static void
draw_names (const TrpProfileChart *self, cairo_t *cr, const Area *area)
{
  const TrpTextStyle style = { .size_px = 11, .rgb = TRP_GREY_TEXT, .edge = true, .valign = 0.5 };
  double x = area->x + 8;

  for (size_t n = 0; n < self->n_lines; n++)
    {
      cairo_save (cr);
      cairo_move_to (cr, x, area->y + 6);
      cairo_line_to (cr, x + 24, area->y + 6);
      set_style (cr, n);
      cairo_stroke (cr);
      cairo_restore (cr);
      trp_text_draw (cr, &style, x + 30, area->y + 6, self->lines[n].name);
      x += 46 + trp_text_get_width (cr, &style, self->lines[n].name);
    }
}

static void
draw_cursor (const TrpProfileChart *self, cairo_t *cr, const Area *area)
{
  const double x = area->x + area->width * self->cursor_mm / self->length_mm;

  if (!(x >= area->x && x <= area->x + area->width))
    return;
  cairo_move_to (cr, floor (x) + 0.5, area->y);
  cairo_line_to (cr, floor (x) + 0.5, area->y + area->height);
  cairo_set_line_width (cr, 1);
  trp_palette_set_source (cr, TRP_GREY_STRONG, 1);
  cairo_stroke (cr);
}

void
trp_profile_chart_draw (const TrpProfileChart *self, cairo_t *cr, double width, double height)
{
  const Area area = get_area (width, height);
  const TrpAxis axes[2] = { find_axis (self, false), find_axis (self, true) };

  g_return_if_fail (self->n_lines <= TRP_PROFILE_MAX_LINES && self->length_mm > 0);
  cairo_save (cr);
  for (int side = 0; side < 2; side++)
    if (self->units[side])
      draw_values (self, cr, &area, &axes[side], side);
  draw_places (self, cr, &area);
  for (size_t n = 0; n < self->n_lines; n++)
    draw_line (cr, &area, &axes[self->lines[n].on_right], &self->lines[n], n);
  draw_cursor (self, cr, &area);
  draw_names (self, cr, &area);
  cairo_restore (cr);
}

double
trp_profile_chart_find (const TrpProfileChart *self, double x, double width)
{
  const Area area = get_area (width, TOP + BOTTOM + 1);
  const double part = (x - area.x) / area.width;

  return part >= 0 && part <= 1 ? part * self->length_mm : (double) NAN;
}
