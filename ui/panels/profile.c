/* profile.c - see profile.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/panels/profile.h"
#include "config.h"

#include "core/draw/profile-chart.h"
#include "ui/document-measurements.h"
#include "ui/tools/measure.h"
#include "ui/tools/tool.h"
#include "ui/value-text.h"

#include <glib/gi18n.h>

#define N_SAMPLES 400
#define CHART_HEIGHT 132

struct _TrpProfilePanel
{
  GtkBox parent_instance;

  TrpDocument *document;
  GtkWidget *about;
  GtkWidget *close;
  GtkWidget *area;
  guint index; /* of the measurement */
  double length_mm;
  double pointer_mm; /* NAN: elsewhere */
  TrpProfileLine lines[TRP_N_ROLES];
  TrpRole roles[TRP_N_ROLES];
  size_t n_lines;
  const char *units[2]; /* borrowed from the volumes, or static */
  double values[TRP_N_ROLES][N_SAMPLES];
};

G_DEFINE_FINAL_TYPE (TrpProfilePanel, trp_profile_panel, GTK_TYPE_BOX)

static void
trp_profile_panel_dispose (GObject *object)
{
  TrpProfilePanel *self = TRP_PROFILE_PANEL (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_profile_panel_parent_class)->dispose (object);
}

static void
trp_profile_panel_class_init (TrpProfilePanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_profile_panel_dispose;
}

static void
trp_profile_panel_init (TrpProfilePanel *self)
{
  self->pointer_mm = NAN;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "strip");
}

/* ---- what is shown ---- */

static bool
find_profile (TrpProfilePanel *self)
{
  for (guint n = trp_document_get_n_measurements (self->document); n-- > 0;)
    {
      const TrpMeasurement *measurement = trp_document_get_measurement (self->document, n);

      if (measurement->kind != TRP_MEASURE_PROFILE)
        continue;
      self->index = n;
      self->length_mm = trp_vec3_distance (measurement->points_lps[0], measurement->points_lps[1]);
      return self->length_mm > 0;
    }
  return false;
}

static const char *
get_unit (const TrpVolume *volume)
{
  const char *unit = trp_volume_get_info (volume)->unit;

  return unit ? unit : "a.u.";
}

/* Hounsfield units stand at the left, all else at the right: arbitrary units of two images mean
 * nothing to each other, but have nowhere else to stand. */
static void
sample (TrpProfilePanel *self)
{
  const TrpMeasurement *measurement = trp_document_get_measurement (self->document, self->index);

  self->n_lines = 0;
  self->units[0] = self->units[1] = NULL;
  for (int role = 0; role < TRP_N_ROLES; role++)
    {
      TrpVolume *volume = trp_document_get_volume (self->document, (TrpRole) role);
      const size_t n = self->n_lines;

      if (!volume)
        continue;
      const bool on_right = strcmp (get_unit (volume), "HU") != 0;

      trp_line_profile_sample (volume, measurement->points_lps[0], measurement->points_lps[1],
                               N_SAMPLES, self->values[n]);
      self->roles[n] = (TrpRole) role;
      self->lines[n] = (TrpProfileLine){
        .values = self->values[n],
        .n = N_SAMPLES,
        .name = trp_document_get_role_label (self->document, (TrpRole) role),
        .on_right = on_right,
      };
      self->units[on_right] = get_unit (volume);
      self->n_lines++;
    }
}

static TrpProfileChart
make_chart (TrpProfilePanel *self)
{
  return (TrpProfileChart){ .lines = self->lines,
                            .n_lines = self->n_lines,
                            .units = { self->units[0], self->units[1] },
                            .length_mm = self->length_mm,
                            .cursor_mm = self->pointer_mm };
}

static void
append_value (TrpProfilePanel *self, GString *text, size_t n)
{
  const size_t sample = (size_t) lrint (self->pointer_mm / self->length_mm * (N_SAMPLES - 1));
  const double value = self->values[n][MIN (sample, N_SAMPLES - 1)];
  TrpVolume *volume = trp_document_get_volume (self->document, self->roles[n]);
  double low, high;

  g_string_append_printf (text, "    %s ", self->lines[n].name);
  if (isnan (value))
    {
      g_string_append (text, _ ("outside"));
      return;
    }
  trp_volume_get_range (volume, &low, &high);
  trp_value_append (text, value, trp_value_get_digits (low, high));
  trp_value_append_unit (text, volume);
}

static void
show_about (TrpProfilePanel *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (isnan (self->pointer_mm))
    g_string_append_printf (text, _ ("%.1f mm"), self->length_mm);
  else
    {
      g_string_append_printf (text, _ ("at %.1f of %.1f mm"), self->pointer_mm, self->length_mm);
      for (size_t n = 0; n < self->n_lines; n++)
        append_value (self, text, n);
    }
  gtk_label_set_label (GTK_LABEL (self->about), text->str);
}

/* Room is made when profiles are chosen: panes that shrank in the middle of the drag would leave
 * the line's beginning behind. */
static bool
waits_for_profile (TrpProfilePanel *self)
{
  return trp_document_get_tool (self->document)->kind == TRP_TOOL_MEASURE &&
         trp_measure_get_kind (self->document) == TRP_MEASURE_PROFILE;
}

static void
update_room (TrpProfilePanel *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), find_profile (self) || waits_for_profile (self));
}

static void
update (TrpProfilePanel *self)
{
  const bool has_profile = find_profile (self);

  update_room (self);
  gtk_widget_set_sensitive (self->close, has_profile);
  if (has_profile)
    {
      sample (self);
      show_about (self);
    }
  else
    {
      self->n_lines = 0;
      gtk_label_set_label (GTK_LABEL (self->about), _ ("Drag a line in a pane."));
    }
  gtk_widget_queue_draw (self->area);
}

/* ---- the chart ---- */

static void
draw_chart (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  const TrpProfileChart chart = make_chart (user_data);

  if (chart.n_lines > 0 && chart.length_mm > 0)
    trp_profile_chart_draw (&chart, cr, width, height);
}

static void
point_at (TrpProfilePanel *self, double x)
{
  const TrpProfileChart chart = make_chart (self);

  if (chart.n_lines == 0)
    return;
  self->pointer_mm = trp_profile_chart_find (&chart, x, gtk_widget_get_width (self->area));
  show_about (self);
  gtk_widget_queue_draw (self->area);
}

static void
on_motion (GtkEventControllerMotion *controller, double x, double y, TrpProfilePanel *self)
{
  point_at (self, x);
}

static void
on_leave (GtkEventControllerMotion *controller, TrpProfilePanel *self)
{
  point_at (self, -1);
}

static void
on_pressed (GtkGestureClick *click, int n_press, double x, double y, TrpProfilePanel *self)
{
  const TrpVec3 *ends;

  point_at (self, x);
  if (isnan (self->pointer_mm) || !find_profile (self))
    return;
  ends = trp_document_get_measurement (self->document, self->index)->points_lps;
  trp_document_set_cursor (
    self->document, trp_vec3_add (ends[0], trp_vec3_scale (trp_vec3_subtract (ends[1], ends[0]),
                                                           self->pointer_mm / self->length_mm)));
}

static void
on_close (TrpProfilePanel *self)
{
  if (find_profile (self))
    trp_document_remove_measurement (self->document, self->index);
}

static GtkWidget *
make_heading (TrpProfilePanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *title = gtk_label_new (_ ("Profile"));

  self->about = gtk_label_new (NULL);
  self->close = gtk_button_new_from_icon_name ("window-close-symbolic");
  gtk_label_set_xalign (GTK_LABEL (self->about), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->about), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->about, TRUE);
  gtk_widget_add_css_class (self->about, "second");
  gtk_widget_add_css_class (self->about, "numeric");
  gtk_widget_add_css_class (self->close, "row-icon");
  gtk_widget_add_css_class (self->close, "flat");
  gtk_widget_set_tooltip_text (self->close, _ ("Remove the profile"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->close), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Remove the profile"), -1);
  g_signal_connect_swapped (self->close, "clicked", G_CALLBACK (on_close), self);
  gtk_widget_add_css_class (box, "strip-head");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), self->about);
  gtk_box_append (GTK_BOX (box), self->close);
  return box;
}

static void
make_area (TrpProfilePanel *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  self->area = gtk_drawing_area_new ();
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (self->area), CHART_HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->area), draw_chart, self, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->area), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Values along the profile"), -1);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (self->area, motion);
}

GtkWidget *
trp_profile_panel_new (TrpDocument *document)
{
  TrpProfilePanel *self = g_object_new (TRP_TYPE_PROFILE_PANEL, NULL);

  self->document = g_object_ref (document);
  gtk_box_append (GTK_BOX (self), make_heading (self));
  make_area (self);
  gtk_box_append (GTK_BOX (self), self->area);
  g_signal_connect_swapped (document, "measurements-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (document, "volume-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (document, "tool-changed", G_CALLBACK (update_room), self);
  g_signal_connect_swapped (document, "tool-moved", G_CALLBACK (update_room), self);
  update (self);
  return GTK_WIDGET (self);
}
