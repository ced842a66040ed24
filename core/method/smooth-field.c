/* smooth-field.c - see smooth-field.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/smooth-field.h"

#include <math.h>

/* The integral of the squared cubic B-spline: what it leaves of a coefficient's variance, per axis,
 * on average over places. */
#define KEPT_VARIANCE (151. / 315.)

struct _TrpSmoothField
{
  double grid;
  size_t width;
  size_t nx; /* control points per row; the first lies one spacing before pixel 0 */
  double *coefficients;
};

TrpSmoothField *
trp_smooth_field_new (TrpRng rng, double sd, double grid, size_t width, size_t height, double limit)
{
  TrpSmoothField *self = g_new (TrpSmoothField, 1);
  const size_t ny = (size_t) ceil ((double) height / grid) + 4;

  g_assert (grid > 0);
  self->grid = grid;
  self->width = width;
  self->nx = (size_t) ceil ((double) width / grid) + 4;
  self->coefficients = g_new (double, self->nx *ny);
  for (size_t n = 0; n < self->nx * ny; n++)
    {
      const double value = trp_rng_normal (&rng, 0, sd / KEPT_VARIANCE);

      self->coefficients[n] = CLAMP (value, -limit, limit);
    }
  return self;
}

void
trp_smooth_field_free (TrpSmoothField *self)
{
  if (!self)
    return;
  g_free (self->coefficients);
  g_free (self);
}

/* First control point that reaches pixel @x, and the weights of the four that do. */
static size_t
weigh (const TrpSmoothField *self, size_t x, double out_weights[4])
{
  const double at = (double) x / self->grid, t = at - floor (at), u = 1 - t;

  out_weights[0] = u * u * u / 6;
  out_weights[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
  out_weights[2] = (3 * u * u * u - 6 * u * u + 4) / 6;
  out_weights[3] = t * t * t / 6;
  return (size_t) at;
}

void
trp_smooth_field_get_row (const TrpSmoothField *self, size_t y, double *out_values)
{
  g_autofree double *line = g_new0 (double, self->nx);
  double weights[4];
  const size_t row = weigh (self, y, weights);

  for (size_t k = 0; k < 4; k++)
    for (size_t i = 0; i < self->nx; i++)
      line[i] += weights[k] * self->coefficients[(row + k) * self->nx + i];
  for (size_t x = 0; x < self->width; x++)
    {
      const size_t column = weigh (self, x, weights);

      out_values[x] = weights[0] * line[column] + weights[1] * line[column + 1] +
                      weights[2] * line[column + 2] + weights[3] * line[column + 3];
    }
}
