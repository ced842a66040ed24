/* figure-axis.h - the scale of a figure's axis and its round numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Plain values; any thread.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

typedef struct
{
  double low, high;
} TrpAxis;

/* Begins empty: low above high. */
TrpAxis trp_axis_new (void);
void trp_axis_include (TrpAxis *self, double value); /* what is not finite is passed over */
/* Room around the data: a twentieth of the range, down to 0 where that is near, and not below 0
 * where no value is. An empty axis becomes 0 to 1, one value gets room to both sides. */
void trp_axis_pad (TrpAxis *self);

/**
 * TrpTicks: first, first + step ... @n of them, multiples of 1, 2 or 5 times a power of ten
 * @digits: after the decimal point
 */
typedef struct
{
  double first, step;
  size_t n;
  int digits;
} TrpTicks;

/* At most @max_ticks, and two at least where the axis allows. */
TrpTicks trp_axis_choose_ticks (const TrpAxis *self, size_t max_ticks);
double trp_ticks_get (const TrpTicks *self, size_t index);
/* With a minus sign, never -0. (transfer full) */
char *trp_ticks_format (const TrpTicks *self, double value);
/* The same with a fixed number of digits. */
char *trp_format_number (double value, int digits);

G_END_DECLS
