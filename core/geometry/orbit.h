/* orbit.h - from where a surface is looked at
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plain value. The projection is parallel: near and far parts have one scale, so that what is
 * seen can be compared. Pixels are logical, (0, 0) at the top left of the view.
 */

#pragma once

#include "core/geometry/vec3.h"

#include <stdbool.h>

G_BEGIN_DECLS

/**
 * TrpOrbit:
 * @right, @up, @towards: unit vectors in LPS towards screen right, screen top, and the eye
 * @target_lps: in the middle of the view
 */
typedef struct
{
  TrpVec3 right;
  TrpVec3 up;
  TrpVec3 towards;
  TrpVec3 target_lps;
  double mm_per_px;
} TrpOrbit;

/* From the patient's front, head up. */
TrpOrbit trp_orbit_new (void);
/* @side: one of "APLRSI", where the eye is. Head up; from above and below the front is up.
 * Returns: false for any other. */
bool trp_orbit_look_from (TrpOrbit *self, char side);
/* All within @radius of @center_lps is in view. */
void trp_orbit_fit (TrpOrbit *self, TrpVec3 center_lps, double radius, double width, double height);
/* Turns what is seen as a ball that the pointer takes along. */
void trp_orbit_rotate (TrpOrbit *self, double right_px, double down_px);
void trp_orbit_pan (TrpOrbit *self, double right_px, double down_px);
void trp_orbit_zoom (TrpOrbit *self, double factor); /* over 1: larger */

/* Returns: mm in front of the target. */
double trp_orbit_project (const TrpOrbit *self,
                          TrpVec3 point_lps,
                          double width,
                          double height,
                          double *out_x,
                          double *out_y);
/* The point under a pixel that lies @distance mm in front of the target; the eye looks along
 * -@towards. */
TrpVec3 trp_orbit_get_point (
  const TrpOrbit *self, double x, double y, double width, double height, double distance);
/* OpenGL's clip coordinates of points given relative to @center_lps, by columns. What lies within
 * @radius of there is neither too near nor too far. */
void trp_orbit_get_clip (const TrpOrbit *self,
                         TrpVec3 center_lps,
                         double radius,
                         double width,
                         double height,
                         float out_matrix[16]);

G_END_DECLS
