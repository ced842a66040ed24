/* summary.c - see summary.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/summary.h"

#include "core/base/json.h"
#include "core/study/csv.h"

#include <math.h>
#include <string.h>

#define RESAMPLES 2000 /* B. Efron and R. Tibshirani, 1993, 14.3 */
#define CONFIDENCE 0.95

struct _TrpStudySummary
{
  TrpResults *cases;    /* seeds and folds averaged */
  TrpResults *patients; /* and the cases of a patient */
  GArray *rows;
  GArray *comparisons;
  GArray *interobserver;
  TrpBootstrapDraws *draws; /* while they are made */
};

/* What there is of one metric and structure. */
typedef struct
{
  const char *metric;
  const char *structure;
} Topic;

GArray *
trp_seed_means_new (const TrpResults *results, const TrpResultFilter *filter)
{
  GArray *means = g_array_new (FALSE, FALSE, sizeof (TrpSeedMean));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (size_t n = 0; n < trp_results_get_size (results); n++)
    {
      const TrpResult *row = trp_results_get (results, n);
      TrpResultFilter of_seed = *filter;
      g_autoptr (GArray) values = NULL;
      TrpSeedMean mean = { .seed = row->seed };

      if (!trp_result_filter_match (filter, row) ||
          !g_hash_table_add (seen, GINT_TO_POINTER (row->seed)))
        continue;
      of_seed.seed = &row->seed;
      values = trp_results_get_values (results, &of_seed);
      mean.mean = trp_summary_compute ((const double *) values->data, values->len).mean;
      g_array_append_val (means, mean);
    }
  return means;
}

static double
get_seed_sd (const TrpResults *results, const TrpResultFilter *filter, size_t *out_n_seeds)
{
  g_autoptr (GArray) seeds = trp_seed_means_new (results, filter);
  g_autofree double *means = g_new (double, seeds->len);
  size_t n_seeds = 0;

  for (guint n = 0; n < seeds->len; n++)
    if (g_array_index (seeds, TrpSeedMean, n).seed != TRP_RESULT_NONE)
      means[n_seeds++] = g_array_index (seeds, TrpSeedMean, n).mean;
  *out_n_seeds = n_seeds;
  return trp_summary_compute (means, n_seeds).sd;
}

static void
add_row (TrpStudySummary *self, const TrpResults *results, const Topic *topic, const char *arm)
{
  const TrpResultFilter filter = { .arm = arm,
                                   .metric = topic->metric,
                                   .structure = topic->structure };
  g_autoptr (GArray) values = trp_results_get_values (self->cases, &filter);
  TrpSummaryRow row = { topic->metric, topic->structure, arm };

  if (values->len == 0)
    return;
  row.numbers = trp_summary_compute ((const double *) values->data, values->len);
  row.mean = trp_bootstrap_compute_with (self->draws, (const double *) values->data, values->len,
                                         trp_statistic_mean, TRP_BOOTSTRAP_BCA, CONFIDENCE);
  row.seed_sd = get_seed_sd (results, &filter, &row.n_seeds);
  g_array_append_val (self->rows, row);
}

static void
add_comparison (TrpStudySummary *self, const Topic *topic, const char *first, const char *second)
{
  const TrpResultFilter filter = { .metric = topic->metric, .structure = topic->structure };
  g_autoptr (TrpResultPairs) pairs = trp_results_pair (self->patients, &filter, first, second);
  g_autofree double *differences = g_new (double, pairs->n);
  TrpComparison comparison = { topic->metric, topic->structure, first, second, pairs->n_unpaired };

  if (pairs->n == 0)
    return;
  for (size_t n = 0; n < pairs->n; n++)
    differences[n] = isfinite (pairs->first[n]) && isfinite (pairs->second[n])
                       ? pairs->first[n] - pairs->second[n]
                       : (double) NAN;
  comparison.difference = trp_bootstrap_compute_with (
    self->draws, differences, pairs->n, trp_statistic_mean, TRP_BOOTSTRAP_BCA, CONFIDENCE);
  comparison.t = trp_t_test_paired (pairs->first, pairs->second, pairs->n);
  comparison.wilcoxon = trp_wilcoxon_signed_rank (pairs->first, pairs->second, pairs->n);
  g_array_append_val (self->comparisons, comparison);
}

static void
add_comparisons (TrpStudySummary *self,
                 const Topic *topic,
                 const GPtrArray *arms,
                 const char *baseline)
{
  for (guint a = 0; a < arms->len; a++)
    for (guint b = a + 1; b < arms->len; b++)
      {
        const char *first = arms->pdata[a], *second = arms->pdata[b];

        if (trp_arm_is_pair (first) || trp_arm_is_pair (second))
          continue;
        if (!baseline || strcmp (second, baseline) == 0)
          add_comparison (self, topic, first, second);
        else if (strcmp (first, baseline) == 0)
          add_comparison (self, topic, second, first);
      }
}

/* @modality: "" for all pairs */
static void
add_interobserver (TrpStudySummary *self,
                   const Topic *topic,
                   const GPtrArray *arms,
                   const char *modality)
{
  g_autofree TrpSummary *pairs = g_new (TrpSummary, arms->len);
  TrpInterobserverRow row = { topic->metric, topic->structure, modality, { 0 } };
  size_t n_pairs = 0;

  for (guint n = 0; n < arms->len; n++)
    {
      const TrpResultFilter filter = { .arm = arms->pdata[n],
                                       .metric = topic->metric,
                                       .structure = topic->structure };
      g_autoptr (GArray) values = NULL;

      if (!trp_arm_is_pair (arms->pdata[n]) ||
          (*modality && strcmp (modality, trp_arm_get_modality (arms->pdata[n])) != 0))
        continue;
      values = trp_results_get_values (self->patients, &filter);
      pairs[n_pairs++] = trp_summary_compute ((const double *) values->data, values->len);
    }
  row.numbers = trp_interobserver_compute (pairs, n_pairs);
  if (row.numbers.n_pairs > 0)
    g_array_append_val (self->interobserver, row);
}

/* The comparisons from @begin on are one family. */
static void
adjust (TrpStudySummary *self, guint begin)
{
  const guint n = self->comparisons->len - begin;
  g_autofree double *p = g_new (double, 4 * n);
  double *holm = p + n;

  if (n == 0)
    return;
  for (int test = 0; test < 2; test++)
    {
      for (guint i = 0; i < n; i++)
        {
          const TrpComparison *one = &g_array_index (self->comparisons, TrpComparison, begin + i);

          p[i] = test == 0 ? one->t.p : one->wilcoxon.p;
        }
      trp_adjust_holm (p, n, holm);
      trp_adjust_bonferroni (p, n, holm + n);
      for (guint i = 0; i < n; i++)
        {
          TrpComparison *one = &g_array_index (self->comparisons, TrpComparison, begin + i);

          *(test == 0 ? &one->t_holm : &one->wilcoxon_holm) = holm[i];
          *(test == 0 ? &one->t_bonferroni : &one->wilcoxon_bonferroni) = holm[n + i];
        }
    }
}

static bool
check_arms (const GPtrArray *arms, const char *baseline, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  if (arms->len == 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "There are no results on whole cases");
      return false;
    }
  for (guint n = 0; n < arms->len; n++)
    {
      if (!baseline || strcmp (arms->pdata[n], baseline) == 0)
        return true;
      g_string_append_printf (names, "%s%s", n ? ", " : "", (const char *) arms->pdata[n]);
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "No result is of the arm \"%s\"; there are %s",
               baseline, names->str);
  return false;
}

TrpStudySummary *
trp_study_summary_new (const TrpResults *results, const char *baseline, GError **error)
{
  g_autoptr (TrpStudySummary) self = g_new0 (TrpStudySummary, 1);
  g_autoptr (TrpResults) whole = trp_results_select (results, &(TrpResultFilter){ 0 });
  g_autoptr (GPtrArray) arms = NULL, metrics = NULL, structures = NULL;
  bool mixed;

  self->cases = trp_results_average (whole, TRP_RESULT_SEED | TRP_RESULT_FOLD);
  self->patients = trp_results_average (self->cases, TRP_RESULT_CASE);
  self->rows = g_array_new (FALSE, TRUE, sizeof (TrpSummaryRow));
  self->comparisons = g_array_new (FALSE, TRUE, sizeof (TrpComparison));
  self->interobserver = g_array_new (FALSE, TRUE, sizeof (TrpInterobserverRow));
  self->draws = trp_bootstrap_draws_new (RESAMPLES, 0);
  arms = trp_results_list (self->cases, TRP_RESULT_ARM);
  metrics = trp_results_list (self->cases, TRP_RESULT_METRIC);
  structures = trp_results_list (self->cases, TRP_RESULT_STRUCTURE);
  if (!check_arms (arms, baseline, error))
    return NULL;
  mixed = trp_results_mix_observers (self->cases);
  for (guint m = 0; m < metrics->len; m++)
    {
      const guint begin = self->comparisons->len;

      for (guint s = 0; s < structures->len; s++)
        {
          const Topic topic = { metrics->pdata[m], structures->pdata[s] };

          for (guint a = 0; a < arms->len; a++)
            add_row (self, whole, &topic, arms->pdata[a]);
          add_comparisons (self, &topic, arms, baseline);
          add_interobserver (self, &topic, arms, mixed ? "MR" : "");
          if (mixed)
            add_interobserver (self, &topic, arms, "CT");
        }
      adjust (self, begin);
    }
  g_clear_pointer (&self->draws, trp_bootstrap_draws_free);
  return g_steal_pointer (&self);
}

void
trp_study_summary_free (TrpStudySummary *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->rows, g_array_unref);
  g_clear_pointer (&self->comparisons, g_array_unref);
  g_clear_pointer (&self->interobserver, g_array_unref);
  g_clear_pointer (&self->draws, trp_bootstrap_draws_free);
  trp_results_unref (self->cases);
  trp_results_unref (self->patients);
  g_free (self);
}

const TrpSummaryRow *
trp_study_summary_peek_rows (const TrpStudySummary *self, size_t *out_n)
{
  *out_n = self->rows->len;
  return (const TrpSummaryRow *) self->rows->data;
}

const TrpComparison *
trp_study_summary_peek_comparisons (const TrpStudySummary *self, size_t *out_n)
{
  *out_n = self->comparisons->len;
  return (const TrpComparison *) self->comparisons->data;
}

const TrpInterobserverRow *
trp_study_summary_peek_interobserver (const TrpStudySummary *self, size_t *out_n)
{
  *out_n = self->interobserver->len;
  return (const TrpInterobserverRow *) self->interobserver->data;
}

/* ---- writing: one table of columns for CSV and JSON ---- */

typedef enum
{
  CELL_TEXT,
  CELL_COUNT,
  CELL_NUMBER,
  CELL_FLAG,
} CellKind;

typedef struct
{
  const char *name;
  CellKind kind;
  size_t offset;
} Column;

#define SUMMARY(name, kind, member)                                                                \
  {                                                                                                \
    name, kind, G_STRUCT_OFFSET (TrpSummaryRow, member)                                            \
  }
#define COMPARE(name, kind, member)                                                                \
  {                                                                                                \
    name, kind, G_STRUCT_OFFSET (TrpComparison, member)                                            \
  }
#define OBSERVE(name, kind, member)                                                                \
  {                                                                                                \
    name, kind, G_STRUCT_OFFSET (TrpInterobserverRow, member)                                      \
  }

static const Column summary_columns[] = {
  SUMMARY ("metric", CELL_TEXT, metric),
  SUMMARY ("structure", CELL_TEXT, structure),
  SUMMARY ("arm", CELL_TEXT, arm),
  SUMMARY ("n", CELL_COUNT, numbers.n),
  SUMMARY ("n_nan", CELL_COUNT, numbers.n_nan),
  SUMMARY ("n_infinite", CELL_COUNT, numbers.n_infinite),
  SUMMARY ("mean", CELL_NUMBER, numbers.mean),
  SUMMARY ("sd", CELL_NUMBER, numbers.sd),
  SUMMARY ("median", CELL_NUMBER, numbers.median),
  SUMMARY ("q1", CELL_NUMBER, numbers.q1),
  SUMMARY ("q3", CELL_NUMBER, numbers.q3),
  SUMMARY ("min", CELL_NUMBER, numbers.min),
  SUMMARY ("max", CELL_NUMBER, numbers.max),
  SUMMARY ("mean_low", CELL_NUMBER, mean.low),
  SUMMARY ("mean_high", CELL_NUMBER, mean.high),
  SUMMARY ("n_seeds", CELL_COUNT, n_seeds),
  SUMMARY ("seed_sd", CELL_NUMBER, seed_sd),
};

static const Column comparison_columns[] = {
  COMPARE ("metric", CELL_TEXT, metric),
  COMPARE ("structure", CELL_TEXT, structure),
  COMPARE ("first", CELL_TEXT, first),
  COMPARE ("second", CELL_TEXT, second),
  COMPARE ("n", CELL_COUNT, t.n),
  COMPARE ("n_unpaired", CELL_COUNT, n_unpaired),
  COMPARE ("difference", CELL_NUMBER, t.difference),
  COMPARE ("difference_low", CELL_NUMBER, difference.low),
  COMPARE ("difference_high", CELL_NUMBER, difference.high),
  COMPARE ("t", CELL_NUMBER, t.t),
  COMPARE ("df", CELL_NUMBER, t.df),
  COMPARE ("t_low", CELL_NUMBER, t.low),
  COMPARE ("t_high", CELL_NUMBER, t.high),
  COMPARE ("t_p", CELL_NUMBER, t.p),
  COMPARE ("t_p_holm", CELL_NUMBER, t_holm),
  COMPARE ("t_p_bonferroni", CELL_NUMBER, t_bonferroni),
  COMPARE ("d_z", CELL_NUMBER, t.effect),
  COMPARE ("w_plus", CELL_NUMBER, wilcoxon.w_plus),
  COMPARE ("w_minus", CELL_NUMBER, wilcoxon.w_minus),
  COMPARE ("n_zero", CELL_COUNT, wilcoxon.n_zero),
  COMPARE ("wilcoxon_exact", CELL_FLAG, wilcoxon.exact),
  COMPARE ("wilcoxon_p", CELL_NUMBER, wilcoxon.p),
  COMPARE ("wilcoxon_p_holm", CELL_NUMBER, wilcoxon_holm),
  COMPARE ("wilcoxon_p_bonferroni", CELL_NUMBER, wilcoxon_bonferroni),
  COMPARE ("rank_biserial", CELL_NUMBER, wilcoxon.effect),
};

static const Column interobserver_columns[] = {
  OBSERVE ("metric", CELL_TEXT, metric),       OBSERVE ("structure", CELL_TEXT, structure),
  OBSERVE ("modality", CELL_TEXT, modality),   OBSERVE ("n_pairs", CELL_COUNT, numbers.n_pairs),
  OBSERVE ("mean", CELL_NUMBER, numbers.mean), OBSERVE ("sd", CELL_NUMBER, numbers.sd),
};

static void
append_cell (GString *text, const Column *column, const void *row)
{
  switch (column->kind)
    {
    case CELL_TEXT:
      trp_csv_append_field (text, G_STRUCT_MEMBER (const char *, row, column->offset));
      break;
    case CELL_COUNT:
      g_string_append_printf (text, "%zu", G_STRUCT_MEMBER (size_t, row, column->offset));
      break;
    case CELL_FLAG:
      g_string_append (text, G_STRUCT_MEMBER (bool, row, column->offset) ? "true" : "false");
      break;
    case CELL_NUMBER:
    default:
      trp_csv_append_number (text, G_STRUCT_MEMBER (double, row, column->offset));
      break;
    }
}

static char *
to_csv (const GArray *rows, const Column *columns, size_t n_columns)
{
  GString *text = g_string_new (NULL);

  for (size_t c = 0; c < n_columns; c++)
    g_string_append_printf (text, "%s%c", columns[c].name, c + 1 < n_columns ? ',' : '\n');
  for (guint n = 0; n < rows->len; n++)
    for (size_t c = 0; c < n_columns; c++)
      {
        append_cell (text, &columns[c],
                     rows->data + n * g_array_get_element_size ((GArray *) rows));
        g_string_append_c (text, c + 1 < n_columns ? ',' : '\n');
      }
  return g_string_free (text, FALSE);
}

char *
trp_study_summary_rows_to_csv (const TrpStudySummary *self)
{
  return to_csv (self->rows, summary_columns, G_N_ELEMENTS (summary_columns));
}

char *
trp_study_summary_comparisons_to_csv (const TrpStudySummary *self)
{
  return to_csv (self->comparisons, comparison_columns, G_N_ELEMENTS (comparison_columns));
}

static void
add_cell (JsonBuilder *builder, const Column *column, const void *row)
{
  json_builder_set_member_name (builder, column->name);
  switch (column->kind)
    {
    case CELL_TEXT:
      json_builder_add_string_value (builder, G_STRUCT_MEMBER (const char *, row, column->offset));
      break;
    case CELL_COUNT:
      json_builder_add_int_value (builder, (gint64) G_STRUCT_MEMBER (size_t, row, column->offset));
      break;
    case CELL_FLAG:
      json_builder_add_boolean_value (builder, G_STRUCT_MEMBER (bool, row, column->offset));
      break;
    case CELL_NUMBER:
    default:
      trp_json_add_number (builder, G_STRUCT_MEMBER (double, row, column->offset));
      break;
    }
}

static void
add_table (JsonBuilder *builder,
           const char *name,
           const GArray *rows,
           const Column *columns,
           size_t n_columns)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint n = 0; n < rows->len; n++)
    {
      json_builder_begin_object (builder);
      for (size_t c = 0; c < n_columns; c++)
        add_cell (builder, &columns[c],
                  rows->data + n * g_array_get_element_size ((GArray *) rows));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

char *
trp_study_summary_to_json (const TrpStudySummary *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_table (builder, "summary", self->rows, summary_columns, G_N_ELEMENTS (summary_columns));
  add_table (builder, "comparisons", self->comparisons, comparison_columns,
             G_N_ELEMENTS (comparison_columns));
  add_table (builder, "interobserver", self->interobserver, interobserver_columns,
             G_N_ELEMENTS (interobserver_columns));
  json_builder_end_object (builder);
  return trp_json_to_text (builder);
}
