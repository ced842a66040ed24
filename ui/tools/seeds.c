/* seeds.c - strokes inside and outside of a structure, from which it grows
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Strokes for the object are filled, those for the background hatched, so that colours need not be
 * told apart. They belong to the edited reading and to no structure.
 */

#include "config.h"
#include "core/draw/palette.h"
#include "core/structure/grow-from-seeds.h"
#include "core/structure/mask-reslice.h"
#include "core/structure/seeds.h"
#include "ui/document-preview.h"
#include "ui/tools/option-rows.h"
#include "ui/tools/paint-options.h"
#include "ui/tools/region-job.h"
#include "ui/tools/tool.h"

#include <glib/gi18n.h>

#define MARGIN_MM 10.0
#define MOST_MARGIN_MM 100.0
#define OBJECT_ALPHA 0.5
#define BACKGROUND_ALPHA 0.7
#define HATCH_PX 8 /* a bright and a dark stripe of two, and what is between them */

typedef struct
{
  TrpDocument *document;
  TrpRegionJob *job;
  TrpStructureSet *set; /* the reading that the seeds belong to, or NULL */
  TrpSeeds *seeds;
  TrpSeedsKind kind;
  TrpRole role;      /* of the last stroke's pane */
  uint64_t drawn_in; /* state of the reading's history when the last stroke was drawn */
  double margin_mm;
  GtkWidget *kinds, *margin; /* the side panel's, or NULL */
} Tool;

static void *
create (TrpDocument *document)
{
  Tool *self = g_new0 (Tool, 1);

  self->document = document;
  self->job = trp_region_job_new (document);
  self->margin_mm = MARGIN_MM;
  return self;
}

static void
forget_seeds (Tool *self)
{
  g_clear_pointer (&self->seeds, trp_seeds_free);
  g_clear_pointer (&self->set, trp_structure_set_unref);
}

static void
destroy (void *state)
{
  Tool *self = state;

  trp_region_job_free (self->job);
  forget_seeds (self);
  g_free (self);
}

/* Of the reading that is edited now, or NULL; another reading's are forgotten. */
static TrpSeeds *
get_seeds (Tool *self)
{
  if (self->set && self->set != trp_document_peek_edited (self->document))
    forget_seeds (self);
  return self->seeds;
}

static uint64_t
get_history_state (Tool *self)
{
  TrpEditSession *session = trp_document_peek_session (self->document);

  return session ? trp_history_get_state (trp_edit_session_peek_history (session)) : 0;
}

/* ---- strokes ---- */

static bool
press (const TrpToolPlace *place)
{
  Tool *self = place->state;
  const TrpBrush brush = {
    .shape = TRP_BRUSH_DISC,
    .radius = trp_document_get_tool (place->document)->radius_mm,
    .normal_lps = place->plane.normal,
  };
  const bool is_other = place->modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK);

  if (!trp_document_peek_target (place->document))
    return false;
  if (!get_seeds (self))
    {
      self->set = trp_structure_set_ref (trp_document_peek_edited (place->document));
      self->seeds = trp_seeds_new (trp_structure_set_get_geometry (self->set));
    }
  self->role = place->role;
  trp_seeds_begin_stroke (self->seeds, is_other ? TRP_SEEDS_BACKGROUND : self->kind, &brush,
                          place->start_lps);
  trp_document_redraw_tool (place->document);
  return true;
}

static void
move (const TrpToolPlace *place, TrpVec3 point_lps)
{
  Tool *self = place->state;

  if (!get_seeds (self))
    return;
  trp_seeds_extend_stroke (self->seeds, point_lps);
  trp_document_redraw_tool (place->document);
}

static void
release (const TrpToolPlace *place)
{
  Tool *self = place->state;

  if (get_seeds (self))
    trp_seeds_end_stroke (self->seeds);
  self->drawn_in = get_history_state (self);
}

static void
cancel (const TrpToolPlace *place)
{
  Tool *self = place->state;

  if (get_seeds (self))
    trp_seeds_cancel_stroke (self->seeds);
  trp_document_redraw_tool (place->document);
}

/* ---- growing ---- */

typedef struct
{
  TrpGrowth growth;
  TrpMask *object;
  TrpMask *background;
} Work;

static void
free_work (void *data)
{
  Work *work = data;

  trp_volume_unref ((TrpVolume *) work->growth.volume);
  trp_mask_free (work->object);
  trp_mask_free (work->background);
  g_free (work);
}

static TrpMask *
compute (void *data, TrpProgress *progress, GError **error)
{
  const Work *work = data;

  return trp_grow_from_seeds (&work->growth, work->object, work->background, progress, error);
}

static void
show (TrpDocument *document, TrpStructure *structure, const TrpMask *mask, void *data)
{
  g_autofree char *step = g_strdup_printf (_ ("Grow %s"), trp_structure_get_name (structure));
  g_autofree char *text = g_strdup_printf (
    _ ("%s: %.2f ml would become %.2f ml"), step,
    trp_mask_get_volume_ml (trp_structure_peek_mask (structure)), trp_mask_get_volume_ml (mask));

  trp_document_show_preview (document, structure, mask, step, TRP_ORIGIN_SEMIAUTOMATIC);
  trp_document_set_preview_text (document, text);
}

static void
grow (Tool *self)
{
  static const TrpRegionKind kind = { compute, show, free_work };
  TrpStructure *structure = trp_document_peek_target (self->document);
  TrpVolume *volume = trp_document_get_volume (self->document, self->role);
  g_autofree char *title = NULL;
  Work *work;

  if (!structure || !trp_document_may_paint (self->document))
    return;
  if (!get_seeds (self) || !volume)
    {
      trp_document_report (self->document, TRP_SEVERITY_INFO,
                           _ ("Draw a stroke inside the structure and one outside of it first."));
      return;
    }
  work = g_new0 (Work, 1);
  work->growth = (TrpGrowth){ trp_volume_ref (volume), self->margin_mm };
  work->object = trp_mask_copy (trp_seeds_peek_mask (self->seeds, TRP_SEEDS_OBJECT));
  work->background = trp_mask_copy (trp_seeds_peek_mask (self->seeds, TRP_SEEDS_BACKGROUND));
  title = g_strdup_printf (_ ("Grow %s"), trp_structure_get_name (structure));
  trp_region_job_start (self->job, &kind, title, structure, work);
}

static void
clear (Tool *self)
{
  if (get_seeds (self))
    trp_seeds_clear (self->seeds);
  trp_document_redraw_tool (self->document);
}

static bool
step_back (Tool *self, bool (*step) (TrpSeeds *))
{
  const bool is_done = get_seeds (self) && step (self->seeds);

  trp_document_redraw_tool (self->document);
  return is_done;
}

static bool
key_pressed (TrpDocument *document, void *state, TrpToolKey key)
{
  Tool *self = state;

  switch (key)
    {
    case TRP_TOOL_KEY_ACCEPT:
      grow (self);
      return true;
    case TRP_TOOL_KEY_UNDO:
      /* what grew from the strokes is newer than they are, and goes first */
      if (get_history_state (self) != self->drawn_in && trp_document_can_undo (document))
        return false;
      return step_back (self, trp_seeds_undo);
    case TRP_TOOL_KEY_TAKE_BACK:
      return step_back (self, trp_seeds_undo);
    case TRP_TOOL_KEY_REDO:
      return step_back (self, trp_seeds_redo);
    case TRP_TOOL_KEY_GIVE_UP:
      return trp_region_job_cancel (self->job);
    case TRP_TOOL_KEY_DELETE:
    default:
      return false;
    }
}

/* ---- drawing ---- */

/* An edge is drawn whole, so that small seeds and hatched ones have a shape. */
static bool
is_edge (const uint8_t *inside, size_t width, size_t height, size_t x, size_t y)
{
  const uint8_t *at = inside + x + y * width;

  return (x > 0 && !at[-1]) || (x + 1 < width && !at[1]) || (y > 0 && !*(at - width)) ||
         (y + 1 < height && !at[width]);
}

/* Premultiplied, as cairo has it. */
static uint32_t
make_pixel (uint32_t rgb, double alpha)
{
  uint32_t pixel = (uint32_t) (255 * alpha) << 24;

  for (int shift = 0; shift < 24; shift += 8)
    pixel |= (uint32_t) ((rgb >> shift & 0xff) * alpha) << shift;
  return pixel;
}

static uint32_t
color_object (bool is_edge, size_t stripe, uint32_t rgb)
{
  return make_pixel (rgb, is_edge ? 1 : OBJECT_ALPHA);
}

/* Bright and dark stripes are seen on any tissue. */
static uint32_t
color_background (bool is_edge, size_t stripe, uint32_t rgb)
{
  const uint32_t grey = stripe < HATCH_PX / 2 ? TRP_GREY_STRONG : TRP_GREY_PICTURE;

  if (is_edge)
    return make_pixel (grey, 1);
  return stripe % (HATCH_PX / 2) < 2 ? make_pixel (grey, BACKGROUND_ALPHA) : 0;
}

static void
draw_mask (
  const TrpToolCanvas *canvas, cairo_t *cr, const TrpMask *mask, TrpSeedsKind kind, uint32_t rgb)
{
  static uint32_t (*const color[]) (bool, size_t, uint32_t) = { color_object, color_background };
  const size_t width = canvas->raster.width, height = canvas->raster.height;
  g_autofree uint8_t *inside = g_new (uint8_t, width * height);
  /* which owns its pixels: what is drawn here may be played back later */
  cairo_surface_t *picture = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) width,
                                                         (int) height);
  uint8_t *pixels = cairo_image_surface_get_data (picture);
  const size_t stride = (size_t) cairo_image_surface_get_stride (picture);

  trp_mask_reslice (mask, &canvas->raster, inside);
  for (size_t y = 0; pixels && y < height; y++)
    {
      uint32_t *row = (uint32_t *) (void *) (pixels + y * stride);

      for (size_t x = 0; x < width; x++)
        if (inside[x + y * width])
          row[x] = color[kind](is_edge (inside, width, height, x, y), (x + y) % HATCH_PX, rgb);
    }
  cairo_surface_mark_dirty (picture);
  cairo_set_source_surface (cr, picture, 0, 0);
  cairo_paint (cr);
  cairo_surface_destroy (picture);
}

/* Whether the plane cuts the box of what is drawn, so that most panes cost nothing. */
static bool
meets (const TrpPlane *plane, const TrpMask *mask)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const TrpBox box = trp_mask_get_box (mask);
  double low = INFINITY, high = -INFINITY;

  if (trp_box_is_empty (&box))
    return false;
  for (unsigned corner = 0; corner < 8; corner++)
    {
      TrpVec3 point_ijk;

      for (int axis = 0; axis < 3; axis++)
        point_ijk.v[axis] = corner >> axis & 1 ? (double) box.end[axis] - 0.5
                                               : (double) box.begin[axis] - 0.5;
      const double distance = trp_plane_get_distance (
        plane, trp_geometry_lps_from_ijk (geometry, point_ijk));

      low = fmin (low, distance);
      high = fmax (high, distance);
    }
  return low <= 0 && high >= 0;
}

static void
draw (const TrpToolCanvas *canvas, cairo_t *cr)
{
  Tool *self = canvas->state;
  TrpStructure *active = trp_document_peek_active (canvas->document);

  if (!get_seeds (self))
    return;
  for (TrpSeedsKind kind = TRP_SEEDS_OBJECT; kind < TRP_SEEDS_NONE; kind++)
    {
      const TrpMask *mask = trp_seeds_peek_mask (self->seeds, kind);

      if (meets (&canvas->plane, mask))
        draw_mask (canvas, cr, mask, kind,
                   active ? trp_palette_pack (trp_structure_get_color (active)) : TRP_GREY_STRONG);
    }
}

/* ---- options ---- */

static void
apply (Tool *self)
{
  if (self->kinds)
    self->kind = (TrpSeedsKind) trp_option_segments_get (self->kinds);
  if (self->margin)
    self->margin_mm = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->margin));
}

static void
on_destroy (GtkWidget *rows, Tool *self)
{
  self->kinds = self->margin = NULL;
}

static GtkWidget *
make_button (const char *label, const char *tip, GCallback clicked, Tool *self)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_tooltip_text (button, tip);
  gtk_widget_set_hexpand (button, TRUE);
  gtk_widget_set_focus_on_click (button, FALSE);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  return button;
}

static GtkWidget *
make_buttons (Tool *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *start = make_button (_ ("Grow"), _ ("Show what grows from the strokes (Enter)"),
                                  G_CALLBACK (grow), self);

  gtk_widget_add_css_class (start, "suggested-action");
  gtk_box_append (GTK_BOX (box), start);
  gtk_box_append (GTK_BOX (box),
                  make_button (_ ("Clear"), _ ("Take all strokes away"), G_CALLBACK (clear), self));
  return box;
}

static GtkWidget *
make_options (TrpDocument *document)
{
  static const char *const names[] = { N_ ("Object"), N_ ("Outside"), N_ ("Rub"), NULL };
  Tool *self = trp_tool_get_state (document, TRP_TOOL_SEEDS);
  GtkWidget *rows = trp_paint_options_new (document, TRP_PAINT_ROW_RADIUS);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *unit = gtk_label_new (_ ("mm around"));
  GtkWidget *kinds = trp_option_segments_new (names, G_CALLBACK (apply), self);
  GtkWidget *margin = trp_option_number_new (_ ("Millimetres around the strokes"), 0,
                                             MOST_MARGIN_MM, 1, 0, G_CALLBACK (apply), self);

  gtk_widget_set_tooltip_text (kinds, _ ("Ctrl + drag: outside"));
  trp_option_segments_set (kinds, (int) self->kind);
  trp_option_rows_append (rows, _ ("Stroke"), kinds);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (margin), self->margin_mm);
  gtk_widget_add_css_class (unit, "second");
  gtk_label_set_ellipsize (GTK_LABEL (unit), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), margin);
  gtk_box_append (GTK_BOX (box), unit);
  trp_option_rows_append (rows, _ ("Within"), box);
  trp_option_rows_append (rows, "", make_buttons (self));
  self->kinds = kinds;
  self->margin = margin;
  g_signal_connect (rows, "destroy", G_CALLBACK (on_destroy), self);
  g_object_set_data_full (G_OBJECT (rows), "trp-document", g_object_ref (document), g_object_unref);
  return rows;
}

const TrpTool trp_tool_seeds = {
  .kind = TRP_TOOL_SEEDS,
  .name = N_ ("Seeds"),
  .icon = "trp-seeds-symbolic",
  .key = '9',
  .pointer = "none",
  .has_radius = true,
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
