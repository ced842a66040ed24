/* unet-generator.c - see unet-generator.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A block's modules stand in an nn.Sequential: [LeakyReLU] convolution [norm] BLOCK ReLU transposed
 * [norm] [dropout]. The outermost has neither the LeakyReLU nor norms, the innermost no norm of its
 * single pixel and no block, which moves the numbers of what follows.
 */

#include "core/method/networks/unet-generator.h"

#define SLOPE 0.2
#define MAX_FACTOR 8

typedef struct
{
  TrpGraph *graph;
  const TrpUnetGenerator *spec;
} Build;

static int
filters_at (const Build *build, int level)
{
  return build->spec->filters * (level < 3 ? 1 << level : MAX_FACTOR);
}

static TrpBias
normed_bias (const Build *build)
{
  return build->spec->norm == TRP_NORM_BATCH ? TRP_BIAS_NONE : TRP_BIAS_KEPT;
}

static TrpValue
norm (const Build *build, const char *block, int index, TrpValue x, TrpActivation activation)
{
  g_autofree char *name = g_strdup_printf ("%s.%d", block, index);

  if (build->spec->norm == TRP_NORM_BATCH)
    return trp_graph_batch_norm (build->graph, x, name, build->spec->training, activation, SLOPE);
  return trp_graph_instance_norm (build->graph, x, activation, SLOPE);
}

/* Ends with the LeakyReLU of the block inside; the innermost with its ReLU. */
static TrpValue
go_down (const Build *build, const char *block, int level, TrpValue x)
{
  const bool outermost = level == 0, innermost = level == build->spec->n_downs - 1;
  const bool is_normed = !outermost && !innermost;
  g_autofree char *name = g_strdup_printf ("%s.%d", block, outermost ? 0 : 1);
  const bool is_batch = build->spec->norm == TRP_NORM_BATCH;

  x = trp_named_conv (build->graph, name, x, filters_at (build, level), 4, 2, 1,
                      is_normed  ? normed_bias (build)
                      : is_batch ? TRP_BIAS_NONE
                                 : TRP_BIAS_USED);
  if (is_normed)
    return norm (build, block, 2, x, TRP_ACTIVATION_LEAKY_RELU);
  return trp_graph_activation (build->graph, x,
                               innermost ? TRP_ACTIVATION_RELU : TRP_ACTIVATION_LEAKY_RELU, SLOPE);
}

static TrpValue
go_up (const Build *build, const char *block, int level, TrpValue x)
{
  const TrpUnetGenerator *spec = build->spec;
  const bool innermost = level == spec->n_downs - 1;
  const int index = innermost ? 3 : 5;
  g_autofree char *name = g_strdup_printf ("%s.%d", block, index);

  x = trp_named_conv_transpose (build->graph, name, x, filters_at (build, level - 1), 4, 2, 1, 0,
                                normed_bias (build));
  x = norm (build, block, index + 1, x, TRP_ACTIVATION_NONE);
  if (level >= 4 && !innermost && spec->dropout > 0 && spec->step != TRP_VALUE_NONE)
    x = trp_graph_dropout (build->graph, x, spec->step, spec->dropout, spec->seed,
                           spec->stream + (uint64_t) level);
  return x;
}

static TrpValue
build_last (const Build *build, const char *block, TrpValue x)
{
  const TrpUnetGenerator *spec = build->spec;
  g_autofree char *name = g_strconcat (block, ".3", NULL);

  x = trp_named_conv_transpose (build->graph, name, x, MAX (spec->out_channels, spec->grey_out), 4,
                                2, 1, 0, TRP_BIAS_USED);
  trp_graph_set_precise (build->graph, x);
  return trp_graph_activation (build->graph, x, TRP_ACTIVATION_TANH, 0);
}

/* What the block makes of @x, @x beside it where another block is around: that one's ReLU follows,
 * and makes the same of the LeakyReLU's values as of those before. */
static TrpValue
build_block (const Build *build, const char *block, int level, TrpValue x)
{
  TrpValue y = go_down (build, block, level, x);

  if (level < build->spec->n_downs - 1)
    {
      g_autofree char *inner = g_strdup_printf ("%s.%d.model", block, level == 0 ? 1 : 3);

      y = build_block (build, inner, level + 1, y);
      y = trp_graph_activation (build->graph, y, TRP_ACTIVATION_RELU, 0);
    }
  if (level == 0)
    return build_last (build, block, y);
  y = go_up (build, block, level, y);
  return trp_graph_concat (build->graph, (TrpValue[]){ x, y }, 2);
}

TrpValue
trp_unet_generator_build (TrpGraph *graph,
                          const TrpUnetGenerator *spec,
                          const char *prefix,
                          TrpValue x)
{
  const Build build = { graph, spec };
  g_autofree char *outermost = g_strconcat (prefix, ".model.model", NULL);

  g_return_val_if_fail (spec->n_downs >= 2, TRP_VALUE_NONE);
  x = build_block (&build, outermost, 0, trp_named_repeat (graph, x, spec->grey_in));
  return spec->grey_out > 1 ? trp_named_mean_of_channels (graph, x) : x;
}
