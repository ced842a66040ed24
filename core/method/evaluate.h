/* evaluate.h - numbers about one case: a synthesised image, a set of contours
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each function adds rows for the whole case and, where asked, for each slice along k. What cannot
 * be measured adds nothing and fails. Any thread, one table at a time.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"
#include "core/structure/structure-set.h"
#include "core/study/results.h"

G_BEGIN_DECLS

#define TRP_EVALUATE_BODY "body" /* structure of rows on the inside of the body */

/**
 * TrpEvaluateOptions: all zero: whole cases, nothing clipped
 * @slices: rows for each slice too
 * @expected: (nullable): names of structures that were looked for in both readings,
 * NULL-terminated: where one is missing it is empty. Without its name there a structure that one
 * reading lacks is passed over
 * @clip: images are clipped to clip_low..clip_high first, which is also the range of PSNR and SSIM
 */
typedef struct
{
  bool slices;
  const char *const *expected;
  bool clip;
  double clip_low, clip_high;
} TrpEvaluateOptions;

/**
 * trp_evaluate_images:
 * @key: arm, seed, fold, case and patient of the rows
 * @reference: the truth, such as the CT on the MR's grid
 * @test: such as a SynCT, on the same grid
 * @body: (nullable): where errors count; NULL: the reference's outline (above -300 HU, largest
 * part, holes filled) if it holds air
 * @options: (nullable)
 *
 * mae, me, rmse, psnr, ssim, ncc of the whole image, and of structure "body" where there is a body;
 * outline_dice where both images hold air. Slices: mae in the body (or the whole slice), ssim,
 * outline_dice.
 *
 * Errors: TRP_ERROR_GEOMETRY for grids that differ; TRP_ERROR_FORMAT for voxels that are no
 * numbers; TRP_ERROR_LIMIT; G_IO_ERROR_CANCELLED.
 */
bool trp_evaluate_images (TrpResults *results,
                          const TrpResult *key,
                          const TrpVolume *reference,
                          const TrpVolume *test,
                          const TrpMask *body,
                          const TrpEvaluateOptions *options,
                          TrpProgress *progress,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_evaluate_dependence:
 * @source: what the image was made from, such as the MR
 *
 * mi and nmi of source and result (64 x 64 bins, nats); slices: mi. It needs no truth. The mean
 * over slices, as Hiasa et al. have it, is trp_results_average() over slices. Errors: as above.
 */
bool trp_evaluate_dependence (TrpResults *results,
                              const TrpResult *key,
                              const TrpVolume *source,
                              const TrpVolume *test,
                              const TrpEvaluateOptions *options,
                              TrpProgress *progress,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_evaluate_structures:
 * @reference, @test: readings on the same grid
 *
 * For each structure that both have, by name (by label where one of them has no name): dice, iou,
 * hd, hd95, assd, masd (by voxel border), nsd@1, nsd@2, nsd@3 (by surfels), volume_ml,
 * volume_reference_ml, volume_difference_ml (test - reference); slices: dice where either has
 * voxels. A structure that was looked for and not found has dice 0 and infinite distances.
 *
 * Errors: TRP_ERROR_FORMAT when they have no structure in common; as above.
 */
bool trp_evaluate_structures (TrpResults *results,
                              const TrpResult *key,
                              const TrpStructureSet *reference,
                              const TrpStructureSet *test,
                              const TrpEvaluateOptions *options,
                              TrpProgress *progress,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
