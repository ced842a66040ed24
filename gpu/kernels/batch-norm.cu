/* batch-norm.cu - batch norm in training and inference, and their gradients
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The definition stands in core/nn/ops/batch-norm.c. The batch is one image of n h w pixels for the
 * sums (columns.h).
 */

#include "gpu/kernels/columns.h"
#include "gpu/kernels/packs.h"

namespace
{

/* A channel's numbers; @spread is the inverse standard deviation, or with @eps > 0 the variance
 * that it is made from (running statistics). */
struct Affine
{
  const float *gamma, *beta, *mean, *spread;
  float eps;
  TrpActivation activation;
  float alpha;
};

template <int N> struct Channels
{
  TrpPack<N> gamma, beta, mean, inverse;

  Channels () = default;

  __device__ __forceinline__
  Channels (const Affine &a, int pack)
      : gamma (trp_load_f32<N> (a.gamma, (size_t) pack)),
        beta (trp_load_f32<N> (a.beta, (size_t) pack)),
        mean (trp_load_f32<N> (a.mean, (size_t) pack)),
        inverse (trp_load_f32<N> (a.spread, (size_t) pack))
  {
    for (int k = 0; k < N && a.eps > 0; k++)
      inverse.v[k] = 1 / sqrtf (inverse.v[k] + a.eps);
  }
};

template <int N>
TRP_KERNEL
apply_kernel (TrpView x, Affine affine, TrpView y, size_t n_packs, TrpLayout layout)
{
  TRP_GRID_FOR (i, n_packs)
    {
      const Channels<N> c (affine, trp_position (layout, i).k);
      TrpPack<N> v = trp_load<N> (x, i);

      for (int k = 0; k < N; k++)
        v.v[k] = trp_activation_f32 (affine.activation, affine.alpha,
                                     c.gamma.v[k] * ((v.v[k] - c.mean.v[k]) * c.inverse.v[k]) +
                                       c.beta.v[k]);
      trp_store<N> (y, i, v);
    }
}

/* The batch's statistics, and the running ones moved towards them (unbiased variance). */
struct NormFinish
{
  float *mean, *inverse, *running_mean, *running_variance;
  float eps, momentum;

  __device__ void
  run (const TrpSlabs &slabs) const
  {
    const float n = (float) slabs.columns.pixels;
    const int c = slabs.channel ();
    float m, m2;

    trp_merge_moments (slabs, &m, &m2);
    if (c < 0)
      return;
    mean[c] = m;
    inverse[c] = 1 / sqrtf (m2 / n + eps);
    running_mean[c] = (1 - momentum) * running_mean[c] + momentum * m;
    running_variance[c] = (1 - momentum) * running_variance[c] + momentum * m2 / (n - 1);
  }
};

/* All images are one column of pixels. */
static TrpColumns
columns_of (const TrpGpuKernel *self)
{
  const TrpShape s = self->inputs[0].shape;

  return trp_columns (1, (size_t) s.n * trp_shape_pixels (s), s.c, trp_columns_pack (s.c));
}

static bool
prepare (TrpGpuKernel *self, GError **error)
{
  return trp_columns_prepare (self, columns_of (self), error);
}

/* As the inputs have it; @eps > 0 where the last one is a variance. */
static Affine
make_affine (const TrpGpuKernel *self, const TrpKernelArgs *args, float eps)
{
  return { (const float *) args->inputs[1],
           (const float *) args->inputs[2],
           (const float *) args->inputs[3],
           (const float *) args->inputs[4],
           eps,
           self->attributes.activation,
           (float) self->attributes.alpha };
}

template <int N>
static void
launch_apply (const TrpGpuKernel *self, const TrpKernelArgs *args, const Affine &affine)
{
  const TrpShape s = self->inputs[0].shape;
  const size_t n_packs = trp_shape_count (s) / N;

  TRP_LAUNCH (self->device, (apply_kernel<N>), trp_blocks (n_packs, TRP_THREADS), TRP_THREADS,
              trp_view_input (self, args, 0), affine, trp_view_output (self, args, 0), n_packs,
              trp_layout (s, N));
}

template <int N>
static void
launch_norm (const TrpGpuKernel *self, const TrpKernelArgs *args)
{
  const TrpColumns columns = columns_of (self);
  const TrpMomentSource<N> source = { trp_view_input (self, args, 0), columns.pixels,
                                      columns.packs };
  const NormFinish finish = {
    (float *) args->outputs[1], (float *) args->outputs[2],   (float *) args->outputs[3],
    (float *) args->outputs[4], (float) self->attributes.eps, (float) self->attributes.momentum,
  };
  Affine affine = make_affine (self, args, 0);

  affine.mean = finish.mean;
  affine.spread = finish.inverse;
  trp_columns_launch<N> (self->device, columns, source, finish, args->workspace, self->data);
  launch_apply<N> (self, args, affine);
}

static bool
run_norm (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  if (trp_columns_pack (self->inputs[0].shape.c) == 4)
    launch_norm<4> (self, args);
  else
    launch_norm<1> (self, args);
  return trp_gpu_launched (self->device, "batch_norm", error);
}

static bool
run_infer (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Affine affine = make_affine (self, args, (float) self->attributes.eps);

  if (trp_columns_pack (self->inputs[0].shape.c) == 4)
    launch_apply<4> (self, args, affine);
  else
    launch_apply<1> (self, args, affine);
  return trp_gpu_launched (self->device, "batch_norm_infer", error);
}

/* ---- backward ---- */

/* d = dy act'(gamma xhat + beta) */
template <int N> struct Slope
{
  TrpView x, dy;
  Affine affine;

  /* @d, @xhat: dy and x before */
  __device__ __forceinline__ void
  make (const Channels<N> &c, TrpPack<N> *d, TrpPack<N> *xhat) const
  {
    for (int k = 0; k < N; k++)
      {
        xhat->v[k] = (xhat->v[k] - c.mean.v[k]) * c.inverse.v[k];
        d->v[k] *= trp_activation_slope_f32 (affine.activation, affine.alpha,
                                             c.gamma.v[k] * xhat->v[k] + c.beta.v[k]);
      }
  }
};

template <int N> struct SlopeSource
{
  Slope<N> slope;
  int packs;
  Channels<N> channels;

  struct Item
  {
    TrpPack<N> x, dy;
  };

  __device__ bool
  holds (TrpGpuType type) const
  {
    return slope.x.type == type && slope.dy.type == type;
  }

  __device__ void
  assume (TrpGpuType type)
  {
    slope.x.type = slope.dy.type = type;
  }

  __device__ void
  start (int image, size_t first, int pack)
  {
    channels = Channels<N> (slope.affine, pack);
  }

  __device__ Item
  fetch (int image, size_t pixel, int pack) const
  {
    const size_t i = pixel * (size_t) packs + (size_t) pack;

    return { trp_load<N> (slope.x, i), trp_load<N> (slope.dy, i) };
  }

  __device__ void
  add (const Item &item, int image, size_t pixel, int pack, TrpPack<N> *a, TrpPack<N> *b) const
  {
    TrpPack<N> d = item.dy, xhat = item.x;

    slope.make (channels, &d, &xhat);
    for (int k = 0; k < N; k++)
      {
        a->v[k] += d.v[k];
        b->v[k] += d.v[k] * xhat.v[k];
      }
  }

  __device__ void
  close (int k, float n_pixels, float *a, float *b) const
  {
  }
};

struct SlopeFinish
{
  float *dgamma, *dbeta;

  __device__ void
  run (const TrpSlabs &slabs) const
  {
    for (int which = 0; which < 2; which++)
      {
        const float sum = slabs.sum (
          [&] (int slab, int channel) { return slabs.at (slab, which, channel); });

        if (slabs.channel () >= 0)
          (which ? dgamma : dbeta)[slabs.channel ()] = sum;
      }
  }
};

/* @n: of values in the statistics; 0 where they do not depend on x. */
template <int N>
TRP_KERNEL
backward_kernel (Slope<N> slope,
                 const float *dgamma,
                 const float *dbeta,
                 float n,
                 TrpView dx,
                 size_t n_packs,
                 TrpLayout layout)
{
  TRP_GRID_FOR (i, n_packs)
    {
      const int pack = trp_position (layout, i).k;
      const Channels<N> c (slope.affine, pack);
      TrpPack<N> xhat = trp_load<N> (slope.x, i), d = trp_load<N> (slope.dy, i);

      slope.make (c, &d, &xhat);
      for (int k = 0; k < N; k++)
        {
          const int channel = pack * N + k;
          const float mean = n > 0 ? (dbeta[channel] + xhat.v[k] * dgamma[channel]) / n : 0;

          d.v[k] = c.gamma.v[k] * c.inverse.v[k] * (d.v[k] - mean);
        }
      trp_store<N> (dx, i, d);
    }
}

template <int N>
static void
launch_backward (const TrpGpuKernel *self, const TrpKernelArgs *args)
{
  const TrpColumns columns = columns_of (self);
  const bool training = self->kind == TRP_OP_batch_norm_backward;
  const TrpShape s = self->inputs[0].shape;
  const size_t n_packs = trp_shape_count (s) / N;
  const Slope<N> slope = { trp_view_input (self, args, 0), trp_view_input (self, args, 5),
                           make_affine (self, args, training ? 0 : (float) self->attributes.eps) };
  const SlopeSource<N> source = { slope, columns.packs };
  const SlopeFinish finish = { (float *) args->outputs[1], (float *) args->outputs[2] };

  trp_columns_launch<N> (self->device, columns, source, finish, args->workspace, self->data);
  TRP_LAUNCH (self->device, (backward_kernel<N>), trp_blocks (n_packs, TRP_THREADS), TRP_THREADS,
              slope, (const float *) finish.dgamma, (const float *) finish.dbeta,
              training ? (float) columns.pixels : 0.0F, trp_view_output (self, args, 0), n_packs,
              trp_layout (s, N));
}

static bool
run_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  if (trp_columns_pack (self->inputs[0].shape.c) == 4)
    launch_backward<4> (self, args);
  else
    launch_backward<1> (self, args);
  return trp_gpu_launched (self->device, "batch_norm_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_batch_norm = { prepare, trp_columns_clear, run_norm };
extern "C" const TrpGpuOp trp_gpu_batch_norm_infer = { NULL, NULL, run_infer };
extern "C" const TrpGpuOp trp_gpu_batch_norm_backward = { prepare, trp_columns_clear,
                                                          run_backward };
extern "C" const TrpGpuOp trp_gpu_batch_norm_infer_backward = { prepare, trp_columns_clear,
                                                                run_backward };
