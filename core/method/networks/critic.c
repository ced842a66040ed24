/* critic.c - see critic.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/networks/critic.h"

#include "core/method/networks/layers-named.h"

#define SLOPE 0.2
#define N_BRANCH_LAYERS 2 /* of stride 2, before late fusion */

typedef struct
{
  TrpGraph *graph;
  const TrpCritic *spec;
  GHashTable *filters;
  const char *prefix;
} Build;

GHashTable *
trp_critic_filters_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* A value is kept as its number + 1, NULL being no value. */
static TrpValue
normalise (const Build *b, const char *layer, TrpValue filter)
{
  TrpValue found;

  if (!b->spec->spectral || filter == TRP_VALUE_NONE)
    return filter;
  found = GPOINTER_TO_INT (g_hash_table_lookup (b->filters, layer)) - 1;
  if (found != TRP_VALUE_NONE)
    return found;
  found = trp_graph_spectral_norm (b->graph, layer, filter, 1);
  g_hash_table_insert (b->filters, g_strdup (layer), GINT_TO_POINTER (found + 1));
  return found;
}

static TrpValue
convolve (
  const Build *b, const char *layer, TrpValue x, TrpShape shape, int stride, int pad, bool has_bias)
{
  g_autofree char *weight = g_strconcat (layer, ".weight", NULL);
  g_autofree char *name = g_strconcat (layer, ".bias", NULL);
  const TrpValue filter = normalise (
    b, layer, trp_graph_parameter (b->graph, weight, shape, TRP_AXES_FILTER));
  TrpValue bias = TRP_VALUE_NONE;

  if (has_bias)
    bias = trp_graph_parameter (b->graph, name, trp_shape_vector (shape.n), TRP_AXES_VECTOR);
  return trp_graph_conv (b->graph, x, filter, bias, stride, pad);
}

/* @branch: "" or, with a point, what fusion comes after */
static TrpValue
layer (const Build *b, const char *branch, int index, TrpValue x, int n_out, int stride)
{
  g_autofree char *conv = g_strdup_printf ("%s.%sconv%d", b->prefix, branch, index);
  g_autofree char *norm = g_strdup_printf ("%s.%snorm%d", b->prefix, branch, index);

  if (x == TRP_VALUE_NONE)
    return x;
  x = convolve (b, conv, x, (TrpShape){ n_out, 3, 3, trp_graph_get_shape (b->graph, x).c }, stride,
                stride == 1, b->spec->spectral);
  if (b->spec->spectral)
    return trp_graph_activation (b->graph, x, TRP_ACTIVATION_LEAKY_RELU, SLOPE);
  return trp_graph_batch_norm (b->graph, x, norm, true, TRP_ACTIVATION_LEAKY_RELU, SLOPE);
}

static TrpValue
connect (const Build *b, int index, TrpValue x, int n_out)
{
  g_autofree char *name = g_strdup_printf ("%s.fc%d", b->prefix, index);
  TrpShape shape;

  if (x == TRP_VALUE_NONE)
    return x;
  shape = trp_graph_get_shape (b->graph, x);
  return convolve (b, name, x, (TrpShape){ n_out, shape.h, shape.w, shape.c }, 1, 0, true);
}

static int
filters_at (const TrpCritic *spec, int layer)
{
  return spec->filters << MAX (layer - 1, 0);
}

static TrpValue
fuse_late (const Build *b, const TrpCriticView *view)
{
  TrpValue branches[2] = { view->image, view->mask };

  for (int l = 0; l < N_BRANCH_LAYERS; l++)
    {
      const int n = filters_at (b->spec, l);

      branches[0] = layer (b, "image.", 2 * l + 1, branches[0], n, 2);
      branches[0] = layer (b, "image.", 2 * l + 2, branches[0], n, 1);
      branches[1] = layer (b, "mask.", l + 1, branches[1], n, 2);
    }
  return trp_graph_concat (b->graph, branches, 2);
}

/* Black, -1 in the image, is 0 as what lies outside the mask. */
static TrpValue
multiply (const Build *b, const TrpCriticView *view)
{
  const TrpShape shape = trp_graph_get_shape (b->graph, view->image);
  TrpValue image = trp_graph_scale (b->graph, view->image, 0.5);

  image = trp_graph_add (b->graph, image, trp_graph_constant (b->graph, shape, 0.5));
  image = trp_named_repeat (b->graph, image, trp_graph_get_shape (b->graph, view->mask).c);
  return trp_graph_multiply (b->graph, image, view->mask);
}

static TrpValue
look_at (const Build *b, const TrpCriticView *view)
{
  switch (b->spec->kind)
    {
    case TRP_CRITIC_BASIC:
      return view->mask;
    case TRP_CRITIC_PRODUCT:
      return multiply (b, view);
    case TRP_CRITIC_EARLY_FUSION:
      return trp_graph_concat (b->graph, (TrpValue[]){ view->image, view->mask }, 2);
    case TRP_CRITIC_LATE_FUSION:
      return fuse_late (b, view);
    case TRP_CRITIC_REGRESSION:
      return trp_graph_concat (b->graph, (TrpValue[]){ view->mask, view->truth }, 2);
    }
  g_assert_not_reached ();
}

TrpValue
trp_critic_build (TrpGraph *graph,
                  const TrpCritic *spec,
                  GHashTable *filters,
                  const char *prefix,
                  const TrpCriticView *view)
{
  const Build b = { graph, spec, filters, prefix };
  const int first = spec->kind == TRP_CRITIC_LATE_FUSION ? N_BRANCH_LAYERS : 0;
  TrpValue x;

  g_return_val_if_fail (!spec->spectral || filters, TRP_VALUE_NONE);
  if (view->mask == TRP_VALUE_NONE)
    return TRP_VALUE_NONE;
  x = look_at (&b, view);
  for (int l = first; l < spec->n_layers; l++)
    x = layer (&b, "", l + 1, x, filters_at (spec, l), 2);
  x = connect (&b, 1, x, spec->features);
  x = trp_graph_activation (graph, x, TRP_ACTIVATION_LEAKY_RELU, SLOPE);
  x = connect (&b, 2, x, 1);
  trp_graph_set_precise (graph, x);
  return x;
}
