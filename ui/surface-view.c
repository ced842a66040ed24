/* surface-view.c - see surface-view.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/surface-view.h"
#include "config.h"

#include "core/draw/overlay.h"
#include "core/draw/surface-color.h"
#include "ui/surface-renderer.h"

#include <glib/gi18n.h>

#define KEY_TURN_PX 25 /* as if dragged that far */
#define ZOOM_STEP 1.12
#define CLICK_PX 4 /* a pointer that moved less did not drag */
#define CUBE_PX 76
#define STALE_OPACITY 0.55

struct _TrpSurfaceView
{
  GtkWidget parent_instance;

  GtkWidget *pages;
  GtkWidget *area;
  GtkWidget *marks; /* letters, cube, cursor, scale: over the area */
  GtkWidget *sentence;
  TrpSurfaceRenderer *renderer;
  TrpSurfaceMesh *mesh;
  GBytes *colors;
  bool is_uploaded;
  bool wants_fit; /* as soon as the widget has a size */
  bool scale_shown;
  TrpOrbit orbit;
  TrpVec3 cursor_lps;
  double drag_x, drag_y; /* how far the drag under way has come */
};

G_DEFINE_FINAL_TYPE (TrpSurfaceView, trp_surface_view, GTK_TYPE_WIDGET)

enum
{
  PICKED,
  READY,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
trp_surface_view_dispose (GObject *object)
{
  TrpSurfaceView *self = TRP_SURFACE_VIEW (object);

  g_clear_pointer (&self->pages, gtk_widget_unparent); /* unrealizes: the renderer goes there */
  g_clear_pointer (&self->mesh, trp_surface_mesh_unref);
  g_clear_pointer (&self->colors, g_bytes_unref);
  G_OBJECT_CLASS (trp_surface_view_parent_class)->dispose (object);
}

static void
redraw (TrpSurfaceView *self)
{
  gtk_gl_area_queue_render (GTK_GL_AREA (self->area));
  gtk_widget_queue_draw (self->marks);
}

/* ---- OpenGL ---- */

static void
refuse (TrpSurfaceView *self, const char *reason)
{
  gtk_label_set_label (GTK_LABEL (self->sentence),
                       _ ("This display offers no OpenGL 3.2 or OpenGL ES 3.0, so the surface "
                          "cannot be drawn; everything else works."));
  gtk_widget_set_tooltip_text (self->sentence, reason);
  gtk_stack_set_visible_child (GTK_STACK (self->pages), self->sentence);
}

/* Of either kind: left to itself the area takes no OpenGL ES. */
static GdkGLContext *
on_create_context (TrpSurfaceView *self)
{
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (self->area));
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkGLContext) context = gdk_surface_create_gl_context (surface, &error);

  if (context && gdk_gl_context_realize (context, &error))
    return g_steal_pointer (&context);
  gtk_gl_area_set_error (GTK_GL_AREA (self->area), error);
  return NULL;
}

/* GTK asks for OpenGL 3.2, but takes OpenGL ES 2. */
static TrpSurfaceRenderer *
make_renderer (GtkGLArea *area, GError **error)
{
  GdkGLContext *context = gtk_gl_area_get_context (area);
  int major, minor;

  if (gtk_gl_area_get_error (area))
    {
      g_propagate_error (error, g_error_copy (gtk_gl_area_get_error (area)));
      return NULL;
    }
  gdk_gl_context_get_version (context, &major, &minor);
  if (major < 3)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE, "OpenGL ES %d.%d", major, minor);
      return NULL;
    }
  return trp_surface_renderer_new (gdk_gl_context_get_use_es (context), error);
}

static void
on_realize (TrpSurfaceView *self)
{
  g_autoptr (GError) error = NULL;

  gtk_gl_area_make_current (GTK_GL_AREA (self->area));
  self->renderer = make_renderer (GTK_GL_AREA (self->area), &error);
  if (!self->renderer)
    refuse (self, error->message);
  self->is_uploaded = false;
  g_signal_emit (self, signals[READY], 0);
}

static void
on_unrealize (TrpSurfaceView *self)
{
  if (!self->renderer)
    return;
  gtk_gl_area_make_current (GTK_GL_AREA (self->area));
  g_clear_pointer (&self->renderer, trp_surface_renderer_free);
}

static void
fit (TrpSurfaceView *self)
{
  const int width = gtk_widget_get_width (self->area), height = gtk_widget_get_height (self->area);

  if (!self->mesh || width <= 0 || height <= 0)
    return;
  trp_orbit_fit (&self->orbit, self->mesh->center_lps, self->mesh->radius, width, height);
  self->wants_fit = false;
}

static gboolean
on_render (TrpSurfaceView *self)
{
  const int scale = gtk_widget_get_scale_factor (self->area);

  if (!self->renderer)
    return FALSE;
  if (self->wants_fit)
    fit (self);
  if (!self->is_uploaded)
    trp_surface_renderer_set (self->renderer, self->mesh, self->colors);
  self->is_uploaded = true;
  trp_surface_renderer_draw (self->renderer, &self->orbit,
                             gtk_widget_get_width (self->area) * scale,
                             gtk_widget_get_height (self->area) * scale, scale);
  return TRUE;
}

/* ---- what lies over it ---- */

static void
draw_cursor (TrpSurfaceView *self, cairo_t *cr, int width, int height)
{
  double x, y;

  trp_orbit_project (&self->orbit, self->cursor_lps, width, height, &x, &y);
  trp_overlay_draw_brush (cr, x, y, 6, 0xffffff, TRP_RING_EMPTY);
}

static void
draw_marks (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  TrpSurfaceView *self = data;
  const TrpPlane plane = { .right = self->orbit.right,
                           .down = trp_vec3_scale (self->orbit.up, -1),
                           .normal = self->orbit.towards };

  if (!self->mesh || self->mesh->n_triangles == 0)
    return;
  if (self->wants_fit)
    fit (self);
  draw_cursor (self, cr, width, height);
  trp_overlay_draw_letters (cr, &plane, width, height);
  trp_overlay_draw_scale (cr, self->orbit.mm_per_px, width, height);
  trp_orientation_cube_draw (cr, &self->orbit, 14 + CUBE_PX / 2, height - 14 - CUBE_PX / 2,
                             CUBE_PX);
  if (self->scale_shown && height >= 300)
    trp_overlay_draw_distance_scale (cr, width, _ ("outside mm"), _ ("missing mm"));
}

/* ---- pointer ---- */

bool
trp_surface_view_pick (TrpSurfaceView *self, double x, double y)
{
  const int width = gtk_widget_get_width (self->area), height = gtk_widget_get_height (self->area);
  TrpVec3 from, point;
  double reach;

  if (!self->mesh)
    return false;
  reach = self->mesh->radius + trp_vec3_distance (self->mesh->center_lps, self->orbit.target_lps) +
          1;
  from = trp_orbit_get_point (&self->orbit, x, y, width, height, reach);
  if (!trp_surface_mesh_pick (self->mesh, from, trp_vec3_scale (self->orbit.towards, -1), &point))
    return false;
  g_signal_emit (self, signals[PICKED], 0, &point);
  return true;
}

static void
on_drag_begin (TrpSurfaceView *self)
{
  self->drag_x = self->drag_y = 0;
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
on_drag_update (TrpSurfaceView *self, double x, double y, GtkGesture *gesture)
{
  const double right = x - self->drag_x, down = y - self->drag_y;

  if (gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture)) == GDK_BUTTON_MIDDLE)
    trp_orbit_pan (&self->orbit, right, down);
  else
    trp_orbit_rotate (&self->orbit, right, down);
  self->drag_x = x;
  self->drag_y = y;
  redraw (self);
}

static void
on_drag_end (TrpSurfaceView *self, double x, double y, GtkGesture *gesture)
{
  double start_x, start_y;

  if (hypot (x, y) >= CLICK_PX ||
      gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture)) != GDK_BUTTON_PRIMARY ||
      !gtk_gesture_drag_get_start_point (GTK_GESTURE_DRAG (gesture), &start_x, &start_y))
    return;
  trp_surface_view_pick (self, start_x, start_y);
}

static void
show_all (TrpSurfaceView *self)
{
  trp_orbit_look_from (&self->orbit, 'A');
  fit (self);
  redraw (self);
}

static void
on_pressed (TrpSurfaceView *self, int n_press)
{
  if (n_press == 2)
    show_all (self);
}

static gboolean
on_scroll (TrpSurfaceView *self, double dx, double dy)
{
  trp_orbit_zoom (&self->orbit, pow (ZOOM_STEP, -dy));
  redraw (self);
  return GDK_EVENT_STOP;
}

/* ---- keys ---- */

bool
trp_surface_view_look_from (TrpSurfaceView *self, char side)
{
  if (!trp_orbit_look_from (&self->orbit, side))
    return false;
  redraw (self);
  return true;
}

typedef struct
{
  guint keys[3];
  double right_px, down_px; /* turned */
  double zoom;
} Move;

static const Move moves[] = {
  { { GDK_KEY_Left, GDK_KEY_KP_Left }, -KEY_TURN_PX, 0, 1 },
  { { GDK_KEY_Right, GDK_KEY_KP_Right }, KEY_TURN_PX, 0, 1 },
  { { GDK_KEY_Up, GDK_KEY_KP_Up }, 0, -KEY_TURN_PX, 1 },
  { { GDK_KEY_Down, GDK_KEY_KP_Down }, 0, KEY_TURN_PX, 1 },
  { { GDK_KEY_plus, GDK_KEY_KP_Add, GDK_KEY_equal }, 0, 0, ZOOM_STEP },
  { { GDK_KEY_minus, GDK_KEY_KP_Subtract }, 0, 0, 1 / ZOOM_STEP },
};

static bool
move_by_key (TrpSurfaceView *self, guint key)
{
  for (size_t n = 0; n < G_N_ELEMENTS (moves); n++)
    for (size_t k = 0; k < G_N_ELEMENTS (moves[n].keys); k++)
      if (moves[n].keys[k] == key)
        {
          trp_orbit_rotate (&self->orbit, moves[n].right_px, moves[n].down_px);
          trp_orbit_zoom (&self->orbit, moves[n].zoom);
          return true;
        }
  return false;
}

static gboolean
on_key (TrpSurfaceView *self, guint key, guint code, GdkModifierType state)
{
  const guint upper = gdk_keyval_to_upper (key);

  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return GDK_EVENT_PROPAGATE;
  if (key == GDK_KEY_Home || key == GDK_KEY_KP_Home)
    show_all (self);
  else if (!move_by_key (self, key) &&
           !(upper < 128 && trp_surface_view_look_from (self, (char) upper)))
    return GDK_EVENT_PROPAGATE;
  redraw (self);
  return GDK_EVENT_STOP;
}

/* ---- making ---- */

static void
trp_surface_view_class_init (TrpSurfaceViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = trp_surface_view_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "surface");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  signals[PICKED] = g_signal_new ("picked", TRP_TYPE_SURFACE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[READY] = g_signal_new ("ready", TRP_TYPE_SURFACE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
add_drag (TrpSurfaceView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (
    GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), 0);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed), self);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (on_scroll), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (self->marks, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (self->marks, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (self->marks, scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

static void
trp_surface_view_init (TrpSurfaceView *self)
{
  GtkWidget *overlay = gtk_overlay_new ();

  self->orbit = trp_orbit_new ();
  self->pages = gtk_stack_new ();
  self->area = gtk_gl_area_new ();
  self->marks = gtk_drawing_area_new ();
  self->sentence = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->sentence), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->sentence), 44);
  gtk_gl_area_set_auto_render (GTK_GL_AREA (self->area), FALSE);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->marks), draw_marks, self, NULL);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), self->area);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->marks);
  gtk_stack_add_child (GTK_STACK (self->pages), overlay);
  gtk_stack_add_child (GTK_STACK (self->pages), self->sentence);
  gtk_widget_set_parent (self->pages, GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect_swapped (self->area, "create-context", G_CALLBACK (on_create_context), self);
  g_signal_connect_swapped (self->area, "realize", G_CALLBACK (on_realize), self);
  g_signal_connect_swapped (self->area, "unrealize", G_CALLBACK (on_unrealize), self);
  g_signal_connect_swapped (self->area, "render", G_CALLBACK (on_render), self);
  add_drag (self);
}

GtkWidget *
trp_surface_view_new (void)
{
  return g_object_new (TRP_TYPE_SURFACE_VIEW, NULL);
}

void
trp_surface_view_set_surface (TrpSurfaceView *self,
                              TrpSurfaceMesh *mesh,
                              GBytes *colors,
                              bool wants_fit)
{
  g_clear_pointer (&self->mesh, trp_surface_mesh_unref);
  g_clear_pointer (&self->colors, g_bytes_unref);
  if (mesh)
    {
      self->mesh = trp_surface_mesh_ref (mesh);
      self->colors = g_bytes_ref (colors);
    }
  self->is_uploaded = false;
  self->wants_fit |= wants_fit;
  redraw (self);
}

void
trp_surface_view_set_cursor (TrpSurfaceView *self, TrpVec3 point_lps)
{
  self->cursor_lps = point_lps;
  gtk_widget_queue_draw (self->marks);
}

void
trp_surface_view_set_scale_shown (TrpSurfaceView *self, bool shown)
{
  self->scale_shown = shown;
  gtk_widget_queue_draw (self->marks);
}

void
trp_surface_view_set_stale (TrpSurfaceView *self, bool is_stale)
{
  gtk_widget_set_opacity (self->area, is_stale ? STALE_OPACITY : 1);
}

void
trp_surface_view_set_name (TrpSurfaceView *self, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

const char *
trp_surface_view_get_problem (TrpSurfaceView *self)
{
  return gtk_stack_get_visible_child (GTK_STACK (self->pages)) == self->sentence
           ? gtk_label_get_label (GTK_LABEL (self->sentence))
           : NULL;
}
