/* losses.c - see losses.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/losses.h"

#define CORRELATION_EPS 1e-8

static TrpValue
append_pair (TrpGraph *graph, TrpOpKind kind, const TrpOpAttributes *a, TrpValue x, TrpValue y)
{
  if (x == TRP_VALUE_NONE || y == TRP_VALUE_NONE)
    return TRP_VALUE_NONE;
  return trp_graph_op (graph, kind, a, (const TrpValue[]){ x, y }, 2);
}

TrpValue
trp_graph_pixel_loss (TrpGraph *self, TrpPixelLoss kind, TrpValue x, TrpValue target)
{
  const TrpOpAttributes a = { .mode = kind };

  return append_pair (self, TRP_OP_pixel_loss, &a, x, target);
}

TrpValue
trp_graph_pixel_loss_constant (TrpGraph *self, TrpPixelLoss kind, TrpValue x, double target)
{
  const TrpOpAttributes a = { .mode = kind, .alpha = target };

  return x == TRP_VALUE_NONE ? x : trp_graph_op (self, TRP_OP_pixel_loss, &a, &x, 1);
}

TrpValue
trp_graph_pixel_loss_weighted (
  TrpGraph *self, TrpPixelLoss kind, TrpValue x, TrpValue target, TrpValue weight)
{
  const TrpOpAttributes a = { .mode = kind };

  if (x == TRP_VALUE_NONE || target == TRP_VALUE_NONE || weight == TRP_VALUE_NONE)
    return TRP_VALUE_NONE;
  return trp_graph_op (self, TRP_OP_pixel_loss, &a, (const TrpValue[]){ x, target, weight }, 3);
}

TrpValue
trp_graph_softmax_loss (TrpGraph *self, TrpValue logits, TrpValue target)
{
  return append_pair (self, TRP_OP_softmax_loss, NULL, logits, target);
}

TrpValue
trp_graph_dice_loss (TrpGraph *self, TrpValue x, TrpValue target, TrpDiceMode mode, double s)
{
  const TrpOpAttributes a = { .mode = (int) mode, .alpha = s };

  return append_pair (self, TRP_OP_dice_loss, &a, x, target);
}

TrpValue
trp_graph_gradient_correlation (TrpGraph *self, TrpValue x, TrpValue y, bool is_signed)
{
  const TrpOpAttributes a = { .mode = is_signed, .eps = CORRELATION_EPS };

  return append_pair (self, TRP_OP_gradient_correlation, &a, x, y);
}

TrpValue
trp_graph_ssim_loss (TrpGraph *self, TrpValue x, TrpValue y, TrpSsimMode mode)
{
  const TrpOpAttributes a = { .mode = (int) mode };

  return append_pair (self, TRP_OP_ssim_loss, &a, x, y);
}

TrpValue
trp_graph_mean (TrpGraph *self, TrpValue x)
{
  return x == TRP_VALUE_NONE ? x : trp_graph_op (self, TRP_OP_mean, NULL, &x, 1);
}

TrpValue
trp_graph_weighted_sum (TrpGraph *self, TrpValue weights, const TrpValue *scalars, int n)
{
  g_autofree TrpValue *inputs = g_new (TrpValue, (gsize) n + 1);

  inputs[0] = weights;
  for (int i = 0; i < n; i++)
    inputs[i + 1] = scalars[i];
  for (int i = 0; i < n + 1; i++)
    if (inputs[i] == TRP_VALUE_NONE)
      return TRP_VALUE_NONE;
  return trp_graph_op (self, TRP_OP_weighted_sum, NULL, inputs, n + 1);
}
