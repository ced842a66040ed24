/* padding.h - where the gradient of a padded image comes together again
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For kernels that gather, so that nothing is added in an order left to chance.
 */

#pragma once

#include "gpu/kernel.h"

/* Padded positions that one position of an axis was copied to: up to three runs. */
struct TrpCopies
{
  int first[3], end[3];

  __device__ __forceinline__
  TrpCopies (TrpPadMode mode, int position, int size, int before, int after)
  {
    const int last = size - 1;

    first[0] = before + position;
    end[0] = first[0] + 1;
    first[1] = first[2] = end[1] = end[2] = 0;
    if (mode == TRP_PAD_REFLECT && position >= 1 && position <= before)
      end[1] = (first[1] = before - position) + 1;
    if (mode == TRP_PAD_REFLECT && position < last && last - position <= after)
      end[2] = (first[2] = before + 2 * last - position) + 1;
    if (mode == TRP_PAD_REPLICATE && position == 0)
      end[1] = before;
    if (mode == TRP_PAD_REPLICATE && position == last)
      end[2] = (first[2] = before + size) + after;
  }
};

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
  const TrpCopies rows (p.mode, y, p.h, p.top, p.bottom), columns (p.mode, x, p.w, p.left, p.right);
  const size_t image = (size_t) n * (size_t) p.padded_h ();

  for (int i = 0; i < 3; i++)
    for (int row = rows.first[i]; row < rows.end[i]; row++)
      for (int j = 0; j < 3; j++)
        for (int column = columns.first[j]; column < columns.end[j]; column++)
          {
            const size_t pixel = (image + (size_t) row) * (size_t) p.padded_w () + (size_t) column;
            const TrpPack<N> v = trp_load<N> (padded, pixel * (size_t) packs + (size_t) pack);

            for (int k = 0; k < N; k++)
              sum->v[k] += v.v[k];
          }
}
