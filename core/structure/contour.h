/* contour.h - closed polygons in a plane
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Coordinates (x, y) are those of a 2-D grid whose pixel centres lie at whole numbers: voxel
 * indices on a native slice, pixels on a resampled plane. Inside is by the even-odd rule. Not
 * shared between threads while it is built.
 */

#pragma once

#include "core/geometry/vec3.h"

#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

typedef struct
{
  double x, y;
} TrpPoint;

typedef struct _TrpContours TrpContours;

TrpContours *trp_contours_new (void);
void trp_contours_free (TrpContours *self);

/* A point of the polygon being built; trp_contours_close() ends it (the last point is not the first
 * one again). Polygons of fewer than three points are dropped. */
void trp_contours_append (TrpContours *self, double x, double y);
void trp_contours_close (TrpContours *self);

size_t trp_contours_get_size (const TrpContours *self); /* closed polygons */
/* Borrowed points of polygon @index. */
const TrpPoint *
trp_contours_peek_points (const TrpContours *self, size_t index, size_t *out_n_points);
/* Positive if it turns from +x to +y: then its inside lies that way; holes are negative. */
double trp_contours_get_area (const TrpContours *self, size_t index);
bool trp_contours_contain (const TrpContours *self, double x, double y); /* even-odd */

/**
 * trp_contour_point_ijk:
 * @axis: the grid axis that is constant on the slice: 2 for the usual slices
 *
 * Where (x, y) of native slice @index lies: x runs along the lower of the two other axes, y along
 * the higher.
 */
static inline TrpVec3
trp_contour_point_ijk (int axis, size_t index, TrpPoint point)
{
  const double n = (double) index;

  return axis == 2   ? trp_vec3 (point.x, point.y, n)
         : axis == 1 ? trp_vec3 (point.x, n, point.y)
                     : trp_vec3 (n, point.x, point.y);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpContours, trp_contours_free)

G_END_DECLS
