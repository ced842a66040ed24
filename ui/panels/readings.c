/* readings.c - legend of the readings that are compared over the pictures
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/panels/readings.h"
#include "config.h"

#include "core/draw/outline.h"
#include "ui/document-compare.h"

#include <glib/gi18n.h>

#define SAMPLE_WIDTH 28
#define SAMPLE_HEIGHT 12
#define INDEX_KEY "trp-reading"

struct _TrpReadingsPanel
{
  GtkBox parent_instance;

  TrpDocument *document;
  bool always;
  GtkWidget *rows;   /* one per reading: whether it is compared, its line, its name */
  GtkWidget *levels; /* one per count of readings */
  GtkWidget *note;
};

G_DEFINE_FINAL_TYPE (TrpReadingsPanel, trp_readings_panel, GTK_TYPE_BOX)

static void
trp_readings_panel_dispose (GObject *object)
{
  TrpReadingsPanel *self = TRP_READINGS_PANEL (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_readings_panel_parent_class)->dispose (object);
}

static void
trp_readings_panel_class_init (TrpReadingsPanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_readings_panel_dispose;
}

static void
trp_readings_panel_init (TrpReadingsPanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 4);
  gtk_widget_add_css_class (GTK_WIDGET (self), "panel");
}

/* ---- samples ---- */

static void
draw_sample (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  trp_outline_draw_sample (cr, data, width, 0.5 * height);
}

static void
draw_level (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  trp_palette_set_source (cr, GPOINTER_TO_UINT (data), 1);
  cairo_paint (cr);
}

static GtkWidget *
make_sample (GtkDrawingAreaDrawFunc draw, gpointer data, GDestroyNotify free_data)
{
  GtkWidget *area = g_object_new (GTK_TYPE_DRAWING_AREA, "content-width", SAMPLE_WIDTH,
                                  "content-height", SAMPLE_HEIGHT, "valign", GTK_ALIGN_CENTER,
                                  "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw, data, free_data);
  return area;
}

static GtkWidget *
make_label (const char *text, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  if (class_name)
    gtk_widget_add_css_class (label, class_name);
  return label;
}

/* ---- rows ---- */

static void
on_compared (GtkCheckButton *check, TrpReadingsPanel *self)
{
  const guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (check), INDEX_KEY));

  trp_document_set_compared (self->document, index, gtk_check_button_get_active (check));
}

/* The edited reading is drawn as always: in its structure's colour. */
static TrpOutlineStyle
get_style (TrpReadingsPanel *self, guint index)
{
  TrpStructure *active = trp_document_peek_active (self->document);

  if ((int) index == trp_document_get_edited (self->document) && active)
    return (TrpOutlineStyle){ .kind = TRP_OUTLINE_ACTIVE,
                              .color = trp_structure_get_color (active) };
  return (TrpOutlineStyle){ .kind = TRP_OUTLINE_READING,
                            .color = trp_document_get_reading_color (self->document, index),
                            .dash = trp_document_get_reading_dash (self->document, index) };
}

static GtkWidget *
make_row (TrpReadingsPanel *self, guint index)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *check = gtk_check_button_new ();
  const TrpOutlineStyle style = get_style (self, index);
  const char *name = trp_document_get_reading_label (self->document, index);

  gtk_check_button_set_active (GTK_CHECK_BUTTON (check),
                               trp_document_is_compared (self->document, index));
  g_object_set_data (G_OBJECT (check), INDEX_KEY, GUINT_TO_POINTER (index));
  gtk_widget_set_tooltip_text (check, _ ("Whether this reading is compared with the others"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect (check, "toggled", G_CALLBACK (on_compared), self);
  gtk_box_append (GTK_BOX (row), check);
  gtk_box_append (GTK_BOX (row),
                  make_sample (draw_sample, g_memdup2 (&style, sizeof style), g_free));
  gtk_box_append (GTK_BOX (row), make_label (name, NULL));
  return row;
}

static GtkWidget *
make_level (guint count, guint n)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  const uint32_t rgb = trp_palette_get_agreement (count, n);
  g_autofree char *text = g_strdup_printf (_ ("%u of %u readings"), count, n);

  gtk_box_append (GTK_BOX (row), make_sample (draw_level, GUINT_TO_POINTER (rgb), NULL));
  gtk_box_append (GTK_BOX (row), make_label (text, "numeric"));
  return row;
}

static void
empty (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)))
    gtk_box_remove (GTK_BOX (box), child);
}

static guint
count_rows (GtkWidget *box)
{
  guint count = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (box); child;
       child = gtk_widget_get_next_sibling (child))
    count++;
  return count;
}

/* ---- the document's changes ---- */

static void
update_levels (TrpReadingsPanel *self)
{
  const TrpAgreement *agreement = trp_document_peek_agreement (self->document);
  const guint n = agreement ? agreement->n_readings : 0;

  gtk_widget_set_visible (self->levels, n > 0);
  if (count_rows (self->levels) == n)
    return;
  empty (self->levels);
  for (guint count = n; count > 0; count--)
    gtk_box_append (GTK_BOX (self->levels), make_level (count, n));
}

static void
update_note (TrpReadingsPanel *self)
{
  const TrpAgreement *agreement = trp_document_peek_agreement (self->document);
  g_autofree char *reason = trp_document_find_why_not_compared (self->document);
  g_autofree char *note = NULL;

  if (reason)
    note = g_strdup (reason);
  else if (agreement && agreement->n_resampled > 0)
    note = g_strdup_printf (
      ngettext ("%u reading is on another grid: its nearest voxels are counted.",
                "%u readings are on other grids: their nearest voxels are counted.",
                agreement->n_resampled),
      agreement->n_resampled);
  gtk_label_set_label (GTK_LABEL (self->note), note ? note : "");
  gtk_widget_set_visible (self->note, note != NULL);
}

/* A row that has the focus keeps it: rows are made anew only where their number changed. */
static void
update_row (TrpReadingsPanel *self, GtkWidget *row, guint index)
{
  GtkWidget *fresh = make_row (self, index);
  GtkWidget *check = gtk_widget_get_first_child (row);
  const bool has_focus = gtk_widget_has_focus (check);

  gtk_box_insert_child_after (GTK_BOX (self->rows), fresh, row);
  gtk_box_remove (GTK_BOX (self->rows), row);
  if (has_focus)
    gtk_widget_grab_focus (gtk_widget_get_first_child (fresh));
}

static void
update_rows (TrpReadingsPanel *self)
{
  g_autoptr (GArray) order = trp_document_list_readings (self->document);
  GtkWidget *row = gtk_widget_get_first_child (self->rows);

  for (guint n = 0; n < order->len; n++)
    {
      GtkWidget *next = row ? gtk_widget_get_next_sibling (row) : NULL;

      if (row)
        update_row (self, row, g_array_index (order, guint, n));
      else
        gtk_box_append (GTK_BOX (self->rows), make_row (self, g_array_index (order, guint, n)));
      row = next;
    }
  while (row)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (row);

      gtk_box_remove (GTK_BOX (self->rows), row);
      row = next;
    }
}

static void
update (TrpReadingsPanel *self)
{
  const bool is_shown = self->always || trp_document_get_readings_shown (self->document) ||
                        trp_document_get_agreement_shown (self->document);

  gtk_widget_set_visible (GTK_WIDGET (self), is_shown);
  if (!is_shown)
    return;
  update_rows (self);
  update_levels (self);
  update_note (self);
}

/* ---- making ---- */

static GtkWidget *
make_heading (TrpReadingsPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *open = gtk_button_new_with_label (_ ("Compare\u2026"));

  gtk_widget_add_css_class (open, "link");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (open), "win.compare-readings");
  gtk_box_append (GTK_BOX (box), make_label (_ ("Readings"), "panel-title"));
  gtk_widget_set_visible (open, !self->always); /* it stands there already */
  gtk_box_append (GTK_BOX (box), open);
  return box;
}

GtkWidget *
trp_readings_panel_new (TrpDocument *document, bool always)
{
  static const char *const signals[] = { "compare-changed", "readings-changed", "active-changed",
                                         "structures-changed" };
  TrpReadingsPanel *self = g_object_new (TRP_TYPE_READINGS_PANEL, NULL);

  self->document = g_object_ref (document);
  self->always = always;
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  self->levels = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  self->note = make_label (NULL, "caption");
  gtk_label_set_wrap (GTK_LABEL (self->note), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (self->note), PANGO_ELLIPSIZE_NONE);
  gtk_box_append (GTK_BOX (self), make_heading (self));
  gtk_box_append (GTK_BOX (self), self->rows);
  gtk_box_append (GTK_BOX (self), self->levels);
  gtk_box_append (GTK_BOX (self), self->note);
  for (size_t n = 0; n < G_N_ELEMENTS (signals); n++)
    g_signal_connect_swapped (document, signals[n], G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}
