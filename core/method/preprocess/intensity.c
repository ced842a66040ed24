/* intensity.c - the rules of intensity.h, and their JSON
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/preprocess/intensity.h"

#include "core/image/histogram.h"

#include <string.h>

TrpCurve
trp_intensity_fit (const TrpIntensity *self, const TrpVolume *volume)
{
  double low, high, smallest, largest;

  if (self->kind == TRP_INTENSITY_CURVE)
    return self->curve;
  trp_volume_get_range (volume, &smallest, &largest);
  if (!(largest > smallest)) /* constant, or no number at all */
    return trp_curve_window (isnan (smallest) ? 0 : smallest, isnan (smallest) ? 1 : smallest + 1);
  trp_volume_get_foreground_range (volume, self->percentile_low, self->percentile_high, &low,
                                   &high);
  if (self->from_zero)
    low = 0;
  high = low + self->clip * (high - low);
  return high > low ? trp_curve_window (low, high) : trp_curve_window (low, low + 1);
}

JsonNode *
trp_intensity_to_json (const TrpIntensity *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "kind");
  if (self->kind == TRP_INTENSITY_CURVE)
    {
      json_builder_add_string_value (builder, "curve");
      json_builder_set_member_name (builder, "points");
      json_builder_begin_array (builder);
      for (size_t n = 0; n < self->curve.n; n++)
        {
          json_builder_begin_array (builder);
          json_builder_add_double_value (builder, self->curve.value[n]);
          json_builder_add_double_value (builder, self->curve.mapped[n]);
          json_builder_end_array (builder);
        }
      json_builder_end_array (builder);
    }
  else
    {
      json_builder_add_string_value (builder, "percentiles");
      json_builder_set_member_name (builder, "low");
      json_builder_add_double_value (builder, self->percentile_low);
      json_builder_set_member_name (builder, "high");
      json_builder_add_double_value (builder, self->percentile_high);
      json_builder_set_member_name (builder, "from_zero");
      json_builder_add_boolean_value (builder, self->from_zero);
      json_builder_set_member_name (builder, "clip");
      json_builder_add_double_value (builder, self->clip);
    }
  json_builder_set_member_name (builder, "unit");
  json_builder_add_string_value (builder, self->unit);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static bool
refuse (const char *what, GError **error)
{
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "The intensity mapping %s", what);
  return false;
}

/* A member that is a number; whole numbers count too. */
static bool
get_number (JsonObject *object, const char *name, double low, double high, double *out_value)
{
  JsonNode *node = json_object_get_member (object, name);
  double value;

  if (!node || !JSON_NODE_HOLDS_VALUE (node) ||
      !g_value_type_transformable (json_node_get_value_type (node), G_TYPE_DOUBLE))
    return false;
  value = json_node_get_double (node);
  if (!(value >= low && value <= high))
    return false;
  *out_value = value;
  return true;
}

static bool
get_point (JsonNode *node, double *out_value, double *out_mapped)
{
  JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (!pair || json_array_get_length (pair) != 2)
    return false;
  for (guint n = 0; n < 2; n++)
    {
      JsonNode *number = json_array_get_element (pair, n);
      const GType type = JSON_NODE_HOLDS_VALUE (number) ? json_node_get_value_type (number)
                                                        : G_TYPE_INVALID;

      if (type != G_TYPE_DOUBLE && type != G_TYPE_INT64)
        return false;
      *(n ? out_mapped : out_value) = json_node_get_double (number);
    }
  return true;
}

static bool
read_curve (JsonObject *object, TrpCurve *out_curve, GError **error)
{
  JsonNode *node = json_object_get_member (object, "points");
  JsonArray *points = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  double values[TRP_CURVE_MAX_POINTS], mapped[TRP_CURVE_MAX_POINTS];
  const guint n = points ? json_array_get_length (points) : 0;

  for (guint i = 0; i < MIN (n, TRP_CURVE_MAX_POINTS); i++)
    if (!get_point (json_array_get_element (points, i), &values[i], &mapped[i]))
      return refuse ("has a point that is no pair of numbers", error);
  return trp_curve_init (out_curve, values, mapped, n, error);
}

static bool
read_percentiles (JsonObject *object, TrpIntensity *intensity, GError **error)
{
  JsonNode *from_zero = json_object_get_member (object, "from_zero");

  if (!get_number (object, "low", 0, 100, &intensity->percentile_low) ||
      !get_number (object, "high", 0, 100, &intensity->percentile_high) ||
      !get_number (object, "clip", 0, 100, &intensity->clip) ||
      !(intensity->percentile_low < intensity->percentile_high) || !(intensity->clip > 0))
    return refuse ("lacks its percentiles", error);
  if (!from_zero || !JSON_NODE_HOLDS_VALUE (from_zero) ||
      json_node_get_value_type (from_zero) != G_TYPE_BOOLEAN)
    return refuse ("lacks \"from_zero\"", error);
  intensity->from_zero = json_node_get_boolean (from_zero);
  return true;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : "";
}

bool
trp_intensity_from_json (JsonNode *node, TrpIntensity *out_intensity, GError **error)
{
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  TrpIntensity intensity = { .clip = 1 };
  const char *kind;

  if (!object)
    return refuse ("is no JSON object", error);
  kind = get_text (object, "kind");
  intensity.unit = strcmp (get_text (object, "unit"), "HU") == 0 ? "HU" : "a.u.";
  if (strcmp (kind, "curve") == 0)
    {
      intensity.kind = TRP_INTENSITY_CURVE;
      if (!read_curve (object, &intensity.curve, error))
        return false;
    }
  else if (strcmp (kind, "percentiles") == 0)
    {
      intensity.kind = TRP_INTENSITY_PERCENTILES;
      if (!read_percentiles (object, &intensity, error))
        return false;
    }
  else
    return refuse ("is neither a curve nor percentiles", error);
  *out_intensity = intensity;
  return true;
}
