/* batch-norm.c - batch normalisation with affine part and an optional activation in the same pass
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Training: statistics per channel over samples and pixels, biased variance for the output,
 * unbiased for the running average (PyTorch). Inference: the running ones. Source: Ioffe and
 * Szegedy, arXiv 1502.03167.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

static void
assert_vectors (const TrpOpDesc *desc, int first, int n)
{
  g_assert (desc->attributes.eps > 0);
  g_assert (desc->attributes.activation <= TRP_ACTIVATION_LEAKY_RELU);
  for (int i = first; i < first + n; i++)
    g_assert (trp_shape_equal (desc->inputs[i].shape, trp_shape_vector (desc->inputs[0].shape.c)));
}

static bool
infer_norm (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape x = desc->inputs[0].shape;

  g_assert (desc->n_inputs == 5 && desc->n_outputs == 5);
  assert_vectors (desc, 1, 4);
  if (trp_shape_count (x) == (size_t) x.c)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                   "Batch normalisation needs more than one value per channel to train; the image "
                   "has shrunk to %d x %d with a batch of %d",
                   x.w, x.h, x.n);
      return false;
    }
  out_shapes[0] = x;
  for (int i = 1; i < 5; i++)
    out_shapes[i] = trp_shape_vector (x.c);
  return true;
}

static bool
infer_norm_infer (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 5);
  assert_vectors (desc, 1, 4);
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static bool
infer_norm_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape x = desc->inputs[0].shape;

  g_assert (desc->n_inputs == 6 && desc->n_outputs == 3);
  g_assert (trp_shape_equal (x, desc->inputs[5].shape));
  assert_vectors (desc, 1, 4);
  out_shapes[0] = x;
  out_shapes[1] = out_shapes[2] = trp_shape_vector (x.c);
  return true;
}

static void
backward_norm (TrpGraph *graph,
               const TrpOp *op,
               const TrpValue *output_gradients,
               const bool *wanted,
               TrpValue *out_gradients)
{
  const bool training = op->kind == TRP_OP_batch_norm;
  const TrpValue inputs[] = {
    op->inputs[0],
    op->inputs[1],
    op->inputs[2],
    training ? op->outputs[1] : op->inputs[3],
    training ? op->outputs[2] : op->inputs[4],
    output_gradients[0],
  };
  TrpValue outputs[] = { TRP_VALUE_NONE, TRP_VALUE_NONE, TRP_VALUE_NONE };

  trp_graph_add_op (graph, training ? TRP_OP_batch_norm_backward : TRP_OP_batch_norm_infer_backward,
                    &op->attributes, inputs, 6, outputs, 3);
  for (int i = 0; i < 3; i++)
    out_gradients[i] = outputs[i];
}

static void
normalise (const TrpReferenceArgs *args, int channel, double mean, double inverse)
{
  const TrpOpAttributes *a = &args->desc->attributes;
  const TrpShape s = args->desc->inputs[0].shape;
  const double gamma = args->inputs[1][channel], beta = args->inputs[2][channel];

  for (size_t i = (size_t) channel; i < trp_shape_count (s); i += (size_t) s.c)
    args->outputs[0][i] = trp_activation_f64 (a->activation, a->alpha,
                                              gamma * (args->inputs[0][i] - mean) * inverse + beta);
}

static void
reference_norm (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *a = &args->desc->attributes;
  const TrpShape s = args->desc->inputs[0].shape;
  const size_t count = trp_shape_count (s), step = (size_t) s.c;
  const double m = (double) (count / step);

  for (int c = 0; c < s.c; c++)
    {
      double mean = 0, variance = 0;

      for (size_t i = (size_t) c; i < count; i += step)
        mean += args->inputs[0][i];
      mean /= m;
      for (size_t i = (size_t) c; i < count; i += step)
        variance += (args->inputs[0][i] - mean) * (args->inputs[0][i] - mean);
      args->outputs[1][c] = mean;
      args->outputs[2][c] = 1 / sqrt (variance / m + a->eps);
      normalise (args, c, mean, args->outputs[2][c]);
      args->outputs[3][c] = (1 - a->momentum) * args->inputs[3][c] + a->momentum * mean;
      args->outputs[4][c] = (1 - a->momentum) * args->inputs[4][c] +
                            a->momentum * variance / (m - 1);
    }
}

static void
reference_norm_infer (const TrpReferenceArgs *args)
{
  for (int c = 0; c < args->desc->inputs[0].shape.c; c++)
    normalise (args, c, args->inputs[3][c],
               1 / sqrt (args->inputs[4][c] + args->desc->attributes.eps));
}

/* @through_statistics: mean and variance depend on x (training) */
static void
send_back (
  const TrpReferenceArgs *args, int c, double mean, double inverse, bool through_statistics)
{
  const TrpOpAttributes *a = &args->desc->attributes;
  const TrpShape s = args->desc->inputs[0].shape;
  const size_t count = trp_shape_count (s), step = (size_t) s.c;
  const double gamma = args->inputs[1][c], beta = args->inputs[2][c], m = (double) (count / step);
  double sum = 0, sum_xhat = 0;

  for (int pass = 0; pass < 2; pass++)
    for (size_t i = (size_t) c; i < count; i += step)
      {
        const double xhat = (args->inputs[0][i] - mean) * inverse;
        const double d = args->inputs[5][i] *
                         trp_activation_slope_f64 (a->activation, a->alpha, gamma * xhat + beta);

        if (pass == 0)
          {
            sum += d;
            sum_xhat += d * xhat;
          }
        else
          args->outputs[0][i] = gamma * inverse *
                                (d - (through_statistics ? (sum + xhat * sum_xhat) / m : 0));
      }
  args->outputs[1][c] = sum_xhat;
  args->outputs[2][c] = sum;
}

static void
reference_norm_backward (const TrpReferenceArgs *args)
{
  for (int c = 0; c < args->desc->inputs[0].shape.c; c++)
    send_back (args, c, args->inputs[3][c], args->inputs[4][c], true);
}

static void
reference_norm_infer_backward (const TrpReferenceArgs *args)
{
  for (int c = 0; c < args->desc->inputs[0].shape.c; c++)
    send_back (args, c, args->inputs[3][c],
               1 / sqrt (args->inputs[4][c] + args->desc->attributes.eps), false);
}

const TrpOpClass trp_op_batch_norm = {
  .name = "batch_norm",
  .precise = 6,
  .infer = infer_norm,
  .backward = backward_norm,
  .reference = reference_norm,
};

const TrpOpClass trp_op_batch_norm_backward = {
  .name = "batch_norm_backward",
  .precise = 6,
  .infer = infer_norm_backward,
  .reference = reference_norm_backward,
};

const TrpOpClass trp_op_batch_norm_infer = {
  .name = "batch_norm_infer",
  .infer = infer_norm_infer,
  .backward = backward_norm,
  .reference = reference_norm_infer,
};

const TrpOpClass trp_op_batch_norm_infer_backward = {
  .name = "batch_norm_infer_backward",
  .precise = 6,
  .infer = infer_norm_backward,
  .reference = reference_norm_infer_backward,
};
