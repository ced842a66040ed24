/* components.h - connected parts of a binary image
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bytes in the order of voxels, i fastest; anything but 0 is set. A single slice is a grid of one
 * slice. Components are of the set voxels that touch each other by faces, edges or corners (26
 * neighbours, 8 in a slice); holes are of unset voxels that touch by faces (6, or 4), so that a
 * diagonal line closes what it surrounds. Any thread; scratch memory as in runs.h: at the worst, in
 * noise, some ten bytes per voxel.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/* Grids up to this many voxels; above it TRP_ERROR_LIMIT, as for want of memory. */
#define TRP_COMPONENTS_MAX_VOXELS ((size_t) 1 << 31)

/* Unsets all but the largest component; of equally large ones the first in the order of voxels
 * stays. */
bool trp_components_keep_largest (uint8_t *mask,
                                  const size_t size[3],
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Unsets components of fewer than @n_least voxels. */
bool trp_components_remove_small (uint8_t *mask,
                                  const size_t size[3],
                                  size_t n_least,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Sets the unset voxels that no way leads from to the edge of the grid. Along an axis of one voxel
 * there is no edge. */
bool trp_components_fill_holes (uint8_t *mask,
                                const size_t size[3],
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
