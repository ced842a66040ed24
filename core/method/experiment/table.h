/* table.h - a table of results as a paper prints it, with its tests
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A line is one row (an arm, "ARM on NAME"), structure and metric. A case counts once: its values
 * are averaged over folds and seeds first; how far the seeds lie apart is told beside it. In tests
 * a patient counts once. Unlike core/study/summary.h it holds the rows, comparisons and printed
 * values that a paper chose, in its order. One thread.
 */

#pragma once

#include "core/method/experiment/file.h"
#include "core/metrics/bootstrap.h"
#include "core/metrics/statistics.h"
#include "core/study/results.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * TrpTableLine:
 * @summary: over cases; of observers only n (of cases), mean and sd, as core/metrics/agreement.h
 * @interval: of the mean, 95 %, bootstrap (BCa) over cases
 * @n_seeds, @seed_low, @seed_high, @seed_sd: of the seeds' own means; NAN for none
 */
typedef struct
{
  const char *row, *structure, *metric;
  TrpSummary summary;
  TrpInterval interval;
  size_t n_seeds;
  double seed_low, seed_high, seed_sd;
} TrpTableLine;

/**
 * TrpTableTest: first - second
 * @paired: by case; else the cases differ and only @mann_whitney counts
 * @p: Wilcoxon's, or Mann and Whitney's where not @paired; @p_holm, @p_bonferroni: among the
 * table's tests of this metric
 */
typedef struct
{
  const char *first, *second, *structure, *metric;
  bool paired;
  TrpTTest t;
  TrpWilcoxon wilcoxon;
  TrpMannWhitney mann_whitney;
  double p, p_holm, p_bonferroni;
} TrpTableTest;

/**
 * TrpTable:
 * @rows, @structures, @metrics: (element-type utf8): in order
 * @lines: of TrpTableLine; combinations without results are absent
 * @tests: of TrpTableTest
 * @mixes_observers: pairs on MR and pairs on CT are rows of their own: "NAME on CT"
 */
typedef struct
{
  const TrpExperimentSheet *sheet;
  GPtrArray *rows, *structures, *metrics;
  GArray *lines;
  GArray *tests;
  bool mixes_observers;
  TrpResults *results;
} TrpTable;

TrpTable *trp_table_new (const TrpExperimentSheet *sheet, const TrpResults *results);
/* Without lines and tests: what a figure of the same rows is made from. */
TrpTable *trp_table_new_rows (const TrpExperimentSheet *sheet, const TrpResults *results);
/* What a row is made of: its arm, or every pair of observers. */
void trp_table_append_rows (const TrpTable *self,
                            const char *row,
                            const char *structure,
                            TrpResults *results);
void trp_table_free (TrpTable *self);
const TrpTableLine *
trp_table_find (const TrpTable *self, const char *row, const char *structure, const char *metric);
/* Aligned columns. (transfer full) */
char *trp_table_to_text (const TrpTable *self);
char *trp_table_to_csv (const TrpTable *self);
char *trp_table_tests_to_csv (const TrpTable *self);
char *trp_table_to_json (const TrpTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpTable, trp_table_free)

G_END_DECLS
