/* pad.c - see pad.h; and the operations that only pad
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/cpu/pad.h"

#include "core/nn/cpu/cpu.h"
#include "core/nn/cpu/loops.h"
#include "core/nn/formula.h"

#include <string.h>

TrpCpuBorder
trp_cpu_border (const TrpOpAttributes *a, TrpShape inner)
{
  return (TrpCpuBorder){ inner,         (TrpPadMode) a->mode, a->pad_top,
                         a->pad_bottom, a->pad_left,          a->pad_right };
}

static size_t
padded_row_floats (const TrpCpuBorder *self)
{
  return (size_t) (self->left + self->inner.w + self->right) * (size_t) self->inner.c;
}

/* Row @h, which is negative above the image. */
static float *
padded_row (const TrpCpuBorder *self, const float *padded, int n, int h)
{
  const int rows = self->top + self->inner.h + self->bottom;

  return (float *) padded +
         ((size_t) n * (size_t) rows + (size_t) (h + self->top)) * padded_row_floats (self);
}

float *
trp_cpu_border_locate (const TrpCpuBorder *self, float *padded, int n, int h)
{
  return padded_row (self, padded, n, h) + (size_t) self->left * (size_t) self->inner.c;
}

/* The @k-th place of the border on an axis: first those before the image, then those after it. */
static int
border_place (int k, int before, int size)
{
  return k < before ? k - before : size + k - before;
}

static void
fill_sides (const TrpCpuBorder *self, float *pixels)
{
  const size_t c = (size_t) self->inner.c;

  for (int k = 0; k < self->left + self->right; k++)
    {
      const int w = border_place (k, self->left, self->inner.w);
      const int from = trp_pad_source (self->mode, w, self->inner.w);
      float *to = pixels + (ptrdiff_t) w * (ptrdiff_t) c;

      if (from < 0)
        memset (to, 0, c * sizeof *to);
      else
        memcpy (to, pixels + (size_t) from * c, c * sizeof *to);
    }
}

void
trp_cpu_border_spread (const TrpCpuBorder *self, float *padded, int n, int h)
{
  const size_t bytes = padded_row_floats (self) * sizeof (float);
  const float *row = padded_row (self, padded, n, h);

  fill_sides (self, trp_cpu_border_locate (self, padded, n, h));
  for (int k = 0; k < self->top + self->bottom; k++)
    {
      const int to = border_place (k, self->top, self->inner.h);
      const int from = trp_pad_source (self->mode, to, self->inner.h);

      if (from == h)
        memcpy (padded_row (self, padded, n, to), row, bytes);
      else if (from < 0 && h == 0)
        memset (padded_row (self, padded, n, to), 0, bytes);
    }
}

/* Adds the sides of a padded row to the pixels that they were taken from. */
static void
add_sides (const TrpCpuBorder *self, const float *pixels, float *row)
{
  const size_t c = (size_t) self->inner.c;

  for (int k = 0; k < self->left + self->right; k++)
    {
      const int w = border_place (k, self->left, self->inner.w);
      const int to = trp_pad_source (self->mode, w, self->inner.w);

      if (to >= 0)
        trp_loop_add (row + (size_t) to * c, pixels + (ptrdiff_t) w * (ptrdiff_t) c, c,
                      row + (size_t) to * c);
    }
}

void
trp_cpu_border_collect (
  const TrpCpuBorder *self, const float *dpadded, int n, int h, const float *dy, float *out_row)
{
  const size_t floats = (size_t) self->inner.w * (size_t) self->inner.c;
  const size_t left = (size_t) self->left * (size_t) self->inner.c;
  const float *own = padded_row (self, dpadded, n, h) + left;

  if (dy)
    trp_loop_add (dy, own, floats, out_row);
  else
    memcpy (out_row, own, floats * sizeof *out_row);
  add_sides (self, own, out_row);
  for (int k = 0; k < self->top + self->bottom; k++)
    {
      const int from = border_place (k, self->top, self->inner.h);
      const float *row = padded_row (self, dpadded, n, from) + left;

      if (trp_pad_source (self->mode, from, self->inner.h) != h)
        continue;
      trp_loop_add (out_row, row, floats, out_row);
      add_sides (self, row, out_row);
    }
}

/* The operations: an item is a row of the image without its border. */
typedef struct
{
  TrpCpuBorder border;
  const float *from;
  float *to;
} Job;

static size_t
inner_row_floats (const Job *job)
{
  return (size_t) job->border.inner.w * (size_t) job->border.inner.c;
}

static void
pad_rows (size_t begin, size_t end, void *data)
{
  const Job *job = data;
  const size_t floats = inner_row_floats (job), rows = (size_t) job->border.inner.h;

  for (size_t i = begin; i < end; i++)
    {
      const int n = (int) (i / rows), h = (int) (i % rows);

      memcpy (trp_cpu_border_locate (&job->border, job->to, n, h), job->from + i * floats,
              floats * sizeof (float));
      trp_cpu_border_spread (&job->border, job->to, n, h);
    }
}

static void
unpad_rows (size_t begin, size_t end, void *data)
{
  const Job *job = data;
  const size_t floats = inner_row_floats (job), rows = (size_t) job->border.inner.h;

  for (size_t i = begin; i < end; i++)
    trp_cpu_border_collect (&job->border, job->from, (int) (i / rows), (int) (i % rows), NULL,
                            job->to + i * floats);
}

static void
for_rows (const TrpCpuKernel *self, const TrpKernelArgs *args, TrpShape inner, TrpParallelFunc func)
{
  Job job = { trp_cpu_border (&self->attributes, inner), args->inputs[0], args->outputs[0] };

  trp_cpu_for (self, (size_t) inner.n * (size_t) inner.h,
               trp_cpu_chunk_of (inner_row_floats (&job)), func, &job);
}

static bool
run_pad (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  for_rows (self, args, self->inputs[0], pad_rows);
  return true;
}

static bool
run_unpad (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  for_rows (self, args, self->outputs[0], unpad_rows);
  return true;
}

const TrpCpuOp trp_cpu_pad = { NULL, NULL, run_pad };
const TrpCpuOp trp_cpu_pad_backward = { NULL, NULL, run_unpad };
