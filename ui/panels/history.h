/* history.h - the steps that can be undone
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Click one to go there. Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_HISTORY_PANEL (trp_history_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpHistoryPanel, trp_history_panel, TRP, HISTORY_PANEL, GtkBox)

GtkWidget *trp_history_panel_new (TrpDocument *document);

G_END_DECLS
