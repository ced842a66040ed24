/* journal-summary.h - what a journal is about, without opening it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For a list of unfinished work: reads a journal's file (journal.h) from frame to frame, replays
 * nothing and takes no lock. Any thread.
 */

#pragma once

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * TrpJournalSummary:
 * @path: of the journal
 * @sources: 0-terminated: files that the case was opened from
 * @last_us: end of the last work, microseconds since 1970; 0: none
 * @n_steps: strokes, undo and redo after the last save; what undo took back to a saved state counts
 * as well
 */
typedef struct
{
  char *path;
  char **sources;
  int64_t last_us;
  size_t n_steps;
} TrpJournalSummary;

void trp_journal_summary_free (TrpJournalSummary *self);

/* Damage ends the reading and is no error. Errors: TRP_ERROR_IO, TRP_ERROR_FORMAT for a file that
 * is no journal. */
TrpJournalSummary *trp_journal_summary_read (const char *path, GError **error);

/* (element-type TrpJournalSummary) (transfer full): of the folder's journals NAME.journal that hold
 * steps after the last save, newest first. A folder that is not there has none. */
GPtrArray *trp_journal_summary_list (const char *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpJournalSummary, trp_journal_summary_free)

G_END_DECLS
