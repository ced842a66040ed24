/* figure.c - see figure.h: what the kinds share: marks, layout, drawing, finding, saving
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/figure-parts.h"
#include "core/draw/palette.h"
#include "core/draw/text.h"

#include <math.h>
#include <stdlib.h>

#define HIT_RADIUS 8
#define PRINT_PIXELS_PER_POINT (300.0 / 72)
#define TICK_SPACE_X 5 /* at least so many text heights apart */
#define TICK_SPACE_Y 2.4

/* ---- making ---- */

static void
clear_mark (void *data)
{
  TrpMark *mark = data;

  g_free (mark->xs);
  g_free (mark->ys);
  g_free (mark->others);
  g_free (mark->text);
}

static void
clear_dot (void *data)
{
  g_free (((TrpDot *) data)->name);
}

TrpFigure *
trp_figure_new_empty (const TrpFigureFrame *frame)
{
  TrpFigure *self = g_atomic_rc_box_new0 (TrpFigure);

  self->title = g_strdup (frame->title);
  self->x_label = g_strdup (frame->x_label);
  self->y_label = g_strdup (frame->y_label);
  self->series = g_ptr_array_new_with_free_func (g_free);
  self->marks = g_array_new (FALSE, TRUE, sizeof (TrpMark));
  g_array_set_clear_func (self->marks, clear_mark);
  self->dots = g_array_new (FALSE, TRUE, sizeof (TrpDot));
  g_array_set_clear_func (self->dots, clear_dot);
  self->dot_radius = 2;
  self->width = 360;
  self->height = 250;
  return self;
}

TrpFigure *
trp_figure_ref (TrpFigure *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (void *data)
{
  TrpFigure *self = data;

  g_free (self->title);
  g_free (self->x_label);
  g_free (self->y_label);
  g_strfreev (self->groups);
  g_ptr_array_unref (self->series);
  g_array_unref (self->marks);
  g_array_unref (self->dots);
}

void
trp_figure_unref (TrpFigure *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear);
}

void
trp_figure_get_size (const TrpFigure *self, double *out_width, double *out_height)
{
  *out_width = self->width;
  *out_height = self->height;
}

void
trp_figure_add_series (TrpFigure *self, const char *name)
{
  g_ptr_array_add (self->series, g_strdup (name));
}

static double *
copy_values (const double *values, size_t n)
{
  return values ? g_memdup2 (values, n * sizeof *values) : NULL;
}

TrpMark *
trp_figure_add_mark (TrpFigure *self,
                     TrpMarkKind kind,
                     size_t series,
                     const double *xs,
                     const double *ys,
                     const double *others,
                     size_t n)
{
  const TrpMark mark = { .kind = kind,
                         .series = series,
                         .n = n,
                         .xs = copy_values (xs, n),
                         .ys = copy_values (ys, n),
                         .others = copy_values (others, n) };

  g_array_append_val (self->marks, mark);
  return &g_array_index (self->marks, TrpMark, self->marks->len - 1);
}

void
trp_figure_add_text (
  TrpFigure *self, TrpMarkKind kind, size_t series, double x, double y, char *text)
{
  trp_figure_add_mark (self, kind, series, &x, &y, NULL, 1)->text = text;
}

void
trp_figure_add_dot (TrpFigure *self, const TrpDot *dot)
{
  TrpDot copy = *dot;

  copy.name = g_strdup (dot->name);
  g_array_append_val (self->dots, copy);
}

static void
include_mark (TrpFigure *self, const TrpMark *mark)
{
  const bool has_x = mark->kind == TRP_MARK_BAND || mark->kind == TRP_MARK_LINE;
  const bool has_y = has_x || mark->kind == TRP_MARK_BOX || mark->kind == TRP_MARK_LEVEL;

  for (size_t n = 0; n < mark->n; n++)
    {
      if (has_x)
        trp_axis_include (&self->x, mark->xs[n]);
      if (has_y)
        trp_axis_include (&self->y, mark->ys[n]);
      if (mark->kind == TRP_MARK_BAND)
        trp_axis_include (&self->y, mark->others[n]);
    }
}

void
trp_figure_fit_axes (TrpFigure *self, const TrpFigureFrame *frame)
{
  self->x = trp_axis_new ();
  self->y = trp_axis_new ();
  for (size_t n = 0; n < self->marks->len; n++)
    include_mark (self, &g_array_index (self->marks, TrpMark, n));
  for (size_t n = 0; n < self->dots->len; n++)
    {
      trp_axis_include (&self->x, g_array_index (self->dots, TrpDot, n).x);
      trp_axis_include (&self->y, g_array_index (self->dots, TrpDot, n).y);
    }
  trp_axis_pad (&self->x);
  trp_axis_pad (&self->y);
  if (self->groups)
    self->x = (TrpAxis){ -0.5, (double) g_strv_length (self->groups) - 0.5 };
  if (frame->y_low < frame->y_high)
    self->y = (TrpAxis){ frame->y_low, frame->y_high };
}

/* ---- layout ---- */

typedef struct
{
  uint32_t paper, text, second, grid, axis;
  double size; /* of text */
  double dots; /* times the radius on paper */
  bool is_dark;
} Theme;

static const Theme themes[] = {
  [TRP_FIGURE_PRINT] = { 0xffffff, 0x111111, 0x4a4a4a, 0xe4e4e4, 0x333333, 9, 1, false },
  [TRP_FIGURE_SCREEN] = { TRP_GREY_STRIP, TRP_GREY_TEXT, TRP_GREY_SECOND, TRP_GREY_GRID,
                          TRP_GREY_FRAME, 11, 1.6, true },
};

typedef struct
{
  const TrpFigure *figure;
  const Theme *theme;
  cairo_t *cr;
  double left, top, right, bottom; /* of the axes */
  double legend_y;
  bool slanted; /* names of groups that do not fit otherwise */
  TrpTicks x_ticks, y_ticks;
} Layout;

static TrpTextStyle
get_style (const Layout *self, uint32_t rgb, double align, double valign)
{
  return (
    TrpTextStyle){ .size_px = self->theme->size, .rgb = rgb, .align = align, .valign = valign };
}

static double
measure (const Layout *self, const char *text)
{
  const TrpTextStyle style = get_style (self, 0, 0, 0);

  return text ? trp_text_get_width (self->cr, &style, text) : 0;
}

static const TrpMark *
get_mark (const TrpFigure *self, size_t n)
{
  return &g_array_index (self->marks, TrpMark, n);
}

static size_t
count_ticks (double length, double space)
{
  return (size_t) fmax (length / space, 2);
}

static double
get_widest_tick (const Layout *self)
{
  double widest = 0;

  for (size_t n = 0; n < self->y_ticks.n; n++)
    {
      g_autofree char *label = trp_ticks_format (&self->y_ticks, trp_ticks_get (&self->y_ticks, n));

      widest = fmax (widest, measure (self, label));
    }
  return widest;
}

static double
get_widest (const Layout *self, TrpMarkKind kind)
{
  double widest = 0;

  for (size_t n = 0; n < self->figure->marks->len; n++)
    if (get_mark (self->figure, n)->kind == kind)
      widest = fmax (widest, measure (self, get_mark (self->figure, n)->text));
  return widest;
}

static double
get_widest_group (const Layout *self)
{
  double widest = 0;

  for (size_t n = 0; self->figure->groups[n]; n++)
    widest = fmax (widest, measure (self, self->figure->groups[n]));
  return widest;
}

#define LEGEND_KEY 16
#define LEGEND_GAP 12

static double
get_legend_width (const Layout *self, size_t n)
{
  return LEGEND_KEY + measure (self, self->figure->series->pdata[n]) + LEGEND_GAP;
}

/* How many lines the names of the series take between the axes' ends. */
static size_t
count_legend_lines (const Layout *self)
{
  double place = 0;
  size_t n_lines = 1;

  if (self->figure->series->len < 2)
    return 0;
  for (size_t n = 0; n < self->figure->series->len; n++)
    {
      const double width = get_legend_width (self, n);

      if (place > 0 && place + width > self->right - self->left)
        {
          place = 0;
          n_lines++;
        }
      place += width;
    }
  return n_lines;
}

#define SLANT 0.55 /* of the names of groups, radians */

static Layout
lay_out (const TrpFigure *figure, cairo_t *cr, double width, double height, TrpFigureStyle style)
{
  Layout self = { .figure = figure, .theme = &themes[style], .cr = cr };
  const double size = self.theme->size, line = size * 1.35;
  const double level = get_widest (&self, TRP_MARK_LEVEL);

  self.top = 6 + (figure->title ? line + 3 : 0);
  self.legend_y = self.top;
  self.bottom = height - 8 - line - (figure->x_label ? line + 2 : 0);
  self.y_ticks = trp_axis_choose_ticks (&figure->y,
                                        count_ticks (self.bottom - self.top, TICK_SPACE_Y * size));
  self.left = 8 + (figure->y_label ? line + 2 : 0) + get_widest_tick (&self) + 6;
  self.right = width - 10 - (level > 0 ? level + 4 : 0);
  if (figure->groups)
    {
      const double widest = get_widest_group (&self);

      self.slanted = widest + 6 > (self.right - self.left) / (figure->x.high - figure->x.low);
      if (self.slanted)
        {
          self.bottom -= fmin (widest * sin (SLANT), height / 4);
          self.left = fmax (self.left, fmin (widest * cos (SLANT), width / 4));
        }
    }
  self.top += (double) count_legend_lines (&self) * line + (figure->series->len > 1 ? 3 : 0);
  if (get_widest (&self, TRP_MARK_LABEL) > 0)
    self.top += line;
  self.right = fmax (self.right, self.left + 1);
  self.bottom = fmax (self.bottom, self.top + 1);
  self.x_ticks = trp_axis_choose_ticks (&figure->x,
                                        count_ticks (self.right - self.left, TICK_SPACE_X * size));
  return self;
}

static double
get_x (const Layout *self, double x)
{
  const TrpAxis *axis = &self->figure->x;

  return self->left + (x - axis->low) / (axis->high - axis->low) * (self->right - self->left);
}

static double
get_y (const Layout *self, double y)
{
  const TrpAxis *axis = &self->figure->y;

  return self->bottom - (y - axis->low) / (axis->high - axis->low) * (self->bottom - self->top);
}

/* ---- drawing ---- */

static uint32_t
get_color (const Layout *self, size_t series)
{
  return series == TRP_FIGURE_NO_SERIES ? self->theme->second
                                        : trp_palette_get_series (series, self->theme->is_dark);
}

static void
draw_text (const Layout *self,
           uint32_t rgb,
           double x,
           double y,
           double align,
           double valign,
           const char *text)
{
  const TrpTextStyle style = get_style (self, rgb, align, valign);

  trp_text_draw (self->cr, &style, x, y, text);
}

static void
draw_turned (const Layout *self, double x, double y, double angle, double align, const char *text)
{
  cairo_save (self->cr);
  cairo_translate (self->cr, x, y);
  cairo_rotate (self->cr, angle);
  draw_text (self, self->theme->text, 0, 0, align, 0.5, text);
  cairo_restore (self->cr);
}

static void
stroke_segment (
  const Layout *self, double x1, double y1, double x2, double y2, uint32_t rgb, double width)
{
  cairo_set_line_width (self->cr, width);
  trp_palette_set_source (self->cr, rgb, 1);
  cairo_move_to (self->cr, x1, y1);
  cairo_line_to (self->cr, x2, y2);
  cairo_stroke (self->cr);
}

static void
draw_y_axis (const Layout *self)
{
  for (size_t n = 0; n < self->y_ticks.n; n++)
    {
      const double value = trp_ticks_get (&self->y_ticks, n), y = get_y (self, value);
      g_autofree char *label = trp_ticks_format (&self->y_ticks, value);

      stroke_segment (self, self->left, y, self->right, y, self->theme->grid, 0.6);
      draw_text (self, self->theme->text, self->left - 5, y, 1, 0.5, label);
    }
  if (self->figure->y_label)
    draw_turned (self, 8 + self->theme->size / 2, 0.5 * (self->top + self->bottom), -G_PI / 2, 0.5,
                 self->figure->y_label);
}

static void
draw_groups (const Layout *self)
{
  for (size_t n = 0; self->figure->groups[n]; n++)
    {
      const double x = get_x (self, (double) n);

      if (self->slanted)
        draw_turned (self, x, self->bottom + 7, -SLANT, 1, self->figure->groups[n]);
      else
        draw_text (self, self->theme->text, x, self->bottom + 4, 0.5, 0, self->figure->groups[n]);
    }
}

static void
draw_x_axis (const Layout *self, double height)
{
  for (size_t n = 0; !self->figure->groups && n < self->x_ticks.n; n++)
    {
      const double value = trp_ticks_get (&self->x_ticks, n), x = get_x (self, value);
      g_autofree char *label = trp_ticks_format (&self->x_ticks, value);

      stroke_segment (self, x, self->bottom, x, self->bottom + 3, self->theme->axis, 0.8);
      draw_text (self, self->theme->text, x, self->bottom + 4, 0.5, 0, label);
    }
  if (self->figure->groups)
    draw_groups (self);
  if (self->figure->x_label)
    draw_text (self, self->theme->text, 0.5 * (self->left + self->right), height - 5, 0.5, 1,
               self->figure->x_label);
  stroke_segment (self, self->left, self->bottom, self->right, self->bottom, self->theme->axis,
                  0.8);
  stroke_segment (self, self->left, self->top, self->left, self->bottom, self->theme->axis, 0.8);
}

/* Each series has its own shape too, for readers without colours. */
static void
append_shape (cairo_t *cr, size_t series, double x, double y, double r)
{
  cairo_new_path (cr); /* a text before left its place */
  switch (series == TRP_FIGURE_NO_SERIES ? 0 : series % 4)
    {
    case 0:
      cairo_arc (cr, x, y, r, 0, 2 * G_PI);
      break;
    case 1:
      cairo_rectangle (cr, x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
      break;
    case 2:
      cairo_move_to (cr, x - 1.1 * r, y + 0.9 * r);
      cairo_line_to (cr, x + 1.1 * r, y + 0.9 * r);
      cairo_line_to (cr, x, y - 1.2 * r);
      cairo_close_path (cr);
      break;
    default:
      cairo_move_to (cr, x - 1.3 * r, y);
      cairo_line_to (cr, x, y - 1.3 * r);
      cairo_line_to (cr, x + 1.3 * r, y);
      cairo_line_to (cr, x, y + 1.3 * r);
      cairo_close_path (cr);
      break;
    }
}

static void
draw_legend (const Layout *self)
{
  const double line = self->theme->size * 1.35;
  double x = self->left, y = self->legend_y + line / 2;

  for (size_t n = 0; self->figure->series->len > 1 && n < self->figure->series->len; n++)
    {
      const double width = get_legend_width (self, n);

      if (x > self->left && x + width > self->right)
        {
          x = self->left;
          y += line;
        }
      append_shape (self->cr, n, x + 6, y, 3.2);
      trp_palette_set_source (self->cr, get_color (self, n), 1);
      cairo_fill (self->cr);
      draw_text (self, self->theme->text, x + LEGEND_KEY - 3, y, 0, 0.5,
                 self->figure->series->pdata[n]);
      x += width;
    }
}

static void
draw_band (const Layout *self, const TrpMark *mark)
{
  for (size_t n = 0; n < mark->n; n++)
    cairo_line_to (self->cr, get_x (self, mark->xs[n]), get_y (self, mark->ys[n]));
  for (size_t n = mark->n; n > 0; n--)
    cairo_line_to (self->cr, get_x (self, mark->xs[n - 1]), get_y (self, mark->others[n - 1]));
  cairo_close_path (self->cr);
  trp_palette_set_source (self->cr, get_color (self, mark->series), 0.18);
  cairo_fill (self->cr);
}

static void
draw_line (const Layout *self, const TrpMark *mark)
{
  bool is_broken = true;

  for (size_t n = 0; n < mark->n; n++)
    {
      const bool is_gap = !isfinite (mark->xs[n]) || !isfinite (mark->ys[n]);

      if (is_gap)
        ;
      else if (is_broken)
        cairo_move_to (self->cr, get_x (self, mark->xs[n]), get_y (self, mark->ys[n]));
      else
        cairo_line_to (self->cr, get_x (self, mark->xs[n]), get_y (self, mark->ys[n]));
      is_broken = is_gap;
    }
  cairo_set_line_width (self->cr, mark->is_dashed ? 0.8 : 1.3);
  trp_palette_set_source (self->cr, get_color (self, mark->series), 1);
  cairo_stroke (self->cr);
}

static void
draw_level (const Layout *self, const TrpMark *mark)
{
  const double y = get_y (self, mark->ys[0]);

  stroke_segment (self, self->left, y, self->right, y, get_color (self, mark->series),
                  mark->is_dashed ? 0.8 : 1.2);
}

static void
draw_box (const Layout *self, const TrpMark *mark)
{
  const double middle = get_x (self, mark->xs[0]);
  const double half = get_x (self, mark->xs[0] + mark->xs[1]) - middle;
  const uint32_t color = get_color (self, mark->series);
  double y[5];

  for (size_t n = 0; n < 5; n++)
    y[n] = get_y (self, mark->ys[n]);
  cairo_rectangle (self->cr, middle - half, y[3], 2 * half, y[1] - y[3]);
  trp_palette_set_source (self->cr, color, 0.16);
  cairo_fill_preserve (self->cr);
  cairo_set_line_width (self->cr, 0.9);
  trp_palette_set_source (self->cr, color, 1);
  cairo_stroke (self->cr);
  stroke_segment (self, middle, y[0], middle, y[1], color, 0.9);
  stroke_segment (self, middle, y[3], middle, y[4], color, 0.9);
  stroke_segment (self, middle - half / 2, y[0], middle + half / 2, y[0], color, 0.9);
  stroke_segment (self, middle - half / 2, y[4], middle + half / 2, y[4], color, 0.9);
  stroke_segment (self, middle - half, y[2], middle + half, y[2], color, 2);
}

static void
draw_mark (const Layout *self, const TrpMark *mark)
{
  static const double dashes[2] = { 4, 3 };

  cairo_save (self->cr);
  cairo_rectangle (self->cr, self->left, self->top - 1, self->right - self->left,
                   self->bottom - self->top + 2);
  cairo_clip (self->cr);
  cairo_set_line_join (self->cr, CAIRO_LINE_JOIN_ROUND);
  if (mark->is_dashed)
    cairo_set_dash (self->cr, dashes, 2, 0);
  switch (mark->kind)
    {
    case TRP_MARK_BAND:
      draw_band (self, mark);
      break;
    case TRP_MARK_LEVEL:
      draw_level (self, mark);
      break;
    case TRP_MARK_LINE:
      draw_line (self, mark);
      break;
    case TRP_MARK_BOX:
      draw_box (self, mark);
      break;
    case TRP_MARK_LABEL:
    case TRP_MARK_NOTE:
    default:
      break;
    }
  cairo_restore (self->cr);
}

typedef struct
{
  const TrpMark *mark;
  double y;
} Place;

static int
compare_places (const void *a, const void *b)
{
  const Place *x = a, *y = b;

  return (x->y > y->y) - (x->y < y->y);
}

/* The texts at the ends of levels, from the top down, a line apart however close the levels are:
 * what runs into the one above moves down, then what ran out of the figure moves up. */
static void
draw_level_texts (const Layout *self)
{
  const double line = self->theme->size * 1.25;
  g_autofree Place *places = g_new (Place, self->figure->marks->len);
  double limit = self->bottom;
  size_t n_places = 0;

  for (size_t n = 0; n < self->figure->marks->len; n++)
    if (get_mark (self->figure, n)->kind == TRP_MARK_LEVEL)
      {
        const TrpMark *mark = get_mark (self->figure, n);

        places[n_places++] = (Place){ mark, get_y (self, mark->ys[0]) };
      }
  if (n_places > 1)
    qsort (places, n_places, sizeof *places, compare_places);
  for (size_t n = 1; n < n_places; n++)
    places[n].y = fmax (places[n].y, places[n - 1].y + line);
  for (size_t n = n_places; n > 0; n--)
    {
      places[n - 1].y = fmin (places[n - 1].y, limit);
      limit = places[n - 1].y - line;
    }
  for (size_t n = 0; n < n_places; n++)
    draw_text (self, get_color (self, places[n].mark->series), self->right + 4, places[n].y, 0, 0.5,
               places[n].mark->text);
}

static void
draw_texts (const Layout *self)
{
  const double line = self->theme->size * 1.35;
  size_t n_notes = 0;

  draw_level_texts (self);
  for (size_t n = 0; n < self->figure->marks->len; n++)
    {
      const TrpMark *mark = get_mark (self->figure, n);

      if (mark->kind == TRP_MARK_LABEL)
        draw_text (self, self->theme->second, get_x (self, mark->xs[0]), self->top - 2, 0.5, 1,
                   mark->text);
      else if (mark->kind == TRP_MARK_NOTE)
        draw_text (self, get_color (self, mark->series), self->left + 6,
                   self->top + 2 + line * (double) n_notes++, 0, 0, mark->text);
    }
}

static bool
is_inside (const TrpFigure *self, const TrpDot *dot)
{
  return dot->x >= self->x.low && dot->x <= self->x.high && dot->y >= self->y.low &&
         dot->y <= self->y.high;
}

static void
draw_dots (const Layout *self)
{
  for (size_t n = 0; n < self->figure->dots->len; n++)
    {
      const TrpDot *dot = &g_array_index (self->figure->dots, TrpDot, n);

      if (!is_inside (self->figure, dot))
        continue;
      append_shape (self->cr, dot->series, get_x (self, dot->x), get_y (self, dot->y),
                    self->figure->dot_radius * self->theme->dots);
      trp_palette_set_source (self->cr, get_color (self, dot->series), 0.75);
      cairo_fill (self->cr);
    }
}

void
trp_figure_draw (const TrpFigure *self,
                 cairo_t *cr,
                 double width,
                 double height,
                 TrpFigureStyle style,
                 const TrpFigureHit *hover)
{
  const Layout layout = lay_out (self, cr, width, height, style);
  const TrpTextStyle title = { .size_px = layout.theme->size + 1,
                               .rgb = layout.theme->text,
                               .bold = true };

  trp_palette_set_source (cr, layout.theme->paper, 1);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  if (self->title)
    trp_text_draw (cr, &title, layout.left, 5, self->title);
  draw_y_axis (&layout);
  draw_legend (&layout);
  for (TrpMarkKind kind = TRP_MARK_BAND; kind <= TRP_MARK_BOX; kind++)
    for (size_t n = 0; n < self->marks->len; n++)
      if (get_mark (self, n)->kind == kind)
        draw_mark (&layout, get_mark (self, n));
  draw_x_axis (&layout, height);
  draw_dots (&layout);
  draw_texts (&layout);
  if (!hover)
    return;
  cairo_new_path (cr);
  cairo_arc (cr, hover->x_px, hover->y_px, self->dot_radius * layout.theme->dots + 3, 0, 2 * G_PI);
  cairo_set_line_width (cr, 1.5);
  trp_palette_set_source (cr, layout.theme->text, 1);
  cairo_stroke (cr);
}

/* ---- finding ---- */

static TrpFigureHit
make_hit (const Layout *layout, const TrpDot *dot)
{
  const GPtrArray *series = layout->figure->series;

  return (TrpFigureHit){ .id = dot->id,
                         .name = dot->name,
                         .series = dot->series < series->len ? series->pdata[dot->series] : NULL,
                         .x = dot->value_x,
                         .y = dot->value_y,
                         .x_px = get_x (layout, dot->x),
                         .y_px = get_y (layout, dot->y) };
}

bool
trp_figure_find (const TrpFigure *self,
                 double width,
                 double height,
                 TrpFigureStyle style,
                 double x,
                 double y,
                 TrpFigureHit *out_hit)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cr = cairo_create (surface);
  const Layout layout = lay_out (self, cr, width, height, style);
  double nearest = HIT_RADIUS;
  bool found = false;

  for (size_t n = 0; n < self->dots->len; n++)
    {
      const TrpDot *dot = &g_array_index (self->dots, TrpDot, n);
      const TrpFigureHit hit = make_hit (&layout, dot);
      const double distance = hypot (hit.x_px - x, hit.y_px - y);

      if (distance > nearest || !is_inside (self, dot))
        continue;
      nearest = distance;
      found = true;
      *out_hit = hit;
    }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return found;
}

static int
compare_dots (const void *a, const void *b)
{
  const TrpDot *x = *(const TrpDot *const *) a, *y = *(const TrpDot *const *) b;

  if (x->value_x != y->value_x)
    return x->value_x < y->value_x ? -1 : 1;
  if (x->series != y->series)
    return x->series < y->series ? -1 : 1;
  return (x->y > y->y) - (x->y < y->y);
}

bool
trp_figure_get_nth (const TrpFigure *self,
                    double width,
                    double height,
                    TrpFigureStyle style,
                    size_t n,
                    TrpFigureHit *out_hit)
{
  g_autofree const TrpDot **dots = g_new (const TrpDot *, self->dots->len + 1);
  cairo_surface_t *surface;
  cairo_t *cr;
  size_t n_dots = 0;

  for (size_t i = 0; i < self->dots->len; i++)
    if (is_inside (self, &g_array_index (self->dots, TrpDot, i)))
      dots[n_dots++] = &g_array_index (self->dots, TrpDot, i);
  if (n >= n_dots)
    return false;
  qsort (dots, n_dots, sizeof *dots, compare_dots);
  surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cr = cairo_create (surface);
  {
    const Layout layout = lay_out (self, cr, width, height, style);

    *out_hit = make_hit (&layout, dots[n]);
  }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return true;
}

/* ---- saving ---- */

static void
draw_in_print (const void *data, cairo_t *cr, double width, double height)
{
  trp_figure_draw (data, cr, width, height, TRP_FIGURE_PRINT, NULL);
}

TrpPicture
trp_figure_get_picture (const TrpFigure *self)
{
  return (TrpPicture){ draw_in_print, self, self->width, self->height, PRINT_PIXELS_PER_POINT };
}

bool
trp_figure_save (const TrpFigure *self, const char *path, GError **error)
{
  const TrpPicture picture = trp_figure_get_picture (self);

  return trp_picture_save (&picture, path, error);
}
