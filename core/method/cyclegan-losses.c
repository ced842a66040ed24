/* cyclegan-losses.c - see cyclegan-losses.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/cyclegan-losses.h"

#include "core/nn/layers.h"
#include "core/nn/losses.h"

#include <math.h>

static TrpValue
compare (TrpGraph *graph, TrpCycleLoss kind, TrpValue x, TrpValue y)
{
  switch (kind)
    {
    case TRP_CYCLE_SSIM:
      return trp_graph_ssim_loss (graph, x, y, TRP_SSIM_VALID);
    case TRP_CYCLE_MSE:
      return trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_MSE, x, y);
    default:
      return trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_L1, x, y);
    }
}

TrpValue
trp_cyclegan_cycle_loss (TrpGraph *graph, const TrpRecipe *recipe, TrpValue x, TrpValue y)
{
  TrpValue sum = TRP_VALUE_NONE;

  for (int kind = 0; kind < TRP_N_CYCLE_LOSSES; kind++)
    {
      TrpValue part;

      if (recipe->cycle_mix[kind] == 0)
        continue;
      part = compare (graph, (TrpCycleLoss) kind, x, y);
      part = trp_graph_scale (graph, part, recipe->cycle_mix[kind]);
      sum = sum == TRP_VALUE_NONE ? part : trp_graph_add (graph, sum, part);
    }
  return sum == TRP_VALUE_NONE ? compare (graph, recipe->cycle_loss, x, y) : sum;
}

/* slope (x - threshold) */
static TrpValue
logits (TrpGraph *graph, const TrpRecipe *recipe, int side, TrpValue x, double slope)
{
  const double threshold = isnan (recipe->threshold[side]) ? 0 : recipe->threshold[side];
  TrpValue shift;

  if (x == TRP_VALUE_NONE)
    return x;
  shift = trp_graph_constant (graph, trp_graph_get_shape (graph, x), -slope * threshold);
  return trp_graph_add (graph, trp_graph_scale (graph, x, slope), shift);
}

TrpValue
trp_cyclegan_geometry_loss (TrpGraph *graph,
                            const TrpRecipe *recipe,
                            int side,
                            TrpValue translation,
                            TrpValue body,
                            TrpValue weights)
{
  const TrpValue soft = logits (graph, recipe, side, translation, recipe->geometry_slope);

  return trp_graph_pixel_loss_weighted (graph, TRP_PIXEL_LOSS_BCE_LOGITS, soft, body, weights);
}

#define HARD 1e6 /* a slope that leaves nothing between 0 and 1 */

TrpValue
trp_cyclegan_outline_dice (TrpGraph *graph,
                           const TrpRecipe *recipe,
                           int side,
                           TrpValue translation,
                           TrpValue body,
                           TrpValue weights)
{
  const TrpValue hard = trp_graph_activation (
    graph, logits (graph, recipe, side, translation, HARD), TRP_ACTIVATION_SIGMOID, 0);
  TrpValue inside, filled, one;

  if (hard == TRP_VALUE_NONE)
    return hard;
  one = trp_graph_constant (graph, trp_graph_get_shape (graph, hard), 1);
  inside = trp_graph_add (graph, one, trp_graph_scale (graph, weights, -1));
  filled = trp_graph_add (graph, trp_graph_multiply (graph, hard, weights), inside);
  one = trp_graph_constant (graph, trp_shape_vector (1), 1);
  return trp_graph_add (
    graph, one, trp_graph_scale (graph, trp_graph_dice_loss (graph, filled, body, 0, 1), -1));
}
