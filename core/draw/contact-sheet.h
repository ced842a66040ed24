/* contact-sheet.h - many small grey pictures with outlines on one page
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include "core/draw/picture.h"

G_BEGIN_DECLS

/**
 * TrpContactSheet:
 * @n: pictures of @width x @height pixels
 * @grey: n x height x width
 * @labels: (nullable): n x height x width; each value but 0 is outlined, in the default colours in
 * the order of the values
 * @captions: (nullable): @n texts; NULL: none at that picture
 * @n_columns: 0: so that the page comes out about square
 * @scale: screen pixels per pixel of a picture; 0: so that its longer side has 192
 */
typedef struct
{
  size_t n, width, height;
  const uint8_t *grey;
  const uint8_t *labels;
  const char *const *captions;
  size_t n_columns;
  double scale;
} TrpContactSheet;

/* PNG, PDF or SVG by the extension of @path. Errors: those of trp_picture_save(). */
bool trp_contact_sheet_save (const TrpContactSheet *self,
                             const char *path,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
