/* worst-places.h - where two surfaces lie farthest apart
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Local maxima of a distance over surface points: a point is one if none within a separation has a
 * larger distance (of equal ones the first). Any thread.
 */

#pragma once

#include "core/geometry/vec3.h"

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/**
 * TrpSurfaceSpot: a surface point
 * @position: mm, in any frame
 * @distance: mm, not negative
 */
typedef struct
{
  TrpVec3 position;
  double distance;
} TrpSurfaceSpot;

/**
 * trp_worst_places_find:
 * @separation: mm, positive. The neighbourhood of a place is at least its own distance, too, so
 * that the two surfaces at one leak are one place.
 * @out_places: indices into @spots, the largest distance first; room for @max_places
 *
 * Spots with a distance of 0 are none.
 *
 * Returns: how many there are, at most @max_places.
 */
size_t trp_worst_places_find (const TrpSurfaceSpot *spots,
                              size_t n_spots,
                              double separation,
                              size_t max_places,
                              size_t *out_places);

G_END_DECLS
