/* agreement.c - see agreement.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/agreement.h"

#include "core/metrics/distributions.h"

#include <math.h>

#define NORMAL_95 1.96 /* as in the paper, not 1.959964 */

TrpBlandAltman
trp_bland_altman_compute (const double *first, const double *second, size_t n)
{
  g_autofree double *differences = g_new (double, n);
  TrpSummary summary;
  TrpBlandAltman self;
  double half;

  for (size_t i = 0; i < n; i++)
    differences[i] = isfinite (first[i]) && isfinite (second[i]) ? second[i] - first[i]
                                                                 : (double) NAN;
  summary = trp_summary_compute (differences, n);
  self.n = summary.n;
  self.bias = summary.mean;
  self.sd = summary.sd;
  half = trp_student_t_get_quantile (0.975, (double) self.n - 1) * self.sd / sqrt ((double) self.n);
  self.bias_low = self.bias - half;
  self.bias_high = self.bias + half;
  self.low = self.bias - NORMAL_95 * self.sd;
  self.high = self.bias + NORMAL_95 * self.sd;
  self.limit_error = self.sd * sqrt (1 / (double) self.n +
                                     NORMAL_95 * NORMAL_95 / (2 * ((double) self.n - 1)));
  return self;
}

TrpInterobserver
trp_interobserver_compute (const TrpSummary *pairs, size_t n_pairs)
{
  TrpInterobserver self = { 0 };
  double means = 0, variances = 0;

  for (size_t i = 0; i < n_pairs; i++)
    {
      if (pairs[i].n == 0)
        continue;
      self.n_pairs++;
      means += pairs[i].mean;
      variances += pairs[i].sd * pairs[i].sd;
    }
  self.mean = self.n_pairs ? means / (double) self.n_pairs : (double) NAN;
  self.sd = self.n_pairs ? sqrt (variances / (double) self.n_pairs) : (double) NAN;
  return self;
}
