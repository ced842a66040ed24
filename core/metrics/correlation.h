/* correlation.h - Pearson correlation, and that of image gradients
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pure functions; any thread.
 */

#pragma once

#include <glib.h>
#include <stddef.h>

G_BEGIN_DECLS

/* Of @n values; NAN where one side is constant or @n is 0. */
double trp_correlation_compute (const double *x, const double *y, size_t n);

/**
 * TrpGradientKernel:
 * @TRP_GRADIENT_SOBEL: -1 0 1 along, 1 2 1 across
 * @TRP_GRADIENT_CENTRAL: -1 0 1 along
 */
typedef enum
{
  TRP_GRADIENT_SOBEL,
  TRP_GRADIENT_CENTRAL,
} TrpGradientKernel;

/* Half the sum of the correlations of the gradients along i and along j of two slices, the rim of
 * one pixel left out; NAN for slices under 3 pixels or without contrast. */
double trp_correlation_compute_gradient (const double *x,
                                         const double *y,
                                         const size_t size[2],
                                         TrpGradientKernel kernel);

G_END_DECLS
