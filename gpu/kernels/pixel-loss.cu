/* pixel-loss.cu - means of a formula per element, and of the elements themselves
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "gpu/kernels/sums.h"

namespace
{

/* ---- pixel_loss ---- */

struct PixelLoss
{
  TrpView x, target, weight; /* data NULL: the constant, 1 */
  TrpPixelLoss kind;
  float constant;

  __device__ float
  target_at (size_t i) const
  {
    return target.data ? trp_load<1> (target, i).v[0] : constant;
  }

  __device__ float
  weighted (size_t i, float value) const
  {
    return weight.data ? trp_load<1> (weight, i).v[0] * value : value;
  }

  __device__ void
  add (int group, size_t i, float *sums) const
  {
    sums[0] += weighted (i, trp_pixel_loss_f32 (kind, trp_load<1> (x, i).v[0], target_at (i)));
  }
};

static TrpView
view_optional (const TrpGpuKernel *self, const TrpKernelArgs *args, int input)
{
  const TrpView none = { NULL, TRP_GPU_F32 };

  return self->n_inputs > input ? trp_view_input (self, args, input) : none;
}

/* @target: which input it is; the weight follows. */
static PixelLoss
make_loss (const TrpGpuKernel *self, const TrpKernelArgs *args, int target)
{
  return { trp_view_input (self, args, 0), view_optional (self, args, target),
           view_optional (self, args, target + 1), (TrpPixelLoss) self->attributes.mode,
           (float) self->attributes.alpha };
}

static bool
prepare_mean (TrpGpuKernel *self, GError **error)
{
  const TrpSums s = trp_sums (1, trp_shape_count (self->inputs[0].shape));

  return trp_sums_prepare (self, trp_sums_partial_bytes (s, 1), error);
}

static bool
run_loss (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpSums s = trp_sums (1, trp_shape_count (self->inputs[0].shape));
  const TrpSumFinish finish = { (float *) args->outputs[0], (float) s.items };

  trp_sums_launch<1> (self->device, s, make_loss (self, args, 1), finish, args->workspace,
                      self->data);
  return trp_gpu_launched (self->device, "pixel_loss", error);
}

TRP_KERNEL
loss_backward_kernel (PixelLoss loss, const float *dloss, TrpView dx, size_t count)
{
  const float factor = *dloss / (float) count;

  TRP_GRID_FOR (i, count)
    {
      const float x = trp_load<1> (loss.x, i).v[0];
      const float slope = trp_pixel_loss_slope_f32 (loss.kind, x, loss.target_at (i));

      trp_store<1> (dx, i, { { factor * loss.weighted (i, slope) } });
    }
}

static bool
run_loss_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t count = trp_shape_count (self->inputs[0].shape);

  TRP_LAUNCH (self->device, loss_backward_kernel, trp_blocks (count, TRP_THREADS), TRP_THREADS,
              make_loss (self, args, 2), (const float *) args->inputs[1],
              trp_view_output (self, args, 0), count);
  return trp_gpu_launched (self->device, "pixel_loss_backward", error);
}

/* ---- mean ---- */

struct Element
{
  TrpView x;

  __device__ void
  add (int group, size_t i, float *sums) const
  {
    sums[0] += trp_load<1> (x, i).v[0];
  }
};

static bool
run_mean (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpSums s = trp_sums (1, trp_shape_count (self->inputs[0].shape));
  const Element source = { trp_view_input (self, args, 0) };
  const TrpSumFinish finish = { (float *) args->outputs[0], (float) s.items };

  trp_sums_launch<1> (self->device, s, source, finish, args->workspace, self->data);
  return trp_gpu_launched (self->device, "mean", error);
}

TRP_KERNEL
mean_backward_kernel (const float *dloss, TrpView dx, size_t count)
{
  const float value = *dloss / (float) count;

  TRP_GRID_FOR (i, count)
    trp_store<1> (dx, i, { { value } });
}

static bool
run_mean_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t count = trp_shape_count (self->outputs[0].shape);

  TRP_LAUNCH (self->device, mean_backward_kernel, trp_blocks (count, TRP_THREADS), TRP_THREADS,
              (const float *) args->inputs[0], trp_view_output (self, args, 0), count);
  return trp_gpu_launched (self->device, "mean_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_pixel_loss = { prepare_mean, trp_sums_clear, run_loss };
extern "C" const TrpGpuOp trp_gpu_pixel_loss_backward = { NULL, NULL, run_loss_backward };
extern "C" const TrpGpuOp trp_gpu_mean = { prepare_mean, trp_sums_clear, run_mean };
extern "C" const TrpGpuOp trp_gpu_mean_backward = { NULL, NULL, run_mean_backward };
