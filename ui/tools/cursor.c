/* cursor.c - the tool that moves the linked cursor
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/tool.h"

#include <glib/gi18n.h>

static bool
press (const TrpToolPlace *place)
{
  trp_document_set_cursor (place->document, place->start_lps);
  return true;
}

static void
move (const TrpToolPlace *place, TrpVec3 point_lps)
{
  trp_document_set_cursor (place->document, point_lps);
}

const TrpTool trp_tool_cursor = {
  .kind = TRP_TOOL_CURSOR,
  .name = N_ ("Cursor"),
  .icon = "trp-cursor-symbolic",
  .key = '1',
  .pointer = "default",
  .press = press,
  .move = move,
};
