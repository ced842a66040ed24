/* conv.c - convolution, its two gradients, and transposed convolution
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A transposed convolution is the data gradient of a convolution with the same filter, so its own
 * gradients are a convolution and a filter gradient with x and dy exchanged: three loops serve all.
 * Cross-correlation, as everywhere in deep learning; zero padding, any amount on each side.
 */

#include "core/nn/graph.h"

#include <string.h>

/* x (N, H, W, C), filter (K, R, S, C), y (N, P, Q, K) */
typedef struct
{
  TrpShape x, filter, y;
  int stride, top, left;
} Geometry;

static Geometry
make_geometry (const TrpOpDesc *desc, TrpShape x, TrpShape filter, TrpShape y)
{
  const TrpOpAttributes *a = &desc->attributes;

  return (Geometry){ x, filter, y, a->stride, a->pad_top, a->pad_left };
}

/* First and one past the last filter row (or column) that meets the image, for one output. */
static inline void
clip_taps (int start, int taps, int size, int *out_begin, int *out_end)
{
  *out_begin = MAX (0, -start);
  *out_end = MIN (taps, size - start);
}

static double
sum_taps (const Geometry *g, const double *x, const double *filter, int n, int k, int p, int q)
{
  const int row = p * g->stride - g->top, column = q * g->stride - g->left;
  int r0, r1, s0, s1;
  double sum = 0;

  clip_taps (row, g->filter.h, g->x.h, &r0, &r1);
  clip_taps (column, g->filter.w, g->x.w, &s0, &s1);
  for (int r = r0; r < r1; r++)
    for (int s = s0; s < s1; s++)
      {
        const double *a = x + trp_shape_index (g->x, n, row + r, column + s, 0);
        const double *b = filter + trp_shape_index (g->filter, k, r, s, 0);

        for (int c = 0; c < g->x.c; c++)
          sum += a[c] * b[c];
      }
  return sum;
}

static void
correlate (const Geometry *g, const double *x, const double *filter, const double *bias, double *y)
{
  for (int n = 0; n < g->y.n; n++)
    for (int p = 0; p < g->y.h; p++)
      for (int q = 0; q < g->y.w; q++)
        for (int k = 0; k < g->y.c; k++)
          *y++ = sum_taps (g, x, filter, n, k, p, q) + (bias ? bias[k] : 0);
}

/* Sends every dy back along the taps that made it: to dx through the filter, or to the filter
 * through x. One of @dx and @dfilter is read, the other added to. */
static void
scatter (const Geometry *g, double *x, double *filter, const double *dy, bool to_filter)
{
  for (int n = 0; n < g->y.n; n++)
    for (int p = 0; p < g->y.h; p++)
      for (int q = 0; q < g->y.w; q++)
        for (int k = 0; k < g->y.c; k++, dy++)
          {
            const int row = p * g->stride - g->top, column = q * g->stride - g->left;
            int r0, r1, s0, s1;

            clip_taps (row, g->filter.h, g->x.h, &r0, &r1);
            clip_taps (column, g->filter.w, g->x.w, &s0, &s1);
            for (int r = r0; r < r1; r++)
              for (int s = s0; s < s1; s++)
                {
                  double *a = x + trp_shape_index (g->x, n, row + r, column + s, 0);
                  double *b = filter + trp_shape_index (g->filter, k, r, s, 0);

                  for (int c = 0; c < g->x.c; c++)
                    if (to_filter)
                      b[c] += *dy * a[c];
                    else
                      a[c] += *dy * b[c];
                }
          }
}

static int
conv_size (int size, int pads, int taps, int stride)
{
  return size + pads < taps ? 0 : (size + pads - taps) / stride + 1;
}

/* Whether a convolution of @x with @filter gives @y's height and width. */
static bool
sizes_agree (const TrpOpAttributes *a, TrpShape x, TrpShape filter, TrpShape y)
{
  return conv_size (x.h, a->pad_top + a->pad_bottom, filter.h, a->stride) == y.h &&
         conv_size (x.w, a->pad_left + a->pad_right, filter.w, a->stride) == y.w;
}

static void
assert_bias (const TrpOpDesc *desc, int channels)
{
  g_assert (desc->n_inputs == 2 || desc->n_inputs == 3);
  g_assert (desc->attributes.stride > 0);
  g_assert (desc->n_inputs < 3 ||
            trp_shape_equal (desc->inputs[2].shape, trp_shape_vector (channels)));
}

static bool
infer_conv (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpOpAttributes *a = &desc->attributes;
  const TrpShape x = desc->inputs[0].shape, filter = desc->inputs[1].shape;
  const int h = conv_size (x.h, a->pad_top + a->pad_bottom, filter.h, a->stride);
  const int w = conv_size (x.w, a->pad_left + a->pad_right, filter.w, a->stride);

  assert_bias (desc, filter.n);
  g_assert (x.c == filter.c);
  if (h < 1 || w < 1)
    {
      g_set_error (
        error, TRP_ERROR, TRP_ERROR_GEOMETRY,
        "An image of %d x %d is too small for this network: a filter of %d x %d does not "
        "fit into it",
        x.w, x.h, filter.w, filter.h);
      return false;
    }
  out_shapes[0] = (TrpShape){ x.n, h, w, filter.n };
  return true;
}

static bool
infer_conv_backward_data (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape dy = desc->inputs[0].shape, filter = desc->inputs[1].shape;
  const TrpShape x = desc->attributes.shape;

  assert_bias (desc, filter.c);
  g_assert (dy.c == filter.n && x.c == filter.c && dy.n == x.n);
  g_assert (sizes_agree (&desc->attributes, x, filter, dy));
  out_shapes[0] = x;
  return true;
}

static bool
infer_conv_backward_filter (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  const TrpShape x = desc->inputs[0].shape, dy = desc->inputs[1].shape;
  const TrpShape filter = desc->attributes.shape;

  g_assert (desc->n_inputs == 2 && x.n == dy.n && x.c == filter.c && dy.c == filter.n);
  g_assert (sizes_agree (&desc->attributes, x, filter, dy));
  out_shapes[0] = filter;
  return true;
}

static bool
infer_bias_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  out_shapes[0] = trp_shape_vector (desc->inputs[0].shape.c);
  return true;
}

/* A norm subtracts the mean that a bias adds, so the bias's gradient is exactly zero; computed, it
 * would be rounding noise that Adam blows up to full steps. */
static bool
is_cancelled_by_norm (const TrpGraph *graph, TrpValue y)
{
  int n_norms = 0;

  for (int i = 0; i < trp_graph_get_n_ops (graph); i++)
    {
      const TrpOp *op = trp_graph_peek_op (graph, i);

      for (int k = 0; k < op->n_inputs; k++)
        if (op->inputs[k] == y)
          switch (op->kind)
            {
            case TRP_OP_instance_norm:
            case TRP_OP_batch_norm:
              n_norms++;
              break;
            case TRP_OP_instance_norm_backward:
            case TRP_OP_batch_norm_backward:
              break;
            default:
              return false;
            }
    }
  return n_norms > 0;
}

static TrpValue
bias_gradient (TrpGraph *graph, const TrpOp *op, TrpValue dy)
{
  const TrpOpAttributes zeros = { .shape = trp_graph_get_shape (graph, op->inputs[2]) };

  if (is_cancelled_by_norm (graph, op->outputs[0]))
    return trp_graph_op (graph, TRP_OP_constant, &zeros, NULL, 0);
  return trp_graph_op (graph, TRP_OP_bias_backward, NULL, &dy, 1);
}

static void
backward_conv (TrpGraph *graph,
               const TrpOp *op,
               const TrpValue *output_gradients,
               const bool *wanted,
               TrpValue *out_gradients)
{
  const TrpValue dy = output_gradients[0], x = op->inputs[0], filter = op->inputs[1];
  TrpOpAttributes a = op->attributes;

  if (wanted[0])
    {
      a.shape = trp_graph_get_shape (graph, x);
      out_gradients[0] = trp_graph_op (graph, TRP_OP_conv_backward_data, &a,
                                       (const TrpValue[]){ dy, filter }, 2);
    }
  if (wanted[1])
    {
      a.shape = trp_graph_get_shape (graph, filter);
      out_gradients[1] = trp_graph_op (graph, TRP_OP_conv_backward_filter, &a,
                                       (const TrpValue[]){ x, dy }, 2);
    }
  if (op->n_inputs == 3 && wanted[2])
    out_gradients[2] = bias_gradient (graph, op, dy);
}

static void
backward_conv_transpose (TrpGraph *graph,
                         const TrpOp *op,
                         const TrpValue *output_gradients,
                         const bool *wanted,
                         TrpValue *out_gradients)
{
  const TrpValue dy = output_gradients[0], x = op->inputs[0], filter = op->inputs[1];
  TrpOpAttributes a = op->attributes;

  a.shape = (TrpShape){ 0 };
  if (wanted[0])
    out_gradients[0] = trp_graph_op (graph, TRP_OP_conv, &a, (const TrpValue[]){ dy, filter }, 2);
  if (wanted[1])
    {
      a.shape = trp_graph_get_shape (graph, filter);
      out_gradients[1] = trp_graph_op (graph, TRP_OP_conv_backward_filter, &a,
                                       (const TrpValue[]){ dy, x }, 2);
    }
  if (op->n_inputs == 3 && wanted[2])
    out_gradients[2] = bias_gradient (graph, op, dy);
}

static void
reference_conv (const TrpReferenceArgs *args)
{
  const TrpOpDesc *desc = args->desc;
  const Geometry g = make_geometry (desc, desc->inputs[0].shape, desc->inputs[1].shape,
                                    desc->outputs[0].shape);

  correlate (&g, args->inputs[0], args->inputs[1], desc->n_inputs == 3 ? args->inputs[2] : NULL,
             args->outputs[0]);
}

/* Serves the transposed convolution too, which may have a bias. */
static void
reference_conv_backward_data (const TrpReferenceArgs *args)
{
  const TrpOpDesc *desc = args->desc;
  const TrpShape x = desc->outputs[0].shape;
  const Geometry g = make_geometry (desc, x, desc->inputs[1].shape, desc->inputs[0].shape);

  for (size_t i = 0; i < trp_shape_count (x); i++)
    args->outputs[0][i] = desc->n_inputs == 3 ? args->inputs[2][i % (size_t) x.c] : 0;
  scatter (&g, args->outputs[0], args->inputs[1], args->inputs[0], false);
}

static void
reference_conv_backward_filter (const TrpReferenceArgs *args)
{
  const TrpOpDesc *desc = args->desc;
  const Geometry g = make_geometry (desc, desc->inputs[0].shape, desc->outputs[0].shape,
                                    desc->inputs[1].shape);

  memset (args->outputs[0], 0, trp_shape_count (g.filter) * sizeof (double));
  scatter (&g, args->inputs[0], args->outputs[0], args->inputs[1], true);
}

static void
reference_bias_backward (const TrpReferenceArgs *args)
{
  const TrpShape dy = args->desc->inputs[0].shape;

  memset (args->outputs[0], 0, (size_t) dy.c * sizeof (double));
  for (size_t i = 0; i < trp_shape_count (dy); i++)
    args->outputs[0][i % (size_t) dy.c] += args->inputs[0][i];
}

const TrpOpClass trp_op_conv = {
  .name = "conv",
  .infer = infer_conv,
  .backward = backward_conv,
  .reference = reference_conv,
};

const TrpOpClass trp_op_conv_backward_data = {
  .name = "conv_backward_data",
  .infer = infer_conv_backward_data,
  .reference = reference_conv_backward_data,
};

const TrpOpClass trp_op_conv_backward_filter = {
  .name = "conv_backward_filter",
  .precise = 1,
  .infer = infer_conv_backward_filter,
  .reference = reference_conv_backward_filter,
};

const TrpOpClass trp_op_conv_transpose = {
  .name = "conv_transpose",
  .infer = infer_conv_backward_data,
  .backward = backward_conv_transpose,
  .reference = reference_conv_backward_data,
};

const TrpOpClass trp_op_bias_backward = {
  .name = "bias_backward",
  .precise = 1,
  .infer = infer_bias_backward,
  .reference = reference_bias_backward,
};
