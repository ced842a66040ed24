/* livewire.c - an outline that follows edges from click to click
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * While the slice's edges are still being looked for, while the way to the pointer is not known,
 * and with Ctrl held, the wire is straight (and dashed). What has been clicked stays as it was
 * shown. An outline that is to be filled waits, dashed, until the way to its first anchor is known.
 */

#include "core/structure/plane-polygon.h"
#include "config.h"

#include "ui/tools/livewire-growth.h"
#include "ui/tools/option-rows.h"
#include "ui/tools/paint-options.h"
#include "ui/tools/sketch.h"

#include <glib/gi18n.h>

#define MOST_SCALE_MM 3.0

typedef struct
{
  TrpDocument *document;
  TrpLivewireEdges *edges;
  GPtrArray *segments; /* (element-type GArray of TrpVec3): each ends at an anchor; the first is one
                          point */
  TrpRole role;
  TrpVolume *volume; /* what stood there; NULL without anchors */
  TrpPlane plane;
  TrpLivewireGrowth *growth; /* from the last anchor */
  GArray *wire;              /* from the last anchor to the pointer; NULL: none */
  bool is_wire_straight, wants_straight;
  TrpVec3 pointer_lps; /* where the wire ends */
  TrpStructure
    *target;    /* waits to be filled when the way to the first anchor is known; NULL: none */
  double scale; /* mm */
  bool erase;
  GtkWidget *mode, *smoothing; /* borrowed, for their own signals */
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
stop_waiting (State *self)
{
  g_clear_pointer (&self->target, trp_structure_unref);
}

static void
give_up (TrpDocument *document, State *self)
{
  g_ptr_array_set_size (self->segments, 0);
  g_clear_pointer (&self->volume, trp_volume_unref);
  trp_livewire_growth_clear (self->growth);
  stop_waiting (self);
  clear_wire (self);
  trp_document_redraw_tool (document);
}

/* ---- the wire ---- */

static void
plant (State *self)
{
  if (self->segments->len > 0)
    trp_livewire_growth_plant (self->growth, &self->plane, get_last (self));
}

/* From the last anchor to @point_lps, the anchor left out. */
static GArray *
make_segment (State *self, TrpVec3 point_lps, bool straight)
{
  GArray *points = straight ? NULL : trp_livewire_growth_follow (self->growth, point_lps);

  self->is_wire_straight = !points;
  if (!points)
    points = g_array_new (FALSE, FALSE, sizeof (TrpVec3));
  g_array_append_val (points, point_lps);
  return points;
}

static void
show_wire (State *self)
{
  clear_wire (self);
  self->wire = make_segment (self, self->pointer_lps, self->wants_straight);
}

static bool
is_under_way (const State *self)
{
  return trp_livewire_edges_are_coming (self->edges) ||
         trp_livewire_growth_is_under_way (self->growth);
}

static void
want_edges (State *self)
{
  trp_livewire_edges_want (self->edges, self->role, &self->plane, self->scale);
  plant (self);
}

/* ---- filling ---- */

/* @last: (nullable): the way from the last anchor to the first; NULL: straight */
static bool
fill (State *self, const GArray *last)
{
  const char *name = trp_structure_get_name (trp_document_peek_target (self->document));
  g_autoptr (GArray) outline = g_array_new (FALSE, FALSE, sizeof (TrpVec3));
  g_autoptr (TrpPatch) stencil = NULL;
  g_autofree char *step = NULL;

  for (guint n = 0; n < self->segments->len; n++)
    g_array_append_vals (outline, peek_segment (self, n)->data, peek_segment (self, n)->len);
  if (last)
    g_array_append_vals (outline, last->data, last->len);
  stencil = trp_plane_polygon_fill (
    trp_structure_set_get_geometry (trp_document_peek_edited (self->document)),
    self->plane.point_lps, self->plane.normal, (const TrpVec3 *) (const void *) outline->data,
    outline->len);
  step = g_strdup_printf (self->erase ? _ ("Livewire cut %s") : _ ("Livewire %s"), name);
  return trp_sketch_fill (
    self->document, self->role, step, stencil, self->erase,
    _ ("The livewire changes nothing here; choose Add or Cut, take anchors back with Backspace, or "
       "give it up with Escape."));
}

/* Fills as soon as the way to the first anchor is known; straight if there will be none. */
static void
close_outline (State *self, bool straight)
{
  TrpStructure *target = trp_document_peek_target (self->document);
  g_autoptr (GArray) last = NULL;

  stop_waiting (self);
  clear_wire (self);
  if (!target)
    return;
  if (!straight)
    last = trp_livewire_growth_follow (self->growth, get_first (self));
  if (!last && !straight && is_under_way (self))
    self->target = trp_structure_ref (target);
  else if (fill (self, last))
    give_up (self->document, self);
  trp_document_redraw_tool (self->document);
}

/* A way was found that was asked for. */
static void
on_reached (void *data)
{
  State *self = data;

  if (self->target && self->target != trp_document_peek_target (self->document))
    stop_waiting (self);
  else if (self->target)
    close_outline (self, false);
  else if (self->wire)
    show_wire (self);
  trp_document_redraw_tool (self->document);
}

/* Edges have come, or will not come: then the outline is left to the user again. */
static void
on_edges (void *data)
{
  State *self = data;
  TrpRaster raster;

  plant (self);
  if (!trp_livewire_edges_peek (self->edges, &raster))
    stop_waiting (self);
  on_reached (self);
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
  want_edges (self);
  on_reached (self);
}

static void *
create (TrpDocument *document)
{
  State *self = g_new0 (State, 1);

  self->document = document;
  self->edges = trp_livewire_edges_new (document, on_edges, self);
  self->growth = trp_livewire_growth_new (document, self->edges, on_reached, self);
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

  trp_livewire_growth_free (self->growth);
  trp_livewire_edges_free (self->edges);
  g_ptr_array_unref (self->segments);
  g_clear_pointer (&self->volume, trp_volume_unref);
  stop_waiting (self);
  clear_wire (self);
  g_free (self);
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
  stop_waiting (self);
  g_ptr_array_add (self->segments, make_segment (self, point_lps, straight));
  plant (self);
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
        close_outline (self, place->modifiers & GDK_CONTROL_MASK);
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
      if (trp_livewire_edges_are_coming (self->edges))
        trp_document_redraw_tool (place->document); /* for the status line */
      return;
    }
  if (self->target)
    return;
  clear_wire (self);
  if (trp_sketch_is_on_plane (place->document, place->role, &self->plane, &place->plane))
    {
      self->pointer_lps = trp_plane_project (&self->plane, place->start_lps);
      self->wants_straight = place->modifiers & GDK_CONTROL_MASK;
      show_wire (self);
    }
  trp_document_redraw_tool (place->document);
}

/* ---- keys ---- */

static void
take_back (TrpDocument *document, State *self)
{
  stop_waiting (self);
  g_ptr_array_set_size (self->segments, (int) self->segments->len - 1);
  if (self->segments->len == 0)
    give_up (document, self);
  plant (self);
  clear_wire (self);
}

static bool
key_pressed (TrpDocument *document, void *state, TrpToolKey key)
{
  State *self = state;

  if (self->segments->len == 0)
    return false;
  if (key == TRP_TOOL_KEY_ACCEPT && self->segments->len >= 2)
    close_outline (self, false);
  else if (key == TRP_TOOL_KEY_TAKE_BACK || key == TRP_TOOL_KEY_UNDO)
    take_back (document, self);
  else if (key == TRP_TOOL_KEY_GIVE_UP && self->target)
    stop_waiting (self);
  else if (key == TRP_TOOL_KEY_GIVE_UP)
    give_up (document, self);
  trp_document_redraw_tool (document);
  return true;
}

static void
leave (TrpDocument *document, void *state)
{
  stop_waiting (state);
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
  if (self->target)
    trp_sketch_draw_line (cr, canvas, TRP_SKETCH_CLOSING,
                          (const TrpVec3[]){ get_last (self), get_first (self) }, 2, false);
  for (guint n = 0; n < self->segments->len; n++)
    trp_sketch_draw_point (cr, canvas, TRP_SKETCH_POINT, get_end (peek_segment (self, n)));
}

/* ---- options ---- */

static const char *
describe (TrpDocument *document, void *state)
{
  const State *self = state;

  if (self->target)
    return _ ("closing");
  return trp_livewire_edges_are_coming (self->edges) ? _ ("edges not there yet") : NULL;
}

static void
on_mode (TrpDocument *document)
{
  State *self = trp_tool_get_state (document, TRP_TOOL_LIVEWIRE);

  self->erase = trp_option_segments_get (self->mode) == 1;
}

static void
on_smoothing (State *self)
{
  self->scale = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->smoothing));
  if (!self->volume)
    return;
  want_edges (self);
  on_reached (self);
}

static void
append_smoothing (State *self, GtkWidget *rows)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *unit = gtk_label_new (_ ("mm"));

  self->smoothing = trp_option_number_new (_ ("Smoothing before edges are found, in millimetres"),
                                           0, MOST_SCALE_MM, 0.1, 1, G_CALLBACK (on_smoothing),
                                           self);
  gtk_widget_add_css_class (unit, "second");
  gtk_box_append (GTK_BOX (box), self->smoothing);
  gtk_box_append (GTK_BOX (box), unit);
  trp_option_rows_append (rows, _ ("Smoothing"), box);
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
  append_smoothing (self, rows);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->smoothing), self->scale);
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
  .describe = describe,
  .make_options = make_options,
};
