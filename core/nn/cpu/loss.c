/* loss.c - means, pixel losses, weighted sums and their gradients
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sums are made in double, a partial one per chunk, added in chunk order.
 */

#include "core/nn/cpu/cpu.h"
#include "core/nn/cpu/loops.h"
#include "core/nn/formula.h"

typedef struct
{
  const TrpOpAttributes *attributes;
  const float *x, *target, *weight;
  float *dx;
  double *partial; /* one per chunk */
  float factor;
} Loss;

static float
constant_target (const Loss *loss)
{
  return (float) loss->attributes->alpha;
}

static const float *
from (const float *values, size_t begin)
{
  return values ? values + begin : NULL;
}

/* Runs @func over the chunks of @count elements, then adds up its partial sums. */
static double
sum_chunks (const TrpCpuKernel *self, Loss *loss, size_t count, TrpParallelFunc func)
{
  const size_t n_chunks = trp_cpu_n_chunks (count, TRP_CPU_CHUNK);
  double sum = 0;

  trp_cpu_for (self, count, TRP_CPU_CHUNK, func, loss);
  for (size_t i = 0; i < n_chunks; i++)
    sum += loss->partial[i];
  return sum;
}

static bool
prepare_sum (TrpCpuKernel *self, GError **error)
{
  const size_t count = trp_shape_count (self->inputs[0]);

  self->workspace_bytes = trp_cpu_n_chunks (count, TRP_CPU_CHUNK) * sizeof (double);
  return true;
}

/* @target: which input it is; the weight follows. */
static Loss
make_pixel_loss (const TrpCpuKernel *self, const TrpKernelArgs *args, int target)
{
  return (Loss){ .attributes = &self->attributes,
                 .x = args->inputs[0],
                 .target = self->n_inputs > target ? args->inputs[target] : NULL,
                 .weight = self->n_inputs > target + 1 ? args->inputs[target + 1] : NULL };
}

static void
sum_pixel_loss (size_t begin, size_t end, void *data)
{
  const Loss *loss = data;

  loss->partial[begin / TRP_CPU_CHUNK] = trp_loop_pixel_loss (
    (TrpPixelLoss) loss->attributes->mode, loss->x + begin, from (loss->target, begin),
    from (loss->weight, begin), constant_target (loss), end - begin);
}

static bool
run_pixel_loss (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t count = trp_shape_count (self->inputs[0]);
  Loss loss = make_pixel_loss (self, args, 1);

  loss.partial = args->workspace;
  *(float *) args->outputs[0] = (float) (sum_chunks (self, &loss, count, sum_pixel_loss) /
                                         (double) count);
  return true;
}

const TrpCpuOp trp_cpu_pixel_loss = { prepare_sum, NULL, run_pixel_loss };

static void
pixel_loss_gradient (size_t begin, size_t end, void *data)
{
  const Loss *loss = data;

  trp_loop_pixel_loss_gradient ((TrpPixelLoss) loss->attributes->mode, loss->x + begin,
                                from (loss->target, begin), from (loss->weight, begin),
                                constant_target (loss), loss->factor, end - begin,
                                loss->dx + begin);
}

static bool
run_pixel_loss_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t count = trp_shape_count (self->inputs[0]);
  Loss loss = make_pixel_loss (self, args, 2);

  loss.dx = args->outputs[0];
  loss.factor = (float) ((double) *(const float *) args->inputs[1] / (double) count);
  trp_cpu_for (self, count, TRP_CPU_CHUNK, pixel_loss_gradient, &loss);
  return true;
}

const TrpCpuOp trp_cpu_pixel_loss_backward = { NULL, NULL, run_pixel_loss_backward };

static void
sum_values (size_t begin, size_t end, void *data)
{
  const Loss *loss = data;

  loss->partial[begin / TRP_CPU_CHUNK] = trp_loop_sum (loss->x + begin, end - begin);
}

static bool
run_mean (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t count = trp_shape_count (self->inputs[0]);
  Loss loss = { .x = args->inputs[0], .partial = args->workspace };

  *(float *) args->outputs[0] = (float) (sum_chunks (self, &loss, count, sum_values) /
                                         (double) count);
  return true;
}

const TrpCpuOp trp_cpu_mean = { prepare_sum, NULL, run_mean };

static bool
run_mean_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t count = trp_shape_count (self->outputs[0]);

  trp_loop_fill (*(const float *) args->inputs[0] / (float) count, count, args->outputs[0]);
  return true;
}

const TrpCpuOp trp_cpu_mean_backward = { NULL, NULL, run_mean_backward };

static bool
run_weighted_sum (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const float *weights = args->inputs[0];
  double sum = 0;

  for (int i = 1; i < self->n_inputs; i++)
    sum += (double) weights[i - 1] * (double) *(const float *) args->inputs[i];
  *(float *) args->outputs[0] = (float) sum;
  return true;
}

const TrpCpuOp trp_cpu_weighted_sum = { NULL, NULL, run_weighted_sum };

static bool
run_weighted_sum_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const float *weights = args->inputs[0];

  *(float *) args->outputs[0] = weights[self->attributes.offset] * *(const float *) args->inputs[1];
  return true;
}

const TrpCpuOp trp_cpu_weighted_sum_backward = { NULL, NULL, run_weighted_sum_backward };
