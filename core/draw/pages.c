/* pages.c - see pages.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/pages.h"

#include "core/draw/text.h"

#include <math.h>

#define PAGE_WIDTH 595.0 /* A4 in points */
#define PAGE_HEIGHT 842.0
#define MARGIN 42.0
#define ROOM_WIDTH (PAGE_WIDTH - 2 * MARGIN)
#define ROOM_HEIGHT (PAGE_HEIGHT - 2 * MARGIN)
#define FIGURE_GAP 14.0
#define FIGURE_WIDTH ((ROOM_WIDTH - FIGURE_GAP) / 2)
#define FIGURE_HEIGHT ((ROOM_HEIGHT - 2 * FIGURE_GAP) / 3)
#define WIDE_FIGURE 400.0 /* takes both columns */

/**
 * Page: one of the three
 * @heading: above all else
 * @table: rows @first to @first + @n of it
 * @figures: @n of them
 */
typedef struct
{
  const TrpPages *heading;
  const TrpTextTable *table;
  const TrpFigure *const *figures;
  size_t first, n;
} Page;

#define NOTE_LINE 12
#define TITLE_HEIGHT 26

static double
get_heading_height (const TrpPages *self)
{
  const size_t n_notes = self->notes ? g_strv_length ((char **) self->notes) : 0;

  return TITLE_HEIGHT + NOTE_LINE * (double) n_notes + 8;
}

static void
draw_heading (const TrpPages *self, cairo_t *cr)
{
  const TrpTextStyle title = { .size_px = 15, .rgb = 0x111111, .bold = true };
  const TrpTextStyle note = { .size_px = 8, .rgb = 0x4a4a4a };

  trp_text_draw (cr, &title, 0, 0, self->title);
  for (size_t n = 0; self->notes && self->notes[n]; n++)
    trp_text_draw (cr, &note, 0, TITLE_HEIGHT + NOTE_LINE * (double) n, self->notes[n]);
}

static double
get_room (const TrpFigure *figure)
{
  double width, height;

  trp_figure_get_size (figure, &width, &height);
  return width > WIDE_FIGURE ? ROOM_WIDTH : FIGURE_WIDTH;
}

static void
draw_figure (const TrpFigure *figure, cairo_t *cr, double left, double top)
{
  double width, height, scale;

  trp_figure_get_size (figure, &width, &height);
  scale = fmin (1, fmin (get_room (figure) / width, FIGURE_HEIGHT / height));
  cairo_save (cr);
  cairo_translate (cr, left, top);
  cairo_scale (cr, scale, scale);
  trp_figure_draw (figure, cr, width, height, TRP_FIGURE_PRINT, NULL);
  cairo_restore (cr);
}

/* Two columns, three rows; as many of @n figures as fit. @cr: NULL: only counts. Returns: how many.
 */
static size_t
place_figures (const TrpFigure *const *figures, size_t n, cairo_t *cr)
{
  double left = 0, top = 0;

  for (size_t i = 0; i < n; i++)
    {
      const double room = get_room (figures[i]);

      if (left > 0 && left + room > ROOM_WIDTH + 1)
        {
          left = 0;
          top += FIGURE_HEIGHT + FIGURE_GAP;
        }
      if (top + FIGURE_HEIGHT > ROOM_HEIGHT + 1)
        return i;
      if (cr)
        draw_figure (figures[i], cr, left, top);
      left += room + FIGURE_GAP;
    }
  return n;
}

static void
draw_page (const void *data, cairo_t *cr, double width, double height)
{
  const Page *page = data;

  cairo_save (cr);
  cairo_translate (cr, MARGIN, MARGIN);
  if (page->heading)
    {
      draw_heading (page->heading, cr);
      cairo_translate (cr, 0, get_heading_height (page->heading));
    }
  if (page->table)
    trp_text_table_draw (page->table, cr, ROOM_WIDTH, page->first, page->n);
  if (page->figures)
    place_figures (page->figures, page->n, cr);
  cairo_restore (cr);
}

/* The heading stands above the first table; without one it has a page of its own. */
static void
add_table (GArray *pages, const TrpPages *self, const TrpTextTable *table)
{
  for (size_t first = 0; first < table->n_rows;)
    {
      const bool is_front = pages->len == 0;
      const double height = ROOM_HEIGHT - (is_front ? get_heading_height (self) : 0);
      const Page page = { .heading = is_front ? self : NULL,
                          .table = table,
                          .first = first,
                          .n = trp_text_table_get_rows_per_page (height) };

      g_array_append_val (pages, page);
      first += page.n;
    }
}

static void
add_figures (GArray *pages, const TrpPages *self)
{
  for (size_t first = 0; first < self->n_figures;)
    {
      const TrpFigure *const *figures = self->figures + first;
      const Page page = { .figures = figures,
                          .n = place_figures (figures, self->n_figures - first, NULL) };

      g_array_append_val (pages, page);
      first += page.n;
    }
}

bool
trp_pages_save (const TrpPages *self, const char *path, GError **error)
{
  g_autoptr (GArray) pages = g_array_new (FALSE, TRUE, sizeof (Page));
  g_autofree TrpPicture *pictures = NULL;

  for (size_t n = 0; n < self->n_tables; n++)
    add_table (pages, self, &self->tables[n]);
  if (pages->len == 0)
    g_array_append_val (pages, ((Page){ .heading = self }));
  add_figures (pages, self);
  pictures = g_new (TrpPicture, pages->len);
  for (guint n = 0; n < pages->len; n++)
    pictures[n] = (TrpPicture){ draw_page, &g_array_index (pages, Page, n), PAGE_WIDTH, PAGE_HEIGHT,
                                1 };
  return trp_picture_save_pages (pictures, pages->len, path, error);
}
