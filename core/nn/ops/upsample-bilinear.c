/* upsample-bilinear.c - twice the size, between pixels
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Output o of an axis of n pixels lies at o (n - 1) / (2 n - 1) of the input (PyTorch's
 * align_corners=True). That is between o / 2 and a neighbour, with shares in whole (2 n - 1)ths:
 * formula-template.h has them. The gradient gathers what each output took.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"
#include "core/nn/ops/upsample.h"

static void
backward_upsample (TrpGraph *graph,
                   const TrpOp *op,
                   const TrpValue *output_gradients,
                   const bool *wanted,
                   TrpValue *out_gradients)
{
  out_gradients[0] = trp_graph_op (graph, TRP_OP_upsample_bilinear_backward, NULL, output_gradients,
                                   1);
}

/* Where an output pixel comes from: indices into x and their shares. */
typedef struct
{
  size_t index[4];
  double share[4];
} Sources;

static Sources
find_sources (TrpShape x, int n, int h, int w)
{
  const int rows[] = { h / 2, trp_bilinear_far (h, x.h) };
  const int columns[] = { w / 2, trp_bilinear_far (w, x.w) };
  const double down = trp_bilinear_share_f64 (h, x.h), across = trp_bilinear_share_f64 (w, x.w);
  Sources sources;

  for (int i = 0; i < 4; i++)
    {
      sources.index[i] = trp_shape_index (x, n, rows[i / 2], columns[i % 2], 0);
      sources.share[i] = (i / 2 ? down : 1 - down) * (i % 2 ? across : 1 - across);
    }
  return sources;
}

static void
reference_upsample (const TrpReferenceArgs *args)
{
  const TrpShape x = args->desc->inputs[0].shape, y = args->desc->outputs[0].shape;
  double *to = args->outputs[0];

  for (int n = 0; n < y.n; n++)
    for (int h = 0; h < y.h; h++)
      for (int w = 0; w < y.w; w++)
        {
          const Sources from = find_sources (x, n, h, w);

          for (size_t c = 0; c < (size_t) y.c; c++, to++)
            {
              *to = 0;
              for (int i = 0; i < 4; i++)
                *to += from.share[i] * args->inputs[0][from.index[i] + c];
            }
        }
}

static void
reference_upsample_backward (const TrpReferenceArgs *args)
{
  const TrpShape y = args->desc->inputs[0].shape, x = args->desc->outputs[0].shape;
  const double *dy = args->inputs[0];
  double *dx = args->outputs[0];

  for (size_t i = 0; i < trp_shape_count (x); i++)
    dx[i] = 0;
  for (int n = 0; n < y.n; n++)
    for (int h = 0; h < y.h; h++)
      for (int w = 0; w < y.w; w++)
        {
          const Sources to = find_sources (x, n, h, w);

          for (size_t c = 0; c < (size_t) y.c; c++, dy++)
            for (int i = 0; i < 4; i++)
              dx[to.index[i] + c] += to.share[i] * *dy;
        }
}

const TrpOpClass trp_op_upsample_bilinear = {
  .name = "upsample_bilinear",
  .infer = trp_upsample_infer,
  .backward = backward_upsample,
  .reference = reference_upsample,
};

const TrpOpClass trp_op_upsample_bilinear_backward = {
  .name = "upsample_bilinear_backward",
  .infer = trp_upsample_infer_backward,
  .reference = reference_upsample_backward,
};
