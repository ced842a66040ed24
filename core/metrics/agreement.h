/* agreement.h - how well two measurements or several observers agree
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Plain values; any thread.
 */

#pragma once

#include "core/metrics/statistics.h"

G_BEGIN_DECLS

/**
 * TrpBlandAltman: differences second - first over their means
 * @n: pairs that are finite
 * @bias: mean difference; @bias_low, @bias_high: its 95 % confidence interval (Student's t)
 * @low, @high: limits of agreement, bias -+ 1.96 SD
 * @limit_error: standard error of either limit, SD sqrt (1 / n + 1.96^2 / (2 (n - 1)))
 *
 * Source: J. M. Bland and D. G. Altman, Lancet 327 (1986) 307-310; Stat. Methods Med. Res. 8 (1999)
 * 135-160, section 2.
 */
typedef struct
{
  size_t n;
  double bias, bias_low, bias_high;
  double sd;
  double low, high;
  double limit_error;
} TrpBlandAltman;

TrpBlandAltman trp_bland_altman_compute (const double *first, const double *second, size_t n);

/**
 * TrpInterobserver: variability between observers
 * @n_pairs: pairs of observers that count
 * @mean: mean of the pairs' means over patients
 * @sd: root mean square of the pairs' SDs over patients; NAN if any pair has none
 *
 * Source: J. P. Kieselmann et al., Med. Phys. 48 (2021) 1673-1684, section 2.G.
 */
typedef struct
{
  size_t n_pairs;
  double mean, sd;
} TrpInterobserver;

/* @pairs: one summary over patients for each pair of observers; empty ones do not count. */
TrpInterobserver trp_interobserver_compute (const TrpSummary *pairs, size_t n_pairs);

G_END_DECLS
