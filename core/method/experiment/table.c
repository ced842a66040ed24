/* table.c - see table.h: what stands in a table
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/table.h"

#include "core/study/summary.h"

#include <math.h>
#include <string.h>

#define BOOTSTRAP_SEED 1
#define MAX_PAIRS 128

static void
add_text (GPtrArray *texts, const char *text)
{
  if (!g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL))
    g_ptr_array_add (texts, g_strdup (text));
}

/* What the sheet names, else all that @column holds; the structure "whole" is the whole image. */
static GPtrArray *
list_texts (const TrpExperimentSheet *sheet,
            const char *key,
            const TrpResults *results,
            TrpResultColumns column)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = trp_experiment_split (trp_experiment_sheet_get (sheet, key));
  g_autoptr (GPtrArray) all = words[0] ? NULL : trp_results_list (results, column);

  for (size_t n = 0; words[n]; n++)
    add_text (texts,
              column == TRP_RESULT_STRUCTURE && strcmp (words[n], "whole") == 0 ? "" : words[n]);
  for (guint n = 0; all && n < all->len; n++)
    add_text (texts, all->pdata[n]);
  return texts;
}

/* The row that the results of an arm stand in: of a pair, "observer 1 vs observer 2", the one that
 * the sheet gives to all of them. (transfer full) */
static char *
name_row (const TrpTable *self, const char *arm)
{
  const char *observers = trp_experiment_sheet_get (self->sheet, "observers");

  return *observers && trp_arm_is_pair (arm)
           ? trp_arm_name_observers (arm, observers, self->mixes_observers)
           : g_strdup (arm);
}

/* The rows of all pairs. */
static void
add_pairs (const TrpTable *self, GPtrArray *rows)
{
  g_autoptr (GPtrArray) arms = trp_results_list (self->results, TRP_RESULT_ARM);

  for (guint n = 0; n < arms->len; n++)
    {
      g_autofree char *row = name_row (self, arms->pdata[n]);

      if (trp_arm_is_pair (arms->pdata[n]))
        add_text (rows, row);
    }
}

static GPtrArray *
list_rows (const TrpTable *self)
{
  const char *observers = trp_experiment_sheet_get (self->sheet, "observers");
  g_autoptr (GPtrArray) all = list_texts (self->sheet, "rows", self->results, TRP_RESULT_ARM);
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_free);

  for (guint n = 0; n < all->len; n++)
    {
      g_autofree char *row = name_row (self, all->pdata[n]);

      if (self->mixes_observers && *observers && strcmp (row, observers) == 0)
        add_pairs (self, rows);
      else
        add_text (rows, row);
    }
  return rows;
}

static bool
is_of_observers (const TrpTable *self, const char *row)
{
  const char *observers = trp_experiment_sheet_get (self->sheet, "observers");

  return *observers && g_str_has_prefix (row, observers) &&
         (row[strlen (observers)] == '\0' ||
          (self->mixes_observers && (strcmp (row + strlen (observers), " on MR") == 0 ||
                                     strcmp (row + strlen (observers), " on CT") == 0)));
}

/* ---- lines ---- */

static TrpResultFilter
make_filter (const char *row, const char *structure, const char *metric)
{
  return (TrpResultFilter){ .arm = row, .structure = structure, .metric = metric };
}

static GArray *
get_values (const TrpResults *results, const TrpResultFilter *filter, TrpResultColumns over)
{
  g_autoptr (TrpResults) chosen = trp_results_select (results, filter);
  g_autoptr (TrpResults) averaged = trp_results_average (chosen, over);

  return trp_results_get_values (averaged, &(TrpResultFilter){ 0 });
}

static void
describe_seeds (const TrpResults *results, TrpResultFilter filter, TrpTableLine *line)
{
  g_autoptr (TrpResults) chosen = trp_results_select (results, &filter);
  g_autoptr (TrpResults) averaged = trp_results_average (chosen, TRP_RESULT_FOLD);
  g_autoptr (GArray) seeds = trp_seed_means_new (averaged, &(TrpResultFilter){ 0 });
  g_autofree double *means = g_new (double, seeds->len);
  TrpSummary summary;

  for (guint n = 0; n < seeds->len; n++)
    means[n] = g_array_index (seeds, TrpSeedMean, n).mean;
  summary = trp_summary_compute (means, seeds->len);
  line->n_seeds = summary.n;
  line->seed_low = summary.min;
  line->seed_high = summary.max;
  line->seed_sd = summary.sd;
}

static bool
describe_row (const TrpResults *results,
              const char *row,
              const char *structure,
              const char *metric,
              TrpTableLine *out_line)
{
  const TrpResultFilter filter = make_filter (row, structure, metric);
  g_autoptr (GArray) values = get_values (results, &filter, TRP_RESULT_SEED | TRP_RESULT_FOLD);

  if (values->len == 0)
    return false;
  *out_line = (TrpTableLine){ .row = row, .structure = structure, .metric = metric };
  out_line->summary = trp_summary_compute ((double *) values->data, values->len);
  out_line->interval = trp_bootstrap_compute ((double *) values->data, values->len,
                                              trp_statistic_mean, TRP_BOOTSTRAP_BCA, 0.95,
                                              TRP_BOOTSTRAP_RESAMPLES, BOOTSTRAP_SEED);
  describe_seeds (results, filter, out_line);
  return true;
}

static bool
describe_observers (const TrpTable *self,
                    const char *row,
                    const char *structure,
                    const char *metric,
                    TrpTableLine *out_line)
{
  g_autoptr (GPtrArray) arms = trp_results_list (self->results, TRP_RESULT_ARM);
  TrpSummary pairs[MAX_PAIRS];
  size_t n_pairs = 0;
  TrpInterobserver all;

  for (guint n = 0; n < arms->len && n_pairs < MAX_PAIRS; n++)
    {
      g_autofree char *own = name_row (self, arms->pdata[n]);
      TrpTableLine line;

      if (trp_arm_is_pair (arms->pdata[n]) && strcmp (own, row) == 0 &&
          describe_row (self->results, arms->pdata[n], structure, metric, &line))
        pairs[n_pairs++] = line.summary;
    }
  if (n_pairs == 0)
    return false;
  all = trp_interobserver_compute (pairs, n_pairs);
  *out_line = (TrpTableLine){ .row = row,
                              .structure = structure,
                              .metric = metric,
                              .interval = { NAN, NAN },
                              .seed_low = NAN,
                              .seed_high = NAN,
                              .seed_sd = NAN };
  out_line->summary = (TrpSummary){ .n = pairs[0].n,
                                    .mean = all.mean,
                                    .sd = all.sd,
                                    .min = NAN,
                                    .q1 = NAN,
                                    .median = NAN,
                                    .q3 = NAN,
                                    .max = NAN };
  return true;
}

static void
add_lines (TrpTable *self)
{
  for (guint m = 0; m < self->metrics->len; m++)
    for (guint r = 0; r < self->rows->len; r++)
      for (guint s = 0; s < self->structures->len; s++)
        {
          const char *row = self->rows->pdata[r], *structure = self->structures->pdata[s],
                     *metric = self->metrics->pdata[m];
          TrpTableLine line;

          if (is_of_observers (self, row)
                ? describe_observers (self, row, structure, metric, &line)
                : describe_row (self->results, row, structure, metric, &line))
            g_array_append_val (self->lines, line);
        }
}

const TrpTableLine *
trp_table_find (const TrpTable *self, const char *row, const char *structure, const char *metric)
{
  for (guint n = 0; n < self->lines->len; n++)
    {
      const TrpTableLine *line = &g_array_index (self->lines, TrpTableLine, n);

      if (strcmp (line->row, row) == 0 && strcmp (line->structure, structure) == 0 &&
          strcmp (line->metric, metric) == 0)
        return line;
    }
  return NULL;
}

/* ---- tests ---- */

static bool
test_unpaired (const TrpResults *averaged, TrpTableTest *test)
{
  const TrpResultFilter first = make_filter (test->first, test->structure, test->metric),
                        second = make_filter (test->second, test->structure, test->metric);
  g_autoptr (GArray) a = trp_results_get_values (averaged, &first);
  g_autoptr (GArray) b = trp_results_get_values (averaged, &second);

  test->paired = false;
  test->mann_whitney = trp_mann_whitney ((double *) a->data, a->len, (double *) b->data, b->len);
  test->p = test->mann_whitney.p;
  return a->len > 0 && b->len > 0;
}

/* Patients that both rows have are compared with themselves. */
static bool
test_rows (const TrpResults *averaged, TrpTableTest *test)
{
  const TrpResultFilter filter = make_filter (NULL, test->structure, test->metric);
  g_autoptr (TrpResultPairs)
    pairs = trp_results_pair (averaged, &filter, test->first, test->second);

  if (pairs->n == 0)
    return test_unpaired (averaged, test);
  test->paired = true;
  test->t = trp_t_test_paired (pairs->first, pairs->second, pairs->n);
  test->wilcoxon = trp_wilcoxon_signed_rank (pairs->first, pairs->second, pairs->n);
  test->p = test->wilcoxon.p;
  return true;
}

static void
adjust (GArray *tests, guint begin)
{
  const guint n = tests->len - begin;
  g_autofree double *p = g_new (double, n + 1);

  for (guint i = 0; i < n; i++)
    p[i] = g_array_index (tests, TrpTableTest, begin + i).p;
  trp_adjust_holm (p, n, p);
  for (guint i = 0; i < n; i++)
    {
      g_array_index (tests, TrpTableTest, begin + i).p_holm = p[i];
      p[i] = g_array_index (tests, TrpTableTest, begin + i).p;
    }
  trp_adjust_bonferroni (p, n, p);
  for (guint i = 0; i < n; i++)
    g_array_index (tests, TrpTableTest, begin + i).p_bonferroni = p[i];
}

static const char *
find_row (const TrpTable *self, const char *text)
{
  guint index;

  return g_ptr_array_find_with_equal_func (self->rows, text, g_str_equal, &index)
           ? self->rows->pdata[index]
           : NULL;
}

static void
add_tests (TrpTable *self)
{
  g_auto (GStrv)
    pairs = trp_experiment_split_at (trp_experiment_sheet_get (self->sheet, "compare"), ";");
  g_autoptr (TrpResults)
    by_case = trp_results_average (self->results, TRP_RESULT_SEED | TRP_RESULT_FOLD);
  g_autoptr (TrpResults) averaged = trp_results_average (by_case, TRP_RESULT_CASE);

  for (guint m = 0; m < self->metrics->len; m++)
    {
      const guint begin = self->tests->len;

      for (size_t n = 0; pairs[n]; n++)
        {
          g_auto (GStrv) names = trp_experiment_split_at (pairs[n], ":");
          const char *first = names[0] ? find_row (self, names[0]) : NULL;
          const char *second = first && names[1] ? find_row (self, names[1]) : NULL;

          for (guint s = 0; second && s < self->structures->len; s++)
            {
              TrpTableTest test = { .first = first,
                                    .second = second,
                                    .structure = self->structures->pdata[s],
                                    .metric = self->metrics->pdata[m] };

              if (test_rows (averaged, &test))
                g_array_append_val (self->tests, test);
            }
        }
      adjust (self->tests, begin);
    }
}

/* ---- the table ---- */

/* Slices are averaged for each case ("part = slices"); "all" is the mean of a case's structures. */
static TrpResults *
choose_results (const TrpExperimentSheet *sheet, const TrpResults *results)
{
  const bool slices = strcmp (trp_experiment_sheet_get (sheet, "part"), "slices") == 0;
  const TrpResultFilter filter = { .part = slices ? TRP_RESULT_SLICES : TRP_RESULT_CASES };
  g_autoptr (TrpResults) chosen = trp_results_select (results, &filter);
  g_auto (GStrv) structures = trp_experiment_split (trp_experiment_sheet_get (sheet, "structures"));
  TrpResults *made = slices ? trp_results_average (chosen, TRP_RESULT_SLICE)
                            : trp_results_ref (chosen);

  if (g_strv_contains ((const char *const *) structures, "all"))
    {
      g_autoptr (TrpResults) averaged = trp_results_average (made, TRP_RESULT_STRUCTURE);

      for (size_t n = 0; n < trp_results_get_size (averaged); n++)
        {
          TrpResult row = *trp_results_get (averaged, n);

          row.structure = "all";
          trp_results_add (made, &row);
        }
    }
  return made;
}

TrpTable *
trp_table_new_rows (const TrpExperimentSheet *sheet, const TrpResults *results)
{
  TrpTable *self = g_new0 (TrpTable, 1);

  self->sheet = sheet;
  self->results = choose_results (sheet, results);
  self->mixes_observers = trp_results_mix_observers (self->results);
  self->rows = list_rows (self);
  self->structures = list_texts (sheet, "structures", self->results, TRP_RESULT_STRUCTURE);
  self->metrics = list_texts (sheet, "metrics", self->results, TRP_RESULT_METRIC);
  self->lines = g_array_new (FALSE, FALSE, sizeof (TrpTableLine));
  self->tests = g_array_new (FALSE, FALSE, sizeof (TrpTableTest));
  return self;
}

TrpTable *
trp_table_new (const TrpExperimentSheet *sheet, const TrpResults *results)
{
  TrpTable *self = trp_table_new_rows (sheet, results);

  add_lines (self);
  add_tests (self);
  return self;
}

void
trp_table_append_rows (const TrpTable *self,
                       const char *row,
                       const char *structure,
                       TrpResults *results)
{
  for (size_t n = 0; n < trp_results_get_size (self->results); n++)
    {
      const TrpResult *result = trp_results_get (self->results, n);
      g_autofree char *own = name_row (self, result->arm);

      if (strcmp (own, row) == 0 &&
          g_strcmp0 (result->structure ? result->structure : "", structure) == 0)
        trp_results_add (results, result);
    }
}

void
trp_table_free (TrpTable *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->structures);
  g_ptr_array_unref (self->metrics);
  g_array_unref (self->lines);
  g_array_unref (self->tests);
  trp_results_unref (self->results);
  g_free (self);
}
