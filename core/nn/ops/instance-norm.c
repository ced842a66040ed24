/* instance-norm.c - instance norm, activation, residual sum and padding in one pass
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Per sample and channel over all pixels: y = act ((x - mean) / sqrt (variance + eps)) + residual,
 * biased variance, no affine part (junyanz's CycleGAN); padded is y with its border. Networks read
 * y, padded or both. Source: Ulyanov et al., arXiv 1607.08022.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"
#include "core/nn/ops/pad.h"

#include <string.h>

static bool
infer_norm (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpOpAttributes *a = &desc->attributes;
  const TrpShape x = desc->inputs[0].shape;
  const bool padding = trp_op_has_padding (a);

  g_assert (desc->n_inputs >= 1 && desc->n_inputs <= 2 && desc->n_outputs == 3 + padding);
  g_assert (a->eps > 0 && a->activation <= TRP_ACTIVATION_LEAKY_RELU);
  out_shapes[0] = x;
  out_shapes[1] = out_shapes[2] = (TrpShape){ x.n, 1, 1, x.c };
  return (desc->n_inputs == 1 || trp_op_same_shape (desc, error)) &&
         (!padding || trp_op_padded_shape (a, x, &out_shapes[3], error));
}

/* Input @i of the backward operation that is dy or dpadded, or -1. */
static int
find_dy (const TrpOpDesc *desc)
{
  return desc->n_inputs - trp_op_has_padding (&desc->attributes) > 3 ? 3 : -1;
}

static int
find_dpadded (const TrpOpDesc *desc)
{
  return trp_op_has_padding (&desc->attributes) ? desc->n_inputs - 1 : -1;
}

static bool
infer_norm_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape x = desc->inputs[0].shape;
  const int dy = find_dy (desc), dpadded = find_dpadded (desc);
  TrpShape padded;

  g_assert (desc->n_inputs == 3 + (dy >= 0) + (dpadded >= 0) && desc->n_inputs > 3);
  g_assert (desc->n_outputs >= 1 && desc->n_outputs <= 2);
  g_assert (dy < 0 || trp_shape_equal (x, desc->inputs[dy].shape));
  if (dpadded >= 0 && !trp_op_padded_shape (&desc->attributes, x, &padded, error))
    return false;
  g_assert (dpadded < 0 || trp_shape_equal (padded, desc->inputs[dpadded].shape));
  out_shapes[0] = x;
  if (desc->n_outputs > 1)
    out_shapes[1] = x;
  return true;
}

/* Where only y was read, its gradient is the residual's as it is. Where only y or only the padded
 * copy was read, the other has no gradient. */
static void
backward_norm (TrpGraph *graph,
               const TrpOp *op,
               const TrpValue *output_gradients,
               const bool *wanted,
               TrpValue *out_gradients)
{
  const TrpValue dy = output_gradients[0];
  const TrpValue dpadded = op->n_outputs > 3 ? output_gradients[3] : TRP_VALUE_NONE;
  const bool residual = op->n_inputs > 1 && wanted[1];
  TrpOpAttributes a = op->attributes;
  TrpValue inputs[5] = { op->inputs[0], op->outputs[1], op->outputs[2] };
  TrpValue outputs[] = { TRP_VALUE_NONE, TRP_VALUE_NONE };
  int n_inputs = 3;

  if (dy != TRP_VALUE_NONE)
    inputs[n_inputs++] = dy;
  if (dpadded != TRP_VALUE_NONE)
    inputs[n_inputs++] = dpadded;
  else
    a.mode = a.pad_top = a.pad_bottom = a.pad_left = a.pad_right = 0;
  trp_graph_add_op (graph, TRP_OP_instance_norm_backward, &a, inputs, n_inputs, outputs,
                    residual && dpadded != TRP_VALUE_NONE ? 2 : 1);
  out_gradients[0] = outputs[0];
  if (residual)
    out_gradients[1] = dpadded != TRP_VALUE_NONE ? outputs[1] : dy;
}

static void
normalise (const TrpReferenceArgs *args, double *y)
{
  const TrpOpAttributes *a = &args->desc->attributes;
  const TrpShape s = args->desc->inputs[0].shape;
  const size_t pixels = trp_shape_pixels (s), step = (size_t) s.c;

  for (int i = 0; i < s.n * s.c; i++)
    {
      const size_t start = trp_shape_index (s, i / s.c, 0, 0, i % s.c);
      const double *x = args->inputs[0] + start;
      double mean = 0, variance = 0, inverse;

      for (size_t k = 0; k < pixels; k++)
        mean += x[k * step];
      mean /= (double) pixels;
      for (size_t k = 0; k < pixels; k++)
        variance += (x[k * step] - mean) * (x[k * step] - mean);
      inverse = 1 / sqrt (variance / (double) pixels + a->eps);
      for (size_t k = 0; k < pixels; k++)
        y[start + k * step] = trp_activation_f64 (a->activation, a->alpha,
                                                  (x[k * step] - mean) * inverse);
      args->outputs[1][i] = mean;
      args->outputs[2][i] = inverse;
    }
}

static void
reference_norm (const TrpReferenceArgs *args)
{
  const TrpShape x = args->desc->inputs[0].shape;
  const size_t count = trp_shape_count (x);
  g_autofree double *own = args->outputs[0] ? NULL : g_new (double, count);
  double *y = own ? own : args->outputs[0];

  normalise (args, y);
  for (size_t i = 0; i < count && args->desc->n_inputs > 1; i++)
    y[i] += args->inputs[1][i];
  if (args->desc->n_outputs > 3)
    trp_reference_pad (&args->desc->attributes, x, y, args->outputs[3]);
}

/* dy + unpad (dpadded) */
static void
sum_gradients (const TrpReferenceArgs *args, double *out_total)
{
  const TrpShape x = args->desc->inputs[0].shape;
  const int dy = find_dy (args->desc), dpadded = find_dpadded (args->desc);

  if (dy >= 0)
    memcpy (out_total, args->inputs[dy], trp_shape_count (x) * sizeof (double));
  else
    memset (out_total, 0, trp_shape_count (x) * sizeof (double));
  if (dpadded >= 0)
    trp_reference_unpad (&args->desc->attributes, x, args->inputs[dpadded], out_total);
}

/* dx = inverse (d - mean (d) - xhat mean (d xhat)), d = total act'(xhat); @total may be dx. */
static void
reference_norm_backward (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *a = &args->desc->attributes;
  const TrpShape s = args->desc->inputs[0].shape;
  const size_t pixels = trp_shape_pixels (s), step = (size_t) s.c;
  double *totals = args->outputs[args->desc->n_outputs - 1];

  sum_gradients (args, totals);
  for (int i = 0; i < s.n * s.c; i++)
    {
      const size_t start = trp_shape_index (s, i / s.c, 0, 0, i % s.c);
      const double *x = args->inputs[0] + start, *total = totals + start;
      const double mean = args->inputs[1][i], inverse = args->inputs[2][i];
      double *dx = args->outputs[0] + start;
      double sum = 0, sum_xhat = 0;

      for (size_t k = 0; k < pixels; k++)
        {
          const double xhat = (x[k * step] - mean) * inverse;
          const double d = total[k * step] *
                           trp_activation_slope_f64 (a->activation, a->alpha, xhat);

          sum += d;
          sum_xhat += d * xhat;
        }
      for (size_t k = 0; k < pixels; k++)
        {
          const double xhat = (x[k * step] - mean) * inverse;
          const double d = total[k * step] *
                           trp_activation_slope_f64 (a->activation, a->alpha, xhat);

          dx[k * step] = inverse * (d - (sum + xhat * sum_xhat) / (double) pixels);
        }
    }
}

const TrpOpClass trp_op_instance_norm = {
  .name = "instance_norm",
  .precise = 6,
  .optional = 1,
  .infer = infer_norm,
  .backward = backward_norm,
  .reference = reference_norm,
};

const TrpOpClass trp_op_instance_norm_backward = {
  .name = "instance_norm_backward",
  .infer = infer_norm_backward,
  .reference = reference_norm_backward,
};
