/* bootstrap.c - see bootstrap.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/bootstrap.h"

#include "core/base/rng.h"
#include "core/metrics/distributions.h"
#include "core/metrics/statistics.h"

#include <math.h>

#define MAX_KEPT_BYTES ((size_t) 64 << 20)

/**
 * TrpBootstrapDraws:
 * @tables: number of values n to (n_resamples, n) places of values
 */
struct _TrpBootstrapDraws
{
  size_t n_resamples;
  uint64_t seed;
  GHashTable *tables;
  size_t n_bytes;
};

double
trp_statistic_mean (double *values, size_t n)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += values[i];
  return sum / (double) n;
}

double
trp_statistic_median (double *values, size_t n)
{
  trp_sort_values (values, n);
  return trp_quantile (values, n, 0.5);
}

TrpBootstrapDraws *
trp_bootstrap_draws_new (size_t n_resamples, uint64_t seed)
{
  TrpBootstrapDraws *self = g_new0 (TrpBootstrapDraws, 1);

  self->n_resamples = n_resamples;
  self->seed = seed;
  self->tables = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return self;
}

void
trp_bootstrap_draws_free (TrpBootstrapDraws *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->tables);
  g_free (self);
}

/* The places of the values in resample @b. */
static void
draw (uint64_t seed, size_t b, size_t n, uint32_t *out_places)
{
  TrpRng rng = trp_rng_new (seed, b);

  for (size_t i = 0; i < n; i++)
    out_places[i] = trp_rng_below (&rng, (uint32_t) n);
}

/* NULL where it would not be kept. */
static const uint32_t *
get_table (TrpBootstrapDraws *self, size_t n)
{
  const size_t size = self->n_resamples * n * sizeof (uint32_t);
  uint32_t *table = g_hash_table_lookup (self->tables, GSIZE_TO_POINTER (n));

  if (table || size > MAX_KEPT_BYTES - self->n_bytes)
    return table;
  table = g_new (uint32_t, self->n_resamples * n);
  for (size_t b = 0; b < self->n_resamples; b++)
    draw (self->seed, b, n, table + b * n);
  self->n_bytes += size;
  g_hash_table_insert (self->tables, GSIZE_TO_POINTER (n), table);
  return table;
}

/* Ascending. @table: (nullable). (transfer full) */
static double *
resample (const double *values,
          size_t n,
          TrpStatisticFunc statistic,
          const TrpBootstrapDraws *draws,
          const uint32_t *table)
{
  double *results = g_new (double, draws->n_resamples);
  g_autofree double *sample = g_new (double, n);
  g_autofree uint32_t *drawn = g_new (uint32_t, n);

  for (size_t b = 0; b < draws->n_resamples; b++)
    {
      const uint32_t *places = table ? table + b * n : drawn;

      if (!table)
        draw (draws->seed, b, n, drawn);
      for (size_t i = 0; i < n; i++)
        sample[i] = values[places[i]];
      results[b] = statistic (sample, n);
    }
  trp_sort_values (results, draws->n_resamples);
  return results;
}

/* Of the values as they are; @scratch holds n. */
static double
compute (const double *values, size_t n, TrpStatisticFunc statistic, double *scratch)
{
  for (size_t i = 0; i < n; i++)
    scratch[i] = values[i];
  return statistic (scratch, n);
}

/* Efron (1987), equation 6.6, from the values of the jackknife. */
static double
get_acceleration (const double *values, size_t n, TrpStatisticFunc statistic, double *scratch)
{
  g_autofree double *left_out = g_new (double, n);
  double mean, squares = 0, cubes = 0;

  for (size_t i = 0; i < n; i++)
    {
      size_t m = 0;

      for (size_t j = 0; j < n; j++)
        if (j != i)
          scratch[m++] = values[j];
      left_out[i] = statistic (scratch, m);
    }
  mean = trp_statistic_mean (left_out, n);
  for (size_t i = 0; i < n; i++)
    {
      const double d = mean - left_out[i];

      squares += d * d;
      cubes += d * d * d;
    }
  return squares > 0 ? cubes / (6 * pow (squares, 1.5)) : 0;
}

/* Part of the resamples under the statistic of the sample; equal ones count half. */
static double
get_part_below (const double *results, size_t n_resamples, double estimate)
{
  double below = 0;

  for (size_t b = 0; b < n_resamples; b++)
    below += results[b] < estimate ? 1 : results[b] > estimate ? 0 : 0.5;
  return below / (double) n_resamples;
}

/* Efron (1987), equation 2.3: the level of the resamples that stands for @level. */
static double
correct_level (double level, double bias, double acceleration)
{
  const double z = bias + trp_normal_get_quantile (level);

  return trp_normal_get_probability (bias + z / (1 - acceleration * z));
}

/* @keeps: the draws are looked up and kept */
static TrpInterval
find_interval (TrpBootstrapDraws *draws,
               bool keeps,
               const double *values,
               size_t n,
               TrpStatisticFunc statistic,
               TrpBootstrapKind kind,
               double confidence)
{
  const size_t n_resamples = draws->n_resamples;
  const TrpInterval none = { NAN, NAN };
  g_autofree double *finite = g_new (double, n);
  g_autofree double *scratch = g_new (double, n);
  g_autofree double *results = NULL;
  double levels[2] = { (1 - confidence) / 2, (1 + confidence) / 2 };
  size_t n_finite = 0;

  g_return_val_if_fail (confidence > 0 && confidence < 1 && n_resamples > 0, none);
  for (size_t i = 0; i < n; i++)
    if (isfinite (values[i]))
      finite[n_finite++] = values[i];
  if (n_finite < 2)
    return none;
  results = resample (finite, n_finite, statistic, draws,
                      keeps ? get_table (draws, n_finite) : NULL);
  if (kind == TRP_BOOTSTRAP_BCA && results[0] < results[n_resamples - 1])
    {
      const double estimate = compute (finite, n_finite, statistic, scratch);
      const double acceleration = get_acceleration (finite, n_finite, statistic, scratch);
      const double bias = trp_normal_get_quantile (get_part_below (results, n_resamples, estimate));

      for (int end = 0; end < 2; end++)
        levels[end] = correct_level (levels[end], bias, acceleration);
    }
  if (isnan (levels[0]) || isnan (levels[1]))
    return none;
  return (TrpInterval){ trp_quantile (results, n_resamples, levels[0]),
                        trp_quantile (results, n_resamples, levels[1]) };
}

TrpInterval
trp_bootstrap_compute_with (TrpBootstrapDraws *draws,
                            const double *values,
                            size_t n,
                            TrpStatisticFunc statistic,
                            TrpBootstrapKind kind,
                            double confidence)
{
  return find_interval (draws, true, values, n, statistic, kind, confidence);
}

TrpInterval
trp_bootstrap_compute (const double *values,
                       size_t n,
                       TrpStatisticFunc statistic,
                       TrpBootstrapKind kind,
                       double confidence,
                       size_t n_resamples,
                       uint64_t seed)
{
  TrpBootstrapDraws draws = { .n_resamples = n_resamples, .seed = seed };

  return find_interval (&draws, false, values, n, statistic, kind, confidence);
}
