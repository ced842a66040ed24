/* surface-distance.c - see surface-distance.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/surface-distance.h"

#include "core/metrics/surfel.h"

#include <math.h>
#include <string.h>

#define PERCENTILE 0.95
#define RADIX_BITS 11
#define RADIX_SIZE (1 << RADIX_BITS)

typedef struct
{
  double distance;
  double weight;
} Sample;

/**
 * List: one direction
 * @points, @distances: in order of k, j, i
 * @samples: sorted by distance
 * @weight: sum over the samples; @moment: sum of weight x distance
 */
typedef struct
{
  size_t n;
  TrpBitsPoint *points;
  double *distances;
  Sample *samples;
  double weight;
  double moment;
} List;

struct _TrpSurfaceDistances
{
  TrpSurfaceKind kind;
  List lists[2]; /* ab, ba */
  TrpSurfaceNumbers numbers;
};

TrpSurfacePair *
trp_surface_pair_new (const TrpMask *reference, const TrpMask *test, GError **error)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (reference);
  const TrpBox box_reference = trp_mask_get_box (reference);
  const TrpBox box_test = trp_mask_get_box (test);
  const TrpBox box = trp_box_union (&box_reference, &box_test);
  g_autoptr (TrpSurfacePair) self = NULL;
  ptrdiff_t origin[3];
  size_t size[3];

  if (!trp_geometry_check_equal (geometry, trp_mask_get_geometry (test), error) ||
      !trp_geometry_check_measurable (geometry, error))
    return NULL;
  self = g_new0 (TrpSurfacePair, 1);
  for (int axis = 0; axis < 3; axis++)
    self->spacing[axis] = trp_geometry_get_spacing (geometry, axis);
  trp_bits_pad_box (&box, origin, size);
  self->reference = trp_bits_new_from_mask (reference, origin, size, error);
  self->test = self->reference ? trp_bits_new_from_mask (test, origin, size, error) : NULL;
  return self->test ? g_steal_pointer (&self) : NULL;
}

void
trp_surface_pair_free (TrpSurfacePair *self)
{
  if (!self)
    return;
  trp_bits_free (self->reference);
  trp_bits_free (self->test);
  g_free (self);
}

TrpOverlap
trp_surface_pair_count (const TrpSurfacePair *self)
{
  const TrpBits *a = self->reference, *b = self->test;
  const size_t n_words = a->n_words * a->size[1] * a->size[2];
  TrpOverlap overlap = { .reference = trp_bits_count (a), .test = trp_bits_count (b) };

  for (size_t n = 0; n < n_words; n++)
    overlap.both += (size_t) __builtin_popcountll (a->words[n] & b->words[n]);
  return overlap;
}

static uint64_t
get_key (const Sample *sample)
{
  uint64_t key;

  memcpy (&key, &sample->distance, sizeof key);
  return key;
}

/* Stable radix sort: the bits of doubles that are not negative have the order of their values. */
static void
sort_samples (Sample *samples, size_t n)
{
  g_autofree Sample *other = g_new (Sample, n);
  Sample *from = samples, *to = other;

  if (n < 2)
    return;
  for (int shift = 0; shift < 64; shift += RADIX_BITS)
    {
      size_t starts[RADIX_SIZE + 1] = { 0 };

      for (size_t m = 0; m < n; m++)
        starts[(get_key (&from[m]) >> shift & (RADIX_SIZE - 1)) + 1]++;
      if (starts[(get_key (&from[0]) >> shift & (RADIX_SIZE - 1)) + 1] == n)
        continue;
      for (size_t digit = 1; digit < RADIX_SIZE; digit++)
        starts[digit] += starts[digit - 1];
      for (size_t m = 0; m < n; m++)
        to[starts[get_key (&from[m]) >> shift & (RADIX_SIZE - 1)]++] = from[m];
      to = from;
      from = from == samples ? other : samples;
    }
  if (from != samples)
    memcpy (samples, from, n * sizeof *samples);
}

static void
finish_lists (List lists[2])
{
  for (size_t n = 0; n < 2; n++)
    {
      List *list = &lists[n];

      sort_samples (list->samples, list->n);
      for (size_t m = 0; m < list->n; m++)
        {
          list->weight += list->samples[m].weight;
          list->moment += list->samples[m].weight * list->samples[m].distance;
        }
    }
}

TrpSurfaceSide *
trp_surface_side_new (const TrpBits *mask, TrpSurfaceKind kind, GError **error)
{
  TrpSurfaceSide *self;
  TrpBits *points = kind == TRP_SURFACE_SURFEL ? trp_bits_new_corners (mask, error)
                                               : trp_bits_new_border (mask, error);

  if (!points)
    return NULL;
  self = g_new0 (TrpSurfaceSide, 1);
  self->mask = mask;
  self->points = points;
  return self;
}

void
trp_surface_side_free (TrpSurfaceSide *self)
{
  if (!self)
    return;
  trp_bits_free (self->points);
  trp_distance_map_free (self->map);
  g_free (self);
}

static void
set_weights (List *list, const TrpBits *mask, const double spacing[3], TrpSurfaceKind kind)
{
  double areas[TRP_SURFEL_N_CODES];

  if (kind == TRP_SURFACE_SURFEL)
    trp_surfel_compute_areas (spacing, areas);
  for (size_t n = 0; n < list->n; n++)
    list->samples[n].weight = kind == TRP_SURFACE_SURFEL
                                ? areas[trp_surfel_get_code (mask, list->points[n])]
                                : 1;
}

static bool
measure_list (List *list,
              const TrpSurfaceSide *from,
              TrpSurfaceSide *to,
              const double spacing[3],
              TrpSurfaceKind kind,
              GError **error)
{
  if (!to->map)
    to->map = trp_distance_map_new (to->points, spacing, error);
  if (!to->map)
    return false;
  list->points = trp_bits_list (from->points, &list->n);
  list->distances = g_new (double, list->n);
  list->samples = g_new (Sample, list->n);
  set_weights (list, from->mask, spacing, kind);
  if (!trp_distance_map_measure (to->map, list->points, list->n, list->distances, error))
    return false;
  for (size_t n = 0; n < list->n; n++)
    list->samples[n].distance = list->distances[n] = sqrt (list->distances[n]);
  return true;
}

/* Linear interpolation at rank PERCENTILE (n - 1); @get gives the sample of a rank. */
static double
interpolate_rank (size_t n, double (*get) (const List *lists, size_t rank), const List *lists)
{
  const double rank = PERCENTILE * (double) (n - 1);
  const size_t below = (size_t) rank;
  const double low = get (lists, below);
  const double high = get (lists, MIN (below + 1, n - 1));

  return high > low ? low + (rank - (double) below) * (high - low) : low;
}

static double
get_single (const List *list, size_t rank)
{
  return list->samples[rank].distance;
}

/* Rank in both lists joined: how many to take from the first is found by bisection. */
static double
get_pooled (const List *lists, size_t rank)
{
  const List *a = &lists[0], *b = &lists[1];
  size_t low = rank > b->n ? rank - b->n : 0;
  size_t high = MIN (rank, a->n);

  while (low < high)
    {
      const size_t n_a = (low + high) / 2;

      if (a->samples[n_a].distance < b->samples[rank - n_a - 1].distance)
        low = n_a + 1;
      else
        high = n_a;
    }
  if (low == a->n)
    return b->samples[rank - low].distance;
  if (rank - low == b->n)
    return a->samples[low].distance;
  return MIN (a->samples[low].distance, b->samples[rank - low].distance);
}

/* Smallest distance within which PERCENTILE of the weight lies. */
static double
find_weighted_percentile (const List *list)
{
  double sum = 0;

  for (size_t n = 0; n < list->n; n++)
    {
      sum += list->samples[n].weight;
      if (sum / list->weight >= PERCENTILE)
        return list->samples[n].distance;
    }
  return list->samples[list->n - 1].distance;
}

/* Every distance of a pair with an empty side: NAN where both are, else infinite; what would go
 * from the empty side does not exist. */
static void
set_empty_numbers (TrpSurfaceNumbers *numbers)
{
  const double nan = (double) NAN, infinity = (double) INFINITY;
  const bool none = numbers->n_reference == 0 && numbers->n_test == 0;

  numbers->hd_ab = numbers->asd_ab = numbers->n_reference == 0 ? nan : infinity;
  numbers->hd_ba = numbers->asd_ba = numbers->n_test == 0 ? nan : infinity;
  numbers->hd = numbers->hd95 = numbers->hd95_pooled = none ? nan : infinity;
  numbers->assd = numbers->masd = none ? nan : infinity;
}

static void
set_numbers (TrpSurfaceDistances *self)
{
  TrpSurfaceNumbers *numbers = &self->numbers;
  const List *ab = &self->lists[0], *ba = &self->lists[1];
  const bool surfel = self->kind == TRP_SURFACE_SURFEL;

  *numbers = (TrpSurfaceNumbers){
    .n_reference = ab->n,
    .n_test = ba->n,
    .size_reference = ab->weight,
    .size_test = ba->weight,
  };
  if (ab->n == 0 || ba->n == 0)
    {
      set_empty_numbers (numbers);
      return;
    }
  numbers->hd_ab = ab->samples[ab->n - 1].distance;
  numbers->hd_ba = ba->samples[ba->n - 1].distance;
  numbers->hd = MAX (numbers->hd_ab, numbers->hd_ba);
  numbers->hd95 = surfel ? MAX (find_weighted_percentile (ab), find_weighted_percentile (ba))
                         : MAX (interpolate_rank (ab->n, get_single, ab),
                                interpolate_rank (ba->n, get_single, ba));
  numbers->hd95_pooled = interpolate_rank (ab->n + ba->n, get_pooled, self->lists);
  numbers->asd_ab = ab->moment / ab->weight;
  numbers->asd_ba = ba->moment / ba->weight;
  numbers->assd = (ab->moment + ba->moment) / (ab->weight + ba->weight);
  numbers->masd = (numbers->asd_ab + numbers->asd_ba) / 2;
}

TrpSurfaceDistances *
trp_surface_distances_new_between (TrpSurfaceSide *reference,
                                   TrpSurfaceSide *test,
                                   const double spacing[3],
                                   TrpSurfaceKind kind,
                                   TrpProgress *progress,
                                   GError **error)
{
  g_autoptr (TrpSurfaceDistances) self = g_new0 (TrpSurfaceDistances, 1);

  self->kind = kind;
  if (!trp_progress_step (progress, 0, NULL, error) ||
      !measure_list (&self->lists[0], reference, test, spacing, kind, error) ||
      !trp_progress_step (progress, 0.5, NULL, error) ||
      !measure_list (&self->lists[1], test, reference, spacing, kind, error) ||
      !trp_progress_step (progress, 0.9, NULL, error))
    return NULL;
  finish_lists (self->lists);
  set_numbers (self);
  return g_steal_pointer (&self);
}

TrpSurfaceDistances *
trp_surface_distances_new (const TrpSurfacePair *pair,
                           TrpSurfaceKind kind,
                           TrpProgress *progress,
                           GError **error)
{
  g_autoptr (TrpSurfaceSide) reference = trp_surface_side_new (pair->reference, kind, error);
  g_autoptr (TrpSurfaceSide) test = reference ? trp_surface_side_new (pair->test, kind, error)
                                              : NULL;

  return test ? trp_surface_distances_new_between (reference, test, pair->spacing, kind, progress,
                                                   error)
              : NULL;
}

void
trp_surface_distances_free (TrpSurfaceDistances *self)
{
  if (!self)
    return;
  for (int n = 0; n < 2; n++)
    {
      g_free (self->lists[n].points);
      g_free (self->lists[n].distances);
      g_free (self->lists[n].samples);
    }
  g_free (self);
}

TrpSurfaceKind
trp_surface_distances_get_kind (const TrpSurfaceDistances *self)
{
  return self->kind;
}

const TrpSurfaceNumbers *
trp_surface_distances_get_numbers (const TrpSurfaceDistances *self)
{
  return &self->numbers;
}

static double
sum_within (const List *list, double tolerance)
{
  double sum = 0;

  for (size_t n = 0; n < list->n && list->samples[n].distance <= tolerance + TRP_SURFACE_SLACK_MM;
       n++)
    sum += list->samples[n].weight;
  return sum;
}

double
trp_surface_distances_get_nsd (const TrpSurfaceDistances *self, double tolerance)
{
  const List *ab = &self->lists[0], *ba = &self->lists[1];

  if (ab->n == 0 && ba->n == 0)
    return (double) NAN;
  return (sum_within (ab, tolerance) + sum_within (ba, tolerance)) / (ab->weight + ba->weight);
}

const TrpBitsPoint *
trp_surface_distances_peek_points (const TrpSurfaceDistances *self,
                                   bool from_test,
                                   size_t *out_n,
                                   const double **out_distances)
{
  const List *list = &self->lists[from_test];

  *out_n = list->n;
  *out_distances = list->distances;
  return list->points;
}

/* Raises @io_squared to the largest distance of points of @from that are not in @to. */
static bool
raise_largest (
  TrpDistanceMap *map, const TrpBits *from, const TrpBits *to, double *io_squared, GError **error)
{
  g_autoptr (TrpBits) outside = trp_bits_new (from->origin, from->size, error);
  g_autofree TrpBitsPoint *points = NULL;
  size_t n_points;

  if (!outside)
    return false;
  for (size_t n = 0; n < from->n_words * from->size[1] * from->size[2]; n++)
    outside->words[n] = from->words[n] & ~to->words[n];
  points = trp_bits_list (outside, &n_points);
  return trp_distance_map_find_largest (map, points, n_points, *io_squared, io_squared, error);
}

/* Largest squared distance of voxels of @from outside @to, to the nearest voxel of @to; that one
 * always lies on its border. The border of @from mostly holds the largest, so it goes first and the
 * many voxels inside are soon left. */
static bool
measure_set (const TrpSurfacePair *pair,
             const TrpBits *from,
             const TrpBits *to,
             double *io_squared,
             GError **error)
{
  g_autoptr (TrpBits) border = trp_bits_new_border (to, error);
  g_autoptr (TrpBits) from_border = border ? trp_bits_new_border (from, error) : NULL;
  g_autoptr (TrpDistanceMap) map = from_border ? trp_distance_map_new (border, pair->spacing, error)
                                               : NULL;

  return map && raise_largest (map, from_border, to, io_squared, error) &&
         raise_largest (map, from, to, io_squared, error);
}

bool
trp_surface_pair_measure_sets (const TrpSurfacePair *self, double *out_hd, GError **error)
{
  const bool none_reference = trp_bits_count (self->reference) == 0;
  const bool none_test = trp_bits_count (self->test) == 0;
  double squared = 0;

  if (none_reference || none_test)
    {
      *out_hd = (double) (none_reference && none_test ? NAN : INFINITY);
      return true;
    }
  if (!measure_set (self, self->reference, self->test, &squared, error) ||
      !measure_set (self, self->test, self->reference, &squared, error))
    return false;
  *out_hd = sqrt (squared);
  return true;
}
