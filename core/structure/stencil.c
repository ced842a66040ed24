/* stencil.c - the plain brush's maker; see stencil.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/stencil.h"

static void *
begin (const TrpStrokeStart *start)
{
  return g_memdup2 (start, sizeof *start);
}

static TrpPatch *
cover (void *state, TrpVec3 from_lps, TrpVec3 to_lps)
{
  const TrpStrokeStart *start = state;

  return trp_brush_sweep (start->brush, trp_structure_set_get_geometry (start->set), from_lps,
                          to_lps);
}

const TrpStencilMaker trp_stencil_swept = {
  .begin = begin,
  .cover = cover,
  .end = g_free,
};
