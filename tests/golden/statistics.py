#!/usr/bin/python3
# statistics.py - golden numbers of tests, quantiles and intervals
#
# SPDX-License-Identifier: Apache-2.0
"""Prints the numbers that stand in tests/unit/test-statistics.c.

Exact distributions with ties are enumerated here, since scipy's are for ranks without ties only.
"""
import itertools

import numpy as np
import scipy.stats as st

A = np.array([0.81, 0.77, 0.90, 0.68, 0.85, 0.79, 0.88, 0.73, 0.86, 0.80])
B = np.array([0.78, 0.79, 0.84, 0.61, 0.85, 0.70, 0.83, 0.69, 0.87, 0.71])


def long_pair(n):
    """Whole numbers that C makes too; differences have ties and zeros."""
    i = np.arange(n)
    return (i * 37 % 23).astype(float), (i * 17 % 19 + i % 3).astype(float)


def signed_rank_by_enumeration(d):
    d = d[d != 0]
    ranks = st.rankdata(np.abs(d))
    observed = ranks[d > 0].sum()
    sums = np.array([np.dot(signs, ranks) for signs in itertools.product((0, 1), repeat=len(d))])
    return observed, min(1, 2 * min((sums <= observed + 1e-9).mean(), (sums >= observed - 1e-9).mean()))


def mann_whitney_by_enumeration(a, b):
    ranks = st.rankdata(np.concatenate([a, b]))
    observed = ranks[:len(a)].sum()
    sums = np.array([sum(c) for c in itertools.combinations(ranks, len(a))])
    return (observed - len(a) * (len(a) + 1) / 2,
            min(1, 2 * min((sums <= observed + 1e-9).mean(), (sums >= observed - 1e-9).mean())))


def show(name, *values):
    print(name, ', '.join(repr(float(v)) for v in values))


t = st.ttest_rel(A, B)
ci = t.confidence_interval(0.95) if hasattr(t, 'confidence_interval') else st.t.interval(0.95, 9, (A - B).mean(), st.sem(A - B))
show('t-test: difference, low, high, t, p, d_z', (A - B).mean(), ci[0], ci[1], t.statistic, t.pvalue, (A - B).mean() / (A - B).std(ddof=1))
whole = np.round((A - B) * 100)  # exact ties
show('wilcoxon ties, zero: w_plus, p', *signed_rank_by_enumeration(whole))
distinct = np.array([3.0, -1, 7, 2, 11, -4, 9, 15, 6, 13, -5, 8])
w = st.wilcoxon(distinct, mode='exact')
show('wilcoxon distinct: scipy p', w.pvalue)
assert np.isclose(w.pvalue, signed_rank_by_enumeration(distinct)[1])
fifty = np.where(np.arange(50) % 3, 1, -1) * (np.arange(50) + 1.0)
show('wilcoxon 50 distinct: scipy exact p', st.wilcoxon(fifty, mode='exact').pvalue)
a, b = long_pair(80)
w = st.wilcoxon(a, b, zero_method='wilcox', correction=True, mode='approx')
show('wilcoxon 80: zeros, min w, p', (a == b).sum(), w.statistic, w.pvalue)
x, y = A[:5], B[:6]
show('mann-whitney exact: u, p', *mann_whitney_by_enumeration(np.round(x * 100), np.round(y * 100)))
u = st.mannwhitneyu(distinct[:6], distinct[6:], method='exact')
show('mann-whitney distinct: scipy u, p', u.statistic, u.pvalue)
u = st.mannwhitneyu(a, b + 1, method='asymptotic', use_continuity=True)
show('mann-whitney 80 + 80: u, p', u.statistic, u.pvalue)
fit = st.linregress(A, B)
show('line: slope, intercept, r, p', fit.slope, fit.intercept, fit.rvalue, fit.pvalue)
show('quantiles of A: q1, median, q3, 0.9', *np.quantile(A, [0.25, 0.5, 0.75, 0.9]))
show('mean, sd of A', A.mean(), A.std(ddof=1))
show('t: cdf(-2.5, 3), two-sided(4.2, 7.5), quantile(0.975, 9)', st.t.cdf(-2.5, 3), 2 * st.t.sf(4.2, 7.5), st.t.ppf(0.975, 9))
show('normal: cdf(-8), quantile(0.001)', st.norm.cdf(-8), st.norm.ppf(0.001))

# Every resample of five values once: the bootstrap distribution itself.
five = np.array([1.0, 2.0, 4.0, 7.0, 13.0])
means = np.sort([np.mean(c) for c in itertools.product(five, repeat=5)])
show('bootstrap of five, percentile', *np.quantile(means, [0.025, 0.975]))
z0 = st.norm.ppf((means < five.mean() - 1e-9).mean() + 0.5 * (abs(means - five.mean()) < 1e-9).mean())
jack = np.array([np.delete(five, i).mean() for i in range(5)])
d = jack.mean() - jack
acceleration = (d**3).sum() / (6 * (d**2).sum()**1.5)
levels = [st.norm.cdf(z0 + (z0 + z) / (1 - acceleration * (z0 + z))) for z in st.norm.ppf([0.025, 0.975])]
show('bootstrap of five, BCa', *np.quantile(means, levels))
# 30 skewed values against scipy's own bootstrap
skewed = np.exp(np.arange(30) / 10.0)
for method in 'percentile', 'BCa':
    r = st.bootstrap((skewed,), np.mean, n_resamples=200000, method=method, random_state=1, vectorized=True, axis=-1, batch=20000)
    show('bootstrap of 30, scipy ' + method, r.confidence_interval.low, r.confidence_interval.high)
