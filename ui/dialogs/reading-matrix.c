/* reading-matrix.c - a table of one structure: every reading against every other
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/reading-matrix.h"
#include "config.h"

#include "core/structure/mask-reslice.h"
#include "core/structure/vote.h"
#include "core/study/csv.h"
#include "ui/document-compare.h"

#include <glib/gi18n.h>

#define PLACE_KEY "trp-place"
#define CELL_PADDING 10 /* of a button */

/* What the job measures. */
typedef struct
{
  TrpGeometry geometry;
  guint n;
  TrpMask *masks[TRP_VOTE_MAX_MASKS];
} Work;

struct _TrpReadingMatrix
{
  GtkBox parent_instance;

  TrpDocument *document;
  char *structure;
  TrpPairMetric metric;
  TrpJob *job;
  bool is_outdated;      /* something changed since the job began */
  GArray *readings;      /* (element-type guint): of the table's rows */
  TrpPairMatrix *matrix; /* NULL until measured */
  GtkWidget *grid;
  GtkWidget *note;
};

G_DEFINE_FINAL_TYPE (TrpReadingMatrix, trp_reading_matrix, GTK_TYPE_BOX)

static void
trp_reading_matrix_dispose (GObject *object)
{
  TrpReadingMatrix *self = TRP_READING_MATRIX (object);

  g_clear_pointer (&self->job, trp_job_abandon);
  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  g_clear_pointer (&self->structure, g_free);
  g_clear_pointer (&self->readings, g_array_unref);
  g_clear_pointer (&self->matrix, trp_pair_matrix_free);
  G_OBJECT_CLASS (trp_reading_matrix_parent_class)->dispose (object);
}

static void
trp_reading_matrix_class_init (TrpReadingMatrixClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_reading_matrix_dispose;
}

static void
trp_reading_matrix_init (TrpReadingMatrix *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->readings = g_array_new (FALSE, FALSE, sizeof (guint));
}

/* ---- metrics as text ---- */

/* @digits: shown; the copy has all. */
static const struct
{
  const char *name;
  int digits;
} metrics[TRP_N_PAIR_METRICS] = {
  [TRP_PAIR_DICE] = { N_ ("Dice"), 3 },
  [TRP_PAIR_IOU] = { N_ ("Intersection over union"), 3 },
  [TRP_PAIR_HD] = { N_ ("HD mm"), 1 },
  [TRP_PAIR_HD95] = { N_ ("HD95 mm"), 1 },
  [TRP_PAIR_ASSD] = { N_ ("MSD mm"), 2 },
  [TRP_PAIR_NSD] = { NULL, 3 }, /* with its tolerance */
  [TRP_PAIR_VOLUME_DIFFERENCE] = { N_ ("Volume difference ml"), 2 },
};

char *
trp_reading_matrix_dup_metric_name (TrpPairMetric metric)
{
  g_return_val_if_fail ((size_t) metric < TRP_N_PAIR_METRICS, NULL);
  return metric == TRP_PAIR_NSD
           ? g_strdup_printf (_ ("Surface Dice at %.0f mm"), TRP_READING_MATRIX_TOLERANCE_MM)
           : g_strdup (_ (metrics[metric].name));
}

static char *
format_number (double value, int digits)
{
  if (isnan (value))
    return g_strdup ("\u2013");
  if (isinf (value))
    return g_strdup ("\u221e");
  return g_strdup_printf ("%s%.*f", value < -0.5 * pow (10, -digits) ? "\u2212" : "", digits,
                          fabs (value));
}

/* ---- the table ---- */

static guint
get_reading (TrpReadingMatrix *self, guint place)
{
  return g_array_index (self->readings, guint, place);
}

static const char *
get_name (TrpReadingMatrix *self, guint place)
{
  return trp_document_get_reading_label (self->document, get_reading (self, place));
}

static void
on_cell (GtkButton *cell, TrpReadingMatrix *self)
{
  const guint place = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (cell), PLACE_KEY));
  const guint size = self->readings->len;
  const guint reference = get_reading (self, place / size);
  const guint edited = get_reading (self, place % size);

  trp_document_set_edited (self->document, (int) edited);
  trp_document_set_reference (self->document, (int) reference);
}

static GtkWidget *
make_header (const char *name)
{
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_width_chars (GTK_LABEL (label), 10);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 18);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_set_margin_end (label, CELL_PADDING);
  gtk_widget_set_tooltip_text (label, name);
  gtk_widget_add_css_class (label, "second");
  return label;
}

static GtkWidget *
make_cell (TrpReadingMatrix *self, guint row, guint column)
{
  const double value = trp_pair_matrix_get (self->matrix, self->metric, row, column);
  g_autofree char *text = format_number (value, metrics[self->metric].digits);
  g_autofree char *tip = NULL;
  GtkWidget *cell;

  if (row == column)
    {
      cell = gtk_label_new ("\u00b7");
      gtk_label_set_xalign (GTK_LABEL (cell), 1);
      gtk_widget_set_margin_end (cell, CELL_PADDING);
      gtk_widget_add_css_class (cell, "second");
      return cell;
    }
  cell = gtk_button_new_with_label (text);
  gtk_label_set_xalign (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (cell))), 1);
  gtk_widget_add_css_class (cell, "flat");
  gtk_widget_add_css_class (cell, "numeric");
  tip = g_strdup_printf (_ ("Edit %s, compared with %s"), get_name (self, column),
                         get_name (self, row));
  gtk_widget_set_tooltip_text (cell, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, tip,
                                  -1);
  g_object_set_data (G_OBJECT (cell), PLACE_KEY,
                     GUINT_TO_POINTER (row * self->readings->len + column));
  g_signal_connect (cell, "clicked", G_CALLBACK (on_cell), self);
  return cell;
}

static void
empty_grid (GtkWidget *grid)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (grid)))
    gtk_grid_remove (GTK_GRID (grid), child);
}

static void
fill_grid (TrpReadingMatrix *self)
{
  const guint size = self->readings->len;

  empty_grid (self->grid);
  for (guint n = 0; self->matrix && n < size; n++)
    {
      gtk_grid_attach (GTK_GRID (self->grid), make_header (get_name (self, n)), (int) n + 1, 0, 1,
                       1);
      gtk_grid_attach (GTK_GRID (self->grid), make_header (get_name (self, n)), 0, (int) n + 1, 1,
                       1);
      for (guint column = 0; column < size; column++)
        gtk_grid_attach (GTK_GRID (self->grid), make_cell (self, n, column), (int) column + 1,
                         (int) n + 1, 1, 1);
    }
}

static void
update_note (TrpReadingMatrix *self)
{
  const char *text = "";
  g_autofree char *mean = NULL;

  if (!self->structure || (!self->matrix && !self->job))
    text = _ ("Two readings with this structure are needed.");
  else if (self->job)
    text = _ ("Being measured\u2026");
  else
    {
      g_autofree char *number = format_number (
        trp_pair_matrix_get_mean (self->matrix, self->metric), metrics[self->metric].digits);

      mean = g_strdup_printf (_ ("Mean of the pairs %s. Rows are the reference."), number);
      text = mean;
    }
  gtk_label_set_label (GTK_LABEL (self->note), text);
}

static void
show (TrpReadingMatrix *self)
{
  fill_grid (self);
  update_note (self);
}

/* ---- measuring ---- */

static void
work_free (gpointer data)
{
  Work *work = data;

  for (guint n = 0; n < work->n; n++)
    trp_mask_free (work->masks[n]);
  g_free (work);
}

static void *
run (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  Work *work = data;

  for (guint n = 0; n < work->n; n++)
    if (!trp_geometry_equal (trp_mask_get_geometry (work->masks[n]), &work->geometry))
      {
        TrpMask *mask = trp_mask_resample (work->masks[n], &work->geometry, progress, error);

        if (!mask)
          return NULL;
        trp_mask_free (work->masks[n]);
        work->masks[n] = mask;
      }
  return trp_pair_matrix_compute ((const TrpMask *const *) work->masks, work->n,
                                  TRP_READING_MATRIX_TOLERANCE_MM, progress, error);
}

static void measure (TrpReadingMatrix *self);

static void
on_done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpReadingMatrix *self = user_data;

  g_clear_pointer (&self->job, trp_job_unref);
  g_clear_pointer (&self->matrix, trp_pair_matrix_free);
  self->matrix = result;
  if (self->is_outdated)
    measure (self);
  show (self);
  if (error && !self->job)
    gtk_label_set_label (GTK_LABEL (self->note), error->message);
}

static void
free_matrix (void *matrix)
{
  trp_pair_matrix_free (matrix);
}

static const TrpJobClass matrix_class = { run, NULL, on_done, work_free, free_matrix, NULL };

static Work *
snapshot (TrpReadingMatrix *self)
{
  Work *work = g_new0 (Work, 1);

  work->geometry = *trp_structure_set_get_geometry (trp_document_peek_edited (self->document));
  work->n = self->readings->len;
  for (guint n = 0; n < work->n; n++)
    {
      TrpStructureSet *set = trp_document_get_reading (self->document, get_reading (self, n));

      work->masks[n] = trp_mask_copy (
        trp_structure_peek_mask (trp_structure_set_find (set, self->structure)));
    }
  return work;
}

/* The numbers of before stay until new ones come if they are of the same readings in the same
 * order; else neither they nor those under way belong to the rows. */
static void
list_rows (TrpReadingMatrix *self)
{
  g_autoptr (GArray) before = self->readings;

  self->readings = self->structure ? trp_document_list_compared (self->document, self->structure)
                                   : g_array_new (FALSE, FALSE, sizeof (guint));
  if (self->readings->len < 2 || self->readings->len > TRP_VOTE_MAX_MASKS)
    g_array_set_size (self->readings, 0);
  if (before->len == self->readings->len &&
      memcmp (before->data, self->readings->data, before->len * sizeof (guint)) == 0)
    return;
  g_clear_pointer (&self->matrix, trp_pair_matrix_free);
  g_clear_pointer (&self->job, trp_job_abandon);
}

static void
measure (TrpReadingMatrix *self)
{
  list_rows (self);
  self->is_outdated = self->job != NULL;
  if (!self->job && self->readings->len >= 2 && trp_document_peek_edited (self->document))
    self->job = trp_job_start (&matrix_class, _ ("Compare readings"), snapshot (self), self);
  show (self);
}

static void
on_voxels (TrpReadingMatrix *self)
{
  if (!trp_document_is_stroking (self->document))
    measure (self);
}

/* ---- for the window ---- */

void
trp_reading_matrix_set_structure (TrpReadingMatrix *self, const char *name)
{
  if (g_strcmp0 (name, self->structure) == 0)
    return;
  g_free (self->structure);
  self->structure = g_strdup (name);
  g_clear_pointer (&self->matrix, trp_pair_matrix_free);
  g_clear_pointer (&self->job, trp_job_abandon);
  measure (self);
}

void
trp_reading_matrix_set_metric (TrpReadingMatrix *self, TrpPairMetric metric)
{
  g_return_if_fail ((size_t) metric < TRP_N_PAIR_METRICS);
  self->metric = metric;
  show (self);
}

bool
trp_reading_matrix_is_current (TrpReadingMatrix *self)
{
  return self->matrix && !self->job;
}

char *
trp_reading_matrix_dup_csv (TrpReadingMatrix *self)
{
  const guint size = self->matrix ? self->readings->len : 0;
  GString *text = g_string_new (NULL);

  if (size > 0)
    trp_csv_append_field (text, trp_pair_metric_get_key (self->metric));
  for (guint n = 0; n < size; n++)
    {
      g_string_append_c (text, ',');
      trp_csv_append_field (text, get_name (self, n));
    }
  for (guint row = 0; row < size; row++)
    {
      g_string_append_c (text, '\n');
      trp_csv_append_field (text, get_name (self, row));
      for (guint column = 0; column < size; column++)
        {
          g_string_append_c (text, ',');
          trp_csv_append_number (text,
                                 trp_pair_matrix_get (self->matrix, self->metric, row, column));
        }
    }
  if (size > 0)
    g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

GtkWidget *
trp_reading_matrix_new (TrpDocument *document)
{
  static const char *const signals[] = { "readings-changed", "compare-changed",
                                         "structures-changed" };
  TrpReadingMatrix *self = g_object_new (TRP_TYPE_READING_MATRIX, NULL);

  self->document = g_object_ref (document);
  self->grid = gtk_grid_new ();
  self->note = gtk_label_new (NULL);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 8);
  gtk_widget_set_halign (self->grid, GTK_ALIGN_START);
  gtk_label_set_xalign (GTK_LABEL (self->note), 0);
  gtk_label_set_wrap (GTK_LABEL (self->note), TRUE);
  gtk_widget_add_css_class (self->note, "caption");
  gtk_box_append (GTK_BOX (self), self->grid);
  gtk_box_append (GTK_BOX (self), self->note);
  for (size_t n = 0; n < G_N_ELEMENTS (signals); n++)
    g_signal_connect_swapped (document, signals[n], G_CALLBACK (measure), self);
  g_signal_connect_swapped (document, "history-changed", G_CALLBACK (on_voxels), self);
  return GTK_WIDGET (self);
}
