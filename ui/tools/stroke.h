/* stroke.h - the drag of tools that stroke: brush, eraser and push
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only hands the path on: size, shape and rules are the document's, voxels are the edit session's.
 * These are functions of TrpTool. Main thread.
 */

#pragma once

#include "ui/tools/tool.h"

G_BEGIN_DECLS

bool trp_stroke_press (const TrpToolPlace *place);
void trp_stroke_move (const TrpToolPlace *place, TrpVec3 point_lps);
void trp_stroke_release (const TrpToolPlace *place);
void trp_stroke_cancel (const TrpToolPlace *place);

G_END_DECLS
