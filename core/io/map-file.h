/* map-file.h - the bytes of a file without reading them yet
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread. The mapping lives as long as the bytes; our own saving renames a new file over the
 * old one, so it never changes bytes that are mapped.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/* Returns: (transfer full): all bytes of a regular file.
 *
 * Errors: TRP_ERROR_IO in words for the user; the message does not name the file. An empty file is
 * TRP_ERROR_FORMAT. */
GBytes *trp_file_map (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
