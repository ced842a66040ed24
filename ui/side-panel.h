/* side-panel.h - the panel at the right, or behind a button where there is no room for it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include <gtk/gtk.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define TRP_TYPE_SIDE_PANEL (trp_side_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpSidePanel, trp_side_panel, TRP, SIDE_PANEL, GtkBox)

/* @content: (transfer floating) */
GtkWidget *trp_side_panel_new (GtkWidget *content);
/* The button that opens the panel while it has no place of its own; for the header bar. */
GtkWidget *trp_side_panel_get_button (TrpSidePanel *self);
/* Nothing to show: neither panel nor button. */
void trp_side_panel_set_shown (TrpSidePanel *self, bool shown);
/* Finds its place for a window of this size. */
void trp_side_panel_fit (TrpSidePanel *self, int width, int height);
/* The width that the panel takes from the window now. */
int trp_side_panel_get_taken (TrpSidePanel *self);

G_END_DECLS
