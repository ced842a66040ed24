/* figure.h - the figures of a study: boxes, curves, scatter, Bland-Altman, profiles
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Vector drawings on cairo, one code for a journal's white page and for the dark window. A figure
 * copies what it is made from and never changes; drawing and asking may happen on any thread, one
 * at a time. Values that are not finite are not drawn; box plots say how many.
 */

#pragma once

#include "core/draw/picture.h"

G_BEGIN_DECLS

typedef struct _TrpFigure TrpFigure;

typedef enum
{
  TRP_FIGURE_PRINT,
  TRP_FIGURE_SCREEN,
} TrpFigureStyle;

/**
 * TrpFigureFrame: what all kinds have; texts in the reader's language
 * @title: (nullable)
 * @x_label, @y_label: (nullable): quantity and unit: "Hausdorff distance (mm)"
 * @y_low, @y_high: of the axis; equal ones: from the data
 */
typedef struct
{
  const char *title;
  const char *x_label;
  const char *y_label;
  double y_low, y_high;
} TrpFigureFrame;

/**
 * TrpFigureBox: one box with its points: quartiles as in trp_quantile(), whiskers to the last value
 * within 1.5 interquartile ranges (J. W. Tukey, Exploratory Data Analysis, 1977)
 * @group: its place along x; @series: its colour
 * @names, @ids: (nullable): @n of them, for trp_figure_find(); without @ids the index counts
 */
typedef struct
{
  size_t group;
  size_t series;
  const double *values;
  const char *const *names;
  const size_t *ids;
  size_t n;
} TrpFigureBox;

/* @groups, @series: names; boxes of one group stand side by side. */
TrpFigure *trp_figure_new_boxes (const TrpFigureFrame *frame,
                                 const char *const *groups,
                                 size_t n_groups,
                                 const char *const *series,
                                 size_t n_series,
                                 const TrpFigureBox *boxes,
                                 size_t n_boxes);

/**
 * TrpFigureCurve: one series over x: the mean of its runs and, from two on, a band of -+ SD
 * @x: rising, @n of them; @runs: @n_runs rows of @n values, NAN where a run has none
 */
typedef struct
{
  const char *name;
  const double *x;
  size_t n;
  const double *const *runs;
  size_t n_runs;
} TrpFigureCurve;

/* Losses and scores over steps or epochs. The id of a point is its index in @x. */
TrpFigure *
trp_figure_new_curves (const TrpFigureFrame *frame, const TrpFigureCurve *curves, size_t n_curves);

/* One value per slice, with dots: @x are the slices as users count them, from 1. */
TrpFigure *
trp_figure_new_profile (const TrpFigureFrame *frame, const TrpFigureCurve *curves, size_t n_curves);

typedef struct
{
  size_t series;
  double x, y;
  const char *name; /* (nullable) */
  size_t id;
} TrpFigurePoint;

/* Each series with its regression line, equation and correlation. @identity: the line y = x. */
TrpFigure *trp_figure_new_scatter (const TrpFigureFrame *frame,
                                   const char *const *series,
                                   size_t n_series,
                                   const TrpFigurePoint *points,
                                   size_t n_points,
                                   bool identity);

/* @points: x is the reference, y the test; drawn are y - x over their mean, bias and limits of
 * agreement of each series, as in core/metrics/agreement.h. */
TrpFigure *trp_figure_new_bland_altman (const TrpFigureFrame *frame,
                                        const char *const *series,
                                        size_t n_series,
                                        const TrpFigurePoint *points,
                                        size_t n_points);

TrpFigure *trp_figure_ref (TrpFigure *self);
void trp_figure_unref (TrpFigure *self);

/* The size in points at which it reads well in print. */
void trp_figure_get_size (const TrpFigure *self, double *out_width, double *out_height);

/**
 * TrpFigureHit: a point of the figure
 * @name, @series: borrowed from the figure; NULL where it has none
 * @x, @y: its values; @x of a box plot is the index of the group
 * @x_px, @y_px: where it lies
 */
typedef struct
{
  size_t id;
  const char *name;
  const char *series;
  double x, y;
  double x_px, y_px;
} TrpFigureHit;

/* @hover: (nullable): gets a ring. */
void trp_figure_draw (const TrpFigure *self,
                      cairo_t *cr,
                      double width,
                      double height,
                      TrpFigureStyle style,
                      const TrpFigureHit *hover);
/* The nearest point within 8 px of (@x, @y) as drawn at that size and style. Returns: false: none.
 */
bool trp_figure_find (const TrpFigure *self,
                      double width,
                      double height,
                      TrpFigureStyle style,
                      double x,
                      double y,
                      TrpFigureHit *out_hit);

/* The @n-th point as they are read: group by group, each from its lowest value up. Returns: false:
 * there are not so many. */
bool trp_figure_get_nth (const TrpFigure *self,
                         double width,
                         double height,
                         TrpFigureStyle style,
                         size_t n,
                         TrpFigureHit *out_hit);

/* A page of a report in print style; borrowed from the figure. */
TrpPicture trp_figure_get_picture (const TrpFigure *self);
/* In print style; see trp_picture_save(). PNG has 300 pixels per inch. */
bool
trp_figure_save (const TrpFigure *self, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpFigure, trp_figure_unref)

G_END_DECLS
