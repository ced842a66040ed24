/* surfel.h - area of the surface in a cube of eight voxels
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The iso-surface at one half through the cube whose corners are the centres of 2 x 2 x 2 voxels
 * (marching cubes with the triangles of google-deepmind/surface-distance). The area depends only on
 * which voxels are inside, and not on which side is called inside.
 */

#pragma once

#include "core/metrics/border.h"

G_BEGIN_DECLS

#define TRP_SURFEL_N_CODES 256

/* Area in mm2 for each code: bit x + 2 y + 4 z is the voxel on the x-th, y-th, z-th side. */
void trp_surfel_compute_areas (const double spacing[3], double out_areas[TRP_SURFEL_N_CODES]);

/* Code of the cube around corner @point of @mask (see trp_bits_new_corners()). */
unsigned trp_surfel_get_code (const TrpBits *mask, TrpBitsPoint point);

G_END_DECLS
