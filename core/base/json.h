/* json.h - JSON from files
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

G_END_DECLS
