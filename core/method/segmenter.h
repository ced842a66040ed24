/* segmenter.h - what the training of a segmenter and its validation share
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

/* Draws batch @number into the inputs @images and @targets of the step's program. */
bool trp_segmenter_feed (TrpTrainer *trainer,
                         uint64_t number,
                         TrpValue images,
                         TrpValue targets,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
