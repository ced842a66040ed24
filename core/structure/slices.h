/* slices.h - single slices of a mask: copied, deleted, cropped to
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * @axis is the grid's axis along which slices follow each other: 0, 1 or 2. Masks are borrowed,
 * results are new and share every plane that stayed as it was. Any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/islands.h"

G_BEGIN_DECLS

/**
 * trp_slices_put:
 * @from: on the same grid as @mask, which it may be
 * @adds: the slice keeps what it has; else it becomes what is put there
 *
 * Returns: (transfer full): @mask with slice @source of @from as its slice @target.
 */
TrpMask *trp_slices_put (
  const TrpMask *mask, const TrpMask *from, int axis, size_t source, size_t target, bool adds);

/* (transfer full): only slices @first to @last, both included, stay. */
TrpMask *trp_slices_crop (const TrpMask *mask, int axis, size_t first, size_t last);
/* (transfer full): without slices @first to @last, both included. */
TrpMask *trp_slices_clear (const TrpMask *mask, int axis, size_t first, size_t last);

bool trp_slices_is_empty (const TrpMask *mask, int axis, size_t slice);

/* What is done to a slice that is a grid of its own, one voxel thick along the axis. */
typedef TrpMask *(*TrpSliceFunc) (const TrpMask *slice,
                                  void *data,
                                  TrpIslands *out_islands,
                                  GError **error);

/**
 * trp_slices_map:
 * @out_islands: sums over the slices
 *
 * An operation in three dimensions, done in each slice that holds something by itself.
 *
 * Returns: (transfer full). Errors: what @func returns, G_IO_ERROR_CANCELLED.
 */
TrpMask *trp_slices_map (const TrpMask *mask,
                         int axis,
                         TrpSliceFunc func,
                         void *data,
                         TrpIslands *out_islands,
                         TrpProgress *progress,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
