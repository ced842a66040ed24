/* bench-live.c - what a stroke costs until all numbers are right again; asserts nothing
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One organ of about 400 thousand voxels, the same on 512 x 512 x 300 and on 1024 x 1024 x 300.
 * After each of some strokes (a ball of 8 voxels on the surface): the counts (budget 1 ms), every
 * distance in both conventions brought up to date (budget 30 ms), the same begun from nothing, and
 * trp_mask_metrics_compute(). What others take for the whole: bench-metric-peers.py.
 */

#include "core/base/parallel.h"
#include "core/metrics/live-distances.h"
#include "core/metrics/mask-metrics.h"
#include "core/metrics/signed-field.h"

#include <math.h>
#include <stdio.h>

#define N_STROKES 31

static const size_t sizes[2][3] = { { 512, 512, 300 }, { 1024, 1024, 300 } };
static const double apl_tolerances[] = { 0, 2 };

/* Median milliseconds. */
typedef struct
{
  double counts, update, first, scratch, field;
} Times;

/* An ellipsoid with a lobed surface around (250, 250, 150). */
static TrpMask *
new_organ (const size_t size[3], const double half[3], double lobes, double phase)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 0.98, 0.98, 2 },
                                                   trp_vec3 (0, 0, 0));
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 90; k < 210; k++)
    for (size_t j = 160; j < 340; j++)
      for (size_t i = 160; i < 340; i++)
        {
          const double x = ((double) i - 250) / half[0], y = ((double) j - 250) / half[1],
                       z = ((double) k - 150) / half[2];

          if (sqrt (x * x + y * y + z * z) <
              1 + 0.06 * sin (lobes * atan2 (y, x) + phase) * cos (3 * z))
            trp_mask_set (mask, i, j, k, true);
        }
  return mask;
}

/* A ball of 8 voxels at some place of the surface, added or erased. */
static void
paint (TrpMask *mask, int stroke)
{
  const double angle = 2.4 * stroke, z = 30 * sin (1.7 * stroke);
  const int ci = (int) (250 + 45 * cos (angle)), cj = (int) (250 + 42 * sin (angle));
  const int ck = (int) (150 + z);

  for (int k = -4; k <= 4; k++)
    for (int j = -8; j <= 8; j++)
      for (int i = -8; i <= 8; i++)
        if (i * i + j * j + 4 * k * k <= 64)
          trp_mask_set (mask, (size_t) (ci + i), (size_t) (cj + j), (size_t) (ck + k), stroke % 2);
}

static int
compare_doubles (const void *a, const void *b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

static double
get_median (double *times, size_t n)
{
  qsort (times, n, sizeof *times, compare_doubles);
  return times[n / 2];
}

static double
ms_since (gint64 start_us)
{
  return (double) (g_get_monotonic_time () - start_us) / 1000;
}

static TrpLiveDistances *
measure (TrpLiveFollower *follower, const TrpMask *edited, double *out_ms)
{
  const TrpLiveOptions options = TRP_LIVE_DEFAULT_OPTIONS;
  const gint64 start_us = g_get_monotonic_time ();
  TrpLiveDistances *distances = trp_live_follower_measure (follower, edited, 0, &options, NULL,
                                                           NULL);

  *out_ms = ms_since (start_us);
  return distances;
}

static void
follow_strokes (TrpLiveReference *reference, TrpMask *edited, Times *out_times)
{
  g_autoptr (TrpLiveFollower) follower = trp_live_follower_new (reference);
  g_autoptr (TrpLiveMetrics) counts = trp_live_metrics_new (edited, reference, NULL);
  double count_ms[N_STROKES], update_ms[N_STROKES];

  trp_live_distances_free (measure (follower, edited, &out_times->first));
  for (int stroke = 0; stroke < N_STROKES; stroke++)
    {
      g_autoptr (TrpMask) before = trp_mask_copy (edited);
      g_autoptr (TrpPatch) patch = NULL;
      gint64 start_us;

      paint (edited, stroke);
      patch = trp_patch_new_difference (before, edited);
      start_us = g_get_monotonic_time ();
      trp_live_metrics_update (counts, edited, patch);
      count_ms[stroke] = ms_since (start_us);
      trp_live_distances_free (measure (follower, edited, &update_ms[stroke]));
      if (!trp_live_follower_was_incremental (follower))
        printf ("stroke %d began from nothing\n", stroke);
    }
  out_times->counts = get_median (count_ms, N_STROKES);
  out_times->update = get_median (update_ms, N_STROKES);
}

static void
time_whole (const TrpMask *reference, const TrpMask *edited, Times *out_times)
{
  double scratch_ms[5], field_ms[5];

  for (int run = 0; run < 5; run++)
    {
      gint64 start_us = g_get_monotonic_time ();

      trp_mask_metrics_free (
        trp_mask_metrics_compute (reference, edited, apl_tolerances, 2, NULL, NULL));
      scratch_ms[run] = ms_since (start_us);
      start_us = g_get_monotonic_time ();
      trp_signed_field_unref (trp_signed_field_new (reference, NULL, NULL));
      field_ms[run] = ms_since (start_us);
    }
  out_times->scratch = get_median (scratch_ms, 5);
  out_times->field = get_median (field_ms, 5);
}

int
main (void)
{
  Times times[2] = { { 0 } };

  for (int s = 0; s < 2; s++)
    {
      g_autoptr (TrpMask) mask = new_organ (sizes[s], (const double[]){ 50, 45, 42 }, 5, 0);
      g_autoptr (TrpMask) edited = new_organ (sizes[s], (const double[]){ 49, 47, 41 }, 7, 1);
      g_autoptr (TrpLiveReference) reference = trp_live_reference_new (mask, NULL);

      follow_strokes (reference, edited, &times[s]);
      time_whole (mask, edited, &times[s]);
      printf ("%zu x %zu x %zu, organ of %zu voxels, %d threads: counts %.3f ms (budget 1); all "
              "distances after a stroke %.1f ms (budget 30), from nothing %.1f ms; all metrics "
              "from scratch %.1f ms; signed field %.0f ms\n",
              sizes[s][0], sizes[s][1], sizes[s][2], trp_mask_count (mask),
              trp_parallel_get_threads (), times[s].counts, times[s].update, times[s].first,
              times[s].scratch, times[s].field);
    }
  printf ("four times the volume, time ratios: counts %.2f, after a stroke %.2f, from nothing "
          "%.2f\n",
          times[1].counts / times[0].counts, times[1].update / times[0].update,
          times[1].first / times[0].first);
  return 0;
}
