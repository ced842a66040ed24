/* bilinear.cu - bilinear upsampling to twice the size, and its gradient
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The definition stands in core/nn/ops/upsample-bilinear.c. A thread makes a pack of the result
 * from the 4 or 16 packs that it depends on, in rising order of rows and columns.
 */

#include "gpu/kernels/packs.h"

namespace
{

#define N_TARGETS 4 /* outputs of an axis that an input reaches */

template <int N>
static __device__ __forceinline__ void
add_share (TrpView from, size_t i, float share, TrpPack<N> *sum)
{
  const TrpPack<N> pack = trp_load<N> (from, i);

  for (int k = 0; k < N; k++)
    sum->v[k] += share * pack.v[k];
}

template <int N>
TRP_KERNEL
enlarge (TrpView x, TrpLayout small, TrpView y, TrpLayout large, size_t packs)
{
  TRP_GRID_FOR (i, packs)
    {
      const TrpPosition to = trp_position (large, i);
      const int rows[] = { to.h / 2, trp_bilinear_far (to.h, small.height) };
      const int columns[] = { to.w / 2, trp_bilinear_far (to.w, small.width) };
      const float down = trp_bilinear_share_f32 (to.h, small.height),
                  across = trp_bilinear_share_f32 (to.w, small.width);
      TrpPack<N> sum = {};

      for (int r = 0; r < 2; r++)
        for (int c = 0; c < 2; c++)
          add_share<N> (x, trp_pack_index (small, to.n, rows[r], columns[c], to.k),
                        (r ? down : 1 - down) * (c ? across : 1 - across), &sum);
      trp_store (y, i, sum);
    }
}

static bool
run_upsample (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpShape x = self->inputs[0].shape, y = self->outputs[0].shape;
  const int width = trp_pack_width ((size_t) x.c);
  const size_t packs = trp_shape_count (y) / (size_t) width;

  TRP_LAUNCH_PACKS (self->device, width, enlarge, packs, trp_view_input (self, args, 0),
                    trp_layout (x, width), trp_view_output (self, args, 0), trp_layout (y, width),
                    packs);
  return trp_gpu_launched (self->device, "upsample_bilinear", error);
}

template <int N>
TRP_KERNEL
gather (TrpView dy, TrpLayout large, TrpView dx, TrpLayout small, size_t packs)
{
  TRP_GRID_FOR (i, packs)
    {
      const TrpPosition at = trp_position (small, i);
      float down[N_TARGETS], across[N_TARGETS];
      TrpPack<N> sum = {};

      trp_bilinear_targets_f32 (at.h, small.height, down);
      trp_bilinear_targets_f32 (at.w, small.width, across);
      for (int r = 0; r < N_TARGETS; r++)
        for (int c = 0; c < N_TARGETS; c++)
          {
            const int h = 2 * at.h - 1 + r, w = 2 * at.w - 1 + c;

            if (h >= 0 && h < large.height && w >= 0 && w < large.width)
              add_share<N> (dy, trp_pack_index (large, at.n, h, w, at.k), down[r] * across[c],
                            &sum);
          }
      trp_store (dx, i, sum);
    }
}

static bool
run_upsample_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpShape dy = self->inputs[0].shape, dx = self->outputs[0].shape;
  const int width = trp_pack_width ((size_t) dx.c);
  const size_t packs = trp_shape_count (dx) / (size_t) width;

  TRP_LAUNCH_PACKS (self->device, width, gather, packs, trp_view_input (self, args, 0),
                    trp_layout (dy, width), trp_view_output (self, args, 0), trp_layout (dx, width),
                    packs);
  return trp_gpu_launched (self->device, "upsample_bilinear_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_upsample_bilinear = { NULL, NULL, run_upsample };
extern "C" const TrpGpuOp trp_gpu_upsample_bilinear_backward = { NULL, NULL,
                                                                 run_upsample_backward };
