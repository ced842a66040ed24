/* bootstrap.h - confidence intervals of any statistic by resampling
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Random numbers are counted (core/base/rng.h): the same seed gives the same interval, whatever the
 * machine. Any thread.
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

G_END_DECLS
