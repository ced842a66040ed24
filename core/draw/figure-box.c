/* figure-box.c - box plots, see figure.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/figure-parts.h"
#include "core/metrics/statistics.h"

#include <math.h>

#define WIDEST 0.16     /* half a box, of the distance of two groups */
#define GOLDEN 0.618034 /* spreads points over a box without ever repeating a place */

/* The last values within 1.5 interquartile ranges of the box. */
static void
get_whiskers (
  const double *values, size_t n, const TrpSummary *summary, double *out_low, double *out_high)
{
  const double reach = 1.5 * (summary->q3 - summary->q1);

  *out_low = summary->q1;
  *out_high = summary->q3;
  for (size_t i = 0; i < n; i++)
    if (isfinite (values[i]))
      {
        if (values[i] >= summary->q1 - reach)
          *out_low = fmin (*out_low, values[i]);
        if (values[i] <= summary->q3 + reach)
          *out_high = fmax (*out_high, values[i]);
      }
}

static void
add_dots (TrpFigure *self, const TrpFigureBox *box, double middle, double half)
{
  for (size_t i = 0; i < box->n; i++)
    {
      const double part = fmod (GOLDEN * (double) (i + 1), 1) - 0.5;
      const TrpDot dot = { .series = box->series,
                           .x = middle + 1.3 * part * half,
                           .y = box->values[i],
                           .value_x = (double) box->group,
                           .value_y = box->values[i],
                           .name = box->names ? (char *) box->names[i] : NULL,
                           .id = box->ids ? box->ids[i] : i };

      if (isfinite (dot.y))
        trp_figure_add_dot (self, &dot);
    }
}

/* What a box does not show stands above it. */
static void
add_left_out (TrpFigure *self, const TrpSummary *summary, double middle)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (summary->n_infinite)
    g_string_append_printf (text, "%zu\u00d7\u221e", summary->n_infinite);
  if (summary->n_nan)
    g_string_append_printf (text, "%s%zu\u00d7n/a", text->len ? " " : "", summary->n_nan);
  if (text->len)
    trp_figure_add_text (self, TRP_MARK_LABEL, TRP_FIGURE_NO_SERIES, middle, NAN,
                         g_strdup (text->str));
}

static void
add_box (TrpFigure *self, const TrpFigureBox *box, size_t n_series)
{
  const TrpSummary summary = trp_summary_compute (box->values, box->n);
  const double step = 0.84 / (double) n_series;
  const double middle = (double) box->group +
                        step * ((double) box->series - 0.5 * (double) (n_series - 1));
  const double half = fmin (0.38 * step, WIDEST);
  double low, high;

  add_left_out (self, &summary, middle);
  if (summary.n == 0)
    return;
  get_whiskers (box->values, box->n, &summary, &low, &high);
  trp_figure_add_mark (
    self, TRP_MARK_BOX, box->series, (const double[]){ middle, half, NAN, NAN, NAN },
    (const double[]){ low, summary.q1, summary.median, summary.q3, high }, NULL, 5);
  add_dots (self, box, middle, half);
}

TrpFigure *
trp_figure_new_boxes (const TrpFigureFrame *frame,
                      const char *const *groups,
                      size_t n_groups,
                      const char *const *series,
                      size_t n_series,
                      const TrpFigureBox *boxes,
                      size_t n_boxes)
{
  TrpFigure *self = trp_figure_new_empty (frame);

  self->groups = g_new0 (char *, n_groups + 1);
  for (size_t n = 0; n < n_groups; n++)
    self->groups[n] = g_strdup (groups[n]);
  for (size_t n = 0; n < n_series; n++)
    trp_figure_add_series (self, series[n]);
  for (size_t n = 0; n < n_boxes; n++)
    {
      g_return_val_if_fail (boxes[n].group < n_groups && boxes[n].series < n_series, self);
      add_box (self, &boxes[n], n_series);
    }
  trp_figure_fit_axes (self, frame);
  self->dot_radius = 1.7;
  self->width = fmax (252, fmin (90 + 26 * (double) (n_groups * MAX (n_series, 2)), 720));
  return self;
}
