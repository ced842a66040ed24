/* hash.h - SHA-256 of files, settings and lists
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Hashes of files are kept in a table by (path, size, time of change), so that a large set is read
 * once and not at every start. One thread.
 */

#pragma once

#include "core/base/progress.h"

G_BEGIN_DECLS

typedef struct _TrpFileHashes TrpFileHashes;

/* @path: (nullable): of the table, which need not exist */
TrpFileHashes *trp_file_hashes_new (const char *path);
/* Saves what is new where there is a path; a table that cannot be saved is only slower. */
void trp_file_hashes_free (TrpFileHashes *self);
/* Of a file's bytes, or of the names and hashes of all that a folder holds. (transfer full)
 * Errors: TRP_ERROR_IO with the name. */
char *trp_file_hashes_get (TrpFileHashes *self,
                           const char *path,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds "name: text" and a mark that no text can imitate. */
void trp_hash_add (GChecksum *sum, const char *name, const char *text);
void trp_hash_add_number (GChecksum *sum, const char *name, int64_t number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpFileHashes, trp_file_hashes_free)

G_END_DECLS
