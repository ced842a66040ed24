/* scissors.c - see scissors.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/scissors.h"
#include "core/structure/paint.h"

/* All voxels of @mask in the slab. */
static TrpPatch *
list_voxels (const TrpMask *mask, const TrpSlab *slab)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  g_autoptr (TrpMask) nothing = trp_mask_new (geometry);
  g_autoptr (TrpPatch) all = trp_patch_new_difference (nothing, mask);

  return trp_slab_clip (slab, geometry, all);
}

static bool
encloses_something (const TrpVec3 *points_lps, size_t n_points)
{
  for (size_t n = 0; n < n_points; n++)
    for (int axis = 0; axis < 3; axis++)
      if (!isfinite (points_lps[n].v[axis]))
        return false;
  return n_points >= 3;
}

TrpPatch *
trp_scissors_cut (const TrpMask *mask,
                  TrpScissors part,
                  const TrpSlab *slab,
                  const TrpVec3 *points_lps,
                  size_t n_points)
{
  const TrpBox box = trp_mask_get_box (mask);
  g_autoptr (TrpPatch) prism = NULL;
  g_autoptr (TrpPatch) inside = NULL;
  g_autoptr (TrpPatch) all = NULL;

  if (!encloses_something (points_lps, n_points))
    return trp_patch_new ();
  prism = trp_plane_polygon_extrude (trp_mask_get_geometry (mask), slab, TRP_FILL_NONZERO,
                                     points_lps, n_points, &box);
  inside = trp_paint_get_change (prism, mask, true);
  if (part == TRP_SCISSORS_CUT_INSIDE)
    return g_steal_pointer (&inside);
  all = list_voxels (mask, slab);
  return trp_patch_new_merged ((TrpPatch *[]){ all, inside }, 2);
}
