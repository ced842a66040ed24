/* gradient-correlation.c - correlation of gradient images and its gradient
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The formula stands in ops/gradient-correlation.c. An item of the parallel loop is one channel of
 * one image; it goes row by row, so that the vertical axis is as cheap as the horizontal one.
 */

#include "core/nn/cpu/cpu.h"
#include "core/nn/formula.h"

#include <math.h>
#include <string.h>

enum
{
  VERTICAL,
  HORIZONTAL,
  N_AXES
};

typedef struct
{
  const TrpCpuKernel *kernel;
  TrpShape shape;
  const float *x, *y;
  float *dx;
  float *planes;   /* two per channel and image */
  double *partial; /* NCC per channel, image and axis */
  double factor;
} Job;

/* Two gradient images without their means, and the sums of their products. */
typedef struct
{
  float *a, *b;
  double ab, aa, bb;
} Pair;

static size_t
plane_floats (TrpShape s)
{
  return 2 * trp_shape_count (s);
}

static bool
prepare (TrpCpuKernel *self, GError **error)
{
  const TrpShape s = self->inputs[0];

  self->workspace_bytes = plane_floats (s) * sizeof (float) +
                          (size_t) s.n * (size_t) s.c * N_AXES * sizeof (double);
  return true;
}

/* Neighbours of @i on an axis of @size pixels; the edge is repeated. */
static inline int
after (int i, int size)
{
  return MIN (i + 1, size - 1);
}

static inline int
before (int i)
{
  return MAX (i - 1, 0);
}

static inline float
slope_at (TrpShape s, const float *x, int axis, int h, int w)
{
  const size_t row = (size_t) s.w * (size_t) s.c, c = (size_t) s.c;

  if (axis == VERTICAL)
    return x[(size_t) after (h, s.h) * row + (size_t) w * c] -
           x[(size_t) before (h) * row + (size_t) w * c];
  return x[(size_t) h * row + (size_t) after (w, s.w) * c] -
         x[(size_t) h * row + (size_t) before (w) * c];
}

static void
differentiate (const Job *job, const float *x, int axis, float *a)
{
  const TrpShape s = job->shape;
  const bool is_signed = job->kernel->attributes.mode == 1;
  const size_t n_pixels = trp_shape_pixels (s);
  double sum = 0;
  float mean;

  for (int h = 0; h < s.h; h++)
    {
      float *to = a + (size_t) h * (size_t) s.w;
      double row_sum = 0;

      for (int w = 0; w < s.w; w++)
        {
          const float g = slope_at (s, x, axis, h, w);

          to[w] = is_signed ? g : fabsf (g);
          row_sum += (double) to[w];
        }
      sum += row_sum;
    }
  mean = (float) (sum / (double) n_pixels);
  for (size_t i = 0; i < n_pixels; i++)
    a[i] -= mean;
}

static Pair
make_pair (const Job *job, size_t item, int axis)
{
  const TrpShape s = job->shape;
  const size_t n_pixels = trp_shape_pixels (s);
  const size_t at = trp_shape_index (s, (int) (item / (size_t) s.c), 0, 0,
                                     (int) (item % (size_t) s.c));
  Pair pair = { job->planes + 2 * item * n_pixels, job->planes + (2 * item + 1) * n_pixels, 0, 0,
                0 };

  differentiate (job, job->x + at, axis, pair.a);
  differentiate (job, job->y + at, axis, pair.b);
  for (size_t i = 0; i < n_pixels; i++)
    {
      pair.ab += (double) pair.a[i] * (double) pair.b[i];
      pair.aa += (double) pair.a[i] * (double) pair.a[i];
      pair.bb += (double) pair.b[i] * (double) pair.b[i];
    }
  return pair;
}

static void
correlate (size_t begin, size_t end, void *data)
{
  const Job *job = data;

  for (size_t item = begin; item < end; item++)
    for (int axis = 0; axis < N_AXES; axis++)
      {
        const Pair pair = make_pair (job, item, axis);

        job->partial[item * N_AXES + (size_t) axis] = trp_correlation_f64 (
          pair.ab, pair.aa, pair.bb, job->kernel->attributes.eps);
      }
}

static Job
make_job (const TrpCpuKernel *self, const TrpKernelArgs *args, int y)
{
  const TrpShape s = self->inputs[0];

  return (
    Job){ .kernel = self,
          .shape = s,
          .x = args->inputs[0],
          .y = args->inputs[y],
          .partial = args->workspace,
          .planes = (float *) ((double *) args->workspace + (size_t) s.n * (size_t) s.c * N_AXES),
          .dx = args->outputs[0] };
}

static bool
run_loss (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Job job = make_job (self, args, 1);
  const size_t n_items = (size_t) job.shape.n * (size_t) job.shape.c;
  double sum = 0;

  trp_cpu_for (self, n_items, 1, correlate, &job);
  for (size_t i = 0; i < n_items * N_AXES; i++)
    sum += job.partial[i];
  *(float *) args->outputs[0] = (float) (1 - sum / (double) (n_items * N_AXES));
  return true;
}

const TrpCpuOp trp_cpu_gradient_correlation = { prepare, NULL, run_loss };

/* pair->a becomes d loss / d gradient. */
static void
slopes (const Job *job, const Pair *pair, const float *x, int axis)
{
  const TrpShape s = job->shape;
  const bool is_signed = job->kernel->attributes.mode == 1;
  double b_factor, a_factor;

  trp_correlation_slope_f64 (pair->ab, pair->aa, pair->bb, job->kernel->attributes.eps, &b_factor,
                             &a_factor);
  b_factor *= job->factor;
  a_factor *= job->factor;
  for (int h = 0; h < s.h; h++)
    for (int w = 0; w < s.w; w++)
      {
        const size_t i = (size_t) h * (size_t) s.w + (size_t) w;
        const float g = slope_at (s, x, axis, h, w);
        const float sign = is_signed ? 1 : g > 0 ? 1 : g < 0 ? -1 : 0;

        pair->a[i] = sign * ((float) b_factor * pair->b[i] - (float) a_factor * pair->a[i]);
      }
}

/* A pixel is the neighbour after of the one before it, and the other way round; at the ends also
 * its own. */
static inline float
collect (const float *d, size_t step, int i, int size)
{
  float sum = 0;

  if (i > 0)
    sum += d[(size_t) (i - 1) * step];
  if (i == size - 1)
    sum += d[(size_t) i * step];
  if (i < size - 1)
    sum -= d[(size_t) (i + 1) * step];
  if (i == 0)
    sum -= d[0];
  return sum;
}

static void
differentiate_back (size_t begin, size_t end, void *data)
{
  const Job *job = data;
  const TrpShape s = job->shape;
  const double eps = job->kernel->attributes.eps;

  for (size_t item = begin; item < end; item++)
    {
      const size_t at = trp_shape_index (s, (int) (item / (size_t) s.c), 0, 0,
                                         (int) (item % (size_t) s.c));

      for (size_t i = 0; i < trp_shape_pixels (s); i++)
        job->dx[at + i * (size_t) s.c] = 0;
      for (int axis = 0; axis < N_AXES; axis++)
        {
          const Pair pair = make_pair (job, item, axis);

          if (pair.aa < eps || pair.bb < eps)
            continue;
          slopes (job, &pair, job->x + at, axis);
          for (int h = 0; h < s.h; h++)
            for (int w = 0; w < s.w; w++)
              {
                const size_t row = (size_t) s.w;

                job->dx[at + ((size_t) h * row + (size_t) w) * (size_t) s.c] +=
                  axis == VERTICAL ? collect (pair.a + w, row, h, s.h)
                                   : collect (pair.a + (size_t) h * row, 1, w, s.w);
              }
        }
    }
}

static bool
run_loss_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Job job = make_job (self, args, 2);
  const size_t n_items = (size_t) job.shape.n * (size_t) job.shape.c;

  job.factor = -(double) *(const float *) args->inputs[1] / (double) (n_items * N_AXES);
  trp_cpu_for (self, n_items, 1, differentiate_back, &job);
  return true;
}

const TrpCpuOp trp_cpu_gradient_correlation_backward = { prepare, NULL, run_loss_backward };
