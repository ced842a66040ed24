/* phantom-shapes.h - the simple bodies that phantoms are built from
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Millimetres throughout. Distances are negative inside. They are true distances near the surface
 * of capsules and plates, close to it for ellipsoids, and only some positive number far away. Any
 * thread.
 */

#pragma once

#include "core/geometry/vec3.h"

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

static inline double
trp_shape_square (double x)
{
  return x * x;
}

/* Squared radius in units of the half-axes: < 1 inside. */
static inline double
trp_shape_ellipsoid (TrpVec3 p, TrpVec3 center, double a, double b, double c)
{
  return trp_shape_square ((p.v[0] - center.v[0]) / a) +
         trp_shape_square ((p.v[1] - center.v[1]) / b) +
         trp_shape_square ((p.v[2] - center.v[2]) / c);
}

/* 0 up to @low, 1 from @high on, smooth between. */
static inline double
trp_shape_step (double low, double high, double x)
{
  const double t = CLAMP ((x - low) / (high - low), 0, 1);

  return t * t * (3 - 2 * t);
}

/* The union of two distances, rounded where they meet over @blend mm. */
static inline double
trp_shape_blend (double a, double b, double blend)
{
  const double h = MAX (blend - fabs (a - b), 0) / blend;

  return MIN (a, b) - 0.25 * h * h * blend;
}

/* Exponents over 2; the superellipse of half-axes @a and @b about the origin. */
bool trp_shape_in_superellipse (double x, double y, double a, double b, double exponent);

typedef struct
{
  TrpVec3 center, half;
} TrpEllipsoid;

/* First-order distance: exact for a sphere. */
double trp_ellipsoid_distance (const TrpEllipsoid *self, TrpVec3 p);
/* Whether any of @n holds the point. */
bool trp_ellipsoids_hold (const TrpEllipsoid *ellipsoids, size_t n, TrpVec3 p);

/* From @a to @b, straight sides between two radii, round ends. */
typedef struct
{
  TrpVec3 a, b;
  double r_a, r_b;
} TrpCapsule;

/* To the nearest of @n; 100 if all are farther than their box. */
double trp_capsules_distance (const TrpCapsule *capsules, size_t n, TrpVec3 p);

/**
 * TrpPlate: a triangle with rounded edges: a blade of bone, a fan of muscle
 * @r_a, @r_b, @r_c: half thickness at the corners
 * @bulge: more half-way between the side ab and the corner c (a muscle's belly between origin and
 * insertion)
 */
typedef struct
{
  TrpVec3 a, b, c;
  double r_a, r_b, r_c;
  double bulge;
} TrpPlate;

/* As trp_capsules_distance(). */
double trp_plates_distance (const TrpPlate *plates, size_t n, TrpVec3 p);

G_END_DECLS
