/* stencil.h - how a stroke finds the voxels that it covers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A kind of stroke is one const table; the edit session (edit.h) calls it and changes the voxels. A
 * maker sees the path and the structures as they are at that moment and writes nothing. One thread,
 * that of the session.
 */

#pragma once

#include "core/structure/brush.h"
#include "core/structure/paint.h"

G_BEGIN_DECLS

/**
 * TrpStrokeStart: what a stroke began with; all of it is borrowed and outlives the maker's state
 * @options: of which a maker uses what the others do not already do, as the image
 * @point_lps: where the button went down
 */
typedef struct
{
  const TrpStructureSet *set;
  const TrpStructure *target;
  const TrpBrush *brush;
  const TrpPaintOptions *options;
  TrpVec3 point_lps;
} TrpStrokeStart;

/**
 * TrpStencilMaker:
 * @decide_erase: (optional): whether this stroke erases; NULL: as the options say
 * @begin: the state of one stroke
 * @cover: (transfer full): the voxels to paint or erase for this piece of the path, first from the
 * press to itself. Those of earlier pieces may come again.
 * @end: frees the state
 */
struct _TrpStencilMaker
{
  bool (*decide_erase) (const TrpStrokeStart *start);
  void *(*begin) (const TrpStrokeStart *start);
  TrpPatch *(*cover) (void *state, TrpVec3 from_lps, TrpVec3 to_lps);
  void (*end) (void *state);
};

/* All that the brush sweeps. */
extern const TrpStencilMaker trp_stencil_swept;

G_END_DECLS
