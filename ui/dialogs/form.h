/* form.h - what dialogs and panels of settings have in common
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @name before @child, which takes the rest of the width and that name for screen readers. */
GtkWidget *trp_form_row (const char *name, GtkWidget *child);

/* A caption that keeps the height of two lines, so that nothing below it moves; what is longer is
 * in its tooltip. */
GtkWidget *trp_form_note_new (int n_chars);
void trp_form_note_set (GtkWidget *note, const char *text);

void trp_form_close_on_escape (GtkWidget *window);

G_END_DECLS
