/* slice-outlines.c - structures on a slice: fills and outlines
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plane along the mask's grid is traced in voxel indices and only mapped to pixels when drawn, so
 * zoom and pan cost no tracing. Any other plane is sampled at the pane's pixels first.
 */

#include "ui/slice-outlines.h"

#include "core/structure/mask-reslice.h"
#include "core/structure/trace.h"

#define ACTIVE_WIDTH 2.2
#define OTHER_WIDTH 1.4
#define REFERENCE_WIDTH 1.3
#define EDGE_WIDTH 1.6 /* by which the dark line beneath is wider */
#define EDGE_ALPHA 0.55

typedef struct
{
  TrpStructure *structure; /* a reference, so that the address stays its own */
  TrpNativeMatch match;
  TrpNativeSlice slice;
  TrpRaster raster; /* of a sampled plane */
  TrpContours *contours;
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
  trp_contours_free (entry->contours);
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

static bool
same_plane (const Entry *a, const Entry *b)
{
  if (a->match != b->match)
    return false;
  if (a->match == TRP_NATIVE_SLICE)
    return a->slice.axis == b->slice.axis && a->slice.index == b->slice.index;
  return a->match == TRP_NATIVE_OUTSIDE ||
         (a->raster.width == b->raster.width && a->raster.height == b->raster.height &&
          memcmp (&a->raster.lps_from_px, &b->raster.lps_from_px, sizeof (TrpAffine)) == 0);
}

static TrpContours *
trace_sampled (const TrpMask *mask, const TrpRaster *raster)
{
  const size_t n = raster->width * raster->height;
  g_autofree uint8_t *bytes = g_new (uint8_t, n);
  g_autofree float *values = g_new (float, n);

  trp_mask_reslice (mask, raster, bytes);
  for (size_t pixel = 0; pixel < n; pixel++)
    values[pixel] = bytes[pixel];
  return trp_trace_grid (values, raster->width, raster->height, 0.5f);
}

static const Entry *
find_entry (TrpSliceOutlines *self,
            TrpStructure *structure,
            const TrpPlane *plane,
            const TrpRaster *raster)
{
  const TrpMask *mask = trp_structure_peek_mask (structure);
  Entry wanted = { .structure = structure, .raster = *raster };
  Entry *entry;

  wanted.match = trp_plane_match_native (plane, trp_mask_get_geometry (mask), &wanted.slice);
  for (guint n = 0; n < self->entries->len; n++)
    {
      entry = g_ptr_array_index (self->entries, n);
      if (entry->structure != structure)
        continue;
      if (same_plane (entry, &wanted))
        return entry;
      g_ptr_array_remove_index_fast (self->entries, n);
      break;
    }
  entry = g_memdup2 (&wanted, sizeof wanted);
  trp_structure_ref (structure);
  if (entry->match == TRP_NATIVE_SLICE)
    entry->contours = trp_trace_slice (mask, entry->slice.axis, entry->slice.index);
  else if (entry->match == TRP_NATIVE_NONE)
    entry->contours = trace_sampled (mask, raster);
  g_ptr_array_add (self->entries, entry);
  return entry;
}

/* Adds the polygons to cairo's path. A native slice is drawn where the plane shows it: its own depth
 * does not matter on the screen. */
static bool
add_path (cairo_t *cr, const Entry *entry, const TrpRaster *raster)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (trp_structure_peek_mask (entry->structure));
  TrpAffine px_from_ijk;

  if (!entry->contours || trp_contours_get_size (entry->contours) == 0)
    return false;
  px_from_ijk = trp_affine_multiply (&raster->px_from_lps, &geometry->lps_from_ijk);
  cairo_new_path (cr);
  for (size_t n = 0; n < trp_contours_get_size (entry->contours); n++)
    {
      size_t n_points;
      const TrpPoint *points = trp_contours_peek_points (entry->contours, n, &n_points);

      for (size_t m = 0; m < n_points; m++)
        {
          TrpVec3 px = trp_vec3 (points[m].x + 0.5, points[m].y + 0.5, 0);

          if (entry->match == TRP_NATIVE_SLICE)
            px = trp_affine_apply (&px_from_ijk,
                                   trp_contour_point_ijk (entry->slice.axis, entry->slice.index,
                                                          points[m]));
          cairo_line_to (cr, px.v[0], px.v[1]);
        }
      cairo_close_path (cr);
    }
  return true;
}

static void
stroke (cairo_t *cr, TrpColor color, double width, bool dashed)
{
  static const double dashes[] = { 4, 3.5 };

  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  if (dashed)
    cairo_set_dash (cr, dashes, 2, 0);
  cairo_set_line_width (cr, width + EDGE_WIDTH);
  cairo_set_source_rgba (cr, 0, 0, 0, EDGE_ALPHA);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, width);
  cairo_set_source_rgb (cr, color.red / 255.0, color.green / 255.0, color.blue / 255.0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_reference (TrpSliceOutlines *self,
                cairo_t *cr,
                const TrpPlane *plane,
                const TrpRaster *raster)
{
  TrpStructureSet *edited = trp_document_peek_edited (self->document);

  for (size_t n = 0; edited && n < trp_structure_set_get_size (edited); n++)
    {
      TrpStructure *structure = trp_structure_set_get (edited, n);
      TrpStructure *reference = trp_document_find_reference (self->document, structure);

      if (reference && trp_structure_get_visible (structure) &&
          add_path (cr, find_entry (self, reference, plane, raster), raster))
        stroke (cr, trp_structure_get_color (structure), REFERENCE_WIDTH, true);
    }
}

static void
draw_structure (TrpSliceOutlines *self, cairo_t *cr, const Entry *entry, const TrpRaster *raster)
{
  const TrpColor color = trp_structure_get_color (entry->structure);
  const bool active = entry->structure == trp_document_peek_active (self->document);

  if (!add_path (cr, entry, raster))
    return;
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_set_source_rgba (cr, color.red / 255.0, color.green / 255.0, color.blue / 255.0,
                         trp_document_get_fill_opacity (self->document) * (active ? 1 : 0.5));
  cairo_fill_preserve (cr);
  stroke (cr, color, active ? ACTIVE_WIDTH : OTHER_WIDTH, false);
}

void
trp_slice_outlines_draw (TrpSliceOutlines *self, cairo_t *cr, const TrpRaster *raster)
{
  TrpStructureSet *edited = trp_document_peek_edited (self->document);
  TrpStructure *active = trp_document_peek_active (self->document);
  const TrpAffine *affine = &raster->lps_from_px;
  const TrpPlane plane = { .right = trp_vec3_normalize (trp_affine_column (affine, 0)),
                           .down = trp_vec3_normalize (trp_affine_column (affine, 1)),
                           .normal = trp_vec3_normalize (trp_affine_column (affine, 2)),
                           .point_lps = trp_affine_column (affine, 3) };

  if (!edited || !trp_document_get_structures_shown (self->document))
    return;
  for (size_t n = 0; n < trp_structure_set_get_size (edited); n++)
    {
      TrpStructure *structure = trp_structure_set_get (edited, n);

      if (structure != active && trp_structure_get_visible (structure))
        draw_structure (self, cr, find_entry (self, structure, &plane, raster), raster);
    }
  draw_reference (self, cr, &plane, raster);
  if (active && trp_structure_get_visible (active))
    draw_structure (self, cr, find_entry (self, active, &plane, raster), raster);
}
