/* spectral-norm.cu - power iterations and division of a filter by its largest singular value
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The formulas stand in core/nn/ops/spectral-norm.c. The filter is a matrix of rows. Its product
 * with a vector is a block per row, that of its transpose a thread per column, which neighbouring
 * threads read side by side; lengths are made by one block. Everything but y is float32.
 */

#include "gpu/kernels/packs.h"
#include "gpu/kernels/sums.h"

namespace
{

struct Matrix
{
  const float *filter;
  int rows, columns;
  TrpDivisor by_columns;
};

static Matrix
make_matrix (const TrpGpuKernel *self, const TrpKernelArgs *args)
{
  const TrpShape filter = self->inputs[0].shape;
  const int columns = (int) trp_shape_pixels (filter) * filter.c;

  return { (const float *) args->inputs[0], filter.n, columns, trp_divisor (columns) };
}

static size_t
count (const Matrix &m)
{
  return (size_t) m.rows * (size_t) m.columns;
}

/* to = W' u */
TRP_KERNEL
multiply_columns (Matrix m, const float *u, float *to)
{
  TRP_GRID_FOR (column, (size_t) m.columns)
    {
      float sum = 0;

      for (int row = 0; row < m.rows; row++)
        sum += u[row] * m.filter[(size_t) row * (size_t) m.columns + column];
      to[column] = sum;
    }
}

/* to = W v; a block per row */
TRP_KERNEL
multiply_rows (Matrix m, const float *v, float *to)
{
  for (int row = (int) blockIdx.x; row < m.rows; row += (int) gridDim.x)
    {
      const float *own = m.filter + (size_t) row * (size_t) m.columns;
      float sum = 0;

      for (int column = (int) threadIdx.x; column < m.columns; column += TRP_THREADS)
        sum += own[column] * v[column];
      sum = trp_block_sum (sum);
      if (threadIdx.x == 0)
        to[row] = sum;
    }
}

/* Both outputs of length 1; one block. */
TRP_KERNEL
normalise (const float *from, int n, float eps, float *to, float *state)
{
  float sum = 0;

  for (int i = (int) threadIdx.x; i < n; i += TRP_THREADS)
    sum += from[i] * from[i];
  const float length = sqrtf (trp_block_sum (sum)), factor = 1 / (length > eps ? length : eps);

  for (int i = (int) threadIdx.x; i < n; i += TRP_THREADS)
    to[i] = state[i] = factor * from[i];
}

/* What @normalise reads must not be what it writes: products stay in the workspace. */
static bool
prepare_iteration (TrpGpuKernel *self, GError **error)
{
  const TrpShape filter = self->inputs[0].shape;
  const size_t columns = trp_shape_pixels (filter) * (size_t) filter.c;

  self->workspace_bytes = sizeof (float) * MAX ((size_t) filter.n, columns);
  return true;
}

static bool
run_iteration (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Matrix m = make_matrix (self, args);
  const float eps = (float) self->attributes.eps;
  float *u = (float *) args->outputs[0], *v = (float *) args->outputs[1];
  float *u_state = (float *) args->outputs[2], *v_state = (float *) args->outputs[3];
  float *product = (float *) args->workspace;
  const float *from = (const float *) args->inputs[1];

  for (int n = 0; n < self->attributes.offset; n++)
    {
      TRP_LAUNCH (self->device, multiply_columns, trp_blocks ((size_t) m.columns, TRP_THREADS),
                  TRP_THREADS, m, from, product);
      TRP_LAUNCH (self->device, normalise, 1, TRP_THREADS, (const float *) product, m.columns, eps,
                  v, v_state);
      TRP_LAUNCH (self->device, multiply_rows, trp_blocks ((size_t) m.rows, 1), TRP_THREADS, m,
                  (const float *) v, product);
      TRP_LAUNCH (self->device, normalise, 1, TRP_THREADS, (const float *) product, m.rows, eps, u,
                  u_state);
      from = u;
    }
  return trp_gpu_launched (self->device, "power_iteration", error);
}

/* Terms of sigma = u' W v. */
struct SigmaSource
{
  Matrix m;
  const float *u, *v;

  __device__ void
  add (int group, size_t i, float *sums) const
  {
    uint32_t column = (uint32_t) i;
    const uint32_t row = trp_divide (m.by_columns, &column);

    sums[0] += u[row] * m.filter[i] * v[column];
  }
};

/* Terms of <dy, W>. */
struct DotSource
{
  TrpView dy;
  const float *filter;

  __device__ void
  add (int group, size_t i, float *sums) const
  {
    sums[0] += trp_load<1> (dy, i).v[0] * filter[i];
  }
};

/* A sum of the gradient's own stands before the runs' in the workspace. */
static bool
prepare_sum (TrpGpuKernel *self, GError **error)
{
  const TrpSums s = trp_sums (1, trp_shape_count (self->inputs[0].shape));

  return trp_sums_prepare (self, sizeof (float) + trp_sums_partial_bytes (s, 1), error);
}

template <class Source>
static void
launch_sum (const TrpGpuKernel *self, const TrpKernelArgs *args, const Source &source, float *out)
{
  const TrpSums s = trp_sums (1, trp_shape_count (self->inputs[0].shape));
  const TrpSumFinish finish = { out, 1 };

  trp_sums_launch<1> (self->device, s, source, finish, (float *) args->workspace + 1, self->data);
}

TRP_KERNEL
divide (const float *filter, const float *sigma, TrpView y, size_t n)
{
  const float scale = 1 / *sigma;

  TRP_GRID_FOR (i, n)
    trp_store<1> (y, i, { { scale * filter[i] } });
}

static bool
run_norm (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Matrix m = make_matrix (self, args);
  const SigmaSource source = { m, (const float *) args->inputs[1],
                               (const float *) args->inputs[2] };
  float *sigma = (float *) args->outputs[1];

  launch_sum (self, args, source, sigma);
  TRP_LAUNCH (self->device, divide, trp_blocks (count (m), TRP_THREADS), TRP_THREADS, m.filter,
              (const float *) sigma, trp_view_output (self, args, 0), count (m));
  return trp_gpu_launched (self->device, "spectral_norm", error);
}

TRP_KERNEL
send_back (Matrix m,
           TrpView dy,
           const float *u,
           const float *v,
           const float *sigma,
           const float *dot,
           TrpView dfilter)
{
  const float scale = 1 / *sigma, along = *dot * scale;

  TRP_GRID_FOR (i, (size_t) m.rows * (size_t) m.columns)
    {
      uint32_t column = (uint32_t) i;
      const uint32_t row = trp_divide (m.by_columns, &column);
      const float gradient = trp_load<1> (dy, i).v[0];

      trp_store<1> (dfilter, i, { { scale * (gradient - along * u[row] * v[column]) } });
    }
}

static bool
run_norm_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Matrix m = make_matrix (self, args);
  const TrpView dy = trp_view_input (self, args, 1);
  const DotSource source = { dy, m.filter };
  float *dot = (float *) args->workspace;

  launch_sum (self, args, source, dot);
  TRP_LAUNCH (self->device, send_back, trp_blocks (count (m), TRP_THREADS), TRP_THREADS, m, dy,
              (const float *) args->inputs[2], (const float *) args->inputs[3],
              (const float *) args->inputs[4], (const float *) dot,
              trp_view_output (self, args, 0));
  return trp_gpu_launched (self->device, "spectral_norm_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_power_iteration = { prepare_iteration, NULL, run_iteration };
extern "C" const TrpGpuOp trp_gpu_spectral_norm = { prepare_sum, trp_sums_clear, run_norm };
extern "C" const TrpGpuOp trp_gpu_spectral_norm_backward = { prepare_sum, trp_sums_clear,
                                                             run_norm_backward };
