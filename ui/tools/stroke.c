/* stroke.c - see stroke.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/stroke.h"

bool
trp_stroke_press (const TrpToolPlace *place)
{
  return trp_document_begin_stroke (place->document, place->role, &place->plane, place->start_lps);
}

void
trp_stroke_move (const TrpToolPlace *place, TrpVec3 point_lps)
{
  trp_document_extend_stroke (place->document, point_lps);
}

void
trp_stroke_release (const TrpToolPlace *place)
{
  trp_document_end_stroke (place->document);
}

void
trp_stroke_cancel (const TrpToolPlace *place)
{
  trp_document_cancel_stroke (place->document);
}
