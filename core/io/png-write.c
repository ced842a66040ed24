/* png-write.c - see png-write.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/png-write.h"

#include "core/io/atomic-write.h"

#include <png.h>

bool
trp_png_write_grey (
  const char *path, size_t width, size_t height, const uint8_t *grey, GError **error)
{
  png_image image = { .version = PNG_IMAGE_VERSION,
                      .width = (png_uint_32) width,
                      .height = (png_uint_32) height,
                      .format = PNG_FORMAT_GRAY };
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX (image);
  g_autofree uint8_t *bytes = g_try_malloc (size);

  if (!bytes || !png_image_write_to_memory (&image, bytes, &size, 0, grey, 0, NULL))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The picture cannot be made: %s",
                   bytes ? image.message : "there is not enough memory");
      return false;
    }
  return trp_write_file (path, bytes, size, error);
}
