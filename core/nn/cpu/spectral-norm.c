/* spectral-norm.c - power iterations and division of a filter by its largest singular value
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The formulas stand in ops/spectral-norm.c. The filter is a matrix of rows; an item of the
 * parallel loops is a row, or a column for W' u, so that every sum is made by one thread.
 */

#include "core/nn/cpu/clones.h"
#include "core/nn/cpu/cpu.h"

#include <math.h>
#include <string.h>

#define LANES 16

typedef struct
{
  const float *filter, *dy, *u, *v;
  float *y;
  size_t rows, columns;
  double *sums; /* [row] */
  float scale, dot;
} Matrix;

static Matrix
make_matrix (const TrpCpuKernel *self, const TrpKernelArgs *args)
{
  const TrpShape filter = self->inputs[0];

  return (Matrix){ .filter = args->inputs[0],
                   .y = args->outputs[0],
                   .rows = (size_t) filter.n,
                   .columns = trp_shape_pixels (filter) * (size_t) filter.c };
}

static void
for_rows (const TrpCpuKernel *self, Matrix *matrix, TrpParallelFunc func)
{
  trp_cpu_for (self, matrix->rows, trp_cpu_chunk_of (matrix->columns), func, matrix);
}

static bool
prepare (TrpCpuKernel *self, GError **error)
{
  self->workspace_bytes = (size_t) self->inputs[0].n * sizeof (double);
  return true;
}

CLONES static double
dot_product (const float *a, const float *b, size_t n)
{
  double lanes[LANES] = { 0 }, sum = 0;
  size_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (size_t j = 0; j < LANES; j++)
      lanes[j] += (double) a[i + j] * (double) b[i + j];
  for (size_t j = 0; i < n; i++, j++)
    lanes[j] += (double) a[i] * (double) b[i];
  for (size_t j = 0; j < LANES; j++)
    sum += lanes[j];
  return sum;
}

/* y (columns) = W' u for @n columns from @filter on */
CLONES static void
add_rows (const float *filter, const float *u, size_t rows, size_t columns, size_t n, float *y)
{
  for (size_t k = 0; k < n; k++)
    y[k] = 0;
  for (size_t r = 0; r < rows; r++, filter += columns)
    {
      const float factor = u[r];

      INDEPENDENT
      for (size_t k = 0; k < n; k++)
        y[k] += factor * filter[k];
    }
}

static void
multiply_columns (size_t begin, size_t end, void *data)
{
  const Matrix *m = data;

  add_rows (m->filter + begin, m->u, m->rows, m->columns, end - begin, m->y + begin);
}

static void
multiply_rows (size_t begin, size_t end, void *data)
{
  const Matrix *m = data;

  for (size_t r = begin; r < end; r++)
    m->y[r] = (float) dot_product (m->filter + r * m->columns, m->v, m->columns);
}

static void
normalise (float *values, size_t n, double eps)
{
  const double length = sqrt (dot_product (values, values, n));
  const float factor = (float) (1 / MAX (length, eps));

  for (size_t i = 0; i < n; i++)
    values[i] *= factor;
}

static bool
run_iteration (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Matrix m = make_matrix (self, args);
  float *u = args->outputs[0], *v = args->outputs[1];

  memcpy (u, args->inputs[1], m.rows * sizeof *u);
  m.u = u;
  m.v = v;
  for (int n = 0; n < self->attributes.offset; n++)
    {
      m.y = v;
      trp_cpu_for (self, m.columns, MAX (trp_cpu_chunk_of (m.rows), LANES), multiply_columns, &m);
      normalise (v, m.columns, self->attributes.eps);
      m.y = u;
      for_rows (self, &m, multiply_rows);
      normalise (u, m.rows, self->attributes.eps);
    }
  memcpy (args->outputs[2], u, m.rows * sizeof *u);
  memcpy (args->outputs[3], v, m.columns * sizeof *v);
  return true;
}

const TrpCpuOp trp_cpu_power_iteration = { NULL, NULL, run_iteration };

static double
add_sums (const Matrix *m)
{
  double sum = 0;

  for (size_t r = 0; r < m->rows; r++)
    sum += m->sums[r];
  return sum;
}

static void
sum_sigma (size_t begin, size_t end, void *data)
{
  const Matrix *m = data;

  for (size_t r = begin; r < end; r++)
    m->sums[r] = (double) m->u[r] * dot_product (m->filter + r * m->columns, m->v, m->columns);
}

static void
divide (size_t begin, size_t end, void *data)
{
  const Matrix *m = data;

  for (size_t i = begin * m->columns; i < end * m->columns; i++)
    m->y[i] = m->filter[i] * m->scale;
}

static bool
run_norm (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Matrix m = make_matrix (self, args);
  double sigma;

  m.u = args->inputs[1];
  m.v = args->inputs[2];
  m.sums = args->workspace;
  for_rows (self, &m, sum_sigma);
  sigma = add_sums (&m);
  m.scale = (float) (1 / sigma);
  for_rows (self, &m, divide);
  *(float *) args->outputs[1] = (float) sigma;
  return true;
}

const TrpCpuOp trp_cpu_spectral_norm = { prepare, NULL, run_norm };

static void
sum_dot (size_t begin, size_t end, void *data)
{
  const Matrix *m = data;

  for (size_t r = begin; r < end; r++)
    m->sums[r] = dot_product (m->dy + r * m->columns, m->filter + r * m->columns, m->columns);
}

CLONES static void
gradient_row (const float *dy, const float *v, float along, float scale, size_t n, float *dx)
{
  INDEPENDENT
  for (size_t i = 0; i < n; i++)
    dx[i] = scale * (dy[i] - along * v[i]);
}

static void
send_back (size_t begin, size_t end, void *data)
{
  const Matrix *m = data;

  for (size_t r = begin; r < end; r++)
    gradient_row (m->dy + r * m->columns, m->v, m->dot * m->u[r], m->scale, m->columns,
                  m->y + r * m->columns);
}

static bool
run_norm_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const double sigma = (double) *(const float *) args->inputs[4];
  Matrix m = make_matrix (self, args);

  m.dy = args->inputs[1];
  m.u = args->inputs[2];
  m.v = args->inputs[3];
  m.sums = args->workspace;
  for_rows (self, &m, sum_dot);
  m.dot = (float) (add_sums (&m) / sigma);
  m.scale = (float) (1 / sigma);
  for_rows (self, &m, send_back);
  return true;
}

const TrpCpuOp trp_cpu_spectral_norm_backward = { prepare, NULL, run_norm_backward };
