/* unet.c - see unet.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/networks/unet.h"

#include "core/method/networks/layers-named.h"

#define MAX_LEVELS 8

static TrpBias
bias_before_norm (const TrpUnet *spec)
{
  if (spec->norm == TRP_NORM_INSTANCE)
    return TRP_BIAS_KEPT;
  return spec->no_bias ? TRP_BIAS_NONE : TRP_BIAS_USED;
}

static TrpValue
conv_norm (TrpGraph *graph,
           const TrpUnet *spec,
           const char *block,
           const char *part,
           TrpValue x,
           int n_out,
           int size,
           TrpActivation activation)
{
  g_autofree char *conv = g_strdup_printf ("%s.conv%s", block, part);
  g_autofree char *norm = g_strdup_printf ("%s.norm%s", block, part);

  x = trp_named_conv (graph, conv, x, n_out, size, 1, size / 2, bias_before_norm (spec));
  if (spec->norm == TRP_NORM_BATCH)
    return trp_graph_batch_norm (graph, x, norm, spec->training, activation, 0);
  return trp_graph_instance_norm (graph, x, activation, 0);
}

static TrpValue
double_conv (
  TrpGraph *graph, const TrpUnet *spec, const char *block, TrpValue x, int n_middle, int n_out)
{
  TrpValue y, shortcut = x;

  y = conv_norm (graph, spec, block, "1", x, n_middle, 3, TRP_ACTIVATION_RELU);
  if (!spec->residual)
    return conv_norm (graph, spec, block, "2", y, n_out, 3, TRP_ACTIVATION_RELU);
  y = conv_norm (graph, spec, block, "2", y, n_out, 3, TRP_ACTIVATION_NONE);
  if (x != TRP_VALUE_NONE && trp_graph_get_shape (graph, x).c != n_out)
    shortcut = conv_norm (graph, spec, block, "_shortcut", x, n_out, 1, TRP_ACTIVATION_NONE);
  y = trp_graph_add (graph, shortcut, y);
  return trp_graph_activation (graph, y, TRP_ACTIVATION_RELU, 0);
}

static int
filters_at (const TrpUnet *spec, int level)
{
  const int deepest = spec->bilinear ? MAX (spec->n_levels - 2, 0) : spec->n_levels - 1;

  return spec->filters << MIN (level, deepest);
}

static TrpValue
upsample (TrpGraph *graph, const TrpUnet *spec, const char *block, int level, TrpValue x)
{
  g_autofree char *name = g_strconcat (block, ".transpose", NULL);

  if (spec->bilinear)
    return trp_graph_upsample_bilinear (graph, x);
  return trp_named_conv_transpose (graph, name, x, filters_at (spec, level), 2, 2, 0, 0,
                                   TRP_BIAS_USED);
}

static TrpValue
go_up (
  TrpGraph *graph, const TrpUnet *spec, const char *prefix, int level, TrpValue skip, TrpValue x)
{
  g_autofree char *block = g_strdup_printf ("%s.up.%d", prefix, level);
  const int n = filters_at (spec, level);

  x = upsample (graph, spec, block, level, x);
  x = trp_graph_concat (graph, (TrpValue[]){ skip, x }, 2);
  return double_conv (graph, spec, block, x, n,
                      spec->bilinear ? filters_at (spec, MAX (level - 1, 0)) : n);
}

static TrpValue
subtract_background (TrpGraph *graph, TrpValue x)
{
  const int n = trp_graph_get_shape (graph, x).c - 1;
  TrpValue rival;

  if (x == TRP_VALUE_NONE)
    return x;
  rival = trp_graph_scale (graph, trp_graph_slice (graph, x, 0, 1), -1);
  return trp_graph_add (graph, trp_graph_slice (graph, x, 1, n),
                        trp_named_repeat (graph, rival, n));
}

TrpValue
trp_unet_build (TrpGraph *graph, const TrpUnet *spec, const char *prefix, TrpValue x)
{
  g_autofree char *head = g_strconcat (prefix, ".head", NULL);
  TrpValue skips[MAX_LEVELS];

  g_return_val_if_fail (spec->n_levels >= 1 && spec->n_levels <= MAX_LEVELS, TRP_VALUE_NONE);
  x = trp_named_repeat (graph, x, spec->grey_in);
  for (int level = 0; level < spec->n_levels; level++)
    {
      g_autofree char *block = g_strdup_printf ("%s.down.%d", prefix, level);

      if (level > 0)
        x = trp_graph_max_pool (graph, x);
      x = double_conv (graph, spec, block, x, filters_at (spec, level), filters_at (spec, level));
      skips[level] = x;
    }
  for (int level = spec->n_levels - 2; level >= 0; level--)
    x = go_up (graph, spec, prefix, level, skips[level], x);
  x = trp_named_conv (graph, head, x, spec->out_channels + spec->background, 1, 1, 0,
                      TRP_BIAS_USED);
  trp_graph_set_precise (graph, x);
  return spec->background ? subtract_background (graph, x) : x;
}
