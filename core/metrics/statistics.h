/* statistics.h - describing values and comparing them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Values that are not finite are left out and counted; tests on pairs leave out the whole pair.
 * All p-values are two-sided. Plain values; any thread.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * TrpSummary: NAN where @n is 0
 * @n: finite values: what the other numbers are of
 * @n_nan, @n_infinite: left out
 * @sd: of the sample, n - 1 below; NAN under two values
 * @q1, @median, @q3: see trp_quantile()
 */
typedef struct
{
  size_t n, n_nan, n_infinite;
  double mean, sd;
  double min, q1, median, q3, max;
} TrpSummary;

TrpSummary trp_summary_compute (const double *values, size_t n);

void trp_sort_values (double *values, size_t n); /* ascending; none of them NAN */

/* Of ascending finite values, @p in 0..1; NAN for none. Linear between order statistics: definition
 * 7 of R. J. Hyndman and Y. Fan, Am. Stat. 50 (1996) 361-365, as in NumPy and R. */
double trp_quantile (const double *sorted, size_t n, double p);

/**
 * TrpTTest: paired t-test of first - second
 * @n: pairs; @t, @p: NAN under two pairs or when all differences are equal
 * @difference: their mean; @low, @high: 95 % confidence interval
 * @effect: Cohen's d_z: mean / SD of the differences
 *
 * Source: Student, Biometrika 6 (1908) 1-25; J. Cohen, Statistical Power Analysis, 2nd ed. (1988),
 * 2.3.5.
 */
typedef struct
{
  size_t n;
  double difference, low, high;
  double t, df, p;
  double effect;
} TrpTTest;

TrpTTest trp_t_test_paired (const double *first, const double *second, size_t n);

/* Up to here the distribution is enumerated; beyond it is taken as normal. */
#define TRP_WILCOXON_EXACT_MAX 50

/**
 * TrpWilcoxon: signed-rank test of first - second
 * @n: pairs; @n_zero: of these without a difference, which are dropped as Wilcoxon did
 * @w_plus, @w_minus: sums of the ranks of |difference|, equal ones share their mean rank
 * @p: NAN when no difference is left. @exact: from all 2^m signs of the m ranks at hand, ties
 * included; else normal with the variance corrected for ties and a continuity correction of 1/2
 * @effect: matched-pairs rank-biserial correlation (w_plus - w_minus) / (w_plus + w_minus)
 *
 * Source: F. Wilcoxon, Biometrics Bull. 1 (1945) 80-83; D. S. Kerby, Compr. Psychol. 3 (2014) 1.
 */
typedef struct
{
  size_t n, n_zero;
  double w_plus, w_minus;
  double p;
  bool exact;
  double effect;
} TrpWilcoxon;

TrpWilcoxon trp_wilcoxon_signed_rank (const double *first, const double *second, size_t n);

/**
 * TrpMannWhitney: for two samples without pairs
 * @u: of the first sample: how often one of it is larger than one of the second, ties half
 * @p: exact up to TRP_WILCOXON_EXACT_MAX values in all, ties included; else normal, corrected for
 * ties, continuity correction 1/2. NAN when a sample is empty or all values are equal
 * @effect: rank-biserial correlation 2 u / (n_first n_second) - 1
 *
 * Source: H. B. Mann and D. R. Whitney, Ann. Math. Stat. 18 (1947) 50-60.
 */
typedef struct
{
  size_t n_first, n_second;
  double u;
  double p;
  bool exact;
  double effect;
} TrpMannWhitney;

TrpMannWhitney
trp_mann_whitney (const double *first, size_t n_first, const double *second, size_t n_second);

/* p-values of a family of tests; NANs stay and do not count. Holm: S. Holm, Scand. J. Stat. 6
 * (1979) 65-70, never larger than Bonferroni's. @out_p may be @p. */
void trp_adjust_bonferroni (const double *p, size_t n, double *out_p);
void trp_adjust_holm (const double *p, size_t n, double *out_p);

/**
 * TrpLinearFit: y = intercept + slope x by least squares
 * @r: Pearson's correlation; @p: of slope 0; NAN under three points or without spread
 */
typedef struct
{
  size_t n;
  double slope, intercept, r, p;
} TrpLinearFit;

TrpLinearFit trp_linear_fit (const double *x, const double *y, size_t n);

G_END_DECLS
