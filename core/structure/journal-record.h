/* journal-record.h - one event of an edit session as bytes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What journal.c appends and reads back. A reading is an edit session with its structures numbered
 * in the order in which the journal first met them, so that a deleted structure keeps its number
 * while undo can bring it back. Numbers are little-endian; strings are a length and UTF-8 bytes.
 * One thread.
 */

#pragma once

#include "core/base/reader.h"
#include "core/structure/edit.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_JOURNAL_CASE,    /* which files were open */
  TRP_JOURNAL_READING, /* a reading as it was when the journal met it */
  TRP_JOURNAL_STEP,
  TRP_JOURNAL_UNDONE,
  TRP_JOURNAL_REDONE,
  TRP_JOURNAL_SETTING, /* lock and visibility of a structure */
  TRP_JOURNAL_SAVED,
} TrpJournalKind;

/**
 * TrpJournalHead: how every record begins
 * @reading: number of the reading; 0 for CASE
 * @begin_us, @end_us: of the work on it, by the clock, microseconds since 1970
 */
typedef struct
{
  TrpJournalKind kind;
  uint32_t reading;
  int64_t begin_us, end_us;
} TrpJournalHead;

void trp_journal_put_head (GByteArray *out, const TrpJournalHead *head);
/* Errors: TRP_ERROR_FORMAT. */
bool trp_journal_get_head (TrpReader *reader,
                           TrpJournalHead *out_head,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Bytes as they are: names of files need not be UTF-8. */
void trp_journal_put_path (GByteArray *out, const char *path); /* (nullable) */
char *trp_journal_get_path (TrpReader *reader);                /* (nullable) (transfer full) */
/* @text: (nullable): what is not UTF-8 in it is replaced */
void trp_journal_put_text (GByteArray *out, const char *text);
/* Returns: (nullable) (transfer full): NULL was written, or the reader has failed. */
char *trp_journal_get_text (TrpReader *reader);

typedef struct _TrpJournalReading TrpJournalReading;

TrpJournalReading *trp_journal_reading_new (TrpEditSession *session); /* borrows it */
void trp_journal_reading_free (TrpJournalReading *self);
TrpEditSession *trp_journal_reading_peek_session (const TrpJournalReading *self);
/* What the structure was when the journal met it; NULL if it does not know it. */
const TrpMask *trp_journal_reading_peek_base (const TrpJournalReading *self,
                                              const TrpStructure *structure);

/* The session as it is now, none of whose steps is done; its steps are put one by one. */
void trp_journal_put_reading (GByteArray *out, TrpJournalReading *reading);
/* @step has just been done. */
void trp_journal_put_step (GByteArray *out, TrpJournalReading *reading, TrpEditStep *step);
/* Returns: false if lock and visibility of @structure are as last recorded; nothing is put then. */
bool trp_journal_put_setting (GByteArray *out, TrpJournalReading *reading, TrpStructure *structure);

/* (transfer full): a reading whose session is new and belongs to the caller. Errors:
 * TRP_ERROR_FORMAT, TRP_ERROR_LIMIT, as for all that follow: what is read fits the session or is
 * refused, before anything is changed. */
TrpJournalReading *trp_journal_get_reading (TrpReader *reader, GError **error);
bool trp_journal_replay_step (TrpReader *reader,
                              TrpJournalReading *self,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_journal_replay_setting (TrpReader *reader,
                                 TrpJournalReading *self,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpJournalReading, trp_journal_reading_free)

G_END_DECLS
