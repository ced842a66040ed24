/* affine.h - maps between spaces
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The upper three rows of a 4 x 4 matrix; column 3 is the translation. Named so that names cancel:
 * point_lps = lps_from_ijk * point_ijk.
 */

#pragma once

#include "core/geometry/vec3.h"

#include <stdbool.h>

G_BEGIN_DECLS

typedef struct
{
  double m[3][4];
} TrpAffine;

TrpAffine trp_affine_identity (void);
TrpVec3 trp_affine_apply (const TrpAffine *self, TrpVec3 point);
/* Without the translation: for directions. */
TrpVec3 trp_affine_apply_direction (const TrpAffine *self, TrpVec3 direction);
/* a * b: first @b, then @a. */
TrpAffine trp_affine_multiply (const TrpAffine *a, const TrpAffine *b);
double trp_affine_determinant (const TrpAffine *self);
/* Returns: false (and @out_inverse untouched) if the columns are linearly dependent to 1e-9 of
 * their lengths. */
bool trp_affine_invert (const TrpAffine *self, TrpAffine *out_inverse);
TrpVec3 trp_affine_column (const TrpAffine *self, int column);
void trp_affine_set_column (TrpAffine *self, int column, TrpVec3 value);

G_END_DECLS
