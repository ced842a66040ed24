/* adam.c - Adam and exponential averages over many tensors at once
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One operation for all tensors, so that a device needs one launch. Sources: Kingma and Ba, arXiv
 * 1412.6980; the order of operations is PyTorch's.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

/* Inputs: lr, step, then n each of parameters, m, v, gradients, perhaps a factor; outputs: n each
 * of the first three. */
static bool
infer_adam (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const int n = desc->n_outputs / 3;

  g_assert (n > 0 && desc->n_outputs == 3 * n && desc->n_inputs - 2 - 4 * n <= 1);
  g_assert (desc->n_inputs >= 2 + 4 * n);
  g_assert (trp_shape_count (desc->inputs[0].shape) == 1);
  g_assert (trp_shape_count (desc->inputs[1].shape) == 1);
  if (desc->n_inputs > 2 + 4 * n)
    g_assert (trp_shape_count (desc->inputs[2 + 4 * n].shape) == 1);
  for (int i = 0; i < 3 * n; i++)
    {
      out_shapes[i] = desc->inputs[2 + i].shape;
      g_assert (trp_shape_equal (desc->inputs[2 + i].shape, desc->inputs[2 + i % n].shape));
      g_assert (
        trp_shape_equal (desc->inputs[2 + i % n].shape, desc->inputs[2 + 3 * n + i % n].shape));
    }
  return true;
}

static bool
infer_ema (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const int n = desc->n_outputs;

  g_assert (n > 0 && desc->n_inputs == 2 * n);
  for (int i = 0; i < n; i++)
    {
      out_shapes[i] = desc->inputs[n + i].shape;
      g_assert (trp_shape_equal (desc->inputs[i].shape, out_shapes[i]));
    }
  return true;
}

static void
reference_adam (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *a = &args->desc->attributes;
  const int n = args->desc->n_outputs / 3;
  const double factor = args->desc->n_inputs > 2 + 4 * n ? args->inputs[2 + 4 * n][0] : 1;
  double step_size, root_correction;

  if (factor == 0)
    return;
  trp_adam_rates_f64 (args->inputs[0][0], args->inputs[1][0], a->beta1, a->beta2, &step_size,
                      &root_correction);
  for (int t = 0; t < n; t++)
    for (size_t i = 0; i < trp_shape_count (args->desc->outputs[t].shape); i++)
      trp_adam_f64 (factor * args->inputs[2 + 3 * n + t][i], a->beta1, a->beta2, a->eps, a->alpha,
                    step_size, root_correction, &args->outputs[t][i], &args->outputs[n + t][i],
                    &args->outputs[2 * n + t][i]);
}

static void
reference_ema (const TrpReferenceArgs *args)
{
  const double decay = args->desc->attributes.alpha;
  const int n = args->desc->n_outputs;

  for (int t = 0; t < n; t++)
    for (size_t i = 0; i < trp_shape_count (args->desc->outputs[t].shape); i++)
      args->outputs[t][i] = trp_ema_f64 (args->inputs[t][i], args->outputs[t][i], decay);
}

const TrpOpClass trp_op_adam = {
  .name = "adam",
  .infer = infer_adam,
  .reference = reference_adam,
};

const TrpOpClass trp_op_ema = {
  .name = "ema",
  .infer = infer_ema,
  .reference = reference_ema,
};
