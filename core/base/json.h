/* json.h - JSON from files, and numbers in JSON
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * json-glib recurses as deep as a stranger's text tells it to; this does not. Any thread.
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* (transfer full): NULL for what is no JSON, is empty, or is nested deeper than anything we read.
 */
JsonNode *trp_json_parse (const char *text);

/* Adds a number; NaN and infinities become the strings "NaN", "Infinity" and "-Infinity". */
void trp_json_add_number (JsonBuilder *builder, double value);
/* The same with its name; a whole number with its name. */
void trp_json_add_member (JsonBuilder *builder, const char *name, double value);
void trp_json_add_count (JsonBuilder *builder, const char *name, size_t value);
/* The finished builder as one line of JSON with 17 significant digits. (transfer full) */
char *trp_json_to_text (JsonBuilder *builder);

G_END_DECLS
