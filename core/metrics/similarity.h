/* similarity.h - numbers about two images on one grid
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * d = test - reference in double precision. Results are plain values; any thread; sums are added in
 * the order of slices, so they do not depend on the number of threads. A slice without contrast has
 * no correlation (NAN); means over slices leave such slices out.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

#define TRP_SIMILARITY_BINS 64
#define TRP_SIMILARITY_RIM 5          /* half the window of SSIM */
#define TRP_SIMILARITY_BODY_HU -300.0 /* the body is what lies above */

/**
 * TrpSimilarityRegion: over the whole image or the voxels of a mask; NAN where @n is 0
 * @psnr: dB; INFINITY for equal images
 * @ncc: Pearson correlation
 * @mi, @hx, @hy, @hxy: mutual information and entropies of 64 x 64 bins from min to max, in nats
 * @nmi: (hx + hy) / hxy
 */
typedef struct
{
  size_t n;
  double mae, me, rmse, psnr;
  double ncc;
  double mi, hx, hy, hxy, nmi;
} TrpSimilarityRegion;

/**
 * TrpSimilaritySlice: one slice along k
 * @ssim: mean without a rim of 5 pixels; NAN for slices that are all rim
 */
typedef struct
{
  double ssim, mi, ncc, gc_sobel, gc_central;
} TrpSimilaritySlice;

/**
 * TrpSimilarityOptions:
 * @mask: (nullable): region for a second set of numbers
 * @data_range: of PSNR and SSIM; 0: 4095 where both images hold values under -300 (CT), else the
 * range of the reference
 * @clip: both images are clipped to clip_low..clip_high first
 */
typedef struct
{
  const TrpMask *mask;
  double data_range;
  bool clip;
  double clip_low, clip_high;
} TrpSimilarityOptions;

/**
 * TrpSimilarity:
 * @mask: meaningful with a mask only
 * @ssim2d, @gc_sobel, @gc_central: means over slices
 * @ssim2d_mask: mean of the map over mask voxels outside the rim
 * @ssim3d: NAN under 11 slices (@has_ssim3d says so)
 * @has_outline: both images hold values under -300
 * @outline_dice: of the two bodies
 */
typedef struct
{
  double data_range;
  TrpSimilarityRegion whole;
  bool has_mask;
  TrpSimilarityRegion mask;
  double ssim2d_mask;
  size_t n_slices;
  TrpSimilaritySlice *slices;
  double ssim2d;
  bool has_ssim3d;
  double ssim3d;
  double gc_sobel, gc_central;
  bool has_outline;
  size_t outline_n_reference, outline_n_test;
  double outline_dice;
} TrpSimilarity;

/**
 * trp_similarity_compute:
 *
 * Errors: TRP_ERROR_GEOMETRY for grids that differ; TRP_ERROR_FORMAT for voxels that are not finite
 * numbers; TRP_ERROR_LIMIT for memory; G_IO_ERROR_CANCELLED.
 */
TrpSimilarity *trp_similarity_compute (const TrpVolume *reference,
                                       const TrpVolume *test,
                                       const TrpSimilarityOptions *options,
                                       TrpProgress *progress,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_similarity_free (TrpSimilarity *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSimilarity, trp_similarity_free)

G_END_DECLS
