/* slice-picture.h - the texture of a slice, made again only when it must be
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plane along the grid is copied voxel by voxel and scaled by GTK; any other plane, and whole
 * voxels instead of interpolation (which GTK 4.8 cannot scale), is sampled at device pixels. Main
 * thread.
 */

#pragma once

#include "core/geometry/raster.h"
#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _TrpSlicePicture TrpSlicePicture;

TrpSlicePicture *trp_slice_picture_new (void);
void trp_slice_picture_free (TrpSlicePicture *self);

/**
 * trp_slice_picture_update:
 * @raster: the pane's device pixels
 *
 * Returns: whether the volume has a slice on this plane.
 */
bool trp_slice_picture_update (TrpSlicePicture *self,
                               TrpVolume *volume,
                               const TrpDisplay *display,
                               const TrpPlane *plane,
                               const TrpRaster *raster);

/* Appends it; @scale: device pixels per logical pixel. */
void trp_slice_picture_snapshot (TrpSlicePicture *self,
                                 GtkSnapshot *snapshot,
                                 const TrpRaster *raster,
                                 int scale);
/* How many textures were made so far: a test looks that scrolling back and forth costs no more than
 * it must. */
guint trp_slice_picture_count_made (const TrpSlicePicture *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSlicePicture, trp_slice_picture_free)

G_END_DECLS
