/* augment-preview.h - what a recipe's augmentation makes of one slice
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For `triptych-cli augment` and the window: one call preprocesses a volume as training would and
 * gives one of its slices as it is and as training may see it. The nth picture after the first is
 * sample 0 of training step n. A plain value; any thread (a job: preprocessing may take seconds).
 */

#pragma once

#include "core/image/volume.h"
#include "core/method/preprocess/pipeline.h"
#include "core/method/recipe.h"

G_BEGIN_DECLS

#define TRP_AUGMENT_PREVIEW_MAX 256

/**
 * TrpAugmentPreview:
 * @n: pictures; the first is the slice unchanged
 * @width, @height: pixels: the recipe's patch, or its whole slice
 * @grey: n x height x width, black -1, white 1
 * @labels: (nullable): n x height x width, values of the label map
 * @slice: which of the preprocessed volume
 */
typedef struct
{
  size_t n, width, height;
  uint8_t *grey;
  uint8_t *labels;
  size_t slice;
} TrpAugmentPreview;

/**
 * trp_augment_preview_new:
 * @recipe: its steps, frame, intensities, augmentation and seed
 * @side: whether @image is shown as training's MR or as its CT
 * @labels: (nullable): label map on the grid of @image
 * @slice: of the preprocessed volume; negative: the one with most labelled voxels, without labels
 * the middle one
 * @n: pictures, 1 to TRP_AUGMENT_PREVIEW_MAX
 *
 * Errors: those of the steps (one that has to learn and has not) and of trp_dataset_add();
 * TRP_ERROR_LIMIT for a slice that is not there.
 */
TrpAugmentPreview *trp_augment_preview_new (const TrpRecipe *recipe,
                                            TrpStepSide side,
                                            TrpVolume *image,
                                            TrpVolume *labels,
                                            ptrdiff_t slice,
                                            size_t n,
                                            TrpProgress *progress,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_augment_preview_free (TrpAugmentPreview *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpAugmentPreview, trp_augment_preview_free)

G_END_DECLS
