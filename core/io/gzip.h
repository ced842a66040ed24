/* gzip.h - gzip in memory, in one pass
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Inflating takes as much memory as the caller says it wants and no more, whatever the file claims.
 * Any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

bool trp_gzip_is (const void *bytes, size_t size);

/* Returns: (transfer full): the first @n_wanted inflated bytes, or fewer if there are no more or
 * they are damaged. */
GBytes *trp_gzip_inflate_head (const void *bytes, size_t size, size_t n_wanted);

/**
 * trp_gzip_inflate:
 * @n_skip: inflated bytes to pass over
 * @n_wanted: to return after them
 *
 * Reads files of several members. Where everything up to the last byte is wanted, its checksum is
 * verified.
 *
 * Returns: (transfer full): @n_wanted bytes, aligned for any voxel type.
 *
 * Errors: TRP_ERROR_FORMAT if there are fewer or they are damaged, TRP_ERROR_LIMIT if there is no
 * memory.
 */
GBytes *trp_gzip_inflate (const void *bytes,
                          size_t size,
                          size_t n_skip,
                          size_t n_wanted,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a zlib stream (RFC 1950). */
GBytes *trp_zlib_inflate (const void *bytes,
                          size_t size,
                          size_t n_skip,
                          size_t n_wanted,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full): one gzip member, the same bytes on every run. */
GBytes *trp_gzip_deflate (const void *bytes, size_t size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
