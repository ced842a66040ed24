/* rasterize.c - see rasterize.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/rasterize.h"

#include <stdlib.h>

/* Where an edge crosses the line of pixel centres y = row; @turn: +1 if it goes to larger y. */
typedef struct
{
  size_t row;
  double x;
  int turn;
} Crossing;

static int
compare_crossings (const void *a, const void *b)
{
  const Crossing *first = a, *second = b;

  if (first->row != second->row)
    return first->row < second->row ? -1 : 1;
  return (first->x > second->x) - (first->x < second->x);
}

/* Rows with low.y <= row < high.y: each vertex belongs to one of its two edges. The lower end comes
 * first, so that two polygons compute the crossing of a shared edge alike. */
static void
append_crossings (GArray *crossings, TrpPoint a, TrpPoint b, size_t height)
{
  const TrpPoint low = a.y < b.y ? a : b, high = a.y < b.y ? b : a;
  const double first = fmax (ceil (low.y), 0);
  const double end = fmin (ceil (high.y), (double) height);

  for (double row = first; row < end; row++)
    {
      const Crossing crossing = {
        (size_t) row,
        low.x + (row - low.y) * ((high.x - low.x) / (high.y - low.y)),
        a.y < b.y ? 1 : -1,
      };

      g_array_append_val (crossings, crossing);
    }
}

static GArray *
find_crossings (const TrpContours *contours, size_t height)
{
  GArray *crossings = g_array_new (false, false, sizeof (Crossing));

  for (size_t c = 0; c < trp_contours_get_size (contours); c++)
    {
      size_t n;
      const TrpPoint *points = trp_contours_peek_points (contours, c, &n);

      for (size_t p = 0; p < n; p++)
        append_crossings (crossings, points[p], points[(p + 1) % n], height);
    }
  if (crossings->len > 0)
    qsort (crossings->data, crossings->len, sizeof (Crossing), compare_crossings);
  return crossings;
}

/* First pixel whose centre is at or after @x, within 0 to @width. */
static size_t
first_pixel (double x, size_t width)
{
  return (size_t) CLAMP (ceil (x), 0, (double) width);
}

/* Pixels up to the last one inside: what lies beyond costs nothing, however wide the slice is. */
static size_t
find_width (const GArray *crossings, size_t width)
{
  size_t needed = 0;

  for (guint n = 0; n < crossings->len; n++)
    needed = MAX (needed, first_pixel (g_array_index (crossings, Crossing, n).x, width));
  return needed;
}

typedef struct
{
  TrpPatch *patch;
  int axis;
  size_t index;
  size_t width;
  uint64_t *row; /* bits of the row being filled, all 0 between rows */
} Fill;

static void
flush_row (Fill *fill, size_t y)
{
  for (size_t w = 0; w < (fill->width + 63) / 64; w++)
    {
      if (fill->axis == 2)
        trp_patch_append (fill->patch, fill->index, y, w, fill->row[w]);
      else if (fill->axis == 1)
        trp_patch_append (fill->patch, y, fill->index, w, fill->row[w]);
      else
        for (uint64_t bits = fill->row[w]; bits; bits &= bits - 1)
          trp_patch_append (fill->patch, y, 64 * w + (size_t) __builtin_ctzll (bits),
                            fill->index / 64, (uint64_t) 1 << fill->index % 64);
      fill->row[w] = 0;
    }
}

static bool
is_inside (int winding, TrpFillRule rule)
{
  return rule == TRP_FILL_NONZERO ? winding != 0 : winding & 1;
}

TrpPatch *
trp_rasterize_slice (const TrpContours *contours,
                     TrpFillRule rule,
                     const TrpGeometry *geometry,
                     int axis,
                     size_t index)
{
  g_autoptr (GArray) crossings = NULL;
  g_autofree uint64_t *row = NULL;
  size_t width;
  Fill fill;
  int winding = 0;

  g_return_val_if_fail (axis >= 0 && axis < 3 && index < geometry->size[axis], NULL);
  crossings = find_crossings (contours, geometry->size[axis == 2 ? 1 : 2]);
  width = find_width (crossings, geometry->size[axis == 0 ? 1 : 0]);
  row = g_new0 (uint64_t, (width + 63) / 64);
  fill = (Fill){ trp_patch_new (), axis, index, width, row };
  /* Polygons are closed, so each row ends outside of all. */
  for (guint n = 0; n < crossings->len; n++)
    {
      const Crossing *crossing = &g_array_index (crossings, Crossing, n);

      winding += crossing->turn;
      if (is_inside (winding, rule))
        for (size_t x = first_pixel (crossing[0].x, width); x < first_pixel (crossing[1].x, width);
             x++)
          row[x / 64] |= (uint64_t) 1 << x % 64;
      if (n + 1 == crossings->len || crossing[1].row != crossing[0].row)
        flush_row (&fill, crossing->row);
    }
  return fill.patch;
}
