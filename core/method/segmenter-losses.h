/* segmenter-losses.h - what contours and their truth are compared by
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/method/recipe.h"
#include "core/nn/graph.h"

G_BEGIN_DECLS

/* Whether structures and background compete for a pixel; else each structure is asked for alone. */
bool trp_segmenter_is_softmax (const TrpRecipe *recipe);

/**
 * trp_segmenter_build_loss:
 * @logits: (n, h, w, labels) relative to the background where the network has one
 * @targets: the same shape, 0 and 1; no two labels at one pixel where labels compete
 * @out_parts: unweighted: binary cross entropy, or that of the softmax; 1 - Dice
 *
 * The recipe's sum of both. With loss.cross_entropy the classes are the background, whose logit is
 * 0, and the labels; the Dice is then of the softmax's probabilities, one for each label and the
 * mean of these. (A softmax does not change when the same is added to all logits, so this is that
 * of the network's own outputs.)
 */
TrpValue trp_segmenter_build_loss (TrpGraph *graph,
                                   const TrpRecipe *recipe,
                                   TrpValue logits,
                                   TrpValue targets,
                                   TrpValue out_parts[2]);

G_END_DECLS
