/* figure-parts.h - what every figure is made of: marks in the units of its axes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For the kinds of core/draw/figure.h, which only add marks; core/draw/figure.c lays them out,
 * draws them and finds points.
 */

#pragma once

#include "core/draw/figure-axis.h"
#include "core/draw/figure.h"

G_BEGIN_DECLS

#define TRP_FIGURE_NO_SERIES SIZE_MAX

typedef enum
{
  TRP_MARK_BAND,  /* xs; ys: low; others: high */
  TRP_MARK_LEVEL, /* ys[0] across the figure; text at its right end */
  TRP_MARK_LINE,  /* xs, ys; NANs break it */
  TRP_MARK_BOX,   /* xs: middle, half width; ys: whisker, q1, median, q3, whisker */
  TRP_MARK_LABEL, /* text above (xs[0]) at the top of the figure */
  TRP_MARK_NOTE,  /* text in the corner, one below the other */
} TrpMarkKind;

typedef struct
{
  TrpMarkKind kind;
  size_t series; /* or TRP_FIGURE_NO_SERIES */
  bool is_dashed;
  size_t n;
  double *xs, *ys, *others;
  char *text;
} TrpMark;

typedef struct
{
  size_t series;
  double x, y;             /* where it is drawn */
  double value_x, value_y; /* what it says */
  char *name;
  size_t id;
} TrpDot;

struct _TrpFigure
{
  char *title;
  char *x_label, *y_label;
  TrpAxis x, y;
  char **groups; /* (nullable): x counts them from 0 */
  GPtrArray *series;
  GArray *marks; /* TrpMark */
  GArray *dots;  /* TrpDot */
  double dot_radius;
  double width, height;
};

TrpFigure *trp_figure_new_empty (const TrpFigureFrame *frame);
void trp_figure_add_series (TrpFigure *self, const char *name);
/* Copies the arrays; NULL where the kind has none. Returns: valid until the next one is added. */
TrpMark *trp_figure_add_mark (TrpFigure *self,
                              TrpMarkKind kind,
                              size_t series,
                              const double *xs,
                              const double *ys,
                              const double *others,
                              size_t n);
/* Takes over the text. */
void trp_figure_add_text (
  TrpFigure *self, TrpMarkKind kind, size_t series, double x, double y, char *text);
void trp_figure_add_dot (TrpFigure *self, const TrpDot *dot); /* copies the name */
/* Sets both axes from what was added; the frame's own limits of y hold. */
void trp_figure_fit_axes (TrpFigure *self, const TrpFigureFrame *frame);

G_END_DECLS
