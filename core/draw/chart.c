/* chart.c - see chart.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/chart.h"
#include "core/draw/text.h"

#define LABEL_SIZE 11
#define BAR_LEFT 46 /* room for the axis' numbers */
#define BAR_RIGHT 14
#define BAR_TOP 8
#define BAR_BOTTOM 20 /* room for the slices' numbers and the dots */
#define CAP_HEIGHT 2

typedef struct
{
  double left, top, width, height;
} Area;

static double
get_bottom (const Area *area)
{
  return area->top + area->height;
}

static void
draw_label (cairo_t *cr, double x, double y, double align, double valign, const char *text)
{
  const TrpTextStyle style = {
    .size_px = LABEL_SIZE, .rgb = TRP_GREY_SECOND, .align = align, .valign = valign
  };

  trp_text_draw (cr, &style, x, y, text);
}

static void
draw_level_line (cairo_t *cr, const Area *area, double y, uint32_t rgb, bool is_dotted)
{
  static const double dots[2] = { 1.5, 3 };

  cairo_save (cr);
  cairo_set_line_width (cr, 1);
  if (is_dotted)
    cairo_set_dash (cr, dots, 2, 0);
  trp_palette_set_source (cr, rgb, 1);
  cairo_move_to (cr, area->left, floor (y) + 0.5);
  cairo_line_to (cr, area->left + area->width, floor (y) + 0.5);
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* ---- bars ---- */

static Area
get_bar_area (double width, double height)
{
  return (Area){ BAR_LEFT, BAR_TOP, fmax (width - BAR_LEFT - BAR_RIGHT, 1),
                 fmax (height - BAR_TOP - BAR_BOTTOM, 1) };
}

static double
get_low (const TrpBarChart *self)
{
  return self->below ? -self->high : self->low;
}

static double
get_level (const TrpBarChart *self, const Area *area, double value)
{
  const double low = get_low (self);

  return get_bottom (area) - CLAMP ((value - low) / (self->high - low), 0, 1) * area->height;
}

static void
draw_tolerance (const TrpBarChart *self, cairo_t *cr, const Area *area)
{
  if (isnan (self->tolerance))
    return;
  draw_level_line (cr, area, get_level (self, area, self->tolerance), TRP_GREY_FRAME, true);
  if (self->below)
    draw_level_line (cr, area, get_level (self, area, -self->tolerance), TRP_GREY_FRAME, true);
}

static void
draw_bar_axis (const TrpBarChart *self, cairo_t *cr, const Area *area)
{
  const double low = get_low (self);

  for (int mark = 0; mark <= 2; mark++)
    {
      const double value = low + 0.5 * mark * (self->high - low);
      const double y = get_level (self, area, value);
      char number[G_ASCII_DTOSTR_BUF_SIZE];
      g_autofree char *label = g_strconcat (
        value < 0                  ? "\u2212"
        : self->below && value > 0 ? "+"
                                   : "",
        g_ascii_formatd (number, sizeof number, self->below ? "%.0f" : "%.1f", fabs (value)), NULL);

      draw_level_line (cr, area, y, TRP_GREY_GRID, false);
      draw_label (cr, area->left - 8, y, 1, 0.5, label);
    }
  draw_tolerance (self, cr, area);
}

static void
draw_triangle (cairo_t *cr, double x, double bottom)
{
  cairo_move_to (cr, x - 4, bottom - 6);
  cairo_line_to (cr, x + 4, bottom - 6);
  cairo_line_to (cr, x, bottom);
  cairo_close_path (cr);
  trp_palette_set_source (cr, TRP_COLOR_WARN, 1);
  cairo_fill (cr);
}

/* Between the levels @from and @to, the cap at @to. */
static void
draw_block (const TrpBarChart *self,
            cairo_t *cr,
            const Area *area,
            size_t n,
            double from,
            double to,
            uint32_t cap)
{
  const double step = area->width / (double) self->n;
  const double left = area->left + step * (double) n, gap = step > 4 ? 1 : 0;
  const double cap_top = CLAMP (to < from ? to : to - CAP_HEIGHT, area->top,
                                get_bottom (area) - CAP_HEIGHT);

  trp_palette_set_source (cr, n == self->current ? TRP_GREY_BAR_CURRENT : TRP_GREY_BAR, 1);
  cairo_rectangle (cr, left, fmin (from, to), step - gap, fabs (from - to));
  cairo_fill (cr);
  trp_palette_set_source (cr, cap, 1);
  cairo_rectangle (cr, left, cap_top, step - gap, CAP_HEIGHT);
  cairo_fill (cr);
}

static void
draw_bar (const TrpBarChart *self, cairo_t *cr, const Area *area, size_t n)
{
  const double middle = area->left + area->width / (double) self->n * ((double) n + 0.5);
  const double y = get_level (self, area, self->values[n]);

  draw_block (self, cr, area, n, get_bottom (area), y, self->cap);
  if (self->values[n] < self->tolerance)
    draw_triangle (cr, middle, y - 4);
}

/* No triangles: the largest distance of a slice mostly is beyond the tolerance, and the caps have
 * the colours of what they are. */
static void
draw_signed_bars (const TrpBarChart *self, cairo_t *cr, const Area *area, size_t n)
{
  const double zero = get_level (self, area, 0), above = self->values[n], below = self->below[n];

  if (above > 0)
    draw_block (self, cr, area, n, zero, get_level (self, area, above),
                trp_palette_get_distance (above));
  if (below > 0)
    draw_block (self, cr, area, n, zero, get_level (self, area, -below),
                trp_palette_get_distance (-below));
}

/* Numbers from 1 at both ends and at round steps between. */
static void
draw_slice_numbers (const TrpBarChart *self, cairo_t *cr, const Area *area)
{
  const double step = area->width / (double) self->n;
  const size_t every = self->n > 250 ? 50 : self->n > 120 ? 20 : self->n > 20 ? 10 : 5;
  const double y = get_bottom (area) + 5;
  char label[32];

  for (size_t number = 1; number <= self->n; number++)
    {
      const bool is_end = number == 1 || number == self->n;

      if (!is_end && (number % every || number + every / 2 > self->n))
        continue;
      g_snprintf (label, sizeof label, "%zu", number);
      draw_label (cr, area->left + step * ((double) number - 0.5), y, 0.5, 0, label);
    }
}

static void
draw_marks (const TrpBarChart *self, cairo_t *cr, const Area *area)
{
  const double step = area->width / (double) self->n;

  trp_palette_set_source (cr, TRP_GREY_TEXT, 1);
  for (size_t n = 0; self->marks && n < self->n; n++)
    if (self->marks[n])
      {
        cairo_arc (cr, area->left + step * ((double) n + 0.5), get_bottom (area) + 4, 1.6, 0,
                   2 * G_PI);
        cairo_fill (cr);
      }
}

/* Words in the longer of the two empty ends, if they fit there. */
static void
draw_empty_text (const TrpBarChart *self, cairo_t *cr, const Area *area)
{
  const TrpTextStyle style = {
    .size_px = LABEL_SIZE, .rgb = TRP_GREY_SECOND, .align = 0.5, .valign = 0.5
  };
  const double step = area->width / (double) self->n;
  size_t before = 0, after = 0;
  double run, middle;

  while (before < self->n && isnan (self->values[before]))
    before++;
  while (after < self->n && isnan (self->values[self->n - 1 - after]))
    after++;
  run = step * (double) MAX (before, after);
  middle = after >= before ? area->left + area->width - 0.5 * run : area->left + 0.5 * run;
  if (self->empty_text && trp_text_get_width (cr, &style, self->empty_text) + 16 <= run)
    trp_text_draw (cr, &style, middle, area->top + 0.75 * area->height, self->empty_text);
}

void
trp_bar_chart_draw (const TrpBarChart *self, cairo_t *cr, double width, double height)
{
  const Area area = get_bar_area (width, height);

  trp_palette_set_source (cr, TRP_GREY_STRIP, 1);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  draw_bar_axis (self, cr, &area);
  if (self->n == 0)
    return;
  for (size_t n = 0; n < self->n; n++)
    if (!isnan (self->values[n]))
      {
        if (self->below)
          draw_signed_bars (self, cr, &area, n);
        else
          draw_bar (self, cr, &area, n);
      }
  draw_tolerance (self, cr, &area);
  draw_empty_text (self, cr, &area);
  draw_slice_numbers (self, cr, &area);
  draw_marks (self, cr, &area);
  if (self->current < self->n)
    {
      const double step = area.width / (double) self->n;

      trp_palette_set_source (cr, TRP_GREY_STRONG, 1);
      cairo_rectangle (cr, floor (area.left + step * ((double) self->current + 0.5)), 0, 1,
                       get_bottom (&area) + 6);
      cairo_fill (cr);
    }
}

size_t
trp_bar_chart_find (const TrpBarChart *self, double x, double width)
{
  const Area area = get_bar_area (width, 100);
  const double place = (x - area.left) / area.width * (double) self->n;

  return place >= 0 && place < (double) self->n ? (size_t) place : SIZE_MAX;
}

/* ---- lines ---- */

#define LINE_LEFT 34
#define LINE_RIGHT 64 /* room for the names */
#define LINE_TOP 26
#define LINE_BOTTOM 20

typedef struct
{
  Area area;
  double x_high;
  double y_low, y_high;
} Frame;

/* The next round number (1, 2, 4, 5 or 8 times a power of ten) that is not smaller. */
static double
round_up (double value)
{
  static const double steps[] = { 1, 2, 4, 5, 8, 10 };
  const double power = pow (10, floor (log10 (value)));

  for (size_t n = 0; n < G_N_ELEMENTS (steps); n++)
    if (value <= steps[n] * power * (1 + 1e-9))
      return steps[n] * power;
  return value;
}

static Frame
get_frame (const TrpLineChart *self, double width, double height)
{
  Frame frame = { .area = { LINE_LEFT, LINE_TOP, fmax (width - LINE_LEFT - LINE_RIGHT, 1),
                            fmax (height - LINE_TOP - LINE_BOTTOM, 1) },
                  .x_high = self->x_high,
                  .y_low = isnan (self->y_low) ? 0 : self->y_low,
                  .y_high = self->y_high };
  double largest = 0;

  for (size_t l = 0; l < self->n_lines; l++)
    for (size_t n = 0; n < self->lines[l].n; n++)
      {
        if (isfinite (self->lines[l].y[n]))
          largest = fmax (largest, self->lines[l].y[n]);
        frame.x_high = fmax (frame.x_high, self->lines[l].x[n]);
      }
  if (isnan (frame.y_high))
    frame.y_high = largest > 0 ? round_up (largest) : 1;
  frame.x_high = frame.x_high > 0 ? frame.x_high : 1;
  return frame;
}

static double
get_x (const Frame *frame, double x)
{
  return frame->area.left + x / frame->x_high * frame->area.width;
}

static double
get_y (const Frame *frame, double y)
{
  const double part = (y - frame->y_low) / (frame->y_high - frame->y_low);

  return get_bottom (&frame->area) - CLAMP (part, 0, 1) * frame->area.height;
}

static void
draw_line_axes (const TrpLineChart *self, cairo_t *cr, const Frame *frame)
{
  char label[G_ASCII_DTOSTR_BUF_SIZE], format[8];

  g_snprintf (format, sizeof format, "%%.%df", CLAMP (self->digits, 0, 6));
  for (int mark = 0; mark <= 2; mark++)
    {
      const double y = frame->y_low + 0.5 * mark * (frame->y_high - frame->y_low);
      const double x = 0.5 * mark * frame->x_high;

      draw_level_line (cr, &frame->area, get_y (frame, y), TRP_GREY_GRID, false);
      draw_label (cr, frame->area.left - 6, get_y (frame, y), 1, 0.5,
                  g_ascii_formatd (label, sizeof label, format, y));
      draw_label (cr, get_x (frame, x), get_bottom (&frame->area) + 4, 0.5, 0,
                  g_ascii_formatd (label, sizeof label, "%.0f", x));
    }
}

static void
draw_line (cairo_t *cr, const Frame *frame, const TrpChartLine *line, bool is_second)
{
  static const double dashes[2] = { 4, 3 };
  bool is_broken = true;

  cairo_save (cr);
  cairo_set_line_width (cr, 1.4);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  if (is_second)
    cairo_set_dash (cr, dashes, 2, 0);
  trp_palette_set_source (cr, is_second ? TRP_GREY_LINE_SECOND : TRP_GREY_LINE, 1);
  for (size_t n = 0; n < line->n; n++)
    {
      if (!isfinite (line->y[n]))
        {
          is_broken = true;
          continue;
        }
      if (is_broken)
        cairo_move_to (cr, get_x (frame, line->x[n]), get_y (frame, line->y[n]));
      else
        cairo_line_to (cr, get_x (frame, line->x[n]), get_y (frame, line->y[n]));
      is_broken = false;
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

#define DOT_RADIUS 3

static void
draw_dot (cairo_t *cr, const Frame *frame, const TrpChartLine *line)
{
  const size_t n = line->marked - 1;

  if (line->marked == 0 || n >= line->n || !isfinite (line->y[n]))
    return;
  trp_palette_set_source (cr, TRP_GREY_STRONG, 1);
  cairo_arc (cr, get_x (frame, line->x[n]), get_y (frame, line->y[n]), DOT_RADIUS, 0, 2 * G_PI);
  cairo_fill (cr);
}

static double
get_last (const TrpChartLine *line)
{
  for (size_t n = line->n; n > 0; n--)
    if (isfinite (line->y[n - 1]))
      return line->y[n - 1];
  return NAN;
}

/* The names keep a line's height between them however close the ends are. */
static void
draw_names (const TrpLineChart *self, cairo_t *cr, const Frame *frame)
{
  double places[2] = { 0, 0 };
  const size_t n_lines = MIN (self->n_lines, 2);

  for (size_t l = 0; l < n_lines; l++)
    places[l] = get_y (frame, get_last (&self->lines[l]));
  if (n_lines == 2 && fabs (places[0] - places[1]) < LABEL_SIZE + 3)
    {
      const double middle = 0.5 * (places[0] + places[1]), half = 0.5 * (LABEL_SIZE + 3);
      const bool is_first_above = places[0] <= places[1];

      places[0] = middle + (is_first_above ? -half : half);
      places[1] = middle + (is_first_above ? half : -half);
    }
  for (size_t l = 0; l < n_lines; l++)
    {
      const TrpChartLine *line = &self->lines[l];
      const TrpTextStyle style = { .size_px = LABEL_SIZE,
                                   .valign = 0.5,
                                   .rgb = l ? TRP_GREY_LINE_SECOND : TRP_GREY_STRONG };

      if (line->name && line->n > 0 && isfinite (get_last (line)))
        trp_text_draw (cr, &style, get_x (frame, line->x[line->n - 1]) + 6, places[l], line->name);
    }
}

void
trp_line_chart_draw (const TrpLineChart *self, cairo_t *cr, double width, double height)
{
  const Frame frame = get_frame (self, width, height);
  const TrpTextStyle title = { .size_px = 12, .rgb = TRP_GREY_TEXT };
  const TrpTextStyle unit = { .size_px = 12, .rgb = TRP_GREY_SECOND };

  trp_palette_set_source (cr, TRP_GREY_STRIP, 1);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  trp_text_draw (cr, &title, 10, 4, self->title);
  if (self->unit)
    trp_text_draw (cr, &unit, 18 + (self->title ? trp_text_get_width (cr, &title, self->title) : 0),
                   4, self->unit);
  draw_line_axes (self, cr, &frame);
  for (size_t l = MIN (self->n_lines, 2); l > 0; l--)
    draw_line (cr, &frame, &self->lines[l - 1], l == 2);
  for (size_t l = 0; l < MIN (self->n_lines, 2); l++)
    draw_dot (cr, &frame, &self->lines[l]);
  draw_names (self, cr, &frame);
  if (isnan (self->cursor))
    return;
  trp_palette_set_source (cr, TRP_GREY_FRAME, 1);
  cairo_rectangle (cr, floor (get_x (&frame, self->cursor)), frame.area.top - 6, 1,
                   frame.area.height + 6);
  cairo_fill (cr);
}
