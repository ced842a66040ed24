/* interpolate.h - the slices between drawn ones
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Shape-based interpolation (Raya and Udupa, IEEE Trans. Med. Imaging 9 (1990) 32; Herman, Zheng
 * and Bucholtz, IEEE Comput. Graph. Appl. 12 (1992) 69): in each of two drawn slices the distance
 * to the outline, positive outside; in between the mean of both, weighted by nearness, and inside
 * is where it is not positive. Where that brings them closer, the two shapes are first laid upon
 * one another by their centroids, which move along a line, so that a structure that runs obliquely
 * neither shrinks nor breaks.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/**
 * trp_interpolate_slices:
 * @axis: of the grid, along which slices follow each other: 0, 1 or 2
 * @out_n_filled: slices that were empty and are not any more
 *
 * Fills every run of empty slices that has a drawn one on either side; drawn slices stay as they
 * are. Distances are in mm in the slice. Any thread.
 *
 * Returns: (transfer full): a new mask. Errors: TRP_ERROR_UNSUPPORTED where no empty slice could be
 * filled, G_IO_ERROR_CANCELLED.
 */
TrpMask *trp_interpolate_slices (
  const TrpMask *mask, int axis, size_t *out_n_filled, TrpProgress *progress, GError **error);

/* The axis with most runs of empty slices between drawn ones: along which somebody has left slices
 * out; the last axis (slices as they are stored) where others do not have more. */
int trp_interpolate_choose_axis (const TrpMask *mask);

G_END_DECLS
