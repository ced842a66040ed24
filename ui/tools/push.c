/* push.c - a circle or ball that pushes the outline from inside or outside
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/paint-options.h"
#include "ui/tools/stroke.h"

#include <glib/gi18n.h>

static GtkWidget *
make_options (TrpDocument *document)
{
  return trp_paint_options_new (document, TRP_PAINT_ROW_PUSH_SHAPE | TRP_PAINT_ROW_RADIUS |
                                            TRP_PAINT_ROW_LIMIT | TRP_PAINT_ROW_OVER);
}

const TrpTool trp_tool_push = {
  .kind = TRP_TOOL_PUSH,
  .name = N_ ("Push"),
  .icon = "trp-push-symbolic",
  .key = '4',
  .pointer = "none",
  .has_radius = true,
  .press = trp_stroke_press,
  .move = trp_stroke_move,
  .release = trp_stroke_release,
  .cancel = trp_stroke_cancel,
  .make_options = make_options,
};
