/* slice.c - see slice.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/slice.h"
#include "core/draw/palette.h"

static cairo_surface_t *
make_surface (size_t width, size_t height, uint32_t **out_pixels, size_t *out_stride)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) width,
                                                         (int) height);

  *out_pixels = (uint32_t *) (void *) cairo_image_surface_get_data (surface);
  *out_stride = (size_t) cairo_image_surface_get_stride (surface) / sizeof (uint32_t);
  return surface;
}

/* The user space of @source's pixels over that of @raster's; both lie on parallel planes. */
static void
paint_native (cairo_t *cr,
              cairo_surface_t *surface,
              const TrpRaster *source,
              const TrpRaster *raster)
{
  const TrpAffine map = trp_affine_multiply (&raster->px_from_lps, &source->lps_from_px);
  cairo_matrix_t matrix;

  cairo_matrix_init (&matrix, map.m[0][0], map.m[1][0], map.m[0][1], map.m[1][1], map.m[0][3],
                     map.m[1][3]);
  cairo_save (cr);
  cairo_transform (cr, &matrix);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  /* Without padding cairo would blend the rim with nothing. */
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, (double) source->width, (double) source->height);
  cairo_fill (cr);
  cairo_restore (cr);
}

static void
draw_native (cairo_t *cr,
             const TrpVolume *volume,
             const TrpNativeSlice *slice,
             const TrpRaster *raster,
             const TrpWindowTable *table)
{
  const TrpRaster source = trp_raster_native (trp_volume_get_geometry (volume), slice);
  uint32_t *pixels;
  size_t stride;
  cairo_surface_t *surface = make_surface (source.width, source.height, &pixels, &stride);

  cairo_surface_flush (surface);
  trp_reslice_native (volume, slice, table, stride, pixels);
  cairo_surface_mark_dirty (surface);
  paint_native (cr, surface, &source, raster);
  cairo_surface_destroy (surface);
}

static void
draw_sampled (cairo_t *cr,
              const TrpVolume *volume,
              const TrpRaster *raster,
              TrpInterpolation interpolation,
              const TrpWindowTable *table)
{
  uint32_t *pixels;
  size_t stride;
  cairo_surface_t *surface = make_surface (raster->width, raster->height, &pixels, &stride);

  cairo_surface_flush (surface);
  trp_reslice_oblique (volume, raster, interpolation, table, stride, pixels);
  cairo_surface_mark_dirty (surface);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_surface_destroy (surface);
}

void
trp_slice_draw (cairo_t *cr,
                const TrpVolume *volume,
                const TrpPlane *plane,
                const TrpRaster *raster,
                const TrpWindow *window,
                TrpInterpolation interpolation)
{
  g_autoptr (TrpWindowTable) table = trp_window_table_new (window, volume);
  TrpNativeSlice slice;
  const TrpNativeMatch match = trp_plane_match_native (plane, trp_volume_get_geometry (volume),
                                                       &slice);

  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, (double) raster->width, (double) raster->height);
  cairo_clip (cr);
  trp_palette_set_source (cr, TRP_GREY_OUTSIDE, 1);
  cairo_paint (cr);
  if (match == TRP_NATIVE_SLICE && interpolation == TRP_INTERPOLATION_LINEAR)
    draw_native (cr, volume, &slice, raster, table);
  else if (match != TRP_NATIVE_OUTSIDE)
    draw_sampled (cr, volume, raster, interpolation, table);
  cairo_restore (cr);
}
