/* livewire.c - see livewire.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bucket b of the ring holds pixels whose cost lies in one interval of @width; the ring is longer
 * than the dearest step, so pixels of two turns never meet. A step may be shorter than a bucket:
 * then a pixel that was taken comes back into the bucket at hand, and all is final once that is
 * empty.
 */

#include "core/structure/livewire.h"

#include <math.h>

enum
{
  N_BUCKETS = 1024,
  N_STEPS = 8,
  UNREACHED = 0, /* so that memory of zeros, which the kernel gives for nothing, is a new tree */
  FIRST_STEP,
  ROOT = FIRST_STEP + N_STEPS,
  PIXELS_PER_CHECK = 16384,
};

static const uint32_t nobody = UINT32_MAX;

/* In the order of TRP_LIVEWIRE_N_WAYS: the opposite of step n is step n ^ 1. */
static const struct
{
  int x, y;
} steps[N_STEPS] = { { 1, 0 }, { -1, 0 },  { 0, 1 },  { 0, -1 },
                     { 1, 1 }, { -1, -1 }, { 1, -1 }, { -1, 1 } };

struct _TrpLivewireTree
{
  TrpLivewireCost *cost;
  size_t width, height, n_pixels;
  double half_length[TRP_LIVEWIRE_N_WAYS]; /* mm */
  float dearest;

  uint8_t
    *came_by;     /* step that led here, from FIRST_STEP; where UNREACHED, the others say nothing */
  double *total;  /* cost of the way so far */
  uint32_t *next; /* neighbours in the bucket */
  uint32_t *before;
  uint32_t buckets[N_BUCKETS];
  double bucket_width;
  uint64_t bucket; /* at hand; all cheaper ones are done */
  size_t n_waiting;
  size_t n_taken;
};

static void
put (TrpLivewireTree *self, uint32_t pixel)
{
  uint32_t *bucket =
    &self->buckets[(uint64_t) (self->total[pixel] / self->bucket_width) % N_BUCKETS];

  self->next[pixel] = *bucket;
  self->before[pixel] = nobody;
  if (*bucket != nobody)
    self->before[*bucket] = pixel;
  *bucket = pixel;
  self->n_waiting++;
}

/* @pixel waits in a bucket; its total is still the one it was put there with. */
static void
take (TrpLivewireTree *self, uint32_t pixel)
{
  const uint32_t next = self->next[pixel], before = self->before[pixel];

  if (next != nobody)
    self->before[next] = before;
  if (before != nobody)
    self->next[before] = next;
  else
    self->buckets[(uint64_t) (self->total[pixel] / self->bucket_width) % N_BUCKETS] = next;
  self->next[pixel] = pixel; /* in no bucket */
  self->n_waiting--;
}

static bool
waits (const TrpLivewireTree *self, uint32_t pixel)
{
  return self->next[pixel] != pixel;
}

static void
offer (TrpLivewireTree *self, size_t x, size_t y, int step, double total)
{
  const uint32_t pixel = (uint32_t) (x + y * self->width);

  if (self->came_by[pixel] != UNREACHED)
    {
      if (total >= self->total[pixel])
        return;
      if (waits (self, pixel))
        take (self, pixel);
    }
  self->total[pixel] = total;
  self->came_by[pixel] = (uint8_t) (FIRST_STEP + step);
  put (self, pixel);
}

static void
spread (TrpLivewireTree *self, uint32_t pixel)
{
  const float *costs = trp_livewire_cost_peek (self->cost);
  const size_t x = pixel % self->width, y = pixel / self->width;

  for (int n = 0; n < N_STEPS; n++)
    {
      const size_t to_x = x +
                          (size_t) (ptrdiff_t) steps[n].x; /* -1 wraps round to beyond the rim */
      const size_t to_y = y + (size_t) (ptrdiff_t) steps[n].y;
      const size_t way = (size_t) n / 2;

      if (to_x >= self->width || to_y >= self->height)
        continue;
      const double here = (double) costs[TRP_LIVEWIRE_N_WAYS * (size_t) pixel + way];
      const double there = (double) costs[TRP_LIVEWIRE_N_WAYS * (to_x + to_y * self->width) + way];

      offer (self, to_x, to_y, n, self->total[pixel] + self->half_length[way] * (here + there));
    }
}

/* Returns: pixels taken. */
static size_t
empty_bucket (TrpLivewireTree *self)
{
  uint32_t *bucket = &self->buckets[self->bucket % N_BUCKETS];
  size_t n = 0;

  for (; *bucket != nobody; n++)
    {
      const uint32_t pixel = *bucket;

      take (self, pixel);
      spread (self, pixel);
    }
  self->bucket++;
  return n;
}

bool
trp_livewire_tree_grow (TrpLivewireTree *self,
                        size_t n_pixels,
                        TrpProgress *progress,
                        GError **error)
{
  size_t unchecked = 0;

  g_return_val_if_fail (self, false);
  for (size_t n = 0; self->n_waiting > 0 && n < n_pixels;)
    {
      const size_t taken = empty_bucket (self);

      n += taken;
      unchecked += taken;
      self->n_taken += taken;
      if (unchecked < PIXELS_PER_CHECK)
        continue;
      unchecked = 0;
      if (!trp_progress_step (progress, (double) self->n_taken / (double) self->n_pixels, NULL,
                              error))
        return false;
    }
  return true;
}

/* The dearest step decides how much the ring of buckets must hold. */
static void
measure_steps (TrpLivewireTree *self)
{
  const double dx = trp_livewire_cost_get_spacing (self->cost, 0);
  const double dy = trp_livewire_cost_get_spacing (self->cost, 1);
  const double lengths[TRP_LIVEWIRE_N_WAYS] = { dx, dy, hypot (dx, dy), hypot (dx, dy) };

  for (int way = 0; way < TRP_LIVEWIRE_N_WAYS; way++)
    self->half_length[way] = lengths[way] / 2;
  self->dearest = trp_livewire_cost_get_dearest (self->cost);
  self->bucket_width = (double) self->dearest * hypot (dx, dy) / (N_BUCKETS - 2);
}

static bool
allocate (TrpLivewireTree *self, GError **error)
{
  const size_t n = self->n_pixels;

  self->total = g_try_new (double, n);
  self->came_by = g_try_new0 (uint8_t, n);
  self->next = g_try_new (uint32_t, n);
  self->before = g_try_new (uint32_t, n);
  if (self->total && self->came_by && self->next && self->before)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               "No memory for the ways through %zu x %zu pixels: draw with another tool, or close "
               "other programs",
               self->width, self->height);
  return false;
}

TrpLivewireTree *
trp_livewire_tree_new (TrpLivewireCost *cost, size_t x, size_t y, GError **error)
{
  g_autoptr (TrpLivewireTree) self = NULL;

  g_return_val_if_fail (x < trp_livewire_cost_get_width (cost), NULL);
  g_return_val_if_fail (y < trp_livewire_cost_get_height (cost), NULL);
  self = g_new0 (TrpLivewireTree, 1);
  self->cost = trp_livewire_cost_ref (cost);
  self->width = trp_livewire_cost_get_width (cost);
  self->height = trp_livewire_cost_get_height (cost);
  self->n_pixels = self->width * self->height;
  if (!allocate (self, error))
    return NULL;
  measure_steps (self);
  for (size_t n = 0; n < N_BUCKETS; n++)
    self->buckets[n] = nobody;
  self->total[x + y * self->width] = 0;
  self->came_by[x + y * self->width] = ROOT;
  put (self, (uint32_t) (x + y * self->width));
  return g_steal_pointer (&self);
}

void
trp_livewire_tree_free (TrpLivewireTree *self)
{
  if (!self)
    return;
  trp_livewire_cost_unref (self->cost);
  g_free (self->total);
  g_free (self->came_by);
  g_free (self->next);
  g_free (self->before);
  g_free (self);
}

bool
trp_livewire_tree_has (const TrpLivewireTree *self, size_t x, size_t y)
{
  return isfinite (trp_livewire_tree_get_cost (self, x, y));
}

double
trp_livewire_tree_get_cost (const TrpLivewireTree *self, size_t x, size_t y)
{
  g_return_val_if_fail (x < self->width && y < self->height, INFINITY);
  const size_t pixel = x + y * self->width;
  const double total = self->came_by[pixel] != UNREACHED ? self->total[pixel] : (double) INFINITY;

  return isfinite (total) && (uint64_t) (total / self->bucket_width) < self->bucket
           ? total
           : (double) INFINITY;
}

/* Where nothing is cheaper than anything else the way is no more than a guess. */
static bool
is_blank (const TrpLivewireTree *self, size_t x, size_t y)
{
  const float *costs = trp_livewire_cost_peek (self->cost) +
                       TRP_LIVEWIRE_N_WAYS * (x + y * self->width);
  float least = costs[0];

  for (int way = 1; way < TRP_LIVEWIRE_N_WAYS; way++)
    least = MIN (least, costs[way]);
  return least >= self->dearest;
}

static void
reverse (GArray *points)
{
  for (guint n = 0; n < points->len / 2; n++)
    {
      TrpPoint *first = &g_array_index (points, TrpPoint, n);
      TrpPoint *last = &g_array_index (points, TrpPoint, points->len - 1 - n);
      const TrpPoint kept = *first;

      *first = *last;
      *last = kept;
    }
}

GArray *
trp_livewire_tree_trace (const TrpLivewireTree *self, size_t x, size_t y)
{
  GArray *points = NULL;
  int n_blank = 0;

  if (!trp_livewire_tree_has (self, x, y))
    return NULL;
  points = g_array_new (FALSE, FALSE, sizeof (TrpPoint));
  for (bool is_end = true;; is_end = false)
    {
      const uint8_t step = self->came_by[x + y * self->width];
      const TrpPoint point = is_end || step == ROOT ? (TrpPoint){ (double) x, (double) y }
                                                    : trp_livewire_cost_get_edge (self->cost, x, y);

      n_blank = is_blank (self, x, y) ? n_blank + 1 : 0;
      if (n_blank > 2) /* the one between two other blank ones */
        g_array_set_size (points, points->len - 1);
      g_array_append_val (points, point);
      if (step == ROOT)
        break;
      x -= (size_t) (ptrdiff_t) steps[step - FIRST_STEP].x;
      y -= (size_t) (ptrdiff_t) steps[step - FIRST_STEP].y;
    }
  reverse (points);
  return points;
}
