/* joint-histogram.c - see joint-histogram.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/joint-histogram.h"

#include <math.h>
#include <string.h>

#define BINS TRP_JOINT_HISTOGRAM_BINS

void
trp_joint_histogram_init (TrpJointHistogram *self, const double low[2], const double high[2])
{
  memset (self, 0, sizeof *self);
  for (int image = 0; image < 2; image++)
    {
      const double half = low[image] == high[image] ? 0.5 : 0;
      const double first = low[image] - half, last = high[image] + half;

      for (int bin = 0; bin < BINS; bin++)
        self->edges[image][bin] = first + bin * ((last - first) / BINS);
      self->edges[image][BINS] = last;
      self->scales[image] = BINS / (last - first);
      if (!isfinite (self->scales[image]))
        self->scales[image] = 0; /* the edges alone find the bin then */
    }
}

/* The guess by division may be off by one where a value lies on an edge; the edges decide. */
static int
find_bin (const double *edges, double scale, double value)
{
  const double place = (value - edges[0]) * scale;
  int bin = (int) CLAMP (place, 0, BINS - 1);

  while (bin > 0 && value < edges[bin])
    bin--;
  while (bin < BINS - 1 && value >= edges[bin + 1])
    bin++;
  return bin;
}

void
trp_joint_histogram_add (TrpJointHistogram *self, double reference, double test)
{
  self->counts[find_bin (self->edges[0], self->scales[0], reference)]
              [find_bin (self->edges[1], self->scales[1], test)]++;
}

void
trp_joint_histogram_merge (TrpJointHistogram *self, const TrpJointHistogram *other)
{
  for (int x = 0; x < BINS; x++)
    for (int y = 0; y < BINS; y++)
      self->counts[x][y] += other->counts[x][y];
}

static double
compute_entropy (const uint64_t *counts, size_t n_counts, double total)
{
  double entropy = 0;

  for (size_t n = 0; n < n_counts; n++)
    if (counts[n] > 0)
      entropy -= (double) counts[n] / total * log ((double) counts[n] / total);
  return entropy;
}

TrpJointEntropy
trp_joint_histogram_get_entropy (const TrpJointHistogram *self)
{
  const double nan = (double) NAN;
  uint64_t of_reference[BINS] = { 0 }, of_test[BINS] = { 0 }, total = 0;
  TrpJointEntropy entropy;

  for (int x = 0; x < BINS; x++)
    for (int y = 0; y < BINS; y++)
      {
        of_reference[x] += self->counts[x][y];
        of_test[y] += self->counts[x][y];
        total += self->counts[x][y];
      }
  if (total == 0)
    return (TrpJointEntropy){ nan, nan, nan, nan };
  entropy.hx = compute_entropy (of_reference, BINS, (double) total);
  entropy.hy = compute_entropy (of_test, BINS, (double) total);
  entropy.hxy = compute_entropy (&self->counts[0][0], BINS * BINS, (double) total);
  entropy.mi = entropy.hx + entropy.hy - entropy.hxy;
  return entropy;
}
