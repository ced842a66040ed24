/* dice.c - soft Dice over the batch, per sample, per channel, and its gradient
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The definition stands in ops/dice-loss.c. A slice of the batch that has a Dice of its own is rows
 * of one element, or of all channels where each of them has one. Sums are made in double, two
 * partial ones per chunk and channel, added in chunk order.
 */

#include "core/nn/cpu/clones.h"
#include "core/nn/cpu/cpu.h"
#include "core/nn/formula.h"

#include <string.h>

typedef struct
{
  const float *x, *target;
  float *dx;
  bool logits;
  size_t rows, width; /* of a slice */
  size_t chunk;       /* rows */
  double *partial;    /* [chunk][channel][both, all] */
  double *sums;       /* [channel][both, all], as the formula wants them */
  float factor;
} Dice;

static size_t
count_slices (const TrpCpuKernel *self)
{
  return self->attributes.mode & TRP_DICE_PER_SAMPLE ? (size_t) self->inputs[0].n : 1;
}

static Dice
make_dice (const TrpCpuKernel *self)
{
  const TrpShape s = self->inputs[0];
  const size_t width = self->attributes.mode & TRP_DICE_PER_CHANNEL ? (size_t) s.c : 1;

  return (Dice){ .logits = (self->attributes.mode & TRP_DICE_LOGITS) != 0,
                 .rows = trp_shape_count (s) / width / count_slices (self),
                 .width = width,
                 .chunk = trp_cpu_chunk_of (width) };
}

static bool
prepare (TrpCpuKernel *self, GError **error)
{
  const Dice dice = make_dice (self);

  self->workspace_bytes = 2 * dice.width * (trp_cpu_n_chunks (dice.rows, dice.chunk) + 1) *
                          sizeof (double);
  return true;
}

static float
probability (const Dice *dice, size_t i)
{
  return dice->logits ? trp_sigmoid_f32 (dice->x[i]) : dice->x[i];
}

INLINE void
add_rows (const Dice *dice, size_t begin, size_t end, size_t width, double *sums)
{
  for (size_t i = begin * width; i < end * width;)
    for (size_t k = 0; k < width; k++, i++)
      {
        const float p = probability (dice, i);

        sums[2 * k] += (double) (p * dice->target[i]);
        sums[2 * k + 1] += (double) (p + dice->target[i]);
      }
}

/* Sums of one channel stay in registers. */
static void
sum_rows (size_t begin, size_t end, void *data)
{
  const Dice *dice = data;
  double *sums = dice->partial + begin / dice->chunk * 2 * dice->width, one[2] = { 0 };

  if (dice->width == 1)
    {
      add_rows (dice, begin, end, 1, one);
      memcpy (sums, one, sizeof one);
      return;
    }
  memset (sums, 0, 2 * dice->width * sizeof *sums);
  add_rows (dice, begin, end, dice->width, sums);
}

/* Slice @slice of x and its target, with its sums. */
static Dice
start (const TrpCpuKernel *self, const TrpKernelArgs *args, int target, size_t slice)
{
  Dice dice = make_dice (self);
  const size_t offset = slice * dice.rows * dice.width, n_sums = 2 * dice.width;

  dice.x = (const float *) args->inputs[0] + offset;
  dice.target = (const float *) args->inputs[target] + offset;
  dice.sums = args->workspace;
  dice.partial = dice.sums + n_sums;
  trp_cpu_for (self, dice.rows, dice.chunk, sum_rows, &dice);
  for (size_t k = 0; k < n_sums; k++)
    {
      double sum = 0;

      for (size_t i = 0; i < trp_cpu_n_chunks (dice.rows, dice.chunk); i++)
        sum += dice.partial[i * n_sums + k];
      dice.sums[k] = (k % 2 ? sum : 2 * sum) + self->attributes.alpha;
    }
  return dice;
}

static bool
run_dice (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t n = count_slices (self);
  size_t width = 1;
  double sum = 0;

  for (size_t slice = 0; slice < n; slice++)
    {
      const Dice dice = start (self, args, 1, slice);

      width = dice.width;
      for (size_t k = 0; k < width; k++)
        sum += 1 - dice.sums[2 * k] / dice.sums[2 * k + 1];
    }
  *(float *) args->outputs[0] = (float) (sum / (double) (n * width));
  return true;
}

const TrpCpuOp trp_cpu_dice_loss = { prepare, NULL, run_dice };

static void
send_back (size_t begin, size_t end, void *data)
{
  const Dice *dice = data;

  for (size_t i = begin * dice->width; i < end * dice->width;)
    for (size_t k = 0; k < dice->width; k++, i++)
      {
        const float p = probability (dice, i);
        const float slope = (float) trp_dice_slope_f64 ((double) dice->target[i], dice->sums[2 * k],
                                                        dice->sums[2 * k + 1]);

        dice->dx[i] = dice->factor * slope * (dice->logits ? p * (1 - p) : 1);
      }
}

static bool
run_dice_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t n = count_slices (self);

  for (size_t slice = 0; slice < n; slice++)
    {
      Dice dice = start (self, args, 2, slice);

      dice.factor = *(const float *) args->inputs[1] / (float) (n * dice.width);
      dice.dx = (float *) args->outputs[0] + slice * dice.rows * dice.width;
      trp_cpu_for (self, dice.rows, dice.chunk, send_back, &dice);
    }
  return true;
}

const TrpCpuOp trp_cpu_dice_loss_backward = { prepare, NULL, run_dice_backward };
