/* slice-view.c - one volume on one plane
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is drawn, from back to front: the colour of "no volume here", the slice's texture, fills and
 * outlines of structures, then crosshair, tool and letters (ui/slice-overlay.c). Input is in
 * ui/slice-input.c.
 */

#include "ui/slice-view.h"
#include "config.h"

#include "ui/measurement-draw.h"
#include "ui/slice-input.h"
#include "ui/slice-outlines.h"
#include "ui/slice-overlay.h"
#include "ui/slice-picture.h"

#include <glib/gi18n.h>

struct _TrpSliceView
{
  GtkWidget parent_instance;

  TrpDocument *document;
  TrpRole role;
  TrpViewState *state;
  TrpSlicePicture *picture;
  TrpSliceOutlines *outlines;
  TrpSliceInput *input;
  bool active;
  bool crosshair_hidden;
};

enum
{
  SIGNAL_MENU_REQUESTED,
  SIGNAL_TOGGLE_FULL,
  SIGNAL_ACTIVATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TrpSliceView, trp_slice_view, GTK_TYPE_WIDGET)

static TrpRaster
get_raster (TrpSliceView *self, int width, int height, int scale)
{
  return trp_view_state_get_raster (self->state, trp_document_get_cursor (self->document), width,
                                    height, scale);
}

static void
append_contents (TrpSliceView *self, GtkSnapshot *snapshot, int width, int height, int scale)
{
  static const GdkRGBA outside = { 0x0d / 255.f, 0x0d / 255.f, 0x0d / 255.f, 1 };
  const TrpRaster raster = get_raster (self, width, height, scale);
  const TrpPlane plane = trp_slice_view_get_plane (self);
  TrpVolume *volume = trp_document_get_volume (self->document, self->role);
  const graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  TrpOverlay overlay = { .view = self,
                         .raster = get_raster (self, width, height, 1),
                         .plane = plane,
                         .width = width,
                         .height = height,
                         .active = self->active,
                         .crosshair_hidden = self->crosshair_hidden };

  gtk_snapshot_push_clip (snapshot, &bounds);
  gtk_snapshot_append_color (snapshot, &outside, &bounds);
  overlay.has_slice = trp_slice_picture_update (
    self->picture, volume, trp_document_get_display (self->document, self->role), &plane, &raster);
  trp_slice_picture_snapshot (self->picture, snapshot, &raster, scale);
  if (volume)
    {
      cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);

      trp_slice_outlines_draw (self->outlines, cr, &plane, &overlay.raster);
      trp_slice_overlay_draw (&overlay, cr);
      cairo_destroy (cr);
    }
  gtk_snapshot_pop (snapshot);
}

static void
trp_slice_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  append_contents (TRP_SLICE_VIEW (widget), snapshot, gtk_widget_get_width (widget),
                   gtk_widget_get_height (widget), gtk_widget_get_scale_factor (widget));
}

GskRenderNode *
trp_slice_view_make_node (TrpSliceView *self, int width, int height)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  append_contents (self, snapshot, width, height, 1);
  return gtk_snapshot_free_to_node (snapshot);
}

static void
trp_slice_view_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  *minimum = 96;
  *natural = 256;
}

/* Without a layout manager the menu has to be told that it has a place, or stays as small as it was
 * when its first items came. */
static void
trp_slice_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child))
      gtk_popover_present (GTK_POPOVER (child));
}

static void
trp_slice_view_dispose (GObject *object)
{
  TrpSliceView *self = TRP_SLICE_VIEW (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->state)
    g_signal_handlers_disconnect_by_data (self->state, self);
  g_clear_pointer (&self->input, trp_slice_input_free);
  g_clear_pointer (&self->picture, trp_slice_picture_free);
  g_clear_pointer (&self->outlines, trp_slice_outlines_free);
  g_clear_object (&self->document);
  g_clear_object (&self->state);
  G_OBJECT_CLASS (trp_slice_view_parent_class)->dispose (object);
}

static void
trp_slice_view_class_init (TrpSliceViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = trp_slice_view_dispose;
  widget_class->snapshot = trp_slice_view_snapshot;
  widget_class->measure = trp_slice_view_measure;
  widget_class->size_allocate = trp_slice_view_size_allocate;
  signals[SIGNAL_MENU_REQUESTED] = g_signal_new ("menu-requested", G_TYPE_FROM_CLASS (klass),
                                                 G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                 G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[SIGNAL_TOGGLE_FULL] = g_signal_new ("toggle-full", G_TYPE_FROM_CLASS (klass),
                                              G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                              0);
  signals[SIGNAL_ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "slice");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
trp_slice_view_init (TrpSliceView *self)
{
  self->picture = trp_slice_picture_new ();
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

static void
update_label (TrpSliceView *self)
{
  g_autofree char *label = g_strdup_printf (
    _ ("%s, %s plane"), trp_role_get_name (self->role),
    trp_orientation_get_label (trp_view_state_get_orientation (self->state)));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* What was measured is drawn, and said by the pane that has the focus. */
static void
on_measurements_changed (TrpSliceView *self)
{
  const TrpPlane plane = trp_slice_view_get_plane (self);
  g_autofree char *text = NULL;

  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (!gtk_widget_has_focus (GTK_WIDGET (self)))
    return;
  text = trp_measurements_describe (self->document, self->role, &plane);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

static void
on_role_event (TrpSliceView *self, int role)
{
  if (role == (int) self->role)
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_readings_changed (TrpSliceView *self)
{
  trp_slice_outlines_invalidate (self->outlines);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_mask_changed (TrpSliceView *self, const TrpEditChange *change)
{
  if (trp_slice_outlines_apply_change (self->outlines, change))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_preview_changed (TrpSliceView *self)
{
  trp_slice_outlines_forget_preview (self->outlines);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
connect_document (TrpSliceView *self)
{
  const struct
  {
    const char *signal;
    GCallback callback;
  } table[] = {
    { "volume-changed", G_CALLBACK (on_role_event) },
    { "display-changed", G_CALLBACK (on_role_event) },
    { "cursor-moved", G_CALLBACK (gtk_widget_queue_draw) },
    { "tool-changed", G_CALLBACK (gtk_widget_queue_draw) },
    { "tool-moved", G_CALLBACK (gtk_widget_queue_draw) },
    { "measurements-changed", G_CALLBACK (on_measurements_changed) },
    { "active-changed", G_CALLBACK (gtk_widget_queue_draw) },
    { "readings-changed", G_CALLBACK (on_readings_changed) },
    { "structures-changed", G_CALLBACK (gtk_widget_queue_draw) },
    { "compare-changed", G_CALLBACK (on_readings_changed) },
    { "mask-changed", G_CALLBACK (on_mask_changed) },
    { "preview-changed", G_CALLBACK (on_preview_changed) },
    { "distances-changed", G_CALLBACK (gtk_widget_queue_draw) },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (table); n++)
    g_signal_connect_swapped (self->document, table[n].signal, table[n].callback, self);
}

GtkWidget *
trp_slice_view_new (TrpDocument *document, TrpRole role, TrpViewState *state)
{
  TrpSliceView *self = g_object_new (TRP_TYPE_SLICE_VIEW, NULL);

  self->document = g_object_ref (document);
  self->role = role;
  self->outlines = trp_slice_outlines_new (document);
  connect_document (self);
  trp_slice_view_set_state (self, state);
  self->input = trp_slice_input_new (self);
  return GTK_WIDGET (self);
}

TrpDocument *
trp_slice_view_get_document (TrpSliceView *self)
{
  return self->document;
}

TrpRole
trp_slice_view_get_role (TrpSliceView *self)
{
  return self->role;
}

TrpViewState *
trp_slice_view_get_state (TrpSliceView *self)
{
  return self->state;
}

void
trp_slice_view_set_state (TrpSliceView *self, TrpViewState *state)
{
  if (self->state == state)
    return;
  if (self->state)
    g_signal_handlers_disconnect_by_data (self->state, self);
  g_set_object (&self->state, state);
  g_signal_connect_swapped (state, "changed", G_CALLBACK (gtk_widget_queue_draw), self);
  update_label (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
trp_slice_view_set_active (TrpSliceView *self, bool active)
{
  if (self->active == active)
    return;
  self->active = active;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
trp_slice_view_set_crosshair_shown (TrpSliceView *self, bool shown)
{
  self->crosshair_hidden = !shown;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

TrpPlane
trp_slice_view_get_plane (TrpSliceView *self)
{
  return trp_view_state_get_plane (self->state, trp_document_get_cursor (self->document));
}

TrpVec3
trp_slice_view_lps_from_px (TrpSliceView *self, double x, double y)
{
  const TrpRaster raster = get_raster (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                       gtk_widget_get_height (GTK_WIDGET (self)), 1);

  return trp_raster_lps_from_px (&raster, x, y);
}

TrpVec3
trp_slice_view_px_from_lps (TrpSliceView *self, TrpVec3 point_lps)
{
  const TrpRaster raster = get_raster (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                       gtk_widget_get_height (GTK_WIDGET (self)), 1);
  TrpVec3 px;

  px.v[2] = trp_raster_px_from_lps (&raster, point_lps, &px.v[0], &px.v[1]);
  return px;
}

double
trp_slice_view_get_mm_per_px (TrpSliceView *self)
{
  return trp_view_state_get_mm_per_px (self->state, gtk_widget_get_width (GTK_WIDGET (self)),
                                       gtk_widget_get_height (GTK_WIDGET (self)));
}

bool
trp_slice_view_get_slice_number (TrpSliceView *self, size_t *out_number, size_t *out_count)
{
  TrpVolume *volume = trp_document_get_volume (self->document, self->role);
  const TrpPlane plane = trp_slice_view_get_plane (self);

  if (!volume)
    return false;
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  TrpNativeSlice slice;
  double low, high;

  switch (trp_plane_match_native (&plane, geometry, &slice))
    {
    case TRP_NATIVE_SLICE:
      *out_number = slice.number + 1;
      *out_count = geometry->size[slice.axis];
      return true;
    case TRP_NATIVE_OUTSIDE:
      return false;
    case TRP_NATIVE_NONE:
      break;
    }
  const double step = trp_plane_get_step (&plane, geometry);
  const double position = trp_plane_get_position (&plane);

  trp_plane_get_range (&plane, geometry, &low, &high);
  if (position < low || position > high)
    return false;
  *out_count = (size_t) fmax (1, round ((high - low) / step));
  *out_number = MIN (*out_count, (size_t) ((position - low) / step) + 1);
  return true;
}

/* Where a plane along the grid should stand to show slice centres only. */
static double
distance_to_slice (const TrpPlane *plane, const TrpGeometry *geometry, int steps)
{
  const double step = trp_plane_get_step (plane, geometry);
  TrpNativeSlice slice;
  double low, high;

  trp_plane_get_range (plane, geometry, &low, &high);
  const double position = trp_plane_get_position (plane);

  if (trp_plane_match_native (plane, geometry, &slice) == TRP_NATIVE_NONE)
    return CLAMP (position + steps * step, low, high) - position;
  const double count = (double) geometry->size[slice.axis];
  const double number = CLAMP ((double) slice.number + steps, 0, count - 1);

  return low + (number + 0.5) * (high - low) / count - position;
}

void
trp_slice_view_step (TrpSliceView *self, int steps)
{
  TrpVolume *volume = trp_document_get_volume (self->document, self->role);
  const TrpPlane plane = trp_slice_view_get_plane (self);
  const int anchor = trp_document_get_anchor (self->document);

  if (!volume && anchor >= 0)
    volume = trp_document_get_volume (self->document, (TrpRole) anchor);
  if (!volume)
    return;
  /* Stacks are read from head to feet, from front to back and from right to left. */
  const int sign = plane.orientation == TRP_ORIENTATION_AXIAL ? -1 : 1;
  const double distance = distance_to_slice (&plane, trp_volume_get_geometry (volume),
                                             sign * steps);
  const TrpVec3 cursor = trp_document_get_cursor (self->document);

  trp_document_set_cursor (self->document,
                           trp_vec3_add (cursor, trp_vec3_scale (plane.normal, distance)));
}

bool
trp_slice_view_get_pointer (TrpSliceView *self, double *out_x, double *out_y)
{
  return self->input && trp_slice_input_get_pointer (self->input, out_x, out_y);
}

void
trp_slice_view_zoom_native (TrpSliceView *self)
{
  TrpVolume *volume = trp_document_get_volume (self->document, self->role);
  const TrpPlane plane = trp_slice_view_get_plane (self);
  const int width = gtk_widget_get_width (GTK_WIDGET (self));
  const int height = gtk_widget_get_height (GTK_WIDGET (self));
  TrpNativeSlice slice;
  double spacing;

  if (!volume)
    return;
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);

  if (trp_plane_match_native (&plane, geometry, &slice) == TRP_NATIVE_NONE)
    spacing = fmin (trp_geometry_get_spacing (geometry, 0), trp_geometry_get_spacing (geometry, 1));
  else
    spacing = trp_geometry_get_spacing (geometry, slice.right_axis);
  trp_view_state_zoom (self->state, spacing, 0.5 * width, 0.5 * height, width, height);
}
