/* plane-trace.h - where a plane cuts a mask
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No state; any thread, on masks that nobody writes.
 */

#pragma once

#include "core/geometry/plane.h"
#include "core/structure/contour.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/**
 * trp_trace_plane:
 * @out_lps_from_xy: from the contours' coordinates; column 2 is not used
 *
 * On one of the mask's own slices the half-level outline of its voxels, in that slice's own plane;
 * on any other plane the 0.5 level of the mask sampled linearly at the finest spacing of its grid.
 *
 * Returns: (transfer full)
 */
TrpContours *
trp_trace_plane (const TrpMask *mask, const TrpPlane *plane, TrpAffine *out_lps_from_xy);

G_END_DECLS
