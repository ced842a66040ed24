/* case-preview.h - what preprocessing makes of one case, to look at
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Stage 0 is the image as in its file, then one stage for each step of the recipe, last what the
 * network gets: resampled, cut, in network values. All are seen through one window on the patient,
 * so that what was cut away is missing and what was moved is not where it was. Greys are kept, not
 * values. Immutable once made; any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/method/recipe.h"
#include "core/study/data-list.h"

G_BEGIN_DECLS

typedef struct _TrpCasePreview TrpCasePreview;

/**
 * trp_case_preview_new:
 * @list: steps that learn do so from all its rows
 * @index: of the row
 * @role: an image that the row has
 *
 * Errors: those of loading and of the steps; G_IO_ERROR_CANCELLED.
 */
TrpCasePreview *trp_case_preview_new (const TrpRecipe *recipe,
                                      const TrpDataList *list,
                                      size_t index,
                                      TrpDataRole role,
                                      TrpProgress *progress,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_case_preview_free (TrpCasePreview *self);

size_t trp_case_preview_get_n_stages (const TrpCasePreview *self);
/* The step's text; NULL for the first and the last stage. */
const char *trp_case_preview_get_step (const TrpCasePreview *self, size_t stage);
/* What the step did, with numbers; size and spacing for the first and the last. */
const char *trp_case_preview_get_note (const TrpCasePreview *self, size_t stage);
/* Slices that the network may get, and the middle of each in mm towards the head. */
size_t trp_case_preview_get_n_slices (const TrpCasePreview *self);
double trp_case_preview_get_position (const TrpCasePreview *self, size_t slice);

/* @out_grey: (side, side); the last stage shows its pixels, the others are interpolated. */
void trp_case_preview_draw (
  const TrpCasePreview *self, size_t stage, size_t slice, size_t side, uint8_t *out_grey);

/* Pixels along the side of a training sample. */
size_t trp_case_preview_get_sample_side (const TrpCasePreview *self);
/* Sample number @draw of a slice as training may draw it. @out_grey: (sample side, sample side) */
void trp_case_preview_draw_sample (const TrpCasePreview *self,
                                   size_t slice,
                                   uint64_t draw,
                                   uint8_t *out_grey);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpCasePreview, trp_case_preview_free)

G_END_DECLS
