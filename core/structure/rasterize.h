/* rasterize.h - filling polygons
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Even-odd; a voxel is inside when its centre is. Centres on an edge belong to the polygon whose
 * inside follows in +x (else +y), so that polygons that share an edge share no voxel. No state; any
 * thread on masks of its own.
 */

#pragma once

#include "core/structure/contour.h"
#include "core/structure/patch.h"

G_BEGIN_DECLS

/* The voxels of native slice @index (of grid axis @axis, 0 to 2) inside @contours; parts beyond the
 * grid are cut off. (transfer full). */
TrpPatch *trp_rasterize_slice (const TrpContours *contours,
                               const TrpGeometry *geometry,
                               int axis,
                               size_t index);

G_END_DECLS
