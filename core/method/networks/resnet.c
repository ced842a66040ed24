/* resnet.c - see resnet.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * @index counts the modules of the reference's nn.Sequential, paddings, norms and activations
 * included, because files name parameters by it.
 */

#include "core/method/networks/resnet.h"

#include "core/method/networks/layers-named.h"

static TrpValue
conv_norm_relu (TrpGraph *graph,
                const char *prefix,
                int index,
                TrpValue x,
                int n_out,
                int size,
                int stride,
                int pad)
{
  g_autofree char *name = g_strdup_printf ("%s.model.%d", prefix, index);

  x = trp_named_conv (graph, name, x, n_out, size, stride, pad, false);
  return trp_graph_instance_norm (graph, x, TRP_ACTIVATION_RELU, 0);
}

/* No activation after the sum. */
static TrpValue
block (TrpGraph *graph, const char *prefix, int index, TrpValue x, int n)
{
  g_autofree char *first = g_strdup_printf ("%s.model.%d.conv_block.1", prefix, index);
  g_autofree char *second = g_strdup_printf ("%s.model.%d.conv_block.5", prefix, index);
  TrpValue y;

  y = trp_graph_pad (graph, x, TRP_PAD_REFLECT, 1);
  y = trp_named_conv (graph, first, y, n, 3, 1, 0, false);
  y = trp_graph_instance_norm (graph, y, TRP_ACTIVATION_RELU, 0);
  y = trp_graph_pad (graph, y, TRP_PAD_REFLECT, 1);
  y = trp_named_conv (graph, second, y, n, 3, 1, 0, false);
  y = trp_graph_instance_norm (graph, y, TRP_ACTIVATION_NONE, 0);
  return trp_graph_add (graph, x, y);
}

/* Transposed: three modules. Nearest: upsample, pad, convolution, norm, ReLU are five. */
static TrpValue
up (
  TrpGraph *graph, const TrpResnet *spec, const char *prefix, int *io_index, TrpValue x, int n_out)
{
  g_autofree char *name = g_strdup_printf ("%s.model.%d", prefix,
                                           *io_index + (spec->nearest ? 2 : 0));

  if (spec->nearest)
    {
      x = trp_graph_upsample (graph, x);
      x = trp_graph_pad (graph, x, TRP_PAD_REFLECT, 1);
      x = trp_named_conv (graph, name, x, n_out, 3, 1, 0, false);
    }
  else
    x = trp_named_conv_transpose (graph, name, x, n_out, 3, 2, 1, 1, false);
  *io_index += spec->nearest ? 5 : 3;
  return trp_graph_instance_norm (graph, x, TRP_ACTIVATION_RELU, 0);
}

TrpValue
trp_resnet_build (TrpGraph *graph, const TrpResnet *spec, const char *prefix, TrpValue x)
{
  g_autofree char *last = NULL;
  int n = spec->filters, index = 1;

  x = trp_graph_pad (graph, x, TRP_PAD_REFLECT, 3);
  x = conv_norm_relu (graph, prefix, index, x, n, 7, 1, 0);
  index += 3;
  for (int down = 0; down < spec->n_downs; down++, index += 3)
    x = conv_norm_relu (graph, prefix, index, x, n *= 2, 3, 2, 1);
  for (int b = 0; b < spec->n_blocks; b++, index++)
    x = block (graph, prefix, index, x, n);
  for (int down = 0; down < spec->n_downs; down++)
    x = up (graph, spec, prefix, &index, x, n /= 2);
  last = g_strdup_printf ("%s.model.%d", prefix, index + 1);
  x = trp_graph_pad (graph, x, TRP_PAD_REFLECT, 3);
  x = trp_named_conv (graph, last, x, spec->out_channels, 7, 1, 0, true);
  return trp_graph_activation (graph, x, TRP_ACTIVATION_TANH, 0);
}
