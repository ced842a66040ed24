/* instance-norm.cu - instance norm, activation, residual sum and padding; two launches each way
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The definition stands in core/nn/ops/instance-norm.c. Forward: moments, then one pass over the
 * padded image that reads each pixel of x (and of the residual) and writes y and its padded copy.
 * Backward: one pass that brings the gradients of y and of the padded copy together and sums, one
 * that makes dx.
 */

#include "gpu/kernels/columns.h"
#include "gpu/kernels/packs.h"
#include "gpu/kernels/padding.h"

namespace
{

struct NormFinish
{
  float *mean, *inverse;
  float eps;

  __device__ void
  run (const TrpSlabs &slabs) const
  {
    const int channel = slabs.channel ();
    float m, m2;

    trp_merge_moments (slabs, &m, &m2);
    if (channel < 0)
      return;
    mean[(size_t) slabs.image * (size_t) slabs.columns.channels + (size_t) channel] = m;
    inverse[(size_t) slabs.image * (size_t) slabs.columns.channels + (size_t) channel] =
      1 / sqrtf (m2 / (float) slabs.columns.pixels + eps);
  }
};

/* Mean and inverse standard deviation of an image's channels; (n, 1, 1, c), float32. */
struct Statistics
{
  const float *mean, *inverse;
};

/* @inner: layout of x, the residual and y; @outer: of the padded image. */
struct Apply
{
  TrpView x, residual, y, padded; /* data NULL: not there */
  Statistics statistics;
  TrpPadding padding;
  TrpLayout inner, outer;
  TrpActivation activation;
  float alpha;
};

template <int N>
static __device__ __forceinline__ TrpPack<N>
normalise (const Apply &job, const TrpPosition &position, size_t at)
{
  const size_t channel = (size_t) position.n * (size_t) job.inner.packs + (size_t) position.k;
  const TrpPack<N> mean = trp_load_f32<N> (job.statistics.mean, channel),
                   inverse = trp_load_f32<N> (job.statistics.inverse, channel);
  TrpPack<N> v = trp_load<N> (job.x, at);

  for (int k = 0; k < N; k++)
    v.v[k] = trp_activation_f32 (job.activation, job.alpha, (v.v[k] - mean.v[k]) * inverse.v[k]);
  if (job.residual.data)
    {
      const TrpPack<N> r = trp_load<N> (job.residual, at);

      for (int k = 0; k < N; k++)
        v.v[k] += r.v[k];
    }
  return v;
}

/* A thread makes one pack of the padded image; where that is no copy of the border it writes y too.
 */
template <int N>
TRP_KERNEL
apply_kernel (Apply job, size_t n_packs)
{
  const TrpPadding p = job.padding;

  TRP_GRID_FOR (i, n_packs)
    {
      const TrpPosition to = trp_position (job.outer, i);
      const int column = to.w - p.left, line = to.h - p.top;
      const int x = trp_pad_source (p.mode, column, p.w), y = trp_pad_source (p.mode, line, p.h);
      const bool inside = x >= 0 && y >= 0; /* else of a border of zeros */
      const size_t at = inside ? trp_pack_index (job.inner, to.n, y, x, to.k) : 0;
      TrpPack<N> v = {};

      if (inside)
        v = normalise<N> (job, to, at);
      if (job.padded.data)
        trp_store<N> (job.padded, i, v);
      if (job.y.data && inside && x == column && y == line)
        trp_store<N> (job.y, at, v);
    }
}

static TrpColumns
columns_of (const TrpGpuKernel *self)
{
  const TrpShape s = self->inputs[0].shape;

  return trp_columns (s.n, trp_shape_pixels (s), s.c, trp_columns_pack (s.c));
}

static bool
prepare_norm (TrpGpuKernel *self, GError **error)
{
  return trp_columns_prepare (self, columns_of (self), error);
}

template <int N>
static void
launch_norm (const TrpGpuKernel *self, const TrpKernelArgs *args)
{
  const TrpColumns columns = columns_of (self);
  const TrpOpAttributes *a = &self->attributes;
  const TrpShape s = self->inputs[0].shape;
  float *mean = (float *) args->outputs[1], *inverse = (float *) args->outputs[2];
  const TrpView x = trp_view_input (self, args, 0), none = { NULL, TRP_GPU_F32 };
  const TrpMomentSource<N> source = { x, columns.pixels, columns.packs };
  const NormFinish finish = { mean, inverse, (float) a->eps };
  const TrpPadding padding = trp_padding (*a, s);
  const TrpShape outer = { s.n, padding.padded_h (), padding.padded_w (), s.c };
  const Apply job = { x,
                      self->n_inputs > 1 ? trp_view_input (self, args, 1) : none,
                      trp_view_output (self, args, 0),
                      self->n_outputs > 3 ? trp_view_output (self, args, 3) : none,
                      { mean, inverse },
                      padding,
                      trp_layout (s, N),
                      trp_layout (outer, N),
                      a->activation,
                      (float) a->alpha };
  const size_t n_packs = trp_shape_count (outer) / N;

  trp_columns_launch<N> (self->device, columns, source, finish, args->workspace, self->data);
  TRP_LAUNCH (self->device, (apply_kernel<N>), trp_blocks (n_packs, TRP_THREADS), TRP_THREADS, job,
              n_packs);
}

static bool
run_norm (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  if (trp_columns_pack (self->inputs[0].shape.c) == 4)
    launch_norm<4> (self, args);
  else
    launch_norm<1> (self, args);
  return trp_gpu_launched (self->device, "instance_norm", error);
}

/* ---- backward ---- */

/* The gradient of y + its padded copy, of one pack. @total is read where it was written before. */
struct Gradient
{
  TrpView dy, dpadded, total; /* data NULL: not there */
  TrpPadding padding;
  TrpLayout layout;

  template <int N>
  __device__ __forceinline__ TrpPack<N>
  gather (const TrpPosition &p, size_t at) const
  {
    TrpPack<N> sum = {};

    if (dy.data)
      sum = trp_load<N> (dy, at);
    if (dpadded.data)
      trp_add_copies<N> (padding, dpadded, p.n, p.h, p.w, layout.packs, p.k, &sum);
    return sum;
  }

  /* Adds all copies, of which @copy is at hand and mostly the only one. */
  template <int N>
  __device__ __forceinline__ void
  add_copies (const TrpPosition &p, const TrpPack<N> &copy, TrpPack<N> *sum) const
  {
    if (trp_has_one_copy (padding, p.h, p.w))
      for (int k = 0; k < N; k++)
        sum->v[k] += copy.v[k];
    else
      trp_add_copies<N> (padding, dpadded, p.n, p.h, p.w, layout.packs, p.k, sum);
  }

  __device__ __forceinline__ bool
  holds (TrpGpuType held) const
  {
    return (!dy.data || dy.type == held) && (!dpadded.data || dpadded.type == held) &&
           (!total.data || total.type == held);
  }
};

/* Sums of d = total act'(xhat) and of d xhat; leaves the total where dx is made from it. */
template <int N> struct GradientSource
{
  TrpView x;
  Gradient gradient;
  Statistics statistics;
  size_t pixels;
  TrpActivation activation;
  float alpha;
  TrpPack<N> mean, inverse;

  /* @copy: of the pixel itself, among those in the padded image */
  struct Item
  {
    TrpPack<N> x, dy, copy;
  };

  __device__ bool
  holds (TrpGpuType type) const
  {
    return x.type == type && gradient.holds (type);
  }

  __device__ void
  assume (TrpGpuType type)
  {
    x.type = type;
    gradient.dy.type = gradient.dpadded.type = gradient.total.type = type;
  }

  __device__ void
  start (int image, size_t first, int pack)
  {
    const size_t channel = (size_t) image * (size_t) gradient.layout.packs + (size_t) pack;

    mean = trp_load_f32<N> (statistics.mean, channel);
    inverse = trp_load_f32<N> (statistics.inverse, channel);
  }

  __device__ size_t
  index (int image, size_t pixel, int pack) const
  {
    return ((size_t) image * pixels + pixel) * (size_t) gradient.layout.packs + (size_t) pack;
  }

  __device__ TrpPosition
  position (int image, size_t pixel, int pack) const
  {
    uint32_t column = (uint32_t) pixel;
    const uint32_t row = trp_divide (gradient.layout.by_width, &column);

    return { image, (int) row, (int) column, pack };
  }

  __device__ Item
  fetch (int image, size_t pixel, int pack) const
  {
    const size_t at = index (image, pixel, pack);
    Item item = { trp_load<N> (x, at), {}, {} };

    if (gradient.dy.data)
      item.dy = trp_load<N> (gradient.dy, at);
    if (gradient.dpadded.data)
      item.copy = trp_load_copy<N> (gradient.padding, gradient.dpadded,
                                    position (image, pixel, pack), gradient.layout.packs);
    return item;
  }

  __device__ void
  add (const Item &item, int image, size_t pixel, int pack, TrpPack<N> *a, TrpPack<N> *b) const
  {
    TrpPack<N> total = item.dy;

    if (gradient.dpadded.data)
      gradient.add_copies<N> (position (image, pixel, pack), item.copy, &total);
    for (int k = 0; k < N; k++)
      {
        const float xhat = (item.x.v[k] - mean.v[k]) * inverse.v[k];
        const float d = total.v[k] * trp_activation_slope_f32 (activation, alpha, xhat);

        a->v[k] += d;
        b->v[k] += d * xhat;
      }
    if (gradient.total.data)
      trp_store<N> (gradient.total, index (image, pixel, pack), total);
  }

  __device__ void
  close (int k, float n_pixels, float *a, float *b) const
  {
  }
};

struct GradientFinish
{
  float *means; /* (image, 2, channel): of d and of d xhat */

  __device__ void
  run (const TrpSlabs &slabs) const
  {
    const float n = (float) slabs.columns.pixels;

    for (int which = 0; which < 2; which++)
      {
        const float sum = slabs.sum (
          [&] (int slab, int channel) { return slabs.at (slab, which, channel); });

        if (slabs.channel () >= 0)
          means[(size_t) (slabs.image * 2 + which) * (size_t) slabs.columns.channels +
                (size_t) slabs.channel ()] = sum / n;
      }
  }
};

template <int N>
TRP_KERNEL
gradient_kernel (GradientSource<N> job, const float *means, TrpView dx, size_t n_packs)
{
  TRP_GRID_FOR (i, n_packs)
    {
      const TrpPosition at = trp_position (job.gradient.layout, i);
      const size_t packs = (size_t) job.gradient.layout.packs;
      const size_t first = 2 * (size_t) at.n * packs + (size_t) at.k;
      const TrpPack<N> d_mean = trp_load_f32<N> (means, first),
                       d_xhat_mean = trp_load_f32<N> (means, first + packs);
      TrpPack<N> v = trp_load<N> (job.x, i);
      const TrpPack<N> total = job.gradient.total.data ? trp_load<N> (job.gradient.total, i)
                                                       : job.gradient.template gather<N> (at, i);

      job.start (at.n, 0, at.k);
      for (int k = 0; k < N; k++)
        {
          const float xhat = (v.v[k] - job.mean.v[k]) * job.inverse.v[k];
          const float d = total.v[k] * trp_activation_slope_f32 (job.activation, job.alpha, xhat);

          v.v[k] = job.inverse.v[k] * (d - d_mean.v[k] - xhat * d_xhat_mean.v[k]);
        }
      trp_store<N> (dx, i, v);
    }
}

static size_t
mean_bytes (const TrpColumns &c)
{
  return 2 * sizeof (float) * (size_t) c.n_images * (size_t) c.channels;
}

static bool
prepare_backward (TrpGpuKernel *self, GError **error)
{
  if (!prepare_norm (self, error))
    return false;
  self->workspace_bytes += mean_bytes (columns_of (self));
  return true;
}

template <int N>
static void
launch_backward (const TrpGpuKernel *self, const TrpKernelArgs *args)
{
  const TrpColumns columns = columns_of (self);
  const TrpOpAttributes *a = &self->attributes;
  const bool padded = trp_op_has_padding (a), has_dy = self->n_inputs - padded > 3;
  const TrpShape s = self->inputs[0].shape;
  const TrpView none = { NULL, TRP_GPU_F32 };
  const Gradient gradient = {
    has_dy ? trp_view_input (self, args, 3) : none,
    padded ? trp_view_input (self, args, self->n_inputs - 1) : none,
    self->n_outputs > 1 ? trp_view_output (self, args, 1) : none,
    trp_padding (*a, s),
    trp_layout (s, N),
  };
  const GradientSource<N> source = { trp_view_input (self, args, 0),
                                     gradient,
                                     { (const float *) args->inputs[1],
                                       (const float *) args->inputs[2] },
                                     columns.pixels,
                                     a->activation,
                                     (float) a->alpha };
  float *means = (float *) args->workspace;
  const GradientFinish finish = { means };
  const size_t n_packs = trp_shape_count (s) / N;

  trp_columns_launch<N> (self->device, columns, source, finish,
                         (char *) args->workspace + mean_bytes (columns), self->data);
  TRP_LAUNCH (self->device, (gradient_kernel<N>), trp_blocks (n_packs, TRP_THREADS), TRP_THREADS,
              source, (const float *) means, trp_view_output (self, args, 0), n_packs);
}

static bool
run_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  if (trp_columns_pack (self->inputs[0].shape.c) == 4)
    launch_backward<4> (self, args);
  else
    launch_backward<1> (self, args);
  return trp_gpu_launched (self->device, "instance_norm_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_instance_norm = { prepare_norm, trp_columns_clear, run_norm };
extern "C" const TrpGpuOp trp_gpu_instance_norm_backward = { prepare_backward, trp_columns_clear,
                                                             run_backward };
