/* view-state.h - which part of the patient the panes of one plane show
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One object per plane (axial, coronal, sagittal), shared by all panes of that plane: so they are
 * linked through patient millimetres and nothing else. No drawing. Pixels are the widget's logical
 * pixels, x to the right, y down. Main thread. Emits "changed" when anything of it changes.
 */

#pragma once

#include "core/geometry/geometry.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  TRP_PLANE_AXIAL,
  TRP_PLANE_CORONAL,
  TRP_PLANE_SAGITTAL,
  TRP_N_PLANES,
} TrpPlaneKind;

const char *trp_plane_kind_get_name (TrpPlaneKind kind); /* translated, lower case */

/**
 * TrpFrame: the three viewing directions, unit vectors in LPS that point to the patient's left,
 * back and head, exactly or (an oblique scan) as closely as its grid does
 */
typedef struct
{
  TrpVec3 left, posterior, superior;
} TrpFrame;

TrpFrame trp_frame_patient (void);
/* The grid's own axes; the patient's where the grid is sheared. */
TrpFrame trp_frame_from_geometry (const TrpGeometry *geometry);

#define TRP_TYPE_VIEW_STATE (trp_view_state_get_type ())
G_DECLARE_FINAL_TYPE (TrpViewState, trp_view_state, TRP, VIEW_STATE, GObject)

TrpViewState *trp_view_state_new (TrpPlaneKind kind);

TrpPlaneKind trp_view_state_get_kind (TrpViewState *self);
void trp_view_state_set_frame (TrpViewState *self, const TrpFrame *frame);
/* Unit vectors in LPS along the screen's x and y and out of the plane (towards higher slices). */
TrpVec3 trp_view_state_get_right (TrpViewState *self);
TrpVec3 trp_view_state_get_down (TrpViewState *self);
TrpVec3 trp_view_state_get_normal (TrpViewState *self);
/* Sagittal only: the nose to the right of the screen instead of the left. */
void trp_view_state_set_nose_right (TrpViewState *self, bool nose_right);

/* What "fit" shows; zoom and centre follow it until the user changes them. */
void trp_view_state_set_fit_geometry (TrpViewState *self, const TrpGeometry *geometry);
void trp_view_state_fit (TrpViewState *self);
bool trp_view_state_is_fitted (TrpViewState *self);

double trp_view_state_get_mm_per_px (TrpViewState *self, int width, int height);
/* Keeps the point under pixel (@x, @y) where it is. */
void trp_view_state_zoom (TrpViewState *self,
                          double mm_per_px,
                          double x,
                          double y,
                          int width,
                          int height);
void trp_view_state_pan (TrpViewState *self, double dx, double dy, int width, int height);
void trp_view_state_center_on (TrpViewState *self, TrpVec3 point_lps, int width, int height);

/* Column 0: mm along x per pixel; 1: along y; 2: unit normal; 3: LPS of pixel (0, 0) on the plane
 * through @cursor_lps. */
TrpAffine trp_view_state_get_lps_from_px (TrpViewState *self,
                                          TrpVec3 cursor_lps,
                                          int width,
                                          int height);
TrpVec3 trp_view_state_px_from_lps (TrpViewState *self, TrpVec3 point_lps, int width, int height);

/* Letters of a direction out of R L A P S I, the strongest first; up to three on oblique planes. */
void trp_direction_get_letters (TrpVec3 direction_lps, char out_letters[4]);

G_END_DECLS
