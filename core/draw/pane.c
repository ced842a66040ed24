/* pane.c - see pane.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/pane.h"
#include "core/draw/overlay.h"
#include "core/draw/picture.h"
#include "core/draw/text.h"

#define HEAD_HEIGHT 24
#define GAP 2

static void
draw_header (const TrpPane *self, cairo_t *cr, const TrpPlane *plane, double width)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (self->volume);
  const TrpVolumeInfo *info = trp_volume_get_info (self->volume);
  TrpTextStyle style = { .size_px = 12, .rgb = TRP_GREY_TEXT, .bold = true, .valign = 0.5 };
  g_autofree char *window = g_strdup_printf ("W %.0f L %s%.0f", self->window.width,
                                             self->window.level < 0 ? "\u2212" : "",
                                             fabs (self->window.level));
  g_autofree char *place = NULL;
  TrpNativeSlice slice;
  double left = 18, right = width - 8;

  trp_palette_set_source (cr, TRP_GREY_PANE_HEAD, 1);
  cairo_rectangle (cr, 0, 0, width, HEAD_HEIGHT);
  cairo_fill (cr);
  trp_palette_set_source (cr, trp_palette_get_plane (plane->orientation), 1);
  cairo_rectangle (cr, 8, 6, 3, 12);
  cairo_fill (cr);
  trp_text_draw (cr, &style, left, HEAD_HEIGHT / 2, self->role);
  left += trp_text_get_width (cr, &style, self->role) + 8;
  style.bold = false;
  style.align = 1;
  trp_text_draw (cr, &style, right, HEAD_HEIGHT / 2, window);
  right -= trp_text_get_width (cr, &style, window) + 12;
  style.rgb = TRP_GREY_SECOND;
  if (trp_plane_match_native (plane, geometry, &slice) == TRP_NATIVE_SLICE)
    place = g_strdup_printf ("%s %zu/%zu", trp_orientation_get_name (plane->orientation),
                             slice.number + 1, geometry->size[slice.axis]);
  else
    place = g_strdup (trp_orientation_get_name (plane->orientation));
  trp_text_draw (cr, &style, right, HEAD_HEIGHT / 2, place);
  right -= trp_text_get_width (cr, &style, place) + 12;
  style.align = 0;
  if (info->description && left + trp_text_get_width (cr, &style, info->description) <= right)
    trp_text_draw (cr, &style, left, HEAD_HEIGHT / 2, info->description);
}

static void
draw_structure (cairo_t *cr,
                const TrpStructure *structure,
                TrpOutlineKind kind,
                const TrpPlane *plane,
                const TrpRaster *raster)
{
  const TrpOutlineStyle style = { kind, trp_structure_get_color (structure),
                                  kind == TRP_OUTLINE_ACTIVE ? TRP_OUTLINE_DEFAULT_FILL : 0 };
  g_autoptr (TrpOutline) outline = NULL;

  if (!trp_structure_get_visible (structure))
    return;
  outline = trp_outline_new (trp_structure_peek_mask (structure), plane);
  trp_outline_draw (outline, cr, &raster->px_from_lps, &style);
}

/* From the end of the list, so that its first structure lies on top (a body around all organs comes
 * last in most lists); the active one after all others. */
static void
draw_set (cairo_t *cr,
          const TrpStructureSet *set,
          size_t active,
          bool is_reference,
          const TrpPlane *plane,
          const TrpRaster *raster)
{
  const TrpOutlineKind kind = is_reference ? TRP_OUTLINE_REFERENCE : TRP_OUTLINE_OTHER;

  for (size_t n = trp_structure_set_get_size (set); n-- > 0;)
    if (n != active)
      draw_structure (cr, trp_structure_set_get (set, n), kind, plane, raster);
  if (active < trp_structure_set_get_size (set))
    draw_structure (cr, trp_structure_set_get (set, active), TRP_OUTLINE_ACTIVE, plane, raster);
}

/* User space: the pane at (0, 0). */
static void
draw_pane (const TrpPane *self,
           const TrpPaneRow *row,
           cairo_t *cr,
           double mm_per_px,
           double width,
           double height)
{
  const TrpPlane plane = trp_plane_for_geometry (trp_volume_get_geometry (self->volume),
                                                 row->orientation, row->point_lps, row->nose_right);
  const double picture = fmax (height - HEAD_HEIGHT, 1);
  const TrpRaster raster = trp_raster_new (&plane, (size_t) ceil (width), (size_t) ceil (picture),
                                           mm_per_px, row->center_lps);

  draw_header (self, cr, &plane, width);
  cairo_translate (cr, 0, HEAD_HEIGHT);
  cairo_rectangle (cr, 0, 0, width, picture);
  cairo_clip (cr);
  trp_slice_draw (cr, self->volume, &plane, &raster, &self->window, TRP_INTERPOLATION_LINEAR);
  if (row->crosshair)
    {
      double x, y;

      trp_raster_px_from_lps (&raster, row->point_lps, &x, &y);
      trp_overlay_draw_crosshair (cr, row->orientation, x, y, width, picture);
    }
  if (self->reference)
    draw_set (cr, self->reference, SIZE_MAX, true, &plane, &raster);
  if (self->structures)
    draw_set (cr, self->structures, self->active, false, &plane, &raster);
  trp_overlay_draw_letters (cr, &plane, width, picture);
  trp_overlay_draw_scale (cr, mm_per_px, width, picture);
}

void
trp_pane_row_draw (const TrpPaneRow *self, cairo_t *cr, double width, double height)
{
  const double n_panes = (double) self->n_panes;
  /* Whole pixels, so that slices are not blurred by a half one; the last pane takes the rest. */
  const double pane_width = floor ((width - GAP * (n_panes - 1)) / n_panes);
  double mm_per_px = self->mm_per_px;

  g_return_if_fail (self->n_panes > 0);
  if (mm_per_px <= 0)
    {
      const TrpGeometry *geometry = trp_volume_get_geometry (self->panes[0].volume);
      const TrpPlane plane = trp_plane_for_geometry (geometry, self->orientation, self->point_lps,
                                                     self->nose_right);

      mm_per_px = trp_raster_get_fit (&plane, geometry, pane_width, height - HEAD_HEIGHT);
    }
  trp_palette_set_source (cr, TRP_GREY_GAP, 1);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  for (size_t n = 0; n < self->n_panes; n++)
    {
      const double left = (double) n * (pane_width + GAP);

      cairo_save (cr);
      cairo_translate (cr, left, 0);
      draw_pane (&self->panes[n], self, cr, mm_per_px,
                 n + 1 == self->n_panes ? width - left : pane_width, height);
      cairo_restore (cr);
    }
}

static void
draw_row (const void *row, cairo_t *cr, double width, double height)
{
  trp_pane_row_draw (row, cr, width, height);
}

bool
trp_pane_row_save (
  const TrpPaneRow *self, size_t width, size_t height, const char *path, GError **error)
{
  const TrpPicture picture = { draw_row, self, (double) width, (double) height, 1 };

  return trp_picture_save (&picture, path, error);
}
