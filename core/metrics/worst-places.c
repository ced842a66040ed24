/* worst-places.c - see worst-places.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Spots lie in cells whose diagonal is the separation: two spots of a cell are within reach of each
 * other, so a maximum is the largest of its cell. These few are gone through from the largest down;
 * of the cells around, only those that hold a larger one are looked into.
 */

#include "core/metrics/worst-places.h"

#include <math.h>
#include <stdlib.h>

#define NONE G_MAXSIZE
#define REACH 2              /* cells to each side that the separation spans: 2 > sqrt (3) */
#define HALF_RANGE (1 << 20) /* cells to each side of 0 that a key can tell apart */
#define NO_KEY (~(guint64) 0)

/* @head: one of its spots, first of a list; @largest: of its spots */
typedef struct
{
  guint64 key;
  size_t head;
  size_t largest;
} Cell;

/**
 * Search:
 * @cells: a hash table with open addressing, of @mask + 1 places
 * @next: per spot, the next one of its cell
 */
typedef struct
{
  const TrpSurfaceSpot *spots;
  double separation;
  size_t mask;
  Cell *cells;
  size_t *next;
} Search;

static void
find_place (const Search *self, size_t spot, gint64 out_place[3])
{
  const double edge = self->separation / sqrt (3);

  for (int axis = 0; axis < 3; axis++)
    out_place[axis] = CLAMP ((gint64) floor (self->spots[spot].position.v[axis] / edge),
                             -HALF_RANGE + REACH, HALF_RANGE - 1 - REACH);
}

static guint64
get_key (const gint64 place[3])
{
  return (guint64) (place[0] + HALF_RANGE) | (guint64) (place[1] + HALF_RANGE) << 21 |
         (guint64) (place[2] + HALF_RANGE) << 42;
}

/* The cell of @key, or the free one where it would be. */
static Cell *
find_cell (const Search *self, guint64 key)
{
  size_t n = (size_t) ((key * 0x9e3779b97f4a7c15u) >> 24) & self->mask;

  while (self->cells[n].key != NO_KEY && self->cells[n].key != key)
    n = (n + 1) & self->mask;
  return &self->cells[n];
}

/* Of equal ones the first. */
static bool
is_larger (const Search *self, size_t a, size_t b)
{
  const double left = self->spots[a].distance, right = self->spots[b].distance;

  return left > right || (left >= right && a < b);
}

static void
put (Search *self, size_t spot)
{
  gint64 place[3];
  Cell *cell;

  find_place (self, spot, place);
  cell = find_cell (self, get_key (place));
  if (cell->key == NO_KEY)
    *cell = (Cell){ .key = get_key (place), .head = NONE, .largest = spot };
  else if (is_larger (self, spot, cell->largest))
    cell->largest = spot;
  self->next[spot] = cell->head;
  cell->head = spot;
}

static bool
is_near (const Search *self, size_t a, size_t b, double reach)
{
  return trp_vec3_distance (self->spots[a].position, self->spots[b].position) < reach;
}

static bool
cell_has_larger (const Search *self, const Cell *cell, size_t spot)
{
  if (cell->key == NO_KEY || !is_larger (self, cell->largest, spot))
    return false;
  if (is_near (self, cell->largest, spot, self->separation))
    return true;
  for (size_t s = cell->head; s != NONE; s = self->next[s])
    if (is_larger (self, s, spot) && is_near (self, s, spot, self->separation))
      return true;
  return false;
}

static bool
has_larger (const Search *self, size_t spot)
{
  gint64 place[3], other[3];

  find_place (self, spot, place);
  for (other[2] = place[2] - REACH; other[2] <= place[2] + REACH; other[2]++)
    for (other[1] = place[1] - REACH; other[1] <= place[1] + REACH; other[1]++)
      for (other[0] = place[0] - REACH; other[0] <= place[0] + REACH; other[0]++)
        if (cell_has_larger (self, find_cell (self, get_key (other)), spot))
          return true;
  return false;
}

/* A place of before whose own surfaces these may be. */
static bool
is_covered (const Search *self, const size_t *places, size_t n_places, size_t spot)
{
  for (size_t p = 0; p < n_places; p++)
    if (is_near (self, places[p], spot, fmax (self->separation, self->spots[places[p]].distance)))
      return true;
  return false;
}

static int
compare (const void *a, const void *b, void *data)
{
  return is_larger (data, *(const size_t *) b, *(const size_t *) a) ? 1 : -1;
}

/* The largest of each cell, the largest of all first. */
static size_t *
list_candidates (const Search *self, size_t *out_n)
{
  size_t *candidates = g_new (size_t, self->mask + 1);
  size_t n = 0;

  for (size_t c = 0; c <= self->mask; c++)
    if (self->cells[c].key != NO_KEY)
      candidates[n++] = self->cells[c].largest;
  g_qsort_with_data (candidates, (int) n, sizeof *candidates, compare, (void *) self);
  *out_n = n;
  return candidates;
}

size_t
trp_worst_places_find (const TrpSurfaceSpot *spots,
                       size_t n_spots,
                       double separation,
                       size_t max_places,
                       size_t *out_places)
{
  g_autofree size_t *next = g_new (size_t, n_spots);
  Search self = { .spots = spots, .separation = separation, .mask = 63, .next = next };
  g_autofree Cell *cells = NULL;
  g_autofree size_t *candidates = NULL;
  size_t n_candidates, n_places = 0;

  while (self.mask < 2 * n_spots)
    self.mask = 2 * self.mask + 1;
  self.cells = cells = g_new (Cell, self.mask + 1);
  for (size_t c = 0; c <= self.mask; c++)
    cells[c].key = NO_KEY;
  for (size_t s = 0; s < n_spots; s++)
    if (spots[s].distance > 0)
      put (&self, s);
  candidates = list_candidates (&self, &n_candidates);
  for (size_t n = 0; n < n_candidates && n_places < max_places; n++)
    if (!is_covered (&self, out_places, n_places, candidates[n]) &&
        !has_larger (&self, candidates[n]))
      out_places[n_places++] = candidates[n];
  return n_places;
}
