/* loss.c - means, pixel losses, soft Dice, weighted sums and their gradients
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
  const float *x, *target;
  float *dx;
  double *partial; /* @n_sums per chunk */
  float factor;
  double both, all;
} Loss;

static float
constant_target (const Loss *loss)
{
  return (float) loss->attributes->alpha;
}

/* Runs @func over the chunks of @count elements, then adds up its partial sums. */
static void
sum_chunks (const TrpCpuKernel *self,
            Loss *loss,
            size_t count,
            TrpParallelFunc func,
            int n_sums,
            double *out_sums)
{
  const size_t n_chunks = trp_cpu_n_chunks (count, TRP_CPU_CHUNK);

  trp_cpu_for (self, count, TRP_CPU_CHUNK, func, loss);
  for (int k = 0; k < n_sums; k++)
    out_sums[k] = 0;
  for (size_t i = 0; i < n_chunks; i++)
    for (int k = 0; k < n_sums; k++)
      out_sums[k] += loss->partial[i * (size_t) n_sums + (size_t) k];
}

static bool
prepare_sums (TrpCpuKernel *self, GError **error)
{
  const size_t count = trp_shape_count (self->inputs[0]);

  self->workspace_bytes = 2 * trp_cpu_n_chunks (count, TRP_CPU_CHUNK) * sizeof (double);
  return true;
}

static void
sum_pixel_loss (size_t begin, size_t end, void *data)
{
  const Loss *loss = data;

  loss->partial[begin / TRP_CPU_CHUNK] = trp_loop_pixel_loss (
    (TrpPixelLoss) loss->attributes->mode, loss->x + begin,
    loss->target ? loss->target + begin : NULL, constant_target (loss), end - begin);
}

static bool
run_pixel_loss (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Loss loss = { .attributes = &self->attributes,
                .x = args->inputs[0],
                .target = self->n_inputs > 1 ? args->inputs[1] : NULL,
                .partial = args->workspace };
  double sum;

  sum_chunks (self, &loss, trp_shape_count (self->inputs[0]), sum_pixel_loss, 1, &sum);
  *(float *) args->outputs[0] = (float) (sum / (double) trp_shape_count (self->inputs[0]));
  return true;
}

const TrpCpuOp trp_cpu_pixel_loss = { prepare_sums, NULL, run_pixel_loss };

static void
pixel_loss_gradient (size_t begin, size_t end, void *data)
{
  const Loss *loss = data;

  trp_loop_pixel_loss_gradient ((TrpPixelLoss) loss->attributes->mode, loss->x + begin,
                                loss->target ? loss->target + begin : NULL, constant_target (loss),
                                loss->factor, end - begin, loss->dx + begin);
}

static bool
run_pixel_loss_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t count = trp_shape_count (self->inputs[0]);
  Loss loss = { .attributes = &self->attributes,
                .x = args->inputs[0],
                .target = self->n_inputs > 2 ? args->inputs[2] : NULL,
                .dx = args->outputs[0] };

  loss.factor = (float) ((double) *(const float *) args->inputs[1] / (double) count);
  trp_cpu_for (self, count, TRP_CPU_CHUNK, pixel_loss_gradient, &loss);
  return true;
}

const TrpCpuOp trp_cpu_pixel_loss_backward = { NULL, NULL, run_pixel_loss_backward };

static bool
is_logits (const Loss *loss)
{
  return (loss->attributes->mode & TRP_DICE_LOGITS) != 0;
}

static float
probability (const Loss *loss, size_t i)
{
  return is_logits (loss) ? trp_sigmoid_f32 (loss->x[i]) : loss->x[i];
}

static void
sum_dice (size_t begin, size_t end, void *data)
{
  const Loss *loss = data;
  double both = 0, all = 0;

  for (size_t i = begin; i < end; i++)
    {
      const float p = probability (loss, i);

      both += (double) (p * loss->target[i]);
      all += (double) (p + loss->target[i]);
    }
  loss->partial[begin / TRP_CPU_CHUNK * 2] = both;
  loss->partial[begin / TRP_CPU_CHUNK * 2 + 1] = all;
}

/* Samples that have a Dice of their own. */
static size_t
count_groups (const TrpCpuKernel *self)
{
  return self->attributes.mode & TRP_DICE_PER_SAMPLE ? (size_t) self->inputs[0].n : 1;
}

/* Group @group of x and its target, with its sums. */
static Loss
start_dice (TrpCpuKernel *self, const TrpKernelArgs *args, int target, size_t group)
{
  const size_t count = trp_shape_count (self->inputs[0]) / count_groups (self);
  Loss loss = { .attributes = &self->attributes,
                .x = (const float *) args->inputs[0] + group * count,
                .target = (const float *) args->inputs[target] + group * count,
                .partial = args->workspace };
  double sums[2];

  sum_chunks (self, &loss, count, sum_dice, 2, sums);
  loss.both = 2 * sums[0] + self->attributes.alpha;
  loss.all = sums[1] + self->attributes.alpha;
  return loss;
}

static bool
run_dice (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t n = count_groups (self);
  double sum = 0;

  for (size_t group = 0; group < n; group++)
    {
      const Loss loss = start_dice (self, args, 1, group);

      sum += 1 - loss.both / loss.all;
    }
  *(float *) args->outputs[0] = (float) (sum / (double) n);
  return true;
}

const TrpCpuOp trp_cpu_dice_loss = { prepare_sums, NULL, run_dice };

static void
dice_gradient (size_t begin, size_t end, void *data)
{
  const Loss *loss = data;

  for (size_t i = begin; i < end; i++)
    {
      const float p = probability (loss, i);
      const float slope = (float) trp_dice_slope_f64 ((double) loss->target[i], loss->both,
                                                      loss->all);

      loss->dx[i] = loss->factor * slope * (is_logits (loss) ? p * (1 - p) : 1);
    }
}

static bool
run_dice_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t n = count_groups (self), count = trp_shape_count (self->inputs[0]) / n;

  for (size_t group = 0; group < n; group++)
    {
      Loss loss = start_dice (self, args, 2, group);

      loss.factor = *(const float *) args->inputs[1] / (float) n;
      loss.dx = (float *) args->outputs[0] + group * count;
      trp_cpu_for (self, count, TRP_CPU_CHUNK, dice_gradient, &loss);
    }
  return true;
}

const TrpCpuOp trp_cpu_dice_loss_backward = { prepare_sums, NULL, run_dice_backward };

static void
sum_values (size_t begin, size_t end, void *data)
{
  const Loss *loss = data;

  loss->partial[begin / TRP_CPU_CHUNK] = trp_loop_sum (loss->x + begin, end - begin);
}

static bool
run_mean (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Loss loss = { .x = args->inputs[0], .partial = args->workspace };
  double sum;

  sum_chunks (self, &loss, trp_shape_count (self->inputs[0]), sum_values, 1, &sum);
  *(float *) args->outputs[0] = (float) (sum / (double) trp_shape_count (self->inputs[0]));
  return true;
}

const TrpCpuOp trp_cpu_mean = { prepare_sums, NULL, run_mean };

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
