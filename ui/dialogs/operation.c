/* operation.c - see operation.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/operation.h"
#include "config.h"
#include "ui/dialogs/form.h"
#include "ui/dialogs/operation-form.h"
#include "ui/document-compute.h"
#include "ui/document-preview.h"
#include "ui/document-transfer.h"

#include <glib/gi18n.h>

#define DELAY_MS 200
#define POLL_MS 50
#define DIALOG_KEY "trp-operation-dialog"

typedef struct
{
  TrpDocument *document;
  TrpStructure *structure;
  TrpOperationForm *form;
  GtkWidget *window;
  guint timer;    /* until what was set is computed */
  bool is_asking; /* a preview changes by what is done here */
  bool is_shown;  /* its preview has stood */
  bool is_applying;
} Dialog;

static void
dialog_free (gpointer data)
{
  Dialog *dialog = data;

  g_clear_handle_id (&dialog->timer, g_source_remove);
  g_signal_handlers_disconnect_by_data (dialog->document, dialog);
  if (g_object_get_data (G_OBJECT (dialog->document), DIALOG_KEY) == dialog->window)
    g_object_set_data (G_OBJECT (dialog->document), DIALOG_KEY, NULL);
  trp_operation_form_free (dialog->form);
  trp_structure_unref (dialog->structure);
  g_object_unref (dialog->document);
  g_free (dialog);
}

/* Returns: its place in the edited reading, -1: it is gone. */
static int
find_index (const Dialog *dialog)
{
  TrpStructureSet *set = trp_document_peek_edited (dialog->document);
  size_t index;

  return set && trp_structure_set_find_index (set, dialog->structure, &index) ? (int) index : -1;
}

static void
ask (Dialog *dialog)
{
  const TrpOperation operation = trp_operation_form_read (dialog->form);
  const int index = find_index (dialog);
  const bool is_here = trp_operation_form_get_reading (dialog->form) < 0;

  dialog->is_asking = true;
  if (index >= 0 && is_here)
    trp_document_run_operation (dialog->document, (guint) index, &operation);
  else
    trp_document_discard_preview (dialog->document);
  dialog->is_asking = false;
}

static gboolean
on_delay (gpointer data)
{
  Dialog *dialog = data;

  dialog->timer = 0;
  ask (dialog);
  return G_SOURCE_REMOVE;
}

static void
on_changed (Dialog *dialog)
{
  g_clear_handle_id (&dialog->timer, g_source_remove);
  dialog->timer = g_timeout_add (DELAY_MS, on_delay, dialog);
}

/* Accepts what was computed last; what came to nothing has been said, and may be changed. */
static gboolean
on_poll (gpointer data)
{
  Dialog *dialog = data;

  if (trp_document_is_computing (dialog->document))
    return G_SOURCE_CONTINUE;
  dialog->timer = 0;
  dialog->is_asking = true;
  if (trp_document_accept_preview (dialog->document))
    gtk_window_destroy (GTK_WINDOW (dialog->window));
  else
    dialog->is_asking = dialog->is_applying = false;
  return G_SOURCE_REMOVE;
}

static void
on_apply (Dialog *dialog)
{
  const int reading = trp_operation_form_get_reading (dialog->form);
  const int index = find_index (dialog);

  if (reading >= 0 && index >= 0)
    {
      TrpDocument *document = dialog->document;
      const bool adds = trp_operation_form_read (dialog->form).adds;

      gtk_window_destroy (GTK_WINDOW (dialog->window));
      trp_document_copy_to_reading (document, (guint) index, (guint) reading, adds);
      return;
    }
  if (dialog->is_applying)
    return;
  if (dialog->timer || !(trp_document_has_preview (dialog->document) ||
                         trp_document_is_computing (dialog->document)))
    ask (dialog);
  g_clear_handle_id (&dialog->timer, g_source_remove);
  dialog->is_applying = true;
  if (on_poll (dialog) == G_SOURCE_CONTINUE)
    dialog->timer = g_timeout_add (POLL_MS, on_poll, dialog);
}

static gboolean
on_close (Dialog *dialog)
{
  dialog->is_asking = true;
  trp_document_cancel_computing (dialog->document);
  trp_document_discard_preview (dialog->document);
  return GDK_EVENT_PROPAGATE;
}

/* Accepted or discarded elsewhere: there is nothing to set any more. */
static void
on_preview_changed (Dialog *dialog)
{
  if (trp_document_has_preview (dialog->document))
    dialog->is_shown = true;
  else if (dialog->is_shown && !dialog->is_asking)
    gtk_window_destroy (GTK_WINDOW (dialog->window));
}

/* ---- the window ---- */

static GtkWidget *
make_buttons (Dialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *cancel = gtk_button_new_with_label (_ ("Cancel"));
  GtkWidget *apply = gtk_button_new_with_label (_ ("Apply"));

  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_add_css_class (apply, "suggested-action");
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (gtk_window_close), dialog->window);
  g_signal_connect_swapped (apply, "clicked", G_CALLBACK (on_apply), dialog);
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_box_append (GTK_BOX (box), apply);
  gtk_window_set_default_widget (GTK_WINDOW (dialog->window), apply);
  return box;
}

static GtkWidget *
make_content (Dialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  gtk_widget_set_margin_top (box, 14);
  gtk_widget_set_margin_bottom (box, 14);
  gtk_widget_set_margin_start (box, 14);
  gtk_widget_set_margin_end (box, 14);
  gtk_box_append (GTK_BOX (box), trp_operation_form_get_box (dialog->form));
  gtk_box_append (GTK_BOX (box), make_buttons (dialog));
  return box;
}

static void
make_window (Dialog *dialog, GtkWindow *parent)
{
  g_autofree char *title = g_strdup_printf ("%s \u2013 %s",
                                            trp_operation_form_get_title (dialog->form),
                                            trp_structure_get_name (dialog->structure));

  dialog->window = gtk_window_new ();
  gtk_window_set_title (GTK_WINDOW (dialog->window), title);
  gtk_window_set_transient_for (GTK_WINDOW (dialog->window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog->window), TRUE);
  gtk_window_set_resizable (GTK_WINDOW (dialog->window), FALSE);
  g_object_set_data_full (G_OBJECT (dialog->window), "trp-dialog", dialog, dialog_free);
  gtk_window_set_child (GTK_WINDOW (dialog->window), make_content (dialog));
  trp_form_close_on_escape (dialog->window);
  g_signal_connect_swapped (dialog->window, "close-request", G_CALLBACK (on_close), dialog);
}

/* One at a time: the preview is one. */
static void
close_other (TrpDocument *document)
{
  GtkWidget *other = g_object_get_data (G_OBJECT (document), DIALOG_KEY);

  if (other)
    gtk_window_close (GTK_WINDOW (other));
}

GtkWidget *
trp_operation_dialog_open (GtkWindow *parent,
                           TrpDocument *document,
                           TrpOperationKind kind,
                           const TrpPlane *plane)
{
  TrpStructure *structure = trp_document_peek_active (document);
  Dialog *dialog;

  close_other (document);
  if (!structure || trp_mask_is_empty (trp_structure_peek_mask (structure)))
    {
      trp_document_report (document, TRP_SEVERITY_INFO,
                           _ ("Choose a structure first that something is drawn on."));
      return NULL;
    }
  dialog = g_new0 (Dialog, 1);
  dialog->document = g_object_ref (document);
  dialog->structure = trp_structure_ref (structure);
  dialog->form = trp_operation_form_new (document, structure, kind, plane);
  trp_operation_form_set_notify (dialog->form, (void (*) (void *)) on_changed, dialog);
  make_window (dialog, parent);
  g_object_set_data (G_OBJECT (document), DIALOG_KEY, dialog->window);
  g_signal_connect_swapped (document, "preview-changed", G_CALLBACK (on_preview_changed), dialog);
  trp_operation_form_focus (dialog->form);
  gtk_window_present (GTK_WINDOW (dialog->window));
  on_changed (dialog);
  return dialog->window;
}
