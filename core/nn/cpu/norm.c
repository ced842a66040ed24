/* norm.c - instance and batch norm, with what runs in their pass, and the gradients
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One machine for all: rows of channels in groups (an image each for instance norm, all images for
 * batch norm). Chunks of rows give means and squares or sums, which are combined in chunk order in
 * double; a second pass applies them. The workspace holds the chunks' results and then, per group,
 * scale, shift and two more vectors. The chunks of an instance norm are whole rows of the image, so
 * that they can be padded.
 *
 * Source of the combination: Chan, Golub, LeVeque, Updating formulae ..., COMPSTAT 1982.
 */

#include "core/nn/cpu/cpu.h"
#include "core/nn/cpu/loops.h"
#include "core/nn/cpu/pad.h"

#include <math.h>
#include <string.h>

enum
{
  SCALE,
  SHIFT,
  MEAN_G,
  MEAN_DOT,
  N_VECTORS
};

typedef struct
{
  TrpActivation activation;
  float alpha;
  size_t n_groups, n_rows, c; /* rows of a group */
  size_t chunk, n_chunks;     /* of a group */
  const float *x, *dy;
  const float *mean, *inverse_sd; /* n_groups rows */
  float *y;                       /* or dx */
  const float *residual;          /* or NULL */
  float *padded;                  /* or NULL; then y may be NULL */
  const float *dpadded;           /* or NULL */
  float *total;                   /* where dy + dpadded goes, or NULL */
  TrpCpuBorder border;
  float *partial; /* [group][chunk][2][c] */
  float *vectors; /* [group][N_VECTORS][c] */
  bool infer;
} Norm;

static Norm
make_norm (const TrpCpuKernel *self, bool per_image)
{
  const TrpShape x = self->inputs[0];
  Norm norm = { .activation = self->attributes.activation,
                .alpha = (float) self->attributes.alpha,
                .n_groups = per_image ? (size_t) x.n : 1,
                .n_rows = trp_shape_pixels (x) * (per_image ? 1 : (size_t) x.n),
                .c = (size_t) x.c };

  norm.border = trp_cpu_border (&self->attributes, x);
  norm.chunk = per_image ? trp_cpu_chunk_of (norm.c * (size_t) x.w) * (size_t) x.w
                         : trp_cpu_chunk_of (norm.c);
  norm.n_chunks = trp_cpu_n_chunks (norm.n_rows, norm.chunk);
  return norm;
}

static size_t
partial_floats (const Norm *norm)
{
  return norm->n_groups * norm->n_chunks * 2 * norm->c;
}

static void
set_workspace (Norm *norm, void *workspace)
{
  norm->partial = workspace;
  norm->vectors = norm->partial + partial_floats (norm);
}

static size_t
count_workspace (const Norm *norm)
{
  return (partial_floats (norm) + norm->n_groups * N_VECTORS * norm->c) * sizeof (float);
}

static float *
vector (const Norm *norm, size_t group, int which)
{
  return norm->vectors + (group * N_VECTORS + (size_t) which) * norm->c;
}

static float *
partial (const Norm *norm, size_t group, size_t chunk)
{
  return norm->partial + (group * norm->n_chunks + chunk) * 2 * norm->c;
}

/* Of y, and of its padded copy. */
static const float *
gradient (const Norm *norm)
{
  return norm->total ? norm->total : norm->dy;
}

static TrpLoopNorm
loop_of (const Norm *norm, size_t group)
{
  return (TrpLoopNorm){ norm->mean + group * norm->c,
                        norm->inverse_sd + group * norm->c,
                        vector (norm, group, SCALE),
                        vector (norm, group, SHIFT),
                        norm->activation,
                        norm->alpha };
}

/* An item is one chunk of one group. */
static void
locate (const Norm *norm, size_t item, size_t *out_group, size_t *out_first, size_t *out_rows)
{
  *out_group = item / norm->n_chunks;
  *out_first = item % norm->n_chunks * norm->chunk;
  *out_rows = MIN (norm->chunk, norm->n_rows - *out_first);
}

static void
chunk_stats (size_t begin, size_t end, void *data)
{
  const Norm *norm = data;

  for (size_t i = begin; i < end; i++)
    {
      size_t group, first, rows;
      float *out;

      locate (norm, i, &group, &first, &rows);
      out = partial (norm, group, i % norm->n_chunks);
      trp_loop_stats (norm->x + (group * norm->n_rows + first) * norm->c, rows, norm->c, out,
                      out + norm->c);
    }
}

/* Rows of the image, each written where it is needed while it is hot. */
static void
apply_rows (const Norm *norm, const TrpLoopNorm *loop, size_t at, size_t n_pixels)
{
  const size_t w = (size_t) norm->border.inner.w, h = (size_t) norm->border.inner.h;
  const size_t row_floats = w * norm->c, first = at / row_floats;

  for (size_t row = first; row < first + n_pixels / w; row++)
    {
      const int n = (int) (row / h), line = (int) (row % h);
      const size_t from = row * row_floats;
      float *inner = trp_cpu_border_locate (&norm->border, norm->padded, n, line);
      float *y = norm->y ? norm->y + from : inner;

      trp_loop_norm (loop, norm->x + from, norm->residual ? norm->residual + from : NULL, w,
                     norm->c, y);
      if (y != inner)
        memcpy (inner, y, row_floats * sizeof *y);
      trp_cpu_border_spread (&norm->border, norm->padded, n, line);
    }
}

static void
chunk_apply (size_t begin, size_t end, void *data)
{
  const Norm *norm = data;

  for (size_t i = begin; i < end; i++)
    {
      size_t group, first, rows, at;
      TrpLoopNorm loop;

      locate (norm, i, &group, &first, &rows);
      at = (group * norm->n_rows + first) * norm->c;
      loop = loop_of (norm, group);
      if (norm->padded)
        apply_rows (norm, &loop, at, rows);
      else if (norm->y)
        trp_loop_norm (&loop, norm->x + at, norm->residual ? norm->residual + at : NULL, rows,
                       norm->c, norm->y + at);
    }
}

/* dy + unpadded dpadded */
static void
total_rows (const Norm *norm, size_t at, size_t n_pixels)
{
  const size_t w = (size_t) norm->border.inner.w, h = (size_t) norm->border.inner.h;
  const size_t row_floats = w * norm->c, first = at / row_floats;

  for (size_t row = first; row < first + n_pixels / w; row++)
    {
      const size_t from = row * row_floats;
      const float *dy = norm->dy ? norm->dy + from : NULL;

      if (norm->dpadded)
        trp_cpu_border_collect (&norm->border, norm->dpadded, (int) (row / h), (int) (row % h), dy,
                                norm->total + from);
      else
        memcpy (norm->total + from, dy, row_floats * sizeof *dy);
    }
}

static void
chunk_sums (size_t begin, size_t end, void *data)
{
  const Norm *norm = data;

  for (size_t i = begin; i < end; i++)
    {
      size_t group, first, rows, at;
      TrpLoopNorm loop;
      float *out;

      locate (norm, i, &group, &first, &rows);
      at = (group * norm->n_rows + first) * norm->c;
      out = partial (norm, group, i % norm->n_chunks);
      loop = loop_of (norm, group);
      if (norm->total)
        total_rows (norm, at, rows);
      trp_loop_norm_sums (&loop, norm->x + at, gradient (norm) + at, rows, norm->c, out,
                          out + norm->c);
    }
}

static void
chunk_gradient (size_t begin, size_t end, void *data)
{
  const Norm *norm = data;

  for (size_t i = begin; i < end; i++)
    {
      size_t group, first, rows, at;
      TrpLoopNorm loop;

      locate (norm, i, &group, &first, &rows);
      at = (group * norm->n_rows + first) * norm->c;
      loop = loop_of (norm, group);
      trp_loop_norm_gradient (&loop, norm->x + at, gradient (norm) + at, rows, norm->c,
                              norm->infer ? NULL : vector (norm, group, MEAN_G),
                              norm->infer ? NULL : vector (norm, group, MEAN_DOT), norm->y + at);
    }
}

static void
for_chunks (const TrpCpuKernel *self, Norm *norm, TrpParallelFunc func)
{
  trp_cpu_for (self, norm->n_groups * norm->n_chunks, 1, func, norm);
}

/* Mean and population variance of a group's channel from its chunks. */
static void
combine_stats (const Norm *norm, size_t group, size_t c, double *out_mean, double *out_variance)
{
  double count = 0, mean = 0, squares = 0;

  for (size_t i = 0; i < norm->n_chunks; i++)
    {
      const float *chunk = partial (norm, group, i);
      const double n = (double) MIN (norm->chunk, norm->n_rows - i * norm->chunk);
      const double difference = (double) chunk[c] - mean, total = count + n;

      mean += difference * n / total;
      squares += (double) chunk[norm->c + c] + difference * difference * count * n / total;
      count = total;
    }
  *out_mean = mean;
  *out_variance = squares / count;
}

static void
combine_sums (const Norm *norm, size_t group, size_t c, double *out_sum, double *out_dot)
{
  double sum = 0, dot = 0;

  for (size_t i = 0; i < norm->n_chunks; i++)
    {
      sum += (double) partial (norm, group, i)[c];
      dot += (double) partial (norm, group, i)[norm->c + c];
    }
  *out_sum = sum;
  *out_dot = dot;
}

/* @gamma, @beta: (nullable): 1 and 0 */
static void
set_affine (const Norm *norm, const float *gamma, const float *beta)
{
  for (size_t group = 0; group < norm->n_groups; group++)
    for (size_t c = 0; c < norm->c; c++)
      {
        vector (norm, group, SCALE)[c] = norm->inverse_sd[group * norm->c + c] *
                                         (gamma ? gamma[c] : 1);
        vector (norm, group, SHIFT)[c] = beta ? beta[c] : 0;
      }
}

static bool
prepare_instance (TrpCpuKernel *self, GError **error)
{
  const Norm norm = make_norm (self, true);

  self->workspace_bytes = count_workspace (&norm);
  return true;
}

static bool
prepare_batch (TrpCpuKernel *self, GError **error)
{
  const Norm norm = make_norm (self, false);

  /* Behind it: inverse standard deviations where only variances are given. */
  self->workspace_bytes = count_workspace (&norm) + norm.c * sizeof (float);
  return true;
}

static bool
run_instance (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Norm norm = make_norm (self, true);
  float *mean = args->outputs[1], *inverse_sd = args->outputs[2];

  set_workspace (&norm, args->workspace);
  norm.x = args->inputs[0];
  norm.residual = self->n_inputs > 1 ? args->inputs[1] : NULL;
  norm.y = args->outputs[0];
  norm.padded = self->n_outputs > 3 ? args->outputs[3] : NULL;
  norm.mean = mean;
  norm.inverse_sd = inverse_sd;
  for_chunks (self, &norm, chunk_stats);
  for (size_t group = 0; group < norm.n_groups; group++)
    for (size_t c = 0; c < norm.c; c++)
      {
        double centre, variance;

        combine_stats (&norm, group, c, &centre, &variance);
        mean[group * norm.c + c] = (float) centre;
        inverse_sd[group * norm.c + c] = (float) (1 / sqrt (variance + self->attributes.eps));
      }
  set_affine (&norm, NULL, NULL);
  for_chunks (self, &norm, chunk_apply);
  return true;
}

const TrpCpuOp trp_cpu_instance_norm = { prepare_instance, NULL, run_instance };

/* Sums, then the gradient of x; @dgamma, @dbeta: (nullable). */
static void
run_gradient (TrpCpuKernel *self, Norm *norm, float *dgamma, float *dbeta)
{
  if (!norm->infer || dgamma || dbeta)
    for_chunks (self, norm, chunk_sums);
  for (size_t group = 0; group < norm->n_groups && (!norm->infer || dgamma); group++)
    for (size_t c = 0; c < norm->c; c++)
      {
        double sum, dot;

        combine_sums (norm, group, c, &sum, &dot);
        vector (norm, group, MEAN_G)[c] = (float) (sum / (double) norm->n_rows);
        vector (norm, group, MEAN_DOT)[c] = (float) (dot / (double) norm->n_rows);
        if (dgamma)
          dgamma[c] = (float) dot;
        if (dbeta)
          dbeta[c] = (float) sum;
      }
  if (norm->y)
    for_chunks (self, norm, chunk_gradient);
}

/* The sum of gradients goes into dresidual, else into dx, which takes its place at the end. */
static bool
run_instance_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const bool padded = trp_op_has_padding (&self->attributes);
  Norm norm = make_norm (self, true);

  set_workspace (&norm, args->workspace);
  norm.x = args->inputs[0];
  norm.mean = args->inputs[1];
  norm.inverse_sd = args->inputs[2];
  norm.dy = self->n_inputs > 3 + padded ? args->inputs[3] : NULL;
  norm.dpadded = padded ? args->inputs[self->n_inputs - 1] : NULL;
  norm.total = padded || self->n_outputs > 1 ? args->outputs[self->n_outputs - 1] : NULL;
  norm.y = args->outputs[0];
  set_affine (&norm, NULL, NULL);
  run_gradient (self, &norm, NULL, NULL);
  return true;
}

const TrpCpuOp trp_cpu_instance_norm_backward = { prepare_instance, NULL, run_instance_backward };

/* Running statistics as PyTorch: the variance of a sample, n - 1. */
static void
update_running (const TrpCpuKernel *self,
                double centre,
                double variance,
                double n,
                float *mean,
                float *running_variance)
{
  const double momentum = self->attributes.momentum;
  const double sample = n > 1 ? variance * n / (n - 1) : variance;

  *mean = (float) ((1 - momentum) * (double) *mean + momentum * centre);
  *running_variance = (float) ((1 - momentum) * (double) *running_variance + momentum * sample);
}

static bool
run_batch (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Norm norm = make_norm (self, false);
  float *mean = args->outputs[1], *inverse_sd = args->outputs[2];
  float *running_mean = args->outputs[3], *running_variance = args->outputs[4];

  set_workspace (&norm, args->workspace);
  norm.x = args->inputs[0];
  norm.y = args->outputs[0];
  norm.mean = mean;
  norm.inverse_sd = inverse_sd;
  for_chunks (self, &norm, chunk_stats);
  for (size_t c = 0; c < norm.c; c++)
    {
      double centre, variance;

      combine_stats (&norm, 0, c, &centre, &variance);
      mean[c] = (float) centre;
      inverse_sd[c] = (float) (1 / sqrt (variance + self->attributes.eps));
      update_running (self, centre, variance, (double) norm.n_rows, &running_mean[c],
                      &running_variance[c]);
    }
  set_affine (&norm, args->inputs[1], args->inputs[2]);
  for_chunks (self, &norm, chunk_apply);
  return true;
}

const TrpCpuOp trp_cpu_batch_norm = { prepare_batch, NULL, run_batch };

static bool
run_batch_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Norm norm = make_norm (self, false);

  set_workspace (&norm, args->workspace);
  norm.x = args->inputs[0];
  norm.mean = args->inputs[3];
  norm.inverse_sd = args->inputs[4];
  norm.dy = args->inputs[5];
  norm.y = args->outputs[0];
  set_affine (&norm, args->inputs[1], args->inputs[2]);
  run_gradient (self, &norm, args->outputs[1], args->outputs[2]);
  return true;
}

const TrpCpuOp trp_cpu_batch_norm_backward = { prepare_batch, NULL, run_batch_backward };

/* x, gamma, beta, mean, variance: the statistics are given. */
static void
set_inference (const TrpCpuKernel *self, Norm *norm, const TrpKernelArgs *args)
{
  const float *variance = args->inputs[4];
  float *inverse_sd;

  set_workspace (norm, args->workspace);
  inverse_sd = norm->vectors + norm->n_groups * N_VECTORS * norm->c;
  for (size_t c = 0; c < norm->c; c++)
    inverse_sd[c] = (float) (1 / sqrt ((double) variance[c] + self->attributes.eps));
  norm->x = args->inputs[0];
  norm->mean = args->inputs[3];
  norm->inverse_sd = inverse_sd;
  norm->y = args->outputs[0];
  norm->infer = true;
  set_affine (norm, args->inputs[1], args->inputs[2]);
}

static bool
run_batch_infer (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Norm norm = make_norm (self, false);

  set_inference (self, &norm, args);
  for_chunks (self, &norm, chunk_apply);
  return true;
}

const TrpCpuOp trp_cpu_batch_norm_infer = { prepare_batch, NULL, run_batch_infer };

static bool
run_batch_infer_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Norm norm = make_norm (self, false);

  set_inference (self, &norm, args);
  norm.dy = args->inputs[5];
  run_gradient (self, &norm, args->outputs[1], args->outputs[2]);
  return true;
}

const TrpCpuOp trp_cpu_batch_norm_infer_backward = { prepare_batch, NULL,
                                                     run_batch_infer_backward };
