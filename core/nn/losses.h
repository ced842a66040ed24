/* losses.h - builders of losses; each returns a scalar
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/nn/graph.h"

G_BEGIN_DECLS

/* Mean over all elements; gradients reach both sides of L1 and MSE, only @x of BCE. */
TrpValue trp_graph_pixel_loss (TrpGraph *self, TrpPixelLoss kind, TrpValue x, TrpValue target);
/* The same against one number, as LSGAN's 0 and 1. */
TrpValue
trp_graph_pixel_loss_constant (TrpGraph *self, TrpPixelLoss kind, TrpValue x, double target);

/* Mean over all elements of @weight times the loss, both of @x's shape; @weight counts as a
 * constant whatever it comes from. */
TrpValue trp_graph_pixel_loss_weighted (
  TrpGraph *self, TrpPixelLoss kind, TrpValue x, TrpValue target, TrpValue weight);

/* Cross entropy of classes: mean over pixels of -sum over channels of target log softmax (logits).
 * @target: of the logits' shape, one channel 1 and the others 0 (or shares that sum to 1); no
 * gradient reaches it. */
TrpValue trp_graph_softmax_loss (TrpGraph *self, TrpValue logits, TrpValue target);

/* 1 - (2 sum pg + s) / (sum p + sum g + s) over what @mode takes together; no gradient reaches
 * @target. */
TrpValue
trp_graph_dice_loss (TrpGraph *self, TrpValue x, TrpValue target, TrpDiceMode mode, double s);

/* 1 - mean NCC of the two gradient images, per sample and channel; gradients reach both sides.
 * Source: Hiasa et al. 2018; absolute values by default as in the author's code. */
TrpValue trp_graph_gradient_correlation (TrpGraph *self, TrpValue x, TrpValue y, bool is_signed);

/* 1 - mean SSIM of images of -1..1, at least 11 x 11; gradients reach both sides. */
TrpValue trp_graph_ssim_loss (TrpGraph *self, TrpValue x, TrpValue y, TrpSsimMode mode);

TrpValue trp_graph_mean (TrpGraph *self, TrpValue x);

/* @weights: a vector of @n entries, usually an input, so that a schedule can change it. */
TrpValue trp_graph_weighted_sum (TrpGraph *self, TrpValue weights, const TrpValue *scalars, int n);

G_END_DECLS
