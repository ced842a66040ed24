/* png-write.h - grey pictures as PNG files, atomically
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/* @grey: width x height bytes, rows from the top. Errors: TRP_ERROR_IO. */
bool trp_png_write_grey (const char *path,
                         size_t width,
                         size_t height,
                         const uint8_t *grey,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
