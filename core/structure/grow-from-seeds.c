/* grow-from-seeds.c - see grow-from-seeds.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Costs are whole numbers below a bound, so the queue is a ring of buckets (Dial, Commun. ACM 12
 * (1969) 632). A voxel may stand in several; only the bucket of its least cost counts. Steps cost
 * at least 1, so nothing in a bucket depends on another voxel of the same bucket, and the order
 * inside does not matter.
 */

#include "core/structure/grow-from-seeds.h"

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/image/grid-values.h"

#include <math.h>
#include <stdlib.h>

#define N_BUCKETS (TRP_GROW_MOST_UNITS + 1)
#define BUCKET_KEPT 4096 /* entries a bucket may keep memory for once it is done */
#define VOXELS_PER_STEP 65536
#define LINES_PER_CHUNK 64
#define HISTOGRAM_SIGMA 2.0 /* bins */
#define HISTOGRAM_FLOOR 0.002
#define BYTES_PER_VOXEL 16
#define UNREACHED UINT32_MAX

enum
{
  NOBODY,
  OBJECT,
  BACKGROUND,
  N_OWNERS,
};

typedef struct
{
  TrpBox box;
  size_t size[3], stride[3], n_voxels;
  double spacing[3];
  float *values;
  uint32_t *costs;
  uint8_t *owners;
  double range;                         /* of values; 0: they are all one */
  double first, bins_per_1;             /* value of bin 0, bins per unit of value */
  double hint[N_OWNERS][TRP_GROW_BINS]; /* part of a step's cost per mm, by who makes it */
  GArray *buckets[N_BUCKETS];
} Region;

static void
free_region (Region *self)
{
  for (size_t n = 0; n < N_BUCKETS; n++)
    g_clear_pointer (&self->buckets[n], g_array_unref);
  g_free (self->values);
  g_free (self->costs);
  g_free (self->owners);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Region, free_region)

/* ---- the region and its values ---- */

static bool
check_seeds (const TrpMask *object, const TrpMask *background, GError **error)
{
  const char *missing = trp_mask_is_empty (object)       ? "object"
                        : trp_mask_is_empty (background) ? "background"
                                                         : NULL;

  if (!missing)
    return trp_geometry_check_equal (trp_mask_get_geometry (object),
                                     trp_mask_get_geometry (background), error);
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "Nothing in the image is marked as %s; growing needs strokes inside and outside of "
               "the structure",
               missing);
  return false;
}

static void
place_region (Region *self, double margin, const TrpMask *object, const TrpMask *background)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (object);
  const TrpBox boxes[2] = { trp_mask_get_box (object), trp_mask_get_box (background) };

  self->box = trp_box_union (&boxes[0], &boxes[1]);
  self->n_voxels = 1;
  for (int axis = 0; axis < 3; axis++)
    {
      const double spacing = trp_geometry_get_spacing (geometry, axis);
      const size_t around = (size_t) fmin (ceil (margin / spacing), TRP_GEOMETRY_MAX_SIZE);

      self->spacing[axis] = spacing;
      self->box.begin[axis] -= MIN (around, self->box.begin[axis]);
      self->box.end[axis] = MIN (self->box.end[axis] + around, geometry->size[axis]);
      self->size[axis] = self->box.end[axis] - self->box.begin[axis];
      self->stride[axis] = self->n_voxels;
      self->n_voxels *= self->size[axis];
    }
}

static bool
take_memory (Region *self, GError **error)
{
  const size_t n = self->n_voxels;

  if (n > TRP_GROW_MAX_VOXELS)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "The seeds and their margin span %zu million voxels and the limit is %zu; draw "
                   "the strokes closer together or choose a smaller margin",
                   n >> 20, TRP_GROW_MAX_VOXELS >> 20);
      return false;
    }
  if (!trp_memory_check (n * BYTES_PER_VOXEL, "Growing", "choose a smaller margin", error))
    return false;
  self->values = g_try_new (float, n);
  self->costs = g_try_new (uint32_t, n);
  self->owners = g_try_new0 (uint8_t, n);
  if (self->values && self->costs && self->owners)
    return true;
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                       "There is no memory for growing; choose a smaller margin");
  return false;
}

static bool
read_values (Region *self,
             const TrpVolume *volume,
             const TrpGeometry *geometry,
             TrpProgress *progress,
             GError **error)
{
  TrpGridValues values;

  trp_grid_values_init (&values, volume, geometry);
  for (size_t k = 0; k < self->size[2]; k++)
    {
      if (!trp_progress_step (progress, (double) k / (double) self->size[2], NULL, error))
        return false;
      for (size_t j = 0; j < self->size[1]; j++)
        trp_grid_values_read (&values, self->box.begin[0], self->box.begin[1] + j,
                              self->box.begin[2] + k, self->size[0],
                              self->values + j * self->stride[1] + k * self->stride[2]);
    }
  for (size_t n = 0; n < self->n_voxels; n++)
    if (!isfinite (self->values[n]))
      self->values[n] = NAN;
  return true;
}

/* ---- smoothing: along each axis in turn; what has no value does not count ---- */

typedef struct
{
  const Region *region;
  int axis;
  size_t radius;
  const double *weights;
} Smoothing;

static float
smooth_voxel (const Smoothing *work, const float *line, size_t n, size_t at)
{
  const size_t begin = at > work->radius ? at - work->radius : 0;
  const size_t end = MIN (at + work->radius + 1, n);
  double sum = 0, total = 0;

  for (size_t m = begin; m < end; m++)
    if (!isnan (line[m]))
      {
        const double weight = work->weights[m > at ? m - at : at - m];

        sum += weight * (double) line[m];
        total += weight;
      }
  return isnan (line[at]) ? NAN : (float) (sum / total);
}

static void
smooth_lines (size_t begin, size_t end, void *data)
{
  const Smoothing *work = data;
  const Region *region = work->region;
  const int across = work->axis == 0 ? 1 : 0, up = work->axis == 2 ? 1 : 2;
  const size_t n = region->size[work->axis], stride = region->stride[work->axis];
  g_autofree float *line = g_new (float, n);

  for (size_t index = begin; index < end; index++)
    {
      float *first = region->values + index % region->size[across] * region->stride[across] +
                     index / region->size[across] * region->stride[up];

      for (size_t m = 0; m < n; m++)
        line[m] = first[m * stride];
      for (size_t m = 0; m < n; m++)
        first[m * stride] = smooth_voxel (work, line, n, m);
    }
}

static bool
smooth (Region *self, TrpProgress *progress, GError **error)
{
  for (int axis = 0; axis < 3; axis++)
    {
      const size_t radius = MIN ((size_t) floor (3 * TRP_GROW_SIGMA / self->spacing[axis]),
                                 self->size[axis]);
      g_autofree double *weights = g_new (double, radius + 1);
      const Smoothing work = { self, axis, radius, weights };

      if (!trp_progress_step (progress, axis / 3.0, NULL, error))
        return false;
      for (size_t n = 0; n <= radius; n++)
        weights[n] = exp (-0.5 * pow ((double) n * self->spacing[axis] / TRP_GROW_SIGMA, 2));
      trp_parallel_for (self->n_voxels / self->size[axis], LINES_PER_CHUNK, smooth_lines,
                        (void *) &work);
    }
  return true;
}

/* ---- seeds ---- */

static int
compare_floats (const void *a, const void *b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

static void
place_seeds (Region *self, const TrpMask *seeds, uint8_t owner)
{
  for (size_t k = 0; k < self->size[2]; k++)
    for (size_t j = 0; trp_mask_peek_slice (seeds, self->box.begin[2] + k) && j < self->size[1];
         j++)
      for (size_t i = 0; i < self->size[0]; i++)
        {
          const size_t n = i + j * self->stride[1] + k * self->stride[2];

          if (!isnan (self->values[n]) &&
              trp_mask_get (seeds, self->box.begin[0] + i, self->box.begin[1] + j,
                            self->box.begin[2] + k))
            self->owners[n] = owner;
        }
}

static size_t
find_bin (const Region *self, float value)
{
  const double bin = ((double) value - self->first) * self->bins_per_1;

  return (size_t) CLAMP (bin, 0, TRP_GROW_BINS - 1);
}

static double
find_range (const Region *self)
{
  float low = INFINITY, high = -INFINITY;

  for (size_t n = 0; n < self->n_voxels; n++)
    {
      low = fminf (low, self->values[n]);
      high = fmaxf (high, self->values[n]);
    }
  return (double) high - (double) low;
}

/* Smoothed, of sum 1 but for what is smoothed over the ends. */
static void
compute_histogram (const Region *self, uint8_t owner, size_t count, double *out_shares)
{
  double raw[TRP_GROW_BINS] = { 0 };

  for (size_t n = 0; n < self->n_voxels; n++)
    if (self->owners[n] == owner)
      raw[find_bin (self, self->values[n])] += 1 / (double) count;
  for (int bin = 0; bin < TRP_GROW_BINS; bin++)
    {
      double sum = 0, total = 0;

      for (int other = 0; other < TRP_GROW_BINS; other++)
        {
          const double weight = exp (-0.5 * pow ((other - bin) / HISTOGRAM_SIGMA, 2));

          sum += weight * raw[other];
          total += weight;
        }
      out_shares[bin] = sum / total + HISTOGRAM_FLOOR;
    }
}

/* Errors: TRP_ERROR_UNSUPPORTED where one of the two has no seed with a value. */
static bool
learn_from_seeds (Region *self, GError **error)
{
  size_t counts[N_OWNERS] = { 0 }, n_seeds, seed = 0;
  double shares[N_OWNERS][TRP_GROW_BINS];
  g_autofree float *sorted = NULL;

  for (size_t n = 0; n < self->n_voxels; n++)
    counts[self->owners[n]]++;
  n_seeds = counts[OBJECT] + counts[BACKGROUND];
  if (counts[OBJECT] == 0 || counts[BACKGROUND] == 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "No stroke for the %s lies in the image alone; growing needs strokes inside and "
                   "outside of the structure",
                   counts[OBJECT] == 0 ? "object" : "background");
      return false;
    }
  sorted = g_new (float, n_seeds);
  for (size_t n = 0; n < self->n_voxels; n++)
    if (self->owners[n] != NOBODY)
      sorted[seed++] = self->values[n];
  qsort (sorted, n_seeds, sizeof *sorted, compare_floats);
  self->range = (double) sorted[n_seeds - 1 - n_seeds / 20] - (double) sorted[n_seeds / 20];
  if (!(self->range > 0))
    self->range = find_range (self);
  self->first = (double) sorted[n_seeds / 100];
  self->bins_per_1 = (double) sorted[n_seeds - 1 - n_seeds / 100] - self->first;
  self->bins_per_1 = self->bins_per_1 > 0 ? TRP_GROW_BINS / self->bins_per_1 : 0;
  for (uint8_t owner = OBJECT; owner < N_OWNERS; owner++)
    compute_histogram (self, owner, counts[owner], shares[owner]);
  for (int bin = 0; bin < TRP_GROW_BINS; bin++)
    {
      const double sum = shares[OBJECT][bin] + shares[BACKGROUND][bin];

      self->hint[OBJECT][bin] = TRP_GROW_HINT * shares[BACKGROUND][bin] / sum;
      self->hint[BACKGROUND][bin] = TRP_GROW_HINT * shares[OBJECT][bin] / sum;
    }
  return true;
}

/* ---- the fronts ---- */

static void
append (Region *self, uint32_t voxel, uint32_t cost)
{
  GArray **bucket = &self->buckets[cost % N_BUCKETS];

  if (!*bucket)
    *bucket = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  g_array_append_val (*bucket, voxel);
}

static uint32_t
price_step (const Region *self, uint8_t owner, int axis, float from, float to)
{
  const double edge = self->range > 0
                        ? TRP_GROW_EDGE * fabs ((double) from - (double) to) / self->range
                        : 0;
  const double cost = self->spacing[axis] * (1 + self->hint[owner][find_bin (self, to)]) + edge;

  return (uint32_t) fmin (1 + floor (TRP_GROW_UNITS_PER_MM * cost), TRP_GROW_MOST_UNITS);
}

static void
offer (Region *self, uint32_t from, uint32_t to, int axis)
{
  const uint8_t owner = self->owners[from];
  uint32_t cost;

  if (self->costs[to] <= self->costs[from] || isnan (self->values[to]))
    return;
  cost = self->costs[from] + price_step (self, owner, axis, self->values[from], self->values[to]);
  if (cost < self->costs[to])
    {
      self->costs[to] = cost;
      self->owners[to] = owner;
      append (self, to, cost);
    }
  else if (cost == self->costs[to] && owner == BACKGROUND)
    self->owners[to] = BACKGROUND;
}

static void
spread (Region *self, uint32_t voxel)
{
  for (int axis = 0; axis < 3; axis++)
    {
      const size_t at = voxel / self->stride[axis] % self->size[axis];

      if (at > 0)
        offer (self, voxel, voxel - (uint32_t) self->stride[axis], axis);
      if (at + 1 < self->size[axis])
        offer (self, voxel, voxel + (uint32_t) self->stride[axis], axis);
    }
}

/* Returns: entries that were taken from the bucket. */
static size_t
empty_bucket (Region *self, uint32_t cost)
{
  GArray **bucket = &self->buckets[cost % N_BUCKETS];
  const size_t n_entries = *bucket ? (*bucket)->len : 0;

  for (size_t n = 0; n < n_entries; n++)
    {
      const uint32_t voxel = g_array_index (*bucket, uint32_t, n);

      if (self->costs[voxel] == cost)
        spread (self, voxel);
    }
  if (n_entries > BUCKET_KEPT)
    g_clear_pointer (bucket, g_array_unref);
  else if (*bucket)
    g_array_set_size (*bucket, 0);
  return n_entries;
}

static bool
grow (Region *self, TrpProgress *progress, GError **error)
{
  size_t n_done = 0, next_step = 0;
  uint32_t n_idle = 0;

  for (uint32_t n = 0; n < self->n_voxels; n++)
    {
      self->costs[n] = self->owners[n] == NOBODY ? UNREACHED : 0;
      if (self->owners[n] != NOBODY)
        append (self, n, 0);
    }
  for (uint32_t cost = 0; n_idle < N_BUCKETS; cost++)
    {
      const size_t n_entries = empty_bucket (self, cost);

      n_idle = n_entries > 0 ? 0 : n_idle + 1;
      n_done += n_entries;
      if (n_done < next_step)
        continue;
      next_step = n_done + VOXELS_PER_STEP;
      if (!trp_progress_step (progress, MIN (0.999, (double) n_done / (double) self->n_voxels),
                              NULL, error))
        return false;
    }
  return true;
}

static TrpMask *
make_mask (const Region *self, const TrpGeometry *geometry)
{
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t n = 0; n < self->n_voxels; n++)
    if (self->owners[n] == OBJECT)
      trp_mask_set (mask, self->box.begin[0] + n % self->size[0],
                    self->box.begin[1] + n / self->stride[1] % self->size[1],
                    self->box.begin[2] + n / self->stride[2], true);
  return mask;
}

TrpMask *
trp_grow_from_seeds (const TrpGrowth *self,
                     const TrpMask *object,
                     const TrpMask *background,
                     TrpProgress *progress,
                     GError **error)
{
  TrpProgress reading = trp_progress_part (progress, 0, 0.05);
  TrpProgress smoothing = trp_progress_part (progress, 0.05, 0.15);
  TrpProgress growing = trp_progress_part (progress, 0.15, 1);
  g_autoptr (Region) region = g_new0 (Region, 1);

  g_return_val_if_fail (self->margin >= 0, NULL);
  if (!check_seeds (object, background, error))
    return NULL;
  place_region (region, self->margin, object, background);
  if (!take_memory (region, error) ||
      !read_values (region, self->volume, trp_mask_get_geometry (object), &reading, error) ||
      !smooth (region, &smoothing, error))
    return NULL;
  place_seeds (region, object, OBJECT);
  place_seeds (region, background, BACKGROUND);
  if (!learn_from_seeds (region, error) || !grow (region, &growing, error))
    return NULL;
  return make_mask (region, trp_mask_get_geometry (object));
}
