/* ssim.c - structural similarity and its gradient
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The formula stands in ops/ssim-loss.c and formula.h. A window's moments are sums along columns
 * and then along rows, the gradient the same backwards; an item of the parallel loops is one row.
 * In double: variances are differences of nearly equal numbers, and all of it is little beside one
 * convolution.
 */

#include "core/nn/cpu/cpu.h"
#include "core/nn/formula.h"

#include <string.h>

/* Moments of the forward pass, slopes of the backward pass. */
enum
{
  MX,
  MY,
  XX,
  YY,
  XY,
  N_MOMENTS,
  N_SLOPES = 3
};

typedef struct
{
  TrpShape shape, map; /* of the images, of the windows' places */
  int border;          /* windows reach so far out of the image */
  double weights[TRP_SSIM_SIZE];
  const float *x, *y;
  float *dx;
  double *row_sums; /* of the map's rows */
  double *slopes;   /* [N_SLOPES] maps, backward only */
  double *scratch;  /* [slot] */
  double factor;
} Job;

static size_t
map_row (const Job *job)
{
  return (size_t) job->map.w * (size_t) job->map.c;
}

static size_t
wide_row (const Job *job)
{
  return (size_t) (job->shape.w + 2 * job->border) * (size_t) job->shape.c;
}

static size_t
slot_doubles (const Job *job)
{
  return N_MOMENTS * (map_row (job) + wide_row (job));
}

static Job
make_job (const TrpCpuKernel *self)
{
  const TrpShape s = self->inputs[0];
  const int border = self->attributes.mode == TRP_SSIM_SAME ? TRP_SSIM_SIZE / 2 : 0;
  const int lost = TRP_SSIM_SIZE - 1 - 2 * border;
  Job job = { .shape = s, .map = { s.n, s.h - lost, s.w - lost, s.c }, .border = border };

  trp_ssim_weights_f64 (job.weights);
  return job;
}

static bool
prepare (TrpCpuKernel *self, GError **error)
{
  const Job job = make_job (self);
  const size_t rows = (size_t) job.map.n * (size_t) job.map.h;

  self->workspace_bytes = (rows + N_SLOPES * trp_shape_count (job.map) +
                           (size_t) self->device->n_slots * slot_doubles (&job)) *
                          sizeof (double);
  return true;
}

static void
bind (Job *job, const TrpKernelArgs *args, int y)
{
  job->x = args->inputs[0];
  job->y = args->inputs[y];
  job->row_sums = args->workspace;
  job->slopes = job->row_sums + (size_t) job->map.n * (size_t) job->map.h;
  job->scratch = job->slopes + N_SLOPES * trp_shape_count (job->map);
}

/* Sums along columns into @wide, then along rows into @moments, N_MOMENTS rows each. */
static void
make_moments (const Job *job, int n, int row, double *wide, double *moments)
{
  const size_t width = (size_t) job->shape.w * (size_t) job->shape.c, c = (size_t) job->shape.c;
  const size_t stride = wide_row (job), n_map = map_row (job);
  const size_t first = (size_t) job->border * c;

  memset (wide, 0, N_MOMENTS * stride * sizeof *wide);
  memset (moments, 0, N_MOMENTS * n_map * sizeof *moments);
  for (int k = 0; k < TRP_SSIM_SIZE; k++)
    {
      const int h = row + k - job->border;
      const double weight = job->weights[k];

      if (h < 0 || h >= job->shape.h)
        continue;
      const float *x = job->x + trp_shape_index (job->shape, n, h, 0, 0);
      const float *y = job->y + trp_shape_index (job->shape, n, h, 0, 0);

      for (size_t i = 0; i < width; i++)
        {
          const double u = trp_ssim_unit_f64 ((double) x[i]), v = trp_ssim_unit_f64 ((double) y[i]);
          double *to = wide + first + i;

          to[MX * stride] += weight * u;
          to[MY * stride] += weight * v;
          to[XX * stride] += weight * u * u;
          to[YY * stride] += weight * v * v;
          to[XY * stride] += weight * u * v;
        }
    }
  for (size_t m = 0; m < N_MOMENTS; m++)
    for (size_t k = 0; k < TRP_SSIM_SIZE; k++)
      for (size_t i = 0; i < n_map; i++)
        moments[m * n_map + i] += job->weights[k] * wide[m * stride + i + k * c];
}

static double *
my_scratch (const Job *job)
{
  return job->scratch + (size_t) trp_cpu_get_slot () * slot_doubles (job);
}

static void
compare_rows (size_t begin, size_t end, void *data)
{
  const Job *job = data;
  const size_t n_map = map_row (job), rows = (size_t) job->map.h;
  double *m = my_scratch (job), *wide = m + N_MOMENTS * n_map;

  for (size_t row = begin; row < end; row++)
    {
      double sum = 0;

      make_moments (job, (int) (row / rows), (int) (row % rows), wide, m);
      for (size_t i = 0; i < n_map; i++)
        sum += trp_ssim_f64 (m[MX * n_map + i], m[MY * n_map + i], m[XX * n_map + i],
                             m[YY * n_map + i], m[XY * n_map + i]);
      job->row_sums[row] = sum;
    }
}

static bool
run_loss (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Job job = make_job (self);
  const size_t rows = (size_t) job.map.n * (size_t) job.map.h;
  double sum = 0;

  bind (&job, args, 1);
  trp_cpu_for (self, rows, trp_cpu_chunk_of (map_row (&job) * TRP_SSIM_SIZE), compare_rows, &job);
  for (size_t i = 0; i < rows; i++)
    sum += job.row_sums[i];
  *(float *) args->outputs[0] = (float) (1 - sum / (double) trp_shape_count (job.map));
  return true;
}

const TrpCpuOp trp_cpu_ssim_loss = { prepare, NULL, run_loss };

static void
slope_rows (size_t begin, size_t end, void *data)
{
  const Job *job = data;
  const size_t n_map = map_row (job), rows = (size_t) job->map.h;
  const size_t plane = trp_shape_count (job->map);
  double *m = my_scratch (job), *wide = m + N_MOMENTS * n_map;

  for (size_t row = begin; row < end; row++)
    {
      double *to = job->slopes + row * n_map;

      make_moments (job, (int) (row / rows), (int) (row % rows), wide, m);
      for (size_t i = 0; i < n_map; i++)
        trp_ssim_slopes_f64 (m[MX * n_map + i], m[MY * n_map + i], m[XX * n_map + i],
                             m[YY * n_map + i], m[XY * n_map + i], &to[i], &to[plane + i],
                             &to[2 * plane + i]);
    }
}

/* What the windows over a row of the image say about its pixels: @wide, one row per slope. */
static void
collect (const Job *job, int n, int row, double *sums, double *wide)
{
  const size_t c = (size_t) job->shape.c, stride = wide_row (job), n_map = map_row (job);

  memset (wide, 0, N_SLOPES * stride * sizeof *wide);
  for (size_t s = 0; s < N_SLOPES; s++)
    {
      memset (sums, 0, n_map * sizeof *sums);
      for (int k = 0; k < TRP_SSIM_SIZE; k++)
        {
          const int h = row - k + job->border;

          if (h < 0 || h >= job->map.h)
            continue;
          const double *from = job->slopes + s * trp_shape_count (job->map) +
                               trp_shape_index (job->map, n, h, 0, 0);

          for (size_t i = 0; i < n_map; i++)
            sums[i] += job->weights[k] * from[i];
        }
      for (size_t k = 0; k < TRP_SSIM_SIZE; k++)
        for (size_t i = 0; i < n_map; i++)
          wide[s * stride + i + k * c] += job->weights[k] * sums[i];
    }
}

static void
gradient_rows (size_t begin, size_t end, void *data)
{
  const Job *job = data;
  const size_t width = (size_t) job->shape.w * (size_t) job->shape.c, stride = wide_row (job);
  const size_t rows = (size_t) job->shape.h, first = (size_t) (job->border * job->shape.c);
  double *sums = my_scratch (job), *wide = sums + map_row (job);

  for (size_t row = begin; row < end; row++)
    {
      const float *x = job->x + row * width, *y = job->y + row * width;
      float *dx = job->dx + row * width;

      collect (job, (int) (row / rows), (int) (row % rows), sums, wide);
      for (size_t i = 0; i < width; i++)
        {
          const double *s = wide + first + i;

          dx[i] = (float) (job->factor * (s[0] + 2 * trp_ssim_unit_f64 ((double) x[i]) * s[stride] +
                                          trp_ssim_unit_f64 ((double) y[i]) * s[2 * stride]));
        }
    }
}

static bool
run_loss_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Job job = make_job (self);
  const size_t chunk = trp_cpu_chunk_of (map_row (&job) * TRP_SSIM_SIZE);

  bind (&job, args, 2);
  job.dx = args->outputs[0];
  job.factor = -TRP_SSIM_UNIT_SLOPE * (double) *(const float *) args->inputs[1] /
               (double) trp_shape_count (job.map);
  trp_cpu_for (self, (size_t) job.map.n * (size_t) job.map.h, chunk, slope_rows, &job);
  trp_cpu_for (self, (size_t) job.shape.n * (size_t) job.shape.h, chunk, gradient_rows, &job);
  return true;
}

const TrpCpuOp trp_cpu_ssim_loss_backward = { prepare, NULL, run_loss_backward };
