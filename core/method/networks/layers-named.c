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

/* What is computed with; TRP_VALUE_NONE unless it is used. */
static TrpValue
bias_parameter (TrpGraph *graph, const char *prefix, int n, TrpBias bias)
{
  TrpValue value = TRP_VALUE_NONE;

  if (bias != TRP_BIAS_NONE)
    value = parameter (graph, prefix, "bias", trp_shape_vector (n), TRP_AXES_VECTOR);
  return bias == TRP_BIAS_USED ? value : TRP_VALUE_NONE;
}

TrpValue
trp_named_conv (TrpGraph *graph,
                const char *prefix,
                TrpValue x,
                int n_out,
                int size,
                int stride,
                int pad,
                TrpBias bias)
{
  TrpValue filter;

  if (x == TRP_VALUE_NONE)
    return TRP_VALUE_NONE;
  filter = parameter (graph, prefix, "weight",
                      (TrpShape){ n_out, size, size, trp_graph_get_shape (graph, x).c },
                      TRP_AXES_FILTER);
  return trp_graph_conv (graph, x, filter, bias_parameter (graph, prefix, n_out, bias), stride,
                         pad);
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
trp_named_mean_of_channels (TrpGraph *graph, TrpValue x)
{
  const int n = trp_graph_get_shape (graph, x).c;
  TrpValue sum;

  if (x == TRP_VALUE_NONE)
    return x;
  sum = trp_graph_slice (graph, x, 0, 1);
  for (int c = 1; c < n; c++)
    sum = trp_graph_add (graph, sum, trp_graph_slice (graph, x, c, 1));
  return trp_graph_scale (graph, sum, 1.0 / n);
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
                          TrpBias bias)
{
  TrpValue filter;

  if (x == TRP_VALUE_NONE)
    return TRP_VALUE_NONE;
  filter = parameter (graph, prefix, "weight",
                      (TrpShape){ trp_graph_get_shape (graph, x).c, size, size, n_out },
                      TRP_AXES_FILTER);
  return trp_graph_conv_transpose (graph, x, filter, bias_parameter (graph, prefix, n_out, bias),
                                   stride, pad, output_padding);
}
