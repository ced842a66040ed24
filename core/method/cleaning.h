/* cleaning.h - slices whose generated image does not fit its source
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A slice is left out when the body in the generated image and the body in its source overlap by a
 * Dice of less than 0.8: contours drawn on the source would be wrong on it. Any thread.
 *
 * Source: Kieselmann et al. 2021, section 2.D.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"

G_BEGIN_DECLS

#define TRP_CLEANING_DICE 0.8

typedef enum
{
  TRP_CLEANING_KEPT,
  TRP_CLEANING_OUTLINES_DIFFER, /* Dice under the limit */
  TRP_CLEANING_NO_BODY,         /* neither image shows one: nothing to learn */
} TrpCleaningVerdict;

/**
 * TrpCleaningSlice: an axial slice of the images
 * @dice: of the two bodies, NAN where there is none
 * @n_source, @n_generated: pixels of the bodies
 */
typedef struct
{
  TrpCleaningVerdict verdict;
  double dice;
  size_t n_source, n_generated;
} TrpCleaningSlice;

/* What is body in an image: above -300 HU where it holds values under that (CT), else above half of
 * Otsu's threshold. */
double trp_cleaning_get_threshold (const TrpVolume *volume);

/**
 * trp_cleaning_compare:
 * @limit: TRP_CLEANING_DICE, or another Dice from 0 to 1
 * @out_slices: one for each axial slice, in the order of the file: the images' size along
 * trp_frame_find_slice_axis()
 *
 * Outlines are found in axial slices however the images are stored, as a training sees them.
 *
 * Errors: TRP_ERROR_GEOMETRY for grids that differ; TRP_ERROR_FORMAT for values that are not
 * finite.
 */
bool trp_cleaning_compare (const TrpVolume *source,
                           const TrpVolume *generated,
                           double limit,
                           TrpCleaningSlice *out_slices,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "outlines overlap by 0.71, less than 0.80": for the list of what was left out. (transfer full) */
char *trp_cleaning_dup_reason (const TrpCleaningSlice *slice, double limit);

/* The column "leave_out" of a data list, core/study/data-list.h. (transfer full) */
char *trp_cleaning_to_text (const TrpCleaningSlice *slices, size_t n);

G_END_DECLS
