/* document-measurements.c - see document-measurements.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-measurements.h"
#include "config.h"

#include "ui/document-private.h"
#include "ui/value-text.h"

#include <glib/gi18n.h>

guint
trp_document_get_n_measurements (TrpDocument *self)
{
  return self->measurements->len;
}

const TrpMeasurement *
trp_document_get_measurement (TrpDocument *self, guint index)
{
  g_return_val_if_fail (index < self->measurements->len, NULL);
  return &g_array_index (self->measurements, TrpMeasurement, index);
}

void
trp_document_put_measurement (TrpDocument *self, guint index, const TrpMeasurement *measurement)
{
  if (index < self->measurements->len)
    g_array_index (self->measurements, TrpMeasurement, index) = *measurement;
  else
    g_array_append_vals (self->measurements, measurement, 1);
  trp_document_emit (self, TRP_DOCUMENT_MEASUREMENTS_CHANGED);
}

void
trp_document_remove_measurement (TrpDocument *self, guint index)
{
  g_return_if_fail (index < self->measurements->len);
  g_array_remove_index (self->measurements, index);
  trp_document_emit (self, TRP_DOCUMENT_MEASUREMENTS_CHANGED);
}

void
trp_document_clear_measurements (TrpDocument *self)
{
  if (self->measurements->len == 0)
    return;
  g_array_set_size (self->measurements, 0);
  trp_document_emit (self, TRP_DOCUMENT_MEASUREMENTS_CHANGED);
}

/* ---- where it is ---- */

#define NEAR_MM 0.5

bool
trp_measurement_lies_on (const TrpMeasurement *measurement, const TrpPlane *plane)
{
  for (int n = 0; n < measurement->n_points; n++)
    if (!(fabs (trp_plane_get_distance (plane, measurement->points_lps[n])) <= NEAR_MM))
      return false;
  return true;
}

/* ---- what it says ---- */

double
trp_measurement_get_angle (const TrpMeasurement *measurement)
{
  const TrpVec3 *points = measurement->points_lps;
  const TrpVec3 first = trp_vec3_subtract (points[0], points[1]),
                second = trp_vec3_subtract (points[2], points[1]);

  if (!(trp_vec3_length (first) > 0) || !(trp_vec3_length (second) > 0))
    return NAN;
  return atan2 (trp_vec3_length (trp_vec3_cross (first, second)), trp_vec3_dot (first, second)) *
         180 / G_PI;
}

static void
append_length (GString *text, const TrpMeasurement *measurement)
{
  g_string_append_printf (
    text, _ ("%.1f mm"),
    trp_vec3_distance (measurement->points_lps[0], measurement->points_lps[1]));
}

static void
append_angle (GString *text, const TrpMeasurement *measurement)
{
  if (measurement->n_points < 3)
    return;
  g_string_append_printf (text, "%.1f\u00b0", trp_measurement_get_angle (measurement));
}

static void
append_region (GString *text, TrpVolume *volume, const TrpMeasurement *measurement)
{
  const TrpRegion region = {
    .shape = measurement->kind == TRP_MEASURE_ELLIPSE ? TRP_REGION_ELLIPSE : TRP_REGION_RECTANGLE,
    .plane = measurement->plane,
    .corners_lps = { measurement->points_lps[0], measurement->points_lps[1] },
  };
  TrpRegionStatistics statistics;
  double low, high;

  if (!volume || !trp_region_measure (&region, volume, &statistics))
    {
      g_string_append (text, _ ("no voxel inside"));
      return;
    }
  trp_volume_get_range (volume, &low, &high);
  const int digits = trp_value_get_digits (low, high);

  g_string_append (text, _ ("mean "));
  trp_value_append (text, statistics.mean, digits ? digits : 1);
  g_string_append (text, " \u00b1 ");
  if (isnan (statistics.sd))
    g_string_append (text, "?");
  else
    trp_value_append (text, statistics.sd, digits ? digits : 1);
  trp_value_append_unit (text, volume);
  g_string_append (text, _ ("\nmin "));
  trp_value_append (text, statistics.min, digits);
  g_string_append (text, _ (", max "));
  trp_value_append (text, statistics.max, digits);
  g_string_append_printf (text, _ ("\n%.2f cm\u00b2, %zu values"), statistics.area_mm2 / 100,
                          statistics.n);
}

/* The same point in every image that is open. */
static void
append_values (GString *text, TrpDocument *document, const TrpMeasurement *measurement)
{
  for (int role = 0; role < TRP_N_ROLES; role++)
    {
      TrpVolume *volume = trp_document_get_volume (document, (TrpRole) role);
      double low, high;

      if (!volume)
        continue;
      const double value = trp_volume_sample (
        volume,
        trp_geometry_ijk_from_lps (trp_volume_get_geometry (volume), measurement->points_lps[0]));

      trp_volume_get_range (volume, &low, &high);
      g_string_append_printf (text, "%s%s ", text->len ? "\n" : "",
                              trp_document_get_role_label (document, (TrpRole) role));
      if (isnan (value))
        g_string_append (text, _ ("outside"));
      else
        {
          trp_value_append (text, value, trp_value_get_digits (low, high));
          trp_value_append_unit (text, volume);
        }
    }
}

char *
trp_measurement_dup_text (TrpDocument *self, TrpRole role, const TrpMeasurement *measurement)
{
  GString *text = g_string_new (NULL);

  switch (measurement->kind)
    {
    case TRP_MEASURE_DISTANCE:
    case TRP_MEASURE_PROFILE:
      append_length (text, measurement);
      break;
    case TRP_MEASURE_ANGLE:
      append_angle (text, measurement);
      break;
    case TRP_MEASURE_ELLIPSE:
    case TRP_MEASURE_RECTANGLE:
      append_region (text, trp_document_get_volume (self, role), measurement);
      break;
    case TRP_MEASURE_PROBE:
      append_values (text, self, measurement);
      break;
    case TRP_N_MEASURES:
    default:
      g_assert_not_reached ();
    }
  if (measurement->kind != TRP_MEASURE_PROBE && text->len &&
      trp_document_has_open_warnings (self, role))
    g_string_append (text, _ (", geometry not checked"));
  return g_string_free (text, FALSE);
}
