/* figure-axis.c - see figure-axis.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/figure-axis.h"

#include <math.h>

#define MAX_DIGITS 12

TrpAxis
trp_axis_new (void)
{
  return (TrpAxis){ (double) INFINITY, -(double) INFINITY };
}

void
trp_axis_include (TrpAxis *self, double value)
{
  if (!isfinite (value))
    return;
  self->low = fmin (self->low, value);
  self->high = fmax (self->high, value);
}

void
trp_axis_pad (TrpAxis *self)
{
  const double low = self->low, high = self->high;
  double room;

  if (low > high)
    {
      *self = (TrpAxis){ 0, 1 };
      return;
    }
  room = high > low ? (high - low) / 20 : fmax (fabs (high) / 10, 1e-6);
  self->low = low >= 0 && low - room < 0.4 * high ? fmin (0, low) : low - room;
  self->high = high + room;
  if (low >= 0)
    self->low = fmax (self->low, 0);
}

TrpTicks
trp_axis_choose_ticks (const TrpAxis *self, size_t max_ticks)
{
  static const double factors[] = { 1, 2, 5, 10 };
  const double range = self->high - self->low;
  TrpTicks ticks = { self->low, 1, 0, 0 };
  double power;

  /* Smaller than doubles tell apart there, or as large as they go: no ticks. */
  if (!(range > 1e-290 + 1e-12 * fabs (self->high)) || !isfinite (range) || max_ticks == 0)
    return ticks;
  power = pow (10, floor (log10 (range / (double) max_ticks)));
  for (size_t f = 0; f < G_N_ELEMENTS (factors); f++)
    {
      /* 0.1 ten times is not 1: a millionth of a step forgives that */
      ticks.step = factors[f] * power;
      ticks.first = ceil (self->low / ticks.step - 1e-6) * ticks.step;
      ticks.n = (size_t) (floor ((self->high - ticks.first) / ticks.step + 1e-6) + 1);
      if (ticks.n <= max_ticks)
        break;
    }
  ticks.digits = (int) CLAMP (-floor (log10 (ticks.step) + 1e-9), 0, MAX_DIGITS);
  return ticks;
}

double
trp_ticks_get (const TrpTicks *self, size_t index)
{
  return self->first + (double) index * self->step;
}

char *
trp_format_number (double value, int digits)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE + MAX_DIGITS], format[8];
  bool is_zero = true;

  g_snprintf (format, sizeof format, fabs (value) < 1e7 ? "%%.%df" : "%%.%dg",
              CLAMP (digits, fabs (value) < 1e7 ? 0 : 4, MAX_DIGITS));
  g_ascii_formatd (number, sizeof number, format, fabs (value));
  for (const char *c = number; *c; c++)
    is_zero = is_zero && (*c == '0' || *c == '.');
  return g_strconcat (value < 0 && !is_zero ? "\u2212" : "", number, NULL);
}

char *
trp_ticks_format (const TrpTicks *self, double value)
{
  return trp_format_number (value, self->digits);
}
