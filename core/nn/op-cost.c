/* op-cost.c - see op-cost.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/op-cost.h"

#define OUTPUT (-1)

/* Every kind multiplies each element of a filter once at every place of one image: a convolution's
 * output, a transposed one's input. */
typedef struct
{
  int place, filter; /* input, or OUTPUT */
} Factors;

static const Factors *
find_factors (TrpOpKind kind)
{
  static const Factors conv = { OUTPUT, 1 }, data = { 0, 1 }, filter = { 1, OUTPUT };

  switch (kind)
    {
    case TRP_OP_conv:
      return &conv;
    case TRP_OP_conv_backward_data:
    case TRP_OP_conv_transpose:
      return &data;
    case TRP_OP_conv_backward_filter:
      return &filter;
    default:
      return NULL;
    }
}

static TrpShape
get_shape (const TrpGraph *graph, const TrpOp *op, int which)
{
  return trp_graph_get_shape (graph, which == OUTPUT ? op->outputs[0] : op->inputs[which]);
}

double
trp_graph_count_op_flop (const TrpGraph *graph, int index)
{
  const TrpOp *op = trp_graph_peek_op (graph, index);
  const Factors *factors = find_factors (op->kind);
  TrpShape place;

  if (!factors)
    return 0;
  place = get_shape (graph, op, factors->place);
  return 2 * (double) place.n * (double) trp_shape_pixels (place) *
         (double) trp_shape_count (get_shape (graph, op, factors->filter));
}

double
trp_graph_count_flop (const TrpGraph *graph)
{
  double flop = 0;

  for (int i = 0; i < trp_graph_get_n_ops (graph); i++)
    flop += trp_graph_count_op_flop (graph, i);
  return flop;
}
