/* text-table.c - see text-table.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/text-table.h"

#include "core/draw/palette.h"
#include "core/draw/text.h"

#include <math.h>

#define SIZE 7.5
#define LINE 11.5
#define HEAD 34 /* title and headings */
#define GAP 10
#define INK 0x111111

static const TrpTextStyle plain = { .size_px = SIZE, .rgb = INK };

size_t
trp_text_table_get_rows_per_page (double height)
{
  return (size_t) fmax (floor ((height - HEAD) / LINE), 1);
}

static const char *
get_cell (const TrpTextTable *self, size_t row, size_t column)
{
  return self->cells[row * self->n_columns + column];
}

/* Of all rows, so that pages look alike. Returns: their sum. */
static double
measure_columns (const TrpTextTable *self, cairo_t *cr, double *out_widths)
{
  double sum = 0;

  for (size_t c = 0; c < self->n_columns; c++)
    {
      out_widths[c] = trp_text_get_width (cr, &plain, self->headings[c]);
      for (size_t r = 0; r < self->n_rows; r++)
        out_widths[c] = fmax (out_widths[c],
                              trp_text_get_width (cr, &plain, get_cell (self, r, c)));
      out_widths[c] += GAP;
      sum += out_widths[c];
    }
  return sum - GAP;
}

static void
draw_rule (cairo_t *cr, double y, double width, double thickness)
{
  trp_palette_set_source (cr, INK, 1);
  cairo_rectangle (cr, 0, y, width, thickness);
  cairo_fill (cr);
}

/* Lines keep their distance when a wide table gets smaller letters. */
void
trp_text_table_draw (const TrpTextTable *self, cairo_t *cr, double width, size_t first, size_t n)
{
  g_autofree double *widths = g_new (double, self->n_columns);
  const TrpTextStyle title = { .size_px = 10, .rgb = INK, .bold = true };
  const double sum = measure_columns (self, cr, widths);
  const double scale = fmin (1, width / fmax (sum, 1));
  TrpTextStyle style = { .size_px = SIZE * scale, .rgb = INK };
  double left = 0;

  trp_text_draw (cr, &title, 0, 0, self->title);
  draw_rule (cr, 17, sum * scale, 0.8);
  for (size_t c = 0; c < self->n_columns; c++)
    {
      const double column = (widths[c] - GAP) * scale;
      const double x = c < self->n_left ? left : left + column;

      style.align = c < self->n_left ? 0 : 1;
      trp_text_draw (cr, &style, x, 19, self->headings[c]);
      for (size_t r = first; r < MIN (first + n, self->n_rows); r++)
        trp_text_draw (cr, &style, x, HEAD + LINE * (double) (r - first), get_cell (self, r, c));
      left += widths[c] * scale;
    }
  draw_rule (cr, HEAD - 3, sum * scale, 0.4);
}
