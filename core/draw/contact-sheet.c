/* contact-sheet.c - see contact-sheet.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/contact-sheet.h"

#include "core/draw/outline.h"
#include "core/draw/text.h"

#include <math.h>

#define GAP 4.
#define DEFAULT_SIDE 192.
#define CAPTION_PX 11.

/* Of a page. */
typedef struct
{
  size_t n_columns, n_rows;
  double scale, tile_width, tile_height;
} Layout;

static Layout
lay_out (const TrpContactSheet *self)
{
  Layout layout;

  layout.n_columns = self->n_columns ? self->n_columns : (size_t) ceil (sqrt ((double) self->n));
  layout.n_columns = MIN (layout.n_columns, self->n);
  layout.n_rows = (self->n + layout.n_columns - 1) / layout.n_columns;
  layout.scale = self->scale > 0 ? self->scale
                                 : DEFAULT_SIDE / (double) MAX (self->width, self->height);
  layout.tile_width = layout.scale * (double) self->width;
  layout.tile_height = layout.scale * (double) self->height;
  return layout;
}

static void
draw_grey (const TrpContactSheet *self, cairo_t *cr, size_t index)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) self->width,
                                                         (int) self->height);
  const uint8_t *grey = self->grey + index * self->width * self->height;
  unsigned char *pixels = cairo_image_surface_get_data (surface);
  const size_t stride = (size_t) cairo_image_surface_get_stride (surface);

  cairo_surface_flush (surface);
  for (size_t y = 0; pixels && y < self->height; y++)
    for (size_t x = 0; x < self->width; x++)
      ((uint32_t *) (void *) (pixels + stride * y))[x] = 0x010101u * grey[x + self->width * y];
  cairo_surface_mark_dirty (surface);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, (double) self->width, (double) self->height);
  cairo_fill (cr);
  cairo_surface_destroy (surface);
}

/* The outline of one value, through a grid whose millimetres are the picture's pixels. */
static void
draw_label (const TrpContactSheet *self,
            const Layout *layout,
            cairo_t *cr,
            size_t index,
            uint8_t value,
            TrpColor color)
{
  const size_t n_pixels = self->width * self->height;
  const uint8_t *labels = self->labels + index * n_pixels;
  const TrpGeometry geometry = trp_geometry_axial ((const size_t[]){ self->width, self->height, 1 },
                                                   (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (0.5, 0.5, 0));
  const TrpPlane plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, trp_vec3 (0, 0, 0), false);
  const TrpOutlineStyle style = { TRP_OUTLINE_OTHER, color, 0 };
  TrpAffine px_from_lps = trp_affine_identity ();
  g_autofree uint8_t *inside = g_new (uint8_t, n_pixels);
  g_autoptr (TrpMask) mask = NULL;
  g_autoptr (TrpOutline) outline = NULL;

  for (size_t p = 0; p < n_pixels; p++)
    inside[p] = labels[p] == value;
  mask = trp_mask_new_from_bytes (&geometry, inside);
  outline = trp_outline_new (mask, &plane);
  px_from_lps.m[0][0] = px_from_lps.m[1][1] = layout->scale;
  trp_outline_draw (outline, cr, &px_from_lps, &style);
}

/* From the last value to the first, so that small structures lie over what is left of the body. */
static void
draw_labels (const TrpContactSheet *self, const Layout *layout, cairo_t *cr, size_t index)
{
  const size_t n_pixels = self->width * self->height, n_all = self->n * n_pixels;
  bool known[256] = { false }, here[256] = { false };
  size_t order = 0;

  for (size_t p = 0; p < n_all; p++)
    known[self->labels[p]] = true;
  for (size_t p = 0; p < n_pixels; p++)
    here[self->labels[index * n_pixels + p]] = true;
  for (unsigned value = 1; value < 256; value++)
    order += known[value];
  for (unsigned value = 255; value > 0; value--)
    {
      order -= known[value];
      if (here[value])
        draw_label (self, layout, cr, index, (uint8_t) value, trp_color_get_default (order));
    }
}

static void
draw_tile (const TrpContactSheet *self, const Layout *layout, cairo_t *cr, size_t index)
{
  const TrpTextStyle style = { CAPTION_PX, TRP_GREY_LETTER, false, true, 0, 0 };

  cairo_save (cr);
  cairo_translate (cr, (layout->tile_width + GAP) * (double) (index % layout->n_columns),
                   (layout->tile_height + GAP) * (double) (index / layout->n_columns));
  cairo_rectangle (cr, 0, 0, layout->tile_width, layout->tile_height);
  cairo_clip (cr);
  cairo_save (cr);
  cairo_scale (cr, layout->scale, layout->scale);
  draw_grey (self, cr, index);
  cairo_restore (cr);
  if (self->labels)
    draw_labels (self, layout, cr, index);
  if (self->captions && self->captions[index])
    trp_text_draw (cr, &style, 4, 2, self->captions[index]);
  cairo_restore (cr);
}

static void
draw_page (const void *data, cairo_t *cr, double width, double height)
{
  const TrpContactSheet *self = data;
  const Layout layout = lay_out (self);

  trp_palette_set_source (cr, TRP_GREY_GAP, 1);
  cairo_paint (cr);
  for (size_t n = 0; n < self->n; n++)
    draw_tile (self, &layout, cr, n);
}

bool
trp_contact_sheet_save (const TrpContactSheet *self, const char *path, GError **error)
{
  const Layout layout = lay_out (self);
  const TrpPicture page = {
    .draw = draw_page,
    .data = self,
    .width = (layout.tile_width + GAP) * (double) layout.n_columns - GAP,
    .height = (layout.tile_height + GAP) * (double) layout.n_rows - GAP,
    .scale = 1,
  };

  g_return_val_if_fail (self->n > 0 && self->width > 0 && self->height > 0, false);
  return trp_picture_save (&page, path, error);
}
