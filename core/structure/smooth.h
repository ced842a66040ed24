/* smooth.h - a structure without its steps and spikes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The mask (0 and 1) is blurred by a Gaussian of @sigma_mm, and inside is where the result reaches
 * a level. A level of 0.5 would shrink what is convex: a ball of radius r by about sigma^2 / r, so
 * the level is instead the one that keeps the volume as it was (the area of each slice where slices
 * are smoothed by themselves), within TRP_SMOOTH_LEVEL_LOW to _HIGH; beyond those a thin structure
 * loses volume rather than grow into a sausage. What is thinner than about sigma may vanish.
 *
 * The Gaussian reaches 4 sigma; beyond the image its rim is repeated, so that a structure which
 * ends with the image does not draw back from there. Any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

#define TRP_SMOOTH_LEVEL_LOW 0.25
#define TRP_SMOOTH_LEVEL_HIGH 0.75
#define TRP_SMOOTH_MAX_MM 30.0
#define TRP_SMOOTH_MAX_VOXELS 4096.0

/**
 * trp_smooth_apply:
 * @sigma_mm: over 0, to TRP_SMOOTH_MAX_MM; details below about it go
 * @flat_axis: axis of the grid whose slices are smoothed by themselves; -1: in three dimensions
 *
 * Returns: (transfer full). Errors: TRP_ERROR_GEOMETRY for a sheared grid, TRP_ERROR_LIMIT for a
 * @sigma_mm out of range, over TRP_SMOOTH_MAX_VOXELS or want of memory (2 bytes per voxel of the
 * structure's box), G_IO_ERROR_CANCELLED.
 */
TrpMask *trp_smooth_apply (const TrpMask *mask,
                           double sigma_mm,
                           int flat_axis,
                           TrpProgress *progress,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
