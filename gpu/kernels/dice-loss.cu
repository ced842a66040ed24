/* dice-loss.cu - soft Dice, over the batch, per sample, per channel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The definition stands in core/nn/ops/dice-loss.c. The gradient makes the two sums again rather
 * than keep them: they are one read of the images.
 */

#include "gpu/kernels/sums.h"

namespace
{

/* Groups are samples, or the one batch, and in them @step channels, or all of them as one. */
struct Dice
{
  TrpView x, target;
  size_t items; /* of a group */
  size_t step;  /* between two of them */
  bool logits;

  __device__ size_t
  element (int group, size_t item) const
  {
    const size_t slice = (size_t) group / step, channel = (size_t) group % step;

    return (slice * items + item) * step + channel;
  }

  __device__ float
  probability (size_t i) const
  {
    const float v = trp_load<1> (x, i).v[0];

    return logits ? trp_sigmoid_f32 (v) : v;
  }

  __device__ void
  add (int group, size_t item, float *sums) const
  {
    const size_t i = element (group, item);
    const float p = probability (i), g = trp_load<1> (target, i).v[0];

    sums[0] += p * g;
    sums[1] += p + g;
  }
};

/* @both, @all of each group as the formula wants them; @loss: NULL for the gradient. */
struct DiceFinish
{
  float smoothing;
  float *sums; /* (group, 2) */
  float *loss;

  __device__ void
  run (const TrpRuns<2> &runs) const
  {
    const int n = runs.sums.n_groups;
    float total = 0;

    for (int group = 0; group < n; group++)
      {
        const float both = 2 * runs.total (group, 0) + smoothing,
                    all = runs.total (group, 1) + smoothing;

        total += 1 - both / all;
        if (threadIdx.x == 0 && !loss)
          {
            sums[2 * group] = both;
            sums[2 * group + 1] = all;
          }
      }
    if (threadIdx.x == 0 && loss)
      *loss = total / (float) n;
  }
};

static int
count_channels (const TrpGpuKernel *self)
{
  return self->attributes.mode & TRP_DICE_PER_CHANNEL ? self->inputs[0].shape.c : 1;
}

static TrpSums
make_sums (const TrpGpuKernel *self)
{
  const TrpShape s = self->inputs[0].shape;
  const int n = count_channels (self) * (self->attributes.mode & TRP_DICE_PER_SAMPLE ? s.n : 1);

  return trp_sums (n, trp_shape_count (s) / (size_t) n);
}

/* The groups' sums stand before the runs' in the workspace. */
static size_t
group_bytes (const TrpSums &s)
{
  return 2 * sizeof (float) * (size_t) s.n_groups;
}

static bool
prepare (TrpGpuKernel *self, GError **error)
{
  const TrpSums s = make_sums (self);

  return trp_sums_prepare (self, group_bytes (s) + trp_sums_partial_bytes (s, 2), error);
}

/* @target: which input it is */
static Dice
launch_sums (
  const TrpGpuKernel *self, const TrpKernelArgs *args, int target, float *loss, const TrpSums &s)
{
  const Dice dice = { trp_view_input (self, args, 0), trp_view_input (self, args, target), s.items,
                      (size_t) count_channels (self),
                      (self->attributes.mode & TRP_DICE_LOGITS) != 0 };
  const DiceFinish finish = { (float) self->attributes.alpha, (float *) args->workspace, loss };

  trp_sums_launch<2> (self->device, s, dice, finish, (char *) args->workspace + group_bytes (s),
                      self->data);
  return dice;
}

static bool
run_loss (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  launch_sums (self, args, 1, (float *) args->outputs[0], make_sums (self));
  return trp_gpu_launched (self->device, "dice_loss", error);
}

TRP_KERNEL
backward_kernel (Dice dice, const float *sums, const float *dloss, int n_groups, TrpView dx)
{
  const float factor = *dloss / (float) n_groups;

  TRP_GRID_FOR (i, (size_t) n_groups * dice.items)
    {
      const size_t group = i / (dice.items * dice.step) * dice.step + i % dice.step;
      const float p = dice.probability (i), g = trp_load<1> (dice.target, i).v[0];
      const float slope = trp_dice_slope_f32 (g, sums[2 * group], sums[2 * group + 1]);

      trp_store<1> (dx, i, { { factor * slope * (dice.logits ? p * (1 - p) : 1) } });
    }
}

static bool
run_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpSums s = make_sums (self);
  const Dice dice = launch_sums (self, args, 2, NULL, s);

  TRP_LAUNCH (self->device, backward_kernel,
              trp_blocks ((size_t) s.n_groups * s.items, TRP_THREADS), TRP_THREADS, dice,
              (const float *) args->workspace, (const float *) args->inputs[1], s.n_groups,
              trp_view_output (self, args, 0));
  return trp_gpu_launched (self->device, "dice_loss_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_dice_loss = { prepare, trp_sums_clear, run_loss };
extern "C" const TrpGpuOp trp_gpu_dice_loss_backward = { prepare, trp_sums_clear, run_backward };
