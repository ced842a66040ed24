/* ssim.h - structural similarity, slice by slice and in 3D
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Gaussian window of 11 samples per axis, sigma 1.5; K1 0.01, K2 0.03; population covariance. Means
 * leave out a rim of 5 voxels, so no window reaches over the edge and how edges are continued does
 * not matter.
 *
 * Source: Z. Wang et al., IEEE Trans. Image Process. 13 (2004) 600-612.
 */

#pragma once

#include "core/base/progress.h"
#include "core/metrics/image-pair.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

#define TRP_SSIM_WINDOW 11
#define TRP_SSIM_RIM (TRP_SSIM_WINDOW / 2)

/**
 * trp_ssim_compute:
 * @mask: (nullable)
 * @out_slices: mean of each slice; NAN where a slice is all rim
 * @out_mask: mean of the 2D maps over mask voxels outside the rim; NAN without any
 * @out_3d: NAN where an axis has under 11 voxels
 *
 * Errors: G_IO_ERROR_CANCELLED; TRP_ERROR_LIMIT for memory.
 */
bool trp_ssim_compute (const TrpImagePair *pair,
                       double data_range,
                       const TrpMask *mask,
                       TrpProgress *progress,
                       double *out_slices,
                       double *out_mask,
                       double *out_3d,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
