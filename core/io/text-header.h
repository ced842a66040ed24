/* text-header.h - the text lines at the start of MetaImage and NRRD files
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Read before a library sees the file, so that impossible sizes never reach it. Any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/* Value of the first line "KEY<separator> value" (KEY in any case), without the blanks around it.
 * Returns: (transfer full): NULL if there is none. */
char *trp_text_header_find (const char *text, const char *key, char separator);

/* Checks image sizes given as whole numbers with blanks between, e.g. "512 512 300".
 *
 * Returns: their product, which does not overflow, or 0 with an error: TRP_ERROR_FORMAT, LIMIT. */
size_t trp_text_header_parse_sizes (const char *text, size_t n_expected, GError **error);

G_END_DECLS
