/* staging.h - a folder in which files are made before they take their places together
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * It lies beside the places, hidden, and is removed with all that did not take one. One thread at a
 * time.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

typedef struct _TrpStaging TrpStaging;

/**
 * trp_staging_new:
 * @path: one of the places
 *
 * Errors: TRP_ERROR_IO, in words for the user (folder missing, read-only, disk full).
 */
TrpStaging *trp_staging_new (const char *path, GError **error);
void trp_staging_free (TrpStaging *self);

/* Returns: (transfer full): where the file that shall become @place is to be written. */
char *trp_staging_dup_path (const TrpStaging *self, const char *place);

/* Lets the next reading come from the disk rather than from memory, as far as the system does that.
 */
void trp_staging_forget_pages (const TrpStaging *self);

/**
 * trp_staging_commit:
 * @folder: of the places
 *
 * When all lie beside their places, each file gets its name there, tables of labels (.labels.csv)
 * last; links, rights and write-protected files as in atomic-write.h.
 *
 * Errors: TRP_ERROR_IO; nothing is replaced unless it is one of giving the names: then files before
 * that one have taken their places.
 */
bool
trp_staging_commit (TrpStaging *self, const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpStaging, trp_staging_free)

G_END_DECLS
