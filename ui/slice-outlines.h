/* slice-outlines.h - structures on a slice: fills and outlines
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Traced polygons are kept per structure until its voxels on the plane, or the plane, change. Main
 * thread.
 */

#pragma once

#include "core/geometry/raster.h"
#include "core/structure/edit.h"
#include "ui/document.h"

#include <cairo.h>

G_BEGIN_DECLS

typedef struct _TrpSliceOutlines TrpSliceOutlines;

TrpSliceOutlines *trp_slice_outlines_new (TrpDocument *document); /* borrowed */
void trp_slice_outlines_free (TrpSliceOutlines *self);

void trp_slice_outlines_invalidate (TrpSliceOutlines *self);
/* Returns: whether the change touches the plane drawn last. */
bool trp_slice_outlines_apply_change (TrpSliceOutlines *self, const TrpEditChange *change);
/* Another preview stands, or none. */
void trp_slice_outlines_forget_preview (TrpSliceOutlines *self);
/* The edited reading solid, the reference dashed, a preview dashed over them. @raster: the pane's
 * logical pixels. */
void trp_slice_outlines_draw (TrpSliceOutlines *self,
                              cairo_t *cr,
                              const TrpPlane *plane,
                              const TrpRaster *raster);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSliceOutlines, trp_slice_outlines_free)

G_END_DECLS
