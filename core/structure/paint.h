/* paint.h - what a tool may change where structures meet
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pure functions; they read the set and write nothing.
 */

#pragma once

#include "core/image/volume.h"
#include "core/structure/patch.h"
#include "core/structure/structure-set.h"

G_BEGIN_DECLS

/**
 * TrpPaintOver: what happens to the other structures of the set where one is painted
 * @TRP_PAINT_OVER_ALL: they keep their voxels, structures overlap
 * @TRP_PAINT_OVER_UNLOCKED: unlocked ones lose them, locked ones block
 * @TRP_PAINT_OVER_EMPTY: every other structure blocks
 */
typedef enum
{
  TRP_PAINT_OVER_ALL,
  TRP_PAINT_OVER_UNLOCKED,
  TRP_PAINT_OVER_EMPTY,
} TrpPaintOver;

/* How a stroke finds the voxels that it covers; core/structure/stencil.h. */
typedef struct _TrpStencilMaker TrpStencilMaker;

/**
 * TrpPaintOptions:
 * @erase: take voxels away instead; the other structures then do not matter
 * @over: see above
 * @limit: (nullable): only voxels are changed where this volume, on any grid, has a value from @low
 * to @high, both included; sampled trilinearly where its grid is another one; outside of it nothing
 * is changed. Borrowed.
 * @maker: (nullable): of a stroke's stencils; NULL: all that its brush sweeps
 * @image: (nullable): the volume, on any grid, that such a maker looks at. Borrowed.
 */
typedef struct
{
  bool erase;
  TrpPaintOver over;
  const TrpVolume *limit;
  double low, high;
  const TrpStencilMaker *maker;
  const TrpVolume *image;
} TrpPaintOptions;

/* The part of @stencil that may be painted into (or erased from) @target. */
TrpPatch *trp_paint_restrict (const TrpPatch *stencil,
                              const TrpStructureSet *set,
                              const TrpStructure *target,
                              const TrpPaintOptions *options);

/* The part of @stencil, on the grid of @geometry, where @volume, on any grid, has a value from @low
 * to
 * @high; as TrpPaintOptions.limit. */
TrpPatch *trp_paint_get_within (const TrpPatch *stencil,
                                const TrpGeometry *geometry,
                                const TrpVolume *volume,
                                double low,
                                double high);

/* What setting (or, with @erase, clearing) the stencil's voxels changes in @mask. */
TrpPatch *trp_paint_get_change (const TrpPatch *stencil, const TrpMask *mask, bool erase);
/* A copy of @mask as it would be after @change: for previews. */
TrpMask *trp_paint_copy_changed (const TrpMask *mask, const TrpPatch *change);

/* The mask that @target would have with the voxels of @stencil painted (or erased). (transfer full)
 */
TrpMask *trp_paint_get_result (const TrpMask *stencil,
                               const TrpStructureSet *set,
                               const TrpStructure *target,
                               const TrpPaintOptions *options);

G_END_DECLS
