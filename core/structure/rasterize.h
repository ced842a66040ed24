/* rasterize.h - filling polygons
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A voxel is inside when its centre is. Centres on an edge belong to the polygon whose
 * inside follows in +x (else +y), so that polygons that share an edge share no voxel. No state; any
 * thread on masks of its own.
 */

#pragma once

#include "core/structure/contour.h"
#include "core/structure/patch.h"

G_BEGIN_DECLS

/**
 * TrpFillRule: what is inside where polygons run over themselves or each other
 * @TRP_FILL_EVEN_ODD: what an odd number of them surrounds; so holes are cut out
 * @TRP_FILL_NONZERO: all that a line goes round, however often; for lines drawn by hand, whose ends
 * overlap
 */
typedef enum
{
  TRP_FILL_EVEN_ODD,
  TRP_FILL_NONZERO,
} TrpFillRule;

/* The voxels of native slice @index (of grid axis @axis, 0 to 2) inside @contours; parts beyond the
 * grid are cut off. (transfer full). */
TrpPatch *trp_rasterize_slice (const TrpContours *contours,
                               TrpFillRule rule,
                               const TrpGeometry *geometry,
                               int axis,
                               size_t index);

G_END_DECLS
