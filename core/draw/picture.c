/* picture.c - see picture.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/picture.h"

#include "core/io/atomic-write.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <limits.h>
#include <math.h>

static cairo_status_t
append_bytes (void *closure, const unsigned char *bytes, unsigned int size)
{
  g_byte_array_append (closure, bytes, size);
  return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t
draw_page (const TrpPicture *page, cairo_surface_t *surface, double scale_x, double scale_y)
{
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  cairo_scale (cr, scale_x, scale_y);
  page->draw (page->data, cr, page->width, page->height);
  cairo_show_page (cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  return status;
}

/* Whole pixels: the page is stretched by less than one, so that its edges are filled. */
static cairo_status_t
make_png (const TrpPicture *page, GByteArray *bytes)
{
  const double width = fmax (round (page->width * page->scale), 1);
  const double height = fmax (round (page->height * page->scale), 1);
  cairo_surface_t *surface = cairo_image_surface_create (
    CAIRO_FORMAT_RGB24, (int) fmin (width, INT_MAX), (int) fmin (height, INT_MAX));
  cairo_status_t status = draw_page (page, surface, width / page->width, height / page->height);

  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, append_bytes, bytes);
  cairo_surface_destroy (surface);
  return status;
}

static cairo_status_t
finish (cairo_surface_t *surface, cairo_status_t status)
{
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return status;
}

static cairo_status_t
make_pdf (const TrpPicture *pages, size_t n_pages, GByteArray *bytes)
{
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (append_bytes, bytes, pages->width,
                                                                  pages->height);
  cairo_status_t status = CAIRO_STATUS_SUCCESS;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
  for (size_t n = 0; n < n_pages && status == CAIRO_STATUS_SUCCESS; n++)
    {
      cairo_pdf_surface_set_size (surface, pages[n].width, pages[n].height);
      status = draw_page (&pages[n], surface, 1, 1);
    }
  return finish (surface, status);
}

static cairo_status_t
make_svg (const TrpPicture *page, GByteArray *bytes)
{
  cairo_surface_t *surface = cairo_svg_surface_create_for_stream (append_bytes, bytes, page->width,
                                                                  page->height);

  return finish (surface, draw_page (page, surface, 1, 1));
}

static bool
save (const char *path, cairo_status_t status, const GByteArray *bytes, GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return trp_write_file (path, bytes->data, bytes->len, error);
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "%s: the picture cannot be drawn: %s", path,
               cairo_status_to_string (status));
  return false;
}

bool
trp_picture_save (const TrpPicture *self, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *lower = g_ascii_strdown (path, -1);

  if (g_str_has_suffix (lower, ".png"))
    return save (path, make_png (self, bytes), bytes, error);
  if (g_str_has_suffix (lower, ".pdf"))
    return save (path, make_pdf (self, 1, bytes), bytes, error);
  if (g_str_has_suffix (lower, ".svg"))
    return save (path, make_svg (self, bytes), bytes, error);
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "%s: pictures are written as .png, .pdf or .svg", path);
  return false;
}

bool
trp_picture_save_pages (const TrpPicture *pages, size_t n_pages, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_return_val_if_fail (n_pages > 0, false);
  return save (path, make_pdf (pages, n_pages, bytes), bytes, error);
}
