/* formula.h - formulas of single elements, for float and double, on host and device
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each formula stands once, in formula-template.h, and becomes trp_NAME_f32 and trp_NAME_f64. All
 * back ends use them, so a derivative or an optimiser cannot differ between them by a slip.
 */

#pragma once

#include "core/base/philox.h"
#include "core/nn/op.h"

#include <math.h>

#ifdef __CUDACC__
#define TRP_FORMULA static __host__ __device__ __forceinline__
#else
#define TRP_FORMULA static inline
#endif

/* Of trp_loss_scale_*(): where a scale stays. */
#define TRP_LOSS_SCALE_MIN 1
#define TRP_LOSS_SCALE_MAX 16777216

/* SSIM: an 11 x 11 window of Gaussian weights; see ops/ssim-loss.c. */
#define TRP_SSIM_SIZE 11
#define TRP_SSIM_SIGMA 1.5
#define TRP_SSIM_C1 1e-4
#define TRP_SSIM_C2 9e-4
#define TRP_SSIM_UNIT_SLOPE 0.5

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
 * as trp_rng_block (seed, stream + step 2^32, index / 4)[index % 4]. */
TRP_FORMULA uint32_t
trp_dropout_word (uint64_t seed, uint64_t stream, uint32_t step, uint64_t index)
{
  uint32_t words[4];

  trp_philox (seed, stream + ((uint64_t) step << 32), index >> 2, words);
  return words[index & 3];
}
