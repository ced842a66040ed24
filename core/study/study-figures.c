/* study-figures.c - see study-figures.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/study-figures.h"

#include "core/metrics/metric-info.h"
#include "core/study/summary.h"

#include <math.h>
#include <string.h>

/* What the reader calls the structure of a row. */
static const char *
get_structure_label (const char *structure)
{
  return *structure ? structure : "whole image";
}

/* @mixed: there are pairs of observers on MR and on CT */
static const char *
get_series_name (const char *arm, bool mixed)
{
  if (!trp_arm_is_pair (arm))
    return arm;
  if (!mixed)
    return "interobserver";
  return strcmp (trp_arm_get_modality (arm), "CT") == 0 ? "interobserver on CT"
                                                        : "interobserver on MR";
}

/* Index of a text, which is added if it is new. */
static size_t
intern (GPtrArray *texts, const char *text)
{
  guint index;

  if (g_ptr_array_find_with_equal_func (texts, text, g_str_equal, &index))
    return index;
  g_ptr_array_add (texts, (void *) text);
  return texts->len - 1;
}

/* The points of one box while they are collected. */
typedef struct
{
  GArray *values;   /* double */
  GPtrArray *names; /* borrowed */
  GArray *ids;      /* size_t */
} Points;

static void
clear_points (void *data)
{
  Points *points = data;

  g_array_unref (points->values);
  g_ptr_array_unref (points->names);
  g_array_unref (points->ids);
}

/* One for each group and series, group by group. */
static GArray *
collect_points (const TrpResults *results,
                const TrpResultFilter *filter,
                GPtrArray *structures,
                GPtrArray *series)
{
  const size_t n = (size_t) structures->len * series->len;
  GArray *all = g_array_sized_new (FALSE, TRUE, sizeof (Points), (guint) n);
  const bool mixed = trp_results_mix_observers (results);

  g_array_set_clear_func (all, clear_points);
  for (size_t i = 0; i < n; i++)
    {
      const Points points = { g_array_new (FALSE, FALSE, sizeof (double)), g_ptr_array_new (),
                              g_array_new (FALSE, FALSE, sizeof (size_t)) };

      g_array_append_val (all, points);
    }
  for (size_t i = 0; i < trp_results_get_size (results); i++)
    {
      const TrpResult *row = trp_results_get (results, i);
      Points *points;

      if (!trp_result_filter_match (filter, row))
        continue;
      points = &g_array_index (all, Points,
                               intern (structures, get_structure_label (row->structure)) *
                                   series->len +
                                 intern (series, get_series_name (row->arm, mixed)));
      g_array_append_val (points->values, row->value);
      g_ptr_array_add (points->names, (void *) row->case_name);
      g_array_append_val (points->ids, i);
    }
  return all;
}

TrpFigure *
trp_results_draw_boxes (const TrpResults *results, const char *metric)
{
  const TrpResultFilter filter = { .metric = metric };
  g_autofree char *label = trp_metric_dup_label (metric);
  g_autoptr (GPtrArray) structures = g_ptr_array_new (), series = g_ptr_array_new ();
  g_autoptr (GArray) points = NULL, boxes = g_array_new (FALSE, TRUE, sizeof (TrpFigureBox));
  TrpFigureFrame frame = { .y_label = label };
  const bool mixed = trp_results_mix_observers (results);
  bool arms_are_groups;

  for (size_t n = 0; n < trp_results_get_size (results); n++)
    {
      const TrpResult *row = trp_results_get (results, n);

      if (!trp_result_filter_match (&filter, row))
        continue;
      intern (structures, get_structure_label (row->structure));
      intern (series, get_series_name (row->arm, mixed));
    }
  points = collect_points (results, &filter, structures, series);
  arms_are_groups = structures->len == 1;
  for (guint n = 0; n < points->len; n++)
    {
      const Points *one = &g_array_index (points, Points, n);
      const size_t group = n / series->len, arm = n % series->len;
      const TrpFigureBox box = { .group = arms_are_groups ? arm : group,
                                 .series = arms_are_groups ? 0 : arm,
                                 .values = (const double *) one->values->data,
                                 .names = (const char *const *) one->names->pdata,
                                 .ids = (const size_t *) one->ids->data,
                                 .n = one->values->len };

      g_array_append_val (boxes, box);
    }
  if (arms_are_groups)
    {
      frame.title = structures->pdata[0];
      return trp_figure_new_boxes (&frame, (const char *const *) series->pdata, series->len,
                                   (const char *const *) structures->pdata, 1,
                                   (const TrpFigureBox *) boxes->data, boxes->len);
    }
  return trp_figure_new_boxes (&frame, (const char *const *) structures->pdata, structures->len,
                               (const char *const *) series->pdata, series->len,
                               (const TrpFigureBox *) boxes->data, boxes->len);
}

/* Value of another metric of the same row; NAN where there is none. */
static double
find_partner (const TrpResults *results, const TrpResult *row, const char *metric)
{
  const TrpResultFilter filter = { .arm = row->arm,
                                   .metric = metric,
                                   .structure = row->structure,
                                   .case_name = row->case_name,
                                   .seed = &row->seed,
                                   .fold = &row->fold };
  g_autoptr (GArray) values = trp_results_get_values (results, &filter);

  return values->len ? g_array_index (values, double, 0) : (double) NAN;
}

TrpFigure *
trp_results_draw_volumes (const TrpResults *results, const char *structure, bool bland_altman)
{
  const TrpResultFilter filter = { .metric = "volume_ml", .structure = structure };
  g_autoptr (GPtrArray) series = g_ptr_array_new ();
  g_autoptr (GArray) points = g_array_new (FALSE, TRUE, sizeof (TrpFigurePoint));
  const TrpFigureFrame scatter = { .title = structure,
                                   .x_label = "Volume of the reference (ml)",
                                   .y_label = "Volume (ml)" };
  const TrpFigureFrame limits = { .title = structure,
                                  .x_label = "Mean of volume and reference (ml)",
                                  .y_label = "Volume \u2212 reference (ml)" };

  for (size_t n = 0; n < trp_results_get_size (results); n++)
    {
      const TrpResult *row = trp_results_get (results, n);
      TrpFigurePoint point = { .name = row->case_name, .id = n, .y = row->value };

      if (!trp_result_filter_match (&filter, row) || trp_arm_is_pair (row->arm))
        continue;
      point.series = intern (series, row->arm);
      point.x = find_partner (results, row, "volume_reference_ml");
      g_array_append_val (points, point);
    }
  if (points->len == 0)
    return NULL;
  return bland_altman
           ? trp_figure_new_bland_altman (&limits, (const char *const *) series->pdata, series->len,
                                          (const TrpFigurePoint *) points->data, points->len)
           : trp_figure_new_scatter (&scatter, (const char *const *) series->pdata, series->len,
                                     (const TrpFigurePoint *) points->data, points->len, true);
}

/* ---- slices ---- */

TrpFigure *
trp_results_draw_profile (const TrpResults *results, const TrpResult *row)
{
  TrpResultFilter filter = { .metric = row->metric,
                             .structure = row->structure,
                             .case_name = row->case_name,
                             .part = TRP_RESULT_SLICES };
  g_autoptr (TrpResults) chosen = trp_results_select (results, &filter);
  g_autoptr (TrpResults) slices = trp_results_average (chosen, TRP_RESULT_SEED | TRP_RESULT_FOLD);
  g_autoptr (GPtrArray) arms = trp_results_list (slices, TRP_RESULT_ARM);
  g_autofree TrpFigureCurve *curves = g_new0 (TrpFigureCurve, arms->len);
  g_autofree char *label = trp_metric_dup_label (row->metric);
  g_autofree char *title = g_strdup_printf ("%s, %s", row->case_name,
                                            get_structure_label (row->structure));
  const TrpFigureFrame frame = { .title = title, .x_label = "Slice", .y_label = label };
  g_autofree double *x = NULL, *y = NULL;
  g_autofree const double **runs = g_new (const double *, arms->len);
  size_t n_slices = 0;

  for (size_t n = 0; n < trp_results_get_size (slices); n++)
    n_slices = MAX (n_slices, (size_t) trp_results_get (slices, n)->slice + 1);
  if (n_slices == 0 || n_slices > UINT16_MAX) /* no grid is longer */
    return NULL;
  x = g_new (double, n_slices);
  y = g_new (double, n_slices * arms->len);
  for (size_t k = 0; k < n_slices; k++)
    x[k] = (double) (k + 1);
  for (size_t n = 0; n < n_slices * arms->len; n++)
    y[n] = NAN;
  for (size_t n = 0; n < trp_results_get_size (slices); n++)
    {
      const TrpResult *slice = trp_results_get (slices, n);

      y[intern (arms, slice->arm) * n_slices + (size_t) slice->slice] = slice->value;
    }
  for (guint a = 0; a < arms->len; a++)
    {
      runs[a] = y + a * n_slices;
      curves[a] = (TrpFigureCurve){ arms->pdata[a], x, n_slices, &runs[a], 1 };
    }
  return trp_figure_new_profile (&frame, curves, arms->len);
}

static bool
find_worst (const TrpResults *results, const TrpResult *row, const char *metric, size_t *out_slice)
{
  const TrpResultFilter filter = { .arm = row->arm,
                                   .metric = metric,
                                   .structure = row->structure,
                                   .case_name = row->case_name,
                                   .seed = &row->seed,
                                   .fold = &row->fold,
                                   .part = TRP_RESULT_SLICES };
  const TrpMetricInfo *info = trp_metric_info_find (metric);
  const bool is_high_good = info && info->sense == TRP_METRIC_HIGHER_IS_BETTER;
  double worst = -(double) INFINITY;
  bool found = false;

  for (size_t n = 0; n < trp_results_get_size (results); n++)
    {
      const TrpResult *slice = trp_results_get (results, n);
      const double badness = is_high_good ? -slice->value : fabs (slice->value);

      if (!trp_result_filter_match (&filter, slice) || isnan (badness) ||
          (found && badness <= worst))
        continue;
      worst = badness;
      *out_slice = (size_t) slice->slice;
      found = true;
    }
  return found;
}

bool
trp_results_find_worst_slice (const TrpResults *results, const TrpResult *row, size_t *out_slice)
{
  const char *const metrics[] = { row->metric, "dice", "mae" };

  for (size_t n = 0; n < G_N_ELEMENTS (metrics); n++)
    if (find_worst (results, row, metrics[n], out_slice))
      return true;
  return false;
}
