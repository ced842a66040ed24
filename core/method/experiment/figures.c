/* figures.c - figures of an experiment
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * kind=box: values of the cases by row, or, of several structures, by structure with a colour per
 * row. kind=scatter and bland-altman: two metrics of the same cases, named in columns. Of every
 * training the curves of its log are drawn without being asked for, the seeds and folds of an arm
 * together.
 */

#include "core/draw/figure.h"
#include "core/method/experiment/report.h"
#include "core/method/experiment/table.h"
#include "core/study/csv.h"

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

/* The quantity and its unit for an axis. */
static const char *
name_metric (const char *metric)
{
  static const struct
  {
    const char *metric, *name;
  } names[] = { { "dice", "Dice" },
                { "iou", "Intersection over union" },
                { "hd", "Hausdorff distance (mm)" },
                { "hd95", "95 % Hausdorff distance (mm)" },
                { "masd", "Mean surface distance (mm)" },
                { "assd", "Average symmetric surface distance (mm)" },
                { "mae", "Mean absolute error (HU)" },
                { "mi", "Mutual information (nats)" },
                { "outline_dice", "Dice of the outlines" },
                { "volume_ml", "Volume (ml)" },
                { "volume_reference_ml", "Reference volume (ml)" } };

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    if (strcmp (names[n].metric, metric) == 0)
      return names[n].name;
  return metric;
}

/* ---- of results ---- */

/* What a table of the same rows would hold, averaged over seeds and folds. */
typedef struct
{
  TrpTable *table;
  TrpResults *averaged;
} Chosen;

static void
clear_chosen (Chosen *self)
{
  g_clear_pointer (&self->table, trp_table_free);
  g_clear_pointer (&self->averaged, trp_results_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chosen, clear_chosen)

static void
choose (const TrpExperimentSheet *sheet, const TrpResults *results, Chosen *out_chosen)
{
  out_chosen->table = trp_table_new_rows (sheet, results);
  out_chosen->averaged = trp_results_average (out_chosen->table->results,
                                              TRP_RESULT_SEED | TRP_RESULT_FOLD);
}

typedef struct
{
  GArray *boxes;   /* TrpFigureBox */
  GPtrArray *kept; /* what they borrow */
} Boxes;

static void
add_box (const Chosen *chosen,
         const char *row,
         const char *structure,
         const char *metric,
         size_t group,
         size_t series,
         Boxes *boxes)
{
  const TrpResultFilter filter = { .arm = row, .structure = structure, .metric = metric };
  g_autoptr (TrpResults) rows = trp_results_select (chosen->averaged, &filter);
  const size_t n = trp_results_get_size (rows);
  double *values = g_new (double, n + 1);
  const char **names = g_new (const char *, n + 1);
  const TrpFigureBox box = { group, series, values, names, NULL, n };

  for (size_t i = 0; i < n; i++)
    {
      values[i] = trp_results_get (rows, i)->value;
      names[i] = g_intern_string (trp_results_get (rows, i)->case_name);
    }
  g_ptr_array_add (boxes->kept, values);
  g_ptr_array_add (boxes->kept, names);
  if (n > 0)
    g_array_append_val (boxes->boxes, box);
}

/* The metric of a figure is one; tables have several. */
static bool
draw_boxes (const TrpExperimentSheet *sheet,
            const TrpResults *results,
            const char *folder,
            GError **error)
{
  g_auto (Chosen) chosen = { 0 };
  const char *metric = trp_experiment_sheet_get (sheet, "metric");
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (TrpFigureBox));
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  Boxes boxes = { list, kept };
  const TrpFigureFrame frame = { .title = trp_experiment_sheet_get (sheet, "title"),
                                 .y_label = name_metric (metric) };
  g_autoptr (TrpFigure) figure = NULL;
  const char *const one = "";
  GPtrArray *rows, *structures;
  bool by_structure;

  choose (sheet, results, &chosen);
  rows = chosen.table->rows;
  structures = chosen.table->structures;
  by_structure = structures->len > 1;
  for (guint r = 0; r < rows->len; r++)
    for (guint s = 0; s < structures->len; s++)
      add_box (&chosen, rows->pdata[r], structures->pdata[s], metric, by_structure ? s : r,
               by_structure ? r : 0, &boxes);
  if (list->len == 0)
    return true;
  figure = by_structure
             ? trp_figure_new_boxes (&frame, (const char *const *) structures->pdata,
                                     structures->len, (const char *const *) rows->pdata, rows->len,
                                     (TrpFigureBox *) list->data, list->len)
             : trp_figure_new_boxes (&frame, (const char *const *) rows->pdata, rows->len, &one, 1,
                                     (TrpFigureBox *) list->data, list->len);
  return save (figure, folder, sheet->name, error);
}

static void
add_points (const Chosen *chosen, const char *const *metrics, size_t series, GArray *points)
{
  const TrpResultFilter filter = { .arm = chosen->table->rows->pdata[series],
                                   .metric = metrics[0] };
  g_autoptr (TrpResults) rows = trp_results_select (chosen->averaged, &filter);

  for (size_t n = 0; n < trp_results_get_size (rows); n++)
    {
      const TrpResult *row = trp_results_get (rows, n);
      const TrpResultFilter other = { .arm = row->arm,
                                      .metric = metrics[1],
                                      .structure = row->structure ? row->structure : "",
                                      .case_name = row->case_name };
      g_autoptr (GArray) values = trp_results_get_values (chosen->averaged, &other);
      const TrpFigurePoint point = { .series = series,
                                     .x = row->value,
                                     .y = values->len ? g_array_index (values, double, 0)
                                                      : (double) NAN,
                                     .name = g_intern_string (row->case_name),
                                     .id = n };

      g_array_append_val (points, point);
    }
}

static bool
draw_points (const TrpExperimentSheet *sheet,
             const TrpResults *results,
             const char *folder,
             GError **error)
{
  g_auto (Chosen) chosen = { 0 };
  g_auto (GStrv) metrics = trp_experiment_split (trp_experiment_sheet_get (sheet, "columns"));
  const bool differences = strcmp (trp_experiment_sheet_get (sheet, "kind"), "bland-altman") == 0;
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (TrpFigurePoint));
  g_autoptr (TrpFigure) figure = NULL;
  TrpFigureFrame frame = { .title = trp_experiment_sheet_get (sheet, "title") };
  GPtrArray *rows;

  choose (sheet, results, &chosen);
  rows = chosen.table->rows;
  frame.x_label = name_metric (metrics[0]);
  frame.y_label = name_metric (metrics[1]);
  for (guint n = 0; n < rows->len; n++)
    add_points (&chosen, (const char *const *) metrics, n, points);
  if (points->len == 0)
    return true;
  figure = differences
             ? trp_figure_new_bland_altman (&frame, (const char *const *) rows->pdata, rows->len,
                                            (TrpFigurePoint *) points->data, points->len)
             : trp_figure_new_scatter (&frame, (const char *const *) rows->pdata, rows->len,
                                       (TrpFigurePoint *) points->data, points->len, true);
  return save (figure, folder, sheet->name, error);
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

static bool
draw_logs (
  const GPtrArray *logs, const char *title, const char *folder, const char *name, GError **error)
{
  const Log *first = logs->pdata[0];
  const TrpFigureFrame frame = { .title = title, .x_label = "Step", .y_label = "Loss" };
  const size_t n_curves = first->n_columns - FIRST_LOSS;
  g_autofree TrpFigureCurve *curves = g_new0 (TrpFigureCurve, n_curves);
  g_autofree const double **runs = g_new0 (const double *, n_curves * logs->len);
  g_autoptr (TrpFigure) figure = NULL;

  for (size_t c = 0; c < n_curves; c++)
    {
      for (guint r = 0; r < logs->len; r++)
        runs[c * logs->len + r] = ((Log *) logs->pdata[r])->values +
                                  (c + FIRST_LOSS) * first->n_rows;
      curves[c] = (TrpFigureCurve){ .name = first->columns[c + FIRST_LOSS],
                                    .x = first->values,
                                    .n = first->n_rows,
                                    .runs = runs + c * logs->len,
                                    .n_runs = logs->len };
    }
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

/* ---- kinds ---- */

typedef bool (*Draw) (const TrpExperimentSheet *sheet,
                      const TrpResults *results,
                      const char *folder,
                      GError **error);

static const struct
{
  const char *kind;
  Draw draw;
} kinds[] = { { "box", draw_boxes }, { "scatter", draw_points }, { "bland-altman", draw_points } };

static bool
draw_sheet (const TrpExperimentSheet *sheet,
            const TrpResults *results,
            const char *folder,
            GError **error)
{
  const char *kind = trp_experiment_sheet_get (sheet, "kind");

  for (size_t n = 0; n < G_N_ELEMENTS (kinds); n++)
    if (strcmp (kinds[n].kind, kind) == 0)
      return kinds[n].draw (sheet, results, folder, error);
  g_return_val_if_reached (false); /* refused with the file */
}

bool
trp_report_write_figures (const TrpExperimentPlan *plan,
                          const TrpResults *results,
                          const char *folder,
                          GError **error)
{
  for (guint n = 0; n < plan->experiment->figures->len; n++)
    if (!draw_sheet (plan->experiment->figures->pdata[n], results, folder, error))
      return false;
  return draw_trainings (plan, folder, error);
}
