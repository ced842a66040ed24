/* window-files.h - choosing files, saving, and the questions before closing
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "ui/window.h"

G_BEGIN_DECLS

/* Adds the actions open, open-as, open-folder, open-path, open-paths, save, save-as, and answers to
 * the document's questions. */
void trp_main_window_connect_files (TrpMainWindow *window);

/* Where the file dialogs begin; NULL: beside the open images. */
void trp_main_window_set_folder (TrpMainWindow *window, const char *folder);
const char *trp_main_window_get_folder (TrpMainWindow *window);

/* What the file dialog proposes: a name without ending or dot, so that it marks all of it and
 * nothing is left of it when another is typed. */
char *trp_dup_save_name (const char *title);
/* @path with an ending that can be written: .nii.gz unless there is one. */
char *trp_dup_save_path (const char *path);

typedef void (*TrpMayClose) (TrpMainWindow *window);

/* Returns: false if nothing would be lost; else a question is asked and @may_close called unless
 * the user stays. */
bool trp_main_window_ask_before_closing (TrpMainWindow *window, TrpMayClose may_close);

/* Names in the order in which they won where structures overlapped in a label map, when that was
 * chosen last; NULL: never. */
void trp_main_window_set_priority (TrpMainWindow *window, const char *const *names);
const char *const *trp_main_window_get_priority (TrpMainWindow *window);

G_END_DECLS
