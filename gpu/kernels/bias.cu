/* bias.cu - the gradient of a bias: sums per channel over all pixels, in one launch
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "gpu/kernels/columns.h"

namespace
{

template <int N> struct BiasSource
{
  TrpView dy;
  int packs;

  using Item = TrpPack<N>;

  __device__ bool
  holds (TrpGpuType type) const
  {
    return dy.type == type;
  }

  __device__ void
  assume (TrpGpuType type)
  {
    dy.type = type;
  }

  __device__ void
  start (int image, size_t first, int pack)
  {
  }

  __device__ Item
  fetch (int image, size_t pixel, int pack) const
  {
    return trp_load<N> (dy, pixel * (size_t) packs + (size_t) pack);
  }

  __device__ void
  add (const Item &v, int image, size_t pixel, int pack, TrpPack<N> *a, TrpPack<N> *b) const
  {
    for (int k = 0; k < N; k++)
      a->v[k] += v.v[k];
  }

  __device__ void
  close (int k, float n_pixels, float *a, float *b) const
  {
  }
};

struct BiasFinish
{
  float *dbias;

  __device__ void
  run (const TrpSlabs &slabs) const
  {
    const float sum = slabs.sum (
      [&] (int slab, int channel) { return slabs.at (slab, 0, channel); });

    if (slabs.channel () >= 0)
      dbias[slabs.channel ()] = sum;
  }
};

/* All images are one column of pixels. */
static TrpColumns
columns_of (const TrpGpuKernel *self)
{
  const TrpShape dy = self->inputs[0].shape;

  return trp_columns (1, (size_t) dy.n * trp_shape_pixels (dy), dy.c, trp_columns_pack (dy.c));
}

static bool
prepare_bias (TrpGpuKernel *self, GError **error)
{
  g_assert (trp_gpu_type_of (self->device, &self->outputs[0]) == TRP_GPU_F32);
  return trp_columns_prepare (self, columns_of (self), error);
}

template <int N>
static void
launch_bias (const TrpGpuKernel *self, const TrpKernelArgs *args)
{
  const TrpColumns columns = columns_of (self);
  const BiasSource<N> source = { trp_view_input (self, args, 0), columns.packs };
  const BiasFinish finish = { (float *) args->outputs[0] };

  trp_columns_launch<N> (self->device, columns, source, finish, args->workspace, self->data);
}

static bool
run_bias_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  if (trp_columns_pack (self->inputs[0].shape.c) == 4)
    launch_bias<4> (self, args);
  else
    launch_bias<1> (self, args);
  return trp_gpu_launched (self->device, "bias_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_bias_backward = { prepare_bias, trp_columns_clear,
                                                    run_bias_backward };
