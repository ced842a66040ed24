/* dice-loss.c - soft Dice
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * loss = 1 - (2 I + s) / D, I = sum p g, D = sum p + sum g + s; dloss/dp = -(2 g D - (2 I + s)) /
 * D^2. Batch-wise, so that a slice without the structure does not make one false pixel cost half;
 * or the mean of one such loss per sample, per channel, or both.
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

/* The groups of elements that have a Dice of their own: group g has @size elements from first_of
 * (g) on, @step apart. */
typedef struct
{
  size_t n, size, step;
} Groups;

static Groups
find_groups (const TrpReferenceArgs *args)
{
  const TrpShape s = args->desc->inputs[0].shape;
  const int mode = args->desc->attributes.mode;
  const size_t step = mode & TRP_DICE_PER_CHANNEL ? (size_t) s.c : 1;
  const size_t n = mode & TRP_DICE_PER_SAMPLE ? step * (size_t) s.n : step;

  return (Groups){ n, trp_shape_count (s) / n, step };
}

static size_t
first_of (const Groups *groups, size_t group)
{
  return group / groups->step * groups->size * groups->step + group % groups->step;
}

static void
sum_up (const TrpReferenceArgs *args,
        const double *target,
        const Groups *groups,
        size_t group,
        double *out_both,
        double *out_all)
{
  double both = 0, all = 0;

  for (size_t k = 0, i = first_of (groups, group); k < groups->size; k++, i += groups->step)
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
  const Groups groups = find_groups (args);
  double loss = 0;

  for (size_t group = 0; group < groups.n; group++)
    {
      double both, all;

      sum_up (args, args->inputs[1], &groups, group, &both, &all);
      loss += 1 - both / all;
    }
  args->outputs[0][0] = loss / (double) groups.n;
}

static void
reference_loss_backward (const TrpReferenceArgs *args)
{
  const Groups groups = find_groups (args);
  const bool is_logits = args->desc->attributes.mode & TRP_DICE_LOGITS;
  const double factor = args->inputs[1][0] / (double) groups.n;
  const double *target = args->inputs[2];

  for (size_t group = 0; group < groups.n; group++)
    {
      size_t i = first_of (&groups, group);
      double both, all;

      sum_up (args, target, &groups, group, &both, &all);
      for (size_t k = 0; k < groups.size; k++, i += groups.step)
        {
          const double p = probability (args, i);

          args->outputs[0][i] = factor * trp_dice_slope_f64 (target[i], both, all) *
                                (is_logits ? p * (1 - p) : 1);
        }
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
