/* curve.c - the piecewise-linear curve of intensity.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/preprocess/intensity.h"

#include "core/base/number.h"
#include "core/method/preprocess/window-presets.h"

#include <string.h>

TrpCurve
trp_curve_window (double low, double high)
{
  g_return_val_if_fail (low < high, ((TrpCurve){ 2, { 0, 1 }, { -1, 1 } }));
  return (TrpCurve){ 2, { low, high }, { -1, 1 } };
}

/* From the nearer end of a segment, so that both ends come out exactly. */
static double
interpolate (const double *from, const double *to, size_t n, double x)
{
  size_t i = 1;
  double part;

  if (!(x > from[0]))
    return to[0];
  if (x >= from[n - 1])
    return to[n - 1];
  while (x > from[i])
    i++;
  part = (x - from[i - 1]) / (from[i] - from[i - 1]);
  return part < 0.5 ? to[i - 1] + part * (to[i] - to[i - 1])
                    : to[i] - (1 - part) * (to[i] - to[i - 1]);
}

double
trp_curve_apply (const TrpCurve *self, double value)
{
  return interpolate (self->value, self->mapped, self->n, value);
}

double
trp_curve_invert (const TrpCurve *self, double mapped)
{
  return interpolate (self->mapped, self->value, self->n, mapped);
}

void
trp_curve_apply_floats (const TrpCurve *self, float *values, size_t n)
{
  for (size_t i = 0; i < n; i++)
    values[i] = (float) trp_curve_apply (self, (double) values[i]);
}

void
trp_curve_invert_floats (const TrpCurve *self, float *values, size_t n)
{
  for (size_t i = 0; i < n; i++)
    values[i] = (float) trp_curve_invert (self, (double) values[i]);
}

static bool
check_rising (const TrpCurve *curve, GError **error)
{
  for (size_t n = 0; n < curve->n; n++)
    if (!isfinite (curve->value[n]) || !isfinite (curve->mapped[n]) ||
        (n && !(curve->value[n] > curve->value[n - 1] && curve->mapped[n] > curve->mapped[n - 1])))
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "Point %zu of the intensity curve, %g:%g, does not rise", n + 1,
                     curve->value[n], curve->mapped[n]);
        return false;
      }
  return true;
}

bool
trp_curve_init (
  TrpCurve *out_curve, const double *values, const double *mapped, size_t n, GError **error)
{
  TrpCurve curve = { .n = n };

  if (n < 2 || n > TRP_CURVE_MAX_POINTS)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "An intensity curve has 2 to %d points, not %zu", TRP_CURVE_MAX_POINTS, n);
      return false;
    }
  memcpy (curve.value, values, n * sizeof *values);
  memcpy (curve.mapped, mapped, n * sizeof *mapped);
  if (!check_rising (&curve, error))
    return false;
  *out_curve = curve;
  return true;
}

static bool
parse_point (const char *text, double *out_value, double *out_mapped)
{
  char *colon, *end;

  *out_value = g_ascii_strtod (text, &colon);
  if (colon == text || *colon != ':')
    return false;
  *out_mapped = g_ascii_strtod (colon + 1, &end);
  return end != colon + 1 && *end == '\0';
}

/* "window LOW HIGH", or the name of one. */
static bool
parse_window (const char *text, double *out_low, double *out_high)
{
  char *end;

  if (trp_window_preset_find (text, out_low, out_high))
    return true;
  if (!g_str_has_prefix (text, "window "))
    return false;
  *out_low = g_ascii_strtod (text + strlen ("window "), &end);
  if (*end != ' ')
    return false;
  text = end;
  *out_high = g_ascii_strtod (text, &end);
  return end != text && *end == '\0';
}

bool
trp_curve_parse (const char *text, TrpCurve *out_curve, GError **error)
{
  g_auto (GStrv) points = g_strsplit (text, ",", -1);
  const size_t n = g_strv_length (points);
  double values[TRP_CURVE_MAX_POINTS], mapped[TRP_CURVE_MAX_POINTS] = { -1, 1 };

  if (parse_window (text, &values[0], &values[1]))
    return trp_curve_init (out_curve, values, mapped, 2, error);
  for (size_t i = 0; i < MIN (n, TRP_CURVE_MAX_POINTS); i++)
    if (!parse_point (g_strstrip (points[i]), &values[i], &mapped[i]))
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "\"%s\" is no point of an intensity curve such as -1000:-1", points[i]);
        return false;
      }
  return trp_curve_init (out_curve, values, mapped, n, error);
}

static void
append_number (GString *text, double value)
{
  g_autofree char *number = trp_number_to_text (value);

  g_string_append (text, number);
}

char *
trp_curve_to_text (const TrpCurve *self)
{
  GString *text = g_string_new (NULL);

  for (size_t n = 0; n < self->n; n++)
    {
      g_string_append (text, n ? ", " : "");
      append_number (text, self->value[n]);
      g_string_append_c (text, ':');
      append_number (text, self->mapped[n]);
    }
  return g_string_free (text, FALSE);
}
