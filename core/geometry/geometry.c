/* geometry.c - see geometry.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/geometry/geometry.h"

#include <string.h>

#define MAX_VOXELS ((uint64_t) 1 << 40)

bool
trp_geometry_init (TrpGeometry *out_geometry,
                   const size_t size[3],
                   const TrpAffine *lps_from_ijk,
                   GError **error)
{
  TrpGeometry geometry = { .lps_from_ijk = *lps_from_ijk };
  uint64_t count = 1;

  for (int axis = 0; axis < 3; axis++)
    {
      if (size[axis] < 1 || size[axis] > TRP_GEOMETRY_MAX_SIZE)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                       "The image has %zu x %zu x %zu voxels; each axis takes 1 to %d", size[0],
                       size[1], size[2], TRP_GEOMETRY_MAX_SIZE);
          return false;
        }
      geometry.size[axis] = size[axis];
      count *= size[axis];
    }
  if (count > MAX_VOXELS)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "The image has %zu x %zu x %zu voxels, more than this program can hold", size[0],
                   size[1], size[2]);
      return false;
    }
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 4; c++)
      if (!isfinite (lps_from_ijk->m[r][c]))
        {
          g_set_error_literal (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                               "The image's position or orientation is not a finite number");
          return false;
        }
  if (!trp_affine_invert (lps_from_ijk, &geometry.ijk_from_lps))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                           "The image's axes do not span space (a spacing is zero or two axes are "
                           "parallel)");
      return false;
    }
  *out_geometry = geometry;
  return true;
}

TrpGeometry
trp_geometry_axial (const size_t size[3], const double spacing[3], TrpVec3 origin_lps)
{
  TrpAffine affine = trp_affine_identity ();
  TrpGeometry geometry;
  bool ok;

  for (int axis = 0; axis < 3; axis++)
    {
      affine.m[axis][axis] = spacing[axis];
      affine.m[axis][3] = origin_lps.v[axis];
    }
  ok = trp_geometry_init (&geometry, size, &affine, NULL);
  g_assert (ok);
  return geometry;
}

size_t
trp_geometry_count_voxels (const TrpGeometry *self)
{
  return self->size[0] * self->size[1] * self->size[2];
}

double
trp_geometry_get_spacing (const TrpGeometry *self, int axis)
{
  return trp_vec3_length (trp_affine_column (&self->lps_from_ijk, axis));
}

double
trp_geometry_get_voxel_volume (const TrpGeometry *self)
{
  return fabs (trp_affine_determinant (&self->lps_from_ijk));
}

TrpVec3
trp_geometry_get_direction (const TrpGeometry *self, int axis)
{
  return trp_vec3_normalize (trp_affine_column (&self->lps_from_ijk, axis));
}

bool
trp_geometry_is_left_handed (const TrpGeometry *self)
{
  return trp_affine_determinant (&self->lps_from_ijk) < 0;
}

bool
trp_geometry_is_sheared (const TrpGeometry *self)
{
  for (int a = 0; a < 3; a++)
    for (int b = a + 1; b < 3; b++)
      if (fabs (trp_vec3_dot (trp_geometry_get_direction (self, a),
                              trp_geometry_get_direction (self, b))) > 1e-3)
        return true;
  return false;
}

bool
trp_geometry_is_oblique (const TrpGeometry *self)
{
  for (int axis = 0; axis < 3; axis++)
    {
      const TrpVec3 d = trp_geometry_get_direction (self, axis);
      int n_large = 0;

      for (int r = 0; r < 3; r++)
        n_large += fabs (d.v[r]) > 1e-3;
      if (n_large != 1)
        return true;
    }
  return false;
}

TrpVec3
trp_geometry_lps_from_ijk (const TrpGeometry *self, TrpVec3 point_ijk)
{
  return trp_affine_apply (&self->lps_from_ijk, point_ijk);
}

TrpVec3
trp_geometry_ijk_from_lps (const TrpGeometry *self, TrpVec3 point_lps)
{
  return trp_affine_apply (&self->ijk_from_lps, point_lps);
}

TrpVec3
trp_geometry_get_center (const TrpGeometry *self)
{
  return trp_geometry_lps_from_ijk (self, trp_vec3 (0.5 * (double) (self->size[0] - 1),
                                                    0.5 * (double) (self->size[1] - 1),
                                                    0.5 * (double) (self->size[2] - 1)));
}

void
trp_geometry_get_axis_order (const TrpGeometry *self, int out_axis[3], int out_sign[3])
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  TrpVec3 directions[3];
  double best = -1;

  for (int axis = 0; axis < 3; axis++)
    directions[axis] = trp_geometry_get_direction (self, axis);
  for (size_t o = 0; o < G_N_ELEMENTS (orders); o++)
    {
      double sum = 0;

      for (int axis = 0; axis < 3; axis++)
        sum += fabs (directions[axis].v[orders[o][axis]]);
      if (sum <= best + 1e-9)
        continue;
      best = sum;
      for (int axis = 0; axis < 3; axis++)
        out_axis[axis] = orders[o][axis];
    }
  for (int axis = 0; axis < 3; axis++)
    out_sign[axis] = directions[axis].v[out_axis[axis]] < 0 ? -1 : 1;
}

void
trp_geometry_get_axis_codes (const TrpGeometry *self, char out_codes[4])
{
  static const char letters[2][3] = { { 'R', 'A', 'I' }, { 'L', 'P', 'S' } };
  int axis[3], sign[3];

  trp_geometry_get_axis_order (self, axis, sign);
  for (int a = 0; a < 3; a++)
    out_codes[a] = letters[sign[a] > 0][axis[a]];
  out_codes[3] = '\0';
}

static double
largest_corner_distance (const TrpGeometry *a, const TrpGeometry *b)
{
  double largest = 0;

  for (unsigned corner = 0; corner < 8; corner++)
    {
      TrpVec3 ijk;

      for (unsigned axis = 0; axis < 3; axis++)
        ijk.v[axis] = corner >> axis & 1 ? (double) (a->size[axis] - 1) : 0;
      largest = fmax (largest, trp_vec3_distance (trp_geometry_lps_from_ijk (a, ijk),
                                                  trp_geometry_lps_from_ijk (b, ijk)));
    }
  return largest;
}

static bool
refuse_spacing (const TrpGeometry *a, const TrpGeometry *b, GError **error)
{
  g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
               "The grids differ in spacing: %.4f x %.4f x %.4f mm against %.4f x %.4f x %.4f mm",
               trp_geometry_get_spacing (a, 0), trp_geometry_get_spacing (a, 1),
               trp_geometry_get_spacing (a, 2), trp_geometry_get_spacing (b, 0),
               trp_geometry_get_spacing (b, 1), trp_geometry_get_spacing (b, 2));
  return false;
}

bool
trp_geometry_check_equal (const TrpGeometry *self, const TrpGeometry *other, GError **error)
{
  const double worst = memcmp (self->size, other->size, sizeof self->size) == 0
                         ? largest_corner_distance (self, other)
                         : (double) INFINITY;
  TrpVec3 shift;

  if (worst <= TRP_GEOMETRY_TOLERANCE_MM)
    return true;
  if (!isfinite (worst))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                   "The grids differ in size: %zu x %zu x %zu voxels against %zu x %zu x %zu",
                   self->size[0], self->size[1], self->size[2], other->size[0], other->size[1],
                   other->size[2]);
      return false;
    }
  for (int axis = 0; axis < 3; axis++)
    if (fabs (trp_geometry_get_spacing (self, axis) - trp_geometry_get_spacing (other, axis)) *
          (double) MAX (self->size[axis] - 1, 1) >
        TRP_GEOMETRY_TOLERANCE_MM)
      return refuse_spacing (self, other, error);
  for (int axis = 0; axis < 3; axis++)
    if (trp_vec3_distance (trp_affine_column (&self->lps_from_ijk, axis),
                           trp_affine_column (&other->lps_from_ijk, axis)) *
          (double) MAX (self->size[axis] - 1, 1) >
        TRP_GEOMETRY_TOLERANCE_MM)
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                     "The grids differ in direction: a corner is off by %.3f mm", worst);
        return false;
      }
  shift = trp_vec3_subtract (trp_affine_column (&other->lps_from_ijk, 3),
                             trp_affine_column (&self->lps_from_ijk, 3));
  g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
               "The grids differ in position: shifted by %.3f, %.3f, %.3f mm (L, P, S)", shift.v[0],
               shift.v[1], shift.v[2]);
  return false;
}

bool
trp_geometry_equal (const TrpGeometry *self, const TrpGeometry *other)
{
  return trp_geometry_check_equal (self, other, NULL);
}

bool
trp_geometry_check_measurable (const TrpGeometry *self, GError **error)
{
  if (!trp_geometry_is_sheared (self))
    return true;
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                       "The image's axes are not perpendicular (sheared grid), so distances cannot "
                       "be measured; resample it first");
  return false;
}
