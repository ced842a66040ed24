/* pane-actions.h - menus and actions of one pane
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "ui/slice-view.h"

G_BEGIN_DECLS

GMenuModel *trp_pane_make_role_menu (void);
GMenuModel *trp_pane_make_window_menu (void);
GMenuModel *trp_pane_make_context_menu (void);

/* Inserts the group "pane" into @pane. */
void trp_pane_add_actions (GtkWidget *pane, TrpSliceView *view);
/* Checks and sensitivities after the volume or its display changed. */
void trp_pane_update_actions (GtkWidget *pane, TrpDocument *document, TrpRole role);

G_END_DECLS
