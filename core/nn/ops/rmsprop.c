/* rmsprop.c - RMSprop, and clipping of parameters, over many tensors at once
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One operation for all tensors, so that a device needs one launch. Not centred; the order of
 * operations is PyTorch's.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

/* Tensors that belong to one parameter: itself, v, perhaps b. */
static int
count_written (const TrpOpDesc *desc)
{
  return desc->attributes.momentum > 0 ? 3 : 2;
}

/* Inputs: lr, then n each of what is written, and of gradients, perhaps a factor. */
static bool
infer_rmsprop (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const int roles = count_written (desc), n = desc->n_outputs / roles;
  const int n_tensors = (roles + 1) * n;

  g_assert (n > 0 && desc->n_outputs == roles * n);
  g_assert (desc->n_inputs == 1 + n_tensors || desc->n_inputs == 2 + n_tensors);
  g_assert (trp_shape_count (desc->inputs[0].shape) == 1);
  if (desc->n_inputs == 2 + n_tensors)
    g_assert (trp_shape_count (desc->inputs[1 + n_tensors].shape) == 1);
  for (int i = 0; i < n_tensors; i++)
    {
      g_assert (trp_shape_equal (desc->inputs[1 + i].shape, desc->inputs[1 + i % n].shape));
      if (i < desc->n_outputs)
        out_shapes[i] = desc->inputs[1 + i].shape;
    }
  return true;
}

static bool
infer_clip (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == desc->n_outputs && desc->n_inputs > 0 && desc->attributes.alpha > 0);
  for (int i = 0; i < desc->n_inputs; i++)
    out_shapes[i] = desc->inputs[i].shape;
  return true;
}

static void
reference_rmsprop (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *a = &args->desc->attributes;
  const int roles = count_written (args->desc), n = args->desc->n_outputs / roles;
  const bool has_factor = args->desc->n_inputs == 2 + (roles + 1) * n;
  const double factor = has_factor ? args->inputs[1 + (roles + 1) * n][0] : 1;

  for (int t = 0; t < n && factor != 0; t++)
    for (size_t i = 0; i < trp_shape_count (args->desc->outputs[t].shape); i++)
      {
        double none = 0;

        trp_rmsprop_f64 (factor * args->inputs[1 + roles * n + t][i], a->beta2, a->eps, a->momentum,
                         a->alpha, args->inputs[0][0], &args->outputs[t][i],
                         &args->outputs[n + t][i],
                         roles > 2 ? &args->outputs[2 * n + t][i] : &none);
      }
}

static void
reference_clip (const TrpReferenceArgs *args)
{
  for (int t = 0; t < args->desc->n_outputs; t++)
    for (size_t i = 0; i < trp_shape_count (args->desc->outputs[t].shape); i++)
      args->outputs[t][i] = trp_clip_f64 (args->inputs[t][i], args->desc->attributes.alpha);
}

const TrpOpClass trp_op_rmsprop = {
  .name = "rmsprop",
  .infer = infer_rmsprop,
  .reference = reference_rmsprop,
};

const TrpOpClass trp_op_clip = {
  .name = "clip",
  .infer = infer_clip,
  .reference = reference_clip,
};
