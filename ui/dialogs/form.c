/* form.c - see form.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/form.h"

#define NAME_CHARS 9

void
trp_form_set_name (GtkWidget *child, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (GTK_IS_DROP_DOWN (child))
    gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (child)),
                                    GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

GtkWidget *
trp_form_set_mnemonic (GtkWidget *button, const char *label)
{
  gtk_button_set_use_underline (GTK_BUTTON (button), TRUE);
  gtk_button_set_label (GTK_BUTTON (button), label);
  gtk_accessible_reset_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL);
  return button;
}

GtkWidget *
trp_form_row (const char *name, GtkWidget *child)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), NAME_CHARS);
  gtk_widget_add_css_class (label, "second");
  gtk_widget_set_hexpand (child, TRUE);
  trp_form_set_name (child, name);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), child);
  return row;
}

GtkWidget *
trp_form_note_new (int n_chars)
{
  GtkWidget *note = gtk_label_new (NULL);

  gtk_widget_add_css_class (note, "caption");
  gtk_widget_add_css_class (note, "two-lines");
  gtk_label_set_xalign (GTK_LABEL (note), 0);
  gtk_label_set_yalign (GTK_LABEL (note), 0);
  gtk_label_set_wrap (GTK_LABEL (note), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (note), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_ellipsize (GTK_LABEL (note), PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (GTK_LABEL (note), 2);
  gtk_label_set_max_width_chars (GTK_LABEL (note), n_chars);
  return note;
}

void
trp_form_note_set (GtkWidget *note, const char *text)
{
  gtk_label_set_label (GTK_LABEL (note), text ? text : "");
  gtk_widget_set_tooltip_text (note, text);
}

static gboolean
close_window (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  gtk_window_close (GTK_WINDOW (widget));
  return TRUE;
}

void
trp_form_close_on_escape (GtkWidget *window)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (
    GTK_SHORTCUT_CONTROLLER (keys),
    gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                      gtk_callback_action_new (close_window, NULL, NULL)));
  gtk_widget_add_controller (window, keys);
}
