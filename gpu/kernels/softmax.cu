/* softmax.cu - softmax over channels, its cross entropy, and their gradients
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The formulas stand in core/nn/ops/softmax.c and softmax-loss.c. A thread takes a pixel: classes
 * are few, and neighbouring threads read neighbouring memory.
 */

#include "gpu/kernels/sums.h"

namespace
{

static __device__ __forceinline__ float
at (const TrpView &view, size_t i)
{
  return trp_load<1> (view, i).v[0];
}

/* What turns the channels from @first on into shares: share = exp (x - largest) / sum. */
struct Shares
{
  float largest, sum;
};

static __device__ __forceinline__ Shares
shares_of (const TrpView &x, size_t first, int channels)
{
  Shares shares = { at (x, first), 0 };

  for (int c = 1; c < channels; c++)
    {
      const float value = at (x, first + (size_t) c);

      shares.largest = value > shares.largest ? value : shares.largest;
    }
  for (int c = 0; c < channels; c++)
    shares.sum += expf (at (x, first + (size_t) c) - shares.largest);
  return shares;
}

static size_t
count_pixels (const TrpGpuKernel *self)
{
  const TrpShape s = self->inputs[0].shape;

  return (size_t) s.n * trp_shape_pixels (s);
}

/* y may be x. */
TRP_KERNEL
softmax_kernel (TrpView x, TrpView y, int channels, size_t pixels)
{
  TRP_GRID_FOR (pixel, pixels)
    {
      const size_t first = pixel * (size_t) channels;
      const Shares shares = shares_of (x, first, channels);

      for (size_t i = first; i < first + (size_t) channels; i++)
        trp_store<1> (y, i, { { expf (at (x, i) - shares.largest) / shares.sum } });
    }
}

static bool
run_softmax (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t pixels = count_pixels (self);

  TRP_LAUNCH (self->device, softmax_kernel, trp_blocks (pixels, TRP_THREADS), TRP_THREADS,
              trp_view_input (self, args, 0), trp_view_output (self, args, 0),
              self->inputs[0].shape.c, pixels);
  return trp_gpu_launched (self->device, "softmax", error);
}

/* dx may be y or dy. */
TRP_KERNEL
softmax_backward_kernel (TrpView y, TrpView dy, TrpView dx, int channels, size_t pixels)
{
  TRP_GRID_FOR (pixel, pixels)
    {
      const size_t first = pixel * (size_t) channels;
      float dot = 0;

      for (size_t i = first; i < first + (size_t) channels; i++)
        dot += at (y, i) * at (dy, i);
      for (size_t i = first; i < first + (size_t) channels; i++)
        trp_store<1> (dx, i, { { at (y, i) * (at (dy, i) - dot) } });
    }
}

static bool
run_softmax_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t pixels = count_pixels (self);

  TRP_LAUNCH (self->device, softmax_backward_kernel, trp_blocks (pixels, TRP_THREADS), TRP_THREADS,
              trp_view_input (self, args, 0), trp_view_input (self, args, 1),
              trp_view_output (self, args, 0), self->inputs[0].shape.c, pixels);
  return trp_gpu_launched (self->device, "softmax_backward", error);
}

struct Loss
{
  TrpView x, target;
  int channels;

  __device__ void
  add (int group, size_t pixel, float *sums) const
  {
    const size_t first = pixel * (size_t) channels;
    const Shares shares = shares_of (x, first, channels);
    const float all = logf (shares.sum);

    for (size_t i = first; i < first + (size_t) channels; i++)
      sums[0] += at (target, i) * (all - (at (x, i) - shares.largest));
  }
};

static Loss
make_loss (const TrpGpuKernel *self, const TrpKernelArgs *args, int target)
{
  return { trp_view_input (self, args, 0), trp_view_input (self, args, target),
           self->inputs[0].shape.c };
}

static bool
prepare_loss (TrpGpuKernel *self, GError **error)
{
  const TrpSums s = trp_sums (1, count_pixels (self));

  return trp_sums_prepare (self, trp_sums_partial_bytes (s, 1), error);
}

static bool
run_loss (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpSums s = trp_sums (1, count_pixels (self));
  const TrpSumFinish finish = { (float *) args->outputs[0], (float) s.items };

  trp_sums_launch<1> (self->device, s, make_loss (self, args, 1), finish, args->workspace,
                      self->data);
  return trp_gpu_launched (self->device, "softmax_loss", error);
}

TRP_KERNEL
loss_backward_kernel (Loss loss, const float *dloss, TrpView dx, size_t pixels)
{
  const float factor = *dloss / (float) pixels;

  TRP_GRID_FOR (pixel, pixels)
    {
      const size_t first = pixel * (size_t) loss.channels, end = first + (size_t) loss.channels;
      const Shares shares = shares_of (loss.x, first, loss.channels);
      float total = 0;

      for (size_t i = first; i < end; i++)
        total += at (loss.target, i);
      for (size_t i = first; i < end; i++)
        {
          const float share = expf (at (loss.x, i) - shares.largest) / shares.sum;

          trp_store<1> (dx, i, { { factor * (share * total - at (loss.target, i)) } });
        }
    }
}

static bool
run_loss_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t pixels = count_pixels (self);

  TRP_LAUNCH (self->device, loss_backward_kernel, trp_blocks (pixels, TRP_THREADS), TRP_THREADS,
              make_loss (self, args, 2), (const float *) args->inputs[1],
              trp_view_output (self, args, 0), pixels);
  return trp_gpu_launched (self->device, "softmax_loss_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_softmax = { NULL, NULL, run_softmax };
extern "C" const TrpGpuOp trp_gpu_softmax_backward = { NULL, NULL, run_softmax_backward };
extern "C" const TrpGpuOp trp_gpu_softmax_loss = { prepare_loss, trp_sums_clear, run_loss };
extern "C" const TrpGpuOp trp_gpu_softmax_loss_backward = { NULL, NULL, run_loss_backward };
