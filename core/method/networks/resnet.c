/* resnet.c - see resnet.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * @index counts the modules of the reference's nn.Sequential, paddings, norms and activations
 * included, because files name parameters by it.
 */

#include "core/method/networks/resnet.h"

#include "core/method/networks/layers-named.h"

/* What a stage leaves: @y, and @padded where the next one wants a mirrored border. */
typedef struct
{
  TrpGraph *graph;
  const TrpResnet *spec;
  const char *prefix;
  int stage, index;
  TrpValue y, padded;
} Build;

/* Pixels of mirrored border that a stage reads. Stages are the first convolution, the downs, the
 * blocks, the ups and the last convolution. */
static int
border_of (const TrpResnet *spec, int stage)
{
  const int first_block = 1 + spec->n_downs, first_up = first_block + spec->n_blocks;

  if (stage == 0 || stage >= first_up + spec->n_downs)
    return 3;
  return stage >= first_block && stage < first_up ? 1 : 0;
}

static TrpValue
norm (Build *build, TrpValue x, TrpNormTail tail, TrpValue *out_padded)
{
  tail.mode = TRP_PAD_REFLECT;
  return trp_graph_instance_norm_tail (build->graph, x, &tail, out_padded);
}

/* The norm that ends a stage, with what the next one wants. */
static void
finish (Build *build, TrpValue x, TrpNormTail tail)
{
  tail.pad = border_of (build->spec, ++build->stage);
  build->y = norm (build, x, tail, &build->padded);
}

static void
conv_norm_relu (Build *build, TrpValue x, int n_out, int size, int stride, int pad)
{
  g_autofree char *name = g_strdup_printf ("%s.model.%d", build->prefix, build->index);

  x = trp_named_conv (build->graph, name, x, n_out, size, stride, pad, TRP_BIAS_KEPT);
  build->index += 3;
  finish (build, x, (TrpNormTail){ .activation = TRP_ACTIVATION_RELU });
}

/* No activation after the sum. */
static void
block (Build *build, int n)
{
  g_autofree char *first = g_strdup_printf ("%s.model.%d.conv_block.1", build->prefix,
                                            build->index);
  g_autofree char *second = g_strdup_printf ("%s.model.%d.conv_block.5", build->prefix,
                                             build->index);
  TrpValue x = trp_named_conv (build->graph, first, build->padded, n, 3, 1, 0, TRP_BIAS_KEPT);

  norm (build, x, (TrpNormTail){ .activation = TRP_ACTIVATION_RELU, .pad = 1 }, &x);
  x = trp_named_conv (build->graph, second, x, n, 3, 1, 0, TRP_BIAS_KEPT);
  build->index++;
  finish (build, x, (TrpNormTail){ .has_residual = true, .residual = build->y });
}

/* Transposed: three modules. Nearest: upsample, pad, convolution, norm, ReLU are five. */
static void
up (Build *build, int n_out)
{
  const bool nearest = build->spec->nearest;
  g_autofree char *name = g_strdup_printf ("%s.model.%d", build->prefix,
                                           build->index + (nearest ? 2 : 0));
  TrpValue x = build->y;

  if (nearest)
    {
      x = trp_graph_upsample (build->graph, x);
      x = trp_graph_pad (build->graph, x, TRP_PAD_REFLECT, 1);
      x = trp_named_conv (build->graph, name, x, n_out, 3, 1, 0, TRP_BIAS_KEPT);
    }
  else
    x = trp_named_conv_transpose (build->graph, name, x, n_out, 3, 2, 1, 1, TRP_BIAS_KEPT);
  build->index += nearest ? 5 : 3;
  finish (build, x, (TrpNormTail){ .activation = TRP_ACTIVATION_RELU });
}

TrpValue
trp_resnet_build (TrpGraph *graph, const TrpResnet *spec, const char *prefix, TrpValue x)
{
  Build build = { .graph = graph, .spec = spec, .prefix = prefix, .index = 1 };
  g_autofree char *last = NULL;
  int n = spec->filters;

  x = trp_named_repeat (graph, x, spec->grey_in);
  x = trp_graph_pad (graph, x, TRP_PAD_REFLECT, border_of (spec, 0));
  conv_norm_relu (&build, x, n, 7, 1, 0);
  for (int down = 0; down < spec->n_downs; down++)
    conv_norm_relu (&build, build.y, n *= 2, 3, 2, 1);
  for (int b = 0; b < spec->n_blocks; b++)
    block (&build, n);
  for (int down = 0; down < spec->n_downs; down++)
    up (&build, n /= 2);
  last = g_strdup_printf ("%s.model.%d", prefix, build.index + 1);
  x = trp_named_conv (graph, last, build.padded, MAX (spec->out_channels, spec->grey_out), 7, 1, 0,
                      TRP_BIAS_USED);
  trp_graph_set_precise (graph, x);
  x = trp_graph_activation (graph, x, TRP_ACTIVATION_TANH, 0);
  return spec->grey_out > 1 ? trp_named_mean_of_channels (graph, x) : x;
}
