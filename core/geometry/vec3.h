/* vec3.h - points and directions
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plain value; the space (lps, ijk, px) is part of the variable's name, not of the type.
 */

#pragma once

#include <glib.h>
#include <math.h>

G_BEGIN_DECLS

typedef struct
{
  double v[3];
} TrpVec3;

static inline TrpVec3
trp_vec3 (double x, double y, double z)
{
  return (TrpVec3){ { x, y, z } };
}

static inline TrpVec3
trp_vec3_add (TrpVec3 a, TrpVec3 b)
{
  return trp_vec3 (a.v[0] + b.v[0], a.v[1] + b.v[1], a.v[2] + b.v[2]);
}

static inline TrpVec3
trp_vec3_subtract (TrpVec3 a, TrpVec3 b)
{
  return trp_vec3 (a.v[0] - b.v[0], a.v[1] - b.v[1], a.v[2] - b.v[2]);
}

static inline TrpVec3
trp_vec3_scale (TrpVec3 a, double factor)
{
  return trp_vec3 (a.v[0] * factor, a.v[1] * factor, a.v[2] * factor);
}

static inline double
trp_vec3_dot (TrpVec3 a, TrpVec3 b)
{
  return a.v[0] * b.v[0] + a.v[1] * b.v[1] + a.v[2] * b.v[2];
}

static inline TrpVec3
trp_vec3_cross (TrpVec3 a, TrpVec3 b)
{
  return trp_vec3 (a.v[1] * b.v[2] - a.v[2] * b.v[1], a.v[2] * b.v[0] - a.v[0] * b.v[2],
                   a.v[0] * b.v[1] - a.v[1] * b.v[0]);
}

static inline double
trp_vec3_length (TrpVec3 a)
{
  return sqrt (trp_vec3_dot (a, a));
}

/* The zero vector stays zero. */
static inline TrpVec3
trp_vec3_normalize (TrpVec3 a)
{
  const double length = trp_vec3_length (a);

  return length > 0 ? trp_vec3_scale (a, 1 / length) : a;
}

static inline double
trp_vec3_distance (TrpVec3 a, TrpVec3 b)
{
  return trp_vec3_length (trp_vec3_subtract (a, b));
}

G_END_DECLS
