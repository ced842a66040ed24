/* cuda_runtime.h - CUDA's words in kernels, for a device emulated on the host
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Kernels are ordinary functions, called once per thread of the grid (block.h). Blocks run one
 * after another, so a __shared__ variable is a static one. Not here: dynamic shared memory, warps
 * that differ from CUDA's in any visible way, clocks, printf.
 */

#pragma once

#include "cuda_runtime_api.h"
#include "tests/emulate/block.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __constant__
#define __restrict__ __restrict
#define __shared__ static
#define __launch_bounds__(...)

#define threadIdx trp_emulated.thread
#define blockIdx trp_emulated.block
#define blockDim trp_emulated.block_size
#define gridDim trp_emulated.grid_size
#define warpSize 32

struct alignas (8) float2
{
  float x, y;
};

struct alignas (16) float4
{
  float x, y, z, w;
};

static inline float2
make_float2 (float x, float y)
{
  return { x, y };
}

static inline float4
make_float4 (float x, float y, float z, float w)
{
  return { x, y, z, w };
}

static inline void
__syncthreads (void)
{
  trp_emulate_block_barrier ();
}

static inline void
__syncwarp (unsigned mask = 0xffffffffU)
{
  trp_emulate_warp_exchange (TRP_WARP_BARRIER, mask, 0, 0, 32);
}

/* Threads take turns on one thread of the host, so memory is always in order. */
static inline void
__threadfence (void)
{
}

template <typename T>
static inline T
trp_emulate_shuffle (TrpWarpKind kind, unsigned mask, T value, int operand, int width)
{
  uint64_t bits = 0;

  static_assert (sizeof (T) <= sizeof bits && std::is_trivially_copyable<T>::value, "a number");
  memcpy (&bits, &value, sizeof value);
  bits = trp_emulate_warp_exchange (kind, mask, bits, operand, width);
  memcpy (&value, &bits, sizeof value);
  return value;
}

template <typename T>
static inline T
__shfl_sync (unsigned mask, T value, int lane, int width = 32)
{
  return trp_emulate_shuffle (TRP_WARP_INDEX, mask, value, lane, width);
}

template <typename T>
static inline T
__shfl_down_sync (unsigned mask, T value, unsigned step, int width = 32)
{
  return trp_emulate_shuffle (TRP_WARP_DOWN, mask, value, (int) step, width);
}

template <typename T>
static inline T
__shfl_up_sync (unsigned mask, T value, unsigned step, int width = 32)
{
  return trp_emulate_shuffle (TRP_WARP_UP, mask, value, (int) step, width);
}

template <typename T>
static inline T
__shfl_xor_sync (unsigned mask, T value, int bits, int width = 32)
{
  return trp_emulate_shuffle (TRP_WARP_XOR, mask, value, bits, width);
}

static inline unsigned
__ballot_sync (unsigned mask, int predicate)
{
  return (unsigned) trp_emulate_warp_exchange (TRP_WARP_BALLOT, mask, predicate != 0, 0, 32);
}

static inline int
__any_sync (unsigned mask, int predicate)
{
  return __ballot_sync (mask, predicate) != 0;
}

static inline int
__all_sync (unsigned mask, int predicate)
{
  return __ballot_sync (mask, predicate) == mask;
}

template <typename T>
static inline T
trp_emulate_add (T *address, T value)
{
  const T before = *address;

  *address = before + value;
  return before;
}

static inline int
atomicAdd (int *address, int value)
{
  return trp_emulate_add (address, value);
}

static inline unsigned
atomicAdd (unsigned *address, unsigned value)
{
  return trp_emulate_add (address, value);
}

static inline unsigned long long
atomicAdd (unsigned long long *address, unsigned long long value)
{
  return trp_emulate_add (address, value);
}

static inline float
atomicAdd (float *address, float value)
{
  return trp_emulate_add (address, value);
}

template <typename T>
static inline T
__ldg (const T *address)
{
  return *address;
}

static inline float
rsqrtf (float x)
{
  return 1 / sqrtf (x);
}

static inline float
__fdividef (float a, float b)
{
  return a / b;
}

#define __expf(x) expf (x) /* the C library has a __expf of its own */
#define __logf(x) logf (x)

#define TRP_EMULATE_EXTREMA(type)                                                                  \
  static inline type min (type a, type b)                                                          \
  {                                                                                                \
    return b < a ? b : a;                                                                          \
  }                                                                                                \
  static inline type max (type a, type b)                                                          \
  {                                                                                                \
    return a < b ? b : a;                                                                          \
  }
TRP_EMULATE_EXTREMA (int)
TRP_EMULATE_EXTREMA (unsigned)
TRP_EMULATE_EXTREMA (size_t)
#undef TRP_EMULATE_EXTREMA

/* On @stream, as kernel<<<grid, block, 0, stream>>> (arguments...). The arguments are copied now.
 */
template <typename... Parameters, typename... Arguments>
static inline void
trp_emulate_launch (cudaStream_t stream,
                    const char *name,
                    dim3 grid,
                    dim3 block,
                    void (*kernel) (Parameters...),
                    Arguments... arguments)
{
  const std::tuple<Parameters...> values (arguments...);

  trp_emulate_enqueue (stream,
                       { name, grid, block, [kernel, values] { std::apply (kernel, values); } });
}
