/* polygon.c - a polygon of points that can be moved, inserted and deleted before it is filled
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Clicks set points until the polygon is closed; then its points are corrected, and Enter fills it
 * as one step. Nothing is lost in silence: what is not filled stays where it was drawn, over
 * changes of slice and tool, and a closed polygon is filled when another tool is chosen. Another
 * image in the place of the one it was drawn on takes it away.
 */

#include "core/structure/plane-polygon.h"
#include "config.h"

#include "ui/tools/option-rows.h"
#include "ui/tools/paint-options.h"
#include "ui/tools/polygon-points.h"
#include "ui/tools/sketch.h"

#include <glib/gi18n.h>

typedef struct
{
  TrpPolygonPoints *points;
  TrpRole role;      /* of the pane in which the first one was set */
  TrpVolume *volume; /* what stood there; NULL without points */
  TrpPlane plane;
  bool erase;
  int dragged;         /* -1: none */
  bool was_closed_now; /* by the press of before: a double click does not close and fill */
  bool has_pointer;    /* on the plane */
  TrpVec3 pointer_lps;
  double reach; /* mm */
  TrpOutline *preview;
  bool is_stale;
  GtkWidget *mode; /* borrowed, for its own signal */
} State;

static size_t
count (const State *self)
{
  size_t n_points;

  trp_polygon_points_peek (self->points, &n_points);
  return n_points;
}

static void
on_changed (State *self)
{
  self->is_stale = true;
}

static void
redraw (TrpDocument *document, State *self)
{
  self->is_stale = true;
  trp_document_redraw_tool (document);
}

static void
give_up (TrpDocument *document, State *self)
{
  trp_polygon_points_clear (self->points);
  g_clear_pointer (&self->volume, trp_volume_unref);
  self->dragged = -1;
  redraw (document, self);
}

/* The same voxels: in another role an image has other information. */
static bool
shows_image (TrpDocument *document, TrpRole role, const TrpVolume *image)
{
  TrpVolume *volume = trp_document_get_volume (document, role);

  return volume && image && trp_volume_peek_bytes (volume) == trp_volume_peek_bytes (image);
}

/* The image may have moved to another role; else it is gone, and may be another patient's next. */
static void
on_volume_changed (TrpDocument *document, int role, State *self)
{
  for (int n = 0; n < TRP_N_ROLES; n++)
    if (shows_image (document, (TrpRole) n, self->volume))
      {
        self->role = (TrpRole) n;
        return;
      }
  give_up (document, self);
}

static void *
create (TrpDocument *document)
{
  static const char *const signals[] = { "mask-changed", "active-changed", "structures-changed",
                                         "readings-changed", "tool-changed" };
  State *self = g_new0 (State, 1);

  self->points = trp_polygon_points_new ();
  self->dragged = -1;
  for (size_t n = 0; n < G_N_ELEMENTS (signals); n++)
    g_signal_connect_swapped (document, signals[n], G_CALLBACK (on_changed), self);
  g_signal_connect (document, "volume-changed", G_CALLBACK (on_volume_changed), self);
  return self;
}

static void
destroy (void *state)
{
  State *self = state;

  trp_polygon_points_free (self->points);
  g_clear_pointer (&self->volume, trp_volume_unref);
  g_clear_pointer (&self->preview, trp_outline_free);
  g_free (self);
}

/* ---- filling ---- */

static TrpPatch *
make_stencil (TrpDocument *document, const State *self)
{
  const TrpStructureSet *set = trp_document_peek_edited (document);
  size_t n_points;
  const TrpVec3 *points = trp_polygon_points_peek (self->points, &n_points);

  if (!set)
    return trp_patch_new ();
  return trp_plane_polygon_fill (trp_structure_set_get_geometry (set), self->plane.point_lps,
                                 self->plane.normal, points, n_points);
}

/* The points stay where nothing comes of them. */
static void
fill (TrpDocument *document, State *self)
{
  TrpStructure *target = trp_document_peek_target (document);
  g_autoptr (TrpPatch) stencil = make_stencil (document, self);
  g_autofree char *step = NULL;

  if (!target)
    return;
  step = g_strdup_printf (self->erase ? _ ("Polygon cut %s") : _ ("Polygon %s"),
                          trp_structure_get_name (target));
  if (trp_sketch_fill (document, self->role, step, stencil, self->erase,
                       _ ("The polygon changes nothing here; move its points, choose Add or Cut, "
                          "or give it up with Escape.")))
    give_up (document, self);
}

/* ---- pointer ---- */

static bool
press_open (State *self, const TrpToolPlace *place, TrpVec3 point_lps)
{
  const int hit = trp_polygon_points_find (self->points, point_lps, self->reach);

  if (place->n_press == 2 || (hit == 0 && count (self) >= 3))
    self->was_closed_now = trp_polygon_points_close (self->points);
  else if (hit >= 0)
    self->dragged = hit;
  else if (place->n_press == 1)
    {
      self->dragged = (int) count (self);
      trp_polygon_points_insert (self->points, count (self), point_lps);
    }
  return true;
}

static bool
press_closed (State *self, const TrpToolPlace *place, TrpVec3 point_lps)
{
  const int hit = trp_polygon_points_find (self->points, point_lps, self->reach);
  const int edge = trp_polygon_points_find_edge (self->points, point_lps, self->reach, NULL);

  if (hit >= 0 && (place->modifiers & GDK_SHIFT_MASK))
    trp_polygon_points_remove (self->points, (size_t) hit);
  else if (hit >= 0)
    self->dragged = hit;
  else if (edge >= 0)
    {
      trp_polygon_points_insert (self->points, (size_t) edge, point_lps);
      self->dragged = edge;
    }
  else if (place->n_press == 2 && !self->was_closed_now)
    fill (place->document, self);
  else
    return false;
  return true;
}

static bool
begin (State *self, const TrpToolPlace *place)
{
  if (!trp_document_may_paint (place->document))
    return false;
  give_up (place->document, self); /* what could be undone lies on another plane */
  self->volume = trp_volume_ref (trp_document_get_volume (place->document, place->role));
  self->role = place->role;
  self->plane = place->plane;
  return true;
}

static bool
press (const TrpToolPlace *place)
{
  State *self = place->state;
  TrpVec3 point_lps;
  bool taken;

  self->reach = TRP_SKETCH_REACH_PX * place->mm_per_px;
  if (place->n_press == 1)
    self->was_closed_now = false;
  if (count (self) == 0 && !begin (self, place))
    return false;
  if (!trp_sketch_is_on_plane (place->document, place->role, &self->plane, &place->plane))
    {
      trp_document_report (place->document, TRP_SEVERITY_INFO,
                           _ ("A polygon is unfinished on another slice; fill it with Enter or "
                              "give it up with Escape first."));
      return false;
    }
  point_lps = trp_plane_project (&self->plane, place->start_lps);
  taken = trp_polygon_points_is_closed (self->points) ? press_closed (self, place, point_lps)
                                                      : press_open (self, place, point_lps);
  redraw (place->document, self);
  return taken;
}

static void
move (const TrpToolPlace *place, TrpVec3 point_lps)
{
  State *self = place->state;

  self->pointer_lps = trp_plane_project (&self->plane, point_lps);
  if (self->dragged < 0 || self->dragged >= (int) count (self))
    return;
  trp_polygon_points_move (self->points, (size_t) self->dragged, self->pointer_lps);
  redraw (place->document, self);
}

static void
release (const TrpToolPlace *place)
{
  State *self = place->state;

  self->dragged = -1;
  trp_polygon_points_end_move (self->points);
  trp_document_redraw_tool (place->document);
}

static void
cancel (const TrpToolPlace *place)
{
  State *self = place->state;

  if (self->dragged >= 0)
    trp_polygon_points_undo (self->points);
  self->dragged = -1;
  redraw (place->document, self);
}

static void
hover (const TrpToolPlace *place)
{
  State *self = place->state;

  if (count (self) == 0)
    return;
  self->reach = TRP_SKETCH_REACH_PX * place->mm_per_px;
  self->has_pointer = trp_sketch_is_on_plane (place->document, place->role, &self->plane,
                                              &place->plane);
  self->pointer_lps = trp_plane_project (&self->plane, place->start_lps);
  trp_document_redraw_tool (place->document);
}

/* ---- keys ---- */

static void
accept (TrpDocument *document, State *self)
{
  if (trp_polygon_points_is_closed (self->points))
    fill (document, self);
  else
    trp_polygon_points_close (self->points);
}

static void
take_back (TrpDocument *document, State *self)
{
  if (trp_polygon_points_is_closed (self->points))
    trp_polygon_points_open (self->points);
  else
    trp_polygon_points_remove (self->points, count (self) - 1);
}

static void
delete_hovered (TrpDocument *document, State *self)
{
  const int hit = self->has_pointer
                    ? trp_polygon_points_find (self->points, self->pointer_lps, self->reach)
                    : -1;

  if (hit >= 0)
    trp_polygon_points_remove (self->points, (size_t) hit);
}

/* With nothing left to undo the key is the document's, and so is redo from then on. */
static bool
undo (TrpDocument *document, State *self)
{
  if (trp_polygon_points_undo (self->points))
    return true;
  give_up (document, self);
  return false;
}

static bool
key_pressed (TrpDocument *document, void *state, TrpToolKey key)
{
  static void (*const changes[]) (TrpDocument *, State *) = {
    [TRP_TOOL_KEY_ACCEPT] = accept,
    [TRP_TOOL_KEY_TAKE_BACK] = take_back,
    [TRP_TOOL_KEY_DELETE] = delete_hovered,
    [TRP_TOOL_KEY_GIVE_UP] = give_up,
  };
  State *self = state;
  bool taken = true;

  self->dragged = -1;
  trp_polygon_points_end_move (self->points);
  if (key == TRP_TOOL_KEY_UNDO)
    taken = undo (document, self);
  else if (key == TRP_TOOL_KEY_REDO)
    taken = trp_polygon_points_redo (self->points);
  else if (count (self) == 0)
    return false;
  else
    changes[key](document, self);
  redraw (document, self);
  return taken;
}

static void
leave (TrpDocument *document, void *state)
{
  State *self = state;

  self->dragged = -1;
  self->has_pointer = false;
  if (trp_polygon_points_is_closed (self->points))
    fill (document, self);
}

/* ---- drawing ---- */

static void
update_preview (State *self, TrpDocument *document)
{
  g_autoptr (TrpPatch) stencil = make_stencil (document, self);
  g_autoptr (TrpPatch) change = trp_document_try_paint (document, self->role, stencil, self->erase);

  g_clear_pointer (&self->preview, trp_outline_free);
  self->preview = trp_sketch_trace_change (document, &self->plane, change);
  self->is_stale = false;
}

/* From the last point to the pointer and on to the first: what a click would make. */
static void
draw_rubber_band (State *self, const TrpToolCanvas *canvas, cairo_t *cr)
{
  size_t n_points;
  const TrpVec3 *points = trp_polygon_points_peek (self->points, &n_points);
  const TrpVec3 band[3] = { points[n_points - 1], self->pointer_lps, points[0] };

  if (self->has_pointer && self->dragged < 0)
    trp_sketch_draw_line (cr, canvas, TRP_SKETCH_CLOSING, band, n_points > 1 ? 3 : 2, false);
}

static void
draw_handles (State *self, const TrpToolCanvas *canvas, cairo_t *cr)
{
  size_t n_points;
  const TrpVec3 *points = trp_polygon_points_peek (self->points, &n_points);
  const int hovered = !self->has_pointer ? -1
                      : self->dragged >= 0
                        ? self->dragged
                        : trp_polygon_points_find (self->points, self->pointer_lps, self->reach);
  TrpVec3 foot;

  for (size_t n = 0; n < n_points; n++)
    trp_sketch_draw_point (
      cr, canvas, (int) n == hovered ? TRP_SKETCH_POINT_HOVERED : TRP_SKETCH_POINT, points[n]);
  if (trp_polygon_points_is_closed (self->points) && self->has_pointer && hovered < 0 &&
      trp_polygon_points_find_edge (self->points, self->pointer_lps, self->reach, &foot) >= 0)
    trp_sketch_draw_point (cr, canvas, TRP_SKETCH_POINT_FUTURE, foot);
}

static void
draw (const TrpToolCanvas *canvas, cairo_t *cr)
{
  State *self = canvas->state;
  const bool is_closed = trp_polygon_points_is_closed (self->points);
  size_t n_points;
  const TrpVec3 *points = trp_polygon_points_peek (self->points, &n_points);

  if (n_points == 0 ||
      !trp_sketch_is_on_plane (canvas->document, canvas->role, &self->plane, &canvas->plane))
    return;
  if (is_closed && self->is_stale)
    update_preview (self, canvas->document);
  if (is_closed)
    trp_sketch_draw_outline (cr, canvas, self->preview);
  else
    draw_rubber_band (self, canvas, cr);
  trp_sketch_draw_line (cr, canvas, TRP_SKETCH_LINE, points, n_points, is_closed);
  draw_handles (self, canvas, cr);
}

/* ---- options ---- */

static void
on_mode (TrpDocument *document)
{
  State *self = trp_tool_get_state (document, TRP_TOOL_POLYGON);

  self->erase = trp_option_segments_get (self->mode) == 1;
  redraw (document, self);
}

static GtkWidget *
make_options (TrpDocument *document)
{
  static const char *const modes[] = { N_ ("Add"), N_ ("Cut"), NULL };
  State *self = trp_tool_get_state (document, TRP_TOOL_POLYGON);
  GtkWidget *rows = trp_option_rows_new ();

  self->mode = trp_option_rows_append (
    rows, _ ("Mode"), trp_option_segments_new (modes, G_CALLBACK (on_mode), document));
  trp_option_segments_set (self->mode, self->erase);
  gtk_box_append (GTK_BOX (rows),
                  trp_paint_options_new (document, TRP_PAINT_ROW_LIMIT | TRP_PAINT_ROW_OVER));
  trp_option_rows_append_hint (
    rows,
    _ ("Click sets points; the first point, Enter or a double click closes. Then drag points, "
       "click a line to insert one, Shift + click or Delete takes one out. Enter fills."));
  return rows;
}

const TrpTool trp_tool_polygon = {
  .kind = TRP_TOOL_POLYGON,
  .name = N_ ("Polygon"),
  .icon = "trp-polygon-symbolic",
  .key = '6',
  .pointer = "crosshair",
  .takes_clicks = true,
  .create = create,
  .destroy = destroy,
  .press = press,
  .move = move,
  .release = release,
  .cancel = cancel,
  .hover = hover,
  .key_pressed = key_pressed,
  .leave = leave,
  .draw = draw,
  .make_options = make_options,
};
