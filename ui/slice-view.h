/* slice-view.h - one volume on one plane
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A widget that draws the slice through the document's cursor, with all that lies on it, and turns
 * pointer and keys into calls on the document. Positions are its logical pixels.
 */

#pragma once

#include "core/geometry/raster.h"
#include "ui/document.h"
#include "ui/view-state.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_SLICE_VIEW (trp_slice_view_get_type ())
G_DECLARE_FINAL_TYPE (TrpSliceView, trp_slice_view, TRP, SLICE_VIEW, GtkWidget)

/* Signals: "menu-requested" (double x, double y), "toggle-full" (), "activated" (). */
GtkWidget *trp_slice_view_new (TrpDocument *document, TrpRole role, TrpViewState *state);

TrpDocument *trp_slice_view_get_document (TrpSliceView *self);
TrpRole trp_slice_view_get_role (TrpSliceView *self);
TrpViewState *trp_slice_view_get_state (TrpSliceView *self);
void trp_slice_view_set_state (TrpSliceView *self, TrpViewState *state);
void trp_slice_view_set_active (TrpSliceView *self, bool active);
void trp_slice_view_set_crosshair_shown (TrpSliceView *self, bool shown);

TrpPlane trp_slice_view_get_plane (TrpSliceView *self);
TrpVec3 trp_slice_view_lps_from_px (TrpSliceView *self, double x, double y);
TrpVec3 trp_slice_view_px_from_lps (TrpSliceView *self, TrpVec3 point_lps);
double trp_slice_view_get_mm_per_px (TrpSliceView *self);
/* Number of the slice shown, from 1, and how many there are; false without a volume or outside it.
 */
bool trp_slice_view_get_slice_number (TrpSliceView *self, size_t *out_number, size_t *out_count);
/* Moves the cursor to a slice centre @steps slices of this volume away, downwards in the stack
 * (towards feet, back, left) for positive steps. */
void trp_slice_view_step (TrpSliceView *self, int steps);
/* Where the pointer is; false when it is elsewhere. */
bool trp_slice_view_get_pointer (TrpSliceView *self, double *out_x, double *out_y);
/* One logical pixel per voxel along the screen's width. */
void trp_slice_view_zoom_native (TrpSliceView *self);

/* For tests: the node of everything the view draws at its present size. (nullable) */
GskRenderNode *trp_slice_view_make_node (TrpSliceView *self, int width, int height);

G_END_DECLS
