/* spectral-norm.c - a filter over its largest singular value
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * W is the filter as a matrix, a row of h w c entries for each of the n output channels. A power
 * iteration is v = W' u / |W' u|, u = W v / |W v|; then sigma = u' W v and y = W / sigma. Only W is
 * differentiated, since u and v move little: dW = (dy - <dy, W> / sigma u v') / sigma.
 *
 * The vectors of a step are temporaries beside the states that they become, so that a gradient sees
 * those of its own pass. Source: T. Miyato et al., ICLR 2018.
 */

#include "core/nn/graph.h"

#include <math.h>
#include <string.h>

static size_t
row_size (const TrpOpDesc *desc)
{
  const TrpShape filter = desc->inputs[0].shape;

  return trp_shape_pixels (filter) * (size_t) filter.c;
}

/* Inputs @first and @first + 1 are u and v. */
static void
assert_vectors (const TrpOpDesc *desc, int first)
{
  g_assert (trp_shape_count (desc->inputs[first].shape) == (size_t) desc->inputs[0].shape.n);
  g_assert (trp_shape_count (desc->inputs[first + 1].shape) == row_size (desc));
}

static bool
infer_iteration (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 3 && desc->n_outputs == 4);
  g_assert (desc->attributes.offset > 0 && desc->attributes.eps > 0);
  assert_vectors (desc, 1);
  for (int i = 0; i < 4; i++)
    out_shapes[i] = desc->inputs[1 + i % 2].shape;
  return true;
}

static bool
infer_norm (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 3 && desc->n_outputs == 2);
  assert_vectors (desc, 1);
  out_shapes[0] = desc->inputs[0].shape;
  out_shapes[1] = trp_shape_vector (1);
  return true;
}

static bool
infer_norm_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error)
{
  g_assert (desc->n_inputs == 5 && trp_shape_count (desc->inputs[4].shape) == 1);
  g_assert (trp_shape_equal (desc->inputs[0].shape, desc->inputs[1].shape));
  assert_vectors (desc, 2);
  out_shapes[0] = desc->inputs[0].shape;
  return true;
}

static void
backward_norm (TrpGraph *graph,
               const TrpOp *op,
               const TrpValue *output_gradients,
               const bool *wanted,
               TrpValue *out_gradients)
{
  const TrpValue inputs[] = { op->inputs[0], output_gradients[0], op->inputs[1], op->inputs[2],
                              op->outputs[1] };

  g_assert (output_gradients[1] == TRP_VALUE_NONE && !wanted[1] && !wanted[2]);
  out_gradients[0] = trp_graph_op (graph, TRP_OP_spectral_norm_backward, NULL, inputs, 5);
}

/* To length 1, shorter than @eps over @eps. */
static void
normalise (double *values, size_t n, double eps)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += values[i] * values[i];
  for (size_t i = 0; i < n; i++)
    values[i] /= MAX (sqrt (sum), eps);
}

static void
reference_iteration (const TrpReferenceArgs *args)
{
  const size_t rows = (size_t) args->desc->inputs[0].shape.n, columns = row_size (args->desc);
  const double *filter = args->inputs[0];
  double *u = args->outputs[0], *v = args->outputs[1];

  memcpy (u, args->inputs[1], rows * sizeof *u);
  for (int n = 0; n < args->desc->attributes.offset; n++)
    {
      memset (v, 0, columns * sizeof *v);
      for (size_t i = 0; i < rows * columns; i++)
        v[i % columns] += filter[i] * u[i / columns];
      normalise (v, columns, args->desc->attributes.eps);
      memset (u, 0, rows * sizeof *u);
      for (size_t i = 0; i < rows * columns; i++)
        u[i / columns] += filter[i] * v[i % columns];
      normalise (u, rows, args->desc->attributes.eps);
    }
  memcpy (args->outputs[2], u, rows * sizeof *u);
  memcpy (args->outputs[3], v, columns * sizeof *v);
}

static void
reference_norm (const TrpReferenceArgs *args)
{
  const size_t columns = row_size (args->desc);
  const size_t count = trp_shape_count (args->desc->inputs[0].shape);
  const double *filter = args->inputs[0], *u = args->inputs[1], *v = args->inputs[2];
  double sigma = 0;

  for (size_t i = 0; i < count; i++)
    sigma += u[i / columns] * filter[i] * v[i % columns];
  for (size_t i = 0; i < count; i++)
    args->outputs[0][i] = filter[i] / sigma;
  args->outputs[1][0] = sigma;
}

static void
reference_norm_backward (const TrpReferenceArgs *args)
{
  const size_t columns = row_size (args->desc);
  const size_t count = trp_shape_count (args->desc->inputs[0].shape);
  const double *filter = args->inputs[0], *dy = args->inputs[1];
  const double *u = args->inputs[2], *v = args->inputs[3], sigma = args->inputs[4][0];
  double dot = 0;

  for (size_t i = 0; i < count; i++)
    dot += dy[i] * filter[i];
  for (size_t i = 0; i < count; i++)
    args->outputs[0][i] = (dy[i] - dot / sigma * u[i / columns] * v[i % columns]) / sigma;
}

const TrpOpClass trp_op_power_iteration = {
  .name = "power_iteration",
  .precise = 3,
  .infer = infer_iteration,
  .reference = reference_iteration,
};

const TrpOpClass trp_op_spectral_norm = {
  .name = "spectral_norm",
  .precise = 2,
  .infer = infer_norm,
  .backward = backward_norm,
  .reference = reference_norm,
};

const TrpOpClass trp_op_spectral_norm_backward = {
  .name = "spectral_norm_backward",
  .precise = 1,
  .infer = infer_norm_backward,
  .reference = reference_norm_backward,
};
