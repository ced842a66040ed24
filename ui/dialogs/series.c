/* series.c - which series of a folder to open
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/series.h"
#include "config.h"

#include "core/io/format.h"

#include <glib/gi18n.h>

typedef struct
{
  TrpDocument *document;
  char *path;
  int role;
  GPtrArray *checks; /* (element-type GtkCheckButton) */
  GPtrArray *uids;   /* (element-type utf8) */
} Dialog;

static void
dialog_free (gpointer data, GClosure *closure)
{
  Dialog *dialog = data;

  g_object_unref (dialog->document);
  g_free (dialog->path);
  g_ptr_array_unref (dialog->checks);
  g_ptr_array_unref (dialog->uids);
  g_free (dialog);
}

static void
on_response (GtkDialog *window, int response, gpointer data)
{
  Dialog *dialog = data;
  guint n_checked = 0;

  for (guint n = 0; n < dialog->checks->len; n++)
    n_checked += gtk_check_button_get_active (g_ptr_array_index (dialog->checks, n));
  for (guint n = 0; response == GTK_RESPONSE_ACCEPT && n < dialog->checks->len; n++)
    if (gtk_check_button_get_active (g_ptr_array_index (dialog->checks, n)))
      trp_document_open_series (dialog->document, dialog->path, g_ptr_array_index (dialog->uids, n),
                                n_checked > 1 ? TRP_ROLE_GUESS : dialog->role);
  gtk_window_destroy (GTK_WINDOW (window));
}

static size_t
count_slices (const TrpSeries *series)
{
  return MAX (series->n_files, series->size[2]);
}

/* The largest series of each modality is what is wanted most often. */
static bool
is_largest (GPtrArray *list, guint index)
{
  const TrpSeries *mine = g_ptr_array_index (list, index);

  for (guint n = 0; n < list->len; n++)
    {
      const TrpSeries *other = g_ptr_array_index (list, n);

      if (other->modality == mine->modality &&
          (count_slices (other) > count_slices (mine) ||
           (n < index && count_slices (other) == count_slices (mine))))
        return false;
    }
  return true;
}

static GtkWidget *
make_list (Dialog *dialog, GPtrArray *list)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  for (guint n = 0; n < list->len; n++)
    {
      const TrpSeries *series = g_ptr_array_index (list, n);
      const char *modality = trp_modality_get_name (series->modality);
      g_autofree char *text = g_strdup_printf (
        _ ("%s  %s  %zu × %zu, %zu slices"), modality ? modality : "?",
        series->description ? series->description : _ ("no description"), series->size[0],
        series->size[1], count_slices (series));
      GtkWidget *check = gtk_check_button_new_with_label (text);

      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), is_largest (list, n));
      g_ptr_array_add (dialog->checks, check);
      g_ptr_array_add (dialog->uids, g_strdup (series->uid));
      gtk_box_append (GTK_BOX (box), check);
    }
  return box;
}

void
trp_series_dialog_show (GtkWindow *parent, TrpDocument *document, const TrpOpenChoice *choice)
{
  g_autofree char *name = g_path_get_basename (choice->path);
  g_autofree char *title = g_strdup_printf (_ ("%s holds %u series"), name, choice->series->len);
  GtkWidget *window = gtk_dialog_new_with_buttons (
    title, parent, GTK_DIALOG_MODAL | GTK_DIALOG_USE_HEADER_BAR, _ ("_Cancel"), GTK_RESPONSE_CANCEL,
    _ ("_Open"), GTK_RESPONSE_ACCEPT, NULL);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  Dialog *dialog = g_new0 (Dialog, 1);
  GtkWidget *list;

  dialog->document = g_object_ref (document);
  dialog->path = g_strdup (choice->path);
  dialog->role = choice->role;
  dialog->checks = g_ptr_array_new ();
  dialog->uids = g_ptr_array_new_with_free_func (g_free);
  list = make_list (dialog, choice->series);
  gtk_widget_add_css_class (list, "panel");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window))), scrolled);
  gtk_window_set_default_size (GTK_WINDOW (window), 560, 360);
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_ACCEPT);
  g_signal_connect_data (window, "response", G_CALLBACK (on_response), dialog, dialog_free, 0);
  gtk_window_present (GTK_WINDOW (window));
}
