/* patch.c - see patch.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/networks/patch.h"

#include "core/method/networks/layers-named.h"

#define SLOPE 0.2

/* Names are PREFIX.LIST.INDEX; the rest of the layer is of the kind. */
typedef struct
{
  TrpGraph *graph;
  const char *prefix, *list;
  int size, pad;
} Build;

static TrpValue
conv (const Build *build, int index, TrpValue x, int n_out, int stride, TrpBias bias)
{
  g_autofree char *name = g_strdup_printf ("%s.%s.%d", build->prefix, build->list, index);

  return trp_named_conv (build->graph, name, x, n_out, build->size, stride, build->pad, bias);
}

static TrpValue
build_first (const Build *build, TrpValue x, int filters, int stride)
{
  x = conv (build, 0, x, filters, stride, TRP_BIAS_USED);
  return trp_graph_activation (build->graph, x, TRP_ACTIVATION_LEAKY_RELU, SLOPE);
}

static TrpValue
build_normed (const Build *build, int index, TrpValue x, int n_out, int stride)
{
  x = conv (build, index, x, n_out, stride, TRP_BIAS_KEPT);
  return trp_graph_instance_norm (build->graph, x, TRP_ACTIVATION_LEAKY_RELU, SLOPE);
}

static TrpValue
build_pixel (TrpGraph *graph, const TrpPatchGan *spec, const char *prefix, TrpValue x)
{
  const Build build = { graph, prefix, "net", 1, 0 };

  x = build_first (&build, x, spec->filters, 1);
  x = build_normed (&build, 2, x, 2 * spec->filters, 1);
  return conv (&build, 5, x, 1, 1, TRP_BIAS_USED);
}

TrpValue
trp_patch_gan_build (TrpGraph *graph, const TrpPatchGan *spec, const char *prefix, TrpValue x)
{
  const Build build = { graph, prefix, "model", 4, 1 };
  int index = 2;

  if (spec->pixel)
    return build_pixel (graph, spec, prefix, x);
  x = build_first (&build, x, spec->filters, 2);
  for (int layer = 1; layer <= spec->n_layers; layer++, index += 3)
    x = build_normed (&build, index, x, spec->filters * MIN (1 << layer, 8),
                      layer < spec->n_layers ? 2 : 1);
  return conv (&build, index, x, 1, 1, TRP_BIAS_USED);
}
