/* spatial.c - pooling, upsampling, joining and cutting channels
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * All loops go row by row of the output; sums into a pixel are made by the thread that owns it.
 */

#include "core/nn/cpu/cpu.h"
#include "core/nn/cpu/loops.h"

#include <string.h>

typedef struct
{
  const TrpCpuKernel *kernel;
  const float *x, *dy;
  float *y;
  TrpShape in, out; /* of the loop's source and of its result */
} Rows;

static const float *
row_of (const float *values, TrpShape shape, size_t image, int row)
{
  return values + trp_shape_index (shape, (int) image, row, 0, 0);
}

static void
for_rows (Rows *rows, TrpParallelFunc func)
{
  const size_t row = (size_t) rows->out.w * (size_t) rows->out.c;

  trp_cpu_for (rows->kernel, (size_t) rows->out.n * (size_t) rows->out.h, trp_cpu_chunk_of (row),
               func, rows);
}

static Rows
make_rows (const TrpCpuKernel *self, const TrpKernelArgs *args)
{
  return (Rows){ .kernel = self,
                 .x = args->inputs[0],
                 .y = args->outputs[0],
                 .in = self->inputs[0],
                 .out = self->outputs[0] };
}

static void
upsample_rows (size_t begin, size_t end, void *data)
{
  const Rows *rows = data;
  const size_t c = (size_t) rows->in.c, row_size = (size_t) rows->out.w * c;

  for (size_t i = begin; i < end; i++)
    {
      const int row = (int) (i % (size_t) rows->out.h);
      const float *from = row_of (rows->x, rows->in, i / (size_t) rows->out.h, row / 2);
      float *to = rows->y + i * row_size;

      if (row % 2 == 1 && i > begin)
        {
          memcpy (to, to - row_size, row_size * sizeof *to);
          continue;
        }
      for (int w = 0; w < rows->in.w; w++, from += c, to += 2 * c)
        for (size_t k = 0; k < c; k++)
          to[k] = to[c + k] = from[k];
    }
}

static bool
run_upsample (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Rows rows = make_rows (self, args);

  for_rows (&rows, upsample_rows);
  return true;
}

const TrpCpuOp trp_cpu_upsample = { NULL, NULL, run_upsample };

static void
downsample_rows (size_t begin, size_t end, void *data)
{
  const Rows *rows = data;

  for (size_t i = begin; i < end; i++)
    {
      const int row = (int) (i % (size_t) rows->out.h);
      const float *from = row_of (rows->x, rows->in, i / (size_t) rows->out.h, 2 * row);

      trp_loop_sum_2x2 (from, from + (size_t) rows->in.w * (size_t) rows->in.c,
                        (size_t) rows->out.w, (size_t) rows->out.c,
                        rows->y + i * (size_t) rows->out.w * (size_t) rows->out.c);
    }
}

static bool
run_upsample_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Rows rows = make_rows (self, args);

  for_rows (&rows, downsample_rows);
  return true;
}

const TrpCpuOp trp_cpu_upsample_backward = { NULL, NULL, run_upsample_backward };

static void
pool_rows (size_t begin, size_t end, void *data)
{
  const Rows *rows = data;

  for (size_t i = begin; i < end; i++)
    {
      const int row = (int) (i % (size_t) rows->out.h);
      const float *from = row_of (rows->x, rows->in, i / (size_t) rows->out.h, 2 * row);

      trp_loop_max_2x2 (from, from + (size_t) rows->in.w * (size_t) rows->in.c,
                        (size_t) rows->out.w, (size_t) rows->out.c,
                        rows->y + i * (size_t) rows->out.w * (size_t) rows->out.c);
    }
}

static bool
run_max_pool (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Rows rows = make_rows (self, args);

  for_rows (&rows, pool_rows);
  return true;
}

const TrpCpuOp trp_cpu_max_pool = { NULL, NULL, run_max_pool };

/* Loops over rows of dy (rows->out), each of which owns two rows of dx. */
static void
unpool_rows (size_t begin, size_t end, void *data)
{
  const Rows *rows = data;
  const size_t row_size = (size_t) rows->in.w * (size_t) rows->in.c;

  for (size_t i = begin; i < end; i++)
    trp_loop_max_2x2_gradient (rows->x + 2 * i * row_size, rows->x + (2 * i + 1) * row_size,
                               rows->dy + i * (size_t) rows->out.w * (size_t) rows->out.c,
                               (size_t) rows->out.w, (size_t) rows->out.c,
                               rows->y + 2 * i * row_size, rows->y + (2 * i + 1) * row_size);
}

static bool
run_max_pool_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Rows rows = make_rows (self, args);

  rows.out = self->inputs[1];
  rows.dy = args->inputs[1];
  for_rows (&rows, unpool_rows);
  return true;
}

const TrpCpuOp trp_cpu_max_pool_backward = { NULL, NULL, run_max_pool_backward };

/* Copies of channels: @count of them per pixel. */
typedef struct
{
  const float *from;
  float *to;
  size_t from_step, to_step, count;
} Channels;

static void
copy_channels (size_t begin, size_t end, void *data)
{
  const Channels *job = data;

  for (size_t i = begin; i < end; i++)
    {
      const float *from = job->from + i * job->from_step;
      float *to = job->to + i * job->to_step;

      for (size_t k = 0; k < job->count; k++)
        to[k] = from[k];
    }
}

static void
for_pixels (const TrpCpuKernel *self, Channels *job)
{
  const TrpShape y = self->outputs[0];

  trp_cpu_for (self, (size_t) y.n * trp_shape_pixels (y),
               trp_cpu_chunk_of (MAX (job->from_step, job->to_step)), copy_channels, job);
}

static bool
run_concat (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  float *to = args->outputs[0];

  for (int i = 0; i < self->n_inputs; i++)
    {
      const size_t count = (size_t) self->inputs[i].c;
      Channels job = { args->inputs[i], to, count, (size_t) self->outputs[0].c, count };

      for_pixels (self, &job);
      to += count;
    }
  return true;
}

const TrpCpuOp trp_cpu_concat = { NULL, NULL, run_concat };

static bool
run_slice (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t count = (size_t) self->outputs[0].c;
  Channels job = { (const float *) args->inputs[0] + self->attributes.offset, args->outputs[0],
                   (size_t) self->inputs[0].c, count, count };

  for_pixels (self, &job);
  return true;
}

const TrpCpuOp trp_cpu_slice = { NULL, NULL, run_slice };

static bool
run_slice_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t count = (size_t) self->inputs[0].c;
  Channels job = { args->inputs[0], (float *) args->outputs[0] + self->attributes.offset, count,
                   (size_t) self->outputs[0].c, count };

  memset (args->outputs[0], 0, trp_shape_count (self->outputs[0]) * sizeof (float));
  for_pixels (self, &job);
  return true;
}

const TrpCpuOp trp_cpu_slice_backward = { NULL, NULL, run_slice_backward };
