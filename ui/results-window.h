/* results-window.h - the results of a study: numbers, figures, and the cases behind them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A window on a folder that an experiment or an evaluation wrote (results.csv). Every point of the
 * figure says what it is under the pointer, or when the arrow keys come to it; a click or Enter
 * opens its case. Main thread. Emits "open-case"
 * (const TrpResultFiles *, int slice).
 */

#pragma once

#include "core/study/result-files.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_RESULTS_WINDOW (trp_results_window_get_type ())
G_DECLARE_FINAL_TYPE (TrpResultsWindow, trp_results_window, TRP, RESULTS_WINDOW, GtkWindow)

/* Errors: those of reading. */
TrpResultsWindow *trp_results_window_new (const char *folder, GError **error);
/* For tests: what the figure shows, and a click on one of its points. */
void trp_results_window_choose (TrpResultsWindow *self, const char *metric);
void trp_results_window_open_row (TrpResultsWindow *self, size_t row);
/* By keys: to the point that lies @step further on; from none to the first. */
void trp_results_window_move (TrpResultsWindow *self, int step);

G_END_DECLS
