/* ruler.c - distance between two points
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/tool.h"

#include <glib/gi18n.h>

/* Millimetres along sheared axes are no distances: refused with the geometry's own sentence. */
static bool
press (const TrpToolPlace *place)
{
  TrpVolume *volume = trp_document_get_volume (place->document, place->role);
  g_autoptr (GError) error = NULL;

  if (volume && !trp_geometry_check_measurable (trp_volume_get_geometry (volume), &error))
    {
      trp_document_report (place->document, TRP_SEVERITY_WARNING, error->message);
      return false;
    }
  trp_document_set_ruler (place->document, NULL, NULL);
  return true;
}

static void
move (const TrpToolPlace *place, TrpVec3 point_lps)
{
  trp_document_set_ruler (place->document, &place->start_lps, &point_lps);
}

static void
cancel (const TrpToolPlace *place)
{
  trp_document_set_ruler (place->document, NULL, NULL);
}

const TrpTool trp_tool_ruler = {
  .kind = TRP_TOOL_RULER,
  .name = N_ ("Ruler"),
  .icon = "trp-ruler-symbolic",
  .key = '0',
  .pointer = "crosshair",
  .press = press,
  .move = move,
  .cancel = cancel,
};
