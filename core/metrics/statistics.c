/* statistics.c - see statistics.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/statistics.h"

#include "core/metrics/distributions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
compare_doubles (const void *a, const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

void
trp_sort_values (double *values, size_t n)
{
  if (n > 1) /* no values, no array */
    qsort (values, n, sizeof *values, compare_doubles);
}

static double
get_mean (const double *values, size_t n)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += values[i];
  return n > 0 ? sum / (double) n : (double) NAN;
}

static double
get_sd (const double *values, size_t n, double mean)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += (values[i] - mean) * (values[i] - mean);
  return n > 1 ? sqrt (sum / (double) (n - 1)) : (double) NAN;
}

double
trp_quantile (const double *sorted, size_t n, double p)
{
  double place, part;
  size_t below;

  g_return_val_if_fail (p >= 0 && p <= 1, NAN);
  if (n == 0)
    return NAN;
  place = p * (double) (n - 1);
  below = (size_t) floor (place);
  part = place - (double) below;
  return below + 1 < n ? sorted[below] + part * (sorted[below + 1] - sorted[below]) : sorted[n - 1];
}

TrpSummary
trp_summary_compute (const double *values, size_t n)
{
  g_autofree double *sorted = g_new (double, n);
  TrpSummary self = { 0 };

  for (size_t i = 0; i < n; i++)
    {
      if (isfinite (values[i]))
        sorted[self.n++] = values[i];
      self.n_nan += isnan (values[i]) != 0;
      self.n_infinite += isinf (values[i]) != 0;
    }
  trp_sort_values (sorted, self.n);
  self.mean = get_mean (sorted, self.n);
  self.sd = get_sd (sorted, self.n, self.mean);
  self.min = trp_quantile (sorted, self.n, 0);
  self.q1 = trp_quantile (sorted, self.n, 0.25);
  self.median = trp_quantile (sorted, self.n, 0.5);
  self.q3 = trp_quantile (sorted, self.n, 0.75);
  self.max = trp_quantile (sorted, self.n, 1);
  return self;
}

/* first - second of the pairs that are finite. Returns: how many. */
static size_t
subtract (const double *first, const double *second, size_t n, double *out_differences)
{
  size_t n_pairs = 0;

  for (size_t i = 0; i < n; i++)
    if (isfinite (first[i]) && isfinite (second[i]))
      out_differences[n_pairs++] = first[i] - second[i];
  return n_pairs;
}

/* Differences of equal size carry the rounding of what was subtracted; it is no spread. */
static bool
has_spread (const double *values, size_t n, double mean, double sd)
{
  double largest = fabs (mean);

  for (size_t i = 0; i < n; i++)
    largest = fmax (largest, fabs (values[i]));
  return sd > 1e-13 * largest;
}

TrpTTest
trp_t_test_paired (const double *first, const double *second, size_t n)
{
  g_autofree double *differences = g_new (double, n);
  TrpTTest self = { .low = NAN, .high = NAN, .t = NAN, .p = NAN, .effect = NAN };
  double sd, error;

  self.n = subtract (first, second, n, differences);
  self.difference = get_mean (differences, self.n);
  self.df = self.n > 1 ? (double) (self.n - 1) : (double) NAN;
  sd = get_sd (differences, self.n, self.difference);
  if (self.n < 2 || !has_spread (differences, self.n, self.difference, sd))
    return self;
  error = sd / sqrt ((double) self.n);
  self.t = self.difference / error;
  self.p = trp_student_t_get_two_sided (self.t, self.df);
  self.low = self.difference - trp_student_t_get_quantile (0.975, self.df) * error;
  self.high = 2 * self.difference - self.low;
  self.effect = self.difference / sd;
  return self;
}

/* ---- ranks ---- */

typedef struct
{
  double value; /* what is ranked */
  bool marked;  /* a positive difference, or of the first sample */
  int twice;    /* twice its rank, which is whole where ties share a mean rank */
} Ranked;

static int
compare_ranked (const void *a, const void *b)
{
  return compare_doubles (&((const Ranked *) a)->value, &((const Ranked *) b)->value);
}

/* Returns: the sum of t^3 - t over groups of t equal values. */
static double
rank (Ranked *items, size_t n)
{
  double ties = 0;

  qsort (items, n, sizeof *items, compare_ranked);
  for (size_t begin = 0, end; begin < n; begin = end)
    {
      double size;

      for (end = begin + 1; end < n && items[end].value <= items[begin].value; end++)
        ;
      size = (double) (end - begin);
      ties += size * size * size - size;
      for (size_t i = begin; i < end; i++)
        items[i].twice = (int) (begin + 1 + end); /* twice the mean of begin + 1 to end */
    }
  return ties;
}

static double
sum_marked (const Ranked *items, size_t n, bool marked)
{
  double twice = 0;

  for (size_t i = 0; i < n; i++)
    twice += items[i].marked == marked ? items[i].twice : 0;
  return twice / 2;
}

/* Doubles the smaller tail of a distribution given as counts. */
static double
get_two_sided (const double *counts, size_t n_counts, size_t observed)
{
  double below = 0, above = 0, all = 0;

  for (size_t s = 0; s < n_counts; s++)
    {
      all += counts[s];
      below += s <= observed ? counts[s] : 0;
      above += s >= observed ? counts[s] : 0;
    }
  return fmin (1, 2 * fmin (below, above) / all);
}

/* Counts how many of the 2^n choices of signs give each sum of positive ranks (doubled). At most
 * 2^50 of them: exact in a double. */
static double
get_exact_signed (const Ranked *items, size_t n, size_t observed)
{
  const size_t n_sums = n * (n + 1) + 1;
  g_autofree double *counts = g_new0 (double, n_sums);

  counts[0] = 1;
  for (size_t i = 0; i < n; i++)
    for (size_t s = n_sums; s-- > (size_t) items[i].twice;)
      counts[s] += counts[s - (size_t) items[i].twice];
  return get_two_sided (counts, n_sums, observed);
}

/* z of a rank sum about its mean, half a step towards it. */
static double
correct_continuity (double value, double mean, double sd)
{
  return fmax (fabs (value - mean) - 0.5, 0) / sd;
}

TrpWilcoxon
trp_wilcoxon_signed_rank (const double *first, const double *second, size_t n)
{
  g_autofree double *differences = g_new (double, n);
  g_autofree Ranked *items = g_new (Ranked, n);
  TrpWilcoxon self = { .p = NAN, .effect = NAN };
  size_t n_left = 0;
  double ties, m;

  self.n = subtract (first, second, n, differences);
  for (size_t i = 0; i < self.n; i++)
    {
      if (differences[i] < 0 || differences[i] > 0)
        items[n_left++] = (Ranked){ fabs (differences[i]), differences[i] > 0, 0 };
      else
        self.n_zero++;
    }
  if (n_left == 0)
    return self;
  ties = rank (items, n_left);
  self.w_plus = sum_marked (items, n_left, true);
  self.w_minus = sum_marked (items, n_left, false);
  self.effect = (self.w_plus - self.w_minus) / (self.w_plus + self.w_minus);
  self.exact = n_left <= TRP_WILCOXON_EXACT_MAX;
  m = (double) n_left;
  self.p = self.exact
             ? get_exact_signed (items, n_left, (size_t) (2 * self.w_plus + 0.5))
             : trp_normal_get_two_sided (correct_continuity (
                 self.w_plus, m * (m + 1) / 4, sqrt (m * (m + 1) * (2 * m + 1) / 24 - ties / 48)));
  return self;
}

/* Counts how many choices of n_first of the n ranks give each sum (doubled). */
static double
get_exact_chosen (const Ranked *items, size_t n, size_t n_first, size_t observed)
{
  const size_t n_sums = n * (n + 1) + 1;
  g_autofree double *counts = g_new0 (double, (n_first + 1) * n_sums);

  counts[0] = 1;
  for (size_t i = 0; i < n; i++)
    for (size_t chosen = MIN (i + 1, n_first); chosen > 0; chosen--)
      for (size_t s = n_sums; s-- > (size_t) items[i].twice;)
        counts[chosen * n_sums + s] += counts[(chosen - 1) * n_sums + s - (size_t) items[i].twice];
  return get_two_sided (counts + n_first * n_sums, n_sums, observed);
}

static size_t
append_finite (Ranked *items, size_t n_items, const double *values, size_t n, bool marked)
{
  for (size_t i = 0; i < n; i++)
    if (isfinite (values[i]))
      items[n_items++] = (Ranked){ values[i], marked, 0 };
  return n_items;
}

TrpMannWhitney
trp_mann_whitney (const double *first, size_t n_first, const double *second, size_t n_second)
{
  g_autofree Ranked *items = g_new (Ranked, n_first + n_second);
  TrpMannWhitney self = { .u = NAN, .p = NAN, .effect = NAN };
  double ties, sum, a, b, n;
  size_t n_items;

  self.n_first = append_finite (items, 0, first, n_first, true);
  n_items = append_finite (items, self.n_first, second, n_second, false);
  self.n_second = n_items - self.n_first;
  if (self.n_first == 0 || self.n_second == 0)
    return self;
  ties = rank (items, n_items);
  sum = sum_marked (items, n_items, true);
  a = (double) self.n_first;
  b = (double) self.n_second;
  n = a + b;
  self.u = sum - a * (a + 1) / 2;
  self.effect = 2 * self.u / (a * b) - 1;
  self.exact = n_items <= TRP_WILCOXON_EXACT_MAX;
  if (items[0].value < items[n_items - 1].value)
    self.p = self.exact ? get_exact_chosen (items, n_items, self.n_first, (size_t) (2 * sum + 0.5))
                        : trp_normal_get_two_sided (correct_continuity (
                            self.u, a * b / 2, sqrt (a * b / 12 * (n + 1 - ties / (n * (n - 1))))));
  return self;
}

/* ---- families of tests ---- */

static size_t
count_numbers (const double *p, size_t n)
{
  size_t count = 0;

  for (size_t i = 0; i < n; i++)
    count += !isnan (p[i]);
  return count;
}

void
trp_adjust_bonferroni (const double *p, size_t n, double *out_p)
{
  const double n_tests = (double) count_numbers (p, n);

  for (size_t i = 0; i < n; i++)
    out_p[i] = isnan (p[i]) ? p[i] : fmin (1, p[i] * n_tests);
}

typedef struct
{
  double p;
  size_t index;
} Test;

static int
compare_tests (const void *a, const void *b)
{
  const Test *x = a, *y = b;
  const int by_p = compare_doubles (&x->p, &y->p);

  return by_p ? by_p : (x->index > y->index) - (x->index < y->index);
}

void
trp_adjust_holm (const double *p, size_t n, double *out_p)
{
  g_autofree Test *tests = g_new (Test, n);
  size_t n_tests = 0;
  double largest = 0;

  if (n == 0)
    return;
  for (size_t i = 0; i < n; i++)
    if (!isnan (p[i]))
      tests[n_tests++] = (Test){ p[i], i };
  if (out_p != p)
    memmove (out_p, p, n * sizeof *p);
  qsort (tests, n_tests, sizeof *tests, compare_tests);
  for (size_t k = 0; k < n_tests; k++)
    {
      largest = fmax (largest, fmin (1, tests[k].p * (double) (n_tests - k)));
      out_p[tests[k].index] = largest;
    }
}

/* ---- line ---- */

TrpLinearFit
trp_linear_fit (const double *x, const double *y, size_t n)
{
  g_autofree double *xs = g_new (double, n);
  g_autofree double *ys = g_new (double, n);
  TrpLinearFit self = { .slope = NAN, .intercept = NAN, .r = NAN, .p = NAN };
  double mean_x, mean_y, sd_x, xx = 0, yy = 0, xy = 0, df;

  for (size_t i = 0; i < n; i++)
    if (isfinite (x[i]) && isfinite (y[i]))
      {
        xs[self.n] = x[i];
        ys[self.n++] = y[i];
      }
  mean_x = get_mean (xs, self.n);
  mean_y = get_mean (ys, self.n);
  sd_x = get_sd (xs, self.n, mean_x);
  for (size_t i = 0; i < self.n; i++)
    {
      xx += (xs[i] - mean_x) * (xs[i] - mean_x);
      yy += (ys[i] - mean_y) * (ys[i] - mean_y);
      xy += (xs[i] - mean_x) * (ys[i] - mean_y);
    }
  if (self.n < 3 || !has_spread (xs, self.n, mean_x, sd_x))
    return self;
  self.slope = xy / xx;
  self.intercept = mean_y - self.slope * mean_x;
  if (!has_spread (ys, self.n, mean_y, sqrt (yy / (double) (self.n - 1))))
    return self;
  self.r = xy / sqrt (xx * yy);
  df = (double) (self.n - 2);
  self.p = trp_student_t_get_two_sided (self.r * sqrt (df / fmax (1 - self.r * self.r, 0)), df);
  return self;
}
