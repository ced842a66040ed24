/* gradient-correlation.c - 1 - correlation of two gradient images
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Per sample, channel and axis: g(i) = x(i + 1) - x(i - 1), edges replicated; a = |g| or g (mode
 * 1); with means subtracted, S = sum ab, P = sum aa, Q = sum bb: NCC = (S + eps) / (sqrt (P + eps)
 * sqrt (Q + eps)), loss = 1 - mean NCC over samples, channels and both axes. So two constant images
 * correlate fully, and one constant image not at all. Where P or Q < eps no gradient passes.
 * Source: Hiasa et al. 2018 and the authors' pytorch_similarity, which takes absolute values: edges
 * of MR and CT have opposite signs.
 */

#include "core/nn/formula.h"
#include "core/nn/graph.h"

#include <string.h>

/* One axis of one channel: @n lines of @length pixels; strides in elements. */
typedef struct
{
  size_t n, length, line_step, pixel_step;
  bool is_signed;
} Axis;

typedef struct
{
  double s, p, q;
} Moments;

static bool
infer_loss (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 2 && desc->attributes.eps > 0);
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
  for (int i = 0; i < 2; i++)
    {
      const TrpValue inputs[] = { op->inputs[i], output_gradients[0], op->inputs[1 - i] };

      if (wanted[i])
        out_gradients[i] = trp_graph_op (graph, TRP_OP_gradient_correlation_backward,
                                         &op->attributes, inputs, 3);
    }
}

static Axis
make_axis (TrpShape s, int axis, bool is_signed)
{
  const size_t row = (size_t) s.w * (size_t) s.c;

  if (axis == 0)
    return (Axis){ (size_t) s.w, (size_t) s.h, (size_t) s.c, row, is_signed };
  return (Axis){ (size_t) s.h, (size_t) s.w, row, (size_t) s.c, is_signed };
}

static double
slope_at (const Axis *axis, const double *line, size_t i)
{
  const size_t next = MIN (i + 1, axis->length - 1), last = i > 0 ? i - 1 : 0;

  return line[next * axis->pixel_step] - line[last * axis->pixel_step];
}

/* Fills @a (n x length) with the axis's gradients, means subtracted. */
static void
differentiate (const Axis *axis, const double *x, double *a)
{
  const size_t count = axis->n * axis->length;
  double mean = 0;

  for (size_t k = 0; k < axis->n; k++)
    for (size_t i = 0; i < axis->length; i++)
      {
        const double g = slope_at (axis, x + k * axis->line_step, i);

        a[k * axis->length + i] = axis->is_signed ? g : fabs (g);
        mean += a[k * axis->length + i];
      }
  mean /= (double) count;
  for (size_t i = 0; i < count; i++)
    a[i] -= mean;
}

static Moments
correlate (const double *a, const double *b, size_t count)
{
  Moments m = { 0 };

  for (size_t i = 0; i < count; i++)
    {
      m.s += a[i] * b[i];
      m.p += a[i] * a[i];
      m.q += b[i] * b[i];
    }
  return m;
}

static void
reference_loss (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *attributes = &args->desc->attributes;
  const TrpShape s = args->desc->inputs[0].shape;
  const size_t pixels = trp_shape_pixels (s);
  g_autofree double *a = g_new (double, pixels);
  g_autofree double *b = g_new (double, pixels);
  double sum = 0;

  for (int i = 0; i < s.n * s.c * 2; i++)
    {
      const Axis axis = make_axis (s, i % 2, attributes->mode == 1);
      const size_t start = trp_shape_index (s, i / 2 / s.c, 0, 0, i / 2 % s.c);
      Moments m;

      differentiate (&axis, args->inputs[0] + start, a);
      differentiate (&axis, args->inputs[1] + start, b);
      m = correlate (a, b, pixels);
      sum += trp_correlation_f64 (m.s, m.p, m.q, attributes->eps);
    }
  args->outputs[0][0] = 1 - sum / (2.0 * s.n * s.c);
}

/* Sends d loss / d a back through the sign and the stencil. */
static void
scatter (const Axis *axis,
         const double *x,
         const double *a,
         const double *b,
         double b_factor,
         double a_factor,
         double *dx)
{
  for (size_t k = 0; k < axis->n; k++)
    for (size_t i = 0; i < axis->length; i++)
      {
        const size_t at = k * axis->length + i;
        const size_t next = MIN (i + 1, axis->length - 1), last = i > 0 ? i - 1 : 0;
        const double g = slope_at (axis, x + k * axis->line_step, i);
        const double sign = axis->is_signed ? 1 : g > 0 ? 1 : g < 0 ? -1 : 0;
        const double d = sign * (b_factor * b[at] - a_factor * a[at]);

        dx[k * axis->line_step + next * axis->pixel_step] += d;
        dx[k * axis->line_step + last * axis->pixel_step] -= d;
      }
}

static void
reference_loss_backward (const TrpReferenceArgs *args)
{
  const TrpOpAttributes *attributes = &args->desc->attributes;
  const TrpShape s = args->desc->inputs[0].shape;
  const size_t pixels = trp_shape_pixels (s);
  const double factor = -args->inputs[1][0] / (2.0 * s.n * s.c);
  g_autofree double *a = g_new (double, pixels);
  g_autofree double *b = g_new (double, pixels);

  memset (args->outputs[0], 0, trp_shape_count (s) * sizeof (double));
  for (int i = 0; i < s.n * s.c * 2; i++)
    {
      const Axis axis = make_axis (s, i % 2, attributes->mode == 1);
      const size_t start = trp_shape_index (s, i / 2 / s.c, 0, 0, i / 2 % s.c);
      double b_factor, a_factor;
      Moments m;

      differentiate (&axis, args->inputs[0] + start, a);
      differentiate (&axis, args->inputs[2] + start, b);
      m = correlate (a, b, pixels);
      trp_correlation_slope_f64 (m.s, m.p, m.q, attributes->eps, &b_factor, &a_factor);
      scatter (&axis, args->inputs[0] + start, a, b, factor * b_factor, factor * a_factor,
               args->outputs[0] + start);
    }
}

const TrpOpClass trp_op_gradient_correlation = {
  .name = "gradient_correlation",
  .precise = 1,
  .infer = infer_loss,
  .backward = backward_loss,
  .reference = reference_loss,
};

const TrpOpClass trp_op_gradient_correlation_backward = {
  .name = "gradient_correlation_backward",
  .infer = infer_loss_backward,
  .reference = reference_loss_backward,
};
