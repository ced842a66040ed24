/* numbers-window.c - see numbers-window.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/numbers-window.h"
#include "config.h"

#include "core/metrics/live-table.h"
#include "core/metrics/metric-info.h"
#include "ui/dialogs/form.h"
#include "ui/dialogs/numbers-structures.h"
#include "ui/document-compare.h"

#include <glib/gi18n.h>
#include <math.h>

struct _TrpNumbersWindow
{
  GtkWindow parent_instance;

  TrpDocument *document;
  TrpLiveScores *scores;
  GtkWidget *name;
  GtkWidget *about;
  GtkWidget *chip;
  GtkWidget *tolerance;
  GtkWidget *grid;
  GPtrArray *names; /* (element-type GtkLabel): by row */
  GPtrArray
    *values[TRP_LIVE_COLUMNS]; /* (element-type GtkLabel): by row; NULL where there is none */
};

G_DEFINE_FINAL_TYPE (TrpNumbersWindow, trp_numbers_window, GTK_TYPE_WINDOW)

static void
trp_numbers_window_dispose (GObject *object)
{
  TrpNumbersWindow *self = TRP_NUMBERS_WINDOW (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->scores)
    g_signal_handlers_disconnect_by_data (self->scores, self);
  g_clear_object (&self->document);
  g_clear_object (&self->scores);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  for (int n = 0; n < TRP_LIVE_COLUMNS; n++)
    g_clear_pointer (&self->values[n], g_ptr_array_unref);
  G_OBJECT_CLASS (trp_numbers_window_parent_class)->dispose (object);
}

static void
trp_numbers_window_class_init (TrpNumbersWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_numbers_window_dispose;
}

static void
trp_numbers_window_init (TrpNumbersWindow *self)
{
  self->names = g_ptr_array_new ();
  for (int n = 0; n < TRP_LIVE_COLUMNS; n++)
    self->values[n] = g_ptr_array_new ();
}

/* ---- numbers as text ---- */

static char *
format_value (const TrpLiveDistances *distances, size_t row, TrpLiveColumn column)
{
  size_t n_rows;
  const int digits = trp_live_table_peek_rows (&n_rows)[row].digits;
  const double value = distances ? trp_live_table_get (distances, row, column) : (double) NAN;

  if (isnan (value))
    return g_strdup (distances ? _ ("n/a") : "\u2013");
  if (isinf (value))
    return g_strdup (value < 0 ? "\u2212\u221e" : "\u221e");
  return g_strdup_printf ("%s%.*f", value < 0 ? "\u2212" : "", digits, fabs (value));
}

/* "Surface Dice at 2.0 mm", "Added path length (mm) at 0 mm", "Hausdorff distance (mm)" */
static char *
format_name (const TrpLiveRow *row, double tolerance)
{
  const TrpMetricInfo *info = trp_metric_info_find (row->key);
  const bool has_unit = info->unit && g_strcmp0 (row->key, "nsd") != 0;
  g_autofree char *name = has_unit ? g_strdup_printf ("%s (%s)", _ (info->label), info->unit)
                                   : g_strdup (_ (info->label));

  if (!row->has_tolerance)
    return g_steal_pointer (&name);
  return row->is_exact ? g_strdup_printf (_ ("%s at 0 mm"), name)
                       : g_strdup_printf (_ ("%s at %.1f mm"), name, tolerance);
}

/* ---- what is shown ---- */

static void
show_about (TrpNumbersWindow *self, const TrpScore *score)
{
  const int edited = trp_document_get_edited (self->document);
  const int reference = trp_document_get_reference (self->document);
  g_autofree char *text = NULL;

  if (edited >= 0 && reference >= 0)
    text = g_strdup_printf (score->is_resampled ? _ ("%s against %s, resampled from another grid")
                                                : _ ("%s against %s"),
                            trp_document_get_reading_label (self->document, (guint) edited),
                            trp_document_get_reading_label (self->document, (guint) reference));
  gtk_label_set_label (GTK_LABEL (self->about), text ? text : "");
}

static void
show_values (TrpNumbersWindow *self, const TrpLiveDistances *distances, bool is_current)
{
  size_t n_rows;
  const TrpLiveRow *rows = trp_live_table_peek_rows (&n_rows);

  for (size_t n = 0; n < n_rows; n++)
    {
      g_autofree char *name = format_name (&rows[n], trp_live_scores_get_tolerance (self->scores));

      gtk_label_set_label (self->names->pdata[n], name);
      for (int column = 0; column < TRP_LIVE_COLUMNS; column++)
        {
          GtkWidget *label = self->values[column]->pdata[n];
          g_autofree char *text = format_value (distances, n, (TrpLiveColumn) column);

          if (!label)
            continue;
          gtk_label_set_label (GTK_LABEL (label), text);
          if (is_current)
            gtk_widget_remove_css_class (label, "second");
          else
            gtk_widget_add_css_class (label, "second");
        }
    }
}

static void
update (TrpNumbersWindow *self)
{
  const int active = trp_document_get_active (self->document);
  const TrpStructure *structure = trp_document_peek_active (self->document);
  const bool is_current = trp_live_scores_is_current (self->scores);
  const char *problem = NULL;
  TrpScore score = { 0 };

  if (active >= 0 && trp_live_scores_get (self->scores, (guint) active, &score))
    problem = trp_live_scores_get_problem (self->scores, (guint) active);
  gtk_label_set_label (GTK_LABEL (self->name),
                       structure ? trp_structure_get_name (structure) : _ ("No structure"));
  show_about (self, &score);
  gtk_label_set_label (GTK_LABEL (self->chip), problem      ? problem
                                               : is_current ? C_ ("numbers are up to date", "live")
                                                            : _ ("distances follow"));
  gtk_widget_set_visible (self->chip, structure != NULL);
  show_values (self, score.has_reference ? trp_live_scores_peek_distances (self->scores) : NULL,
               is_current);
}

static void
on_changed (TrpNumbersWindow *self, int index)
{
  if (index < 0 || index == trp_document_get_active (self->document))
    update (self);
}

static void
on_tolerance (TrpNumbersWindow *self)
{
  trp_live_scores_set_tolerance (self->scores,
                                 gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->tolerance)));
  update (self);
}

/* ---- copying ---- */

static void
copy (TrpNumbersWindow *self, const char *text)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

/* Columns parted by tabs, which spreadsheets and letters both take. */
static void
on_copy_text (TrpNumbersWindow *self)
{
  const TrpLiveDistances *distances = trp_live_scores_peek_distances (self->scores);
  g_autoptr (GString) text = g_string_new (NULL);
  size_t n_rows;
  const TrpLiveRow *rows = trp_live_table_peek_rows (&n_rows);

  if (!distances || !trp_live_scores_is_current (self->scores))
    return;
  g_string_append_printf (text, "%s, %s\n\t%s\t%s\n", gtk_label_get_label (GTK_LABEL (self->name)),
                          gtk_label_get_label (GTK_LABEL (self->about)), _ ("voxel border"),
                          _ ("surfel"));
  for (size_t n = 0; n < n_rows; n++)
    {
      g_autofree char *name = format_name (&rows[n], distances->tolerance);
      g_autofree char *border = format_value (distances, n, TRP_LIVE_COLUMN_BORDER);
      g_autofree char *surfel = rows[n].has_both
                                  ? format_value (distances, n, TRP_LIVE_COLUMN_SURFEL)
                                  : g_strdup ("");

      g_string_append_printf (text, "%s\t%s\t%s\n", name, border, surfel);
    }
  copy (self, text->str);
}

static void
on_copy_csv (TrpNumbersWindow *self)
{
  TrpStructureSet *edited = trp_document_peek_edited (self->document);
  const int reference = trp_document_get_reference (self->document);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint n = 0; edited && reference >= 0 && n < trp_structure_set_get_size (edited); n++)
    if (trp_live_scores_is_current_of (self->scores, n))
      {
        g_autofree char *part = trp_live_table_write_csv (
          trp_live_scores_peek_distances_of (self->scores, n),
          trp_structure_get_name (trp_structure_set_get (edited, n)),
          trp_document_get_reading_label (self->document,
                                          (guint) trp_document_get_edited (self->document)),
          trp_document_get_reading_label (self->document, (guint) reference), text->len == 0);

        g_string_append (text, part);
      }
  if (text->len > 0)
    copy (self, text->str);
}

/* ---- making ---- */

static GtkWidget *
make_label (const char *text, const char *class_name, double xalign)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), (float) xalign);
  if (class_name)
    gtk_widget_add_css_class (label, class_name);
  return label;
}

static GtkWidget *
make_heading (TrpNumbersWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->name = make_label (NULL, "panel-title", 0);
  self->about = make_label (NULL, "second", 0);
  self->chip = make_label (NULL, "chip", 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->about), PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (GTK_LABEL (self->chip), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->about, TRUE);
  gtk_box_append (GTK_BOX (box), self->name);
  gtk_box_append (GTK_BOX (box), self->about);
  gtk_box_append (GTK_BOX (box), self->chip);
  return box;
}

static GtkWidget *
make_button (TrpNumbersWindow *self, const char *label, const char *tip, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_tooltip_text (button, tip);
  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

static GtkWidget *
make_controls (TrpNumbersWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = make_label (_ ("Tolerance mm"), "second", 0);

  self->tolerance = gtk_spin_button_new_with_range (0, TRP_LIVE_MAX_TOLERANCE_MM, 0.5);
  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (self->tolerance), 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->tolerance),
                             trp_live_scores_get_tolerance (self->scores));
  gtk_widget_set_tooltip_text (self->tolerance, _ ("Of surface Dice and of the added path length"));
  trp_form_set_name (self->tolerance, _ ("Tolerance mm"));
  g_signal_connect_swapped (self->tolerance, "value-changed", G_CALLBACK (on_tolerance), self);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_set_halign (name, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), self->tolerance);
  gtk_box_prepend (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box),
                  make_button (self, _ ("Copy text"), _ ("The numbers of this structure"),
                               G_CALLBACK (on_copy_text)));
  gtk_box_append (GTK_BOX (box),
                  make_button (self, _ ("Copy CSV"),
                               _ ("All structures, in full precision; those whose distances still "
                                  "follow are left out"),
                               G_CALLBACK (on_copy_csv)));
  return box;
}

static GtkWidget *
add_value (TrpNumbersWindow *self, int row, int column, const char *class_name)
{
  GtkWidget *label = make_label (NULL, class_name, 1);

  gtk_label_set_width_chars (GTK_LABEL (label), 10);
  gtk_grid_attach (GTK_GRID (self->grid), label, column, row, 1, 1);
  return label;
}

static void
add_row (TrpNumbersWindow *self, const TrpLiveRow *row, int n)
{
  const TrpMetricInfo *info = trp_metric_info_find (row->key);
  GtkWidget *name = make_label (NULL, NULL, 0);
  GtkWidget *values[TRP_LIVE_COLUMNS] = { add_value (self, n, 1, "numeric"), NULL };

  if (row->has_both)
    values[TRP_LIVE_COLUMN_SURFEL] = add_value (self, n, 2, "numeric");
  gtk_widget_set_hexpand (name, TRUE);
  if (info->definition)
    gtk_widget_set_tooltip_text (name, _ (info->definition));
  gtk_grid_attach (GTK_GRID (self->grid), name, 0, n, 1, 1);
  g_ptr_array_add (self->names, name);
  for (int column = 0; column < TRP_LIVE_COLUMNS; column++)
    {
      if (values[column])
        gtk_accessible_update_relation (GTK_ACCESSIBLE (values[column]),
                                        GTK_ACCESSIBLE_RELATION_LABELLED_BY, name, NULL, -1);
      if (values[column] && info->definition)
        gtk_widget_set_tooltip_text (values[column], _ (info->definition));
      g_ptr_array_add (self->values[column], values[column]);
    }
}

static GtkWidget *
make_grid (TrpNumbersWindow *self)
{
  static const char *const heads[TRP_LIVE_COLUMNS] = { N_ ("voxel border"), N_ ("surfel") };
  static const char *const tips[TRP_LIVE_COLUMNS] = {
    N_ ("Between the centres of foreground voxels with a background neighbour: as MedPy and MONAI"),
    N_ ("Between patches of the surface, weighted by their areas: as DeepMind's surface-distance"),
  };
  size_t n_rows;
  const TrpLiveRow *rows = trp_live_table_peek_rows (&n_rows);

  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 2);
  for (int n = 0; n < TRP_LIVE_COLUMNS; n++)
    {
      GtkWidget *head = add_value (self, 0, n + 1, "second");

      gtk_label_set_label (GTK_LABEL (head), _ (heads[n]));
      gtk_widget_set_tooltip_text (head, _ (tips[n]));
    }
  for (size_t n = 0; n < n_rows; n++)
    add_row (self, &rows[n], (int) n + 1);
  return self->grid;
}

static GtkWidget *
make_structures (TrpNumbersWindow *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled),
                                 trp_numbers_structures_new (self->document, self->scores));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_widget_set_size_request (scrolled, -1, 120);
  return scrolled;
}

GtkWidget *
trp_numbers_window_new (TrpDocument *document, TrpLiveScores *scores)
{
  TrpNumbersWindow *self = g_object_new (TRP_TYPE_NUMBERS_WINDOW, "title", _ ("All numbers"),
                                         "default-width", 460, "default-height", 640, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  self->document = g_object_ref (document);
  self->scores = g_object_ref (scores);
  gtk_widget_add_css_class (box, "panel");
  gtk_box_append (GTK_BOX (box), make_heading (self));
  gtk_box_append (GTK_BOX (box), make_controls (self));
  gtk_box_append (GTK_BOX (box), make_grid (self));
  gtk_box_append (GTK_BOX (box), make_structures (self));
  gtk_window_set_titlebar (GTK_WINDOW (self), gtk_header_bar_new ());
  gtk_window_set_child (GTK_WINDOW (self), box);
  trp_form_close_on_escape (GTK_WIDGET (self));
  g_signal_connect_swapped (document, "active-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (document, "structures-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (document, "readings-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (scores, "counts-changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (scores, "distances-changed", G_CALLBACK (on_changed), self);
  update (self);
  return GTK_WIDGET (self);
}

static GtkWidget *
find_window (TrpLiveScores *scores)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *item = windows; item; item = item->next)
    if (TRP_IS_NUMBERS_WINDOW (item->data) && TRP_NUMBERS_WINDOW (item->data)->scores == scores)
      return item->data;
  return NULL;
}

void
trp_numbers_window_show (GtkWidget *parent, TrpDocument *document, TrpLiveScores *scores)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  GtkWidget *window = find_window (scores);

  if (!window)
    window = trp_numbers_window_new (document, scores);
  if (GTK_IS_WINDOW (root))
    {
      gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (root));
      gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
    }
  gtk_window_present (GTK_WINDOW (window));
}
