/* message-bar.h - sentences above the panes, until they are closed
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Errors and warnings stay until closed, information leaves after a while. The warning that
 * different patients are open side by side stays until it is acknowledged, the question about
 * unsaved contours of an earlier sitting until it is answered, that about a preview as long as it
 * stands (ui/preview-bar.h). Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_MESSAGE_BAR (trp_message_bar_get_type ())
G_DECLARE_FINAL_TYPE (TrpMessageBar, trp_message_bar, TRP, MESSAGE_BAR, GtkBox)

GtkWidget *trp_message_bar_new (TrpDocument *document);
void trp_message_bar_show (TrpMessageBar *self, TrpSeverity severity, const char *text);
/* Takes that sentence away, if it is still there. */
void trp_message_bar_withdraw (TrpMessageBar *self, const char *text);

/* That warning and that question stand either way, with or without who they are. */
void trp_message_bar_set_identity_shown (TrpMessageBar *self, bool shown);

G_END_DECLS
