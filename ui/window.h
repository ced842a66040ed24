/* window.h - the main window
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Header bar, bars for messages, linked panes, side panel, status line; one document per window.
 * Main thread. The application provides app.demo and app.clear-recent. Emits "opened" (path) for
 * the list of recent files.
 */

#pragma once

#include "ui/panels/live-scores.h"
#include "ui/panes.h"

G_BEGIN_DECLS

#define TRP_TYPE_MAIN_WINDOW (trp_main_window_get_type ())
G_DECLARE_FINAL_TYPE (TrpMainWindow, trp_main_window, TRP, MAIN_WINDOW, GtkApplicationWindow)

GtkWidget *trp_main_window_new (GtkApplication *application);
TrpDocument *trp_main_window_get_document (TrpMainWindow *self);
TrpPanes *trp_main_window_get_panes (TrpMainWindow *self);
TrpLiveScores *trp_main_window_get_scores (TrpMainWindow *self);
/* Patient ID (or the folder) in the title. */
void trp_main_window_set_identity_shown (TrpMainWindow *self, bool shown);
/* "edit" or "train"; win.mode does it and keeps the switch right. */
void trp_main_window_set_mode (TrpMainWindow *self, const char *mode);
/* Nothing open, opening or drawn: may be used for other files. */
bool trp_main_window_is_empty (TrpMainWindow *self);
/* NULL-terminated, newest first. */
void trp_main_window_set_recent (TrpMainWindow *self, const char *const *paths);
void trp_main_window_show_message (TrpMainWindow *self, TrpSeverity severity, const char *text);

G_END_DECLS
