/* gradient-correlation.cu - 1 - correlation of two gradient images, and its gradient
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The definition stands in core/nn/ops/gradient-correlation.c. A group is one channel of one image.
 * Three launches: means of the gradient images, sums of products about them, and for the gradient
 * one pass that gathers what the stencils of the neighbours send back.
 */

#include "gpu/kernels/sums.h"

namespace
{

enum
{
  VERTICAL,
  HORIZONTAL,
  N_AXES
};

/* Both images; @means: (group, axis, image), NULL while they are made. */
struct Images
{
  TrpView x, y;
  int h, w, c;
  bool is_signed;
  float *means;

  __device__ float
  at (const TrpView &image, int group, int row, int column) const
  {
    const int n = group / c, channel = group - n * c;
    const size_t pixel = ((size_t) n * (size_t) h + (size_t) row) * (size_t) w + (size_t) column;

    return trp_load<1> (image, pixel * (size_t) c + (size_t) channel).v[0];
  }

  /* The central difference; the edge is repeated. */
  __device__ float
  slope (const TrpView &image, int group, int axis, int row, int column) const
  {
    if (axis == VERTICAL)
      return at (image, group, row + 1 < h ? row + 1 : h - 1, column) -
             at (image, group, row > 0 ? row - 1 : 0, column);
    return at (image, group, row, column + 1 < w ? column + 1 : w - 1) -
           at (image, group, row, column > 0 ? column - 1 : 0);
  }

  __device__ float
  value (float slope) const
  {
    return is_signed ? slope : fabsf (slope);
  }

  __device__ float
  mean (int group, int axis, int image) const
  {
    return means[(group * N_AXES + axis) * 2 + image];
  }
};

struct MeanSource
{
  Images images;

  __device__ void
  add (int group, size_t i, float *sums) const
  {
    const int row = (int) (i / (size_t) images.w), column = (int) (i - (size_t) row * images.w);

    for (int axis = 0; axis < N_AXES; axis++)
      {
        sums[2 * axis] += images.value (images.slope (images.x, group, axis, row, column));
        sums[2 * axis + 1] += images.value (images.slope (images.y, group, axis, row, column));
      }
  }
};

struct MeanFinish
{
  float *means;

  __device__ void
  run (const TrpRuns<2 * N_AXES> &runs) const
  {
    for (int group = 0; group < runs.sums.n_groups; group++)
      for (int k = 0; k < 2 * N_AXES; k++)
        {
          const float sum = runs.total (group, k);

          if (threadIdx.x == 0)
            means[group * 2 * N_AXES + k] = sum / (float) runs.sums.items;
        }
  }
};

struct ProductSource
{
  Images images;

  __device__ void
  add (int group, size_t i, float *sums) const
  {
    const int row = (int) (i / (size_t) images.w), column = (int) (i - (size_t) row * images.w);

    for (int axis = 0; axis < N_AXES; axis++)
      {
        const float a = images.value (images.slope (images.x, group, axis, row, column)) -
                        images.mean (group, axis, 0);
        const float b = images.value (images.slope (images.y, group, axis, row, column)) -
                        images.mean (group, axis, 1);

        sums[3 * axis] += a * b;
        sums[3 * axis + 1] += a * a;
        sums[3 * axis + 2] += b * b;
      }
  }
};

/* @loss, or for the gradient @factors: (group, axis, 2), of b and of a. */
struct ProductFinish
{
  float eps;
  float *loss, *factors;

  __device__ void
  run (const TrpRuns<3 * N_AXES> &runs) const
  {
    float sum = 0;

    for (int i = 0; i < runs.sums.n_groups * N_AXES; i++)
      {
        const int group = i / N_AXES, k = 3 * (i % N_AXES);
        const float ab = runs.total (group, k), aa = runs.total (group, k + 1),
                    bb = runs.total (group, k + 2);

        sum += trp_correlation_f32 (ab, aa, bb, eps);
        if (threadIdx.x == 0 && factors)
          trp_correlation_slope_f32 (ab, aa, bb, eps, &factors[2 * i], &factors[2 * i + 1]);
      }
    if (threadIdx.x == 0 && loss)
      *loss = 1 - sum / (float) (N_AXES * runs.sums.n_groups);
  }
};

static TrpSums
make_sums (const TrpGpuKernel *self)
{
  const TrpShape s = self->inputs[0].shape;

  return trp_sums (s.n * s.c, trp_shape_pixels (s));
}

/* Means, then factors, then the runs' sums. */
static size_t
group_floats (const TrpSums &s)
{
  return 2 * N_AXES * (size_t) s.n_groups;
}

static bool
prepare (TrpGpuKernel *self, GError **error)
{
  const TrpSums s = make_sums (self);

  if (s.n_groups > 65535)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "Gradient correlation of %d images does not run on CUDA; 65535 are the most",
                   s.n_groups);
      return false;
    }
  return trp_sums_prepare (
    self, 2 * group_floats (s) * sizeof (float) + trp_sums_partial_bytes (s, 3 * N_AXES), error);
}

/* @y: which input it is; @loss: NULL for the gradient. The factors stand behind the means. */
static Images
launch_sums (
  const TrpGpuKernel *self, const TrpKernelArgs *args, int y, float *loss, const TrpSums &s)
{
  const TrpShape shape = self->inputs[0].shape;
  float *means = (float *) args->workspace, *factors = means + group_floats (s),
        *partials = factors + group_floats (s);
  const Images images = { trp_view_input (self, args, 0),
                          trp_view_input (self, args, y),
                          shape.h,
                          shape.w,
                          shape.c,
                          self->attributes.mode == 1,
                          means };
  const MeanSource mean_source = { images };
  const MeanFinish mean_finish = { means };
  const ProductSource source = { images };
  const ProductFinish finish = { (float) self->attributes.eps, loss, loss ? NULL : factors };

  trp_sums_launch<2 * N_AXES> (self->device, s, mean_source, mean_finish, partials, self->data);
  trp_sums_launch<3 * N_AXES> (self->device, s, source, finish, partials, self->data);
  return images;
}

static bool
run_loss (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  launch_sums (self, args, 1, (float *) args->outputs[0], make_sums (self));
  return trp_gpu_launched (self->device, "gradient_correlation", error);
}

/* What one element of the gradient image sends back. */
static __device__ __forceinline__ float
send_back (const Images &images, const float *factors, int group, int axis, int row, int column)
{
  const float *f = factors + (group * N_AXES + axis) * 2;
  const float gx = images.slope (images.x, group, axis, row, column),
              gy = images.slope (images.y, group, axis, row, column);
  const float sign = images.is_signed ? 1 : gx > 0 ? 1 : gx < 0 ? -1 : 0;

  return sign * (f[0] * (images.value (gy) - images.mean (group, axis, 1)) -
                 f[1] * (images.value (gx) - images.mean (group, axis, 0)));
}

/* Element i adds to pixel min (i + 1, last) and subtracts from pixel max (i - 1, 0). */
static __device__ __forceinline__ float
gather (const Images &images, const float *factors, int group, int axis, int row, int column)
{
  const bool vertical = axis == VERTICAL;
  const int i = vertical ? row : column, last = (vertical ? images.h : images.w) - 1;
  const int steps[] = { i - 1, i == last ? i : -1, i < last ? i + 1 : -1, i == 0 ? 0 : -1 };
  float sum = 0;

  for (int k = 0; k < 4; k++)
    if (steps[k] >= 0)
      {
        const float d = send_back (images, factors, group, axis, vertical ? steps[k] : row,
                                   vertical ? column : steps[k]);

        sum += k < 2 ? d : -d;
      }
  return sum;
}

TRP_KERNEL
backward_kernel (Images images, const float *factors, const float *dloss, int n_groups, TrpView dx)
{
  const size_t pixels = (size_t) images.h * (size_t) images.w;
  const float factor = -*dloss / (float) (N_AXES * n_groups);

  TRP_GRID_FOR (i, (size_t) n_groups * pixels)
    {
      const size_t pixel_of_batch = i / (size_t) images.c;
      const int channel = (int) (i - pixel_of_batch * (size_t) images.c);
      const int n = (int) (pixel_of_batch / pixels);
      const size_t pixel = pixel_of_batch - (size_t) n * pixels;
      const int row = (int) (pixel / (size_t) images.w),
                column = (int) (pixel - (size_t) row * (size_t) images.w);
      float sum = 0;

      for (int axis = 0; axis < N_AXES; axis++)
        sum += gather (images, factors, n * images.c + channel, axis, row, column);
      trp_store<1> (dx, i, { { factor * sum } });
    }
}

static bool
run_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpSums s = make_sums (self);
  const Images images = launch_sums (self, args, 2, NULL, s);

  TRP_LAUNCH (self->device, backward_kernel,
              trp_blocks ((size_t) s.n_groups * s.items, TRP_THREADS), TRP_THREADS, images,
              (const float *) args->workspace + group_floats (s), (const float *) args->inputs[1],
              s.n_groups, trp_view_output (self, args, 0));
  return trp_gpu_launched (self->device, "gradient_correlation_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_gradient_correlation = { prepare, trp_sums_clear, run_loss };
extern "C" const TrpGpuOp trp_gpu_gradient_correlation_backward = { prepare, trp_sums_clear,
                                                                    run_backward };
