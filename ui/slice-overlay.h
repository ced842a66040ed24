/* slice-overlay.h - what lies on a slice beside structures
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Crosshair in the colours of the planes its lines stand for, orientation letters, scale bar, brush
 * ring, measurements, frame of the active pane. Main thread.
 */

#pragma once

#include "core/geometry/raster.h"
#include "ui/slice-view.h"

G_BEGIN_DECLS

typedef struct
{
  TrpSliceView *view;
  TrpRaster raster; /* logical pixels */
  TrpPlane plane;
  int width, height;
  bool has_slice;
  bool active;
  bool crosshair_hidden;
} TrpOverlay;

void trp_slice_overlay_draw (const TrpOverlay *self, cairo_t *cr);

G_END_DECLS
