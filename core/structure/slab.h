/* slab.h - what lies between two distances from a plane
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which voxels belong to a plane, for everything that is drawn on one: the brush's disc and the
 * polygons. Plain values; no state; any thread.
 */

#pragma once

#include "core/structure/patch.h"

G_BEGIN_DECLS

/**
 * TrpSlab:
 * @normal: unit vector
 * @low, @high: mm along @normal from @point_lps, both included; may be infinite
 */
typedef struct
{
  TrpVec3 point_lps;
  TrpVec3 normal;
  double low, high;
} TrpSlab;

/* The voxels whose cell the plane cuts: one slice for a plane along the grid, of two equally near
 * ones that with the higher index, from whichever side the plane is seen. @normal_lps: any length;
 * of 0 gives a @normal of 0. */
TrpSlab trp_slab_for_plane (const TrpGeometry *geometry, TrpVec3 point_lps, TrpVec3 normal_lps);

/* The voxels of row (@j, @k) inside, first to last. Returns: false if there are none. */
bool trp_slab_find_span (const TrpSlab *self,
                         const TrpGeometry *geometry,
                         size_t j,
                         size_t k,
                         size_t *out_first,
                         size_t *out_last);

/* The voxels of @stencil, on @geometry, whose centre is inside. (transfer full). One formula per
 * row. */
TrpPatch *trp_slab_clip (const TrpSlab *self, const TrpGeometry *geometry, const TrpPatch *stencil);

G_END_DECLS
