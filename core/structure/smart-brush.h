/* smart-brush.h - a brush that keeps to what the image shows under the pointer
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The core of the brush is the same shape at a third of its radius, 3 mm at most, and never less
 * than the voxel under the pointer. At the press the core learns which values belong (see
 * trp_smart_brush_learn()). The stroke then covers the voxels that the brush sweeps, whose value
 * lies in that range (sampled trilinearly where the image has another grid than the reading), and
 * that are connected to what the core sweeps: by faces, through such voxels, from any part of the
 * stroke. So the result depends neither on zoom nor on speed, and the cost follows the brush.
 */

#pragma once

#include "core/structure/stencil.h"

G_BEGIN_DECLS

/**
 * trp_smart_brush_learn:
 *
 * The range m - 3 s to m + 3 s of the image's own voxels: m is the median under the core, s the
 * larger of 1.4826 times the median absolute deviation there and of the noise under the brush (9 mm
 * of radius at most): 1.4826 / sqrt 2 times the median absolute difference of neighbours along i.
 * Both factors make a standard deviation of normally distributed values (P. J. Rousseeuw, C. Croux,
 * J. Am. Stat. Assoc. 88 (1993) 1273-1283); the noise keeps a core of a few voxels from learning a
 * range of nothing. The half range is at least one step of stored whole numbers.
 *
 * Returns: false if the image has no finite value there; nothing is written then.
 */
bool trp_smart_brush_learn (const TrpBrush *brush,
                            const TrpVolume *image,
                            TrpVec3 point_lps,
                            double *out_low,
                            double *out_high);

/* For TrpPaintOptions, with its image; without one, or where nothing can be learned, the stroke
 * covers nothing. */
extern const TrpStencilMaker trp_smart_brush;

G_END_DECLS
