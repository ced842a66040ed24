/* loss-scale.c - the scale of a loss whose gradients are held in 16 bits
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The loss is differentiated with the scale as its own gradient, so that small gradients do not
 * vanish. This operation looks at all of them: where one is no finite number the step is skipped
 * (factor 0) and the scale halves; after enough good steps it doubles. Everything is on the device:
 * the host need not wait to know.
 *
 * Source: P. Micikevicius et al., ICLR 2018, section 3.2; the schedule of PyTorch's GradScaler.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

static bool
infer (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs > 2 && desc->n_outputs == 3 && desc->attributes.offset > 0);
  g_assert (trp_shape_count (desc->inputs[0].shape) == 1);
  g_assert (trp_shape_count (desc->inputs[1].shape) == 1);
  for (int i = 0; i < 3; i++)
    out_shapes[i] = trp_shape_vector (1);
  return true;
}

static void
reference (const TrpReferenceArgs *args)
{
  bool all_finite = true;

  for (int k = 2; k < args->desc->n_inputs; k++)
    for (size_t i = 0; i < trp_shape_count (args->desc->inputs[k].shape); i++)
      all_finite &= isfinite (args->inputs[k][i]) != 0;
  args->outputs[1][0] = args->inputs[0][0];
  args->outputs[2][0] = args->inputs[1][0];
  args->outputs[0][0] = trp_loss_scale_f64 (all_finite, args->desc->attributes.offset,
                                            args->outputs[1], args->outputs[2]);
}

const TrpOpClass trp_op_loss_scale = {
  .name = "loss_scale",
  .precise = 7,
  .infer = infer,
  .reference = reference,
};
