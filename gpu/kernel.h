/* kernel.h - what kernels are written with: launches, typed views, packs, sums
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For kernels/NAME.cu only (C++17, nvcc; or the host compiler with TRP_EMULATED and the headers of
 * tests/emulate). A view carries its type at run time: the branch is the same for all threads and
 * costs nothing beside the memory access, and one kernel serves float32, bf16 and f16 alike.
 *
 * Sums: a block sums a fixed part of the data whose extent depends on shapes only, never on the
 * number of multiprocessors; parts are added in order. So results are the same bits in every run.
 */

#pragma once

#include "core/nn/formula.h"
#include "gpu/gpu.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#define TRP_WARP 32
#define TRP_THREADS 256 /* of a block, unless a kernel says otherwise */

/* Begins a kernel of blocks of TRP_THREADS. */
#define TRP_KERNEL static __global__ __launch_bounds__ (TRP_THREADS) void

/* TRP_LAUNCH (device, (kernel<4>), blocks, threads, args...): on the device's stream */
#ifdef TRP_EMULATED
#define TRP_LAUNCH(device, kernel, blocks, threads, ...)                                           \
  trp_emulate_launch ((device)->stream, #kernel, blocks, threads, kernel, __VA_ARGS__)
#else
#define TRP_LAUNCH(device, kernel, blocks, threads, ...)                                           \
  kernel<<<blocks, threads, 0, (device)->stream>>> (__VA_ARGS__)
#endif

struct TrpView
{
  void *data;
  TrpGpuType type;
};

static inline TrpView
trp_view (const TrpGpuKernel *self, const TrpTensor *tensor, void *data)
{
  return { data, trp_gpu_type_of (self->device, tensor) };
}

static inline TrpView
trp_view_input (const TrpGpuKernel *self, const TrpKernelArgs *args, int i)
{
  return trp_view (self, &self->inputs[i], args->inputs[i]);
}

static inline TrpView
trp_view_output (const TrpGpuKernel *self, const TrpKernelArgs *args, int i)
{
  return trp_view (self, &self->outputs[i], args->outputs[i]);
}

/* N neighbouring elements in registers; N is 1 or 4. */
template <int N> struct TrpPack
{
  float v[N];
};

/* Pack @i of a view: elements N i to N i + N - 1. Views begin aligned, so packs are aligned. */
template <int N>
static __device__ __forceinline__ TrpPack<N>
trp_load (TrpView view, size_t i)
{
  TrpPack<N> pack;

  if (view.type == TRP_GPU_F32)
    {
      struct alignas (4 * N) Raw
      {
        float v[N];
      };
      const Raw raw = ((const Raw *) view.data)[i];

      for (int k = 0; k < N; k++)
        pack.v[k] = raw.v[k];
    }
  else if (view.type == TRP_GPU_BF16)
    {
      struct alignas (2 * N) Raw
      {
        __nv_bfloat16 v[N];
      };
      const Raw raw = ((const Raw *) view.data)[i];

      for (int k = 0; k < N; k++)
        pack.v[k] = __bfloat162float (raw.v[k]);
    }
  else
    {
      struct alignas (2 * N) Raw
      {
        __half v[N];
      };
      const Raw raw = ((const Raw *) view.data)[i];

      for (int k = 0; k < N; k++)
        pack.v[k] = __half2float (raw.v[k]);
    }
  return pack;
}

template <int N>
static __device__ __forceinline__ TrpPack<N>
trp_load_f32 (const float *values, size_t i)
{
  return trp_load<N> (TrpView{ (void *) values, TRP_GPU_F32 }, i);
}

template <int N>
static __device__ __forceinline__ void
trp_store (TrpView view, size_t i, TrpPack<N> pack)
{
  if (view.type == TRP_GPU_F32)
    {
      struct alignas (4 * N) Raw
      {
        float v[N];
      } raw;

      for (int k = 0; k < N; k++)
        raw.v[k] = pack.v[k];
      ((Raw *) view.data)[i] = raw;
    }
  else if (view.type == TRP_GPU_BF16)
    {
      struct alignas (2 * N) Raw
      {
        __nv_bfloat16 v[N];
      } raw;

      for (int k = 0; k < N; k++)
        raw.v[k] = __float2bfloat16 (pack.v[k]);
      ((Raw *) view.data)[i] = raw;
    }
  else
    {
      struct alignas (2 * N) Raw
      {
        __half v[N];
      } raw;

      for (int k = 0; k < N; k++)
        raw.v[k] = __float2half (pack.v[k]);
      ((Raw *) view.data)[i] = raw;
    }
}

/* Blocks that cover @items, one each, capped: kernels loop with a stride of the whole grid. */
static inline unsigned
trp_blocks (size_t items, int threads)
{
  const size_t blocks = (items + (size_t) threads - 1) / (size_t) threads;

  return (unsigned) (blocks < 1 ? 1 : blocks > 65535 ? 65535 : blocks);
}

#define TRP_GRID_FOR(i, n)                                                                         \
  for (size_t i = (size_t) blockIdx.x * blockDim.x + threadIdx.x; i < (n);                         \
       i += (size_t) gridDim.x * blockDim.x)

/* Sum over the block's threads (a multiple of 32, at most 1024) in a fixed order; the result is in
 * every thread. Every thread of the block must call it. */
static __device__ __forceinline__ float
trp_block_sum (float value)
{
  __shared__ float sums[32];
  const int lane = threadIdx.x % TRP_WARP, warp = threadIdx.x / TRP_WARP,
            n_warps = blockDim.x / TRP_WARP;

  for (int step = TRP_WARP / 2; step > 0; step /= 2)
    value += __shfl_down_sync (0xffffffffU, value, step);
  __syncthreads (); /* sums may still be read by an earlier call */
  if (lane == 0)
    sums[warp] = value;
  __syncthreads ();
  value = 0;
  for (int i = 0; i < n_warps; i++)
    value += sums[i];
  return value;
}
