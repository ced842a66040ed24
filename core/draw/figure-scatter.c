/* figure-scatter.c - scatter with regression, and Bland-Altman, see figure.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/figure-parts.h"
#include "core/metrics/agreement.h"

#include <math.h>

/* The finite points of one series as two arrays. */
typedef struct
{
  double *xs, *ys;
  size_t n;
} Cloud;

static Cloud
collect (const TrpFigurePoint *points, size_t n_points, size_t series)
{
  Cloud cloud = { g_new (double, n_points), g_new (double, n_points), 0 };

  for (size_t n = 0; n < n_points; n++)
    if (points[n].series == series && isfinite (points[n].x) && isfinite (points[n].y))
      {
        cloud.xs[cloud.n] = points[n].x;
        cloud.ys[cloud.n++] = points[n].y;
      }
  return cloud;
}

static void
clear_cloud (Cloud *cloud)
{
  g_free (cloud->xs);
  g_free (cloud->ys);
}

/* As many digits as show @value to three places. */
static int
choose_digits (double value)
{
  const double size = fabs (value);

  return size > 0 && isfinite (size) ? (int) CLAMP (2 - floor (log10 (size)), 0, 6) : 2;
}

static char *
describe_fit (const TrpLinearFit *fit)
{
  g_autofree char *slope = trp_format_number (fit->slope, choose_digits (fit->slope));
  g_autofree char *intercept = trp_format_number (fabs (fit->intercept),
                                                  choose_digits (fit->intercept));
  g_autofree char *r = trp_format_number (fit->r, 3);

  return g_strdup_printf ("y = %s x %s %s, r = %s, n = %zu", slope,
                          fit->intercept < 0 ? "\u2212" : "+", intercept,
                          isnan (fit->r) ? "n/a" : r, fit->n);
}

static void
add_fit (TrpFigure *self, size_t series, const Cloud *cloud)
{
  const TrpLinearFit fit = trp_linear_fit (cloud->xs, cloud->ys, cloud->n);
  TrpAxis range = trp_axis_new ();
  double xs[2], ys[2];

  if (isnan (fit.slope))
    return;
  for (size_t n = 0; n < cloud->n; n++)
    trp_axis_include (&range, cloud->xs[n]);
  xs[0] = range.low;
  xs[1] = range.high;
  for (size_t n = 0; n < 2; n++)
    ys[n] = fit.intercept + fit.slope * xs[n];
  trp_figure_add_mark (self, TRP_MARK_LINE, series, xs, ys, NULL, 2);
  trp_figure_add_text (self, TRP_MARK_NOTE, series, NAN, NAN, describe_fit (&fit));
}

static void
add_identity (TrpFigure *self)
{
  TrpAxis range = trp_axis_new ();
  double ends[2];

  for (size_t n = 0; n < self->dots->len; n++)
    {
      trp_axis_include (&range, g_array_index (self->dots, TrpDot, n).x);
      trp_axis_include (&range, g_array_index (self->dots, TrpDot, n).y);
    }
  if (range.low > range.high)
    return;
  ends[0] = range.low;
  ends[1] = range.high;
  trp_figure_add_mark (self, TRP_MARK_LINE, TRP_FIGURE_NO_SERIES, ends, ends, NULL, 2)->is_dashed =
    true;
}

static void
add_point (TrpFigure *self, const TrpFigurePoint *point, double x, double y)
{
  if (isfinite (x) && isfinite (y))
    trp_figure_add_dot (self, &(TrpDot){ .series = point->series,
                                         .x = x,
                                         .y = y,
                                         .value_x = x,
                                         .value_y = y,
                                         .name = (char *) point->name,
                                         .id = point->id });
}

TrpFigure *
trp_figure_new_scatter (const TrpFigureFrame *frame,
                        const char *const *series,
                        size_t n_series,
                        const TrpFigurePoint *points,
                        size_t n_points,
                        bool identity)
{
  TrpFigure *self = trp_figure_new_empty (frame);

  for (size_t n = 0; n < n_points; n++)
    add_point (self, &points[n], points[n].x, points[n].y);
  if (identity)
    add_identity (self);
  for (size_t s = 0; s < n_series; s++)
    {
      Cloud cloud = collect (points, n_points, s);

      trp_figure_add_series (self, series[s]);
      add_fit (self, s, &cloud);
      clear_cloud (&cloud);
    }
  trp_figure_fit_axes (self, frame);
  self->width = 300;
  self->height = 280;
  return self;
}

static void
add_level (TrpFigure *self, size_t series, double y, bool is_dashed, const char *name, int digits)
{
  g_autofree char *number = trp_format_number (y, digits);
  TrpMark *mark = trp_figure_add_mark (self, TRP_MARK_LEVEL, series, NULL, &y, NULL, 1);

  mark->is_dashed = is_dashed;
  mark->text = g_strdup_printf ("%s %s", name, number);
}

static void
add_limits (TrpFigure *self, size_t series, const Cloud *cloud)
{
  const TrpBlandAltman limits = trp_bland_altman_compute (cloud->xs, cloud->ys, cloud->n);
  const int digits = choose_digits (limits.sd);

  if (limits.n == 0)
    return;
  add_level (self, series, limits.bias, false, "bias", digits);
  if (!isfinite (limits.sd))
    return;
  add_level (self, series, limits.high, true, "+1.96 SD", digits);
  add_level (self, series, limits.low, true, "\u22121.96 SD", digits);
}

TrpFigure *
trp_figure_new_bland_altman (const TrpFigureFrame *frame,
                             const char *const *series,
                             size_t n_series,
                             const TrpFigurePoint *points,
                             size_t n_points)
{
  TrpFigure *self = trp_figure_new_empty (frame);

  for (size_t n = 0; n < n_points; n++)
    add_point (self, &points[n], 0.5 * (points[n].x + points[n].y), points[n].y - points[n].x);
  for (size_t s = 0; s < n_series; s++)
    {
      Cloud cloud = collect (points, n_points, s);

      trp_figure_add_series (self, series[s]);
      add_limits (self, s, &cloud);
      clear_cloud (&cloud);
    }
  trp_figure_fit_axes (self, frame);
  return self;
}
