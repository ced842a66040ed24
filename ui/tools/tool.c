/* tool.c - the table of tools
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/tool.h"

const TrpTool *
trp_tool_get (TrpToolKind kind)
{
  static const TrpTool *const tools[TRP_N_TOOLS] = { &trp_tool_cursor, &trp_tool_brush,
                                                     &trp_tool_eraser, &trp_tool_ruler };

  g_return_val_if_fail (kind < TRP_N_TOOLS, tools[0]);
  return tools[kind];
}
