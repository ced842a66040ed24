/* scissors.c - cuts a structure along a drawn line, through its depth
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/scissors.h"
#include "config.h"

#include "ui/tools/option-rows.h"
#include "ui/tools/paint-options.h"
#include "ui/tools/sketch.h"

#include <glib/gi18n.h>

#define DEFAULT_DEPTH_MM 10.0
#define MAX_DEPTH_MM 1000.0

typedef struct
{
  GArray *points_lps;   /* TrpVec3; empty: the button is up, or Escape was pressed */
  TrpStructure *target; /* NULL like them */
  TrpRole role;
  TrpPlane plane;
  TrpScissors part;
  bool is_deep;    /* through the whole structure */
  double depth_mm; /* else to each side of the plane */
  TrpOutline *preview;
  bool is_stale;
  GtkWidget *part_choice, *depth_choice, *depth; /* borrowed, for their own signals */
} State;

static void
drop_line (State *self)
{
  g_array_set_size (self->points_lps, 0);
  g_clear_pointer (&self->target, trp_structure_unref);
  g_clear_pointer (&self->preview, trp_outline_free);
}

static void *
create (TrpDocument *document)
{
  State *self = g_new0 (State, 1);

  self->points_lps = g_array_new (false, false, sizeof (TrpVec3));
  self->is_deep = true;
  self->depth_mm = DEFAULT_DEPTH_MM;
  return self;
}

static void
destroy (void *state)
{
  State *self = state;

  drop_line (self);
  g_array_unref (self->points_lps);
  g_free (self);
}

static TrpPatch *
cut (State *self, const TrpSlab *slab)
{
  return trp_scissors_cut (trp_structure_peek_mask (self->target), self->part, slab,
                           (const TrpVec3 *) (void *) self->points_lps->data,
                           self->points_lps->len);
}

static TrpSlab
get_slab (const State *self)
{
  const double depth = self->is_deep ? (double) INFINITY : self->depth_mm;

  return (TrpSlab){ self->plane.point_lps, self->plane.normal, -depth, depth };
}

static bool
press (const TrpToolPlace *place)
{
  State *self = place->state;

  drop_line (self);
  if (!trp_document_may_paint (place->document))
    return false;
  self->target = trp_structure_ref (trp_document_peek_active (place->document));
  self->role = place->role;
  self->plane = place->plane;
  g_array_append_val (self->points_lps, place->start_lps);
  return true;
}

static void
move (const TrpToolPlace *place, TrpVec3 point_lps)
{
  State *self = place->state;

  if (!self->target)
    return;
  g_array_append_val (self->points_lps, point_lps);
  self->is_stale = true;
  trp_document_redraw_tool (place->document);
}

static void
release (const TrpToolPlace *place)
{
  State *self = place->state;

  if (self->target && trp_document_peek_active (place->document) == self->target)
    {
      const TrpSlab slab = get_slab (self);
      g_autoptr (TrpPatch) stencil = cut (self, &slab);
      g_autofree char *step = g_strdup_printf (_ ("Scissors %s"),
                                               trp_structure_get_name (self->target));

      trp_document_paint (place->document, place->role, step, stencil, true);
    }
  drop_line (self);
  trp_document_redraw_tool (place->document);
}

static void
cancel (const TrpToolPlace *place)
{
  drop_line (place->state);
  trp_document_redraw_tool (place->document);
}

static bool
key_pressed (TrpDocument *document, void *state, TrpToolKey key)
{
  State *self = state;

  if (!self->target || (key != TRP_TOOL_KEY_GIVE_UP && key != TRP_TOOL_KEY_UNDO))
    return false;
  drop_line (self);
  trp_document_redraw_tool (document);
  return true;
}

/* On the plane of the line alone: the rest of the depth is not to be seen. */
static void
update_preview (State *self, TrpDocument *document)
{
  const TrpMask *mask = trp_structure_peek_mask (self->target);
  const TrpSlab slab = trp_slab_for_plane (trp_mask_get_geometry (mask), self->plane.point_lps,
                                           self->plane.normal);
  g_autoptr (TrpPatch) stencil = cut (self, &slab);
  g_autoptr (TrpPatch) change = trp_document_try_paint (document, self->role, stencil, true);

  g_clear_pointer (&self->preview, trp_outline_free);
  self->preview = trp_sketch_trace_change (document, &self->plane, change);
  self->is_stale = false;
}

static void
draw (const TrpToolCanvas *canvas, cairo_t *cr)
{
  State *self = canvas->state;
  const TrpVec3 *points = (const TrpVec3 *) (void *) self->points_lps->data;
  const guint n_points = self->points_lps->len;

  if (!self->target || trp_document_peek_active (canvas->document) != self->target ||
      !trp_sketch_is_on_plane (canvas->document, canvas->role, &self->plane, &canvas->plane))
    return;
  if (self->is_stale)
    update_preview (self, canvas->document);
  trp_sketch_draw_outline (cr, canvas, self->preview);
  trp_sketch_draw_line (cr, canvas, TRP_SKETCH_LINE, points, n_points, false);
  if (n_points > 2)
    trp_sketch_draw_line (cr, canvas, TRP_SKETCH_CLOSING,
                          (TrpVec3[]){ points[n_points - 1], points[0] }, 2, false);
}

/* ---- options ---- */

static void
on_options (State *self)
{
  self->part = (TrpScissors) trp_option_segments_get (self->part_choice);
  self->is_deep = trp_option_segments_get (self->depth_choice) == 0;
  self->depth_mm = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->depth));
  gtk_widget_set_visible (gtk_widget_get_parent (self->depth), !self->is_deep);
}

static GtkWidget *
make_options (TrpDocument *document)
{
  static const char *const parts[] = { N_ ("Inside"), N_ ("Outside"), NULL };
  static const char *const depths[] = { N_ ("Whole"), N_ ("Limited"), NULL };
  State *self = trp_tool_get_state (document, TRP_TOOL_SCISSORS);
  GtkWidget *rows = trp_option_rows_new ();

  self->part_choice = trp_option_rows_append (
    rows, C_ ("scissors", "Cut"), trp_option_segments_new (parts, G_CALLBACK (on_options), self));
  self->depth_choice = trp_option_rows_append (
    rows, _ ("Depth"), trp_option_segments_new (depths, G_CALLBACK (on_options), self));
  self->depth = trp_option_rows_append (
    rows, _ ("± mm"),
    trp_option_number_new (_ ("Depth to each side of the slice in millimetres"), 0, MAX_DEPTH_MM, 1,
                           1, G_CALLBACK (on_options), self));
  trp_option_segments_set (self->part_choice, (int) self->part);
  trp_option_segments_set (self->depth_choice, self->is_deep ? 0 : 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->depth), self->depth_mm);
  on_options (self);
  gtk_box_append (GTK_BOX (rows), trp_paint_options_new (document, TRP_PAINT_ROW_LIMIT));
  trp_option_rows_append_hint (rows, _ ("Drag a line round what is to go, or round what is to "
                                        "stay. It cuts through all slices within the depth."));
  return rows;
}

const TrpTool trp_tool_scissors = {
  .kind = TRP_TOOL_SCISSORS,
  .name = N_ ("Scissors"),
  .icon = "trp-scissors-symbolic",
  .key = 'q',
  .pointer = "crosshair",
  .takes_clicks = true,
  .create = create,
  .destroy = destroy,
  .press = press,
  .move = move,
  .release = release,
  .cancel = cancel,
  .key_pressed = key_pressed,
  .draw = draw,
  .make_options = make_options,
};
