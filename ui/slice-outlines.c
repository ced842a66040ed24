/* slice-outlines.c - structures on a slice: fills and outlines
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The last cuts of every structure are kept, so that going back and forth through slices traces
 * each of them once; a change drops those that its box meets.
 */

#include "ui/slice-outlines.h"

#include "core/draw/outline.h"
#include "ui/document-compare.h"
#include "ui/document-distances.h"
#include "ui/document-preview.h"

#define MAX_CUTS 48 /* of one structure */
#define AGREEMENT_OPACITY 0.45

typedef struct
{
  TrpPlane plane;
  TrpNativeMatch match;
  TrpNativeSlice slice;
  TrpOutline *outline;
} Cut;

typedef struct
{
  TrpStructure *structure; /* a reference, so that the address stays its own */
  GPtrArray *cuts;         /* (element-type Cut), the one used last at the end */
} Entry;

struct _TrpSliceOutlines
{
  TrpDocument *document;
  GPtrArray *entries;    /* (element-type Entry) */
  TrpStructure *preview; /* the last one; only compared */
};

static void
cut_free (gpointer data)
{
  Cut *cut = data;

  trp_outline_free (cut->outline);
  g_free (cut);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  trp_structure_unref (entry->structure);
  g_ptr_array_unref (entry->cuts);
  g_free (entry);
}

TrpSliceOutlines *
trp_slice_outlines_new (TrpDocument *document)
{
  TrpSliceOutlines *self = g_new0 (TrpSliceOutlines, 1);

  self->document = document;
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  return self;
}

void
trp_slice_outlines_free (TrpSliceOutlines *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->entries);
  g_free (self);
}

void
trp_slice_outlines_invalidate (TrpSliceOutlines *self)
{
  g_ptr_array_set_size (self->entries, 0);
}

static Entry *
find_entry (TrpSliceOutlines *self, const TrpStructure *structure)
{
  for (guint n = 0; n < self->entries->len; n++)
    {
      Entry *entry = g_ptr_array_index (self->entries, n);

      if (entry->structure == structure)
        return entry;
    }
  return NULL;
}

static bool
meets (const Cut *cut, const TrpBox *box)
{
  if (cut->match == TRP_NATIVE_NONE)
    return true;
  return cut->match == TRP_NATIVE_SLICE && cut->slice.index >= box->begin[cut->slice.axis] &&
         cut->slice.index < box->end[cut->slice.axis];
}

/* What is shown was used last: while it is kept, it did not change. */
static bool
drop_cuts (TrpSliceOutlines *self, const TrpStructure *structure, const TrpBox *box)
{
  Entry *entry = find_entry (self, structure);
  bool shown_changed;

  if (!entry || entry->cuts->len == 0)
    return true;
  shown_changed = meets (g_ptr_array_index (entry->cuts, entry->cuts->len - 1), box);
  for (guint n = entry->cuts->len; n > 0; n--)
    if (meets (g_ptr_array_index (entry->cuts, n - 1), box))
      g_ptr_array_remove_index (entry->cuts, n - 1);
  return shown_changed;
}

/* The levels of agreement are on the grid of what was edited, and changed with it. */
bool
trp_slice_outlines_apply_change (TrpSliceOutlines *self, const TrpEditChange *change)
{
  const TrpAgreement *agreement = trp_document_peek_agreement (self->document);
  bool shown_changed = drop_cuts (self, change->structure, &change->box);

  for (guint n = 0; agreement && n < agreement->n_readings; n++)
    shown_changed = drop_cuts (self, agreement->levels->pdata[n], &change->box) || shown_changed;
  return shown_changed;
}

/* One slice of the grid serves all planes in its slab; elsewhere the plane itself must be the same.
 */
static bool
same_cut (const Cut *a, const Cut *b)
{
  if (a->match != b->match || trp_vec3_distance (a->plane.normal, b->plane.normal) > 1e-9)
    return false;
  if (a->match == TRP_NATIVE_SLICE)
    return a->slice.axis == b->slice.axis && a->slice.index == b->slice.index;
  return a->match == TRP_NATIVE_OUTSIDE ||
         fabs (trp_plane_get_distance (&a->plane, b->plane.point_lps)) < 1e-6;
}

static Entry *
get_entry (TrpSliceOutlines *self, TrpStructure *structure)
{
  Entry *entry = find_entry (self, structure);

  if (entry)
    return entry;
  entry = g_new0 (Entry, 1);
  entry->structure = trp_structure_ref (structure);
  entry->cuts = g_ptr_array_new_with_free_func (cut_free);
  g_ptr_array_add (self->entries, entry);
  return entry;
}

static const TrpOutline *
get_outline (TrpSliceOutlines *self, TrpStructure *structure, const TrpPlane *plane)
{
  const TrpMask *mask = trp_structure_peek_mask (structure);
  GPtrArray *cuts = get_entry (self, structure)->cuts;
  Cut wanted = { .plane = *plane };
  Cut *cut = NULL;

  wanted.match = trp_plane_match_native (plane, trp_mask_get_geometry (mask), &wanted.slice);
  for (guint n = cuts->len; n > 0 && !cut; n--)
    if (same_cut (g_ptr_array_index (cuts, n - 1), &wanted))
      cut = g_ptr_array_steal_index (cuts, n - 1);
  if (!cut)
    {
      cut = g_memdup2 (&wanted, sizeof wanted);
      if (cut->match != TRP_NATIVE_OUTSIDE)
        cut->outline = trp_outline_new (mask, plane);
      if (cuts->len == MAX_CUTS)
        g_ptr_array_remove_index (cuts, 0);
    }
  g_ptr_array_add (cuts, cut);
  return cut->outline;
}

static void
draw (TrpSliceOutlines *self,
      cairo_t *cr,
      TrpStructure *cut,
      const TrpOutlineStyle *style,
      const TrpPlane *plane,
      const TrpRaster *raster)
{
  const TrpOutline *outline = get_outline (self, cut, plane);

  if (outline && !trp_outline_is_empty (outline))
    trp_outline_draw (outline, cr, &raster->px_from_lps, style);
}

static void
draw_preview (TrpSliceOutlines *self, cairo_t *cr, const TrpPlane *plane, const TrpRaster *raster)
{
  TrpStructure *preview = trp_document_peek_preview_outline (self->document);
  TrpOutlineStyle style = { .kind = TRP_OUTLINE_PREVIEW };

  if (!preview)
    return;
  style.color = trp_palette_lighten (trp_structure_get_color (preview));
  draw (self, cr, preview, &style, plane, raster);
}

static bool
cuts (TrpSliceOutlines *self, TrpStructure *structure, const TrpPlane *plane)
{
  const TrpOutline *outline = get_outline (self, structure, plane);

  return outline && !trp_outline_is_empty (outline);
}

/* From the voxels of any reading to those of all: each level covers the one before, and the whole
 * is laid over the picture at once, so that every voxel has the colour of its own level. */
static void
draw_agreement (TrpSliceOutlines *self, cairo_t *cr, const TrpPlane *plane, const TrpRaster *raster)
{
  const TrpAgreement *agreement = trp_document_peek_agreement (self->document);

  if (!agreement || !cuts (self, agreement->levels->pdata[0], plane))
    return;
  cairo_push_group (cr);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  for (guint n = 0; n < agreement->n_readings; n++)
    {
      TrpStructure *level = agreement->levels->pdata[n];

      if (!cuts (self, level, plane))
        continue;
      cairo_new_path (cr);
      trp_outline_append_path (get_outline (self, level, plane), cr, &raster->px_from_lps);
      trp_palette_set_source (cr, trp_palette_get_agreement (n + 1, agreement->n_readings), 1);
      cairo_fill (cr);
    }
  cairo_pop_group_to_source (cr);
  cairo_paint_with_alpha (cr, AGREEMENT_OPACITY);
}

/* The active structure as every reading has it; but the edited one's, which is drawn last. */
static void
draw_readings (TrpSliceOutlines *self, cairo_t *cr, const TrpPlane *plane, const TrpRaster *raster)
{
  TrpStructure *active = trp_document_peek_active (self->document);
  g_autoptr (GArray) compared = NULL;

  if (!active || !trp_document_get_readings_shown (self->document))
    return;
  compared = trp_document_list_compared (self->document, trp_structure_get_name (active));
  for (guint n = 0; n < compared->len; n++)
    {
      const guint index = g_array_index (compared, guint, n);
      TrpStructureSet *set = trp_document_get_reading (self->document, index);
      const TrpOutlineStyle style = {
        .kind = TRP_OUTLINE_READING,
        .color = trp_document_get_reading_color (self->document, index),
        .dash = trp_document_get_reading_dash (self->document, index)
      };

      if ((int) index != trp_document_get_edited (self->document))
        draw (self, cr, trp_structure_set_find (set, trp_structure_get_name (active)), &style,
              plane, raster);
    }
}

/* The reference's outline would lie under or over that of the same reading in its own colour. */
static bool
is_among_readings (TrpSliceOutlines *self, const TrpStructure *structure)
{
  const int reference = trp_document_get_reference (self->document);

  return structure == trp_document_peek_active (self->document) && reference >= 0 &&
         trp_document_get_readings_shown (self->document) &&
         trp_document_is_compared (self->document, (guint) reference);
}

/* Passes: the edited structures, the dashed reference over them, the active structure. */
enum
{
  PASS_OTHERS,
  PASS_REFERENCE,
  PASS_ACTIVE,
  N_PASSES,
};

static void
draw_structure (TrpSliceOutlines *self,
                cairo_t *cr,
                TrpStructure *structure,
                int pass,
                const TrpPlane *plane,
                const TrpRaster *raster)
{
  const bool is_active = structure == trp_document_peek_active (self->document);
  const double fill = trp_document_get_fill_opacity (self->document);
  TrpOutlineStyle style = { .color = trp_structure_get_color (structure) };
  TrpStructure *cut = structure;

  if (!trp_structure_get_visible (structure) ||
      (pass != PASS_REFERENCE && is_active != (pass == PASS_ACTIVE)))
    return;
  if (pass == PASS_REFERENCE)
    {
      cut = is_among_readings (self, structure)
              ? NULL
              : trp_document_find_reference (self->document, structure);
      style.kind = TRP_OUTLINE_REFERENCE;
    }
  else
    {
      style.kind = is_active ? TRP_OUTLINE_ACTIVE : TRP_OUTLINE_OTHER;
      style.fill = is_active ? fill : 0.5 * fill;
      if (is_active && trp_document_get_distances_shown (self->document))
        style.field = trp_document_peek_signed_field (self->document);
    }
  if (cut)
    draw (self, cr, cut, &style, plane, raster);
}

static void
draw_structures (TrpSliceOutlines *self,
                 cairo_t *cr,
                 const TrpPlane *plane,
                 const TrpRaster *raster)
{
  TrpStructureSet *edited = trp_document_peek_edited (self->document);
  const size_t n_structures = edited ? trp_structure_set_get_size (edited) : 0;

  draw_agreement (self, cr, plane, raster);
  for (int pass = 0; pass < N_PASSES; pass++)
    {
      if (pass == PASS_ACTIVE)
        draw_readings (self, cr, plane, raster);
      for (size_t n = n_structures; n-- > 0;) /* the first of the list ends on top */
        draw_structure (self, cr, trp_structure_set_get (edited, n), pass, plane, raster);
    }
}

/* A preview is drawn also while structures are hidden: somebody is asked about it. */
void
trp_slice_outlines_draw (TrpSliceOutlines *self,
                         cairo_t *cr,
                         const TrpPlane *plane,
                         const TrpRaster *raster)
{
  if (trp_document_get_structures_shown (self->document))
    draw_structures (self, cr, plane, raster);
  draw_preview (self, cr, plane, raster);
}

/* What is kept for previews of before would be kept for good. */
void
trp_slice_outlines_forget_preview (TrpSliceOutlines *self)
{
  TrpStructure *preview = trp_document_peek_preview_outline (self->document);

  if (preview == self->preview)
    return;
  for (guint n = self->entries->len; n > 0; n--)
    if (((Entry *) g_ptr_array_index (self->entries, n - 1))->structure == self->preview)
      g_ptr_array_remove_index (self->entries, n - 1);
  self->preview = preview;
}
