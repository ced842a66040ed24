/* window-edits.h - the window's actions on a preview and on single slices
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * "win.accept", "win.accept-slice" and "win.discard" with Enter, Shift + Enter and Escape, while a
 * preview stands; "win.copy-slice" (-1: up, 1: down) and "win.delete-slice"; "win.operation" opens
 * a dialog (ui/dialogs/operation.h), "win.slice-operation" does one in each slice. "A slice" is one
 * of the reading's grid, along the axis that the active pane is scrolled. Main thread.
 */

#pragma once

#include "ui/window.h"

G_BEGIN_DECLS

/* After the action "mode" was added. */
void trp_main_window_add_edit_actions (TrpMainWindow *window);

G_END_DECLS
