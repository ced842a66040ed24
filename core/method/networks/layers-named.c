/* layers-named.c - see layers-named.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/networks/layers-named.h"

static TrpValue
parameter (TrpGraph *graph, const char *prefix, const char *name, TrpShape shape, TrpAxes axes)
{
  g_autofree char *full = g_strconcat (prefix, ".", name, NULL);

  return trp_graph_parameter (graph, full, shape, axes);
}

TrpValue
trp_named_conv (TrpGraph *graph,
                const char *prefix,
                TrpValue x,
                int n_out,
                int size,
                int stride,
                int pad,
                bool bias_is_used)
{
  TrpValue filter, bias;

  if (x == TRP_VALUE_NONE)
    return TRP_VALUE_NONE;
  filter = parameter (graph, prefix, "weight",
                      (TrpShape){ n_out, size, size, trp_graph_get_shape (graph, x).c },
                      TRP_AXES_FILTER);
  bias = parameter (graph, prefix, "bias", trp_shape_vector (n_out), TRP_AXES_VECTOR);
  return trp_graph_conv (graph, x, filter, bias_is_used ? bias : TRP_VALUE_NONE, stride, pad);
}

TrpValue
trp_named_repeat (TrpGraph *graph, TrpValue x, int n)
{
  g_autofree TrpValue *copies = g_new (TrpValue, MAX (n, 1));

  for (int i = 0; i < n; i++)
    copies[i] = x;
  return n > 1 ? trp_graph_concat (graph, copies, n) : x;
}

TrpValue
trp_named_conv_transpose (TrpGraph *graph,
                          const char *prefix,
                          TrpValue x,
                          int n_out,
                          int size,
                          int stride,
                          int pad,
                          int output_padding,
                          bool bias_is_used)
{
  TrpValue filter, bias;

  if (x == TRP_VALUE_NONE)
    return TRP_VALUE_NONE;
  filter = parameter (graph, prefix, "weight",
                      (TrpShape){ trp_graph_get_shape (graph, x).c, size, size, n_out },
                      TRP_AXES_FILTER);
  bias = parameter (graph, prefix, "bias", trp_shape_vector (n_out), TRP_AXES_VECTOR);
  return trp_graph_conv_transpose (graph, x, filter, bias_is_used ? bias : TRP_VALUE_NONE, stride,
                                   pad, output_padding);
}
