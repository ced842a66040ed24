/* panes.h - the grid of linked panes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One row of MR | SynCT | CT (and the other volume, while there is one) on one plane, or all three
 * planes. All panes of a plane share one view state. Main thread. Emits "layout-changed".
 */

#pragma once

#include "ui/pane.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_LAYOUT_AXIAL,
  TRP_LAYOUT_CORONAL,
  TRP_LAYOUT_SAGITTAL,
  TRP_LAYOUT_ALL,
} TrpLayout;

#define TRP_TYPE_PANES (trp_panes_get_type ())
G_DECLARE_FINAL_TYPE (TrpPanes, trp_panes, TRP, PANES, GtkWidget)

GtkWidget *trp_panes_new (TrpDocument *document);
TrpLayout trp_panes_get_layout (TrpPanes *self);
void trp_panes_set_layout (TrpPanes *self, TrpLayout layout);
TrpSlicePane *trp_panes_get_active (TrpPanes *self);
/* Under the pointer, with an image; NULL: none. */
TrpSlicePane *trp_panes_get_pointed (TrpPanes *self);
/* Gives the keys to the active pane. */
void trp_panes_focus_active (TrpPanes *self);
TrpSlicePane *trp_panes_get_pane (TrpPanes *self, TrpOrientation orientation, TrpRole role);
TrpViewState *trp_panes_get_state (TrpPanes *self, TrpOrientation orientation);
/* The active pane alone, or all again. */
void trp_panes_toggle_full (TrpPanes *self);
bool trp_panes_is_full (TrpPanes *self);
void trp_panes_set_crosshair_shown (TrpPanes *self, bool shown);
bool trp_panes_get_crosshair_shown (TrpPanes *self);
/* Planes along the grid of the anchor volume instead of the patient's axes. */
void trp_panes_set_as_acquired (TrpPanes *self, bool as_acquired);
void trp_panes_set_nose_right (TrpPanes *self, bool nose_right);
void trp_panes_fit (TrpPanes *self);

G_END_DECLS
