/* pool-exchange.cu - a history of generated images; see core/nn/ops/pool-exchange.c
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One thread takes the same pack of all images of the batch in turn, so that an image that comes
 * out of a slot may have been put there by the one before.
 */

#include "gpu/kernels/packs.h"

namespace
{

/* x, y (n, packs), pool (capacity, packs), choices (n); a choice of a slot that is not there gives
 * NaN and stores nothing. */
template <int N>
TRP_KERNEL
exchange (
  TrpView x, const float *choices, TrpView y, TrpView pool, int n, int capacity, size_t packs)
{
  TRP_GRID_FOR (i, packs)
    {
      for (int image = 0; image < n; image++)
        {
          const int choice = (int) lrintf (choices[image]), slot = trp_pool_slot (choice);
          const TrpPack<N> fresh = trp_load<N> (x, (size_t) image * packs + i);
          TrpPack<N> out = fresh;

          if (choice < -1 && slot < capacity)
            out = trp_load<N> (pool, (size_t) slot * packs + i);
          for (int k = 0; k < N && slot >= capacity; k++)
            out.v[k] = NAN;
          if (slot >= 0 && slot < capacity)
            trp_store (pool, (size_t) slot * packs + i, fresh);
          trp_store (y, (size_t) image * packs + i, out);
        }
    }
}

static bool
run_pool_exchange (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpShape x = self->inputs[0].shape;
  const size_t count = trp_shape_pixels (x) * (size_t) x.c;
  const int width = trp_pack_width (count);
  const size_t packs = count / (size_t) width;

  TRP_LAUNCH_PACKS (self->device, width, exchange, packs, trp_view_input (self, args, 0),
                    (const float *) args->inputs[1], trp_view_output (self, args, 0),
                    trp_view_output (self, args, 1), x.n, self->outputs[1].shape.n, packs);
  return trp_gpu_launched (self->device, "pool_exchange", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_pool_exchange = { NULL, NULL, run_pool_exchange };
