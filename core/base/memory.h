/* memory.h - how much memory could be had
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/* Bytes that could be taken without swapping; 0 where the system does not say. */
size_t trp_memory_get_available (void);

/* Errors: TRP_ERROR_LIMIT when @bytes are not there: "@what needs 3 GB of memory and 2 GB are free;
 * @advice". */
bool trp_memory_check (size_t bytes, const char *what, const char *advice, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
