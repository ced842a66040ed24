/* figures.c - figures of an experiment
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * kind=box: the cases' values of a metric by row (or by structure, where there are several). kind=
 * scatter and bland-altman: volumes of a structure against the reference's. Of every training the
 * curves of its log are drawn without being asked for, the seeds and folds of an arm together.
 */

#include "core/method/experiment/report.h"
#include "core/method/experiment/table.h"
#include "core/study/csv.h"
#include "core/study/study-figures.h"

#include <math.h>
#include <string.h>

static const char *const endings[] = { ".pdf", ".svg", ".png" };

static bool
save (const TrpFigure *figure, const char *folder, const char *name, GError **error)
{
  for (size_t n = 0; n < G_N_ELEMENTS (endings); n++)
    {
      g_autofree char *file = g_strconcat (name, endings[n], NULL);
      g_autofree char *path = g_build_filename (folder, file, NULL);

      if (!trp_figure_save (figure, path, error))
        return false;
    }
  return true;
}

/* ---- of results ---- */

/* The rows and structures that the sheet names, in its order; a case once, whatever its seeds and
 * folds. */
static TrpResults *
choose (const TrpExperimentSheet *sheet, const TrpResults *results, GPtrArray **out_structures)
{
  g_autoptr (TrpTable) table = trp_table_new_rows (sheet, results);
  g_autoptr (TrpResults) chosen = trp_results_new ();

  for (guint r = 0; r < table->rows->len; r++)
    for (guint s = 0; s < table->structures->len; s++)
      trp_table_append_rows (table, table->rows->pdata[r], table->structures->pdata[s], chosen);
  *out_structures = g_ptr_array_ref (table->structures);
  return trp_results_average (chosen, TRP_RESULT_SEED | TRP_RESULT_FOLD);
}

static TrpFigure *
draw_sheet (const TrpExperimentSheet *sheet, const TrpResults *results)
{
  const char *kind = trp_experiment_sheet_get (sheet, "kind");
  const char *metric = trp_experiment_sheet_get (sheet, "metric");
  g_autoptr (GPtrArray) structures = NULL;
  g_autoptr (TrpResults) chosen = choose (sheet, results, &structures);
  const TrpResultFilter filter = { .metric = metric };
  g_autoptr (TrpResults) of_metric = trp_results_select (chosen, &filter);

  if (strcmp (kind, "box") != 0)
    return structures->len > 0 ? trp_results_draw_volumes (chosen, structures->pdata[0],
                                                           strcmp (kind, "bland-altman") == 0)
                               : NULL;
  return trp_results_get_size (of_metric) > 0 ? trp_results_draw_boxes (chosen, metric) : NULL;
}

/* ---- of trainings ---- */

typedef struct
{
  size_t n_columns, n_rows;
  char **columns;
  double *values; /* (column, row) */
} Log;

static void
free_log (void *data)
{
  Log *log = data;

  g_strfreev (log->columns);
  g_free (log->values);
  g_free (log);
}

static Log *
load_log (const TrpExperimentPlan *plan, const TrpNode *node)
{
  g_autofree char *folder = trp_plan_dup_folder (plan, node);
  g_autofree char *path = g_build_filename (folder, "log.csv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  Log *log;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, NULL))
    return NULL;
  rows = trp_csv_parse (text, size, NULL);
  if (!rows || rows->len < 2)
    return NULL;
  log = g_new (Log, 1);
  log->columns = g_strdupv (((TrpCsvRow *) rows->pdata[0])->fields);
  log->n_columns = ((TrpCsvRow *) rows->pdata[0])->n_fields;
  log->n_rows = rows->len - 1;
  log->values = g_new (double, log->n_columns * log->n_rows);
  for (size_t r = 0; r < log->n_rows; r++)
    for (size_t c = 0; c < log->n_columns; c++)
      {
        const TrpCsvRow *row = rows->pdata[r + 1];

        log->values[c * log->n_rows + r] = c < row->n_fields ? g_ascii_strtod (row->fields[c], NULL)
                                                             : (double) NAN;
      }
  return log;
}

static bool
is_like (const Log *a, const Log *b)
{
  return a->n_rows == b->n_rows && a->n_columns == b->n_columns &&
         memcmp (a->values, b->values, a->n_rows * sizeof *a->values) == 0;
}

#define FIRST_LOSS 3 /* after step, seconds and rate */

/* A loss of weight 0 */
static bool
is_unused (const Log *log, size_t column)
{
  for (size_t r = 0; r < log->n_rows; r++)
    if (log->values[column * log->n_rows + r] != 0)
      return false;
  return true;
}

static bool
draw_logs (
  const GPtrArray *logs, const char *title, const char *folder, const char *name, GError **error)
{
  const Log *first = logs->pdata[0];
  const TrpFigureFrame frame = { .title = title, .x_label = "Step", .y_label = "Loss" };
  const size_t n_columns = first->n_columns - FIRST_LOSS;
  size_t n_curves = 0;
  g_autofree TrpFigureCurve *curves = g_new0 (TrpFigureCurve, n_columns);
  g_autofree const double **runs = g_new0 (const double *, n_columns * logs->len);
  g_autoptr (TrpFigure) figure = NULL;

  for (size_t c = 0; c < n_columns; c++)
    {
      if (is_unused (first, c + FIRST_LOSS))
        continue;
      for (guint r = 0; r < logs->len; r++)
        runs[c * logs->len + r] = ((Log *) logs->pdata[r])->values +
                                  (c + FIRST_LOSS) * first->n_rows;
      curves[n_curves++] = (TrpFigureCurve){ .name = first->columns[c + FIRST_LOSS],
                                             .x = first->values,
                                             .n = first->n_rows,
                                             .runs = runs + c * logs->len,
                                             .n_runs = logs->len };
    }
  if (n_curves == 0)
    return true;
  figure = trp_figure_new_curves (&frame, curves, n_curves);
  return save (figure, folder, name, error);
}

/* "cyclegan (ssim" of the title without seed and fold: the trainings of one arm, or those it shares
 * with the first that had them. */
static char *
name_group (const TrpNode *node)
{
  const char *use = node->uses->pdata[0];
  g_auto (GStrv) parts = g_strsplit (use, ",", 2);

  return g_strdup_printf ("losses-%s-%s", node->step->name, parts[0]);
}

static bool
draw_group (const TrpExperimentPlan *plan, const char *name, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) logs = g_ptr_array_new_with_free_func (free_log);

  for (guint n = 0; n < plan->nodes->len; n++)
    {
      const TrpNode *node = plan->nodes->pdata[n];
      g_autofree char *group = node->recipe ? name_group (node) : NULL;
      Log *log = group && strcmp (group, name) == 0 ? load_log (plan, node) : NULL;

      if (log && log->n_columns > FIRST_LOSS && (logs->len == 0 || is_like (log, logs->pdata[0])))
        g_ptr_array_add (logs, log);
      else if (log)
        free_log (log);
    }
  return logs->len == 0 || draw_logs (logs, name + strlen ("losses-"), folder, name, error);
}

static bool
draw_trainings (const TrpExperimentPlan *plan, const char *folder, GError **error)
{
  g_autoptr (GHashTable) drawn = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint n = 0; n < plan->nodes->len; n++)
    {
      const TrpNode *node = plan->nodes->pdata[n];
      g_autofree char *name = node->recipe ? name_group (node) : NULL;

      if (name && !g_hash_table_contains (drawn, name))
        {
          if (!draw_group (plan, name, folder, error))
            return false;
          g_hash_table_add (drawn, g_steal_pointer (&name));
        }
    }
  return true;
}

bool
trp_report_write_figures (const TrpExperimentPlan *plan,
                          const TrpResults *results,
                          const char *folder,
                          GError **error)
{
  for (guint n = 0; n < plan->experiment->figures->len; n++)
    {
      const TrpExperimentSheet *sheet = plan->experiment->figures->pdata[n];
      g_autoptr (TrpFigure) figure = draw_sheet (sheet, results);

      if (figure && !save (figure, folder, sheet->name, error)) /* NULL: of arms not asked for */
        return false;
    }
  return draw_trainings (plan, folder, error);
}
