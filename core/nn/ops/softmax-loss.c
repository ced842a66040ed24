/* softmax-loss.c - cross entropy of classes from logits
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Mean over pixels of sum over c of t_c (log sum over k of exp x_k - x_c); its gradient is
 * softmax (x)_c sum t - t_c over the number of pixels.
 */

#include "core/nn/graph.h"

#include <math.h>

static bool
infer_loss (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 2);
  out_shapes[0] = trp_shape_vector (1);
  return trp_op_same_shape (desc, error);
}

static bool
infer_loss_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 3 && trp_shape_count (desc->inputs[1].shape) == 1);
  g_assert (trp_shape_equal (desc->inputs[0].shape, desc->inputs[2].shape));
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static void
backward_loss (TrpGraph *graph,
               const TrpOp *op,
               const TrpValue *output_gradients,
               const bool *wanted,
               TrpValue *out_gradients)
{
  const TrpValue inputs[] = { op->inputs[0], output_gradients[0], op->inputs[1] };

  g_assert (!wanted[1]);
  out_gradients[0] = trp_graph_op (graph, TRP_OP_softmax_loss_backward, NULL, inputs, 3);
}

static size_t
count_pixels (TrpShape s)
{
  return (size_t) s.n * trp_shape_pixels (s);
}

static double
log_sum_exp (const double *x, int n)
{
  double largest = x[0], sum = 0;

  for (int c = 1; c < n; c++)
    largest = MAX (largest, x[c]);
  for (int c = 0; c < n; c++)
    sum += exp (x[c] - largest);
  return largest + log (sum);
}

static void
reference_loss (const TrpReferenceArgs *args)
{
  const TrpShape s = args->desc->inputs[0].shape;
  const double *x = args->inputs[0], *target = args->inputs[1];
  double sum = 0;

  for (size_t i = 0; i < count_pixels (s); i++, x += s.c, target += s.c)
    {
      const double all = log_sum_exp (x, s.c);

      for (int c = 0; c < s.c; c++)
        sum += target[c] * (all - x[c]);
    }
  args->outputs[0][0] = sum / (double) count_pixels (s);
}

static void
reference_loss_backward (const TrpReferenceArgs *args)
{
  const TrpShape s = args->desc->inputs[0].shape;
  const double *x = args->inputs[0], *target = args->inputs[2];
  const double factor = args->inputs[1][0] / (double) count_pixels (s);
  double *dx = args->outputs[0];

  for (size_t i = 0; i < count_pixels (s); i++, x += s.c, target += s.c, dx += s.c)
    {
      const double all = log_sum_exp (x, s.c);
      double total = 0;

      for (int c = 0; c < s.c; c++)
        total += target[c];
      for (int c = 0; c < s.c; c++)
        dx[c] = factor * (exp (x[c] - all) * total - target[c]);
    }
}

const TrpOpClass trp_op_softmax_loss = {
  .name = "softmax_loss",
  .precise = 1,
  .infer = infer_loss,
  .backward = backward_loss,
  .reference = reference_loss,
};

const TrpOpClass trp_op_softmax_loss_backward = {
  .name = "softmax_loss_backward",
  .infer = infer_loss_backward,
  .reference = reference_loss_backward,
};
