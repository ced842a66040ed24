/* profile-chart.h - values of several images along one line
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Images of one unit share an axis; there are two axes, at the left and at the right.
 */

#pragma once

#include <cairo.h>
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define TRP_PROFILE_MAX_LINES 4

/**
 * TrpProfileLine:
 * @values: @n of them, evenly spaced from 0 to the chart's length; NANs break the line
 * @name: of the image
 * @on_right: its axis is the right one
 */
typedef struct
{
  const double *values;
  size_t n;
  const char *name;
  bool on_right;
} TrpProfileLine;

/**
 * TrpProfileChart:
 * @n_lines: up to TRP_PROFILE_MAX_LINES, told apart by their dashes
 * @units: of the left and of the right axis; NULL: no line has it
 * @length_mm: of the line in the patient
 * @cursor_mm: where a white line stands; NAN: none
 */
typedef struct
{
  const TrpProfileLine *lines;
  size_t n_lines;
  const char *units[2];
  double length_mm;
  double cursor_mm;
} TrpProfileChart;

void trp_profile_chart_draw (const TrpProfileChart *self, cairo_t *cr, double width, double height);
/* mm along the line at @x; NAN beside the chart. */
double trp_profile_chart_find (const TrpProfileChart *self, double x, double width);

G_END_DECLS
