/* ssim-loss.c - 1 - mean structural similarity of two images
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Images of -1..1 are mapped to u, v = (x + 1) / 2 first, since the luminance term misbehaves with
 * negative means, so L = 1. Per channel and window (11 x 11, Gaussian, sigma 1.5) the weighted
 * moments m, p = E[u^2], r = E[uv] give S, see trp_ssim; loss = 1 - mean of S over windows,
 * channels and samples. Source: Wang, Bovik, Sheikh, Simoncelli, IEEE Trans. Image Proc. 13 (2004)
 * 600-612; C1 = 0.01^2, C2 = 0.03^2. This reference sums 121 products a window on purpose: back
 * ends filter rows and columns.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

#include <string.h>

/* One window over one channel of one image: where it lies and what it sees. */
typedef struct
{
  TrpShape shape;
  int n, c, top, left; /* of the first pixel, outside the image by the pads of SAME */
  double weights[TRP_SSIM_SIZE];
  double mx, my, xx, yy, xy;
} Window;

static bool
infer_loss (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape x = desc->inputs[0].shape;

  g_assert (desc->n_inputs == 2);
  out_shapes[0] = trp_shape_vector (1);
  if (!trp_op_same_shape (desc, error))
    return false;
  if (x.h >= TRP_SSIM_SIZE && x.w >= TRP_SSIM_SIZE)
    return true;
  g_set_error (
    error, TRP_ERROR, TRP_ERROR_GEOMETRY,
    "Images of %d x %d are too small for the SSIM loss, whose windows are %d x %d; train "
    "with larger images or another loss",
    x.w, x.h, TRP_SSIM_SIZE, TRP_SSIM_SIZE);
  return false;
}

static bool
infer_loss_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 3 && trp_shape_count (desc->inputs[1].shape) == 1);
  g_assert (trp_shape_equal (desc->inputs[0].shape, desc->inputs[2].shape));
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

/* S is symmetric: the other side's gradient is the same operation with the sides exchanged. */
static void
backward_loss (TrpGraph *graph,
               const TrpOp *op,
               const TrpValue *output_gradients,
               const bool *wanted,
               TrpValue *out_gradients)
{
  for (int i = 0; i < 2; i++)
    {
      const TrpValue inputs[] = { op->inputs[i], output_gradients[0], op->inputs[1 - i] };

      if (wanted[i])
        out_gradients[i] = trp_graph_op (graph, TRP_OP_ssim_loss_backward, &op->attributes, inputs,
                                         3);
    }
}

/* The element of the window's tap, or -1 outside the image. */
static gssize
locate (const Window *window, int row, int column)
{
  const int h = window->top + row, w = window->left + column;

  if (h < 0 || h >= window->shape.h || w < 0 || w >= window->shape.w)
    return -1;
  return (gssize) trp_shape_index (window->shape, window->n, h, w, window->c);
}

static void
look (Window *window, const double *x, const double *y)
{
  window->mx = window->my = window->xx = window->yy = window->xy = 0;
  for (int row = 0; row < TRP_SSIM_SIZE; row++)
    for (int column = 0; column < TRP_SSIM_SIZE; column++)
      {
        const double weight = window->weights[row] * window->weights[column];
        const gssize at = locate (window, row, column);
        const double u = at < 0 ? 0 : trp_ssim_unit_f64 (x[at]);
        const double v = at < 0 ? 0 : trp_ssim_unit_f64 (y[at]);

        window->mx += weight * u;
        window->my += weight * v;
        window->xx += weight * u * u;
        window->yy += weight * v * v;
        window->xy += weight * u * v;
      }
}

typedef void (*Visit) (const Window *window, void *data);

/* Calls @visit for every window and returns how many there are. */
static size_t
for_windows (
  TrpShape shape, TrpSsimMode mode, const double *x, const double *y, Visit visit, void *data)
{
  const int border = mode == TRP_SSIM_SAME ? TRP_SSIM_SIZE / 2 : 0;
  Window window = { .shape = shape };
  size_t count = 0;

  trp_ssim_weights_f64 (window.weights);
  for (window.n = 0; window.n < shape.n; window.n++)
    for (window.top = -border; window.top + TRP_SSIM_SIZE <= shape.h + border; window.top++)
      for (window.left = -border; window.left + TRP_SSIM_SIZE <= shape.w + border; window.left++)
        for (window.c = 0; window.c < shape.c; window.c++, count++)
          {
            look (&window, x, y);
            visit (&window, data);
          }
  return count;
}

static void
add_similarity (const Window *w, void *data)
{
  *(double *) data += trp_ssim_f64 (w->mx, w->my, w->xx, w->yy, w->xy);
}

static void
reference_loss (const TrpReferenceArgs *args)
{
  double sum = 0;
  const size_t count = for_windows (args->desc->inputs[0].shape,
                                    (TrpSsimMode) args->desc->attributes.mode, args->inputs[0],
                                    args->inputs[1], add_similarity, &sum);

  args->outputs[0][0] = 1 - sum / (double) count;
}

static void
add_slopes (const Window *w, void *data)
{
  const TrpReferenceArgs *args = (const TrpReferenceArgs *) data;
  double slope_m, slope_p, slope_r;

  trp_ssim_slopes_f64 (w->mx, w->my, w->xx, w->yy, w->xy, &slope_m, &slope_p, &slope_r);
  for (int row = 0; row < TRP_SSIM_SIZE; row++)
    for (int column = 0; column < TRP_SSIM_SIZE; column++)
      {
        const gssize at = locate (w, row, column);

        if (at >= 0)
          args->outputs[0][at] += w->weights[row] * w->weights[column] *
                                  (slope_m + 2 * trp_ssim_unit_f64 (args->inputs[0][at]) * slope_p +
                                   trp_ssim_unit_f64 (args->inputs[2][at]) * slope_r);
      }
}

static void
reference_loss_backward (const TrpReferenceArgs *args)
{
  const TrpShape x = args->desc->inputs[0].shape;
  const size_t elements = trp_shape_count (x);
  TrpReferenceArgs call = *args;
  size_t count;

  memset (args->outputs[0], 0, elements * sizeof (double));
  count = for_windows (x, (TrpSsimMode) args->desc->attributes.mode, args->inputs[0],
                       args->inputs[2], add_slopes, &call);
  for (size_t i = 0; i < elements; i++)
    args->outputs[0][i] *= -TRP_SSIM_UNIT_SLOPE * args->inputs[1][0] / (double) count;
}

const TrpOpClass trp_op_ssim_loss = {
  .name = "ssim_loss",
  .precise = 1,
  .infer = infer_loss,
  .backward = backward_loss,
  .reference = reference_loss,
};

const TrpOpClass trp_op_ssim_loss_backward = {
  .name = "ssim_loss_backward",
  .infer = infer_loss_backward,
  .reference = reference_loss_backward,
};
