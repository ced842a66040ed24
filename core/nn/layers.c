/* layers.c - see layers.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/layers.h"

#define NORM_EPS 1e-5
#define BATCH_NORM_MOMENTUM 0.1
#define SPECTRAL_NORM_EPS 1e-12

static bool
any_none (const TrpValue *values, int n)
{
  for (int i = 0; i < n; i++)
    if (values[i] == TRP_VALUE_NONE)
      return true;
  return false;
}

/* As trp_graph_op(), but passes an earlier error on. */
static TrpValue
append (
  TrpGraph *graph, TrpOpKind kind, const TrpOpAttributes *a, const TrpValue *inputs, int n_inputs)
{
  if (any_none (inputs, n_inputs))
    return TRP_VALUE_NONE;
  return trp_graph_op (graph, kind, a, inputs, n_inputs);
}

TrpValue
trp_graph_conv (TrpGraph *self, TrpValue x, TrpValue filter, TrpValue bias, int stride, int pad)
{
  const TrpOpAttributes a = {
    .stride = stride, .pad_top = pad, .pad_bottom = pad, .pad_left = pad, .pad_right = pad
  };

  return append (self, TRP_OP_conv, &a, (const TrpValue[]){ x, filter, bias },
                 bias == TRP_VALUE_NONE ? 2 : 3);
}

TrpValue
trp_graph_conv_transpose (TrpGraph *self,
                          TrpValue x,
                          TrpValue filter,
                          TrpValue bias,
                          int stride,
                          int pad,
                          int output_padding)
{
  const TrpShape in = trp_graph_get_shape (self, x), f = trp_graph_get_shape (self, filter);
  const TrpOpAttributes a = {
    .stride = stride,
    .pad_top = pad,
    .pad_left = pad,
    .pad_bottom = pad - output_padding,
    .pad_right = pad - output_padding,
    .shape = { in.n, (in.h - 1) * stride - 2 * pad + f.h + output_padding,
               (in.w - 1) * stride - 2 * pad + f.w + output_padding, f.c },
  };

  g_return_val_if_fail (output_padding >= 0 && output_padding <= pad && output_padding < stride,
                        TRP_VALUE_NONE);
  return append (self, TRP_OP_conv_transpose, &a, (const TrpValue[]){ x, filter, bias },
                 bias == TRP_VALUE_NONE ? 2 : 3);
}

TrpValue
trp_graph_pad (TrpGraph *self, TrpValue x, TrpPadMode mode, int pad)
{
  const TrpOpAttributes a = {
    .mode = mode, .pad_top = pad, .pad_bottom = pad, .pad_left = pad, .pad_right = pad
  };

  return append (self, TRP_OP_pad, &a, &x, 1);
}

TrpValue
trp_graph_instance_norm (TrpGraph *self, TrpValue x, TrpActivation activation, double alpha)
{
  const TrpNormTail tail = { activation, alpha, false, TRP_VALUE_NONE, TRP_PAD_ZERO, 0 };

  return trp_graph_instance_norm_tail (self, x, &tail, NULL);
}

TrpValue
trp_graph_instance_norm_tail (TrpGraph *self,
                              TrpValue x,
                              const TrpNormTail *tail,
                              TrpValue *out_padded)
{
  const TrpOpAttributes a = { .eps = NORM_EPS,
                              .activation = tail->activation,
                              .alpha = tail->alpha,
                              .mode = tail->pad ? tail->mode : 0,
                              .pad_top = tail->pad,
                              .pad_bottom = tail->pad,
                              .pad_left = tail->pad,
                              .pad_right = tail->pad };
  const TrpValue inputs[] = { x, tail->residual };
  const int n_inputs = tail->has_residual ? 2 : 1;
  TrpValue outputs[] = { TRP_VALUE_NONE, TRP_VALUE_NONE, TRP_VALUE_NONE, TRP_VALUE_NONE };

  if (!any_none (inputs, n_inputs))
    trp_graph_add_op (self, TRP_OP_instance_norm, &a, inputs, n_inputs, outputs, tail->pad ? 4 : 3);
  if (out_padded)
    *out_padded = outputs[3];
  return outputs[0];
}

static TrpValue
add_vector (
  TrpGraph *graph, TrpValueKind kind, const char *prefix, const char *suffix, TrpShape shape)
{
  g_autofree char *name = g_strdup_printf ("%s.%s", prefix, suffix);

  return kind == TRP_VALUE_PARAMETER ? trp_graph_parameter (graph, name, shape, TRP_AXES_VECTOR)
                                     : trp_graph_state (graph, name, shape, TRP_AXES_VECTOR);
}

TrpValue
trp_graph_batch_norm (TrpGraph *self,
                      TrpValue x,
                      const char *prefix,
                      bool training,
                      TrpActivation activation,
                      double alpha)
{
  const TrpShape shape = trp_shape_vector (trp_graph_get_shape (self, x).c);
  const TrpOpAttributes a = {
    .eps = NORM_EPS,
    .momentum = training ? BATCH_NORM_MOMENTUM : 0,
    .activation = activation,
    .alpha = alpha,
  };
  const TrpValue inputs[] = {
    x,
    add_vector (self, TRP_VALUE_PARAMETER, prefix, "weight", shape),
    add_vector (self, TRP_VALUE_PARAMETER, prefix, "bias", shape),
    add_vector (self, TRP_VALUE_STATE, prefix, "running_mean", shape),
    add_vector (self, TRP_VALUE_STATE, prefix, "running_var", shape),
  };
  TrpValue outputs[] = { TRP_VALUE_NONE, TRP_VALUE_NONE, TRP_VALUE_NONE, inputs[3], inputs[4] };

  if (any_none (inputs, 5))
    return TRP_VALUE_NONE;
  if (!training)
    return trp_graph_op (self, TRP_OP_batch_norm_infer, &a, inputs, 5);
  trp_graph_add_op (self, TRP_OP_batch_norm, &a, inputs, 5, outputs, 5);
  return outputs[0];
}

TrpValue
trp_graph_activation (TrpGraph *self, TrpValue x, TrpActivation activation, double alpha)
{
  const TrpOpAttributes a = { .activation = activation, .alpha = alpha };

  return append (self, TRP_OP_activation, &a, &x, 1);
}

TrpValue
trp_graph_add (TrpGraph *self, TrpValue a, TrpValue b)
{
  return append (self, TRP_OP_add, NULL, (const TrpValue[]){ a, b }, 2);
}

TrpValue
trp_graph_multiply (TrpGraph *self, TrpValue a, TrpValue b)
{
  return append (self, TRP_OP_multiply, NULL, (const TrpValue[]){ a, b }, 2);
}

TrpValue
trp_graph_scale (TrpGraph *self, TrpValue x, double factor)
{
  const TrpOpAttributes a = { .alpha = factor };

  return append (self, TRP_OP_scale, &a, &x, 1);
}

TrpValue
trp_graph_concat (TrpGraph *self, const TrpValue *values, int n)
{
  return append (self, TRP_OP_concat, NULL, values, n);
}

TrpValue
trp_graph_slice (TrpGraph *self, TrpValue x, int first_channel, int n_channels)
{
  const TrpOpAttributes a = { .offset = first_channel, .shape = { .c = n_channels } };

  return append (self, TRP_OP_slice, &a, &x, 1);
}

TrpValue
trp_graph_max_pool (TrpGraph *self, TrpValue x)
{
  return append (self, TRP_OP_max_pool, NULL, &x, 1);
}

TrpValue
trp_graph_upsample (TrpGraph *self, TrpValue x)
{
  return append (self, TRP_OP_upsample, NULL, &x, 1);
}

TrpValue
trp_graph_upsample_bilinear (TrpGraph *self, TrpValue x)
{
  return append (self, TRP_OP_upsample_bilinear, NULL, &x, 1);
}

TrpValue
trp_graph_softmax (TrpGraph *self, TrpValue x)
{
  return append (self, TRP_OP_softmax, NULL, &x, 1);
}

TrpValue
trp_graph_dropout (
  TrpGraph *self, TrpValue x, TrpValue step, double probability, uint64_t seed, uint64_t stream)
{
  const TrpOpAttributes a = { .alpha = probability, .seed = seed, .stream = stream };

  return append (self, TRP_OP_dropout, &a, (const TrpValue[]){ x, step }, 2);
}

TrpValue
trp_graph_constant (TrpGraph *self, TrpShape shape, double value)
{
  const TrpOpAttributes a = { .shape = shape, .alpha = value };

  return trp_graph_op (self, TRP_OP_constant, &a, NULL, 0);
}

/* @vectors: u and v; becomes those of this step. */
static void
iterate (TrpGraph *graph, TrpValue filter, int n_iterations, TrpValue *vectors)
{
  const TrpOpAttributes a = { .offset = n_iterations, .eps = SPECTRAL_NORM_EPS };
  const TrpValue inputs[] = { filter, vectors[0], vectors[1] };
  TrpValue outputs[] = { TRP_VALUE_NONE, TRP_VALUE_NONE, vectors[0], vectors[1] };

  trp_graph_add_op (graph, TRP_OP_power_iteration, &a, inputs, 3, outputs, 4);
  vectors[0] = outputs[0];
  vectors[1] = outputs[1];
}

TrpValue
trp_graph_spectral_norm (TrpGraph *self, const char *prefix, TrpValue filter, int n_iterations)
{
  const TrpShape shape = trp_graph_get_shape (self, filter);
  g_autofree char *u = g_strconcat (prefix, TRP_SPECTRAL_U_SUFFIX, NULL);
  g_autofree char *v = g_strconcat (prefix, TRP_SPECTRAL_V_SUFFIX, NULL);
  TrpValue vectors[2], outputs[] = { TRP_VALUE_NONE, TRP_VALUE_NONE };

  if (filter == TRP_VALUE_NONE)
    return TRP_VALUE_NONE;
  vectors[0] = trp_graph_state (self, u, trp_shape_vector (shape.n), TRP_AXES_VECTOR);
  vectors[1] = trp_graph_state (self, v, (TrpShape){ 1, shape.h, shape.w, shape.c },
                                TRP_AXES_FILTER);
  if (any_none (vectors, 2))
    return TRP_VALUE_NONE;
  if (n_iterations > 0)
    iterate (self, filter, n_iterations, vectors);
  if (!any_none (vectors, 2))
    trp_graph_add_op (self, TRP_OP_spectral_norm, NULL,
                      (const TrpValue[]){ filter, vectors[0], vectors[1] }, 3, outputs, 2);
  return outputs[0];
}
