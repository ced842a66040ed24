/* distance-map.h - exact Euclidean distance to the nearest point of a set
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Separable (Maurer 2003, Felzenszwalb and Huttenlocher 2012), but evaluated only where it is asked
 * for. First pass: distance along i to the nearest set point of the row, as whole voxels. A
 * question looks through the rows around it in order of their distance and stops when no row can be
 * nearer; surfaces that lie close need a handful of rows. Where about a thousand rows did not
 * settle it, the second pass is made once for the whole box: for each point the row of its slice
 * that is nearest (lower envelope of parabolas), and such questions look through the slices only.
 *
 * Exactness: passes store indices, never rounded distances; the squared distance is one sum of
 * three squared doubles, so its relative error is below 4 2^-53 and that of the distance 2^-52.
 * Memory: 2 bytes per point of the box, 4 with the second pass.
 *
 * Questions may come from any thread, one batch at a time.
 */

#pragma once

#include "core/metrics/border.h"

G_BEGIN_DECLS

typedef struct _TrpDistanceMap TrpDistanceMap;

/**
 * trp_distance_map_new:
 * @points: borrowed during the call only
 * @spacing: mm along i, j, k
 *
 * Errors: TRP_ERROR_LIMIT if there is no memory for it.
 */
TrpDistanceMap *
trp_distance_map_new (const TrpBits *points, const double spacing[3], GError **error);
void trp_distance_map_free (TrpDistanceMap *self);

/* Makes the map new where the set has changed: in @rows of @points, which has the box of before.
 * Only these rows are done again, and of the second pass their slices. Not while questions run. */
void trp_distance_map_update (TrpDistanceMap *self, const TrpBits *points, const TrpBitsRows *rows);

/**
 * trp_distance_map_measure:
 * @points: in the map's box
 * @out_squared: mm2, one per point; INFINITY if the set is empty
 *
 * Errors: TRP_ERROR_LIMIT if there is no memory for the second pass.
 */
bool trp_distance_map_measure (TrpDistanceMap *self,
                               const TrpBitsPoint *points,
                               size_t n_points,
                               double *out_squared,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_distance_map_find_largest:
 * @floor_squared: what is already known to be reached, mm2
 *
 * Largest squared distance of @points, or @floor_squared if none is larger. Faster than measuring
 * all: a point is left as soon as it cannot be the largest.
 */
bool trp_distance_map_find_largest (TrpDistanceMap *self,
                                    const TrpBitsPoint *points,
                                    size_t n_points,
                                    double floor_squared,
                                    double *out_squared,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Squared distance to the nearest point in the same slice; INFINITY where none lies within
 * @limit mm. */
double trp_distance_map_get_in_slice (const TrpDistanceMap *self, TrpBitsPoint point, double limit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpDistanceMap, trp_distance_map_free)

G_END_DECLS
