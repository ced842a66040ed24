/* grow-from-seeds.h - a structure from a few strokes inside and a few outside of it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two fronts leave the seeds together and go on at the same cost; each voxel belongs to the front
 * that takes it first, and at equal cost to the background. This is GrowCut (Vezhnevets and
 * Konouchine, GraphiCon 2005) computed in one pass over the voxels in the order of their cost (Zhu,
 * Kolesov, Gao, Kikinis and Tannenbaum, MICCAI workshop on interactive medical image computing,
 * 2014), with the seeds' values as a further hint (Criminisi, Sharp and Blake, ECCV 2008). A step
 * from a voxel to its neighbour, out of six, costs, in mm,
 *
 *   length (1 + TRP_GROW_HINT other) + TRP_GROW_EDGE |difference| / range
 *
 * in units of 1 / TRP_GROW_UNITS_PER_MM, rounded down, plus one, at most TRP_GROW_MOST_UNITS.
 * - Values are smoothed by a Gaussian of TRP_GROW_SIGMA in mm, cut off at three of it: fine noisy
 *   images need that, coarse ones are hardly touched.
 * - difference: between the two voxels' values; range: of the seeds' values without the lowest and
 *   highest twentieth, or of all values where the seeds have but one.
 * - other: how much the new voxel's value looks like the other front's seeds, 0 to 1: their share
 *   in the sum of both histograms, TRP_GROW_BINS bins between the seeds' hundredths at both ends,
 *   smoothed by a Gaussian of 2 bins, plus 0.002 for each.
 *
 * The numbers were chosen on real masks (tests/study/grow-from-seeds.c).
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

#define TRP_GROW_SIGMA 1.0
#define TRP_GROW_EDGE 40.0
#define TRP_GROW_HINT 1.0
#define TRP_GROW_BINS 64
#define TRP_GROW_UNITS_PER_MM 16
#define TRP_GROW_MOST_UNITS 8191

/* Voxels of the region; some 16 bytes each. */
#define TRP_GROW_MAX_VOXELS ((size_t) 1 << 28)

/**
 * TrpGrowth:
 * @volume: values on the seeds' grid, as in core/image/grid-values.h; what lies outside of it
 * belongs to nobody
 * @margin: mm, 0 or more; the region is the box of all seeds and so much around it. Beyond is
 * background.
 */
typedef struct
{
  const TrpVolume *volume;
  double margin;
} TrpGrowth;

/**
 * trp_grow_from_seeds:
 * @object, @background: seeds, on one grid; where both are set it is background
 *
 * Any thread; the result does not depend on the number of threads.
 *
 * Returns: (transfer full): the object, seeds included. Errors: G_IO_ERROR_CANCELLED;
 * TRP_ERROR_UNSUPPORTED where either has no seed in the image; TRP_ERROR_GEOMETRY for two grids;
 * TRP_ERROR_LIMIT for a region over TRP_GROW_MAX_VOXELS or want of memory.
 */
TrpMask *trp_grow_from_seeds (const TrpGrowth *self,
                              const TrpMask *object,
                              const TrpMask *background,
                              TrpProgress *progress,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
