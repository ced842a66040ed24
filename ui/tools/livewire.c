/* livewire.c - an outline that follows edges from click to click
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The wire from the last anchor to the pointer comes from a tree that grows a portion at each move
 * of the pointer; while the slice's edges are still being looked for, and with Ctrl held, it is
 * straight (and dashed). What has been clicked stays as it was shown.
 */

#include "core/structure/plane-polygon.h"
#include "config.h"

#include "ui/tools/livewire-edges.h"
#include "ui/tools/option-rows.h"
#include "ui/tools/paint-options.h"
#include "ui/tools/sketch.h"

#include <glib/gi18n.h>

/* Pixels that a tree grows by within one event: two to five milliseconds. */
#define PIXELS_PER_EVENT 10000

typedef struct
{
  TrpDocument *document;
  TrpLivewireEdges *edges;
  GPtrArray *segments; /* (element-type GArray of TrpVec3): each ends at an anchor; the first is one
                          point */
  TrpRole role;
  TrpVolume *volume; /* what stood there; NULL without anchors */
  TrpPlane plane;
  TrpLivewireTree *tree; /* from the last anchor; NULL until there are edges */
  GArray *wire;          /* from the last anchor to the pointer; NULL: none */
  bool is_wire_straight;
  double scale; /* mm */
  bool erase;
  GtkWidget *mode; /* borrowed, for its own signal */
} State;

static GArray *
peek_segment (const State *self, guint index)
{
  return self->segments->pdata[index];
}

static TrpVec3
get_end (const GArray *points)
{
  return g_array_index (points, TrpVec3, points->len - 1);
}

static TrpVec3
get_first (const State *self)
{
  return g_array_index (peek_segment (self, 0), TrpVec3, 0);
}

static TrpVec3
get_last (const State *self)
{
  return get_end (peek_segment (self, self->segments->len - 1));
}

static void
clear_wire (State *self)
{
  g_clear_pointer (&self->wire, g_array_unref);
}

static void
give_up (TrpDocument *document, State *self)
{
  g_ptr_array_set_size (self->segments, 0);
  g_clear_pointer (&self->volume, trp_volume_unref);
  g_clear_pointer (&self->tree, trp_livewire_tree_free);
  clear_wire (self);
  trp_document_redraw_tool (document);
}

/* ---- the wire ---- */

static void
find_pixel (const TrpRaster *raster, TrpVec3 point_lps, size_t out_at[2])
{
  double x, y;

  trp_raster_px_from_lps (raster, point_lps, &x, &y);
  out_at[0] = (size_t) CLAMP (floor (x), 0, (double) raster->width - 1);
  out_at[1] = (size_t) CLAMP (floor (y), 0, (double) raster->height - 1);
}

static void
plant_tree (State *self)
{
  TrpRaster raster;
  TrpLivewireCost *cost = trp_livewire_edges_peek (self->edges, &raster);
  GError *error = NULL;
  size_t at[2];

  g_clear_pointer (&self->tree, trp_livewire_tree_free);
  if (!cost || self->segments->len == 0)
    return;
  find_pixel (&raster, get_last (self), at);
  self->tree = trp_livewire_tree_new (cost, at[0], at[1], &error);
  if (!self->tree)
    trp_document_report (self->document, TRP_SEVERITY_WARNING, error->message);
  g_clear_error (&error);
}

/* Returns: (transfer full): NULL while the way there is not known. */
static GArray *
follow_edges (State *self, TrpVec3 point_lps)
{
  TrpRaster raster;
  GArray *points = NULL;
  size_t at[2];

  if (!self->tree || !trp_livewire_edges_peek (self->edges, &raster))
    return NULL;
  find_pixel (&raster, point_lps, at);
  if (!trp_livewire_tree_has (self->tree, at[0], at[1]) &&
      !trp_livewire_tree_grow (self->tree, PIXELS_PER_EVENT, NULL, NULL))
    return NULL;
  g_autoptr (GArray) way = trp_livewire_tree_trace (self->tree, at[0], at[1]);
  if (!way)
    return NULL;
  points = g_array_new (FALSE, FALSE, sizeof (TrpVec3));
  for (guint n = 1; n + 1 < way->len; n++)
    {
      const TrpPoint point = g_array_index (way, TrpPoint, n);
      const TrpVec3 found_lps = trp_plane_project (
        &self->plane, trp_raster_lps_from_px (&raster, point.x + 0.5, point.y + 0.5));

      g_array_append_val (points, found_lps);
    }
  return points;
}

/* From the last anchor to @point_lps, the anchor left out. */
static GArray *
make_segment (State *self, TrpVec3 point_lps, bool straight)
{
  GArray *points = straight ? NULL : follow_edges (self, point_lps);

  self->is_wire_straight = !points;
  if (!points)
    points = g_array_new (FALSE, FALSE, sizeof (TrpVec3));
  g_array_append_val (points, point_lps);
  return points;
}

static void
on_edges (void *data)
{
  State *self = data;

  plant_tree (self);
  trp_document_redraw_tool (self->document);
}

/* Another image, or the same one seen through another window. */
static void
on_image_changed (TrpDocument *document, int role, State *self)
{
  if (!self->volume || role != (int) self->role)
    return;
  if (trp_document_get_volume (document, self->role) != self->volume)
    {
      give_up (document, self);
      return;
    }
  trp_livewire_edges_want (self->edges, self->role, &self->plane, self->scale);
  plant_tree (self);
}

static void *
create (TrpDocument *document)
{
  State *self = g_new0 (State, 1);

  self->document = document;
  self->edges = trp_livewire_edges_new (document, on_edges, self);
  self->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self->scale = trp_livewire_options_default ().scale;
  g_signal_connect (document, "volume-changed", G_CALLBACK (on_image_changed), self);
  g_signal_connect (document, "display-changed", G_CALLBACK (on_image_changed), self);
  return self;
}

static void
destroy (void *state)
{
  State *self = state;

  trp_livewire_edges_free (self->edges);
  g_ptr_array_unref (self->segments);
  g_clear_pointer (&self->volume, trp_volume_unref);
  trp_livewire_tree_free (self->tree);
  clear_wire (self);
  g_free (self);
}

/* ---- filling ---- */

static GArray *
close_outline (State *self)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (TrpVec3));

  for (guint n = 0; n < self->segments->len; n++)
    g_array_append_vals (points, peek_segment (self, n)->data, peek_segment (self, n)->len);
  if (self->tree && trp_livewire_tree_grow (self->tree, SIZE_MAX, NULL, NULL))
    {
      g_autoptr (GArray) last = make_segment (self, get_first (self), false);

      g_array_append_vals (points, last->data, last->len - 1);
    }
  return points;
}

static void
fill (TrpDocument *document, State *self)
{
  TrpStructure *target = trp_document_peek_target (document);
  g_autoptr (GArray) outline = NULL;
  g_autoptr (TrpPatch) stencil = NULL;
  g_autofree char *step = NULL;

  if (!target)
    return;
  outline = close_outline (self);
  stencil = trp_plane_polygon_fill (
    trp_structure_set_get_geometry (trp_document_peek_edited (document)), self->plane.point_lps,
    self->plane.normal, (const TrpVec3 *) (const void *) outline->data, outline->len);
  step = g_strdup_printf (self->erase ? _ ("Livewire cut %s") : _ ("Livewire %s"),
                          trp_structure_get_name (target));
  if (trp_sketch_fill (document, self->role, step, stencil, self->erase,
                       _ ("The livewire changes nothing here; choose Add or Cut, take anchors back "
                          "with Backspace, or give it up with Escape.")))
    give_up (document, self);
}

/* ---- pointer ---- */

static bool
begin (State *self, const TrpToolPlace *place)
{
  if (!trp_document_may_paint (place->document))
    return false;
  give_up (place->document, self); /* a third press of a double click began one without an anchor */
  self->volume = trp_volume_ref (trp_document_get_volume (place->document, place->role));
  self->role = place->role;
  self->plane = place->plane;
  trp_livewire_edges_want (self->edges, self->role, &self->plane, self->scale);
  return true;
}

static void
add_anchor (State *self, TrpVec3 point_lps, bool straight)
{
  g_ptr_array_add (self->segments, make_segment (self, point_lps, straight));
  plant_tree (self);
  clear_wire (self);
}

static bool
press (const TrpToolPlace *place)
{
  State *self = place->state;
  TrpVec3 point_lps;

  if (self->segments->len == 0 && !begin (self, place))
    return false;
  if (!trp_sketch_is_on_plane (place->document, place->role, &self->plane, &place->plane))
    {
      trp_document_report (place->document, TRP_SEVERITY_INFO,
                           _ ("A livewire is unfinished on another slice; fill it with Enter or "
                              "give it up with Escape first."));
      return false;
    }
  point_lps = trp_plane_project (&self->plane, place->start_lps);
  const bool is_first = self->segments->len >= 2 &&
                        trp_vec3_distance (point_lps, get_first (self)) <=
                          TRP_SKETCH_REACH_PX * place->mm_per_px;

  if (place->n_press >= 2 || is_first)
    {
      if (self->segments->len >= 2)
        fill (place->document, self);
    }
  else
    add_anchor (self, point_lps, place->modifiers & GDK_CONTROL_MASK);
  trp_document_redraw_tool (place->document);
  return true;
}

static void
hover (const TrpToolPlace *place)
{
  State *self = place->state;

  if (self->segments->len == 0)
    {
      trp_livewire_edges_want (self->edges, place->role, &place->plane, self->scale);
      return;
    }
  clear_wire (self);
  if (trp_sketch_is_on_plane (place->document, place->role, &self->plane, &place->plane))
    self->wire = make_segment (self, trp_plane_project (&self->plane, place->start_lps),
                               place->modifiers & GDK_CONTROL_MASK);
  trp_document_redraw_tool (place->document);
}

/* ---- keys ---- */

static void
take_back (TrpDocument *document, State *self)
{
  g_ptr_array_set_size (self->segments, (int) self->segments->len - 1);
  if (self->segments->len == 0)
    give_up (document, self);
  plant_tree (self);
  clear_wire (self);
}

static bool
key_pressed (TrpDocument *document, void *state, TrpToolKey key)
{
  State *self = state;

  if (self->segments->len == 0)
    return false;
  if (key == TRP_TOOL_KEY_ACCEPT && self->segments->len >= 2)
    fill (document, self);
  else if (key == TRP_TOOL_KEY_TAKE_BACK || key == TRP_TOOL_KEY_UNDO)
    take_back (document, self);
  else if (key == TRP_TOOL_KEY_GIVE_UP)
    give_up (document, self);
  trp_document_redraw_tool (document);
  return true;
}

static void
leave (TrpDocument *document, void *state)
{
  clear_wire (state);
}

/* ---- drawing ---- */

static void
draw (const TrpToolCanvas *canvas, cairo_t *cr)
{
  const State *self = canvas->state;

  if (self->segments->len == 0 ||
      !trp_sketch_is_on_plane (canvas->document, canvas->role, &self->plane, &canvas->plane))
    return;
  for (guint n = 0; n <= self->segments->len; n++)
    {
      const bool is_wire = n == self->segments->len;
      const GArray *segment = is_wire ? self->wire : peek_segment (self, n);

      if (n == 0 || !segment)
        continue;
      g_autofree TrpVec3 *points = g_new (TrpVec3, segment->len + 1);

      points[0] = get_end (peek_segment (self, n - 1));
      for (guint p = 0; p < segment->len; p++)
        points[p + 1] = g_array_index (segment, TrpVec3, p);
      trp_sketch_draw_line (
        cr, canvas, is_wire && self->is_wire_straight ? TRP_SKETCH_CLOSING : TRP_SKETCH_LINE,
        points, segment->len + 1, false);
    }
  for (guint n = 0; n < self->segments->len; n++)
    trp_sketch_draw_point (cr, canvas, TRP_SKETCH_POINT, get_end (peek_segment (self, n)));
}

/* ---- options ---- */

static void
on_mode (TrpDocument *document)
{
  State *self = trp_tool_get_state (document, TRP_TOOL_LIVEWIRE);

  self->erase = trp_option_segments_get (self->mode) == 1;
}

static GtkWidget *
make_options (TrpDocument *document)
{
  static const char *const modes[] = { N_ ("Add"), N_ ("Cut"), NULL };
  State *self = trp_tool_get_state (document, TRP_TOOL_LIVEWIRE);
  GtkWidget *rows = trp_option_rows_new ();

  self->mode = trp_option_rows_append (
    rows, _ ("Mode"), trp_option_segments_new (modes, G_CALLBACK (on_mode), document));
  trp_option_segments_set (self->mode, self->erase);
  gtk_box_append (GTK_BOX (rows),
                  trp_paint_options_new (document, TRP_PAINT_ROW_LIMIT | TRP_PAINT_ROW_OVER));
  trp_option_rows_append_hint (
    rows, _ ("Click sets anchors, the wire between them follows edges; with Ctrl it is straight. "
             "The first anchor, Enter or a double click fills, Backspace takes an anchor back."));
  return rows;
}

const TrpTool trp_tool_livewire = {
  .kind = TRP_TOOL_LIVEWIRE,
  .name = N_ ("Livewire"),
  .icon = "trp-livewire-symbolic",
  .key = '5',
  .pointer = "crosshair",
  .takes_clicks = true,
  .create = create,
  .destroy = destroy,
  .press = press,
  .hover = hover,
  .key_pressed = key_pressed,
  .leave = leave,
  .draw = draw,
  .make_options = make_options,
};
