/* overlap.c - see overlap.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/overlap.h"
#include "config.h"

#include "ui/dialogs/form.h"

#include <glib/gi18n.h>

#define NAME_KEY "trp-structure-name"
#define LIST_HEIGHT 130 /* pixels: five rows */
#define MAX_PAIRS 5     /* shown without scrolling */

typedef struct
{
  GtkWidget *checks[TRP_OVERLAP_SEGMENTATION + 1]; /* by answer */
  GtkWidget *order;                                /* list of names */
  TrpOverlapAnswered answered;
  void *user_data;
} Dialog;

/* ---- the order ---- */

static void
number_rows (GtkListBox *list)
{
  GtkListBoxRow *row;

  for (int n = 0; (row = gtk_list_box_get_row_at_index (list, n)); n++)
    {
      const char *name = g_object_get_data (G_OBJECT (row), NAME_KEY);
      g_autofree char *text = g_strdup_printf ("%d  %s", n + 1, name);

      gtk_label_set_text (GTK_LABEL (gtk_list_box_row_get_child (row)), text);
      gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                      -1);
    }
}

static void
move_row (GtkListBox *list, GtkListBoxRow *row, int place)
{
  if (!row || place < 0 || place == gtk_list_box_row_get_index (row) ||
      (place > 0 && !gtk_list_box_get_row_at_index (list, place)))
    return;
  g_object_ref (row);
  gtk_list_box_remove (list, GTK_WIDGET (row));
  gtk_list_box_insert (list, GTK_WIDGET (row), place);
  g_object_unref (row);
  gtk_list_box_select_row (list, row);
  gtk_widget_grab_focus (GTK_WIDGET (row));
  number_rows (list);
}

static void
move_selected (GtkWidget *widget, int by)
{
  GtkListBox *list = GTK_LIST_BOX (widget);
  GtkListBoxRow *row = gtk_list_box_get_selected_row (list);

  if (row)
    move_row (list, row, gtk_list_box_row_get_index (row) + by);
}

static gboolean
on_move_key (GtkWidget *list, GVariant *by, gpointer user_data)
{
  if (!gtk_widget_is_sensitive (list))
    return FALSE;
  move_selected (list, g_variant_get_int32 (by));
  return TRUE;
}

static void
on_up_clicked (GtkButton *button, gpointer list)
{
  move_selected (list, -1);
}

static void
on_down_clicked (GtkButton *button, gpointer list)
{
  move_selected (list, 1);
}

static GdkContentProvider *
on_drag_prepare (GtkDragSource *source, double x, double y, gpointer row)
{
  return gdk_content_provider_new_typed (GTK_TYPE_LIST_BOX_ROW, row);
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, gpointer list)
{
  GtkListBoxRow *row = g_value_get_object (value);
  GtkListBoxRow *under = gtk_list_box_get_row_at_y (list, (int) y);

  if (!row || !under || gtk_widget_get_parent (GTK_WIDGET (row)) != list)
    return FALSE;
  move_row (list, row, gtk_list_box_row_get_index (under));
  return TRUE;
}

static void
add_row (GtkListBox *list, const char *name)
{
  GtkWidget *label = gtk_label_new (NULL), *row = gtk_list_box_row_new ();
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  g_object_set_data_full (G_OBJECT (row), NAME_KEY, g_strdup (name), g_free);
  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect (source, "prepare", G_CALLBACK (on_drag_prepare), row);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (source));
  gtk_list_box_append (list, row);
}

static GtkWidget *
make_list (const char *const *names)
{
  GtkWidget *list = gtk_list_box_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GtkDropTarget *target = gtk_drop_target_new (GTK_TYPE_LIST_BOX_ROW, GDK_ACTION_MOVE);

  for (size_t n = 0; names[n]; n++)
    add_row (GTK_LIST_BOX (list), names[n]);
  gtk_list_box_select_row (GTK_LIST_BOX (list),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0));
  number_rows (GTK_LIST_BOX (list));
  gtk_shortcut_controller_add_shortcut (
    GTK_SHORTCUT_CONTROLLER (keys),
    gtk_shortcut_new_with_arguments (gtk_keyval_trigger_new (GDK_KEY_Up, GDK_ALT_MASK),
                                     gtk_callback_action_new (on_move_key, NULL, NULL), "i", -1));
  gtk_shortcut_controller_add_shortcut (
    GTK_SHORTCUT_CONTROLLER (keys),
    gtk_shortcut_new_with_arguments (gtk_keyval_trigger_new (GDK_KEY_Down, GDK_ALT_MASK),
                                     gtk_callback_action_new (on_move_key, NULL, NULL), "i", 1));
  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (keys), GTK_SHORTCUT_SCOPE_GLOBAL);
  gtk_widget_add_controller (list, keys);
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), list);
  gtk_widget_add_controller (list, GTK_EVENT_CONTROLLER (target));
  trp_form_set_name (list, _ ("Order in which structures win"));
  return list;
}

static GtkWidget *
make_mover (const char *icon, const char *name, GCallback callback, GtkWidget *list)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, name);
  trp_form_set_name (button, name);
  g_signal_connect (button, "clicked", callback, list);
  return button;
}

static GtkWidget *
scroll (GtkWidget *child)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), LIST_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), child);
  return scrolled;
}

static GtkWidget *
make_order (Dialog *dialog, const char *const *names)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *movers = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4), *scrolled;

  dialog->order = make_list (names);
  scrolled = scroll (dialog->order);
  gtk_widget_set_hexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (movers), make_mover ("go-up-symbolic", _ ("Wins earlier (Alt+Up)"),
                                                G_CALLBACK (on_up_clicked), dialog->order));
  gtk_box_append (GTK_BOX (movers), make_mover ("go-down-symbolic", _ ("Wins later (Alt+Down)"),
                                                G_CALLBACK (on_down_clicked), dialog->order));
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), movers);
  return box;
}

/* ---- the question ---- */

static GtkWidget *
make_note (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 60);
  return label;
}

static GtkWidget *
make_pairs (const GPtrArray *pairs)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  for (guint n = 0; n < pairs->len; n++)
    {
      const TrpOverlapping *pair = pairs->pdata[n];
      g_autofree char *text = g_strdup_printf (_ ("%s and %s share %.2f ml"), pair->first,
                                               pair->second, pair->ml);
      GtkWidget *label = make_note (text);

      gtk_widget_add_css_class (label, "numeric");
      gtk_box_append (GTK_BOX (box), label);
    }
  return pairs->len > MAX_PAIRS ? scroll (box) : box;
}

/* NAME, and whether there is a file of that name. */
static void
append_name (GString *text, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  if (text->len > 0)
    g_string_append (text, ", ");
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    g_string_append_printf (text, _ ("%s (replaces the one there)"), name);
  else
    g_string_append (text, name);
}

static GtkWidget *
make_files (const TrpOverlapQuestion *question)
{
  g_autofree char *folder = g_path_get_dirname (question->map);
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t n = 0; question->files[n]; n++)
    {
      g_autofree char *path = g_build_filename (folder, question->files[n], NULL);

      append_name (text, path);
    }
  return make_note (text->str);
}

static GtkWidget *
make_file (const char *path)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_name (text, path);
  return make_note (text->str);
}

static void
add_answer (
  Dialog *dialog, GtkBox *box, TrpOverlapAnswer answer, const char *label, GtkWidget *details)
{
  GtkWidget *check = gtk_check_button_new_with_mnemonic (label);
  GtkWidget *way = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  if (answer > TRP_OVERLAP_SEPARATELY)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (check),
                                GTK_CHECK_BUTTON (dialog->checks[TRP_OVERLAP_SEPARATELY]));
  dialog->checks[answer] = check;
  gtk_accessible_reset_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL);
  gtk_widget_set_margin_start (details, 24);
  if (GTK_IS_LABEL (details))
    gtk_widget_add_css_class (details, "second");
  gtk_box_append (GTK_BOX (way), check);
  gtk_box_append (GTK_BOX (way), details);
  gtk_box_append (box, way);
}

static GtkWidget *
make_content (Dialog *dialog, const TrpOverlapQuestion *question)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *order = make_order (dialog, question->names);

  gtk_box_append (GTK_BOX (box),
                  make_note (_ ("A label map holds one structure per voxel, but these overlap:")));
  gtk_box_append (GTK_BOX (box), make_pairs (question->pairs));
  add_answer (dialog, GTK_BOX (box), TRP_OVERLAP_SEPARATELY, _ ("One _file per structure"),
              make_files (question));
  add_answer (dialog, GTK_BOX (box), TRP_OVERLAP_SEGMENTATION,
              _ ("A segmentation for _3D Slicer, which holds overlaps"),
              make_file (question->segmentation));
  add_answer (dialog, GTK_BOX (box), TRP_OVERLAP_PRIORITY,
              _ ("A _label map, in which the upper structure wins:"), order);
  g_object_bind_property (dialog->checks[TRP_OVERLAP_PRIORITY], "active", order, "sensitive",
                          G_BINDING_SYNC_CREATE);
  gtk_check_button_set_active (
    GTK_CHECK_BUTTON (dialog->checks[question->answer ? question->answer : TRP_OVERLAP_SEPARATELY]),
    TRUE);
  gtk_widget_add_css_class (box, "panel");
  return box;
}

/* ---- the answer ---- */

static char **
get_order (const Dialog *dialog)
{
  GPtrArray *names = g_ptr_array_new ();
  GtkListBoxRow *row;

  for (int n = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (dialog->order), n)); n++)
    g_ptr_array_add (names, g_strdup (g_object_get_data (G_OBJECT (row), NAME_KEY)));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

static void
on_response (GtkDialog *window, int response, gpointer data)
{
  Dialog *dialog = data;
  const TrpOverlapAnswered answered = dialog->answered;
  void *user_data = dialog->user_data;
  g_auto (GStrv) order = get_order (dialog);
  TrpOverlapAnswer answer = TRP_OVERLAP_NOTHING;

  for (int n = TRP_OVERLAP_SEPARATELY; n <= TRP_OVERLAP_SEGMENTATION; n++)
    if (response == GTK_RESPONSE_ACCEPT &&
        gtk_check_button_get_active (GTK_CHECK_BUTTON (dialog->checks[n])))
      answer = (TrpOverlapAnswer) n;
  gtk_window_destroy (GTK_WINDOW (window));
  answered (answer, (const char *const *) order, user_data);
}

static void
dialog_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

GtkWidget *
trp_overlap_dialog_show (GtkWindow *parent,
                         const TrpOverlapQuestion *question,
                         TrpOverlapAnswered answered,
                         void *user_data)
{
  GtkWidget *window = gtk_dialog_new_with_buttons (
    _ ("Structures overlap"), parent, GTK_DIALOG_MODAL | GTK_DIALOG_USE_HEADER_BAR, _ ("_Cancel"),
    GTK_RESPONSE_CANCEL, _ ("_Save"), GTK_RESPONSE_ACCEPT, NULL);
  Dialog *dialog = g_new0 (Dialog, 1);

  dialog->answered = answered;
  dialog->user_data = user_data;
  gtk_box_append (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window))),
                  make_content (dialog, question));
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_ACCEPT);
  g_signal_connect_data (window, "response", G_CALLBACK (on_response), dialog, dialog_free, 0);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}
