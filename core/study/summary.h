/* summary.h - tables of a study: groups described, arms compared
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Immutable once computed; any thread. Strings belong to the summary.
 *
 * A case counts once: values of several seeds or folds are averaged first. In tests a patient
 * counts once: cases of one patient are averaged too, since they are not independent.
 */

#pragma once

#include "core/metrics/agreement.h"
#include "core/metrics/bootstrap.h"
#include "core/study/observers.h"
#include "core/study/results.h"

G_BEGIN_DECLS

/**
 * TrpSeedMean: mean over cases of one seed by itself
 * @seed: TRP_RESULT_NONE: of rows without one
 */
typedef struct
{
  int seed;
  double mean;
} TrpSeedMean;

/* Of the rows that match, seeds in the order in which they first come. (element-type TrpSeedMean)
 * (transfer full) */
GArray *trp_seed_means_new (const TrpResults *results, const TrpResultFilter *filter);

/**
 * TrpSummaryRow: one arm, structure and metric
 * @numbers: over cases
 * @mean: 95 % BCa bootstrap interval of the mean
 * @n_seeds, @seed_sd: seeds, and the SD of their means over cases; NAN under two
 */
typedef struct
{
  const char *metric;
  const char *structure;
  const char *arm;
  TrpSummary numbers;
  TrpInterval mean;
  size_t n_seeds;
  double seed_sd;
} TrpSummaryRow;

/**
 * TrpComparison: first - second, paired by patient
 * @n_unpaired: patients that only one of them has
 * @difference: 95 % BCa bootstrap interval of the mean difference
 * @t_holm and so on: adjusted over all comparisons of one metric
 */
typedef struct
{
  const char *metric;
  const char *structure;
  const char *first;
  const char *second;
  size_t n_unpaired;
  TrpInterval difference;
  TrpTTest t;
  double t_holm, t_bonferroni;
  TrpWilcoxon wilcoxon;
  double wilcoxon_holm, wilcoxon_bonferroni;
} TrpComparison;

/**
 * TrpInterobserverRow: over all arms "A vs B", see core/metrics/agreement.h
 * @modality: "MR" or "CT" where there are pairs on both, which are kept apart; else ""
 */
typedef struct
{
  const char *metric;
  const char *structure;
  const char *modality;
  TrpInterobserver numbers;
} TrpInterobserverRow;

typedef struct _TrpStudySummary TrpStudySummary;

/**
 * trp_study_summary_new:
 * @baseline: (nullable): compare every other arm with this one only; NULL: all pairs of arms
 *
 * Errors: TRP_ERROR_FORMAT if there are no rows on whole cases, or none of the arm @baseline
 * (naming those there are).
 */
TrpStudySummary *trp_study_summary_new (const TrpResults *results,
                                        const char *baseline,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_study_summary_free (TrpStudySummary *self);

/* In order of metric, structure, arm as they first come in the results. */
const TrpSummaryRow *trp_study_summary_peek_rows (const TrpStudySummary *self, size_t *out_n);
const TrpComparison *trp_study_summary_peek_comparisons (const TrpStudySummary *self,
                                                         size_t *out_n);
const TrpInterobserverRow *trp_study_summary_peek_interobserver (const TrpStudySummary *self,
                                                                 size_t *out_n);

/* summary.csv, comparisons.csv and one line of JSON with all. (transfer full) */
char *trp_study_summary_rows_to_csv (const TrpStudySummary *self);
char *trp_study_summary_comparisons_to_csv (const TrpStudySummary *self);
char *trp_study_summary_to_json (const TrpStudySummary *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpStudySummary, trp_study_summary_free)

G_END_DECLS
