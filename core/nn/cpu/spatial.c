/* spatial.c - pads, pooling, upsampling, joining and cutting channels
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * All loops go row by row of the output; sums into a pixel are made by the thread that owns it.
 */

#include "core/nn/cpu/cpu.h"
#include "core/nn/cpu/loops.h"
#include "core/nn/formula.h"

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

static TrpPadMode
pad_mode (const Rows *rows)
{
  return (TrpPadMode) rows->kernel->attributes.mode;
}

static void
pad_rows (size_t begin, size_t end, void *data)
{
  const Rows *rows = data;
  const TrpOpAttributes *a = &rows->kernel->attributes;
  const size_t c = (size_t) rows->in.c;

  for (size_t i = begin; i < end; i++)
    {
      const int from_row = trp_pad_source (
        pad_mode (rows), (int) (i % (size_t) rows->out.h) - a->pad_top, rows->in.h);
      float *to = rows->y + i * (size_t) rows->out.w * c;

      if (from_row < 0)
        {
          memset (to, 0, (size_t) rows->out.w * c * sizeof *to);
          continue;
        }
      const float *from = row_of (rows->x, rows->in, i / (size_t) rows->out.h, from_row);

      memcpy (to + (size_t) a->pad_left * c, from, (size_t) rows->in.w * c * sizeof *to);
      for (int w = 0; w < rows->out.w; w++)
        {
          if (w == a->pad_left)
            w += rows->in.w;
          if (w == rows->out.w)
            break;
          const int from_w = trp_pad_source (pad_mode (rows), w - a->pad_left, rows->in.w);

          for (size_t k = 0; k < c; k++)
            to[(size_t) w * c + k] = from_w < 0 ? 0 : from[(size_t) from_w * c + k];
        }
    }
}

static bool
run_pad (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Rows rows = make_rows (self, args);

  for_rows (&rows, pad_rows);
  return true;
}

const TrpCpuOp trp_cpu_pad = { NULL, NULL, run_pad };

/* Adds a padded row of dy to the row of dx that it was taken from. */
static void
add_padded_row (const Rows *rows, const float *from, float *to)
{
  const TrpOpAttributes *a = &rows->kernel->attributes;
  const size_t c = (size_t) rows->in.c;

  trp_loop_add (to, from + (size_t) a->pad_left * c, (size_t) rows->out.w * c, to);
  for (int w = 0; w < rows->in.w; w++)
    {
      if (w == a->pad_left)
        w += rows->out.w;
      if (w == rows->in.w)
        break;
      const int to_w = trp_pad_source (pad_mode (rows), w - a->pad_left, rows->out.w);

      for (size_t k = 0; k < c && to_w >= 0; k++)
        to[(size_t) to_w * c + k] += from[(size_t) w * c + k];
    }
}

/* Only rows of the padding and the row itself can come from a row. */
static void
unpad_rows (size_t begin, size_t end, void *data)
{
  const Rows *rows = data;
  const TrpOpAttributes *a = &rows->kernel->attributes;

  for (size_t i = begin; i < end; i++)
    {
      const int row = (int) (i % (size_t) rows->out.h);
      float *to = rows->y + i * (size_t) rows->out.w * (size_t) rows->out.c;

      memset (to, 0, (size_t) rows->out.w * (size_t) rows->out.c * sizeof *to);
      for (int h = 0; h < rows->in.h; h++)
        {
          if (h == a->pad_top)
            h += row; /* the rows between come from others */
          if (h == a->pad_top + row + 1)
            h = MAX (h, a->pad_top + rows->out.h);
          if (h < rows->in.h &&
              trp_pad_source (pad_mode (rows), h - a->pad_top, rows->out.h) == row)
            add_padded_row (rows, row_of (rows->x, rows->in, i / (size_t) rows->out.h, h), to);
        }
    }
}

static bool
run_unpad (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Rows rows = make_rows (self, args);

  for_rows (&rows, unpad_rows);
  return true;
}

const TrpCpuOp trp_cpu_pad_backward = { NULL, NULL, run_unpad };

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
