/* slice-input.c - pointer and keys on a slice
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/slice-input.h"

#include "ui/tools/tool.h"

#define ZOOM_STEP 1.15
#define RADIUS_STEP 1.12
#define CLICK_SLOP_PX 3.0
#define WINDOW_PX 200.0 /* dragging this far doubles the window's width */

typedef enum
{
  DRAG_NONE,
  DRAG_TOOL,
  DRAG_PAN,
  DRAG_WINDOW,
} DragKind;

struct _TrpSliceInput
{
  TrpSliceView *view;
  bool has_pointer;
  double x, y;
  double surface_x, surface_y; /* of the pointer when Shift was last held; in the window */
  double scrolled;             /* parts of a slice from smooth wheels */
  DragKind drag;
  GtkGesture *gesture; /* whose drag it is; only compared */
  double last_x, last_y;
  bool moved;
  TrpWindow start_window;
  const TrpTool *tool;
  TrpToolPlace place;
  int n_press; /* of the left button, fast and at one place */
  guint32 press_time;
  double press_x, press_y;
};

bool
trp_slice_input_get_pointer (const TrpSliceInput *self, double *out_x, double *out_y)
{
  *out_x = self->x;
  *out_y = self->y;
  return self->has_pointer;
}

static void
get_size (TrpSliceInput *self, int *out_width, int *out_height)
{
  *out_width = gtk_widget_get_width (GTK_WIDGET (self->view));
  *out_height = gtk_widget_get_height (GTK_WIDGET (self->view));
}

static TrpDocument *
get_document (TrpSliceInput *self)
{
  return trp_slice_view_get_document (self->view);
}

static const TrpTool *
get_tool (TrpSliceInput *self)
{
  return trp_tool_get_current (get_document (self));
}

/* ---- wheel ---- */

static void
scale_radius (TrpSliceInput *self, double factor)
{
  TrpToolSettings tool = *trp_document_get_tool (get_document (self));

  tool.radius_mm *= factor;
  trp_document_set_tool (get_document (self), &tool);
}

static void
zoom_at_pointer (TrpSliceInput *self, double factor)
{
  TrpViewState *state = trp_slice_view_get_state (self->view);
  int width, height;

  get_size (self, &width, &height);
  trp_view_state_zoom (state, trp_view_state_get_mm_per_px (state, width, height) * factor, self->x,
                       self->y, width, height);
}

static gboolean
on_scroll (GtkEventControllerScroll *controller, double dx, double dy, TrpSliceInput *self)
{
  const GdkModifierType state = gtk_event_controller_get_current_event_state (
    GTK_EVENT_CONTROLLER (controller));
  const double delta = dy != 0 ? dy : dx; /* some systems turn Shift + wheel sideways */

  if (state & GDK_CONTROL_MASK)
    zoom_at_pointer (self, pow (ZOOM_STEP, delta));
  else if (state & GDK_SHIFT_MASK)
    scale_radius (self, pow (RADIUS_STEP, -delta));
  else
    {
      self->scrolled += delta;
      const int steps = (int) self->scrolled;

      self->scrolled -= steps;
      if (steps != 0)
        trp_slice_view_step (self->view, steps);
    }
  return GDK_EVENT_STOP;
}

/* ---- pointer ---- */

static TrpToolPlace
get_place (TrpSliceInput *self, const TrpTool *tool, GdkModifierType modifiers)
{
  return (TrpToolPlace){ .document = get_document (self),
                         .role = trp_slice_view_get_role (self->view),
                         .plane = trp_slice_view_get_plane (self->view),
                         .start_lps = trp_slice_view_lps_from_px (self->view, self->x, self->y),
                         .mm_per_px = trp_slice_view_get_mm_per_px (self->view),
                         .modifiers = modifiers,
                         .state = trp_tool_get_state (get_document (self), tool->kind) };
}

static void
hover (TrpSliceInput *self, GdkModifierType modifiers)
{
  const TrpTool *tool = get_tool (self);

  if (tool->has_radius)
    gtk_widget_queue_draw (GTK_WIDGET (self->view));
  if (self->drag != DRAG_NONE || !tool->hover ||
      !trp_document_get_volume (get_document (self), trp_slice_view_get_role (self->view)))
    return;
  const TrpToolPlace place = get_place (self, tool, modifiers);

  tool->hover (&place);
}

/* A pane that moves below a pointer at rest (a bar above it comes or goes) hears of a motion, too.
 */
static bool
has_moved (TrpSliceInput *self, GtkEventControllerMotion *controller)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));
  const double before[2] = { self->surface_x, self->surface_y };

  return event && gdk_event_get_position (event, &self->surface_x, &self->surface_y) &&
         (before[0] != self->surface_x || before[1] != self->surface_y);
}

static void
on_motion (GtkEventControllerMotion *controller, double x, double y, TrpSliceInput *self)
{
  const GdkModifierType state = gtk_event_controller_get_current_event_state (
    GTK_EVENT_CONTROLLER (controller));

  self->has_pointer = true;
  self->x = x;
  self->y = y;
  if ((state & GDK_SHIFT_MASK) && self->drag == DRAG_NONE && has_moved (self, controller))
    trp_document_set_cursor (get_document (self), trp_slice_view_lps_from_px (self->view, x, y));
  hover (self, state);
}

static void
on_leave (GtkEventControllerMotion *controller, TrpSliceInput *self)
{
  self->has_pointer = false;
  gtk_widget_queue_draw (GTK_WIDGET (self->view));
}

/* ---- drags ---- */

/* Positions that the compositor's frame clock swallowed since the last event, so that a fast stroke
 * follows the hand's curve. */
static void
move_through_history (TrpSliceInput *self, GdkEvent *event)
{
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self->view));
  double offset_x, offset_y;
  guint n = 0;
  g_autofree GdkTimeCoord *history = NULL;

  if (!event || gdk_event_get_event_type (event) != GDK_MOTION_NOTIFY)
    return;
  history = gdk_event_get_history (event, &n);
  gtk_native_get_surface_transform (native, &offset_x, &offset_y);
  for (guint m = 0; m < n; m++)
    {
      double x, y;

      if (!(history[m].flags & GDK_AXIS_FLAG_X) || !(history[m].flags & GDK_AXIS_FLAG_Y))
        continue;
      gtk_widget_translate_coordinates (GTK_WIDGET (native), GTK_WIDGET (self->view),
                                        history[m].axes[GDK_AXIS_X] - offset_x,
                                        history[m].axes[GDK_AXIS_Y] - offset_y, &x, &y);
      self->tool->move (&self->place, trp_slice_view_lps_from_px (self->view, x, y));
    }
}

/* GtkGestureClick counts too, but its turn comes before or after the drag's as it likes. */
static int
count_presses (TrpSliceInput *self, guint32 time)
{
  int double_ms = 400, double_px = 5;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self->view)), "gtk-double-click-time",
                &double_ms, "gtk-double-click-distance", &double_px, NULL);
  if (self->n_press == 0 || time - self->press_time > (guint32) double_ms ||
      hypot (self->x - self->press_x, self->y - self->press_y) > double_px)
    self->n_press = 0;
  self->press_time = time;
  self->press_x = self->x;
  self->press_y = self->y;
  return ++self->n_press;
}

static void
begin_tool (TrpSliceInput *self, GtkEventController *controller)
{
  self->tool = get_tool (self);
  self->place = get_place (self, self->tool,
                           gtk_event_controller_get_current_event_state (controller));
  self->place.n_press = count_presses (self,
                                       gtk_event_controller_get_current_event_time (controller));
  self->drag = self->tool->press (&self->place) ? DRAG_TOOL : DRAG_NONE;
}

static void
end_drag (TrpSliceInput *self)
{
  const DragKind drag = self->drag;

  self->drag = DRAG_NONE;
  if (drag == DRAG_TOOL && self->tool->release)
    self->tool->release (&self->place);
}

/* Another button ends what the first began as its release would: GTK tells the first one's gesture
 * that it is cancelled only after this. */
static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, TrpSliceInput *self)
{
  const guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  TrpDocument *document = get_document (self);
  const TrpRole role = trp_slice_view_get_role (self->view);

  end_drag (self);
  self->gesture = GTK_GESTURE (gesture);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
  g_signal_emit_by_name (self->view, "activated");
  if (!trp_document_get_volume (document, role))
    return;
  self->last_x = self->x = x;
  self->last_y = self->y = y;
  self->moved = false;
  if (button == GDK_BUTTON_PRIMARY)
    begin_tool (self, GTK_EVENT_CONTROLLER (gesture));
  else if (button == GDK_BUTTON_MIDDLE)
    self->drag = DRAG_PAN;
  else if (button == GDK_BUTTON_SECONDARY)
    {
      self->drag = DRAG_WINDOW;
      self->start_window = trp_document_get_display (document, role)->window;
    }
}

static void
drag_window (TrpSliceInput *self, double dx, double dy)
{
  const TrpRole role = trp_slice_view_get_role (self->view);
  TrpDisplay display = *trp_document_get_display (get_document (self), role);
  const double per_px = self->start_window.width / WINDOW_PX;
  const double smallest = fmin (1, self->start_window.width);

  display.window.width = fmax (self->start_window.width + dx * per_px, smallest);
  display.window.level = self->start_window.level - dy * per_px;
  trp_document_set_display (get_document (self), role, &display);
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, TrpSliceInput *self)
{
  double start_x, start_y;
  int width, height;

  if (self->gesture != GTK_GESTURE (gesture))
    return;
  gtk_gesture_drag_get_start_point (gesture, &start_x, &start_y);
  self->x = start_x + dx;
  self->y = start_y + dy;
  self->moved = self->moved || hypot (dx, dy) > CLICK_SLOP_PX;
  switch (self->drag)
    {
    case DRAG_TOOL:
      if (!self->tool->move)
        break;
      self->place.modifiers = gtk_event_controller_get_current_event_state (
        GTK_EVENT_CONTROLLER (gesture));
      move_through_history (
        self, gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (gesture)));
      self->tool->move (&self->place, trp_slice_view_lps_from_px (self->view, self->x, self->y));
      break;
    case DRAG_PAN:
      get_size (self, &width, &height);
      trp_view_state_pan (trp_slice_view_get_state (self->view), self->x - self->last_x,
                          self->y - self->last_y, width, height);
      break;
    case DRAG_WINDOW:
      if (self->moved)
        drag_window (self, dx, dy);
      break;
    case DRAG_NONE:
      break;
    }
  self->last_x = self->x;
  self->last_y = self->y;
}

static void
on_drag_end (GtkGestureDrag *gesture, double dx, double dy, TrpSliceInput *self)
{
  const bool is_click = self->drag == DRAG_WINDOW && !self->moved;

  if (self->gesture != GTK_GESTURE (gesture))
    return;
  end_drag (self);
  if (is_click)
    g_signal_emit_by_name (self->view, "menu-requested", self->x, self->y);
}

static void
on_drag_cancel (GtkGesture *gesture, GdkEventSequence *sequence, TrpSliceInput *self)
{
  if (self->gesture != gesture)
    return;
  if (self->drag == DRAG_TOOL && self->tool->cancel)
    self->tool->cancel (&self->place);
  self->drag = DRAG_NONE;
}

/* Dabs with a brush come fast: there a double click paints twice. */
static void
on_pressed (GtkGestureClick *gesture, int n_press, double x, double y, TrpSliceInput *self)
{
  if (n_press == 2 && !get_tool (self)->has_radius && !get_tool (self)->takes_clicks)
    g_signal_emit_by_name (self->view, "toggle-full");
}

/* ---- keys ---- */

static gboolean
on_key (GtkEventControllerKey *controller,
        guint keyval,
        guint keycode,
        GdkModifierType state,
        TrpSliceInput *self)
{
  const int factor = state & GDK_SHIFT_MASK ? 5 : 1;

  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_Up:
    case GDK_KEY_Left:
    case GDK_KEY_Page_Up:
      trp_slice_view_step (self->view, -factor);
      return GDK_EVENT_STOP;
    case GDK_KEY_Down:
    case GDK_KEY_Right:
    case GDK_KEY_Page_Down:
      trp_slice_view_step (self->view, factor);
      return GDK_EVENT_STOP;
    case GDK_KEY_Menu:
      g_signal_emit_by_name (self->view, "menu-requested", 40.0, 40.0);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
on_focus_enter (GtkEventControllerFocus *controller, TrpSliceInput *self)
{
  g_signal_emit_by_name (self->view, "activated");
}

/* ---- set up ---- */

static void
add_drag (TrpSliceInput *self, guint button)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  g_signal_connect (drag, "cancel", G_CALLBACK (on_drag_cancel), self);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (drag));
}

TrpSliceInput *
trp_slice_input_new (TrpSliceView *view)
{
  TrpSliceInput *self = g_new0 (TrpSliceInput, 1);
  GtkEventController *scroll = gtk_event_controller_scroll_new (
    GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->view = view;
  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  g_signal_connect (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  g_signal_connect (focus, "enter", G_CALLBACK (on_focus_enter), self);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (view), scroll);
  gtk_widget_add_controller (GTK_WIDGET (view), motion);
  gtk_widget_add_controller (GTK_WIDGET (view), key);
  gtk_widget_add_controller (GTK_WIDGET (view), focus);
  gtk_widget_add_controller (GTK_WIDGET (view), GTK_EVENT_CONTROLLER (click));
  add_drag (self, GDK_BUTTON_PRIMARY);
  add_drag (self, GDK_BUTTON_MIDDLE);
  add_drag (self, GDK_BUTTON_SECONDARY);
  return self;
}

/* The view keeps its controllers longer than this: a gesture that ends with it must find nobody. */
void
trp_slice_input_free (TrpSliceInput *self)
{
  g_autoptr (GListModel) controllers = NULL;

  if (!self)
    return;
  controllers = gtk_widget_observe_controllers (GTK_WIDGET (self->view));
  for (guint n = 0; n < g_list_model_get_n_items (controllers); n++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, n);

      g_signal_handlers_disconnect_by_data (controller, self);
    }
  g_free (self);
}
