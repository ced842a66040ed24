/* softmax.c - softmax over channels, its cross entropy, and their gradients
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The formulas stand in ops/softmax.c and ops/softmax-loss.c. All loops go over pixels; the loss is
 * summed in double, a partial sum per chunk, added in chunk order.
 */

#include "core/nn/cpu/clones.h"
#include "core/nn/cpu/cpu.h"

#include <math.h>

/* @a, @b: the inputs that are images */
typedef struct
{
  const float *a, *b;
  float *y;
  size_t channels, chunk;
  double *partial;
  float factor;
} Pixels;

static size_t
count_pixels (TrpShape s)
{
  return (size_t) s.n * trp_shape_pixels (s);
}

static Pixels
make_pixels (const TrpCpuKernel *self, const TrpKernelArgs *args, int b)
{
  const size_t channels = (size_t) self->inputs[0].c;

  return (Pixels){ .a = args->inputs[0],
                   .b = b > 0 ? args->inputs[b] : NULL,
                   .y = args->outputs[0],
                   .channels = channels,
                   .chunk = trp_cpu_chunk_of (channels) };
}

static void
for_pixels (const TrpCpuKernel *self, Pixels *pixels, TrpParallelFunc func)
{
  trp_cpu_for (self, count_pixels (self->inputs[0]), pixels->chunk, func, pixels);
}

INLINE float
largest_of (const float *x, size_t n)
{
  float largest = x[0];

  for (size_t c = 1; c < n; c++)
    largest = x[c] > largest ? x[c] : largest;
  return largest;
}

/* y may be x. */
CLONES static void
softmax_rows (const float *x, size_t n, size_t channels, float *y)
{
  for (size_t i = 0; i < n; i++, x += channels, y += channels)
    {
      const float largest = largest_of (x, channels);
      float sum = 0;

      for (size_t c = 0; c < channels; c++)
        sum += y[c] = expf (x[c] - largest);
      INDEPENDENT
      for (size_t c = 0; c < channels; c++)
        y[c] /= sum;
    }
}

/* dx may be y or dy. */
CLONES static void
softmax_gradient_rows (const float *y, const float *dy, size_t n, size_t channels, float *dx)
{
  for (size_t i = 0; i < n; i++, y += channels, dy += channels, dx += channels)
    {
      float dot = 0;

      for (size_t c = 0; c < channels; c++)
        dot += y[c] * dy[c];
      INDEPENDENT
      for (size_t c = 0; c < channels; c++)
        dx[c] = y[c] * (dy[c] - dot);
    }
}

/* Of exp (x - largest). */
INLINE float
sum_of (const float *x, float largest, size_t n)
{
  float sum = 0;

  for (size_t c = 0; c < n; c++)
    sum += expf (x[c] - largest);
  return sum;
}

CLONES static double
loss_rows (const float *x, const float *target, size_t n, size_t channels)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++, x += channels, target += channels)
    {
      const float largest = largest_of (x, channels);
      const float all = logf (sum_of (x, largest, channels));

      for (size_t c = 0; c < channels; c++)
        sum += (double) (target[c] * (all - (x[c] - largest)));
    }
  return sum;
}

CLONES static void
loss_gradient_rows (
  const float *x, const float *target, float factor, size_t n, size_t channels, float *dx)
{
  for (size_t i = 0; i < n; i++, x += channels, target += channels, dx += channels)
    {
      const float largest = largest_of (x, channels), sum = sum_of (x, largest, channels);
      float total = 0;

      for (size_t c = 0; c < channels; c++)
        total += target[c];
      for (size_t c = 0; c < channels; c++)
        dx[c] = factor * (expf (x[c] - largest) / sum * total - target[c]);
    }
}

static void
softmax (size_t begin, size_t end, void *data)
{
  const Pixels *p = data;

  softmax_rows (p->a + begin * p->channels, end - begin, p->channels, p->y + begin * p->channels);
}

static bool
run_softmax (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Pixels pixels = make_pixels (self, args, 0);

  for_pixels (self, &pixels, softmax);
  return true;
}

const TrpCpuOp trp_cpu_softmax = { NULL, NULL, run_softmax };

static void
softmax_gradient (size_t begin, size_t end, void *data)
{
  const Pixels *p = data;
  const size_t first = begin * p->channels;

  softmax_gradient_rows (p->a + first, p->b + first, end - begin, p->channels, p->y + first);
}

static bool
run_softmax_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Pixels pixels = make_pixels (self, args, 1);

  for_pixels (self, &pixels, softmax_gradient);
  return true;
}

const TrpCpuOp trp_cpu_softmax_backward = { NULL, NULL, run_softmax_backward };

static void
sum_loss (size_t begin, size_t end, void *data)
{
  const Pixels *p = data;
  const size_t first = begin * p->channels;

  p->partial[begin / p->chunk] = loss_rows (p->a + first, p->b + first, end - begin, p->channels);
}

static size_t
count_chunks (const TrpCpuKernel *self)
{
  return trp_cpu_n_chunks (count_pixels (self->inputs[0]),
                           trp_cpu_chunk_of ((size_t) self->inputs[0].c));
}

static bool
prepare_loss (TrpCpuKernel *self, GError **error)
{
  self->workspace_bytes = count_chunks (self) * sizeof (double);
  return true;
}

static bool
run_loss (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Pixels pixels = make_pixels (self, args, 1);
  double sum = 0;

  pixels.partial = args->workspace;
  for_pixels (self, &pixels, sum_loss);
  for (size_t i = 0; i < count_chunks (self); i++)
    sum += pixels.partial[i];
  *(float *) args->outputs[0] = (float) (sum / (double) count_pixels (self->inputs[0]));
  return true;
}

const TrpCpuOp trp_cpu_softmax_loss = { prepare_loss, NULL, run_loss };

static void
loss_gradient (size_t begin, size_t end, void *data)
{
  const Pixels *p = data;
  const size_t first = begin * p->channels;

  loss_gradient_rows (p->a + first, p->b + first, p->factor, end - begin, p->channels,
                      p->y + first);
}

static bool
run_loss_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Pixels pixels = make_pixels (self, args, 2);

  pixels.factor = (float) ((double) *(const float *) args->inputs[1] /
                           (double) count_pixels (self->inputs[0]));
  for_pixels (self, &pixels, loss_gradient);
  return true;
}

const TrpCpuOp trp_cpu_softmax_loss_backward = { NULL, NULL, run_loss_backward };
