/* cyclegan-losses.h - what an image and its translation are compared by
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Builders on a graph; each returns a scalar. Images are (n, h, w, slices) of network values.
 */

#pragma once

#include "core/method/recipe.h"
#include "core/nn/graph.h"

G_BEGIN_DECLS

/* The recipe's cycle loss, or the parts of its mixture, each times its own weight. Gradients reach
 * both sides. */
TrpValue trp_cyclegan_cycle_loss (TrpGraph *graph, const TrpRecipe *recipe, TrpValue x, TrpValue y);

/**
 * trp_cyclegan_geometry_loss:
 * @side: whose images @translation is among: 0 MR, 1 CT
 * @body: of the image it was made from, 0 and 1; no gradient
 * @weights: of each pixel (trp_outline_weigh()); no gradient
 *
 * Mean over all pixels of weight times the cross entropy of the soft mask sigmoid (k (x - t)) of
 * the translation, t the side's threshold, against the body.
 *
 * Source: J. P. Kieselmann et al., Med. Phys. 2021, eq. 1, which lacks its minus sign and takes the
 * logarithm of the mask that has no gradient; what it means by a mask of a generated image is not
 * said. So here the source's mask is the target and the translation's is soft.
 */
TrpValue trp_cyclegan_geometry_loss (TrpGraph *graph,
                                     const TrpRecipe *recipe,
                                     int side,
                                     TrpValue translation,
                                     TrpValue body,
                                     TrpValue weights);
/* Dice of the body and what is brighter than the threshold in the translation, where pixels of
 * weight 0 (the inside) are taken as equal. For the log. */
TrpValue trp_cyclegan_outline_dice (TrpGraph *graph,
                                    const TrpRecipe *recipe,
                                    int side,
                                    TrpValue translation,
                                    TrpValue body,
                                    TrpValue weights);

G_END_DECLS
