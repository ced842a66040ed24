/* pane.h - a slice with its header, link badge and place to drop files
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread. Signals: "activated" (), "toggle-full" (). Actions of the group "pane": role,
 * preset, reset-window, share-window, invert, nearest, fit, native, center, close.
 */

#pragma once

#include "ui/slice-view.h"

G_BEGIN_DECLS

#define TRP_TYPE_SLICE_PANE (trp_slice_pane_get_type ())
G_DECLARE_FINAL_TYPE (TrpSlicePane, trp_slice_pane, TRP, SLICE_PANE, GtkBox)

GtkWidget *trp_slice_pane_new (TrpDocument *document, TrpRole role, TrpViewState *state);
TrpSliceView *trp_slice_pane_get_view (TrpSlicePane *self);
bool trp_slice_pane_has_pointer (TrpSlicePane *self);
void trp_slice_pane_set_active (TrpSlicePane *self, bool active);

G_END_DECLS
