/* instance-norm.c - instance normalisation with an optional activation in the same pass
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Per sample and channel over all pixels: y = act ((x - mean) / sqrt (variance + eps)), biased
 * variance, no affine part (junyanz's CycleGAN). Source: Ulyanov et al., arXiv 1607.08022.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

static bool
infer_norm (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape x = desc->inputs[0].shape;

  g_assert (desc->n_inputs == 1 && desc->n_outputs == 3 && desc->attributes.eps > 0);
  g_assert (desc->attributes.activation <= TRP_ACTIVATION_LEAKY_RELU);
  out_shapes[0] = x;
  out_shapes[1] = out_shapes[2] = (TrpShape){ x.n, 1, 1, x.c };
  return true;
}

static bool
infer_norm_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 4);
  g_assert (trp_shape_equal (desc->inputs[0].shape, desc->inputs[3].shape));
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static void
backward_norm (TrpGraph *graph,
               const TrpOp *op,
               const TrpValue *output_gradients,
               const bool *wanted,
               TrpValue *out_gradients)
{
  const TrpValue inputs[] = { op->inputs[0], op->outputs[1], op->outputs[2], output_gradients[0] };

  out_gradients[0] = trp_graph_op (graph, TRP_OP_instance_norm_backward, &op->attributes, inputs,
                                   4);
}

static void
reference_norm (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *a = &args->desc->attributes;
  const TrpShape s = args->desc->inputs[0].shape;
  const size_t pixels = trp_shape_pixels (s), step = (size_t) s.c;

  for (int i = 0; i < s.n * s.c; i++)
    {
      const size_t start = trp_shape_index (s, i / s.c, 0, 0, i % s.c);
      const double *x = args->inputs[0] + start;
      double *y = args->outputs[0] + start;
      double mean = 0, variance = 0, inverse;

      for (size_t k = 0; k < pixels; k++)
        mean += x[k * step];
      mean /= (double) pixels;
      for (size_t k = 0; k < pixels; k++)
        variance += (x[k * step] - mean) * (x[k * step] - mean);
      inverse = 1 / sqrt (variance / (double) pixels + a->eps);
      for (size_t k = 0; k < pixels; k++)
        y[k * step] = trp_activation_f64 (a->activation, a->alpha, (x[k * step] - mean) * inverse);
      args->outputs[1][i] = mean;
      args->outputs[2][i] = inverse;
    }
}

/* dx = inverse (d - mean (d) - xhat mean (d xhat)), d = dy act'(xhat) */
static void
reference_norm_backward (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *a = &args->desc->attributes;
  const TrpShape s = args->desc->inputs[0].shape;
  const size_t pixels = trp_shape_pixels (s), step = (size_t) s.c;

  for (int i = 0; i < s.n * s.c; i++)
    {
      const size_t start = trp_shape_index (s, i / s.c, 0, 0, i % s.c);
      const double *x = args->inputs[0] + start, *dy = args->inputs[3] + start;
      const double mean = args->inputs[1][i], inverse = args->inputs[2][i];
      double *dx = args->outputs[0] + start;
      double sum = 0, sum_xhat = 0;

      for (size_t k = 0; k < pixels; k++)
        {
          const double xhat = (x[k * step] - mean) * inverse;
          const double d = dy[k * step] * trp_activation_slope_f64 (a->activation, a->alpha, xhat);

          sum += d;
          sum_xhat += d * xhat;
        }
      for (size_t k = 0; k < pixels; k++)
        {
          const double xhat = (x[k * step] - mean) * inverse;
          const double d = dy[k * step] * trp_activation_slope_f64 (a->activation, a->alpha, xhat);

          dx[k * step] = inverse * (d - (sum + xhat * sum_xhat) / (double) pixels);
        }
    }
}

const TrpOpClass trp_op_instance_norm = {
  .name = "instance_norm",
  .precise = 6,
  .infer = infer_norm,
  .backward = backward_norm,
  .reference = reference_norm,
};

const TrpOpClass trp_op_instance_norm_backward = {
  .name = "instance_norm_backward",
  .infer = infer_norm_backward,
  .reference = reference_norm_backward,
};
