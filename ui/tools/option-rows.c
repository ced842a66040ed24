/* option-rows.c - see option-rows.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/option-rows.h"
#include "config.h"

#include <glib/gi18n.h>

#define NAME_CHARS 6

GtkWidget *
trp_option_rows_new (void)
{
  return gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
}

GtkWidget *
trp_option_rows_append (GtkWidget *rows, const char *name, GtkWidget *child)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), NAME_CHARS);
  gtk_widget_set_hexpand (child, TRUE);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), child);
  gtk_box_append (GTK_BOX (rows), row);
  return child;
}

void
trp_option_rows_append_hint (GtkWidget *rows, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1); /* as wide as the panel, never wider */
  gtk_widget_add_css_class (label, "caption");
  gtk_box_append (GTK_BOX (rows), label);
}

/* ---- segments ---- */

typedef struct
{
  GCallback chosen;
  gpointer data;
  bool silent;
} Segments;

static const char segments_key[] = "trp-segments";

/* A group first lets go of the old button, and then no button is the answer. */
static void
on_toggled (GtkToggleButton *button, Segments *self)
{
  if (gtk_toggle_button_get_active (button) && !self->silent)
    ((void (*) (gpointer)) self->chosen) (self->data);
}

GtkWidget *
trp_option_segments_new (const char *const *names, GCallback chosen, gpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *first = NULL;
  Segments *self = g_new0 (Segments, 1);

  self->chosen = chosen;
  self->data = data;
  g_object_set_data_full (G_OBJECT (box), segments_key, self, g_free);
  gtk_widget_add_css_class (box, "segments");
  for (int n = 0; names[n]; n++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (_ (names[n]));

      if (first)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (first));
      else
        first = button;
      gtk_widget_set_hexpand (button, TRUE);
      gtk_widget_set_focus_on_click (button, FALSE); /* Enter is the tool's, and the preview's */
      g_signal_connect (button, "toggled", G_CALLBACK (on_toggled), self);
      gtk_box_append (GTK_BOX (box), button);
    }
  return box;
}

int
trp_option_segments_get (GtkWidget *segments)
{
  int n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (segments); child;
       child = gtk_widget_get_next_sibling (child), n++)
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (child)))
      return n;
  return 0;
}

void
trp_option_segments_set (GtkWidget *segments, int index)
{
  Segments *self = g_object_get_data (G_OBJECT (segments), segments_key);
  int n = 0;

  self->silent = true;
  for (GtkWidget *child = gtk_widget_get_first_child (segments); child;
       child = gtk_widget_get_next_sibling (child), n++)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (child), n == index);
  self->silent = false;
}

/* ---- numbers ---- */

GtkWidget *
trp_option_number_new (const char *name,
                       double low,
                       double high,
                       double step,
                       int digits,
                       GCallback changed,
                       gpointer data)
{
  GtkWidget *entry = gtk_spin_button_new_with_range (low, high, step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (entry), (guint) digits);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 5);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (entry, "value-changed", changed, data);
  return entry;
}
