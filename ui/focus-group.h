/* focus-group.h - one stop of the Tab key
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A box around a list: arrows walk through its rows, Tab goes on to what comes after it. Tab alone
 * would walk from row to row, and choose each (GTK 4.8 has no other way to say so). Main thread.
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_FOCUS_GROUP (trp_focus_group_get_type ())
G_DECLARE_FINAL_TYPE (TrpFocusGroup, trp_focus_group, TRP, FOCUS_GROUP, GtkBox)

GtkWidget *trp_focus_group_new (GtkWidget *child);

G_END_DECLS
