/* bootstrap.h - confidence intervals of any statistic by resampling
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Random numbers are counted (core/base/rng.h): the same seed gives the same interval, whatever the
 * machine. Any thread; draws are used by one at a time.
 */

#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Of @n > 0 finite values, which it may reorder. */
typedef double (*TrpStatisticFunc) (double *values, size_t n);

double trp_statistic_mean (double *values, size_t n);
double trp_statistic_median (double *values, size_t n);

typedef enum
{
  TRP_BOOTSTRAP_PERCENTILE,
  TRP_BOOTSTRAP_BCA, /* bias-corrected and accelerated */
} TrpBootstrapKind;

#define TRP_BOOTSTRAP_RESAMPLES 9999

typedef struct
{
  double low, high;
} TrpInterval;

/**
 * TrpBootstrapDraws: which values each resample takes
 *
 * They depend on the number of values alone, and finding them is most of the work: a table of many
 * intervals keeps them. Takes up to 64 MiB.
 */
typedef struct _TrpBootstrapDraws TrpBootstrapDraws;

TrpBootstrapDraws *trp_bootstrap_draws_new (size_t n_resamples, uint64_t seed);
void trp_bootstrap_draws_free (TrpBootstrapDraws *self);

/* As trp_bootstrap_compute(), to the bit, with the resamples and the seed of @draws. */
TrpInterval trp_bootstrap_compute_with (TrpBootstrapDraws *draws,
                                        const double *values,
                                        size_t n,
                                        TrpStatisticFunc statistic,
                                        TrpBootstrapKind kind,
                                        double confidence);

/**
 * trp_bootstrap_compute:
 * @values: those that are not finite are left out
 * @confidence: 0.95
 * @n_resamples: each as large as the sample
 *
 * Returns: NANs under two values; both ends equal to the statistic where no resample differs. BCa
 * falls back to nothing: where the bias cannot be estimated (every resample on one side) its ends
 * are NAN.
 *
 * Source: B. Efron, J. Am. Stat. Assoc. 82 (1987) 171-185; quantiles of the resamples are linear
 * between order statistics.
 */
TrpInterval trp_bootstrap_compute (const double *values,
                                   size_t n,
                                   TrpStatisticFunc statistic,
                                   TrpBootstrapKind kind,
                                   double confidence,
                                   size_t n_resamples,
                                   uint64_t seed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpBootstrapDraws, trp_bootstrap_draws_free)

G_END_DECLS
