/* convert.cu - conversions between types, biases, scalars gathered from all over
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "gpu/kernels/packs.h"

template <int N>
static __global__ void
convert (TrpView to, TrpView from, size_t n_packs)
{
  TRP_GRID_FOR (i, n_packs)
    trp_store (to, i, trp_load<N> (from, i));
}

/* Whole packs of four, then the one to three elements behind them. */
extern "C" void
trp_gpu_convert (TrpGpuDevice *device,
                 void *to,
                 TrpGpuType to_type,
                 const void *from,
                 TrpGpuType from_type,
                 size_t count)
{
  const size_t n_packs = count / 4, done = 4 * n_packs;
  const TrpView target = { to, to_type }, source = { (void *) from, from_type };
  const TrpView target_rest = { (char *) to + done * trp_gpu_type_bytes (to_type), to_type };
  const TrpView source_rest = { (char *) from + done * trp_gpu_type_bytes (from_type), from_type };

  if (n_packs > 0)
    TRP_LAUNCH (device, (convert<4>), trp_blocks (n_packs, TRP_THREADS), TRP_THREADS, target,
                source, n_packs);
  if (count > done)
    TRP_LAUNCH (device, (convert<1>), 1, TRP_WARP, target_rest, source_rest, count - done);
}

/* y (pixels, channels) */
template <int N>
static __global__ void
add_bias (TrpView y, const float *bias, size_t n_packs, TrpDivisor packs_of_a_pixel)
{
  const TrpView bias_view = { (void *) bias, TRP_GPU_F32 };

  TRP_GRID_FOR (i, n_packs)
    {
      TrpPack<N> pack = trp_load<N> (y, i);
      uint32_t channel = (uint32_t) i;

      trp_divide (packs_of_a_pixel, &channel);
      const TrpPack<N> add = trp_load<N> (bias_view, channel);

      for (int k = 0; k < N; k++)
        pack.v[k] += add.v[k];
      trp_store (y, i, pack);
    }
}

extern "C" void
trp_gpu_add_bias (
  TrpGpuDevice *device, void *y, TrpGpuType type, size_t pixels, int channels, const float *bias)
{
  const TrpView view = { y, type };
  const size_t count = pixels * (size_t) channels;

  if (channels % 4 == 0)
    TRP_LAUNCH (device, (add_bias<4>), trp_blocks (count / 4, TRP_THREADS), TRP_THREADS, view, bias,
                count / 4, trp_divisor (channels / 4));
  else
    TRP_LAUNCH (device, (add_bias<1>), trp_blocks (count, TRP_THREADS), TRP_THREADS, view, bias,
                count, trp_divisor (channels));
}

static __global__ void
gather (float *out, const float *const *addresses, unsigned n)
{
  TRP_GRID_FOR (i, n)
    out[i] = *addresses[i];
}

extern "C" void
trp_gpu_gather (TrpGpuDevice *device, float *out, const float *const *addresses, int n)
{
  TRP_LAUNCH (device, (gather), 1, 64, out, addresses, (unsigned) n);
}
