/* segmenter.h - what the training of a segmenter and its validation share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/method/trainer-class.h"

G_BEGIN_DECLS

/* Column of the images. */
TrpDataRole trp_segmenter_get_role (const TrpRecipe *recipe);

/* @targets: as @logits (n, h, w, labels); @out_parts: cross-entropy and Dice loss, unweighted.
 * Returns: their weighted sum */
TrpValue trp_segmenter_build_loss (TrpGraph *graph,
                                   const TrpRecipe *recipe,
                                   TrpValue logits,
                                   TrpValue targets,
                                   TrpValue out_parts[2]);

G_END_DECLS
