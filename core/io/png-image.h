/* png-image.h - one PNG as numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No gamma, no scaling: a 1-bit mask gives 0 and 1. Any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/**
 * TrpPngImage: one value per pixel
 * @bits: 8 or 16, this machine's byte order
 * @is_indexed: the values are numbers of palette colours
 * @values: width * height of them
 */
typedef struct
{
  size_t width;
  size_t height;
  int bits;
  bool is_indexed;
  uint8_t *values;
} TrpPngImage;

/* Colour images become grey where their channels are equal; opacity is left out where nothing is
 * transparent.
 *
 * Errors: TRP_ERROR_FORMAT, LIMIT, UNSUPPORTED. */
bool trp_png_parse (const void *bytes, size_t size, TrpPngImage *out_image, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

void trp_png_image_clear (TrpPngImage *image);

G_END_DECLS
