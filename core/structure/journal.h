/* journal.h - what was done to a case's contours, on disk as it is done
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One append-only file per open case, with everything that is needed to make its readings again:
 * each reading as it was when the journal met it, then every step, undo, redo, lock and save, in
 * order. A record is handed to the kernel (write) before the call that caused it returns, so a
 * program that is killed loses at most the stroke under the pointer; fsync follows in a worker.
 * Records carry their length and a CRC-32: what is incomplete or damaged, and all that follows it,
 * is cut when the file is opened, after a copy was put aside if it was more than a torn last
 * record.
 *
 * While it is open the file is locked (flock): a second program that opens the case is told so.
 * When the disk is full or cannot be written, records wait in memory and go with the next one.
 *
 * The layout is that of journal-frame.h and journal-record.h. The main thread owns it.
 */

#pragma once

#include "core/structure/edit.h"

G_BEGIN_DECLS

typedef struct _TrpJournal TrpJournal;

/**
 * trp_journal_open:
 * @path: its folder exists
 * @sources: (nullable): 0-terminated list of the files that the case was opened from, kept in a new
 * journal so that a start without files can tell what was being done
 *
 * Opens a new journal, or goes on with the one that is there: see trp_journal_steal_sessions().
 *
 * Errors: TRP_ERROR_LOCKED while another program has it open; TRP_ERROR_IO, also where a damaged
 * file cannot be copied before it is cut. Writing may have failed already when this returns: see
 * trp_journal_get_failure().
 */
TrpJournal *trp_journal_open (const char *path, const char *const *sources, GError **error);
/* Leaves the file as it is. Sessions it still listens to must be alive. */
void trp_journal_free (TrpJournal *self);
/* Removes the file as well: nothing in it is wanted any more. */
void trp_journal_discard (TrpJournal *self);

/* What the file held when it was opened: each reading's session with masks, settings, unsaved state
 * and steps to undo and redo as they were. The journal goes on listening to them. Their history has
 * no limit yet. Returns: (element-type TrpEditSession) (transfer container): the caller owns the
 * sessions and may ask once. */
GPtrArray *trp_journal_steal_sessions (TrpJournal *self);
/* One sentence on what could not be restored, and where the copy lies; NULL: all was. */
const char *trp_journal_get_loss (const TrpJournal *self);
/* (transfer none): as given when the file was new. */
const char *const *trp_journal_get_sources (const TrpJournal *self);

/* Records the session with its history (undoing and doing all of it once) and everything that
 * happens in it from now on. Remove it before it is freed. */
void trp_journal_add_session (TrpJournal *self, TrpEditSession *session);
void trp_journal_remove_session (TrpJournal *self, TrpEditSession *session);

/* NULL: everything that happened is in the file. Else why the last write failed. */
const char *trp_journal_get_failure (const TrpJournal *self);
/* @changed: failure came, or went */
void trp_journal_set_notify (TrpJournal *self, void (*changed) (void *user_data), void *user_data);
/* Waits until the disk has what was written. Returns: false while records wait. */
bool trp_journal_sync (TrpJournal *self);

/**
 * TrpJournalEffort: what was done on a structure, in this and earlier sittings
 * @seconds: from the step before, or from the beginning of the work where that is longer ago than
 * TRP_JOURNAL_IDLE_SECONDS, to the end of each step, undo or redo on it
 * @n_steps: undo and redo included
 * @base: (transfer none): the mask that the journal met first; NULL: the structure is not in it.
 * The added path length is that of base and mask (core/metrics/added-path-length.h)
 */
typedef struct
{
  double seconds;
  size_t n_steps;
  const TrpMask *base;
} TrpJournalEffort;

#define TRP_JOURNAL_IDLE_SECONDS 30.0

TrpJournalEffort trp_journal_get_effort (const TrpJournal *self, const TrpStructure *structure);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpJournal, trp_journal_free)

G_END_DECLS
