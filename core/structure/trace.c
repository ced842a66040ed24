/* trace.c - see trace.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A cell is the square between four neighbouring pixel centres, the outermost ones reaching into a
 * rim of pixels that are outside. Each cell holds at most two directed segments with the inside on
 * their left; a segment is known by the edge it enters through, so loops are followed without a
 * search and every segment is visited once.
 *
 * Source: W. E. Lorensen, H. E. Cline, Computer Graphics 21 (1987) 163-169, in two dimensions.
 */

#include "core/structure/trace.h"

/* Edges of a cell, also the direction in which the neighbour lies. */
enum
{
  LOW_Y,
  HIGH_X,
  HIGH_Y,
  LOW_X,
};

#define NO 4

/* Exit edge by corners inside (1: low x, low y; 2: high x, low y; 4: high, high; 8: low x, high y)
 * and entry edge. 5 and 10 are the cases of two corners that touch; joined ones stand below. */
static const uint8_t exits[16][4] = {
  [0] = { NO, NO, NO, NO },      [1] = { LOW_X, NO, NO, NO },      [2] = { NO, LOW_Y, NO, NO },
  [3] = { NO, LOW_X, NO, NO },   [4] = { NO, NO, HIGH_X, NO },     [5] = { LOW_X, NO, HIGH_X, NO },
  [6] = { NO, NO, LOW_Y, NO },   [7] = { NO, NO, LOW_X, NO },      [8] = { NO, NO, NO, HIGH_Y },
  [9] = { HIGH_Y, NO, NO, NO },  [10] = { NO, LOW_Y, NO, HIGH_Y }, [11] = { NO, HIGH_Y, NO, NO },
  [12] = { NO, NO, NO, HIGH_X }, [13] = { HIGH_X, NO, NO, NO },    [14] = { NO, NO, NO, LOW_Y },
  [15] = { NO, NO, NO, NO },
};
static const uint8_t joined_exits[2][4] = {
  { HIGH_X, NO, LOW_X, NO }, /* 5 */
  { NO, HIGH_Y, NO, LOW_Y }, /* 10 */
};

/**
 * Grid:
 * @width, @height: pixels without the rim
 * @x0, @y0: coordinates of the first pixel
 * @inside: (height + 2) rows of width + 2, rim included
 * @values: (nullable): without the rim; NULL for a mask
 * @visited: a bit per entry edge for each of (width + 1) x (height + 1) cells
 */
typedef struct
{
  size_t width, height;
  double x0, y0;
  uint8_t *inside;
  const float *values;
  float level;
  uint8_t *visited;
} Grid;

typedef struct
{
  size_t x, y;
  unsigned entry;
} Place;

static void
grid_init (Grid *self, size_t width, size_t height)
{
  *self = (Grid){ .width = width, .height = height };
  self->inside = g_malloc0_n (width + 2, height + 2);
  self->visited = g_malloc0_n (width + 1, height + 1);
}

static void
grid_clear (Grid *self)
{
  g_free (self->inside);
  g_free (self->visited);
}

/* Value of pixel (x, y), counted with the rim; NAN on the rim. */
static double
get_value (const Grid *self, size_t x, size_t y)
{
  if (x < 1 || y < 1 || x > self->width || y > self->height)
    return (double) NAN;
  return (double) self->values[(y - 1) * self->width + x - 1];
}

static unsigned
get_corners (const Grid *self, size_t x, size_t y)
{
  const uint8_t *low = self->inside + y * (self->width + 2) + x;
  const uint8_t *high = low + self->width + 2;

  return (unsigned) (low[0] | low[1] << 1 | high[1] << 2 | high[0] << 3);
}

static const uint8_t *
get_exits (const Grid *self, size_t x, size_t y)
{
  const unsigned corners = get_corners (self, x, y);
  double sum;

  if ((corners != 5 && corners != 10) || !self->values)
    return exits[corners];
  sum = get_value (self, x, y) + get_value (self, x + 1, y) + get_value (self, x, y + 1) +
        get_value (self, x + 1, y + 1);
  return sum / 4 > (double) self->level ? joined_exits[corners == 10] : exits[corners];
}

/* How far from a to b the level is reached; half-way where there are no values to tell. */
static double
get_fraction (const Grid *self, size_t ax, size_t ay, size_t bx, size_t by)
{
  double a, fraction;

  if (!self->values)
    return 0.5;
  a = get_value (self, ax, ay);
  fraction = ((double) self->level - a) / (get_value (self, bx, by) - a);
  return isfinite (fraction) ? CLAMP (fraction, 0, 1) : 0.5;
}

/* The vertex on edge @edge of cell (x, y). */
static TrpPoint
get_vertex (const Grid *self, size_t x, size_t y, unsigned edge)
{
  const size_t ax = x + (edge == HIGH_X), ay = y + (edge == HIGH_Y);
  const bool is_along_x = edge == LOW_Y || edge == HIGH_Y;
  const double fraction = get_fraction (self, ax, ay, ax + is_along_x, ay + !is_along_x);

  return (TrpPoint){
    self->x0 + (double) ax - 1 + (is_along_x ? fraction : 0),
    self->y0 + (double) ay - 1 + (is_along_x ? 0 : fraction),
  };
}

/* To the cell behind @exit. */
static void
advance (Place *place, unsigned exit)
{
  place->x += (exit == HIGH_X) - (size_t) (exit == LOW_X);
  place->y += (exit == HIGH_Y) - (size_t) (exit == LOW_Y);
  place->entry = (exit + 2) % 4;
}

static void
follow_loop (Grid *self, Place place, GArray *loop)
{
  uint8_t *visited = &self->visited[place.y * (self->width + 1) + place.x];

  g_array_set_size (loop, 0);
  while (!(*visited & 1 << place.entry))
    {
      const TrpPoint vertex = get_vertex (self, place.x, place.y, place.entry);

      *visited |= (uint8_t) (1 << place.entry);
      g_array_append_val (loop, vertex);
      advance (&place, get_exits (self, place.x, place.y)[place.entry]);
      visited = &self->visited[place.y * (self->width + 1) + place.x];
    }
}

static bool
is_same_point (TrpPoint a, TrpPoint b)
{
  return fabs (a.x - b.x) + fabs (a.y - b.y) <= 1e-12;
}

static bool
is_in_line (TrpPoint a, TrpPoint b, TrpPoint c)
{
  const double ux = b.x - a.x, uy = b.y - a.y, vx = c.x - b.x, vy = c.y - b.y;

  return fabs (ux * vy - uy * vx) <= 1e-12 && ux * vx + uy * vy > 0;
}

static void
append_loop (TrpContours *contours, GArray *loop)
{
  const TrpPoint *points;

  /* Where a value equals the level, several vertices fall onto one pixel centre. */
  for (guint n = loop->len; n-- > 0 && loop->len > 1;)
    if (is_same_point (g_array_index (loop, TrpPoint, n),
                       g_array_index (loop, TrpPoint, n == 0 ? loop->len - 1 : n - 1)))
      g_array_remove_index (loop, n);
  points = (const TrpPoint *) (void *) loop->data;
  for (guint n = 0; n < loop->len; n++)
    if (!is_in_line (points[(n + loop->len - 1) % loop->len], points[n],
                     points[(n + 1) % loop->len]))
      trp_contours_append (contours, points[n].x, points[n].y);
  trp_contours_close (contours);
}

static TrpContours *
trace (Grid *self)
{
  g_autoptr (GArray) loop = g_array_new (false, false, sizeof (TrpPoint));
  TrpContours *contours = trp_contours_new ();

  for (size_t y = 0; y <= self->height; y++)
    for (size_t x = 0; x <= self->width; x++)
      {
        const unsigned corners = get_corners (self, x, y);

        if (corners == 0 || corners == 15)
          continue;
        for (unsigned entry = 0; entry < 4; entry++)
          if (exits[corners][entry] != NO &&
              !(self->visited[y * (self->width + 1) + x] & 1 << entry))
            {
              follow_loop (self, (Place){ x, y, entry }, loop);
              append_loop (contours, loop);
            }
      }
  return contours;
}

/* One slice of a mask as a plane of pixels. */
typedef struct
{
  const TrpMask *mask;
  int axis;
  size_t index;
} Slice;

/* A row of a slice along i, as words; NULL if it is empty because its plane is. Of a slice across
 * i: the word of its first pixel, with the next ones a row's words further. */
static const uint64_t *
peek_row (const Slice *slice, size_t y)
{
  const uint64_t *words = trp_mask_peek_slice (slice->mask, slice->axis == 2 ? slice->index : y);

  if (!words)
    return NULL;
  if (slice->axis == 0)
    return words + slice->index / 64;
  return words + (slice->axis == 2 ? y : slice->index) * trp_mask_get_words_per_row (slice->mask);
}

static void
read_row (const Slice *slice, size_t y, size_t begin, size_t end, uint8_t *out_inside)
{
  const size_t step = trp_mask_get_words_per_row (slice->mask);
  const uint64_t *row = peek_row (slice, y);

  if (!row)
    memset (out_inside, 0, end - begin);
  else if (slice->axis == 0)
    for (size_t x = begin; x < end; x++)
      out_inside[x - begin] = row[x * step] >> slice->index % 64 & 1;
  else
    for (size_t x = begin; x < end; x++)
      out_inside[x - begin] = row[x / 64] >> x % 64 & 1;
}

/* Across i: the first and the last pixel of the column of bits. */
static void
extend_by_column (TrpBox *box, const Slice *slice, const uint64_t *row, size_t width, size_t y)
{
  const size_t step = trp_mask_get_words_per_row (slice->mask);
  const uint64_t bit = (uint64_t) 1 << slice->index % 64;
  size_t begin = 0, end = width;

  while (begin < width && !(row[begin * step] & bit))
    begin++;
  while (end > begin && !(row[(end - 1) * step] & bit))
    end--;
  if (begin < end)
    *box = trp_box_union (box, &(TrpBox){ { begin, y, 0 }, { end, y + 1, 1 } });
}

static void
extend_by_words (TrpBox *box, const uint64_t *words, size_t n_words, size_t y)
{
  for (size_t w = 0; w < n_words; w++)
    if (words[w])
      {
        const TrpBox bits = {
          { 64 * w + (size_t) __builtin_ctzll (words[w]), y, 0 },
          { 64 * w + 64 - (size_t) __builtin_clzll (words[w]), y + 1, 1 },
        };

        *box = trp_box_union (box, &bits);
      }
}

/* Box, in x and y, of what is set on the slice. */
static TrpBox
find_box (const Slice *slice, size_t width, size_t height)
{
  TrpBox box = { 0 };

  for (size_t y = 0; y < height; y++)
    {
      const uint64_t *row = peek_row (slice, y);

      if (row && slice->axis == 0)
        extend_by_column (&box, slice, row, width, y);
      else if (row)
        extend_by_words (&box, row, trp_mask_get_words_per_row (slice->mask), y);
    }
  return box;
}

TrpContours *
trp_trace_slice (const TrpMask *mask, int axis, size_t index)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const Slice slice = { mask, axis, index };
  TrpContours *contours;
  TrpBox box;
  Grid grid;

  g_return_val_if_fail (axis >= 0 && axis < 3 && index < size[axis], NULL);
  box = find_box (&slice, size[axis == 0 ? 1 : 0], size[axis == 2 ? 1 : 2]);
  grid_init (&grid, box.end[0] - box.begin[0], box.end[1] - box.begin[1]);
  grid.x0 = (double) box.begin[0];
  grid.y0 = (double) box.begin[1];
  for (size_t y = 0; y < grid.height; y++)
    read_row (&slice, box.begin[1] + y, box.begin[0], box.end[0],
              grid.inside + (y + 1) * (grid.width + 2) + 1);
  contours = trace (&grid);
  grid_clear (&grid);
  return contours;
}

TrpContours *
trp_trace_grid (const float *values, size_t width, size_t height, float level)
{
  TrpContours *contours;
  Grid grid;

  g_return_val_if_fail (values && isfinite (level), NULL);
  grid_init (&grid, width, height);
  grid.values = values;
  grid.level = level;
  for (size_t y = 0; y < height; y++)
    for (size_t x = 0; x < width; x++)
      grid.inside[(y + 1) * (width + 2) + x + 1] = values[y * width + x] > level;
  contours = trace (&grid);
  grid_clear (&grid);
  return contours;
}
