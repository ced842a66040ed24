/* freehand.h - what a line drawn by hand adds to a structure or cuts from it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where the line starts says what it does: inside the structure's outline on its plane it extends
 * the structure, outside it cuts. One that starts outside and would cut nothing draws something
 * new: it adds.
 *
 * - A loop: a straight line closes it, from its end to its start. All that it goes round is added
 *   or cut.
 * - A correction: both ends lie on the start's side of the outline, but the straight line between
 *   them does not stay there. Then the outline closes it: each part of the line from where it
 *   leaves the start's side to where it comes back across the same polygon of the outline. What
 *   extends is filled up to the outline, so that the closing line cuts no corner off a hollow. What
 *   cuts divides a piece in two, of which the one with the smaller area goes.
 *
 * Ends on different sides, and lines from one piece to another, are closed as loops. All on any
 * plane, flat as the disc of a brush. Inside is by the polygons that are shown
 * (core/structure/plane-trace.h). The MITK workbench has the same two gestures as two tools ("Add"
 * and "Correction").
 *
 * A line belongs to one stroke and one thread.
 */

#pragma once

#include "core/geometry/plane.h"
#include "core/structure/patch.h"

G_BEGIN_DECLS

typedef struct _TrpFreehand TrpFreehand;

/* Keeps a copy of @mask, as it is when the button goes down. */
TrpFreehand *trp_freehand_new (const TrpMask *mask, const TrpPlane *plane);
void trp_freehand_free (TrpFreehand *self);

/* Moved onto the plane; points that are no finite number, or that of before, are left out. */
void trp_freehand_append (TrpFreehand *self, TrpVec3 point_lps);
/* Borrowed until the next append. */
const TrpVec3 *trp_freehand_peek_points (const TrpFreehand *self, size_t *out_n_points);

/**
 * trp_freehand_compute:
 * @out_erase: whether the voxels are to be cut away, else added
 *
 * What the line so far does if it ends now. Costs its length times that of the outline.
 *
 * Returns: (transfer full): the voxels that would change
 */
TrpPatch *trp_freehand_compute (const TrpFreehand *self, bool *out_erase);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpFreehand, trp_freehand_free)

G_END_DECLS
