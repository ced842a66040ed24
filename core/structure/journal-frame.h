/* journal-frame.h - the records of a journal's file as frames
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file is the 8 bytes TRP_JOURNAL_MAGIC, then per record uint32 stored size, uint32 size,
 * uint32 CRC-32 of the two sizes and the stored bytes, stored bytes (deflated where the sizes
 * differ); little-endian. No state; any thread.
 */

#pragma once

#include "core/base/reader.h"

#include <glib.h>

G_BEGIN_DECLS

#define TRP_JOURNAL_MAGIC "TRPJRNL1"
#define TRP_JOURNAL_MAGIC_SIZE 8
#define TRP_JOURNAL_FRAME_SIZE 12         /* bytes before the record's own */
#define TRP_JOURNAL_MAX_RECORD (1u << 30) /* bytes */

typedef enum
{
  TRP_JOURNAL_FRAME_WHOLE,
  TRP_JOURNAL_FRAME_TORN, /* the file ends within it */
  TRP_JOURNAL_FRAME_DAMAGED,
} TrpJournalFrameState;

void trp_journal_frame_append (GByteArray *out, const GByteArray *record);

/**
 * trp_journal_frame_read:
 * @file: stands at a frame, and behind it after a whole one
 * @most: of the record's bytes that are wanted from its beginning; TRP_JOURNAL_MAX_RECORD: all. The
 * checksum is looked at only when all are
 * @out_bytes: (transfer full): set for a whole frame
 */
TrpJournalFrameState
trp_journal_frame_read (TrpReader *file, size_t most, uint8_t **out_bytes, size_t *out_size);

G_END_DECLS
