/* compare-readings.c - readings against each other, and one made of them
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/compare-readings.h"
#include "config.h"

#include "ui/dialogs/form.h"
#include "ui/dialogs/reading-matrix.h"
#include "ui/document-blind.h"
#include "ui/document-compare.h"
#include "ui/document-consensus.h"
#include "ui/panels/readings.h"

#include <glib/gi18n.h>

#define WINDOW_KEY "trp-compare-readings"

typedef struct
{
  TrpDocument *document;
  GtkWindow *parent; /* a weak pointer: by when the window is destroyed it has no parent */
  GtkWidget *window;
  GtkWidget *structure; /* drop-down of names */
  TrpReadingMatrix *matrix;
  GtkWidget *kind, *all, *tie, *margin;
  GtkWidget *note;
  GtkWidget *performance;
  bool is_updating;
} Dialog;

static void
dialog_free (gpointer data, GClosure *closure)
{
  Dialog *dialog = data;

  g_object_unref (dialog->document);
  g_free (dialog);
}

static void
on_destroy (GtkWidget *window, Dialog *dialog)
{
  g_signal_handlers_disconnect_by_data (dialog->document, dialog);
  if (dialog->parent)
    g_object_set_data (G_OBJECT (dialog->parent), WINDOW_KEY, NULL);
  g_clear_weak_pointer (&dialog->parent);
}

/* ---- which structure ---- */

static const char *
get_structure (const Dialog *dialog)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (GTK_DROP_DOWN (dialog->structure));

  return item ? gtk_string_object_get_string (item) : NULL;
}

static bool
holds (GtkStringList *names, const char *name)
{
  for (guint n = 0; n < g_list_model_get_n_items (G_LIST_MODEL (names)); n++)
    if (strcmp (gtk_string_list_get_string (names, n), name) == 0)
      return true;
  return false;
}

/* Of any reading that is compared, in the order in which they are listed. */
static GtkStringList *
list_structures (const Dialog *dialog)
{
  g_autoptr (GArray) order = trp_document_list_readings (dialog->document);
  GtkStringList *names = gtk_string_list_new (NULL);

  for (guint n = 0; n < order->len; n++)
    {
      const guint index = g_array_index (order, guint, n);
      TrpStructureSet *set = trp_document_get_reading (dialog->document, index);

      for (size_t m = 0; m < trp_structure_set_get_size (set); m++)
        {
          const char *name = trp_structure_get_name (trp_structure_set_get (set, m));

          if (trp_document_is_compared (dialog->document, index) && !holds (names, name))
            gtk_string_list_append (names, name);
        }
    }
  return names;
}

static guint
find_structure (GtkStringList *names, const char *wanted)
{
  for (guint n = 0; wanted && n < g_list_model_get_n_items (G_LIST_MODEL (names)); n++)
    if (strcmp (gtk_string_list_get_string (names, n), wanted) == 0)
      return n;
  return 0;
}

/* ---- what STAPLE found ---- */

static void
attach (GtkWidget *grid, const char *text, int column, int row, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
  gtk_widget_add_css_class (label, class_name);
  gtk_grid_attach (GTK_GRID (grid), label, column, row, 1, 1);
}

static const TrpConsensusPart *
find_part (const Dialog *dialog)
{
  const GPtrArray *parts = trp_document_peek_consensus (dialog->document);
  const char *name = get_structure (dialog);

  for (guint n = 0; parts && name && n < parts->len; n++)
    {
      const TrpConsensusPart *part = parts->pdata[n];

      if (strcmp (part->name, name) == 0 && part->made->staple)
        return part;
    }
  return NULL;
}

static void
fill_performance (Dialog *dialog, const TrpConsensusPart *part)
{
  attach (dialog->performance, _ ("STAPLE's estimate"), 0, 0, "second");
  attach (dialog->performance, _ ("sensitivity"), 1, 0, "second");
  attach (dialog->performance, _ ("specificity"), 2, 0, "second");
  for (guint n = 0; n < part->n_readings; n++)
    {
      g_autofree char *name = trp_document_hide_names (dialog->document, part->readings[n]);
      g_autofree char *sensitivity = g_strdup_printf ("%.4f", part->made->staple->sensitivity[n]);
      g_autofree char *specificity = g_strdup_printf ("%.4f", part->made->staple->specificity[n]);

      attach (dialog->performance, name, 0, (int) n + 1, "name");
      attach (dialog->performance, sensitivity, 1, (int) n + 1, "numeric");
      attach (dialog->performance, specificity, 2, (int) n + 1, "numeric");
    }
}

static void
show_performance (Dialog *dialog)
{
  const TrpConsensusPart *part = find_part (dialog);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (dialog->performance)))
    gtk_grid_remove (GTK_GRID (dialog->performance), child);
  if (part)
    fill_performance (dialog, part);
  gtk_widget_set_visible (dialog->performance, part != NULL);
}

/* ---- changes ---- */

static void
on_structure (Dialog *dialog)
{
  if (dialog->is_updating)
    return;
  trp_reading_matrix_set_structure (dialog->matrix, get_structure (dialog));
  show_performance (dialog);
}

static void
update_structures (Dialog *dialog)
{
  TrpStructure *active = trp_document_peek_active (dialog->document);
  g_autoptr (GtkStringList) names = list_structures (dialog);
  const char *chosen = get_structure (dialog);
  const guint place = find_structure (names, chosen   ? chosen
                                             : active ? trp_structure_get_name (active)
                                                      : NULL);

  dialog->is_updating = true;
  gtk_drop_down_set_model (GTK_DROP_DOWN (dialog->structure), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (dialog->structure), place);
  dialog->is_updating = false;
  on_structure (dialog);
}

static void
on_metric (GtkDropDown *metric, GParamSpec *property, Dialog *dialog)
{
  trp_reading_matrix_set_metric (dialog->matrix,
                                 (TrpPairMetric) gtk_drop_down_get_selected (metric));
}

static void
on_copy (Dialog *dialog)
{
  g_autofree char *text = trp_reading_matrix_dup_csv (dialog->matrix);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (dialog->window), text);
}

/* ---- consensus ---- */

static TrpConsensusKind
get_kind (const Dialog *dialog)
{
  return (TrpConsensusKind) gtk_drop_down_get_selected (GTK_DROP_DOWN (dialog->kind));
}

static void
on_kind (Dialog *dialog)
{
  static const char *const notes[TRP_N_CONSENSUS_KINDS] = {
    [TRP_CONSENSUS_MAJORITY] = N_ ("Voxels that more than half of the readings hold."),
    [TRP_CONSENSUS_STAPLE] = N_ (
      "Weighs the readings by how well they agree. What counts as background decides: the box "
      "around all readings and a margin. With two readings it cannot tell who is right."),
    [TRP_CONSENSUS_UNION] = N_ ("Voxels that any reading holds."),
    [TRP_CONSENSUS_INTERSECTION] = N_ ("Voxels that every reading holds."),
  };
  const TrpConsensusKind kind = get_kind (dialog);

  gtk_widget_set_visible (dialog->tie, kind == TRP_CONSENSUS_MAJORITY);
  gtk_widget_set_visible (gtk_widget_get_parent (dialog->margin), kind == TRP_CONSENSUS_STAPLE);
  gtk_label_set_label (GTK_LABEL (dialog->note), _ (notes[kind]));
}

/* One structure means the one that the table shows. */
static void
choose_structure (Dialog *dialog)
{
  TrpStructureSet *edited = trp_document_peek_edited (dialog->document);
  const char *name = get_structure (dialog);
  TrpStructure *structure = edited && name ? trp_structure_set_find (edited, name) : NULL;
  size_t index;

  if (structure && trp_structure_set_find_index (edited, structure, &index))
    trp_document_set_active (dialog->document, (int) index);
}

static void
on_make (Dialog *dialog)
{
  const TrpConsensusOptions options = {
    .kind = get_kind (dialog),
    .tie = gtk_check_button_get_active (GTK_CHECK_BUTTON (dialog->tie)) ? TRP_TIE_INSIDE
                                                                        : TRP_TIE_OUTSIDE,
    .margin_mm = gtk_spin_button_get_value (GTK_SPIN_BUTTON (dialog->margin)),
  };

  choose_structure (dialog);
  trp_document_make_consensus (dialog->document, &options,
                               gtk_check_button_get_active (GTK_CHECK_BUTTON (dialog->all)));
}

/* ---- making ---- */

static GtkWidget *
make_choice (const char *const *names, const char *name, GCallback callback, Dialog *dialog)
{
  GtkWidget *choice = gtk_drop_down_new_from_strings (names);

  trp_form_set_name (choice, name);
  if (callback)
    g_signal_connect_swapped (choice, "notify::selected", callback, dialog);
  return choice;
}

static GtkWidget *
make_metrics (Dialog *dialog)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;
  GtkWidget *metric;

  for (int n = 0; n < TRP_N_PAIR_METRICS; n++)
    {
      g_autofree char *name = trp_reading_matrix_dup_metric_name ((TrpPairMetric) n);

      g_strv_builder_add (names, name);
    }
  list = g_strv_builder_end (names);
  metric = make_choice ((const char *const *) list, _ ("Number"), NULL, dialog);
  g_signal_connect (metric, "notify::selected", G_CALLBACK (on_metric), dialog);
  return metric;
}

static GtkWidget *
make_top (Dialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *copy = gtk_button_new_with_label (_ ("Copy as CSV"));

  dialog->structure = make_choice (NULL, _ ("Structure"), G_CALLBACK (on_structure), dialog);
  gtk_widget_set_hexpand (dialog->structure, TRUE);
  g_signal_connect_swapped (copy, "clicked", G_CALLBACK (on_copy), dialog);
  gtk_box_append (GTK_BOX (box), dialog->structure);
  gtk_box_append (GTK_BOX (box), make_metrics (dialog));
  gtk_box_append (GTK_BOX (box), copy);
  return box;
}

static GtkWidget *
make_options (Dialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *margin = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  dialog->all = gtk_check_button_new_with_label (_ ("All structures that two readings have"));
  dialog->tie = gtk_check_button_new_with_label (_ ("Half of the readings is enough"));
  dialog->margin = gtk_spin_button_new_with_range (0, 200, 1);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (dialog->all), TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (dialog->margin), TRP_CONSENSUS_DEFAULT_MARGIN_MM);
  trp_form_set_name (dialog->margin, _ ("Margin of the box in mm"));
  gtk_box_append (GTK_BOX (margin), gtk_label_new (_ ("Margin of the box in mm")));
  gtk_box_append (GTK_BOX (margin), dialog->margin);
  gtk_box_append (GTK_BOX (box), dialog->all);
  gtk_box_append (GTK_BOX (box), dialog->tie);
  gtk_box_append (GTK_BOX (box), margin);
  return box;
}

static GtkWidget *
make_heading (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "panel-title");
  return label;
}

static GtkWidget *
make_consensus (Dialog *dialog)
{
  const char *const names[] = { _ ("Majority"), _ ("STAPLE"), _ ("Union"), _ ("Intersection"),
                                NULL };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *make = gtk_button_new_with_label (_ ("Make a reading of them"));
  GtkWidget *options = make_options (dialog);

  dialog->kind = make_choice (names, _ ("How the readings decide"), G_CALLBACK (on_kind), dialog);
  dialog->note = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (dialog->note), 0);
  gtk_label_set_wrap (GTK_LABEL (dialog->note), TRUE);
  gtk_widget_add_css_class (dialog->note, "caption");
  gtk_widget_set_hexpand (dialog->kind, TRUE);
  g_signal_connect_swapped (make, "clicked", G_CALLBACK (on_make), dialog);
  gtk_box_append (GTK_BOX (row), dialog->kind);
  gtk_box_append (GTK_BOX (row), make);
  gtk_box_append (GTK_BOX (box), make_heading (_ ("Consensus")));
  gtk_box_append (GTK_BOX (box), row);
  gtk_box_append (GTK_BOX (box), dialog->note);
  gtk_box_append (GTK_BOX (box), options);
  on_kind (dialog);
  return box;
}

static GtkWidget *
make_body (Dialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *readings;

  dialog->performance = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (dialog->performance), 16);
  gtk_widget_set_halign (dialog->performance, GTK_ALIGN_START);
  gtk_widget_add_css_class (box, "panel");
  dialog->matrix = TRP_READING_MATRIX (trp_reading_matrix_new (dialog->document));
  readings = trp_readings_panel_new (dialog->document, true);
  gtk_widget_remove_css_class (readings, "panel"); /* it lies in one */
  gtk_box_append (GTK_BOX (box), readings);
  gtk_box_append (GTK_BOX (box), make_top (dialog));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (dialog->matrix));
  gtk_box_append (GTK_BOX (box), make_consensus (dialog));
  gtk_box_append (GTK_BOX (box), dialog->performance);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  return scrolled;
}

GtkWidget *
trp_compare_readings_show (GtkWindow *parent, TrpDocument *document)
{
  Dialog *dialog;
  GtkWidget *window = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (window)
    {
      gtk_window_present (GTK_WINDOW (window));
      return window;
    }
  dialog = g_new0 (Dialog, 1);
  dialog->document = g_object_ref (document);
  g_set_weak_pointer (&dialog->parent, parent);
  dialog->window = window = g_object_new (GTK_TYPE_WINDOW, "title", _ ("Compare readings"),
                                          "transient-for", parent, "destroy-with-parent", TRUE,
                                          "default-width", 560, "default-height", 620, NULL);
  g_object_set_data (G_OBJECT (parent), WINDOW_KEY, window);
  g_signal_connect_data (window, "destroy", G_CALLBACK (on_destroy), dialog, dialog_free, 0);
  gtk_window_set_child (GTK_WINDOW (window), make_body (dialog));
  trp_form_close_on_escape (window);
  g_signal_connect_swapped (document, "readings-changed", G_CALLBACK (update_structures), dialog);
  g_signal_connect_swapped (document, "compare-changed", G_CALLBACK (update_structures), dialog);
  update_structures (dialog);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}
