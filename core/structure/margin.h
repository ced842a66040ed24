/* margin.h - a structure grown or shrunk by millimetres, separately towards six sides
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The margin is made of eight octants of ellipsoids, as planning systems make it: a point belongs
 * to the grown structure if some voxel of the structure lies at (x, y, z) from it with
 * (x / a)^2 + (y / b)^2 + (z / c)^2 <= 1, where each of a, b, c is the margin of the side that the
 * point lies towards (J. C. Stroom and P. R. M. Storchi, Phys. Med. Biol. 42 (1997) 745). Equal
 * margins make a ball, so the result is that of the exact Euclidean distance. Distances are between
 * voxel centres; a centre on the surface, give or take 1e-6 of the margin, belongs to it.
 *
 * Shrinking is growing what is outside: the border that faces a side moves inwards by that side's
 * margin. What lies beyond the image is neither, so a structure that ends with the image does not
 * shrink there.
 *
 * Sides are those of the grid's axes: each is called after the patient's axis that it follows most
 * closely. On an oblique grid the margins are thus turned with it; equal margins are not affected.
 * Any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/* Towards the patient's right, left, front, back, feet and head. */
typedef enum
{
  TRP_SIDE_R,
  TRP_SIDE_L,
  TRP_SIDE_A,
  TRP_SIDE_P,
  TRP_SIDE_I,
  TRP_SIDE_S,
  TRP_N_SIDES,
} TrpSide;

#define TRP_MARGIN_MAX_MM 100.0

/**
 * TrpMargin:
 * @mm: 0 to TRP_MARGIN_MAX_MM for each side
 * @shrinks: the structure becomes smaller by them
 * @flat_axis: axis of the grid along which nothing moves: the margin stays in its slices; -1: none
 */
typedef struct
{
  double mm[TRP_N_SIDES];
  bool shrinks;
  int flat_axis;
} TrpMargin;

/**
 * trp_margin_apply:
 * @forbidden: (nullable): on the same grid: growing does not enter it; what was there stays
 *
 * Returns: (transfer full): cut off where the image ends. Errors: TRP_ERROR_GEOMETRY for a sheared
 * grid or another grid of @forbidden, TRP_ERROR_LIMIT for a margin out of range,
 * G_IO_ERROR_CANCELLED.
 */
TrpMask *trp_margin_apply (const TrpMask *mask,
                           const TrpMargin *margin,
                           const TrpMask *forbidden,
                           TrpProgress *progress,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How far the sides are turned against the patient's: the largest angle between an axis of the grid
 * and the patient's axis that it is called after, in degrees. */
double trp_margin_get_tilt (const TrpGeometry *geometry);

G_END_DECLS
