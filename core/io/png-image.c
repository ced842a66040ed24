/* png-image.c - see png-image.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * libpng reports errors by longjmp, so what must be freed afterwards lives in the Decoder.
 */

#include "core/io/png-image.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

#define MAX_SIZE 32767 /* pixels per axis, as for volumes */

typedef struct
{
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t left;
  size_t width;
  size_t height;
  int bits;
  int color_type;
  size_t row_bytes;
  uint8_t *pixels;
  char message[128];
} Decoder;

static void
on_error (png_structp png, const char *message)
{
  Decoder *self = png_get_error_ptr (png);

  g_strlcpy (self->message, message, sizeof self->message);
  png_longjmp (png, 1);
}

static void
on_warning (png_structp png, const char *message)
{
}

static void
on_read (png_structp png, uint8_t *out, size_t size)
{
  Decoder *self = png_get_io_ptr (png);

  if (size > self->left)
    png_error (png, "the file is cut short");
  memcpy (out, self->next, size);
  self->next += size;
  self->left -= size;
}

static void
decode (Decoder *self)
{
  png_read_info (self->png, self->info);
  self->width = png_get_image_width (self->png, self->info);
  self->height = png_get_image_height (self->png, self->info);
  self->color_type = png_get_color_type (self->png, self->info);
  self->bits = png_get_bit_depth (self->png, self->info) == 16 ? 16 : 8;
  png_set_packing (self->png); /* 1, 2 and 4 bits to a byte each, not scaled to 255 */
  if (self->bits == 16 && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (self->png);
  (void) png_set_interlace_handling (self->png);
  png_read_update_info (self->png, self->info);
  self->row_bytes = png_get_rowbytes (self->png, self->info);
  self->pixels = g_try_malloc_n (self->height, self->row_bytes);
  if (!self->pixels)
    png_error (self->png, "no memory for its pixels");
}

/* Rows one by one for each pass of an interlaced image. */
static void
decode_rows (Decoder *self)
{
  const int n_passes = png_get_interlace_type (self->png, self->info) == PNG_INTERLACE_NONE ? 1 : 7;

  for (int pass = 0; pass < n_passes; pass++)
    for (size_t row = 0; row < self->height; row++)
      png_read_row (self->png, self->pixels + row * self->row_bytes, NULL);
  png_read_end (self->png, NULL);
}

static bool
run (Decoder *self)
{
  if (setjmp (png_jmpbuf (self->png)))
    return false;
  decode (self);
  decode_rows (self);
  return true;
}

static unsigned
sample (const Decoder *self, size_t n)
{
  return self->bits == 16 ? ((const uint16_t *) self->pixels)[n] : self->pixels[n];
}

/* Reduces colour and opacity to one channel in place. */
static bool
reduce (Decoder *self, GError **error)
{
  const size_t n_channels = png_get_channels (self->png, self->info);
  const size_t count = self->width * self->height, size = (size_t) self->bits / 8;
  const bool has_alpha = self->color_type & PNG_COLOR_MASK_ALPHA;
  const size_t n_colors = n_channels - (has_alpha ? 1 : 0);
  const unsigned opaque = self->bits == 16 ? 65535 : 255;

  for (size_t n = 0; n < count && n_channels > 1; n++)
    {
      const unsigned first = sample (self, n * n_channels);

      for (size_t channel = 1; channel < n_colors; channel++)
        if (sample (self, n * n_channels + channel) != first)
          {
            g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                         "The picture is coloured (first at pixel %zu, %zu); only grey ones can be "
                         "read",
                         n % self->width, n / self->width);
            return false;
          }
      if (has_alpha && sample (self, n * n_channels + n_colors) != opaque)
        {
          g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                               "The picture is partly transparent; only opaque ones can be read");
          return false;
        }
      memmove (self->pixels + n * size, self->pixels + n * n_channels * size, size);
    }
  return true;
}

bool
trp_png_parse (const void *bytes, size_t size, TrpPngImage *out_image, GError **error)
{
  Decoder self = { .next = bytes, .left = size };
  bool ok;

  self.png = png_create_read_struct (PNG_LIBPNG_VER_STRING, &self, on_error, on_warning);
  self.info = self.png ? png_create_info_struct (self.png) : NULL;
  if (self.info)
    {
      png_set_user_limits (self.png, MAX_SIZE, MAX_SIZE);
      png_set_read_fn (self.png, &self, on_read);
    }
  ok = self.info && run (&self);
  if (!ok)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "The PNG cannot be read (%s)",
                 self.info ? self.message : "no memory");
  ok = ok && reduce (&self, error);
  png_destroy_read_struct (&self.png, &self.info, NULL);
  if (!ok)
    {
      g_free (self.pixels);
      return false;
    }
  *out_image = (TrpPngImage){ self.width, self.height, self.bits,
                              self.color_type == PNG_COLOR_TYPE_PALETTE, self.pixels };
  return true;
}

void
trp_png_image_clear (TrpPngImage *image)
{
  g_free (image->values);
  *image = (TrpPngImage){ 0 };
}
