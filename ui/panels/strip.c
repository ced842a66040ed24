/* strip.c - Dice, or the largest distances, per slice of the active structure
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slices are those the reading was drawn on: planes along k of its grid, counted like the panes
 * count them. A change counts the slices of its box again and no others.
 */

#include "ui/panels/strip.h"
#include "config.h"
#include "core/draw/chart.h"
#include "core/geometry/plane.h"
#include "ui/document-compare.h"

#include <glib/gi18n.h>

#define CHART_HEIGHT 88
#define LOW 0.6
#define TOLERANCE 0.9

struct _TrpSliceStrip
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpLiveScores *scores;
  GtkWidget *switches[2]; /* by is_distance */
  GtkWidget *about;
  GtkWidget *details;
  GtkWidget *area;
  TrpStructure *structure;
  TrpStructure *reference;
  TrpMask *reference_mask; /* on the grid of the structure */
  size_t n_slices;
  TrpOverlap *overlaps; /* by k */
  bool *edited;         /* by k: changed by hand since it was loaded */
  bool is_distance;     /* what the bars are */
  double *values;       /* by number on the axis: Dice, or outside */
  double *missing;      /* with distances */
  bool *marks;
};

G_DEFINE_FINAL_TYPE (TrpSliceStrip, trp_slice_strip, GTK_TYPE_BOX)

static void
clear (TrpSliceStrip *self)
{
  g_clear_pointer (&self->structure, trp_structure_unref);
  g_clear_pointer (&self->reference, trp_structure_unref);
  g_clear_pointer (&self->reference_mask, trp_mask_free);
  g_clear_pointer (&self->overlaps, g_free);
  g_clear_pointer (&self->edited, g_free);
  g_clear_pointer (&self->values, g_free);
  g_clear_pointer (&self->missing, g_free);
  g_clear_pointer (&self->marks, g_free);
  self->n_slices = 0;
}

static void
trp_slice_strip_dispose (GObject *object)
{
  TrpSliceStrip *self = TRP_SLICE_STRIP (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->scores)
    g_signal_handlers_disconnect_by_data (self->scores, self);
  clear (self);
  g_clear_object (&self->document);
  g_clear_object (&self->scores);
  G_OBJECT_CLASS (trp_slice_strip_parent_class)->dispose (object);
}

static void
trp_slice_strip_class_init (TrpSliceStripClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_slice_strip_dispose;
}

static void
trp_slice_strip_init (TrpSliceStrip *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "strip");
}

/* ---- slices ---- */

static const TrpGeometry *
get_geometry (TrpSliceStrip *self)
{
  return trp_mask_get_geometry (trp_structure_peek_mask (self->structure));
}

/* The place of slice @k when slices are counted towards S, P or L; its own inverse. */
static size_t
turn (TrpSliceStrip *self, size_t k)
{
  int axis[3], sign[3];

  trp_geometry_get_axis_order (get_geometry (self), axis, sign);
  return sign[2] > 0 ? k : self->n_slices - 1 - k;
}

/* SIZE_MAX outside. Between two slices it must be the one that a pane along the grid shows. */
static size_t
find_current (TrpSliceStrip *self)
{
  const TrpVec3 cursor = trp_document_get_cursor (self->document);
  TrpNativeSlice slice;

  for (int orientation = 0; orientation < TRP_N_ORIENTATIONS; orientation++)
    {
      const TrpPlane plane = trp_plane_along_grid (get_geometry (self),
                                                   (TrpOrientation) orientation, cursor, false);
      const TrpNativeMatch match = trp_plane_match_native (&plane, get_geometry (self), &slice);

      if (match != TRP_NATIVE_NONE && slice.axis == 2)
        return match == TRP_NATIVE_SLICE ? slice.index : SIZE_MAX;
    }
  return SIZE_MAX;
}

/* Of the active structure, if the strip shows that one. */
static const TrpLiveDistances *
get_distances (TrpSliceStrip *self)
{
  const TrpLiveDistances *distances = trp_live_scores_peek_distances (self->scores);

  return distances && self->n_slices == distances->n_slices ? distances : NULL;
}

static void
count (TrpSliceStrip *self, size_t begin, size_t end)
{
  trp_overlap_count_slices (self->reference_mask, trp_structure_peek_mask (self->structure), begin,
                            end, self->overlaps + begin);
}

/* What the bars show, from what is known of slices @begin to @end. */
static void
fill (TrpSliceStrip *self, size_t begin, size_t end)
{
  const TrpLiveDistances *distances = get_distances (self);

  for (size_t k = begin; k < end; k++)
    {
      const size_t number = turn (self, k);

      if (!self->is_distance)
        self->values[number] = trp_overlap_dice (&self->overlaps[k]);
      else
        self->values[number] = distances ? distances->slices[k].outside : (double) NAN;
      self->missing[number] = distances ? distances->slices[k].missing : (double) NAN;
    }
}

/* ---- text ---- */

static char *
describe_distances (TrpSliceStrip *self, size_t k)
{
  const TrpLiveDistances *distances = get_distances (self);
  const TrpLiveSlice *slice = distances ? &distances->slices[k] : NULL;

  if (!slice)
    return g_strdup_printf (_ ("slice %zu    distances follow"), turn (self, k) + 1);
  if (slice->n == 0)
    return g_strdup_printf (_ ("slice %zu    nothing there"), turn (self, k) + 1);
  return g_strdup_printf (
    _ ("slice %zu    outside %.1f mm    missing %.1f mm    mean %s%.1f mm%s"), turn (self, k) + 1,
    slice->outside, slice->missing, slice->mean < 0 ? "\u2212" : "+", fabs (slice->mean),
    trp_live_scores_is_current (self->scores) ? "" : _ ("    distances follow"));
}

static char *
describe_overlap (TrpSliceStrip *self, size_t k)
{
  const TrpOverlap *overlap = &self->overlaps[k];
  const double pixel_cm2 = trp_geometry_get_voxel_volume (get_geometry (self)) /
                           trp_geometry_get_spacing (get_geometry (self), 2) / 100;

  if (overlap->reference + overlap->test == 0)
    return g_strdup_printf (_ ("slice %zu    nothing there"), turn (self, k) + 1);
  return g_strdup_printf (
    _ ("slice %zu    Dice %.3f    area %.1f cm\u00b2    outside %.1f, missing %.1f cm\u00b2"),
    turn (self, k) + 1, trp_overlap_dice (overlap), (double) overlap->test * pixel_cm2,
    (double) (overlap->test - overlap->both) * pixel_cm2,
    (double) (overlap->reference - overlap->both) * pixel_cm2);
}

static void
show_details (TrpSliceStrip *self)
{
  const size_t current = self->n_slices ? find_current (self) : SIZE_MAX;
  g_autofree char *text = NULL;

  if (current != SIZE_MAX)
    text = self->is_distance ? describe_distances (self, current)
                             : describe_overlap (self, current);
  gtk_label_set_label (GTK_LABEL (self->details), text ? text : "");
}

static void
show_about (TrpSliceStrip *self)
{
  const int edited = trp_document_get_edited (self->document);
  const int reference = trp_document_get_reference (self->document);
  g_autofree char *text = NULL;

  if (self->structure && edited >= 0 && reference >= 0)
    text = g_strdup_printf (_ ("%s, %s against %s"), trp_structure_get_name (self->structure),
                            trp_document_get_reading_label (self->document, (guint) edited),
                            trp_document_get_reading_label (self->document, (guint) reference));
  gtk_label_set_label (GTK_LABEL (self->about), text ? text : "");
}

static void
update_view (TrpSliceStrip *self)
{
  if (!self->n_slices)
    return;
  show_details (self);
  gtk_widget_queue_draw (self->area);
}

/* ---- the document's changes ---- */

static void
follow_pair (TrpSliceStrip *self)
{
  TrpStructure *active = trp_document_peek_active (self->document);
  TrpStructure *reference = active ? trp_document_find_reference (self->document, active) : NULL;
  const TrpMask *mask = trp_live_scores_peek_reference_mask (
    self->scores, (guint) trp_document_get_active (self->document));
  const bool has_pair = reference && mask;

  gtk_widget_set_visible (GTK_WIDGET (self), has_pair);
  if (has_pair && active == self->structure && reference == self->reference)
    {
      show_about (self);
      return;
    }
  clear (self);
  if (!has_pair)
    return;
  self->structure = trp_structure_ref (active);
  self->reference = trp_structure_ref (reference);
  self->reference_mask = trp_mask_copy (mask);
  self->n_slices = get_geometry (self)->size[2];
  self->overlaps = g_new0 (TrpOverlap, self->n_slices);
  self->edited = g_new0 (bool, self->n_slices);
  self->values = g_new0 (double, self->n_slices);
  self->missing = g_new0 (double, self->n_slices);
  self->marks = g_new0 (bool, self->n_slices);
  count (self, 0, self->n_slices);
  fill (self, 0, self->n_slices);
  show_about (self);
  update_view (self);
}

static void
on_readings_changed (TrpSliceStrip *self)
{
  clear (self);
  follow_pair (self);
}

static void
on_mask_changed (TrpSliceStrip *self, const TrpEditChange *change)
{
  if (!self->n_slices || change->structure != self->structure)
    return;
  count (self, change->box.begin[2], change->box.end[2]);
  fill (self, change->box.begin[2], change->box.end[2]);
  for (size_t k = change->box.begin[2]; k < change->box.end[2]; k++)
    self->marks[turn (self, k)] = self->edited[k] = true;
  update_view (self);
}

static void
on_distances_changed (TrpSliceStrip *self)
{
  if (!self->n_slices)
    return;
  fill (self, 0, self->n_slices);
  update_view (self);
}

/* ---- chart ---- */

/* A round number that all distances fit under. */
static double
choose_high (TrpSliceStrip *self)
{
  static const double rounds[] = { 2, 4, 6, 8, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300 };
  double largest = 1.25 * trp_live_scores_get_tolerance (self->scores);

  for (size_t n = 0; n < self->n_slices; n++)
    {
      const double values[2] = { self->values[n], self->missing[n] };

      for (int side = 0; side < 2; side++)
        if (isfinite (values[side]))
          largest = fmax (largest, values[side]);
    }
  for (size_t n = 0; n < G_N_ELEMENTS (rounds); n++)
    if (rounds[n] >= largest)
      return rounds[n];
  return largest;
}

static TrpBarChart
make_chart (TrpSliceStrip *self, char **out_text)
{
  const size_t current = find_current (self);
  TrpBarChart chart = { .values = self->values,
                        .marks = self->marks,
                        .n = self->n_slices,
                        .low = LOW,
                        .high = 1,
                        .tolerance = TOLERANCE };

  if (self->is_distance)
    {
      chart.below = self->missing;
      chart.high = choose_high (self);
      chart.tolerance = trp_live_scores_get_tolerance (self->scores);
    }
  chart.current = current == SIZE_MAX ? SIZE_MAX : turn (self, current);
  chart.cap = trp_palette_pack (trp_structure_get_color (self->structure));
  *out_text = g_strdup_printf (_ ("no %s on these slices"),
                               trp_structure_get_name (self->structure));
  chart.empty_text = *out_text;
  return chart;
}

static void
draw_chart (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  TrpSliceStrip *self = user_data;
  g_autofree char *text = NULL;
  TrpBarChart chart;

  if (!self->n_slices)
    return;
  chart = make_chart (self, &text);
  trp_bar_chart_draw (&chart, cr, width, height);
}

/* In the slice's own middle, below the cursor's place in the plane. */
static void
go_to (TrpSliceStrip *self, size_t number)
{
  const TrpGeometry *geometry = get_geometry (self);
  TrpVec3 ijk = trp_geometry_ijk_from_lps (geometry, trp_document_get_cursor (self->document));

  ijk.v[2] = (double) turn (self, number);
  trp_document_set_cursor (self->document, trp_geometry_lps_from_ijk (geometry, ijk));
}

static void
go_to_x (TrpSliceStrip *self, double x)
{
  g_autofree char *text = NULL;
  TrpBarChart chart;
  size_t number;

  if (!self->n_slices)
    return;
  chart = make_chart (self, &text);
  number = trp_bar_chart_find (&chart, x, gtk_widget_get_width (self->area));
  if (number != SIZE_MAX)
    go_to (self, number);
}

static void
on_pressed (GtkGestureClick *click, int n_press, double x, double y, TrpSliceStrip *self)
{
  gtk_widget_grab_focus (self->area);
  go_to_x (self, x);
}

static void
on_drag (GtkGestureDrag *drag, double dx, double dy, TrpSliceStrip *self)
{
  double x, y;

  if (gtk_gesture_drag_get_start_point (drag, &x, &y))
    go_to_x (self, x + dx);
}

static gboolean
on_key (GtkEventControllerKey *keys,
        guint keyval,
        guint keycode,
        GdkModifierType state,
        TrpSliceStrip *self)
{
  const int step = keyval == GDK_KEY_Left ? -1 : keyval == GDK_KEY_Right ? 1 : 0;
  const size_t current = self->n_slices ? find_current (self) : SIZE_MAX;
  const size_t number = current == SIZE_MAX ? 0 : turn (self, current);

  if (!step || current == SIZE_MAX)
    return GDK_EVENT_PROPAGATE;
  if ((step < 0 && number > 0) || (step > 0 && number + 1 < self->n_slices))
    go_to (self, step < 0 ? number - 1 : number + 1);
  return GDK_EVENT_STOP;
}

/* ---- making ---- */

static GtkWidget *
make_label (const char *text, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (class_name)
    gtk_widget_add_css_class (label, class_name);
  return label;
}

static const struct
{
  const char *name;
  const char *tip;
} modes[2] = {
  { N_ ("Dice per slice"), N_ ("Click goes to the slice; the dotted line is 0.9") },
  { N_ ("Distance per slice"),
    N_ ("Largest distance between the surfaces in each slice, by voxel border in three dimensions: "
        "upwards outside the reference, downwards missing; the dotted lines are the tolerance of "
        "surface Dice. Click goes to the slice.") },
};

static void
on_mode (GtkToggleButton *button, TrpSliceStrip *self)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  self->is_distance = GTK_WIDGET (button) == self->switches[1];
  gtk_widget_set_tooltip_text (self->area, _ (modes[self->is_distance].tip));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->area), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (modes[self->is_distance].name), -1);
  on_distances_changed (self);
}

static GtkWidget *
make_switches (TrpSliceStrip *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (box, "strip-modes");
  for (int n = 0; n < 2; n++)
    {
      self->switches[n] = gtk_toggle_button_new_with_label (_ (modes[n].name));
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->switches[n]), n == 0);
      gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->switches[n]),
                                   n > 0 ? GTK_TOGGLE_BUTTON (self->switches[0]) : NULL);
      g_signal_connect (self->switches[n], "toggled", G_CALLBACK (on_mode), self);
      gtk_box_append (GTK_BOX (box), self->switches[n]);
    }
  return box;
}

static GtkWidget *
make_heading (TrpSliceStrip *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->about = make_label (NULL, "second");
  self->details = make_label (NULL, "second");
  gtk_label_set_ellipsize (GTK_LABEL (self->about), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->about, TRUE);
  gtk_widget_add_css_class (box, "strip-head");
  gtk_box_append (GTK_BOX (box), make_switches (self));
  gtk_box_append (GTK_BOX (box), self->about);
  gtk_box_append (GTK_BOX (box), self->details);
  return box;
}

static void
make_area (TrpSliceStrip *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->area = gtk_drawing_area_new ();
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (self->area), CHART_HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->area), draw_chart, self, NULL);
  gtk_widget_set_focusable (self->area, TRUE);
  gtk_widget_set_tooltip_text (self->area, _ (modes[0].tip));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->area), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (modes[0].name), -1);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (self->area, keys);
}

GtkWidget *
trp_slice_strip_new (TrpDocument *document, TrpLiveScores *scores)
{
  TrpSliceStrip *self = g_object_new (TRP_TYPE_SLICE_STRIP, NULL);

  self->document = g_object_ref (document);
  self->scores = g_object_ref (scores);
  make_area (self);
  gtk_box_append (GTK_BOX (self), make_heading (self));
  gtk_box_append (GTK_BOX (self), self->area);
  g_signal_connect_swapped (document, "readings-changed", G_CALLBACK (on_readings_changed), self);
  g_signal_connect_swapped (document, "active-changed", G_CALLBACK (follow_pair), self);
  g_signal_connect_swapped (document, "structures-changed", G_CALLBACK (follow_pair), self);
  g_signal_connect_swapped (document, "structures-changed", G_CALLBACK (update_view), self);
  g_signal_connect_swapped (scores, "counts-changed", G_CALLBACK (follow_pair), self);
  g_signal_connect_swapped (scores, "distances-changed", G_CALLBACK (on_distances_changed), self);
  g_signal_connect_swapped (document, "mask-changed", G_CALLBACK (on_mask_changed), self);
  g_signal_connect_swapped (document, "cursor-moved", G_CALLBACK (update_view), self);
  follow_pair (self);
  return GTK_WIDGET (self);
}
