/* orbit.c - see orbit.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/geometry/orbit.h"

#define RADIANS_PER_PX 0.008 /* half a turn in 400 px */
#define MARGIN 1.15
#define MIN_MM_PER_PX 0.005
#define MAX_MM_PER_PX 20.0

TrpOrbit
trp_orbit_new (void)
{
  TrpOrbit self = { .mm_per_px = 1 };

  trp_orbit_look_from (&self, 'A');
  return self;
}

bool
trp_orbit_look_from (TrpOrbit *self, char side)
{
  static const struct
  {
    char side;
    TrpVec3 towards, up;
  } views[] = {
    { 'A', { { 0, -1, 0 } }, { { 0, 0, 1 } } }, { 'P', { { 0, 1, 0 } }, { { 0, 0, 1 } } },
    { 'L', { { 1, 0, 0 } }, { { 0, 0, 1 } } },  { 'R', { { -1, 0, 0 } }, { { 0, 0, 1 } } },
    { 'S', { { 0, 0, 1 } }, { { 0, -1, 0 } } }, { 'I', { { 0, 0, -1 } }, { { 0, -1, 0 } } },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (views); n++)
    if (views[n].side == side)
      {
        self->towards = views[n].towards;
        self->up = views[n].up;
        self->right = trp_vec3_cross (self->up, self->towards);
        return true;
      }
  return false;
}

void
trp_orbit_fit (TrpOrbit *self, TrpVec3 center_lps, double radius, double width, double height)
{
  self->target_lps = center_lps;
  self->mm_per_px = 1;
  trp_orbit_zoom (self, fmax (fmin (width, height), 1) / (2 * MARGIN * fmax (radius, 1)));
}

/* Around the unit vector @axis, by the right hand. Source: O. Rodrigues, J. Math. Pures Appl. 5
 * (1840) 380-440. */
static TrpVec3
turn (TrpVec3 v, TrpVec3 axis, double angle_rad)
{
  const double c = cos (angle_rad), s = sin (angle_rad);
  const TrpVec3 along = trp_vec3_scale (axis, trp_vec3_dot (axis, v) * (1 - c));

  return trp_vec3_add (trp_vec3_add (trp_vec3_scale (v, c), along),
                       trp_vec3_scale (trp_vec3_cross (axis, v), s));
}

void
trp_orbit_rotate (TrpOrbit *self, double right_px, double down_px)
{
  const TrpVec3 axis = trp_vec3_normalize (
    trp_vec3_add (trp_vec3_scale (self->up, right_px), trp_vec3_scale (self->right, down_px)));
  const double angle_rad = -RADIANS_PER_PX * hypot (right_px, down_px); /* the eye goes back */

  if (angle_rad == 0)
    return;
  self->towards = trp_vec3_normalize (turn (self->towards, axis, angle_rad));
  self->right = trp_vec3_normalize (
    trp_vec3_cross (turn (self->up, axis, angle_rad), self->towards));
  self->up = trp_vec3_cross (self->towards, self->right);
}

void
trp_orbit_pan (TrpOrbit *self, double right_px, double down_px)
{
  const TrpVec3 moved = trp_vec3_subtract (trp_vec3_scale (self->right, right_px),
                                           trp_vec3_scale (self->up, down_px));

  self->target_lps = trp_vec3_subtract (self->target_lps, trp_vec3_scale (moved, self->mm_per_px));
}

void
trp_orbit_zoom (TrpOrbit *self, double factor)
{
  self->mm_per_px = CLAMP (self->mm_per_px / factor, MIN_MM_PER_PX, MAX_MM_PER_PX);
}

double
trp_orbit_project (const TrpOrbit *self,
                   TrpVec3 point_lps,
                   double width,
                   double height,
                   double *out_x,
                   double *out_y)
{
  const TrpVec3 off = trp_vec3_subtract (point_lps, self->target_lps);

  *out_x = width / 2 + trp_vec3_dot (off, self->right) / self->mm_per_px;
  *out_y = height / 2 - trp_vec3_dot (off, self->up) / self->mm_per_px;
  return trp_vec3_dot (off, self->towards);
}

TrpVec3
trp_orbit_get_point (
  const TrpOrbit *self, double x, double y, double width, double height, double distance)
{
  const TrpVec3 across = trp_vec3_scale (self->right, (x - width / 2) * self->mm_per_px);
  const TrpVec3 upwards = trp_vec3_scale (self->up, (height / 2 - y) * self->mm_per_px);

  return trp_vec3_add (trp_vec3_add (self->target_lps, trp_vec3_add (across, upwards)),
                       trp_vec3_scale (self->towards, distance));
}

void
trp_orbit_get_clip (const TrpOrbit *self,
                    TrpVec3 center_lps,
                    double radius,
                    double width,
                    double height,
                    float out_matrix[16])
{
  const TrpVec3 off = trp_vec3_subtract (center_lps, self->target_lps);
  const double depth = 1.01 * (radius + trp_vec3_length (off)) + 1;
  const TrpVec3 rows[3] = {
    trp_vec3_scale (self->right, 2 / (fmax (width, 1) * self->mm_per_px)),
    trp_vec3_scale (self->up, 2 / (fmax (height, 1) * self->mm_per_px)),
    trp_vec3_scale (self->towards, -1 / depth), /* OpenGL's -1 is near */
  };

  for (int row = 0; row < 3; row++)
    {
      for (int column = 0; column < 3; column++)
        out_matrix[4 * column + row] = (float) rows[row].v[column];
      out_matrix[12 + row] = (float) trp_vec3_dot (rows[row], off);
      out_matrix[4 * row + 3] = 0;
    }
  out_matrix[15] = 1;
}
