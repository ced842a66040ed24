/* table-text.c - a table as aligned text, CSV and JSON
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/table.h"
#include "core/metrics/metric-info.h"
#include "core/study/csv.h"

#include <math.h>
#include <string.h>

#define DIGITS 3 /* significant ones of a mean under 10 */

/* ---- text ---- */

static char *
format_number (double value, int decimals)
{
  char format[8], number[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    return g_strdup (isnan (value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
  g_snprintf (format, sizeof format, "%%.%df", decimals);
  return g_strdup (g_ascii_formatd (number, sizeof number, format, value));
}

/* Decimals that suit a mean: 0.734, 4.93, 18.0, 107. */
static int
choose_decimals (double mean)
{
  const double size = fabs (mean);

  if (!isfinite (size))
    return 0;
  return size < 2 ? DIGITS : size < 10 ? 2 : size < 100 ? 1 : 0;
}

/* "0.734 ± 0.09 [0.68 to 0.78]": mean ± SD over cases, the lowest and highest of the seeds' means
 */
static char *
format_cell (const TrpTableLine *line)
{
  const int decimals = choose_decimals (line->summary.mean);
  g_autofree char *mean = format_number (line->summary.mean, decimals);
  g_autofree char *sd = format_number (line->summary.sd, decimals);
  g_autofree char *low = format_number (line->seed_low, decimals);
  g_autofree char *high = format_number (line->seed_high, decimals);
  g_autoptr (GString) text = g_string_new (mean);

  if (isfinite (line->summary.sd))
    g_string_append_printf (text, " ± %s", sd);
  if (line->n_seeds > 1)
    g_string_append_printf (text, " [%s..%s]", low, high);
  if (line->summary.n_infinite + line->summary.n_nan > 0)
    g_string_append_printf (text, " (%zu without)", line->summary.n_infinite + line->summary.n_nan);
  return g_strdup (text->str);
}

static void
append_padded (GString *text, const char *cell, glong width)
{
  g_string_append (text, cell);
  for (glong n = g_utf8_strlen (cell, -1); n < width; n++)
    g_string_append_c (text, ' ');
}

/* @cells: rows of @n_columns texts, NULL counting as empty */
static void
append_aligned (GString *text, const GPtrArray *cells, guint n_columns)
{
  g_autofree glong *widths = g_new0 (glong, n_columns);

  for (guint n = 0; n < cells->len; n++)
    widths[n % n_columns] = MAX (widths[n % n_columns],
                                 g_utf8_strlen (cells->pdata[n] ? cells->pdata[n] : "", -1));
  for (guint n = 0; n < cells->len; n++)
    {
      const char *cell = cells->pdata[n] ? cells->pdata[n] : "";
      const bool is_last = n % n_columns == n_columns - 1;

      append_padded (text, cell, is_last ? 0 : widths[n % n_columns] + 2);
      if (!is_last)
        continue;
      while (text->len > 0 && text->str[text->len - 1] == ' ')
        g_string_truncate (text, text->len - 1);
      g_string_append_c (text, '\n');
    }
}

/* "ROW = text; ROW, STRUCTURE = text" */
static char *
find_paper (const TrpTable *self, const char *row, const char *structure)
{
  g_auto (GStrv)
    entries = trp_experiment_split_at (trp_experiment_sheet_get (self->sheet, "paper"), ";");
  g_autofree char *both = g_strdup_printf ("%s, %s", row, structure);

  for (size_t n = 0; entries[n]; n++)
    {
      g_auto (GStrv) parts = g_strsplit (entries[n], "=", 2);

      if (parts[0] && parts[1] &&
          (strcmp (g_strstrip (parts[0]), row) == 0 || strcmp (parts[0], both) == 0))
        return g_strdup (g_strstrip (parts[1]));
    }
  return g_strdup ("");
}

static bool
has_structure (const TrpTable *self)
{
  return self->structures->len > 1 ||
         (self->structures->len == 1 && *(char *) self->structures->pdata[0]);
}

/* One line of cells for a row and structure, unless nothing was measured. */
static void
add_cells (const TrpTable *self, const char *row, const char *structure, GPtrArray *cells)
{
  g_autoptr (GPtrArray) line = g_ptr_array_new_with_free_func (g_free);
  size_t n_cases = 0;

  for (guint m = 0; m < self->metrics->len; m++)
    {
      const TrpTableLine *found = trp_table_find (self, row, structure, self->metrics->pdata[m]);

      g_ptr_array_add (line, found ? format_cell (found) : NULL);
      if (found)
        n_cases = MAX (n_cases,
                       found->summary.n + found->summary.n_nan + found->summary.n_infinite);
    }
  if (n_cases == 0)
    return;
  g_ptr_array_add (cells, g_strdup (row));
  if (has_structure (self))
    g_ptr_array_add (cells, g_strdup (*structure ? structure : "whole image"));
  g_ptr_array_add (cells, g_strdup_printf ("%zu", n_cases));
  g_ptr_array_extend_and_steal (cells, g_ptr_array_ref (line));
  g_ptr_array_add (cells, find_paper (self, row, structure));
}

static GPtrArray *
make_cells (const TrpTable *self, guint *out_n_columns)
{
  GPtrArray *cells = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (cells, g_strdup ("arm"));
  if (has_structure (self))
    g_ptr_array_add (cells, g_strdup ("structure"));
  g_ptr_array_add (cells, g_strdup ("cases"));
  for (guint m = 0; m < self->metrics->len; m++)
    g_ptr_array_add (cells, trp_metric_dup_heading (self->metrics->pdata[m]));
  g_ptr_array_add (cells,
                   g_strdup (*trp_experiment_sheet_get (self->sheet, "paper") ? "paper" : ""));
  *out_n_columns = cells->len;
  for (guint r = 0; r < self->rows->len; r++)
    for (guint s = 0; s < self->structures->len; s++)
      add_cells (self, self->rows->pdata[r], self->structures->pdata[s], cells);
  return cells;
}

static char *
format_p (double p)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (p))
    return g_strdup ("-");
  return p < 0.001 ? g_strdup ("< 0.001")
                   : g_strdup (g_ascii_formatd (number, sizeof number, "%.3f", p));
}

static void
append_tests (GString *text, const TrpTable *self)
{
  static const char *const head[] = { "comparison", "structure", "metric",     "n",
                                      "difference", "t-test p",  "Wilcoxon p", "Holm",
                                      "Bonferroni", "effect" };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

  if (self->tests->len == 0)
    return;
  for (size_t n = 0; n < G_N_ELEMENTS (head); n++)
    g_ptr_array_add (cells, g_strdup (head[n]));
  for (guint n = 0; n < self->tests->len; n++)
    {
      const TrpTableTest *test = &g_array_index (self->tests, TrpTableTest, n);
      const double effect = test->paired ? test->wilcoxon.effect : test->mann_whitney.effect;

      g_ptr_array_add (cells, g_strdup_printf ("%s - %s", test->first, test->second));
      g_ptr_array_add (cells, g_strdup (test->structure));
      g_ptr_array_add (cells, trp_metric_dup_heading (test->metric));
      g_ptr_array_add (cells, test->paired ? g_strdup_printf ("%zu", test->t.n)
                                           : g_strdup_printf ("%zu, %zu (unpaired)",
                                                              test->mann_whitney.n_first,
                                                              test->mann_whitney.n_second));
      g_ptr_array_add (cells,
                       test->paired ? format_number (test->t.difference, DIGITS) : g_strdup ("-"));
      g_ptr_array_add (cells, test->paired ? format_p (test->t.p) : g_strdup ("-"));
      g_ptr_array_add (cells, format_p (test->p));
      g_ptr_array_add (cells, format_p (test->p_holm));
      g_ptr_array_add (cells, format_p (test->p_bonferroni));
      g_ptr_array_add (cells, format_number (effect, DIGITS));
    }
  g_string_append_c (text, '\n');
  append_aligned (text, cells, G_N_ELEMENTS (head));
}

char *
trp_table_to_text (const TrpTable *self)
{
  const char *title = trp_experiment_sheet_get (self->sheet, "title");
  GString *text = g_string_new (*title ? title : self->sheet->name);
  guint n_columns;
  g_autoptr (GPtrArray) cells = make_cells (self, &n_columns);

  g_string_append (text, "\n\n");
  append_aligned (text, cells, n_columns);
  append_tests (text, self);
  return g_string_free (text, FALSE);
}

/* ---- CSV and JSON: the same members ---- */

typedef struct
{
  const char *name;
  double value;
} Member;

#define MAX_MEMBERS 20

static size_t
list_line (const TrpTableLine *line, Member out_members[MAX_MEMBERS])
{
  const TrpSummary *s = &line->summary;
  const Member members[] = { { "n", (double) s->n },
                             { "n_nan", (double) s->n_nan },
                             { "n_infinite", (double) s->n_infinite },
                             { "mean", s->mean },
                             { "sd", s->sd },
                             { "low95", line->interval.low },
                             { "high95", line->interval.high },
                             { "min", s->min },
                             { "q1", s->q1 },
                             { "median", s->median },
                             { "q3", s->q3 },
                             { "max", s->max },
                             { "n_seeds", (double) line->n_seeds },
                             { "seed_low", line->seed_low },
                             { "seed_high", line->seed_high },
                             { "seed_sd", line->seed_sd } };

  memcpy (out_members, members, sizeof members);
  return G_N_ELEMENTS (members);
}

static size_t
list_test (const TrpTableTest *test, Member out_members[MAX_MEMBERS])
{
  const bool paired = test->paired;
  const double none = (double) NAN;
  const Member members[] = {
    { "paired", paired },
    { "n_first", (double) (paired ? test->t.n : test->mann_whitney.n_first) },
    { "n_second", (double) (paired ? test->t.n : test->mann_whitney.n_second) },
    { "difference", paired ? test->t.difference : none },
    { "low95", paired ? test->t.low : none },
    { "high95", paired ? test->t.high : none },
    { "t", paired ? test->t.t : none },
    { "t_p", paired ? test->t.p : none },
    { "cohen_dz", paired ? test->t.effect : none },
    { "wilcoxon_p", paired ? test->wilcoxon.p : none },
    { "mann_whitney_p", paired ? none : test->mann_whitney.p },
    { "rank_biserial", paired ? test->wilcoxon.effect : test->mann_whitney.effect },
    { "p_holm", test->p_holm },
    { "p_bonferroni", test->p_bonferroni },
  };

  memcpy (out_members, members, sizeof members);
  return G_N_ELEMENTS (members);
}

static void
append_number (GString *text, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (isfinite (value))
    g_string_append (text, g_ascii_dtostr (number, sizeof number, value));
  else
    g_string_append (text, isnan (value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

static void
append_row (GString *text, const char *const *texts, const Member *members, size_t n)
{
  for (size_t i = 0; texts[i]; i++)
    {
      trp_csv_append_field (text, texts[i]);
      g_string_append_c (text, ',');
    }
  for (size_t i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      append_number (text, members[i].value);
    }
  g_string_append_c (text, '\n');
}

static void
append_names (GString *text, const Member *members, size_t n)
{
  for (size_t i = 0; i < n; i++)
    g_string_append_printf (text, ",%s", members[i].name);
  g_string_append_c (text, '\n');
}

char *
trp_table_to_csv (const TrpTable *self)
{
  GString *text = g_string_new ("arm,structure,metric");
  Member members[MAX_MEMBERS];
  const TrpTableLine nothing = { 0 };

  append_names (text, members, list_line (&nothing, members));
  for (guint n = 0; n < self->lines->len; n++)
    {
      const TrpTableLine *line = &g_array_index (self->lines, TrpTableLine, n);
      const char *const texts[] = { line->row, line->structure, line->metric, NULL };

      append_row (text, texts, members, list_line (line, members));
    }
  return g_string_free (text, FALSE);
}

char *
trp_table_tests_to_csv (const TrpTable *self)
{
  GString *text = g_string_new ("first,second,structure,metric");
  Member members[MAX_MEMBERS];
  const TrpTableTest nothing = { 0 };

  append_names (text, members, list_test (&nothing, members));
  for (guint n = 0; n < self->tests->len; n++)
    {
      const TrpTableTest *test = &g_array_index (self->tests, TrpTableTest, n);
      const char *const texts[] = { test->first, test->second, test->structure, test->metric,
                                    NULL };

      append_row (text, texts, members, list_test (test, members));
    }
  return g_string_free (text, FALSE);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_members (JsonBuilder *builder, const Member *members, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      json_builder_set_member_name (builder, members[i].name);
      if (isfinite (members[i].value))
        json_builder_add_double_value (builder, members[i].value);
      else
        {
          g_autofree char *word = format_number (members[i].value, 0);

          json_builder_add_string_value (builder, word);
        }
    }
}

char *
trp_table_to_json (const TrpTable *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  Member members[MAX_MEMBERS];

  json_builder_begin_object (builder);
  add_string (builder, "name", self->sheet->name);
  add_string (builder, "title", trp_experiment_sheet_get (self->sheet, "title"));
  json_builder_set_member_name (builder, "lines");
  json_builder_begin_array (builder);
  for (guint n = 0; n < self->lines->len; n++)
    {
      const TrpTableLine *line = &g_array_index (self->lines, TrpTableLine, n);
      g_autofree char *paper = find_paper (self, line->row, line->structure);

      json_builder_begin_object (builder);
      add_string (builder, "arm", line->row);
      add_string (builder, "structure", line->structure);
      add_string (builder, "metric", line->metric);
      add_members (builder, members, list_line (line, members));
      add_string (builder, "paper", paper);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "tests");
  json_builder_begin_array (builder);
  for (guint n = 0; n < self->tests->len; n++)
    {
      const TrpTableTest *test = &g_array_index (self->tests, TrpTableTest, n);

      json_builder_begin_object (builder);
      add_string (builder, "first", test->first);
      add_string (builder, "second", test->second);
      add_string (builder, "structure", test->structure);
      add_string (builder, "metric", test->metric);
      add_members (builder, members, list_test (test, members));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
