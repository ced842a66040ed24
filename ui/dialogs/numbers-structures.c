/* numbers-structures.c - see numbers-structures.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A row is the index of a structure; cells ask the scores when they are bound, and a row that has
 * changed is put into the list anew.
 */

#include "ui/dialogs/numbers-structures.h"
#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

enum
{
  NAME,
  DICE,
  HD95,
  ASSD,
  NSD,
  VOLUME,
  N_COLUMNS,
};

static const struct
{
  const char *title;
  int digits;
} columns[N_COLUMNS] = {
  { N_ ("Structure"), 0 }, { N_ ("Dice"), 3 },         { N_ ("HD95 mm"), 1 },
  { N_ ("MSD mm"), 2 },    { N_ ("Surface Dice"), 3 }, { N_ ("Volume %"), 1 },
};

#define TRP_TYPE_NUMBERS_ROW (trp_numbers_row_get_type ())
G_DECLARE_FINAL_TYPE (TrpNumbersRow, trp_numbers_row, TRP, NUMBERS_ROW, GObject)

struct _TrpNumbersRow
{
  GObject parent_instance;
  guint index;
};

G_DEFINE_FINAL_TYPE (TrpNumbersRow, trp_numbers_row, G_TYPE_OBJECT)

static void
trp_numbers_row_class_init (TrpNumbersRowClass *klass)
{
}

static void
trp_numbers_row_init (TrpNumbersRow *self)
{
}

struct _TrpNumbersStructures
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpLiveScores *scores;
  GListStore *rows;
  GtkWidget *view;
};

G_DEFINE_FINAL_TYPE (TrpNumbersStructures, trp_numbers_structures, GTK_TYPE_BOX)

static void
trp_numbers_structures_dispose (GObject *object)
{
  TrpNumbersStructures *self = TRP_NUMBERS_STRUCTURES (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->scores)
    g_signal_handlers_disconnect_by_data (self->scores, self);
  g_clear_object (&self->rows);
  g_clear_object (&self->document);
  g_clear_object (&self->scores);
  G_OBJECT_CLASS (trp_numbers_structures_parent_class)->dispose (object);
}

static void
trp_numbers_structures_class_init (TrpNumbersStructuresClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_numbers_structures_dispose;
}

static void
trp_numbers_structures_init (TrpNumbersStructures *self)
{
  self->rows = g_list_store_new (TRP_TYPE_NUMBERS_ROW);
}

/* ---- values ---- */

static const char *
get_name (TrpNumbersStructures *self, guint index)
{
  TrpStructureSet *set = trp_document_peek_edited (self->document);

  return set && index < trp_structure_set_get_size (set)
           ? trp_structure_get_name (trp_structure_set_get (set, index))
           : "";
}

static double
get_value (TrpNumbersStructures *self, guint index, int column)
{
  const TrpLiveDistances *distances = trp_live_scores_peek_distances_of (self->scores, index);
  TrpScore score;

  if (!trp_live_scores_get (self->scores, index, &score) || !score.has_reference)
    return (double) NAN;
  switch (column)
    {
    case DICE:
      return score.dice;
    case VOLUME:
      return 100 * (score.volume_ml - score.reference_ml) / score.reference_ml;
    case HD95:
      return distances ? distances->border.hd95 : (double) NAN;
    case ASSD:
      return distances ? distances->border.assd : (double) NAN;
    default:
      return distances ? distances->nsd_surfel : (double) NAN;
    }
}

static char *
format (double value, int column)
{
  if (isnan (value))
    return g_strdup ("\u2013");
  if (isinf (value))
    return g_strdup (value < 0 ? "\u2212\u221e" : "\u221e");
  return g_strdup_printf ("%s%.*f",
                          value < 0          ? "\u2212"
                          : column == VOLUME ? "+"
                                             : "",
                          columns[column].digits, fabs (value));
}

/* ---- cells ---- */

static int
get_column (gpointer object)
{
  return GPOINTER_TO_INT (g_object_get_data (object, "column"));
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item, TrpNumbersStructures *self)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), get_column (factory) == NAME ? 0 : 1);
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item, TrpNumbersStructures *self)
{
  const int column = get_column (factory);
  const guint index = TRP_NUMBERS_ROW (gtk_list_item_get_item (item))->index;
  GtkWidget *label = gtk_list_item_get_child (item);
  const bool is_counted = column == NAME || column == DICE || column == VOLUME;
  g_autofree char *text = column == NAME ? g_strdup (get_name (self, index))
                                         : format (get_value (self, index, column), column);

  gtk_label_set_label (GTK_LABEL (label), text);
  if (is_counted || trp_live_scores_is_current_of (self->scores, index))
    gtk_widget_remove_css_class (label, "second");
  else
    gtk_widget_add_css_class (label, "second");
}

/* What is not known stands at the end, whichever way the column is sorted last. */
static int
compare_values (double a, double b)
{
  if (isnan (a) || isnan (b))
    return isnan (a) - isnan (b);
  return (a > b) - (a < b);
}

typedef struct
{
  TrpNumbersStructures *self; /* borrowed: owns the view that owns the sorter */
  int column;
} Order;

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Order *order = user_data;
  const guint left = ((const TrpNumbersRow *) a)->index;
  const guint right = ((const TrpNumbersRow *) b)->index;

  if (order->column == NAME)
    return g_utf8_collate (get_name (order->self, left), get_name (order->self, right));
  return compare_values (get_value (order->self, left, order->column),
                         get_value (order->self, right, order->column));
}

static void
add_column (TrpNumbersStructures *self, int n)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  const Order order = { self, n };
  GtkColumnViewColumn *column;

  g_object_set_data (G_OBJECT (factory), "column", GINT_TO_POINTER (n));
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  column = gtk_column_view_column_new (_ (columns[n].title), factory);
  g_object_set (column, "sorter",
                gtk_custom_sorter_new (compare_rows, g_memdup2 (&order, sizeof order), g_free),
                "expand", n == NAME, NULL);
  gtk_column_view_append_column (GTK_COLUMN_VIEW (self->view), column);
  g_object_unref (column);
}

/* ---- what changes ---- */

static void
update_row (TrpNumbersStructures *self, guint index)
{
  g_autoptr (TrpNumbersRow) row = g_object_new (TRP_TYPE_NUMBERS_ROW, NULL);
  gpointer item = row;

  row->index = index;
  g_list_store_splice (self->rows, index, 1, &item, 1);
}

static void
rebuild (TrpNumbersStructures *self)
{
  TrpStructureSet *set = trp_document_peek_edited (self->document);
  const guint size = set ? (guint) trp_structure_set_get_size (set) : 0;

  g_list_store_remove_all (self->rows);
  for (guint n = 0; n < size; n++)
    {
      g_autoptr (TrpNumbersRow) row = g_object_new (TRP_TYPE_NUMBERS_ROW, NULL);

      row->index = n;
      g_list_store_append (self->rows, row);
    }
}

static void
on_changed (TrpNumbersStructures *self, int index)
{
  if (index >= 0 && index < (int) g_list_model_get_n_items (G_LIST_MODEL (self->rows)))
    update_row (self, (guint) index);
  else
    rebuild (self);
}

static void
on_activate (TrpNumbersStructures *self, guint position)
{
  g_autoptr (TrpNumbersRow) row = g_list_model_get_item (
    G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (self->view))), position);

  trp_document_set_active (self->document, (int) row->index);
}

GtkWidget *
trp_numbers_structures_new (TrpDocument *document, TrpLiveScores *scores)
{
  TrpNumbersStructures *self = g_object_new (TRP_TYPE_NUMBERS_STRUCTURES, NULL);
  GtkSortListModel *sorted;

  self->document = g_object_ref (document);
  self->scores = g_object_ref (scores);
  self->view = gtk_column_view_new (NULL);
  sorted = gtk_sort_list_model_new (
    g_object_ref (G_LIST_MODEL (self->rows)),
    g_object_ref (gtk_column_view_get_sorter (GTK_COLUMN_VIEW (self->view))));
  gtk_column_view_set_model (
    GTK_COLUMN_VIEW (self->view),
    GTK_SELECTION_MODEL (g_object_ref_sink (gtk_single_selection_new (G_LIST_MODEL (sorted)))));
  g_object_unref (gtk_column_view_get_model (GTK_COLUMN_VIEW (self->view)));
  for (int n = 0; n < N_COLUMNS; n++)
    add_column (self, n);
  gtk_widget_set_hexpand (self->view, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("All structures"), -1);
  gtk_box_append (GTK_BOX (self), self->view);
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (on_activate), self);
  g_signal_connect_swapped (scores, "counts-changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (scores, "distances-changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (document, "structures-changed", G_CALLBACK (rebuild), self);
  rebuild (self);
  return GTK_WIDGET (self);
}
