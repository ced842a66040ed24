/* study-report.c - see study-report.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/study-report.h"

#include "core/draw/figure-axis.h"
#include "core/draw/pages.h"
#include "core/io/atomic-write.h"
#include "core/io/file-name.h"
#include "core/metrics/metric-info.h"
#include "core/study/study-figures.h"
#include "core/study/summary.h"

#include <errno.h>
#include <math.h>
#include <string.h>

typedef struct
{
  char *name; /* of the files, without extension */
  TrpFigure *figure;
} NamedFigure;

typedef struct
{
  char **cells;
  TrpTextTable table;
} TableWithTexts;

typedef struct
{
  const TrpResults *results;
  TrpResults *cases; /* whole cases, seeds and folds averaged: what figures show */
  TrpStudySummary *summary;
  const TrpStudyReportOptions *options;
  GArray *figures; /* NamedFigure */
} Report;

static void
clear_figure (void *data)
{
  NamedFigure *self = data;

  g_free (self->name);
  trp_figure_unref (self->figure);
}

static void
clear_report (Report *self)
{
  g_clear_pointer (&self->figures, g_array_unref);
  trp_results_unref (self->cases);
  trp_study_summary_free (self->summary);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Report, clear_report)

static void
clear_table (TableWithTexts *self)
{
  g_strfreev (self->cells);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TableWithTexts, clear_table)

/* ---- tables ---- */

/* Four figures. (transfer full) */
static char *
format_value (double value)
{
  const double size = fabs (value);

  if (isnan (value))
    return g_strdup ("n/a");
  if (isinf (value))
    return g_strdup (value > 0 ? "\u221e" : "\u2212\u221e");
  return trp_format_number (value, size > 0 ? (int) CLAMP (3 - floor (log10 (size)), 0, 4) : 3);
}

static char *
format_p (double p)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (p))
    return g_strdup ("n/a");
  if (p < 0.0001)
    return g_strdup ("< 0.0001");
  return g_strdup (g_ascii_formatd (number, sizeof number, "%.4f", p));
}

static char *
format_pair (double first, const char *between, double second)
{
  g_autofree char *a = format_value (first), *b = format_value (second);

  return g_strconcat (a, between, b, NULL);
}

static const char *const summary_headings[] = { "Metric",   "Structure",      "Arm",
                                                "n",        "Mean \u00b1 SD", "Median",
                                                "Q1 to Q3", "Left out",       "SD of seeds" };
static const char *const comparison_headings[] = { "Metric", "Structure",  "First \u2212 second",
                                                   "n",      "Difference", "95 % interval",
                                                   "t: p",   "Holm",       "Wilcoxon: p",
                                                   "Holm",   "d_z" };
static const char *const interobserver_headings[] = { "Metric", "Structure", "Pairs of observers",
                                                      "Mean \u00b1 SD" };

static const char *
name_structure (const char *structure)
{
  return *structure ? structure : "whole image";
}

static char *
describe_left_out (const TrpSummary *numbers)
{
  if (numbers->n_nan + numbers->n_infinite == 0)
    return g_strdup ("");
  return g_strdup_printf ("%zu infinite, %zu n/a", numbers->n_infinite, numbers->n_nan);
}

static void
finish_table (TableWithTexts *self,
              GPtrArray *cells,
              const char *title,
              const char *const *headings,
              size_t n_columns,
              size_t n_left)
{
  const size_t n_cells = cells->len;

  g_ptr_array_add (cells, NULL);
  self->cells = (char **) g_ptr_array_free (cells, FALSE);
  self->table = (TrpTextTable){ .title = title,
                                .headings = headings,
                                .n_columns = n_columns,
                                .n_left = n_left,
                                .cells = (const char *const *) self->cells,
                                .n_rows = n_cells / n_columns };
}

static void
make_summary_table (const TrpStudySummary *summary, TableWithTexts *out_table)
{
  GPtrArray *cells = g_ptr_array_new ();
  size_t n_rows;
  const TrpSummaryRow *rows = trp_study_summary_peek_rows (summary, &n_rows);

  for (size_t n = 0; n < n_rows; n++)
    {
      const TrpSummary *numbers = &rows[n].numbers;

      g_ptr_array_add (cells, trp_metric_dup_label (rows[n].metric));
      g_ptr_array_add (cells, g_strdup (name_structure (rows[n].structure)));
      g_ptr_array_add (cells, g_strdup (rows[n].arm));
      g_ptr_array_add (cells, g_strdup_printf ("%zu", numbers->n));
      g_ptr_array_add (cells, format_pair (numbers->mean, " \u00b1 ", numbers->sd));
      g_ptr_array_add (cells, format_value (numbers->median));
      g_ptr_array_add (cells, format_pair (numbers->q1, " to ", numbers->q3));
      g_ptr_array_add (cells, describe_left_out (numbers));
      g_ptr_array_add (cells, rows[n].n_seeds > 1 ? format_value (rows[n].seed_sd) : g_strdup (""));
    }
  finish_table (out_table, cells, "Cases", summary_headings, G_N_ELEMENTS (summary_headings), 3);
}

static void
make_comparison_table (const TrpStudySummary *summary, TableWithTexts *out_table)
{
  GPtrArray *cells = g_ptr_array_new ();
  size_t n_rows;
  const TrpComparison *rows = trp_study_summary_peek_comparisons (summary, &n_rows);

  for (size_t n = 0; n < n_rows; n++)
    {
      const TrpComparison *row = &rows[n];

      g_ptr_array_add (cells, trp_metric_dup_label (row->metric));
      g_ptr_array_add (cells, g_strdup (name_structure (row->structure)));
      g_ptr_array_add (cells, g_strdup_printf ("%s \u2212 %s", row->first, row->second));
      g_ptr_array_add (cells, g_strdup_printf ("%zu", row->t.n));
      g_ptr_array_add (cells, format_value (row->t.difference));
      g_ptr_array_add (cells, format_pair (row->difference.low, " to ", row->difference.high));
      g_ptr_array_add (cells, format_p (row->t.p));
      g_ptr_array_add (cells, format_p (row->t_holm));
      g_ptr_array_add (cells, format_p (row->wilcoxon.p));
      g_ptr_array_add (cells, format_p (row->wilcoxon_holm));
      g_ptr_array_add (cells, format_value (row->t.effect));
    }
  finish_table (out_table, cells,
                "Arms compared, paired by patient; Holm over the comparisons of a metric",
                comparison_headings, G_N_ELEMENTS (comparison_headings), 3);
}

static void
make_interobserver_table (const TrpStudySummary *summary, TableWithTexts *out_table)
{
  GPtrArray *cells = g_ptr_array_new ();
  size_t n_rows;
  const TrpInterobserverRow *rows = trp_study_summary_peek_interobserver (summary, &n_rows);

  for (size_t n = 0; n < n_rows; n++)
    {
      g_ptr_array_add (cells, trp_metric_dup_label (rows[n].metric));
      g_ptr_array_add (cells, g_strdup_printf ("%s%s%s", name_structure (rows[n].structure),
                                               *rows[n].modality ? " on " : "", rows[n].modality));
      g_ptr_array_add (cells, g_strdup_printf ("%zu", rows[n].numbers.n_pairs));
      g_ptr_array_add (cells, format_pair (rows[n].numbers.mean, " \u00b1 ", rows[n].numbers.sd));
    }
  finish_table (out_table, cells,
                "Interobserver variability: mean over pairs, root mean square of their SDs",
                interobserver_headings, G_N_ELEMENTS (interobserver_headings), 2);
}

/* ---- figures ---- */

static void
add_figure (Report *self, TrpFigure *figure, const char *name, GHashTable *used)
{
  const NamedFigure one = { trp_file_name_make_safe (name, used), figure };

  g_array_append_val (self->figures, one);
}

static void
add_volume_figures (Report *self, const char *structure, GHashTable *used)
{
  static const char *const kinds[] = { "volume", "bland-altman" };

  for (size_t kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      TrpFigure *figure = trp_results_draw_volumes (self->cases, structure, kind == 1);
      g_autofree char *name = g_strdup_printf ("%s-%s", kinds[kind], structure);

      if (figure)
        add_figure (self, figure, name, used);
    }
}

static void
make_figures (Report *self)
{
  g_autoptr (GPtrArray) metrics = trp_results_list (self->cases, TRP_RESULT_METRIC);
  g_autoptr (GPtrArray) structures = trp_results_list (self->cases, TRP_RESULT_STRUCTURE);
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint n = 0; n < metrics->len; n++)
    {
      const char *metric = metrics->pdata[n];

      if (!g_str_has_prefix (metric, "volume_ml") && !g_str_has_prefix (metric, "volume_reference"))
        add_figure (self, trp_results_draw_boxes (self->cases, metric), metric, used);
    }
  for (guint n = 0; n < structures->len; n++)
    add_volume_figures (self, structures->pdata[n], used);
}

static bool
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0755) == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "%s: the folder cannot be made: %s", path,
               g_strerror (errno));
  return false;
}

static bool
save_figures (const Report *self, const char *folder, TrpProgress *progress, GError **error)
{
  static const char *const extensions[] = { "pdf", "svg", "png" };
  g_autofree char *figures = g_build_filename (folder, "figures", NULL);

  if (!make_folder (figures, error))
    return false;
  for (guint n = 0; n < self->figures->len; n++)
    {
      const NamedFigure *one = &g_array_index (self->figures, NamedFigure, n);

      if (!trp_progress_step (progress, (double) n / self->figures->len, one->name, error))
        return false;
      for (size_t e = 0; e < G_N_ELEMENTS (extensions); e++)
        {
          g_autofree char *path = g_strdup_printf ("%s/%s.%s", figures, one->name, extensions[e]);

          if (!trp_figure_save (one->figure, path, error))
            return false;
        }
    }
  return true;
}

/* ---- the PDF ---- */

static bool
save_pdf (const Report *self, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "report.pdf", NULL);
  g_autofree const TrpFigure **figures = g_new (const TrpFigure *, self->figures->len);
  g_auto (TableWithTexts) summary = { 0 };
  g_auto (TableWithTexts) comparisons = { 0 };
  g_auto (TableWithTexts) interobserver = { 0 };
  TrpTextTable tables[3];

  make_summary_table (self->summary, &summary);
  make_interobserver_table (self->summary, &interobserver);
  make_comparison_table (self->summary, &comparisons);
  tables[0] = summary.table;
  tables[1] = interobserver.table;
  tables[2] = comparisons.table;
  for (guint n = 0; n < self->figures->len; n++)
    figures[n] = g_array_index (self->figures, NamedFigure, n).figure;
  return trp_pages_save (
    &(TrpPages){ .title = self->options->title ? self->options->title : "Evaluation",
                 .notes = self->options->notes,
                 .tables = tables,
                 .n_tables = G_N_ELEMENTS (tables),
                 .figures = figures,
                 .n_figures = self->figures->len },
    path, error);
}

/* ---- all ---- */

static bool
save_text (const char *folder, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return trp_write_file (path, text, strlen (text), error);
}

static bool
save_tables (const Report *self, const char *folder, GError **error)
{
  g_autofree char *results = g_build_filename (folder, "results.csv", NULL);
  g_autofree char *rows = trp_study_summary_rows_to_csv (self->summary);
  g_autofree char *comparisons = trp_study_summary_comparisons_to_csv (self->summary);
  g_autofree char *json = trp_study_summary_to_json (self->summary);
  g_autofree char *line = g_strconcat (json, "\n", NULL);

  return trp_results_save (self->results, results, error) &&
         save_text (folder, "summary.csv", rows, error) &&
         save_text (folder, "comparisons.csv", comparisons, error) &&
         save_text (folder, "summary.json", line, error);
}

bool
trp_study_report_write (const TrpResults *results,
                        const char *folder,
                        const TrpStudyReportOptions *options,
                        TrpProgress *progress,
                        GError **error)
{
  g_autoptr (TrpResults) whole = trp_results_select (results, &(TrpResultFilter){ 0 });
  g_auto (Report) self = { .results = results, .options = options };

  self.summary = trp_study_summary_new (results, options->baseline, error);
  if (!self.summary || !make_folder (folder, error))
    return false;
  self.cases = trp_results_average (whole, TRP_RESULT_SEED | TRP_RESULT_FOLD);
  self.figures = g_array_new (FALSE, TRUE, sizeof (NamedFigure));
  g_array_set_clear_func (self.figures, clear_figure);
  make_figures (&self);
  return save_tables (&self, folder, error) && save_figures (&self, folder, progress, error) &&
         save_pdf (&self, folder, error);
}
