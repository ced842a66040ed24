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

/* Where a pad's element at @position goes to, the other way round; all count from the first padded
 * element: begin <= i < end, and the mirrored before and after, -1 where there is none. */
typedef struct
{
  int begin, end, before, after;
} TrpPadTargets;

TRP_FORMULA TrpPadTargets
trp_pad_targets (TrpPadMode mode, int position, int size, int pad_before, int pad_after)
{
  TrpPadTargets targets = { pad_before + position, pad_before + position + 1, -1, -1 };

  if (mode == TRP_PAD_REPLICATE && position == 0)
    targets.begin = 0;
  if (mode == TRP_PAD_REPLICATE && position == size - 1)
    targets.end = pad_before + size + pad_after;
  if (mode == TRP_PAD_REFLECT && position > 0 && position <= pad_before)
    targets.before = pad_before - position;
  if (mode == TRP_PAD_REFLECT && position < size - 1 && position > size - 2 - pad_after)
    targets.after = pad_before + 2 * (size - 1) - position;
  return targets;
}

/* In rising order: for (i = trp_pad_first (t); i >= 0; i = trp_pad_next (t, i)). */
TRP_FORMULA int
trp_pad_first (TrpPadTargets targets)
{
  return targets.before >= 0 ? targets.before : targets.begin;
}

TRP_FORMULA int
trp_pad_next (TrpPadTargets targets, int i)
{
  if (i == targets.after)
    return -1;
  if (i == targets.before)
    return targets.begin;
  return i + 1 < targets.end ? i + 1 : targets.after;
}

/* See trp_bilinear_share_f32(); at a border it is the nearer one, and has no share. */
TRP_FORMULA int
trp_bilinear_far (int position, int size)
{
  const int far = position / 2 + (position % 2 ? 1 : -1);

  return far < 0 ? 0 : far < size ? far : size - 1;
}

/* An element is dropped when its word is below this. */
TRP_FORMULA uint32_t
trp_dropout_limit (double probability)
{
  return (uint32_t) (probability * 4294967296.0);
}

/* Four Philox 4x32-10 words: those of elements 4 @block to 4 @block + 3 of dropout stream @stream
 * at step @step; the same bits as trp_rng_block (seed, stream + step 2^32, block). */
TRP_FORMULA void
trp_dropout_words (
  uint64_t seed, uint64_t stream, uint32_t step, uint64_t block, uint32_t out_words[4])
{
  trp_philox (seed, stream + ((uint64_t) step << 32), block, out_words);
}

/* The word for element @index. */
TRP_FORMULA uint32_t
trp_dropout_word (uint64_t seed, uint64_t stream, uint32_t step, uint64_t index)
{
  uint32_t words[4];

  trp_dropout_words (seed, stream, step, index >> 2, words);
  return words[index & 3];
}

/* Which slot of an image pool a choice is about, -1: none; see ops/pool-exchange.c. */
TRP_FORMULA int
trp_pool_slot (int choice)
{
  return choice < -1 ? -2 - choice : choice;
}
