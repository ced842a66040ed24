/* affine.c - see affine.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/geometry/affine.h"

TrpAffine
trp_affine_identity (void)
{
  return (TrpAffine){ { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
}

TrpVec3
trp_affine_apply_direction (const TrpAffine *self, TrpVec3 d)
{
  TrpVec3 result;

  for (int r = 0; r < 3; r++)
    result.v[r] = self->m[r][0] * d.v[0] + self->m[r][1] * d.v[1] + self->m[r][2] * d.v[2];
  return result;
}

TrpVec3
trp_affine_apply (const TrpAffine *self, TrpVec3 point)
{
  return trp_vec3_add (trp_affine_apply_direction (self, point), trp_affine_column (self, 3));
}

TrpAffine
trp_affine_multiply (const TrpAffine *a, const TrpAffine *b)
{
  TrpAffine product;

  for (int c = 0; c < 3; c++)
    trp_affine_set_column (&product, c, trp_affine_apply_direction (a, trp_affine_column (b, c)));
  trp_affine_set_column (&product, 3, trp_affine_apply (a, trp_affine_column (b, 3)));
  return product;
}

TrpVec3
trp_affine_column (const TrpAffine *self, int column)
{
  return trp_vec3 (self->m[0][column], self->m[1][column], self->m[2][column]);
}

void
trp_affine_set_column (TrpAffine *self, int column, TrpVec3 value)
{
  for (int r = 0; r < 3; r++)
    self->m[r][column] = value.v[r];
}

double
trp_affine_determinant (const TrpAffine *self)
{
  return trp_vec3_dot (trp_affine_column (self, 0),
                       trp_vec3_cross (trp_affine_column (self, 1), trp_affine_column (self, 2)));
}

bool
trp_affine_invert (const TrpAffine *self, TrpAffine *out_inverse)
{
  const TrpVec3 a = trp_affine_column (self, 0), b = trp_affine_column (self, 1);
  const TrpVec3 c = trp_affine_column (self, 2);
  const double determinant = trp_affine_determinant (self);
  const double volume = trp_vec3_length (a) * trp_vec3_length (b) * trp_vec3_length (c);
  const TrpVec3 rows[3] = { trp_vec3_cross (b, c), trp_vec3_cross (c, a), trp_vec3_cross (a, b) };
  TrpAffine inverse;
  TrpVec3 shift;

  if (!(fabs (determinant) > 1e-9 * volume) || !isfinite (determinant))
    return false;
  for (int r = 0; r < 3; r++)
    for (int k = 0; k < 3; k++)
      inverse.m[r][k] = rows[r].v[k] / determinant;
  shift = trp_affine_apply_direction (&inverse, trp_affine_column (self, 3));
  trp_affine_set_column (&inverse, 3, trp_vec3_scale (shift, -1));
  *out_inverse = inverse;
  return true;
}
