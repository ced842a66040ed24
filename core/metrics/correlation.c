/* correlation.c - see correlation.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/correlation.h"

#include <math.h>

double
trp_correlation_compute (const double *x, const double *y, size_t n)
{
  double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;

  for (size_t m = 0; m < n; m++)
    {
      mean_x += x[m];
      mean_y += y[m];
    }
  mean_x /= (double) n;
  mean_y /= (double) n;
  for (size_t m = 0; m < n; m++)
    {
      xx += (x[m] - mean_x) * (x[m] - mean_x);
      yy += (y[m] - mean_y) * (y[m] - mean_y);
      xy += (x[m] - mean_x) * (y[m] - mean_y);
    }
  return xx > 0 && yy > 0 ? xy / sqrt (xx * yy) : (double) NAN;
}

/* @along, @across: steps in pixels. */
static void
compute_gradient (const double *in,
                  const size_t size[2],
                  size_t along,
                  size_t across,
                  TrpGradientKernel kernel,
                  double *out)
{
  const double side = kernel == TRP_GRADIENT_SOBEL ? 1 : 0;
  const double middle = kernel == TRP_GRADIENT_SOBEL ? 2 : 1;

  for (size_t j = 1; j + 1 < size[1]; j++)
    for (size_t i = 1; i + 1 < size[0]; i++)
      {
        const double *next = in + i + size[0] * j + along;
        const double *last = in + i + size[0] * j - along;

        *out++ = middle * (*next - *last) + side * (next[across] - last[across]) +
                 side * (*(next - across) - *(last - across));
      }
}

double
trp_correlation_compute_gradient (const double *x,
                                  const double *y,
                                  const size_t size[2],
                                  TrpGradientKernel kernel)
{
  const size_t steps[2] = { 1, size[0] };
  g_autofree double *gradient_x = NULL;
  g_autofree double *gradient_y = NULL;
  double sum = 0;
  size_t n;

  if (size[0] < 3 || size[1] < 3)
    return (double) NAN;
  n = (size[0] - 2) * (size[1] - 2);
  gradient_x = g_new (double, n);
  gradient_y = g_new (double, n);
  for (int axis = 0; axis < 2; axis++)
    {
      compute_gradient (x, size, steps[axis], steps[1 - axis], kernel, gradient_x);
      compute_gradient (y, size, steps[axis], steps[1 - axis], kernel, gradient_y);
      sum += trp_correlation_compute (gradient_x, gradient_y, n);
    }
  return sum / 2;
}
