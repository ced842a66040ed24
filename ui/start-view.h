/* start-view.h - what a window with nothing open offers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Recent files, ways to begin, and what goes where. Its buttons activate actions: app.demo,
 * win.open, win.open-folder, app.clear-recent, win.open-path. Main thread.
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_START_VIEW (trp_start_view_get_type ())
G_DECLARE_FINAL_TYPE (TrpStartView, trp_start_view, TRP, START_VIEW, GtkBox)

GtkWidget *trp_start_view_new (void);
/* NULL-terminated, newest first. */
void trp_start_view_set_recent (TrpStartView *self, const char *const *paths);

G_END_DECLS
