/* freehand.c - a line drawn by hand that extends or cuts the structure
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only hands the path on; what it does is core/structure/freehand.h's.
 */

#include "core/structure/freehand.h"
#include "config.h"

#include "ui/tools/option-rows.h"
#include "ui/tools/paint-options.h"
#include "ui/tools/sketch.h"

#include <glib/gi18n.h>

typedef struct
{
  TrpFreehand *line; /* NULL: the button is up, or Escape was pressed */
  TrpStructure *target;
  TrpRole role;
  TrpPlane plane;
  TrpOutline *preview;
  bool is_stale;
} State;

static void
drop_line (State *self)
{
  g_clear_pointer (&self->line, trp_freehand_free);
  g_clear_pointer (&self->target, trp_structure_unref);
  g_clear_pointer (&self->preview, trp_outline_free);
}

static void *
create (TrpDocument *document)
{
  return g_new0 (State, 1);
}

static void
destroy (void *state)
{
  drop_line (state);
  g_free (state);
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
  self->line = trp_freehand_new (trp_structure_peek_mask (self->target), &place->plane);
  trp_freehand_append (self->line, place->start_lps);
  return true;
}

static void
move (const TrpToolPlace *place, TrpVec3 point_lps)
{
  State *self = place->state;

  if (!self->line)
    return;
  trp_freehand_append (self->line, point_lps);
  self->is_stale = true;
  trp_document_redraw_tool (place->document);
}

static void
release (const TrpToolPlace *place)
{
  State *self = place->state;

  if (self->line && trp_document_peek_active (place->document) == self->target)
    {
      bool erase;
      g_autoptr (TrpPatch) stencil = trp_freehand_compute (self->line, &erase);
      g_autofree char *step = g_strdup_printf (erase ? _ ("Freehand cut %s") : _ ("Freehand %s"),
                                               trp_structure_get_name (self->target));

      trp_document_paint (place->document, place->role, step, stencil, erase);
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

/* While the button is down: nothing has been done yet that could be taken back otherwise. */
static bool
key_pressed (TrpDocument *document, void *state, TrpToolKey key)
{
  State *self = state;

  if (!self->line || (key != TRP_TOOL_KEY_GIVE_UP && key != TRP_TOOL_KEY_UNDO))
    return false;
  drop_line (self);
  trp_document_redraw_tool (document);
  return true;
}

static void
update_preview (State *self, TrpDocument *document)
{
  bool erase;
  g_autoptr (TrpPatch) stencil = trp_freehand_compute (self->line, &erase);
  g_autoptr (TrpPatch) change = trp_document_try_paint (document, self->role, stencil, erase);

  g_clear_pointer (&self->preview, trp_outline_free);
  self->preview = trp_sketch_trace_change (document, &self->plane, change);
  self->is_stale = false;
}

static void
draw (const TrpToolCanvas *canvas, cairo_t *cr)
{
  State *self = canvas->state;
  const TrpVec3 *points;
  size_t n_points;

  if (!self->line ||
      !trp_sketch_is_on_plane (canvas->document, canvas->role, &self->plane, &canvas->plane))
    return;
  points = trp_freehand_peek_points (self->line, &n_points);
  if (self->is_stale)
    update_preview (self, canvas->document);
  trp_sketch_draw_outline (cr, canvas, self->preview);
  if (n_points > 0)
    trp_sketch_draw_line (cr, canvas, TRP_SKETCH_LINE, points, n_points, false);
}

static GtkWidget *
make_options (TrpDocument *document)
{
  GtkWidget *rows = trp_paint_options_new (document, TRP_PAINT_ROW_LIMIT | TRP_PAINT_ROW_OVER);

  trp_option_rows_append_hint (rows, _ ("A line that starts inside the structure extends it, one "
                                        "that starts outside cuts. Escape: nothing."));
  return rows;
}

const TrpTool trp_tool_freehand = {
  .kind = TRP_TOOL_FREEHAND,
  .name = N_ ("Freehand"),
  .icon = "trp-freehand-symbolic",
  .key = '7',
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
