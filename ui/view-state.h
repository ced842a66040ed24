/* view-state.h - which part of the patient the panes of one plane show
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One object per plane (axial, coronal, sagittal), shared by all panes of that plane: so they are
 * linked through patient millimetres and nothing else. No drawing. Pixels are the widget's logical
 * pixels, x to the right, y down. Main thread. Emits "changed" when anything of it changes.
 */

#pragma once

#include "core/geometry/raster.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* Translated, lower case: "axial". */
const char *trp_orientation_get_label (TrpOrientation orientation);

#define TRP_TYPE_VIEW_STATE (trp_view_state_get_type ())
G_DECLARE_FINAL_TYPE (TrpViewState, trp_view_state, TRP, VIEW_STATE, GObject)

TrpViewState *trp_view_state_new (TrpOrientation orientation);

TrpOrientation trp_view_state_get_orientation (TrpViewState *self);
/* The plane's directions, through @point_lps. */
TrpPlane trp_view_state_get_plane (TrpViewState *self, TrpVec3 point_lps);
/* NULL: the patient's axes; else the grid's own, so that an oblique series is seen as acquired. */
void trp_view_state_set_grid (TrpViewState *self, const TrpGeometry *geometry);
/* Sagittal only: the nose to the right of the screen instead of the left. */
void trp_view_state_set_nose_right (TrpViewState *self, bool nose_right);

/* What "fit" shows; zoom and centre follow it until the user changes them. */
void trp_view_state_set_fit_geometry (TrpViewState *self, const TrpGeometry *geometry);
void trp_view_state_fit (TrpViewState *self);
bool trp_view_state_is_fitted (TrpViewState *self);

double trp_view_state_get_mm_per_px (TrpViewState *self, int width, int height);
/* Keeps the point under pixel (@x, @y) where it is. */
void trp_view_state_zoom (
  TrpViewState *self, double mm_per_px, double x, double y, int width, int height);
void trp_view_state_pan (TrpViewState *self, double dx, double dy, int width, int height);
void trp_view_state_center_on (TrpViewState *self, TrpVec3 point_lps, int width, int height);

/* The pixels of a pane on the plane through @cursor_lps; @scale: device pixels per logical one. */
TrpRaster trp_view_state_get_raster (
  TrpViewState *self, TrpVec3 cursor_lps, int width, int height, int scale);

G_END_DECLS
