/* json.c - see json.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/json.h"

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
