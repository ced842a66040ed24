/* mask-metrics.h - every number about two masks, at once
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Immutable when computed; any thread.
 */

#pragma once

#include "core/metrics/added-path-length.h"
#include "core/metrics/overlap.h"

G_BEGIN_DECLS

/**
 * TrpMaskMetrics:
 * @border: distances by voxel border: the default for HD, HD95, ASSD, MASD
 * @surfel: distances by surfels: the default for NSD
 * @hd_set: Hausdorff distance of all foreground voxels
 * @contour_pixels: of the reference, in its slices along k
 * @apl_pixels: added path length, one per tolerance
 * @apl_mm_per_pixel: mean in-slice spacing
 */
typedef struct
{
  TrpOverlap overlap;
  double volume_reference_mm3, volume_test_mm3;
  TrpSurfaceDistances *border;
  TrpSurfaceDistances *surfel;
  double hd_set;
  size_t contour_pixels;
  size_t *apl_pixels;
  double apl_mm_per_pixel;
} TrpMaskMetrics;

/**
 * trp_mask_metrics_compute:
 * @apl_tolerances: mm; n_apl_tolerances of them
 *
 * Works in the joint bounding box of the two masks and one voxel more.
 *
 * Errors: TRP_ERROR_GEOMETRY for grids that differ (naming the difference) or are sheared;
 * TRP_ERROR_LIMIT for memory; G_IO_ERROR_CANCELLED.
 */
TrpMaskMetrics *trp_mask_metrics_compute (const TrpMask *reference,
                                          const TrpMask *test,
                                          const double *apl_tolerances,
                                          size_t n_apl_tolerances,
                                          TrpProgress *progress,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_mask_metrics_free (TrpMaskMetrics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpMaskMetrics, trp_mask_metrics_free)

G_END_DECLS
