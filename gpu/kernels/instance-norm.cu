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

struct Apply
{
  TrpView x, residual, y, padded; /* data NULL: not there */
  Statistics statistics;
  TrpPadding padding;
  int n_images, packs;
  TrpActivation activation;
  float alpha;
};

template <int N>
static __device__ __forceinline__ TrpPack<N>
normalise (const Apply &job, int n, size_t pixel, int pack)
{
  const size_t at = pixel * (size_t) job.packs + (size_t) pack;
  const size_t channel = ((size_t) n * (size_t) job.packs + (size_t) pack) * N;
  TrpPack<N> v = trp_load<N> (job.x, at);

  for (int k = 0; k < N; k++)
    v.v[k] = trp_activation_f32 (job.activation, job.alpha,
                                 (v.v[k] - job.statistics.mean[channel + (size_t) k]) *
                                   job.statistics.inverse[channel + (size_t) k]);
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
static __global__ void
__launch_bounds__ (TRP_THREADS) apply_kernel (Apply job)
{
  const TrpPadding p = job.padding;
  const size_t width = (size_t) p.padded_w (), height = (size_t) p.padded_h ();
  const size_t n_packs = (size_t) job.n_images * height * width * (size_t) job.packs;

  TRP_GRID_FOR (i, n_packs)
  {
    const size_t padded_pixel = i / (size_t) job.packs;
    const int pack = (int) (i - padded_pixel * (size_t) job.packs);
    const size_t row = padded_pixel / width;
    const int n = (int) (row / height);
    const int column = (int) (padded_pixel - row * width) - p.left,
              line = (int) (row - (size_t) n * height) - p.top;
    const int from_x = trp_pad_source (p.mode, column, p.w),
              from_y = trp_pad_source (p.mode, line, p.h);
    const bool inside = from_x >= 0 && from_y >= 0; /* else of a border of zeros */
    const size_t pixel = ((size_t) n * (size_t) p.h + (size_t) from_y) * (size_t) p.w +
                         (size_t) from_x;
    TrpPack<N> v = {};

    if (inside)
      v = normalise<N> (job, n, pixel, pack);
    if (job.padded.data)
      trp_store<N> (job.padded, i, v);
    if (job.y.data && inside && from_x == column && from_y == line)
      trp_store<N> (job.y, pixel * (size_t) job.packs + (size_t) pack, v);
  }
}

struct Norm
{
  TrpColumns columns;
  int pack;
  void *counters;
};

static bool
prepare_norm (TrpGpuKernel *self, GError **error)
{
  const TrpShape s = self->inputs[0].shape;
  Norm *norm = g_new0 (Norm, 1);

  self->data = norm;
  norm->pack = trp_columns_pack (s.c);
  norm->columns = trp_columns (s.n, trp_shape_pixels (s), s.c, norm->pack);
  self->workspace_bytes = trp_columns_partial_bytes (norm->columns);
  norm->counters = trp_gpu_alloc (self->device, trp_columns_counter_bytes (norm->columns), error);
  return norm->counters != NULL;
}

static void
clear_norm (TrpGpuKernel *self)
{
  Norm *norm = (Norm *) self->data;

  if (norm && norm->counters)
    trp_gpu_free (self->device, norm->counters);
  g_free (norm);
}

template <int N>
static void
launch_norm (const TrpGpuKernel *self, const TrpKernelArgs *args)
{
  const Norm *norm = (const Norm *) self->data;
  const TrpOpAttributes *a = &self->attributes;
  const TrpShape s = self->inputs[0].shape;
  float *mean = (float *) args->outputs[1], *inverse = (float *) args->outputs[2];
  const TrpView x = trp_view_input (self, args, 0), none = { NULL, TRP_GPU_F32 };
  const TrpMomentSource<N> source = { x, norm->columns.pixels, norm->columns.packs };
  const NormFinish finish = { mean, inverse, (float) a->eps };
  const Apply job = { x,
                      self->n_inputs > 1 ? trp_view_input (self, args, 1) : none,
                      trp_view_output (self, args, 0),
                      self->n_outputs > 3 ? trp_view_output (self, args, 3) : none,
                      { mean, inverse },
                      trp_padding (*a, s),
                      s.n,
                      norm->columns.packs,
                      a->activation,
                      (float) a->alpha };
  const size_t n_packs = (size_t) s.n * (size_t) job.padding.padded_h () *
                         (size_t) job.padding.padded_w () * (size_t) job.packs;

  trp_columns_launch<N> (self->device, norm->columns, source, finish, args->workspace,
                         norm->counters);
  TRP_LAUNCH (self->device, (apply_kernel<N>), trp_blocks (n_packs, TRP_THREADS), TRP_THREADS, job);
}

static bool
run_norm (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  if (((const Norm *) self->data)->pack == 4)
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
  int packs;

  template <int N>
  __device__ __forceinline__ TrpPack<N>
  gather (int n, size_t pixel, int pack) const
  {
    const size_t pixels = (size_t) padding.h * (size_t) padding.w;
    const size_t at = ((size_t) n * pixels + pixel) * (size_t) packs + (size_t) pack;
    TrpPack<N> sum = {};

    if (dy.data)
      sum = trp_load<N> (dy, at);
    if (dpadded.data)
      {
        const int y = (int) (pixel / (size_t) padding.w),
                  x = (int) (pixel - (size_t) y * (size_t) padding.w);

        trp_add_copies<N> (padding, dpadded, n, y, x, packs, pack, &sum);
      }
    return sum;
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

  __device__ void
  start (int image, size_t first, int pack)
  {
    const size_t channel = ((size_t) image * (size_t) gradient.packs + (size_t) pack) * N;

    for (int k = 0; k < N; k++)
      {
        mean.v[k] = statistics.mean[channel + (size_t) k];
        inverse.v[k] = statistics.inverse[channel + (size_t) k];
      }
  }

  __device__ void
  add (int image, size_t pixel, int pack, TrpPack<N> *a, TrpPack<N> *b) const
  {
    const size_t at = ((size_t) image * pixels + pixel) * (size_t) gradient.packs + (size_t) pack;
    const TrpPack<N> v = trp_load<N> (x, at), total = gradient.gather<N> (image, pixel, pack);

    for (int k = 0; k < N; k++)
      {
        const float xhat = (v.v[k] - mean.v[k]) * inverse.v[k];
        const float d = total.v[k] * trp_activation_slope_f32 (activation, alpha, xhat);

        a->v[k] += d;
        b->v[k] += d * xhat;
      }
    if (gradient.total.data)
      trp_store<N> (gradient.total, at, total);
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
static __global__ void
__launch_bounds__ (TRP_THREADS)
  gradient_kernel (GradientSource<N> job, const float *means, TrpView dx, int n_images)
{
  const int packs = job.gradient.packs;
  const size_t channels = (size_t) packs * N;

  TRP_GRID_FOR (i, (size_t) n_images * job.pixels * (size_t) packs)
  {
    const size_t row = i / (size_t) packs;
    const int pack = (int) (i - row * (size_t) packs), n = (int) (row / job.pixels);
    const float *sums = means + 2 * (size_t) n * channels + (size_t) pack * N;
    TrpPack<N> v = trp_load<N> (job.x, i);
    const TrpPack<N> total = job.gradient.total.data ? trp_load<N> (job.gradient.total, i)
                                                     : job.gradient.template gather<N> (
                                                         n, row - (size_t) n * job.pixels, pack);

    job.start (n, 0, pack);
    for (int k = 0; k < N; k++)
      {
        const float xhat = (v.v[k] - job.mean.v[k]) * job.inverse.v[k];
        const float d = total.v[k] * trp_activation_slope_f32 (job.activation, job.alpha, xhat);

        v.v[k] = job.inverse.v[k] * (d - sums[k] - xhat * sums[channels + (size_t) k]);
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
  self->workspace_bytes += mean_bytes (((const Norm *) self->data)->columns);
  return true;
}

template <int N>
static void
launch_backward (const TrpGpuKernel *self, const TrpKernelArgs *args)
{
  const Norm *norm = (const Norm *) self->data;
  const TrpOpAttributes *a = &self->attributes;
  const bool padded = trp_op_has_padding (a), has_dy = self->n_inputs - padded > 3;
  const TrpShape s = self->inputs[0].shape;
  const TrpView none = { NULL, TRP_GPU_F32 };
  const Gradient gradient = {
    has_dy ? trp_view_input (self, args, 3) : none,
    padded ? trp_view_input (self, args, self->n_inputs - 1) : none,
    self->n_outputs > 1 ? trp_view_output (self, args, 1) : none,
    trp_padding (*a, s),
    norm->columns.packs,
  };
  const GradientSource<N> source = { trp_view_input (self, args, 0),
                                     gradient,
                                     { (const float *) args->inputs[1],
                                       (const float *) args->inputs[2] },
                                     norm->columns.pixels,
                                     a->activation,
                                     (float) a->alpha };
  float *means = (float *) args->workspace;
  const GradientFinish finish = { means };
  const size_t n_packs = (size_t) s.n * norm->columns.pixels * (size_t) gradient.packs;

  trp_columns_launch<N> (self->device, norm->columns, source, finish,
                         (char *) args->workspace + mean_bytes (norm->columns), norm->counters);
  TRP_LAUNCH (self->device, (gradient_kernel<N>), trp_blocks (n_packs, TRP_THREADS), TRP_THREADS,
              source, (const float *) means, trp_view_output (self, args, 0), s.n);
}

static bool
run_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  if (((const Norm *) self->data)->pack == 4)
    launch_backward<4> (self, args);
  else
    launch_backward<1> (self, args);
  return trp_gpu_launched (self->device, "instance_norm_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_instance_norm = { prepare_norm, clear_norm, run_norm };
extern "C" const TrpGpuOp trp_gpu_instance_norm_backward = { prepare_backward, clear_norm,
                                                             run_backward };
