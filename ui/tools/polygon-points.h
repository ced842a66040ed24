/* polygon-points.h - the points of a polygon while it is drawn and corrected
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * First an open line to which points are added, then a closed polygon. Each change can be undone
 * until the polygon is used or given up. Positions are LPS mm on one plane. Main thread.
 */

#pragma once

#include "core/geometry/vec3.h"

#include <stdbool.h>

G_BEGIN_DECLS

typedef struct _TrpPolygonPoints TrpPolygonPoints;

TrpPolygonPoints *trp_polygon_points_new (void);
void trp_polygon_points_free (TrpPolygonPoints *self);

/* Borrowed until the next change. */
const TrpVec3 *trp_polygon_points_peek (const TrpPolygonPoints *self, size_t *out_n_points);
bool trp_polygon_points_is_closed (const TrpPolygonPoints *self);

/* Before point @index, or behind the last. The point may then be moved as part of the same change.
 */
void trp_polygon_points_insert (TrpPolygonPoints *self, size_t index, TrpVec3 point_lps);
/* All moves up to the next end_move() are one change. */
void trp_polygon_points_move (TrpPolygonPoints *self, size_t index, TrpVec3 point_lps);
void trp_polygon_points_end_move (TrpPolygonPoints *self);
/* Returns: false, and nothing is changed, where a closed polygon would have fewer than three. */
bool trp_polygon_points_remove (TrpPolygonPoints *self, size_t index);
/* Returns: false for fewer than three points. */
bool trp_polygon_points_close (TrpPolygonPoints *self);
void trp_polygon_points_open (TrpPolygonPoints *self);
void trp_polygon_points_clear (TrpPolygonPoints *self); /* with all that could be undone */

/* Returns: false if there was nothing. */
bool trp_polygon_points_undo (TrpPolygonPoints *self);
bool trp_polygon_points_redo (TrpPolygonPoints *self);

/* The nearest point within @reach mm; -1: none. */
int trp_polygon_points_find (const TrpPolygonPoints *self, TrpVec3 point_lps, double reach);
/* The nearest edge within @reach mm, by the number of the point it leads to (for insert()); -1:
 * none. @out_foot_lps: (nullable): the place on it. */
int trp_polygon_points_find_edge (const TrpPolygonPoints *self,
                                  TrpVec3 point_lps,
                                  double reach,
                                  TrpVec3 *out_foot_lps);

G_END_DECLS
