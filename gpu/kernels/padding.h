/* padding.h - where the gradient of a padded image comes together again
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For kernels that gather, so that nothing is added in an order left to chance.
 */

#pragma once

#include "gpu/kernels/packs.h"

/* Axes of an image and of its padded copy. */
struct TrpPadding
{
  TrpPadMode mode;
  int h, w, top, bottom, left, right;

  __host__ __device__ __forceinline__ int
  padded_w () const
  {
    return w + left + right;
  }

  __host__ __device__ __forceinline__ int
  padded_h () const
  {
    return h + top + bottom;
  }
};

static inline TrpPadding
trp_padding (const TrpOpAttributes &a, TrpShape unpadded)
{
  return { (TrpPadMode) a.mode, unpadded.h, unpadded.w, a.pad_top,
           a.pad_bottom,        a.pad_left, a.pad_right };
}

/* Adds to @sum what all copies of pixel (@y, @x) of image @n hold, pack @pack of @packs. */
template <int N>
static __device__ __forceinline__ void
trp_add_copies (
  const TrpPadding &p, TrpView padded, int n, int y, int x, int packs, int pack, TrpPack<N> *sum)
{
  const TrpPadTargets rows = trp_pad_targets (p.mode, y, p.h, p.top, p.bottom);
  const TrpPadTargets columns = trp_pad_targets (p.mode, x, p.w, p.left, p.right);
  const size_t image = (size_t) n * (size_t) p.padded_h ();

  for (int row = trp_pad_first (rows); row >= 0; row = trp_pad_next (rows, row))
    for (int column = trp_pad_first (columns); column >= 0; column = trp_pad_next (columns, column))
      {
        const size_t pixel = (image + (size_t) row) * (size_t) p.padded_w () + (size_t) column;
        const TrpPack<N> v = trp_load<N> (padded, pixel * (size_t) packs + (size_t) pack);

        for (int k = 0; k < N; k++)
          sum->v[k] += v.v[k];
      }
}

/* Pixel @at itself in the padded image. */
template <int N>
static __device__ __forceinline__ TrpPack<N>
trp_load_copy (const TrpPadding &p, TrpView padded, const TrpPosition &at, int packs)
{
  const size_t row = (size_t) at.n * (size_t) p.padded_h () + (size_t) (at.h + p.top);
  const size_t pixel = row * (size_t) p.padded_w () + (size_t) (at.w + p.left);

  return trp_load<N> (padded, pixel * (size_t) packs + (size_t) at.k);
}

static __device__ __forceinline__ bool
trp_is_one_target (TrpPadTargets targets)
{
  return targets.before < 0 && targets.after < 0 && targets.end == targets.begin + 1;
}

/* Whether no border repeats pixel (@y, @x). */
static __device__ __forceinline__ bool
trp_has_one_copy (const TrpPadding &p, int y, int x)
{
  return trp_is_one_target (trp_pad_targets (p.mode, y, p.h, p.top, p.bottom)) &&
         trp_is_one_target (trp_pad_targets (p.mode, x, p.w, p.left, p.right));
}
