/* picture.h - drawings as files
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Written atomically; the same drawing gives the same bytes (no date inside). Any thread.
 */

#pragma once

#include "core/base/error.h"

#include <cairo.h>

G_BEGIN_DECLS

/* User space: (0, 0) to (width, height). */
typedef void (*TrpPictureFunc) (const void *data, cairo_t *cr, double width, double height);

/**
 * TrpPicture: one page
 * @width, @height: user-space units: points in PDF and SVG
 * @scale: pixels per unit in PNG
 */
typedef struct
{
  TrpPictureFunc draw;
  const void *data;
  double width, height;
  double scale;
} TrpPicture;

/* PNG, PDF or SVG by the extension of @path. Errors: TRP_ERROR_UNSUPPORTED for another one;
 * TRP_ERROR_LIMIT when it is too large to draw; TRP_ERROR_IO. */
bool trp_picture_save (const TrpPicture *self,
                       const char *path,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A PDF with @n_pages pages. */
bool trp_picture_save_pages (const TrpPicture *pages,
                             size_t n_pages,
                             const char *path,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
