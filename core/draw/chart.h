/* chart.h - bars per slice and lines over steps, in the design's style
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Grey carries the data; a structure's colour is only a bar's cap. Names stand at the line's end,
 * there is no legend. Nothing is kept: a chart is drawn from plain arrays, and the same layout
 * answers what lies under the pointer.
 */

#pragma once

#include "core/draw/palette.h"

G_BEGIN_DECLS

/**
 * TrpBarChart: one bar per slice
 * @values: @n of them; NAN: no bar
 * @marks: (nullable): @n, true where a dot shall stand below (slices edited by hand)
 * @low, @high: of the axis; bars below @low are drawn as nothing but their cap
 * @tolerance: dotted line, amber triangles over bars below it; with @below two lines and no
 * triangles; NAN: none
 * @current: slice of the cursor, or SIZE_MAX
 * @cap: 0xRRGGBB
 * @empty_text: (nullable): stands in the longest run of NANs at either end
 * @below: (nullable): @n sizes of second bars that hang from 0 where the first ones stand: signed
 * distances. The axis goes from -@high to @high then, in mm; caps have the colours of
 * trp_palette_get_distance()
 */
typedef struct
{
  const double *values;
  const bool *marks;
  size_t n;
  double low, high;
  double tolerance;
  size_t current;
  uint32_t cap;
  const char *empty_text;
  const double *below;
} TrpBarChart;

void trp_bar_chart_draw (const TrpBarChart *self, cairo_t *cr, double width, double height);
/* The slice under @x, or SIZE_MAX. */
size_t trp_bar_chart_find (const TrpBarChart *self, double x, double width);

/**
 * TrpChartLine:
 * @x, @y: @n points, x rising; NANs break the line
 * @name: (nullable): stands at the line's end with the last value, e.g. "MR 0.11"
 * @marked: number, from 1, of a point that has a dot; 0: none
 */
typedef struct
{
  const double *x;
  const double *y;
  size_t n;
  const char *name;
  size_t marked;
} TrpChartLine;

/**
 * TrpLineChart: at most two lines: the first solid, the second dashed
 * @title, @unit: stand above: "Cycle  L1"
 * @x_high: right end of the axis (all epochs of the run); its left end is 0
 * @y_low, @y_high: NAN: from the data
 * @digits: after the decimal point, for axis and names
 * @cursor: x of a white line, or NAN
 */
typedef struct
{
  const char *title;
  const char *unit;
  const TrpChartLine *lines;
  size_t n_lines;
  double x_high;
  double y_low, y_high;
  int digits;
  double cursor;
} TrpLineChart;

void trp_line_chart_draw (const TrpLineChart *self, cairo_t *cr, double width, double height);

G_END_DECLS
