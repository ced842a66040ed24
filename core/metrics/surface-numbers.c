/* surface-numbers.c - see surface-numbers.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/surface-numbers.h"

#include <math.h>
#include <string.h>

#define PERCENTILE 0.95
#define RADIX_BITS 11
#define RADIX_SIZE (1 << RADIX_BITS)

static uint64_t
get_key (const TrpSurfaceSample *sample)
{
  uint64_t key;

  memcpy (&key, &sample->distance, sizeof key);
  return key;
}

/* Stable radix sort: the bits of doubles that are not negative have the order of their values. */
static void
sort_samples (TrpSurfaceSample *samples, size_t n)
{
  g_autofree TrpSurfaceSample *other = g_new (TrpSurfaceSample, n);
  TrpSurfaceSample *from = samples, *to = other;

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

void
trp_surface_samples_init (TrpSurfaceSamples *self, size_t n)
{
  *self = (TrpSurfaceSamples){ .n = n, .samples = g_new (TrpSurfaceSample, n) };
}

void
trp_surface_samples_finish (TrpSurfaceSamples *self)
{
  sort_samples (self->samples, self->n);
  self->weight = self->moment = 0;
  for (size_t n = 0; n < self->n; n++)
    {
      self->weight += self->samples[n].weight;
      self->moment += self->samples[n].weight * self->samples[n].distance;
    }
}

void
trp_surface_samples_clear (TrpSurfaceSamples *self)
{
  g_clear_pointer (&self->samples, g_free);
  self->n = 0;
}

/* Linear interpolation at rank PERCENTILE (n - 1); @get gives the sample of a rank. */
static double
interpolate_rank (size_t n,
                  double (*get) (const TrpSurfaceSamples *lists, size_t rank),
                  const TrpSurfaceSamples *lists)
{
  const double rank = PERCENTILE * (double) (n - 1);
  const size_t below = (size_t) rank;
  const double low = get (lists, below);
  const double high = get (lists, MIN (below + 1, n - 1));

  return high > low ? low + (rank - (double) below) * (high - low) : low;
}

static double
get_single (const TrpSurfaceSamples *list, size_t rank)
{
  return list->samples[rank].distance;
}

/* Rank in both lists joined: how many to take from the first is found by bisection. */
static double
get_pooled (const TrpSurfaceSamples *lists, size_t rank)
{
  const TrpSurfaceSamples *a = &lists[0], *b = &lists[1];
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
find_weighted_percentile (const TrpSurfaceSamples *list)
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

TrpSurfaceNumbers
trp_surface_numbers_compute (TrpSurfaceKind kind, const TrpSurfaceSamples lists[2])
{
  const TrpSurfaceSamples *ab = &lists[0], *ba = &lists[1];
  TrpSurfaceNumbers numbers = {
    .n_reference = ab->n,
    .n_test = ba->n,
    .size_reference = ab->weight,
    .size_test = ba->weight,
  };

  if (ab->n == 0 || ba->n == 0)
    {
      set_empty_numbers (&numbers);
      return numbers;
    }
  numbers.hd_ab = ab->samples[ab->n - 1].distance;
  numbers.hd_ba = ba->samples[ba->n - 1].distance;
  numbers.hd = MAX (numbers.hd_ab, numbers.hd_ba);
  numbers.hd95 = kind == TRP_SURFACE_SURFEL
                   ? MAX (find_weighted_percentile (ab), find_weighted_percentile (ba))
                   : MAX (interpolate_rank (ab->n, get_single, ab),
                          interpolate_rank (ba->n, get_single, ba));
  numbers.hd95_pooled = interpolate_rank (ab->n + ba->n, get_pooled, lists);
  numbers.asd_ab = ab->moment / ab->weight;
  numbers.asd_ba = ba->moment / ba->weight;
  numbers.assd = (ab->moment + ba->moment) / (ab->weight + ba->weight);
  numbers.masd = (numbers.asd_ab + numbers.asd_ba) / 2;
  return numbers;
}

static double
sum_within (const TrpSurfaceSamples *list, double tolerance)
{
  double sum = 0;

  for (size_t n = 0; n < list->n && list->samples[n].distance <= tolerance + TRP_SURFACE_SLACK_MM;
       n++)
    sum += list->samples[n].weight;
  return sum;
}

double
trp_surface_samples_get_nsd (const TrpSurfaceSamples lists[2], double tolerance)
{
  const TrpSurfaceSamples *ab = &lists[0], *ba = &lists[1];

  if (ab->n == 0 && ba->n == 0)
    return (double) NAN;
  return (sum_within (ab, tolerance) + sum_within (ba, tolerance)) / (ab->weight + ba->weight);
}
