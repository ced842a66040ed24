/* formula.h - formulas of single elements, for float and double, on host and device
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each formula stands once, in formula-template.h, and becomes trp_NAME_f32 and trp_NAME_f64. All
 * back ends use them, so a derivative or an optimiser cannot differ between them by a slip.
 */

#pragma once

#include "core/nn/op.h"

#include <math.h>

#ifdef __CUDACC__
#define TRP_FORMULA static __host__ __device__ __forceinline__
#else
#define TRP_FORMULA static inline
#endif

#define TRP_REAL float
#define TRP_NAME(name) trp_##name##_f32
#define TRP_MATH(name) name##f
#include "core/nn/formula-template.h"
#undef TRP_REAL
#undef TRP_NAME
#undef TRP_MATH

#define TRP_REAL double
#define TRP_NAME(name) trp_##name##_f64
#define TRP_MATH(name) name
#include "core/nn/formula-template.h"
#undef TRP_REAL
#undef TRP_NAME
#undef TRP_MATH

/* Where a padded index comes from: 0 <= result < size, or -1 (zero padding). @position counts from
 * the first element of the unpadded row and may be negative. */
TRP_FORMULA int
trp_pad_source (TrpPadMode mode, int position, int size)
{
  if (position >= 0 && position < size)
    return position;
  if (mode == TRP_PAD_ZERO)
    return -1;
  if (mode == TRP_PAD_REPLICATE)
    return position < 0 ? 0 : size - 1;
  return position < 0 ? -position : 2 * (size - 1) - position;
}

/* An element is dropped when its word is below this. */
TRP_FORMULA uint32_t
trp_dropout_limit (double probability)
{
  return (uint32_t) (probability * 4294967296.0);
}

/* One Philox 4x32-10 word for element @index of dropout stream @stream at step @step; the same bits
 * as trp_rng_block (seed, stream + step 2^32, index / 4)[index % 4]. Kept here so that device code
 * has it. */
TRP_FORMULA uint32_t
trp_dropout_word (uint64_t seed, uint64_t stream, uint32_t step, uint64_t index)
{
  const uint64_t sequence = stream + ((uint64_t) step << 32), block = index >> 2;
  uint32_t key0 = (uint32_t) seed, key1 = (uint32_t) (seed >> 32);
  uint32_t c0 = (uint32_t) block, c1 = (uint32_t) (block >> 32);
  uint32_t c2 = (uint32_t) sequence, c3 = (uint32_t) (sequence >> 32);

  for (int round = 0; round < 10; round++)
    {
      const uint64_t p0 = (uint64_t) 0xD2511F53U * c0, p1 = (uint64_t) 0xCD9E8D57U * c2;

      c0 = (uint32_t) (p1 >> 32) ^ c1 ^ key0;
      c1 = (uint32_t) p1;
      c2 = (uint32_t) (p0 >> 32) ^ c3 ^ key1;
      c3 = (uint32_t) p0;
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
  switch (index & 3)
    {
    case 0:
      return c0;
    case 1:
      return c1;
    case 2:
      return c2;
    default:
      return c3;
    }
}
