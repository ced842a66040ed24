/* spatial.cu - pads, pooling, upsampling
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sums into a pixel are made by the thread that owns it, in rising order of rows and columns.
 */

#include "gpu/kernels/packs.h"
#include "gpu/kernels/padding.h"

namespace
{

/* A kernel that walks over @walked and knows where the packs of a larger or smaller image @other
 * lie. */
typedef struct
{
  int width;
  size_t packs;
  TrpLayout walked, other;
} Walk;

static Walk
make_walk (TrpShape walked, TrpShape other)
{
  const int width = trp_pack_width ((size_t) walked.c);

  return { width, trp_shape_count (walked) / (size_t) width, trp_layout (walked, width),
           trp_layout (other, width) };
}

template <int N>
TRP_KERNEL
pad (TrpView x, TrpLayout inner, TrpView y, TrpLayout padded, size_t packs, TrpPadding padding)
{
  TRP_GRID_FOR (i, packs)
    {
      const TrpPosition to = trp_position (padded, i);
      const int h = trp_pad_source (padding.mode, to.h - padding.top, padding.h);
      const int w = trp_pad_source (padding.mode, to.w - padding.left, padding.w);
      TrpPack<N> pack = {};

      if (h >= 0 && w >= 0)
        pack = trp_load<N> (x, trp_pack_index (inner, to.n, h, w, to.k));
      trp_store (y, i, pack);
    }
}

static bool
run_pad (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Walk walk = make_walk (self->outputs[0].shape, self->inputs[0].shape);

  TRP_LAUNCH_PACKS (self->device, walk.width, pad, walk.packs, trp_view_input (self, args, 0),
                    walk.other, trp_view_output (self, args, 0), walk.walked, walk.packs,
                    trp_padding (self->attributes, self->inputs[0].shape));
  return trp_gpu_launched (self->device, "pad", error);
}

template <int N>
TRP_KERNEL
unpad (TrpView dy, TrpView dx, TrpLayout inner, size_t packs, TrpPadding padding)
{
  TRP_GRID_FOR (i, packs)
    {
      const TrpPosition at = trp_position (inner, i);
      TrpPack<N> sum = {};

      trp_add_copies<N> (padding, dy, at.n, at.h, at.w, inner.packs, at.k, &sum);
      trp_store (dx, i, sum);
    }
}

static bool
run_pad_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Walk walk = make_walk (self->outputs[0].shape, self->inputs[0].shape);

  TRP_LAUNCH_PACKS (self->device, walk.width, unpad, walk.packs, trp_view_input (self, args, 0),
                    trp_view_output (self, args, 0), walk.walked, walk.packs,
                    trp_padding (self->attributes, self->outputs[0].shape));
  return trp_gpu_launched (self->device, "pad_backward", error);
}

/* The four packs of @large, row by row, that belong to one of an image of half its size. */
struct Four
{
  size_t index[4];
};

static __device__ __forceinline__ Four
four_of (const TrpLayout &large, TrpPosition small)
{
  const size_t first = trp_pack_index (large, small.n, 2 * small.h, 2 * small.w, small.k);
  const size_t right = (size_t) large.packs, below = (size_t) large.width * (size_t) large.packs;

  return { { first, first + right, first + below, first + below + right } };
}

template <int N> struct FourPacks
{
  TrpPack<N> pack[4];
};

template <int N>
static __device__ __forceinline__ FourPacks<N>
load_four (TrpView view, const Four &four)
{
  FourPacks<N> packs;

  for (int i = 0; i < 4; i++)
    packs.pack[i] = trp_load<N> (view, four.index[i]);
  return packs;
}

template <int N>
static __device__ __forceinline__ int
find_maximum (const FourPacks<N> &x, int k)
{
  return trp_first_maximum_f32 (x.pack[0].v[k], x.pack[1].v[k], x.pack[2].v[k], x.pack[3].v[k]);
}

template <int N>
TRP_KERNEL
pool (TrpView x, TrpLayout large, TrpView y, TrpLayout small, size_t packs)
{
  TRP_GRID_FOR (i, packs)
    {
      const FourPacks<N> four = load_four<N> (x, four_of (large, trp_position (small, i)));
      TrpPack<N> largest;

      for (int k = 0; k < N; k++)
        {
          const int best = find_maximum (four, k);
          const float left = best == 2 ? four.pack[2].v[k] : four.pack[0].v[k];
          const float right = best == 3 ? four.pack[3].v[k] : four.pack[1].v[k];

          largest.v[k] = best % 2 ? right : left;
        }
      trp_store (y, i, largest);
    }
}

static bool
run_max_pool (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Walk walk = make_walk (self->outputs[0].shape, self->inputs[0].shape);

  TRP_LAUNCH_PACKS (self->device, walk.width, pool, walk.packs, trp_view_input (self, args, 0),
                    walk.other, trp_view_output (self, args, 0), walk.walked, walk.packs);
  return trp_gpu_launched (self->device, "max_pool", error);
}

template <int N>
TRP_KERNEL
unpool (TrpView x, TrpView dy, TrpView dx, TrpLayout large, TrpLayout small, size_t packs)
{
  TRP_GRID_FOR (i, packs)
    {
      const Four four = four_of (large, trp_position (small, i));
      const FourPacks<N> values = load_four<N> (x, four);
      const TrpPack<N> gradient = trp_load<N> (dy, i);

      for (int m = 0; m < 4; m++)
        {
          TrpPack<N> pack;

          for (int k = 0; k < N; k++)
            pack.v[k] = find_maximum (values, k) == m ? gradient.v[k] : 0;
          trp_store (dx, four.index[m], pack);
        }
    }
}

static bool
run_max_pool_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Walk walk = make_walk (self->inputs[1].shape, self->inputs[0].shape);

  TRP_LAUNCH_PACKS (self->device, walk.width, unpool, walk.packs, trp_view_input (self, args, 0),
                    trp_view_input (self, args, 1), trp_view_output (self, args, 0), walk.other,
                    walk.walked, walk.packs);
  return trp_gpu_launched (self->device, "max_pool_backward", error);
}

template <int N>
TRP_KERNEL
enlarge (TrpView x, TrpLayout small, TrpView y, TrpLayout large, size_t packs)
{
  TRP_GRID_FOR (i, packs)
    {
      const Four four = four_of (large, trp_position (small, i));
      const TrpPack<N> pack = trp_load<N> (x, i);

      for (int m = 0; m < 4; m++)
        trp_store (y, four.index[m], pack);
    }
}

static bool
run_upsample (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Walk walk = make_walk (self->inputs[0].shape, self->outputs[0].shape);

  TRP_LAUNCH_PACKS (self->device, walk.width, enlarge, walk.packs, trp_view_input (self, args, 0),
                    walk.walked, trp_view_output (self, args, 0), walk.other, walk.packs);
  return trp_gpu_launched (self->device, "upsample", error);
}

template <int N>
TRP_KERNEL
sum_four (TrpView dy, TrpLayout large, TrpView dx, TrpLayout small, size_t packs)
{
  TRP_GRID_FOR (i, packs)
    {
      const FourPacks<N> four = load_four<N> (dy, four_of (large, trp_position (small, i)));
      TrpPack<N> sum = four.pack[0];

      for (int m = 1; m < 4; m++)
        for (int k = 0; k < N; k++)
          sum.v[k] += four.pack[m].v[k];
      trp_store (dx, i, sum);
    }
}

static bool
run_upsample_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Walk walk = make_walk (self->outputs[0].shape, self->inputs[0].shape);

  TRP_LAUNCH_PACKS (self->device, walk.width, sum_four, walk.packs, trp_view_input (self, args, 0),
                    walk.other, trp_view_output (self, args, 0), walk.walked, walk.packs);
  return trp_gpu_launched (self->device, "upsample_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_pad = { NULL, NULL, run_pad };
extern "C" const TrpGpuOp trp_gpu_pad_backward = { NULL, NULL, run_pad_backward };
extern "C" const TrpGpuOp trp_gpu_max_pool = { NULL, NULL, run_max_pool };
extern "C" const TrpGpuOp trp_gpu_max_pool_backward = { NULL, NULL, run_max_pool_backward };
extern "C" const TrpGpuOp trp_gpu_upsample = { NULL, NULL, run_upsample };
extern "C" const TrpGpuOp trp_gpu_upsample_backward = { NULL, NULL, run_upsample_backward };
