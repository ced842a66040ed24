/* worst-places.c - see worst-places.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * While the distances are stale the old places stand there and cannot be chosen: a list that comes
 * and goes with every stroke would move what is below it.
 */

#include "ui/panels/worst-places.h"
#include "config.h"

#include "core/draw/palette.h"
#include "ui/document-distances.h"

#include <glib/gi18n.h>
#include <math.h>

struct _TrpWorstPlaces
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpLiveScores *scores;
  GtkWidget *list;
};

G_DEFINE_FINAL_TYPE (TrpWorstPlaces, trp_worst_places, GTK_TYPE_BOX)

static void
trp_worst_places_dispose (GObject *object)
{
  TrpWorstPlaces *self = TRP_WORST_PLACES (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->scores)
    g_signal_handlers_disconnect_by_data (self->scores, self);
  g_clear_object (&self->document);
  g_clear_object (&self->scores);
  G_OBJECT_CLASS (trp_worst_places_parent_class)->dispose (object);
}

static void
trp_worst_places_class_init (TrpWorstPlacesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_worst_places_dispose;
}

static void
trp_worst_places_init (TrpWorstPlaces *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

/* ---- rows ---- */

static void
draw_tick (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  trp_palette_set_source (cr, (uint32_t) GPOINTER_TO_UINT (data), 1);
  cairo_rectangle (cr, 0, 3, 3, height - 6);
  cairo_fill (cr);
}

static GtkWidget *
make_tick (double signed_mm)
{
  GtkWidget *tick = gtk_drawing_area_new ();

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (tick), 5);
  gtk_drawing_area_set_draw_func (
    GTK_DRAWING_AREA (tick), draw_tick,
    GUINT_TO_POINTER (trp_palette_get_distance (signed_mm < 0 ? -8 : 8)), NULL);
  return tick;
}

static void
append_label (GtkWidget *box, const char *text, const char *class_name, bool takes_room)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, takes_room);
  if (class_name)
    gtk_widget_add_css_class (label, class_name);
  gtk_box_append (GTK_BOX (box), label);
}

/* "+8.4 mm outside   slice 16" */
static GtkWidget *
make_row (TrpWorstPlaces *self, const TrpLivePlace *place)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  const bool is_outside = place->signed_mm > 0;
  g_autofree char *distance = g_strdup_printf (_ ("%s%.1f mm"), is_outside ? "+" : "\u2212",
                                               fabs (place->signed_mm));
  g_autofree char *slice = g_strdup_printf (
    _ ("slice %zu"), trp_document_find_slice_number (self->document, place->point_lps));
  g_autofree char *name = g_strdup_printf ("%s, %s, %s", distance,
                                           is_outside ? _ ("outside") : _ ("missing"), slice);

  gtk_box_append (GTK_BOX (box), make_tick (place->signed_mm));
  append_label (box, distance, NULL, false);
  append_label (box, is_outside ? _ ("outside") : _ ("missing"), "second", true);
  append_label (box, slice, "second", false);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_add_css_class (row, "place");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return row;
}

static void
show_marked (TrpWorstPlaces *self)
{
  const int marked = trp_live_scores_find_marked_place (self->scores);
  GtkListBoxRow *row = marked < 0
                         ? NULL
                         : gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), marked);

  if (row)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), row);
  else
    gtk_list_box_unselect_all (GTK_LIST_BOX (self->list));
}

static void
update (TrpWorstPlaces *self)
{
  const TrpLiveDistances *distances = trp_live_scores_peek_distances (self->scores);
  GtkListBoxRow *row;

  gtk_widget_set_sensitive (self->list, trp_live_scores_is_current (self->scores));
  if (distances && !trp_live_scores_is_current (self->scores))
    return;
  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0)))
    gtk_list_box_remove (GTK_LIST_BOX (self->list), GTK_WIDGET (row));
  for (size_t n = 0; distances && n < distances->n_places; n++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), make_row (self, &distances->places[n]));
  show_marked (self);
}

/* Another structure's distances need not make the list again. */
static void
on_distances_changed (TrpWorstPlaces *self, int index)
{
  if (index < 0 || index == trp_document_get_active (self->document))
    update (self);
}

static void
on_row_activated (TrpWorstPlaces *self, GtkListBoxRow *row)
{
  trp_live_scores_go_to_place (self->scores, (size_t) gtk_list_box_row_get_index (row));
}

GtkWidget *
trp_worst_places_new (TrpDocument *document, TrpLiveScores *scores)
{
  TrpWorstPlaces *self = g_object_new (TRP_TYPE_WORST_PLACES, NULL);

  self->document = g_object_ref (document);
  self->scores = g_object_ref (scores);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_activate_on_single_click (GTK_LIST_BOX (self->list), TRUE);
  gtk_widget_add_css_class (self->list, "places");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Worst places"), -1);
  gtk_box_append (GTK_BOX (self), self->list);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (on_row_activated), self);
  g_signal_connect_swapped (scores, "distances-changed", G_CALLBACK (on_distances_changed), self);
  g_signal_connect_swapped (document, "active-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (document, "distances-changed", G_CALLBACK (show_marked), self);
  update (self);
  return GTK_WIDGET (self);
}
