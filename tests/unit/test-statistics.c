/* test-statistics.c - descriptions, tests, intervals and agreement
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers without a formula beside them were printed by tests/golden/statistics.py.
 */

#include "core/metrics/agreement.h"
#include "core/metrics/bootstrap.h"
#include "core/metrics/distributions.h"
#include "core/metrics/statistics.h"
#include "tests/lib/check.h"

#include <math.h>

#define ROUNDING 1e-12 /* sums of few doubles near 1 */

static const double a[10] = { 0.81, 0.77, 0.90, 0.68, 0.85, 0.79, 0.88, 0.73, 0.86, 0.80 };
static const double b[10] = { 0.78, 0.79, 0.84, 0.61, 0.85, 0.70, 0.83, 0.69, 0.87, 0.71 };
static const double distinct[12] = { 3, -1, 7, 2, 11, -4, 9, 15, 6, 13, -5, 8 };
static const double zeros[80];

static void
distributions_match_scipy (void)
{
  trp_assert_near (trp_student_t_get_probability (-2.5, 3), 0.04385332350403277, 1e-14);
  trp_assert_near (trp_student_t_get_two_sided (4.2, 7.5), 0.0034600818129523194, 1e-14);
  trp_assert_near (trp_student_t_get_two_sided (-4.2, 7.5), 0.0034600818129523194, 1e-14);
  /* scipy's 2.2621571627409915 is 6e-11 off: put into the closed form for 9 degrees
   * (M. Abramowitz and I. Stegun, 26.7.3) it gives 0.975 - 2.3e-12. */
  trp_assert_near (trp_student_t_get_quantile (0.975, 9), 2.262157162798205, 1e-12);
  trp_assert_near (trp_normal_get_probability (-8) * 1e16, 6.22096057427174, 1e-10);
  trp_assert_near (trp_normal_get_quantile (0.001), -3.090232306167813, 1e-12);
}

static void
distributions_take_any_argument (void)
{
  trp_assert_near (trp_student_t_get_probability (INFINITY, 4), 1, 0);
  trp_assert_near (trp_student_t_get_two_sided (-INFINITY, 4), 0, 0);
  trp_assert_near (trp_student_t_get_probability (NAN, 4), NAN, 0);
  trp_assert_near (trp_student_t_get_probability (1, 0), NAN, 0);
  trp_assert_near (trp_student_t_get_quantile (2, 4), NAN, 0);
  trp_assert_near (trp_normal_get_quantile (0), -INFINITY, 0);
  trp_assert_near (trp_normal_get_quantile (1), INFINITY, 0);
  trp_assert_near (trp_normal_get_quantile (-0.1), NAN, 0);
  trp_assert_near (trp_normal_get_probability (-INFINITY), 0, 0);
}

static void
summary_matches_numpy (void)
{
  const TrpSummary summary = trp_summary_compute (a, 10);

  g_assert_cmpuint (summary.n, ==, 10);
  trp_assert_near (summary.mean, 0.807, ROUNDING);
  trp_assert_near (summary.sd, 0.06864562784491246, ROUNDING);
  trp_assert_near (summary.q1, 0.775, ROUNDING);
  trp_assert_near (summary.median, 0.805, ROUNDING);
  trp_assert_near (summary.q3, 0.8575, ROUNDING);
  trp_assert_near (summary.min, 0.68, 0);
  trp_assert_near (summary.max, 0.90, 0);
}

static void
summary_counts_what_it_leaves_out (void)
{
  const double values[] = { NAN, 3, INFINITY, 1, -INFINITY, NAN, NAN };
  const TrpSummary summary = trp_summary_compute (values, G_N_ELEMENTS (values));

  g_assert_cmpuint (summary.n, ==, 2);
  g_assert_cmpuint (summary.n_nan, ==, 3);
  g_assert_cmpuint (summary.n_infinite, ==, 2);
  trp_assert_near (summary.mean, 2, 0);
  trp_assert_near (summary.sd, sqrt (2), ROUNDING); /* (1 + 1) / (2 - 1) */
  trp_assert_near (summary.median, 2, 0);
}

static void
summary_of_nothing_is_nan (void)
{
  const TrpSummary none = trp_summary_compute (NULL, 0), one = trp_summary_compute (a, 1);

  trp_assert_near (none.mean, NAN, 0);
  trp_assert_near (none.median, NAN, 0);
  trp_assert_near (one.mean, a[0], 0);
  trp_assert_near (one.sd, NAN, 0);
  trp_assert_near (one.q3, a[0], 0);
}

static void
t_test_matches_scipy (void)
{
  const TrpTTest test = trp_t_test_paired (a, b, 10);

  g_assert_cmpuint (test.n, ==, 10);
  trp_assert_near (test.difference, 0.04, ROUNDING);
  trp_assert_near (test.low, 0.011585128813134712, ROUNDING);
  trp_assert_near (test.high, 0.06841487118686536, ROUNDING);
  trp_assert_near (test.t, 3.184469354605652, 1e-11);
  trp_assert_near (test.df, 9, 0);
  trp_assert_near (test.p, 0.011104765984409291, ROUNDING);
  trp_assert_near (test.effect, 1.007017629956027, 1e-11);
}

static void
t_test_leaves_out_pairs (void)
{
  const double first[] = { 1, NAN, 2, INFINITY, 4 }, second[] = { 0, 1, 0, 1, 1 };
  const TrpTTest test = trp_t_test_paired (first, second, 5);

  g_assert_cmpuint (test.n, ==, 3);
  trp_assert_near (test.t, 2 * sqrt (3), ROUNDING); /* differences 1, 2, 3: SD 1 */
  trp_assert_near (test.effect, 2, ROUNDING);
}

static void
t_test_without_spread_has_no_p (void)
{
  const double first[] = { 0.3, 0.6, 0.9 }, second[] = { 0.2, 0.5, 0.8 }; /* 0.1 but for rounding */

  trp_assert_near (trp_t_test_paired (first, second, 3).p, NAN, 0);
  trp_assert_near (trp_t_test_paired (first, second, 3).difference, 0.1, ROUNDING);
  trp_assert_near (trp_t_test_paired (a, a, 10).t, NAN, 0);
  trp_assert_near (trp_t_test_paired (a, b, 1).p, NAN, 0);
}

static void
wilcoxon_with_ties_is_enumerated (void)
{
  double first[10];
  TrpWilcoxon test;

  for (size_t i = 0; i < 10; i++)
    first[i] = round ((a[i] - b[i]) * 100);
  test = trp_wilcoxon_signed_rank (first, zeros, 10);
  g_assert_cmpuint (test.n, ==, 10);
  g_assert_cmpuint (test.n_zero, ==, 1);
  trp_assert_near (test.w_plus, 42, 0);
  trp_assert_near (test.w_minus, 3, 0); /* 9 * 10 / 2 in all */
  trp_assert_near (test.p, 0.01953125, 0);
  trp_assert_near (test.effect, 39.0 / 45, ROUNDING);
  g_assert_true (test.exact);
}

static void
wilcoxon_matches_scipy (void)
{
  double fifty[50], first[80], second[80];
  TrpWilcoxon test;

  trp_assert_near (trp_wilcoxon_signed_rank (distinct, zeros, 12).p, 0.02099609375, 0);
  for (int i = 0; i < 50; i++)
    fifty[i] = (i % 3 ? 1 : -1) * (i + 1);
  test = trp_wilcoxon_signed_rank (fifty, zeros, 50);
  g_assert_true (test.exact);
  trp_assert_near (test.p, 0.03996834652842374, ROUNDING);
  for (int i = 0; i < 80; i++)
    {
      first[i] = i * 37 % 23;
      second[i] = i * 17 % 19 + i % 3;
    }
  test = trp_wilcoxon_signed_rank (first, second, 80);
  g_assert_false (test.exact);
  g_assert_cmpuint (test.n_zero, ==, 4);
  trp_assert_near (fmin (test.w_plus, test.w_minus), 1342, 0);
  trp_assert_near (test.p, 0.5324656796212011, ROUNDING);
}

/* 2 / 2^n is the smallest there is. */
static void
wilcoxon_of_one_side (void)
{
  const double up[] = { 1, 2, 3, 4, 5, 6 };
  const TrpWilcoxon test = trp_wilcoxon_signed_rank (up, zeros, 6);
  const TrpWilcoxon mirror = trp_wilcoxon_signed_rank (zeros, up, 6);

  trp_assert_near (test.p, 2.0 / 64, 0);
  trp_assert_near (test.effect, 1, 0);
  trp_assert_near (mirror.p, 2.0 / 64, 0);
  trp_assert_near (mirror.effect, -1, 0);
  trp_assert_near (trp_wilcoxon_signed_rank (a, a, 10).p, NAN, 0);
}

static void
mann_whitney_matches (void)
{
  double first[80], second[80];
  TrpMannWhitney test = trp_mann_whitney (a, 5, b, 6);

  trp_assert_near (test.u, 18.5, 0);
  trp_assert_near (test.p, 0.5714285714285714, ROUNDING);
  trp_assert_near (test.effect, 37.0 / 30 - 1, ROUNDING);
  test = trp_mann_whitney (distinct, 6, distinct + 6, 6);
  trp_assert_near (test.u, 10, 0);
  trp_assert_near (test.p, 0.24025974025974026, ROUNDING);
  for (int i = 0; i < 80; i++)
    {
      first[i] = i * 37 % 23;
      second[i] = i * 17 % 19 + i % 3 + 1;
    }
  test = trp_mann_whitney (first, 80, second, 80);
  g_assert_false (test.exact);
  trp_assert_near (test.u, 3105, 0);
  trp_assert_near (test.p, 0.7468214662531356, ROUNDING);
  trp_assert_near (trp_mann_whitney (zeros, 5, zeros, 5).p, NAN, 0);
  trp_assert_near (trp_mann_whitney (a, 5, NULL, 0).p, NAN, 0);
}

/* S. Holm's order: 0.01 * 4, then 0.02 * 3, then 0.03 * 2 held at 0.06, then 0.5. */
static void
families_are_adjusted (void)
{
  const double p[] = { 0.03, NAN, 0.01, 0.5, 0.02 };
  const double holm[] = { 0.06, NAN, 0.04, 0.5, 0.06 };
  const double bonferroni[] = { 0.12, NAN, 0.04, 1, 0.08 };
  double out[5];

  trp_adjust_holm (p, 5, out);
  for (int i = 0; i < 5; i++)
    trp_assert_near (out[i], holm[i], ROUNDING);
  trp_adjust_bonferroni (p, 5, out);
  for (int i = 0; i < 5; i++)
    trp_assert_near (out[i], bonferroni[i], ROUNDING);
}

static void
line_matches_scipy (void)
{
  const TrpLinearFit fit = trp_linear_fit (a, b, 10), flat = trp_linear_fit (a, zeros, 10);

  trp_assert_near (fit.slope, 1.1084649846734262, 1e-11);
  trp_assert_near (fit.intercept, -0.127531242631455, 1e-11);
  trp_assert_near (fit.r, 0.889836404837555, ROUNDING);
  trp_assert_near (fit.p, 0.0005630288773219393, ROUNDING);
  trp_assert_near (flat.slope, 0, 0);
  trp_assert_near (flat.r, NAN, 0);
  trp_assert_near (trp_linear_fit (zeros, a, 10).slope, NAN, 0);
}

/* Against the bootstrap distribution itself, all 3125 resamples of five values. Its means are
 * 0.2 apart, so an interval from random resamples ends on the same step or the next. */
static void
bootstrap_of_five_values (void)
{
  const double five[] = { 1, 2, 4, 7, 13 };
  const TrpInterval plain = trp_bootstrap_compute (five, 5, trp_statistic_mean,
                                                   TRP_BOOTSTRAP_PERCENTILE, 0.95, 40000, 7);
  const TrpInterval bca = trp_bootstrap_compute (five, 5, trp_statistic_mean, TRP_BOOTSTRAP_BCA,
                                                 0.95, 40000, 7);

  trp_assert_near (plain.low, 2.0, 0.2 + ROUNDING);
  trp_assert_near (plain.high, 9.4, 0.2 + ROUNDING);
  trp_assert_near (bca.low, 2.4, 0.2 + ROUNDING);
  trp_assert_near (bca.high, 10.6, 0.2 + ROUNDING);
}

/* Two runs of 40000 and 200000 resamples: the error of a 2.5 % quantile is about
 * sqrt (0.025 * 0.975 / 40000) / density = 0.0008 / (0.06 / 0.9) = 0.012; four of them. */
static void
bootstrap_matches_scipy (void)
{
  double skewed[30];
  TrpInterval interval;

  for (int i = 0; i < 30; i++)
    skewed[i] = exp (i / 10.0);
  interval = trp_bootstrap_compute (skewed, 30, trp_statistic_mean, TRP_BOOTSTRAP_PERCENTILE, 0.95,
                                    40000, 1);
  trp_assert_near (interval.low, 4.372399311532595, 0.05);
  trp_assert_near (interval.high, 7.8680987729914635, 0.05);
  interval = trp_bootstrap_compute (skewed, 30, trp_statistic_mean, TRP_BOOTSTRAP_BCA, 0.95, 40000,
                                    1);
  trp_assert_near (interval.low, 4.499434712790501, 0.05);
  trp_assert_near (interval.high, 8.043971675711028, 0.05);
}

/* Kept draws give the same bits, also when numbers of values take turns. */
static void
bootstrap_with_kept_draws_is_the_same (void)
{
  static const size_t sizes[] = { 10, 7, 10, 2, 7, 10 };
  g_autoptr (TrpBootstrapDraws) draws = trp_bootstrap_draws_new (500, 3);

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int kind = TRP_BOOTSTRAP_PERCENTILE; kind <= TRP_BOOTSTRAP_BCA; kind++)
      {
        const TrpInterval kept = trp_bootstrap_compute_with (
          draws, a, sizes[s], trp_statistic_median, (TrpBootstrapKind) kind, 0.9);
        const TrpInterval direct = trp_bootstrap_compute (a, sizes[s], trp_statistic_median,
                                                          (TrpBootstrapKind) kind, 0.9, 500, 3);

        g_assert_cmpmem (&kept, sizeof kept, &direct, sizeof direct);
      }
}

static void
bootstrap_repeats_and_refuses (void)
{
  const TrpInterval one = trp_bootstrap_compute (a, 10, trp_statistic_median, TRP_BOOTSTRAP_BCA,
                                                 0.9, 500, 3);
  const TrpInterval two = trp_bootstrap_compute (a, 10, trp_statistic_median, TRP_BOOTSTRAP_BCA,
                                                 0.9, 500, 3);
  const TrpInterval same = trp_bootstrap_compute (zeros, 10, trp_statistic_mean, TRP_BOOTSTRAP_BCA,
                                                  0.95, 100, 3);
  const TrpInterval none = trp_bootstrap_compute (a, 1, trp_statistic_mean, TRP_BOOTSTRAP_BCA, 0.95,
                                                  100, 3);

  trp_assert_near (one.low, two.low, 0);
  trp_assert_near (one.high, two.high, 0);
  g_assert_cmpfloat (one.low, <=, 0.805);
  g_assert_cmpfloat (one.high, >=, 0.805);
  trp_assert_near (same.low, 0, 0);
  trp_assert_near (same.high, 0, 0);
  trp_assert_near (none.low, NAN, 0);
}

static void
limits_of_agreement (void)
{
  const double first[] = { 10, 20, 30, NAN }, second[] = { 11, 22, 33, 1 };
  const TrpBlandAltman limits = trp_bland_altman_compute (first, second, 4);

  g_assert_cmpuint (limits.n, ==, 3);
  trp_assert_near (limits.bias, 2, 0); /* 1, 2, 3 */
  trp_assert_near (limits.sd, 1, 0);
  trp_assert_near (limits.low, 2 - 1.96, ROUNDING);
  trp_assert_near (limits.high, 2 + 1.96, ROUNDING);
  /* Student's t of 2 degrees, closed form: p = 0.975: t = 0.95 sqrt (2 / (1 - 0.95^2)) */
  trp_assert_near (limits.bias_high - 2, 0.95 * sqrt (2 / (1 - 0.95 * 0.95)) / sqrt (3), 1e-10);
  trp_assert_near (limits.limit_error, sqrt (1.0 / 3 + 1.96 * 1.96 / 4), ROUNDING);
}

/* Kieselmann et al.: mean of the three means, root mean square of the three SDs. */
static void
interobserver_is_as_in_the_paper (void)
{
  const TrpSummary pairs[] = { { .n = 10, .mean = 0.8, .sd = 0.03 },
                               { .n = 10, .mean = 0.9, .sd = 0.04 },
                               { .n = 0, .mean = NAN, .sd = NAN },
                               { .n = 10, .mean = 0.7, .sd = 0.12 } };
  const TrpInterobserver all = trp_interobserver_compute (pairs, 4);

  g_assert_cmpuint (all.n_pairs, ==, 3);
  trp_assert_near (all.mean, 0.8, ROUNDING);
  trp_assert_near (all.sd, sqrt ((9 + 16 + 144) / 3.0) / 100, ROUNDING);
  trp_assert_near (trp_interobserver_compute (NULL, 0).mean, NAN, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/statistics/distributions/match-scipy", distributions_match_scipy);
  g_test_add_func ("/statistics/distributions/any-argument", distributions_take_any_argument);
  g_test_add_func ("/statistics/summary/matches-numpy", summary_matches_numpy);
  g_test_add_func ("/statistics/summary/counts-left-out", summary_counts_what_it_leaves_out);
  g_test_add_func ("/statistics/summary/of-nothing", summary_of_nothing_is_nan);
  g_test_add_func ("/statistics/t-test/matches-scipy", t_test_matches_scipy);
  g_test_add_func ("/statistics/t-test/leaves-out-pairs", t_test_leaves_out_pairs);
  g_test_add_func ("/statistics/t-test/without-spread", t_test_without_spread_has_no_p);
  g_test_add_func ("/statistics/wilcoxon/ties-enumerated", wilcoxon_with_ties_is_enumerated);
  g_test_add_func ("/statistics/wilcoxon/matches-scipy", wilcoxon_matches_scipy);
  g_test_add_func ("/statistics/wilcoxon/of-one-side", wilcoxon_of_one_side);
  g_test_add_func ("/statistics/mann-whitney/matches", mann_whitney_matches);
  g_test_add_func ("/statistics/families", families_are_adjusted);
  g_test_add_func ("/statistics/line/matches-scipy", line_matches_scipy);
  g_test_add_func ("/statistics/bootstrap/of-five", bootstrap_of_five_values);
  g_test_add_func ("/statistics/bootstrap/matches-scipy", bootstrap_matches_scipy);
  g_test_add_func ("/statistics/bootstrap/repeats-and-refuses", bootstrap_repeats_and_refuses);
  g_test_add_func ("/statistics/agreement/limits", limits_of_agreement);
  g_test_add_func ("/statistics/agreement/interobserver", interobserver_is_as_in_the_paper);
  g_test_add_func ("/statistics/bootstrap/kept-draws", bootstrap_with_kept_draws_is_the_same);
  return g_test_run ();
}
