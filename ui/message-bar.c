/* message-bar.c - sentences above the panes, until they are closed
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/message-bar.h"
#include "config.h"

#include "ui/document-journal.h"
#include "ui/preview-bar.h"
#include "ui/document-blind.h"

#include <glib/gi18n.h>

#define INFO_SECONDS 8
#define TEXT_KEY "trp-text"
#define LABEL_KEY "trp-label"

struct _TrpMessageBar
{
  GtkBox parent_instance;

  TrpDocument *document;
  GtkWidget *identity;
  GtkWidget *identity_text;
  GtkWidget *unfinished;
  GtkWidget *unfinished_text;
  bool identity_hidden;
};

G_DEFINE_FINAL_TYPE (TrpMessageBar, trp_message_bar, GTK_TYPE_BOX)

static void
trp_message_bar_dispose (GObject *object)
{
  TrpMessageBar *self = TRP_MESSAGE_BAR (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_message_bar_parent_class)->dispose (object);
}

static void
trp_message_bar_class_init (TrpMessageBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_message_bar_dispose;
}

static void
trp_message_bar_init (TrpMessageBar *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

static GtkWidget *
make_row (TrpSeverity severity, GtkWidget **out_label)
{
  static const char *const classes[] = { "info", "warning", "error" };
  GtkWidget *row = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT, NULL);

  *out_label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (*out_label), 0);
  gtk_label_set_wrap (GTK_LABEL (*out_label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (*out_label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (*out_label), TRUE);
  gtk_widget_set_focusable (*out_label, FALSE); /* the panes keep the keys */
  gtk_widget_set_hexpand (*out_label, TRUE);
  gtk_widget_add_css_class (row, "message");
  gtk_widget_add_css_class (row, classes[severity]);
  if (severity != TRP_SEVERITY_INFO)
    gtk_box_append (GTK_BOX (row), gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  gtk_box_append (GTK_BOX (row), *out_label);
  return row;
}

static void
remove_row (GtkWidget *row)
{
  GtkWidget *parent = gtk_widget_get_parent (row);

  if (parent)
    gtk_box_remove (GTK_BOX (parent), row);
}

static gboolean
on_info_timeout (gpointer row)
{
  remove_row (row);
  return G_SOURCE_REMOVE;
}

/* The same sentence is not shown twice. */
static GtkWidget *
find_row (TrpMessageBar *self, const char *text)
{
  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self)); row;
       row = gtk_widget_get_next_sibling (row))
    if (g_strcmp0 (g_object_get_data (G_OBJECT (row), TEXT_KEY), text) == 0)
      return row;
  return NULL;
}

void
trp_message_bar_show (TrpMessageBar *self, TrpSeverity severity, const char *text)
{
  GtkWidget *label, *row, *close;

  if (find_row (self, text))
    return;
  row = make_row (severity, &label);
  close = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *shown = trp_document_hide_names (self->document, text);

  gtk_label_set_label (GTK_LABEL (label), shown);
  g_object_set_data (G_OBJECT (row), LABEL_KEY, label);
  gtk_widget_add_css_class (close, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (close), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Close this message"), -1);
  g_object_set_data_full (G_OBJECT (row), TEXT_KEY, g_strdup (text), g_free);
  g_signal_connect_swapped (close, "clicked", G_CALLBACK (remove_row), row);
  gtk_box_append (GTK_BOX (row), close);
  gtk_box_append (GTK_BOX (self), row);
  if (severity == TRP_SEVERITY_INFO)
    g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, INFO_SECONDS, on_info_timeout,
                                g_object_ref (row), g_object_unref);
}

void
trp_message_bar_withdraw (TrpMessageBar *self, const char *text)
{
  GtkWidget *row = find_row (self, text);

  if (row)
    remove_row (row);
}

static void
update_identity (TrpMessageBar *self)
{
  g_autofree char *conflict = trp_document_hide_names (
    self->document, trp_document_get_identity_conflict (self->document));

  gtk_label_set_label (GTK_LABEL (self->identity_text), !conflict ? ""
                                                        : self->identity_hidden
                                                          ? _ ("Different patients side by side.")
                                                          : conflict);
  gtk_widget_set_visible (self->identity, conflict != NULL);
}

static void
update_unfinished (TrpMessageBar *self)
{
  g_autofree char *text = trp_document_dup_unfinished (self->document, !self->identity_hidden);

  g_autofree char *shown = trp_document_hide_names (self->document, text);

  gtk_label_set_label (GTK_LABEL (self->unfinished_text), shown ? shown : "");
  gtk_widget_set_visible (self->unfinished, text != NULL);
}

/* Whose readings they are may have become hidden, or known. */
static void
update_names (TrpMessageBar *self)
{
  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self)); row;
       row = gtk_widget_get_next_sibling (row))
    {
      GtkWidget *label = g_object_get_data (G_OBJECT (row), LABEL_KEY);
      g_autofree char *shown = trp_document_hide_names (
        self->document, g_object_get_data (G_OBJECT (row), TEXT_KEY));

      if (label)
        gtk_label_set_label (GTK_LABEL (label), shown);
    }
  update_identity (self);
  update_unfinished (self);
}

static void
on_acknowledged (TrpMessageBar *self)
{
  trp_document_acknowledge_identity (self->document);
}

void
trp_message_bar_set_identity_shown (TrpMessageBar *self, bool shown)
{
  self->identity_hidden = !shown;
  update_identity (self);
  update_unfinished (self);
}

static void
on_restore (TrpMessageBar *self)
{
  trp_document_restore_unfinished (self->document);
}

static void
on_discard_response (GtkDialog *dialog, int response, TrpMessageBar *self)
{
  gtk_window_destroy (GTK_WINDOW (dialog));
  if (response == GTK_RESPONSE_ACCEPT)
    trp_document_discard_unfinished (self->document);
}

/* It stands beside Restore, and hours of work may hang on it. */
static void
on_discard (TrpMessageBar *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *dialog = gtk_message_dialog_new (
    GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
    GTK_BUTTONS_NONE, "%s", _ ("Discard the unsaved contours?"));

  gtk_message_dialog_format_secondary_text (
    GTK_MESSAGE_DIALOG (dialog), "%s",
    _ ("They will not be offered again. The journal stays on the disk beside the others, with "
       "\".old\" in its name."));
  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _ ("Keep"), GTK_RESPONSE_CANCEL, _ ("Discard"),
                          GTK_RESPONSE_ACCEPT, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_discard_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
add_unfinished (TrpMessageBar *self)
{
  const struct
  {
    const char *label;
    void (*answer) (TrpMessageBar *self);
  } answers[] = {
    { _ ("Restore"), on_restore },
    { _ ("Discard"), on_discard },
  };

  self->unfinished = make_row (TRP_SEVERITY_WARNING, &self->unfinished_text);
  for (size_t n = 0; n < G_N_ELEMENTS (answers); n++)
    {
      GtkWidget *button = gtk_button_new_with_label (answers[n].label);

      g_signal_connect_object (button, "clicked", G_CALLBACK (answers[n].answer), self,
                               G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (self->unfinished), button);
    }
  gtk_box_append (GTK_BOX (self), self->unfinished);
  g_signal_connect_swapped (self->document, "unfinished-changed", G_CALLBACK (update_unfinished),
                            self);
  update_unfinished (self);
}

GtkWidget *
trp_message_bar_new (TrpDocument *document)
{
  TrpMessageBar *self = g_object_new (TRP_TYPE_MESSAGE_BAR, NULL);
  GtkWidget *button = gtk_button_new_with_label (_ ("I know"));

  self->document = g_object_ref (document);
  self->identity = make_row (TRP_SEVERITY_WARNING, &self->identity_text);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_acknowledged), self);
  gtk_box_append (GTK_BOX (self->identity), button);
  gtk_box_append (GTK_BOX (self), self->identity);
  g_signal_connect_swapped (document, "identity-changed", G_CALLBACK (update_identity), self);
  g_signal_connect_swapped (document, "readings-changed", G_CALLBACK (update_names), self);
  update_identity (self);
  add_unfinished (self);
  gtk_box_append (GTK_BOX (self), trp_preview_bar_new (document));
  return GTK_WIDGET (self);
}
