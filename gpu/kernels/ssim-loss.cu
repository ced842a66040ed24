/* ssim-loss.cu - 1 - mean structural similarity, and its gradient
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The definition stands in core/nn/ops/ssim-loss.c. A block looks through 16 x 16 windows of one
 * channel of one image: it keeps what they see in shared memory and filters rows, then columns. The
 * gradient filters the windows' slopes the same way: a Gaussian is its own transpose.
 */

#include "gpu/kernel.h"

namespace
{

#define TILE 16
#define HALO (TILE + TRP_SSIM_SIZE - 1) /* what a tile's windows see along an axis */
#define MAX_PLANES 65535

struct Weights
{
  float v[TRP_SSIM_SIZE];
};

/* @border: how far windows reach over the image's edge. @height, @width: of the grid of windows. */
struct Windows
{
  TrpView x, y;
  int h, w, c, border, height, width;
  Weights weights;

  /* Image values mapped to 0..1, 0 outside. */
  __device__ float
  unit_at (const TrpView &image, int plane, int row, int column) const
  {
    const int n = plane / c, channel = plane - n * c;
    const size_t pixel = ((size_t) n * (size_t) h + (size_t) row) * (size_t) w + (size_t) column;

    if (row < 0 || row >= h || column < 0 || column >= w)
      return 0;
    return trp_ssim_unit_f32 (trp_load<1> (image, pixel * (size_t) c + (size_t) channel).v[0]);
  }
};

/* Weighted means of u, v, u^2, v^2, uv. */
struct Moments
{
  float v[5];
};

/* Of this thread's window of the block's tile; all threads call it. */
static __device__ __forceinline__ Moments
look (const Windows &job, int plane, int top, int left)
{
  __shared__ float seen[2][HALO][HALO];
  __shared__ float filtered[5][HALO][TILE];
  const int tid = (int) threadIdx.x, row = tid / TILE, column = tid % TILE;
  Moments sums = {};

  for (int i = tid; i < HALO * HALO; i += TRP_THREADS)
    {
      const int at_row = top + i / HALO - job.border, at_column = left + i % HALO - job.border;

      seen[0][i / HALO][i % HALO] = job.unit_at (job.x, plane, at_row, at_column);
      seen[1][i / HALO][i % HALO] = job.unit_at (job.y, plane, at_row, at_column);
    }
  __syncthreads ();
  for (int i = tid; i < HALO * TILE; i += TRP_THREADS)
    {
      Moments part = {};

      for (int k = 0; k < TRP_SSIM_SIZE; k++)
        {
          const float weight = job.weights.v[k], u = seen[0][i / TILE][i % TILE + k],
                      v = seen[1][i / TILE][i % TILE + k];

          part.v[0] += weight * u;
          part.v[1] += weight * v;
          part.v[2] += weight * u * u;
          part.v[3] += weight * v * v;
          part.v[4] += weight * u * v;
        }
      for (int m = 0; m < 5; m++)
        filtered[m][i / TILE][i % TILE] = part.v[m];
    }
  __syncthreads ();
  for (int k = 0; k < TRP_SSIM_SIZE; k++)
    for (int m = 0; m < 5; m++)
      sums.v[m] += job.weights.v[k] * filtered[m][row + k][column];
  return sums;
}

TRP_KERNEL
loss_kernel (Windows job, float *partials, unsigned *counter, float *loss)
{
  __shared__ bool is_last;
  const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x,
                 n_blocks = gridDim.x * gridDim.y * gridDim.z;
  const int top = (int) blockIdx.y * TILE, left = (int) blockIdx.x * TILE;
  const int row = top + (int) threadIdx.x / TILE, column = left + (int) threadIdx.x % TILE;
  const Moments m = look (job, (int) blockIdx.z, top, left);
  const bool inside = row < job.height && column < job.width;
  float sum = trp_block_sum (inside ? trp_ssim_f32 (m.v[0], m.v[1], m.v[2], m.v[3], m.v[4]) : 0);

  if (threadIdx.x == 0)
    {
      partials[block] = sum;
      __threadfence ();
      is_last = atomicAdd (counter, 1U) == n_blocks - 1;
    }
  __syncthreads ();
  if (!is_last)
    return;
  __threadfence ();
  sum = 0;
  for (unsigned i = threadIdx.x; i < n_blocks; i += TRP_THREADS)
    sum += ((const volatile float *) partials)[i];
  sum = trp_block_sum (sum);
  if (threadIdx.x == 0)
    {
      *counter = 0;
      *loss = 1 - sum / ((float) job.height * (float) job.width * (float) gridDim.z);
    }
}

/* @slopes: (plane, 3, height, width), by the means of u, u^2 and uv. */
TRP_KERNEL
slopes_kernel (Windows job, float *slopes)
{
  const int plane = (int) blockIdx.z, top = (int) blockIdx.y * TILE, left = (int) blockIdx.x * TILE;
  const int row = top + (int) threadIdx.x / TILE, column = left + (int) threadIdx.x % TILE;
  const Moments m = look (job, plane, top, left);
  const size_t size = (size_t) job.height * (size_t) job.width;
  float *to = slopes + 3 * (size_t) plane * size + (size_t) row * (size_t) job.width +
              (size_t) column;

  if (row < job.height && column < job.width)
    trp_ssim_slopes_f32 (m.v[0], m.v[1], m.v[2], m.v[3], m.v[4], &to[0], &to[size], &to[2 * size]);
}

TRP_KERNEL
gather_kernel (Windows job, const float *slopes, const float *dloss, TrpView dx)
{
  __shared__ float seen[HALO][HALO];
  __shared__ float filtered[HALO][TILE];
  const int plane = (int) blockIdx.z, tid = (int) threadIdx.x;
  const int top = (int) blockIdx.y * TILE, left = (int) blockIdx.x * TILE;
  const int row = top + tid / TILE, column = left + tid % TILE;
  const int reach = TRP_SSIM_SIZE - 1 - job.border; /* windows above that still see a pixel */
  const size_t size = (size_t) job.height * (size_t) job.width;
  const int n = plane / job.c, channel = plane - n * job.c;
  float sums[3] = {};

  for (int m = 0; m < 3; m++)
    {
      const float *from = slopes + (3 * (size_t) plane + (size_t) m) * size;

      __syncthreads (); /* of the map before */
      for (int i = tid; i < HALO * HALO; i += TRP_THREADS)
        {
          const int at_row = top + i / HALO - reach, at_column = left + i % HALO - reach;
          const bool inside = at_row >= 0 && at_row < job.height && at_column >= 0 &&
                              at_column < job.width;

          seen[i / HALO][i % HALO] =
            inside ? from[(size_t) at_row * (size_t) job.width + (size_t) at_column] : 0;
        }
      __syncthreads ();
      for (int i = tid; i < HALO * TILE; i += TRP_THREADS)
        {
          float part = 0;

          for (int k = 0; k < TRP_SSIM_SIZE; k++)
            part += job.weights.v[k] * seen[i / TILE][i % TILE + k];
          filtered[i / TILE][i % TILE] = part;
        }
      __syncthreads ();
      for (int k = 0; k < TRP_SSIM_SIZE; k++)
        sums[m] += job.weights.v[k] * filtered[tid / TILE + k][tid % TILE];
    }
  if (row >= job.h || column >= job.w)
    return;
  const float u = job.unit_at (job.x, plane, row, column),
              v = job.unit_at (job.y, plane, row, column);
  const float count = (float) size * (float) gridDim.z;
  const size_t pixel = ((size_t) n * (size_t) job.h + (size_t) row) * (size_t) job.w +
                       (size_t) column;
  const float slope = sums[0] + 2 * u * sums[1] + v * sums[2];

  trp_store<1> (dx, pixel * (size_t) job.c + (size_t) channel,
                { { -(float) TRP_SSIM_UNIT_SLOPE * *dloss / count * slope } });
}

static Windows
make_windows (const TrpGpuKernel *self, const TrpKernelArgs *args, int y)
{
  const TrpShape s = self->inputs[0].shape;
  const int border = self->attributes.mode == TRP_SSIM_SAME ? TRP_SSIM_SIZE / 2 : 0;
  const int lost = TRP_SSIM_SIZE - 1 - 2 * border;
  Windows job = { {}, {}, s.h, s.w, s.c, border, s.h - lost, s.w - lost };

  if (args)
    {
      job.x = trp_view_input (self, args, 0);
      job.y = trp_view_input (self, args, y);
    }
  trp_ssim_weights_f32 (job.weights.v);
  return job;
}

static dim3
tiles (const TrpGpuKernel *self, int height, int width)
{
  const TrpShape s = self->inputs[0].shape;

  return dim3 ((unsigned) ((width + TILE - 1) / TILE), (unsigned) ((height + TILE - 1) / TILE),
               (unsigned) (s.n * s.c));
}

static bool
check_planes (const TrpGpuKernel *self, GError **error)
{
  const TrpShape s = self->inputs[0].shape;

  if (s.n * s.c <= MAX_PLANES)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "SSIM of %d images does not run on CUDA; %d are the most", s.n * s.c, MAX_PLANES);
  return false;
}

static bool
prepare_loss (TrpGpuKernel *self, GError **error)
{
  const Windows job = make_windows (self, NULL, 0);
  const dim3 blocks = tiles (self, job.height, job.width);

  if (!check_planes (self, error))
    return false;
  self->workspace_bytes = sizeof (float) * blocks.x * blocks.y * blocks.z;
  self->data = trp_gpu_alloc (self->device, sizeof (unsigned), error);
  return self->data != NULL;
}

static void
clear_loss (TrpGpuKernel *self)
{
  if (self->data)
    trp_gpu_free (self->device, self->data);
}

static bool
run_loss (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Windows job = make_windows (self, args, 1);

  TRP_LAUNCH (self->device, loss_kernel, tiles (self, job.height, job.width), TRP_THREADS, job,
              (float *) args->workspace, (unsigned *) self->data, (float *) args->outputs[0]);
  return trp_gpu_launched (self->device, "ssim_loss", error);
}

static bool
prepare_backward (TrpGpuKernel *self, GError **error)
{
  const Windows job = make_windows (self, NULL, 0);
  const TrpShape s = self->inputs[0].shape;

  self->workspace_bytes = 3 * sizeof (float) * (size_t) s.n * (size_t) s.c * (size_t) job.height *
                          (size_t) job.width;
  return check_planes (self, error);
}

static bool
run_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Windows job = make_windows (self, args, 2);
  float *slopes = (float *) args->workspace;

  TRP_LAUNCH (self->device, slopes_kernel, tiles (self, job.height, job.width), TRP_THREADS, job,
              slopes);
  TRP_LAUNCH (self->device, gather_kernel, tiles (self, job.h, job.w), TRP_THREADS, job,
              (const float *) slopes, (const float *) args->inputs[1],
              trp_view_output (self, args, 0));
  return trp_gpu_launched (self->device, "ssim_loss_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_ssim_loss = { prepare_loss, clear_loss, run_loss };
extern "C" const TrpGpuOp trp_gpu_ssim_loss_backward = { prepare_backward, NULL, run_backward };
