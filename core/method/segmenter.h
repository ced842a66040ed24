/* segmenter.h - what trainings for contours and their validation share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/method/trainer-class.h"

G_BEGIN_DECLS

/* Column of the images. */
TrpDataRole trp_segmenter_get_role (const TrpRecipe *recipe);

/* What a data set of the second image needs to know; nothing where the recipe has none. */
void trp_segmenter_add_second (const TrpRecipe *recipe, TrpDatasetSpec *io_spec);

/* As TrpTrainerClass asks for them. */
bool trp_segmenter_load (TrpTrainer *trainer,
                         const TrpDataList *list,
                         TrpProgress *progress,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_segmenter_estimate_data (const TrpRecipe *recipe,
                                  const TrpDataList *list,
                                  size_t *out_bytes,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Slices in a preview, one in each row: image, prediction and truth (all structures together). */
#define TRP_SEGMENTER_ROWS 4
#define TRP_SEGMENTER_COLUMNS 3

/* From "x" to "y", probabilities, with the norms of inference. */
TrpGraph *trp_segmenter_build_preview (const TrpRecipe *recipe);
/* Runs the preview's program, sets "targets" too where it asks for them, and draws the first
 * columns of @out_sheet, which has @n_columns. */
bool trp_segmenter_run_preview (TrpTrainer *trainer,
                                size_t n_columns,
                                TrpTileSheet *out_sheet,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Draws batch @number into the inputs @images and @targets of the step's program. */
bool trp_segmenter_feed (TrpTrainer *trainer,
                         uint64_t number,
                         TrpValue images,
                         TrpValue targets,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
