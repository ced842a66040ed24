/* preview-bar.c - see preview-bar.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/preview-bar.h"
#include "config.h"
#include "ui/document-preview.h"

#include <glib/gi18n.h>

#define LABEL_KEY "trp-label"

static void
update (GtkWidget *bar, TrpDocument *document)
{
  GtkWidget *label = g_object_get_data (G_OBJECT (bar), LABEL_KEY);

  gtk_label_set_label (GTK_LABEL (label), trp_document_get_preview_text (document));
  gtk_widget_set_tooltip_text (label, trp_document_get_preview_text (document));
  gtk_widget_set_visible (bar, trp_document_has_preview (document));
}

static void
on_preview_changed (TrpDocument *document, GtkWidget *bar)
{
  update (bar, document);
}

/* The panes keep the focus, so that the keys go on meaning what they mean there. */
static void
append_button (GtkWidget *bar, const char *label, const char *tip, const char *action)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_tooltip_text (button, tip);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_box_append (GTK_BOX (bar), button);
}

GtkWidget *
trp_preview_bar_new (TrpDocument *document)
{
  GtkWidget *bar = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT, NULL);
  GtkWidget *mark = gtk_label_new (_ ("Preview"));
  GtkWidget *label = gtk_label_new (NULL);

  gtk_widget_add_css_class (bar, "message");
  gtk_widget_add_css_class (bar, "preview");
  gtk_widget_add_css_class (mark, "second");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (bar), mark);
  gtk_box_append (GTK_BOX (bar), label);
  append_button (bar, _ ("Accept"), _ ("Accept all of it (Enter)"), "win.accept");
  append_button (bar, _ ("This slice"), _ ("Accept the slice at the cursor only (Shift+Enter)"),
                 "win.accept-slice");
  append_button (bar, _ ("Discard"), _ ("Leave the structure as it is (Escape)"), "win.discard");
  g_object_set_data (G_OBJECT (bar), LABEL_KEY, label);
  g_signal_connect_object (document, "preview-changed", G_CALLBACK (on_preview_changed), bar, 0);
  update (bar, document);
  return bar;
}
