/* scissors.c - see scissors.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/scissors.h"
#include "core/structure/paint.h"

/* All voxels of @mask in the slab: only @box, that of the mask, is looked at. */
static TrpPatch *
list_voxels (const TrpMask *mask, const TrpSlab *slab, const TrpBox *box)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const size_t words_per_row = trp_mask_get_words_per_row (mask);
  TrpPatch *all = trp_patch_new ();
  size_t first, last;

  for (size_t k = box->begin[2]; k < box->end[2]; k++)
    for (size_t j = box->begin[1]; trp_mask_peek_slice (mask, k) && j < box->end[1]; j++)
      if (trp_slab_find_span (slab, geometry, j, k, &first, &last))
        for (size_t w = box->begin[0] / 64; 64 * w < box->end[0]; w++)
          trp_patch_append (all, k, j, w,
                            trp_mask_peek_slice (mask, k)[j * words_per_row + w] &
                              trp_patch_get_span_bits (first, last, w));
  return all;
}

/* A line of a shaky click goes round no voxel of the grid, in whatever depth: all would be outside.
 */
static bool
encloses_something (const TrpGeometry *geometry,
                    const TrpSlab *slab,
                    const TrpVec3 *points_lps,
                    size_t n_points)
{
  const TrpSlab deep = { slab->point_lps, slab->normal, -INFINITY, INFINITY };
  g_autoptr (TrpPatch) prism = trp_plane_polygon_extrude (geometry, &deep, TRP_FILL_NONZERO,
                                                          points_lps, n_points, NULL);

  return !trp_patch_is_empty (prism);
}

TrpPatch *
trp_scissors_cut (const TrpMask *mask,
                  TrpScissors part,
                  const TrpSlab *slab,
                  const TrpVec3 *points_lps,
                  size_t n_points)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const TrpBox box = trp_mask_get_box (mask);
  g_autoptr (TrpPatch) prism = NULL;
  g_autoptr (TrpPatch) inside = NULL;
  g_autoptr (TrpPatch) all = NULL;

  prism = trp_plane_polygon_extrude (geometry, slab, TRP_FILL_NONZERO, points_lps, n_points, &box);
  inside = trp_paint_get_change (prism, mask, true);
  if (part == TRP_SCISSORS_CUT_INSIDE ||
      (trp_patch_is_empty (prism) && !encloses_something (geometry, slab, points_lps, n_points)))
    return g_steal_pointer (&inside);
  all = list_voxels (mask, slab, &box);
  return trp_patch_new_merged ((TrpPatch *[]){ all, inside }, 2);
}
