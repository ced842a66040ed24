/* dice-loss.c - soft Dice
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * loss = 1 - (2 I + s) / D, I = sum p g, D = sum p + sum g + s; dloss/dp = -(2 g D - (2 I + s)) /
 * D^2. Batch-wise, so that a slice without the structure does not make one false pixel cost half.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

static bool
infer_loss (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 2 && desc->attributes.alpha > 0);
  out_shapes[0] = trp_shape_vector (1);
  return trp_op_same_shape (desc, error);
}

static bool
infer_loss_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 3 && trp_shape_count (desc->inputs[1].shape) == 1);
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
  out_gradients[0] = trp_graph_op (graph, TRP_OP_dice_loss_backward, &op->attributes, inputs, 3);
}

static double
probability (const TrpReferenceArgs *args, size_t i)
{
  const double x = args->inputs[0][i];

  return args->desc->attributes.mode & TRP_DICE_LOGITS ? trp_sigmoid_f64 (x) : x;
}

/* How many losses the mean is taken of. */
static int
count_groups (const TrpReferenceArgs *args)
{
  return args->desc->attributes.mode & TRP_DICE_PER_SAMPLE ? args->desc->inputs[0].shape.n : 1;
}

static void
sum_up (const TrpReferenceArgs *args,
        const double *target,
        size_t begin,
        size_t end,
        double *out_both,
        double *out_all)
{
  double both = 0, all = 0;

  for (size_t i = begin; i < end; i++)
    {
      const double p = probability (args, i);

      both += p * target[i];
      all += p + target[i];
    }
  *out_both = 2 * both + args->desc->attributes.alpha;
  *out_all = all + args->desc->attributes.alpha;
}

static void
reference_loss (const TrpReferenceArgs *args)
{
  const int n = count_groups (args);
  const size_t size = trp_shape_count (args->desc->inputs[0].shape) / (size_t) n;
  double loss = 0;

  for (size_t group = 0; group < (size_t) n; group++)
    {
      double both, all;

      sum_up (args, args->inputs[1], group * size, (group + 1) * size, &both, &all);
      loss += 1 - both / all;
    }
  args->outputs[0][0] = loss / n;
}

static void
reference_loss_backward (const TrpReferenceArgs *args)
{
  const int n = count_groups (args);
  const size_t size = trp_shape_count (args->desc->inputs[0].shape) / (size_t) n;
  const double factor = args->inputs[1][0] / n;
  const double *target = args->inputs[2];
  double both = 0, all = 1;

  for (size_t i = 0; i < (size_t) n * size; i++)
    {
      const double p = probability (args, i);

      if (i % size == 0)
        sum_up (args, target, i, i + size, &both, &all);
      args->outputs[0][i] = factor * trp_dice_slope_f64 (target[i], both, all) *
                            (args->desc->attributes.mode & TRP_DICE_LOGITS ? p * (1 - p) : 1);
    }
}

const TrpOpClass trp_op_dice_loss = {
  .name = "dice_loss",
  .precise = 1,
  .infer = infer_loss,
  .backward = backward_loss,
  .reference = reference_loss,
};

const TrpOpClass trp_op_dice_loss_backward = {
  .name = "dice_loss_backward",
  .infer = infer_loss_backward,
  .reference = reference_loss_backward,
};
