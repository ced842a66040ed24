/* segmenter-losses.c - see segmenter-losses.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/segmenter-losses.h"

#include "core/nn/layers.h"
#include "core/nn/losses.h"

bool
trp_segmenter_is_softmax (const TrpRecipe *recipe)
{
  return recipe->cross_entropy > 0;
}

/* 1 where none of the labels is; the background's target. */
static TrpValue
build_rest (TrpGraph *graph, TrpValue targets)
{
  TrpShape shape = trp_graph_get_shape (graph, targets);
  const int n = shape.c;
  TrpValue sum = trp_graph_slice (graph, targets, 0, 1);

  for (int label = 1; label < n; label++)
    sum = trp_graph_add (graph, sum, trp_graph_slice (graph, targets, label, 1));
  shape.c = 1;
  return trp_graph_add (graph, trp_graph_scale (graph, sum, -1),
                        trp_graph_constant (graph, shape, 1));
}

/* The background comes last: its logit is 0. */
static void
build_softmax (
  TrpGraph *graph, TrpDiceMode mode, TrpValue logits, TrpValue targets, TrpValue out_parts[2])
{
  TrpShape shape = trp_graph_get_shape (graph, logits);
  const int n = shape.c;
  TrpValue all, probabilities;

  shape.c = 1;
  all = trp_graph_concat (graph, (TrpValue[]){ logits, trp_graph_constant (graph, shape, 0) }, 2);
  out_parts[0] = trp_graph_softmax_loss (
    graph, all, trp_graph_concat (graph, (TrpValue[]){ targets, build_rest (graph, targets) }, 2));
  probabilities = trp_graph_slice (graph, trp_graph_softmax (graph, all), 0, n);
  out_parts[1] = trp_graph_dice_loss (graph, probabilities, targets, mode | TRP_DICE_PER_CHANNEL,
                                      1);
}

TrpValue
trp_segmenter_build_loss (TrpGraph *graph,
                          const TrpRecipe *recipe,
                          TrpValue logits,
                          TrpValue targets,
                          TrpValue out_parts[2])
{
  const bool is_softmax = trp_segmenter_is_softmax (recipe);
  const TrpDiceMode mode = (recipe->dice_per_sample ? TRP_DICE_PER_SAMPLE : 0) |
                           (recipe->dice_per_channel ? TRP_DICE_PER_CHANNEL : 0);
  TrpValue weighted[2];

  out_parts[0] = out_parts[1] = TRP_VALUE_NONE;
  if (logits == TRP_VALUE_NONE)
    return TRP_VALUE_NONE;
  if (is_softmax)
    build_softmax (graph, mode, logits, targets, out_parts);
  else
    {
      out_parts[0] = trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_BCE_LOGITS, logits, targets);
      out_parts[1] = trp_graph_dice_loss (graph, logits, targets, mode | TRP_DICE_LOGITS, 1);
    }
  weighted[0] = trp_graph_scale (graph, out_parts[0],
                                 is_softmax ? recipe->cross_entropy : recipe->bce);
  weighted[1] = trp_graph_scale (graph, out_parts[1], recipe->dice);
  return trp_graph_add (graph, weighted[0], weighted[1]);
}
