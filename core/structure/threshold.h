/* threshold.h - voxels whose value lies in a range
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Values of a volume on a mask's grid, as in core/image/grid-values.h. Any thread; results do not
 * depend on the number of threads.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/**
 * trp_threshold:
 * @geometry: of the result
 * @low, @high: in the volume's unit, both included
 * @within: (nullable): only its voxels are looked at; on the grid of @geometry
 *
 * Errors: G_IO_ERROR_CANCELLED, TRP_ERROR_GEOMETRY for a @within of another grid,
 * TRP_ERROR_UNSUPPORTED for limits that are no numbers or in the wrong order.
 */
TrpMask *trp_threshold (const TrpGeometry *geometry,
                        const TrpVolume *volume,
                        double low,
                        double high,
                        const TrpMask *within,
                        TrpProgress *progress,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A range to begin with: above Otsu's threshold (core/image/histogram.h), up to the largest value.
 * Returns: false for a volume of one value or none. */
bool trp_threshold_suggest (const TrpVolume *volume, double *out_low, double *out_high);

/* A range to begin with: the values of what is drawn already, but for the lowest and the highest
 * twentieth. Returns: false where @mask has no voxel in the volume. */
bool trp_threshold_suggest_from_mask (const TrpVolume *volume,
                                      const TrpMask *mask,
                                      double *out_low,
                                      double *out_high);

G_END_DECLS
