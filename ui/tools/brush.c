/* brush.c - painting and erasing
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only hands the path on: size, shape and rules are the document's, voxels are the edit session's.
 */

#include "ui/tools/paint-options.h"
#include "ui/tools/tool.h"

#include <glib/gi18n.h>

static bool
press (const TrpToolPlace *place)
{
  return trp_document_begin_stroke (place->document, place->role, place->plane.normal,
                                    place->start_lps);
}

static void
move (const TrpToolPlace *place, TrpVec3 point_lps)
{
  trp_document_extend_stroke (place->document, point_lps);
}

static void
release (const TrpToolPlace *place)
{
  trp_document_end_stroke (place->document);
}

static void
cancel (const TrpToolPlace *place)
{
  trp_document_cancel_stroke (place->document);
}

static GtkWidget *
make_options (TrpDocument *document)
{
  return trp_paint_options_new (document, TRP_PAINT_ROW_SHAPE | TRP_PAINT_ROW_RADIUS |
                                            TRP_PAINT_ROW_LIMIT | TRP_PAINT_ROW_OVER);
}

const TrpTool trp_tool_brush = {
  .kind = TRP_TOOL_BRUSH,
  .name = N_ ("Brush"),
  .icon = "trp-brush-symbolic",
  .key = '2',
  .pointer = "none",
  .has_radius = true,
  .press = press,
  .move = move,
  .release = release,
  .cancel = cancel,
  .make_options = make_options,
};

const TrpTool trp_tool_eraser = {
  .kind = TRP_TOOL_ERASER,
  .name = N_ ("Eraser"),
  .icon = "trp-eraser-symbolic",
  .key = '3',
  .pointer = "none",
  .has_radius = true,
  .press = press,
  .move = move,
  .release = release,
  .cancel = cancel,
  .make_options = make_options,
};
