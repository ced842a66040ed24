/* patch.c - see patch.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/networks/patch.h"

#include "core/method/networks/layers-named.h"

#define SLOPE 0.2

static TrpValue
conv (TrpGraph *graph,
      const char *prefix,
      int index,
      TrpValue x,
      int n_out,
      int stride,
      bool bias_is_used)
{
  g_autofree char *name = g_strdup_printf ("%s.model.%d", prefix, index);

  return trp_named_conv (graph, name, x, n_out, 4, stride, 1, bias_is_used);
}

TrpValue
trp_patch_gan_build (TrpGraph *graph, const TrpPatchGan *spec, const char *prefix, TrpValue x)
{
  int index = 2;

  x = conv (graph, prefix, 0, x, spec->filters, 2, true);
  x = trp_graph_activation (graph, x, TRP_ACTIVATION_LEAKY_RELU, SLOPE);
  for (int layer = 1; layer <= spec->n_layers; layer++, index += 3)
    {
      const int n_out = spec->filters * MIN (1 << layer, 8);

      x = conv (graph, prefix, index, x, n_out, layer < spec->n_layers ? 2 : 1, false);
      x = trp_graph_instance_norm (graph, x, TRP_ACTIVATION_LEAKY_RELU, SLOPE);
    }
  return conv (graph, prefix, index, x, 1, 1, true);
}
