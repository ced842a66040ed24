/* grids.c - see grids.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/grids.h"

static TrpVec3
random_direction (TrpRng *rng)
{
  return trp_vec3_normalize (
    trp_vec3 (trp_rng_normal (rng, 0, 1), trp_rng_normal (rng, 0, 1), trp_rng_normal (rng, 0, 1)));
}

TrpGeometry
trp_test_random_geometry (TrpRng *rng, const size_t size[3])
{
  const TrpVec3 first = random_direction (rng);
  const TrpVec3 second = trp_vec3_normalize (trp_vec3_cross (first, random_direction (rng)));
  const TrpVec3 axes[3] = { first, second, trp_vec3_cross (first, second) };
  const double sign = trp_rng_below (rng, 2) ? -1 : 1;
  TrpAffine affine;
  TrpGeometry geometry;

  for (int axis = 0; axis < 3; axis++)
    trp_affine_set_column (
      &affine, axis,
      trp_vec3_scale (axes[axis], trp_rng_uniform (rng, 0.5, 3) * (axis == 2 ? sign : 1)));
  trp_affine_set_column (&affine, 3,
                         trp_vec3 (trp_rng_uniform (rng, -100, 100),
                                   trp_rng_uniform (rng, -100, 100),
                                   trp_rng_uniform (rng, -100, 100)));
  if (!trp_geometry_init (&geometry, size, &affine, NULL))
    g_assert_not_reached ();
  return geometry;
}

TrpVec3
trp_test_random_point (TrpRng *rng, const TrpGeometry *geometry)
{
  TrpVec3 point_ijk;

  for (int axis = 0; axis < 3; axis++)
    point_ijk.v[axis] = trp_rng_uniform (rng, -0.5, (double) geometry->size[axis] - 0.5);
  return trp_geometry_lps_from_ijk (geometry, point_ijk);
}

const TrpPlane trp_test_axial = {
  .orientation = TRP_ORIENTATION_AXIAL,
  .right = { { 1, 0, 0 } },
  .down = { { 0, 1, 0 } },
  .normal = { { 0, 0, 1 } },
};
