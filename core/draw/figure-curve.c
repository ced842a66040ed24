/* figure-curve.c - curves with the spread of their runs, and profiles over slices, see figure.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/figure-parts.h"
#include "core/metrics/statistics.h"

#include <math.h>

/* Of one curve; NANs where no run has a value. */
typedef struct
{
  double *mean, *low, *high;
} Spread;

static Spread
compute_spread (const TrpFigureCurve *curve)
{
  g_autofree double *values = g_new (double, curve->n_runs);
  Spread spread = { g_new (double, curve->n), g_new (double, curve->n), g_new (double, curve->n) };

  for (size_t i = 0; i < curve->n; i++)
    {
      TrpSummary summary;

      for (size_t r = 0; r < curve->n_runs; r++)
        values[r] = curve->runs[r][i];
      summary = trp_summary_compute (values, curve->n_runs);
      spread.mean[i] = summary.mean;
      spread.low[i] = summary.mean - summary.sd;
      spread.high[i] = summary.mean + summary.sd;
    }
  return spread;
}

static void
clear_spread (Spread *spread)
{
  g_free (spread->mean);
  g_free (spread->low);
  g_free (spread->high);
}

/* A band for each stretch in which at least two runs have values. */
static void
add_bands (TrpFigure *self, size_t series, const TrpFigureCurve *curve, const Spread *spread)
{
  for (size_t begin = 0, end; begin < curve->n; begin = end + 1)
    {
      for (end = begin; end < curve->n && isfinite (spread->low[end]); end++)
        ;
      if (end > begin + 1)
        trp_figure_add_mark (self, TRP_MARK_BAND, series, curve->x + begin, spread->low + begin,
                             spread->high + begin, end - begin);
    }
}

static TrpFigure *
make (const TrpFigureFrame *frame, const TrpFigureCurve *curves, size_t n_curves)
{
  TrpFigure *self = trp_figure_new_empty (frame);

  for (size_t c = 0; c < n_curves; c++)
    {
      const TrpFigureCurve *curve = &curves[c];
      Spread spread = compute_spread (curve);

      trp_figure_add_series (self, curve->name);
      add_bands (self, c, curve, &spread);
      trp_figure_add_mark (self, TRP_MARK_LINE, c, curve->x, spread.mean, NULL, curve->n);
      for (size_t i = 0; i < curve->n; i++)
        if (isfinite (spread.mean[i]))
          trp_figure_add_dot (self, &(TrpDot){ .series = c,
                                               .x = curve->x[i],
                                               .y = spread.mean[i],
                                               .value_x = curve->x[i],
                                               .value_y = spread.mean[i],
                                               .id = i });
      clear_spread (&spread);
    }
  trp_figure_fit_axes (self, frame);
  return self;
}

TrpFigure *
trp_figure_new_curves (const TrpFigureFrame *frame, const TrpFigureCurve *curves, size_t n_curves)
{
  TrpFigure *self = make (frame, curves, n_curves);

  self->dot_radius = 0; /* they can be found all the same */
  return self;
}

TrpFigure *
trp_figure_new_profile (const TrpFigureFrame *frame, const TrpFigureCurve *curves, size_t n_curves)
{
  TrpFigure *self = make (frame, curves, n_curves);

  self->dot_radius = 1.8;
  self->height = 200;
  return self;
}
