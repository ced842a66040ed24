/* form.h - what dialogs and panels of settings have in common
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What screen readers call @child; of a drop-down also its button, which has the focus. */
void trp_form_set_name (GtkWidget *child, const char *name);

/* A button's label with the letter that Alt presses it by after a "_"; screen readers are told
 * what can be seen, where GTK 4.8 tells them the "_" too. Returns: @button */
GtkWidget *trp_form_set_mnemonic (GtkWidget *button, const char *label);

/* @name before @child, which takes the rest of the width and that name for screen readers. */
GtkWidget *trp_form_row (const char *name, GtkWidget *child);

/* A caption that keeps the height of two lines, so that nothing below it moves; what is longer is
 * in its tooltip. */
GtkWidget *trp_form_note_new (int n_chars);
void trp_form_note_set (GtkWidget *note, const char *text);

void trp_form_close_on_escape (GtkWidget *window);

G_END_DECLS
