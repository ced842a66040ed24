/* phantom-shapes.c - see phantom-shapes.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/phantom-shapes.h"

#define FAR_AWAY 100

/* A superellipse holds the ellipse and lies in the rectangle of its half-axes (exponents over 2);
 * powers are taken only between the two. */
bool
trp_shape_in_superellipse (double x, double y, double a, double b, double exponent)
{
  const double u = fabs (x / a), v = fabs (y / b);

  if (u >= 1 || v >= 1)
    return false;
  return u * u + v * v <= 1 || pow (u, exponent) + pow (v, exponent) <= 1;
}

double
trp_ellipsoid_distance (const TrpEllipsoid *self, TrpVec3 p)
{
  double radius = 0, slope = 0;

  for (int n = 0; n < 3; n++)
    {
      const double u = (p.v[n] - self->center.v[n]) / self->half.v[n];

      radius += u * u;
      slope += trp_shape_square (u / self->half.v[n]);
    }
  if (slope <= 0)
    return -MIN (self->half.v[0], MIN (self->half.v[1], self->half.v[2]));
  return sqrt (radius) * (sqrt (radius) - 1) / sqrt (slope);
}

bool
trp_ellipsoids_hold (const TrpEllipsoid *ellipsoids, size_t n, TrpVec3 p)
{
  for (size_t i = 0; i < n; i++)
    {
      const TrpEllipsoid *e = &ellipsoids[i];

      if (trp_shape_ellipsoid (p, e->center, e->half.v[0], e->half.v[1], e->half.v[2]) < 1)
        return true;
    }
  return false;
}

static double
capsule_distance (const TrpCapsule *self, TrpVec3 p)
{
  const TrpVec3 along = trp_vec3_subtract (self->b, self->a);
  const TrpVec3 to_p = trp_vec3_subtract (p, self->a);
  const double part = CLAMP (trp_vec3_dot (to_p, along) / trp_vec3_dot (along, along), 0, 1);

  return trp_vec3_length (trp_vec3_subtract (to_p, trp_vec3_scale (along, part))) - self->r_a -
         part * (self->r_b - self->r_a);
}

double
trp_capsules_distance (const TrpCapsule *capsules, size_t n, TrpVec3 p)
{
  double nearest = FAR_AWAY;

  for (size_t i = 0; i < n; i++)
    {
      const TrpCapsule *c = &capsules[i];
      const double r = MAX (c->r_a, c->r_b);

      if (p.v[2] < MIN (c->a.v[2], c->b.v[2]) - r || p.v[2] > MAX (c->a.v[2], c->b.v[2]) + r ||
          p.v[1] < MIN (c->a.v[1], c->b.v[1]) - r || p.v[1] > MAX (c->a.v[1], c->b.v[1]) + r ||
          p.v[0] < MIN (c->a.v[0], c->b.v[0]) - r || p.v[0] > MAX (c->a.v[0], c->b.v[0]) + r)
        continue;
      nearest = MIN (nearest, capsule_distance (c, p));
    }
  return nearest;
}

/* Weights of b and c at the point of the triangle nearest to @p, by the region that p lies over.
 * Source: C. Ericson, Real-Time Collision Detection, Morgan Kaufmann 2005, section 5.1.5. */
static void
find_nearest_in_triangle (const TrpPlate *self, TrpVec3 p, double *out_b, double *out_c)
{
  const TrpVec3 ab = trp_vec3_subtract (self->b, self->a),
                ac = trp_vec3_subtract (self->c, self->a);
  const TrpVec3 ap = trp_vec3_subtract (p, self->a), bp = trp_vec3_subtract (p, self->b);
  const TrpVec3 cp = trp_vec3_subtract (p, self->c);
  const double d1 = trp_vec3_dot (ab, ap), d2 = trp_vec3_dot (ac, ap);
  const double d3 = trp_vec3_dot (ab, bp), d4 = trp_vec3_dot (ac, bp);
  const double d5 = trp_vec3_dot (ab, cp), d6 = trp_vec3_dot (ac, cp);
  const double va = d3 * d6 - d5 * d4, vb = d5 * d2 - d1 * d6, vc = d1 * d4 - d3 * d2;
  double b, c;

  if (d1 <= 0 && d2 <= 0)
    b = c = 0;
  else if (d3 >= 0 && d4 <= d3)
    b = 1, c = 0;
  else if (d6 >= 0 && d5 <= d6)
    b = 0, c = 1;
  else if (vc <= 0 && d1 >= 0 && d3 <= 0)
    b = d1 / (d1 - d3), c = 0;
  else if (vb <= 0 && d2 >= 0 && d6 <= 0)
    b = 0, c = d2 / (d2 - d6);
  else if (va <= 0 && d4 >= d3 && d5 >= d6)
    c = (d4 - d3) / (d4 - d3 + d5 - d6), b = 1 - c;
  else
    b = vb / (va + vb + vc), c = vc / (va + vb + vc);
  *out_b = b;
  *out_c = c;
}

static double
plate_distance (const TrpPlate *self, TrpVec3 p)
{
  double b, c, thickness;
  TrpVec3 nearest;

  find_nearest_in_triangle (self, p, &b, &c);
  nearest = trp_vec3_add (trp_vec3_scale (self->a, 1 - b - c),
                          trp_vec3_add (trp_vec3_scale (self->b, b), trp_vec3_scale (self->c, c)));
  thickness = (1 - b - c) * self->r_a + b * self->r_b + c * self->r_c;
  return trp_vec3_distance (p, nearest) - thickness - self->bulge * 4 * c * (1 - c);
}

double
trp_plates_distance (const TrpPlate *plates, size_t n, TrpVec3 p)
{
  double nearest = FAR_AWAY;

  for (size_t i = 0; i < n; i++)
    {
      const TrpPlate *t = &plates[i];
      const double r = MAX (t->r_a, MAX (t->r_b, t->r_c)) + t->bulge;
      bool near = true;

      for (int axis = 0; axis < 3 && near; axis++)
        near = p.v[axis] >= MIN (t->a.v[axis], MIN (t->b.v[axis], t->c.v[axis])) - r &&
               p.v[axis] <= MAX (t->a.v[axis], MAX (t->b.v[axis], t->c.v[axis])) + r;
      if (near)
        nearest = MIN (nearest, plate_distance (t, p));
    }
  return nearest;
}
