/* value-text.c - see value-text.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/value-text.h"

#include <math.h>
#include <string.h>

void
trp_value_append (GString *text, double value, int digits)
{
  const double shown = fabs (value) < 0.5 * pow (10, -digits) ? 0 : value;

  g_string_append_printf (text, "%s%.*f", shown < 0 ? "\u2212" : "", digits, fabs (shown));
}

int
trp_value_get_digits (double low, double high)
{
  return high - low > 20 ? 0 : 3;
}

void
trp_value_append_unit (GString *text, const TrpVolume *volume)
{
  const char *unit = trp_volume_get_info (volume)->unit;

  if (unit && strcmp (unit, "a.u.") != 0)
    g_string_append_printf (text, " %s", unit);
}
