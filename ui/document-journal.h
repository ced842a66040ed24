/* document-journal.h - unsaved contours of an earlier sitting, and whether this one may edit
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A document has one journal (core/structure/journal.h), from its first editable reading on: the
 * file is found by the images and structures that are open. If an earlier sitting left unsaved
 * contours in it, nothing is edited until they are restored or discarded. Main thread only.
 */

#pragma once

#include "core/structure/journal.h"
#include "ui/document.h"

G_BEGIN_DECLS

/* Of the journals of all cases, which may not be there. (transfer full) */
char *trp_document_get_journal_folder (void);

/* @with_case: names the case. Returns: (nullable) (transfer full): one sentence while the question
 * stands; "unfinished-changed" tells. */
char *trp_document_dup_unfinished (TrpDocument *self, bool with_case);
/* What was unsaved is edited again, with its steps to undo. */
void trp_document_restore_unfinished (TrpDocument *self);
/* Puts the old journal aside as NAME.old, or NAME.old-2 and so on. */
void trp_document_discard_unfinished (TrpDocument *self);

/* The user closes without saving: the journal is not kept. */
void trp_document_forget_unsaved (TrpDocument *self);

/* All zeros without a journal. */
TrpJournalEffort trp_document_get_effort (TrpDocument *self, const TrpStructure *structure);

/* Opens the journal if it is not. Returns: false, after a "message", while another window has the
 * case or the question about unsaved contours stands. */
bool trp_document_may_edit (TrpDocument *self);

G_END_DECLS
