/* numbers-window.h - every number of the edited reading against another
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * All measures of the active structure in both conventions, and a table of all structures. It stays
 * open while contours are edited and follows them. Main thread.
 */

#pragma once

#include "ui/panels/live-scores.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_NUMBERS_WINDOW (trp_numbers_window_get_type ())
G_DECLARE_FINAL_TYPE (TrpNumbersWindow, trp_numbers_window, TRP, NUMBERS_WINDOW, GtkWindow)

GtkWidget *trp_numbers_window_new (TrpDocument *document, TrpLiveScores *scores);
/* The one of these scores, made if there is none, over the window that holds @parent. */
void trp_numbers_window_show (GtkWidget *parent, TrpDocument *document, TrpLiveScores *scores);

G_END_DECLS
