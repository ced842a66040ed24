/* packs.h - how a kernel walks over a tensor: packs of neighbouring channels, one per thread
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A pack is 8 or 4 channels of one pixel (16 bytes of a half, at least 16 of a float32), or one
 * where the channels cannot be divided. Packs are numbered in memory order; where a kernel needs to
 * know the pixel, three exact divisions by multiplication find it.
 */

#pragma once

#include "gpu/kernel.h"

/* The widest pack that @count neighbours can be cut into. */
static inline int
trp_pack_width (size_t count)
{
  return count % 8 == 0 ? 8 : count % 4 == 0 ? 4 : 1;
}

/* One thread for each of @packs packs of @width, in blocks of TRP_THREADS. */
#define TRP_LAUNCH_PACKS(device, width, kernel, packs, ...)                                        \
  do                                                                                               \
    {                                                                                              \
      const unsigned n_blocks = trp_blocks (packs, TRP_THREADS);                                   \
                                                                                                   \
      if ((width) == 8)                                                                            \
        TRP_LAUNCH (device, (kernel<8>), n_blocks, TRP_THREADS, __VA_ARGS__);                      \
      else if ((width) == 4)                                                                       \
        TRP_LAUNCH (device, (kernel<4>), n_blocks, TRP_THREADS, __VA_ARGS__);                      \
      else                                                                                         \
        TRP_LAUNCH (device, (kernel<1>), n_blocks, TRP_THREADS, __VA_ARGS__);                      \
    }                                                                                              \
  while (0)

/* Division of numbers below 2^31 by one that is known at the launch. Source: T. Granlund and P. L.
 * Montgomery, PLDI 1994, figure 4.1. */
struct TrpDivisor
{
  uint32_t divisor, multiplier, shift;
};

static inline TrpDivisor
trp_divisor (int number)
{
  const uint64_t divisor = (uint64_t) number;
  uint32_t shift = 0;

  while ((UINT64_C (1) << shift) < divisor)
    shift++;
  return { (uint32_t) divisor,
           (uint32_t) ((((UINT64_C (1) << shift) - divisor) << 32) / divisor + 1), shift };
}

/* The quotient; @number becomes the remainder. */
static __device__ __forceinline__ uint32_t
trp_divide (TrpDivisor by, uint32_t *number)
{
  const uint32_t high = (uint32_t) ((uint64_t) *number * by.multiplier >> 32);
  const uint32_t quotient = (high + *number) >> by.shift;

  *number -= quotient * by.divisor;
  return quotient;
}

/* Where the packs of a tensor lie. */
struct TrpLayout
{
  int height, width, packs; /* the last: of a pixel */
  TrpDivisor by_height, by_width, by_packs;
};

static inline TrpLayout
trp_layout (TrpShape shape, int pack_width)
{
  const int packs = shape.c / pack_width;

  return {
    shape.h, shape.w, packs, trp_divisor (shape.h), trp_divisor (shape.w), trp_divisor (packs)
  };
}

struct TrpPosition
{
  int n, h, w, k; /* the last: which pack of the pixel */
};

static __device__ __forceinline__ TrpPosition
trp_position (const TrpLayout &layout, size_t pack)
{
  uint32_t k = (uint32_t) pack;
  uint32_t w = trp_divide (layout.by_packs, &k);
  uint32_t h = trp_divide (layout.by_width, &w);
  const uint32_t n = trp_divide (layout.by_height, &h);

  return { (int) n, (int) h, (int) w, (int) k };
}

static __device__ __forceinline__ size_t
trp_pack_index (const TrpLayout &layout, int n, int h, int w, int k)
{
  return (((size_t) n * (size_t) layout.height + (size_t) h) * (size_t) layout.width + (size_t) w) *
           (size_t) layout.packs +
         (size_t) k;
}
