/* atomic-write.h - a new file replaces the old one only when it is complete
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bytes go to a temporary file in the same folder; commit flushes them to disk (fsync) and renames.
 * Anything else removes the temporary file and leaves the old one as it was. The new file takes the
 * old one's access rights; a link stays and what it points to is replaced; a write-protected file
 * is not. One thread at a time.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

typedef struct _TrpAtomicWrite TrpAtomicWrite;

/* Errors: TRP_ERROR_IO, in words for the user (folder missing, read-only, disk full). */
TrpAtomicWrite *trp_atomic_write_new (const char *path, GError **error);
bool trp_atomic_write_append (TrpAtomicWrite *self, const void *bytes, size_t size, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* Path of the temporary file, for libraries that write by name (it has the same extensions). */
const char *trp_atomic_write_get_temporary_path (const TrpAtomicWrite *self);
bool trp_atomic_write_commit (TrpAtomicWrite *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Without a commit before: removes the temporary file. */
void trp_atomic_write_free (TrpAtomicWrite *self);

/* Whether a file called @name was on its way to become @target (both without folder): what a
 * program that was killed while saving leaves behind. */
bool trp_atomic_write_is_leftover (const char *name, const char *target);

/* The file @complete becomes what is to be committed: moved, or copied from another file system. */
bool trp_atomic_write_take (TrpAtomicWrite *self,
                            const char *complete,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All at once. */
bool trp_write_file (const char *path, const void *bytes, size_t size, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpAtomicWrite, trp_atomic_write_free)

G_END_DECLS
