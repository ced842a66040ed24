/* json.c - see json.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/json.h"

#include <math.h>
#include <stdbool.h>

#define MAX_DEPTH 64

/* Brackets within strings count too, which only makes it stricter. */
static bool
is_shallow (const char *text)
{
  int depth = 0;

  for (; *text; text++)
    {
      depth += (*text == '[' || *text == '{') - (*text == ']' || *text == '}');
      if (depth > MAX_DEPTH)
        return false;
    }
  return true;
}

JsonNode *
trp_json_parse (const char *text)
{
  return is_shallow (text) ? json_from_string (text, NULL) : NULL;
}

void
trp_json_add_number (JsonBuilder *builder, double value)
{
  if (isnan (value))
    json_builder_add_string_value (builder, "NaN");
  else if (isinf (value))
    json_builder_add_string_value (builder, value > 0 ? "Infinity" : "-Infinity");
  else
    json_builder_add_double_value (builder, value == 0 ? 0 : value); /* never -0.0 */
}

void
trp_json_add_member (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  trp_json_add_number (builder, value);
}

void
trp_json_add_count (JsonBuilder *builder, const char *name, size_t value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}

char *
trp_json_to_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root_node = json_builder_get_root (builder);
  g_autoptr (JsonGenerator) generator = json_generator_new ();

  json_generator_set_root (generator, root_node);
  return json_generator_to_data (generator, NULL);
}
