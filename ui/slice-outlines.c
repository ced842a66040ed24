/* slice-outlines.c - structures on a slice: fills and outlines
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/slice-outlines.h"

#include "core/draw/outline.h"

typedef struct
{
  TrpStructure *structure; /* a reference, so that the address stays its own */
  TrpPlane plane;
  TrpNativeMatch match;
  TrpNativeSlice slice;
  TrpOutline *outline;
} Entry;

struct _TrpSliceOutlines
{
  TrpDocument *document;
  GPtrArray *entries; /* (element-type Entry) */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  trp_structure_unref (entry->structure);
  trp_outline_free (entry->outline);
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

static bool
meets (const Entry *entry, const TrpBox *box)
{
  if (entry->match == TRP_NATIVE_NONE)
    return true;
  return entry->match == TRP_NATIVE_SLICE && entry->slice.index >= box->begin[entry->slice.axis] &&
         entry->slice.index < box->end[entry->slice.axis];
}

bool
trp_slice_outlines_apply_change (TrpSliceOutlines *self, const TrpEditChange *change)
{
  for (guint n = 0; n < self->entries->len; n++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, n);

      if (entry->structure != change->structure)
        continue;
      if (!meets (entry, &change->box))
        return false;
      g_ptr_array_remove_index_fast (self->entries, n);
      return true;
    }
  return true;
}

/* One slice of the grid serves all planes in its slab; elsewhere the plane itself must be the same.
 */
static bool
same_cut (const Entry *a, const Entry *b)
{
  if (a->match != b->match || trp_vec3_distance (a->plane.normal, b->plane.normal) > 1e-9)
    return false;
  if (a->match == TRP_NATIVE_SLICE)
    return a->slice.axis == b->slice.axis && a->slice.index == b->slice.index;
  return a->match == TRP_NATIVE_OUTSIDE ||
         fabs (trp_plane_get_distance (&a->plane, b->plane.point_lps)) < 1e-6;
}

static const TrpOutline *
get_outline (TrpSliceOutlines *self, TrpStructure *structure, const TrpPlane *plane)
{
  const TrpMask *mask = trp_structure_peek_mask (structure);
  Entry wanted = { .structure = structure, .plane = *plane };
  Entry *entry;

  wanted.match = trp_plane_match_native (plane, trp_mask_get_geometry (mask), &wanted.slice);
  for (guint n = 0; n < self->entries->len; n++)
    {
      entry = g_ptr_array_index (self->entries, n);
      if (entry->structure != structure)
        continue;
      if (same_cut (entry, &wanted))
        return entry->outline;
      g_ptr_array_remove_index_fast (self->entries, n);
      break;
    }
  entry = g_memdup2 (&wanted, sizeof wanted);
  trp_structure_ref (structure);
  if (entry->match != TRP_NATIVE_OUTSIDE)
    entry->outline = trp_outline_new (mask, plane);
  g_ptr_array_add (self->entries, entry);
  return entry->outline;
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

/* The edited structures, then the dashed reference over them, the active one last. */
void
trp_slice_outlines_draw (TrpSliceOutlines *self,
                         cairo_t *cr,
                         const TrpPlane *plane,
                         const TrpRaster *raster)
{
  TrpStructureSet *edited = trp_document_peek_edited (self->document);
  TrpStructure *active = trp_document_peek_active (self->document);
  const double fill = trp_document_get_fill_opacity (self->document);
  const size_t n_structures = edited ? trp_structure_set_get_size (edited) : 0;

  if (!trp_document_get_structures_shown (self->document))
    return;
  for (int pass = 0; pass < 3; pass++)
    for (size_t n = n_structures; n-- > 0;) /* the first of the list ends on top */
      {
        TrpStructure *structure = trp_structure_set_get (edited, n);
        TrpStructure *cut = structure;
        TrpOutlineStyle style = { TRP_OUTLINE_OTHER, trp_structure_get_color (structure), 0 };

        if (!trp_structure_get_visible (structure) ||
            (pass != 1 && (structure == active) != (pass == 2)))
          continue;
        if (pass == 1)
          {
            cut = trp_document_find_reference (self->document, structure);
            style.kind = TRP_OUTLINE_REFERENCE;
          }
        else
          {
            style.kind = structure == active ? TRP_OUTLINE_ACTIVE : TRP_OUTLINE_OTHER;
            style.fill = structure == active ? fill : 0.5 * fill;
          }
        if (cut)
          draw (self, cr, cut, &style, plane, raster);
      }
}
