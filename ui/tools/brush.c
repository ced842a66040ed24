/* brush.c - painting and erasing
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/paint-options.h"
#include "ui/tools/stroke.h"

#include <glib/gi18n.h>

static GtkWidget *
make_options (TrpDocument *document)
{
  return trp_paint_options_new (document, TRP_PAINT_ROW_SHAPE | TRP_PAINT_ROW_RADIUS |
                                            TRP_PAINT_ROW_FOLLOWS | TRP_PAINT_ROW_LIMIT |
                                            TRP_PAINT_ROW_OVER);
}

const TrpTool trp_tool_brush = {
  .kind = TRP_TOOL_BRUSH,
  .name = N_ ("Brush"),
  .icon = "trp-brush-symbolic",
  .key = '2',
  .pointer = "none",
  .has_radius = true,
  .press = trp_stroke_press,
  .move = trp_stroke_move,
  .release = trp_stroke_release,
  .cancel = trp_stroke_cancel,
  .make_options = make_options,
};

const TrpTool trp_tool_eraser = {
  .kind = TRP_TOOL_ERASER,
  .name = N_ ("Eraser"),
  .icon = "trp-eraser-symbolic",
  .key = '3',
  .pointer = "none",
  .has_radius = true,
  .press = trp_stroke_press,
  .move = trp_stroke_move,
  .release = trp_stroke_release,
  .cancel = trp_stroke_cancel,
  .make_options = make_options,
};
