/* correlation.c - see correlation.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/correlation.h"

#include "core/base/clones.h"

#include <math.h>

/* Several sums at once, which processors add side by side, in an order that is always the same. */
#define LANES 16

static double
add_lanes (const double lanes[LANES])
{
  double sum = 0;

  for (size_t m = 0; m < LANES; m++)
    sum += lanes[m];
  return sum;
}

TRP_CLONES static void
add_values (const double *x, const double *y, size_t n, double out_sums[2])
{
  double sum_x[LANES] = { 0 }, sum_y[LANES] = { 0 };
  size_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (size_t m = 0; m < LANES; m++)
      {
        sum_x[m] += x[i + m];
        sum_y[m] += y[i + m];
      }
  for (; i < n; i++)
    {
      sum_x[0] += x[i];
      sum_y[0] += y[i];
    }
  out_sums[0] = add_lanes (sum_x);
  out_sums[1] = add_lanes (sum_y);
}

/* Sums of xx, yy, xy around the means. */
TRP_CLONES static void
add_products (
  const double *x, const double *y, size_t n, double mean_x, double mean_y, double out_sums[3])
{
  double xx[LANES] = { 0 }, yy[LANES] = { 0 }, xy[LANES] = { 0 };
  size_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (size_t m = 0; m < LANES; m++)
      {
        const double dx = x[i + m] - mean_x, dy = y[i + m] - mean_y;

        xx[m] += dx * dx;
        yy[m] += dy * dy;
        xy[m] += dx * dy;
      }
  for (; i < n; i++)
    {
      xx[0] += (x[i] - mean_x) * (x[i] - mean_x);
      yy[0] += (y[i] - mean_y) * (y[i] - mean_y);
      xy[0] += (x[i] - mean_x) * (y[i] - mean_y);
    }
  out_sums[0] = add_lanes (xx);
  out_sums[1] = add_lanes (yy);
  out_sums[2] = add_lanes (xy);
}

double
trp_correlation_compute (const double *x, const double *y, size_t n)
{
  double sums[2], products[3];

  add_values (x, y, n, sums);
  add_products (x, y, n, sums[0] / (double) n, sums[1] / (double) n, products);
  return products[0] > 0 && products[1] > 0 ? products[2] / sqrt (products[0] * products[1])
                                            : (double) NAN;
}

/* @along, @across: steps in pixels. */
TRP_CLONES static void
compute_gradient (const double *in,
                  const size_t size[2],
                  size_t along,
                  size_t across,
                  TrpGradientKernel kernel,
                  double *restrict out)
{
  const double side = kernel == TRP_GRADIENT_SOBEL ? 1 : 0;
  const double middle = kernel == TRP_GRADIENT_SOBEL ? 2 : 1;

  for (size_t j = 1; j + 1 < size[1]; j++, out += size[0] - 2)
    {
      const double *next = in + 1 + size[0] * j + along;
      const double *last = in + 1 + size[0] * j - along;

      for (size_t i = 0; i + 2 < size[0]; i++)
        out[i] = middle * (next[i] - last[i]) + side * (next[i + across] - last[i + across]) +
                 side * (next[i - across] - last[i - across]);
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
