/* journal-frame.c - see journal-frame.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/journal-frame.h"

#include <string.h>
#include <zlib.h>

#define DEFLATE_FROM (1 << 18) /* bytes: what is smaller is written sooner than deflated */

static void
put_u32 (uint8_t *out, uint32_t value)
{
  value = GUINT32_TO_LE (value);
  memcpy (out, &value, sizeof value);
}

static uint32_t
count_crc (const uint8_t sizes[8], const uint8_t *bytes, size_t size)
{
  return (uint32_t) crc32_z (crc32_z (0, sizes, 8), bytes, size);
}

void
trp_journal_frame_append (GByteArray *out, const GByteArray *record)
{
  const bool try_deflate = record->len >= DEFLATE_FROM;
  uLongf stored_size = try_deflate ? compressBound (record->len) : 0;
  g_autofree uint8_t *deflated = try_deflate ? g_try_malloc (stored_size) : NULL;
  const bool is_smaller = deflated &&
                          compress2 (deflated, &stored_size, record->data, record->len, 1) ==
                            Z_OK &&
                          stored_size < record->len;
  const uint8_t *stored = is_smaller ? deflated : record->data;
  uint8_t frame[TRP_JOURNAL_FRAME_SIZE];

  if (!is_smaller)
    stored_size = record->len;
  put_u32 (frame, (uint32_t) stored_size);
  put_u32 (frame + 4, record->len);
  put_u32 (frame + 8, count_crc (frame, stored, stored_size));
  g_byte_array_append (out, frame, TRP_JOURNAL_FRAME_SIZE);
  g_byte_array_append (out, stored, (guint) stored_size);
}

/* The first @wanted bytes of a record of @size. Returns: (nullable) (transfer full). */
static uint8_t *
unpack (const uint8_t *stored, uint32_t stored_size, uint32_t size, size_t wanted)
{
  uint8_t *bytes = size <= TRP_JOURNAL_MAX_RECORD ? g_try_malloc (MAX (wanted, 1)) : NULL;
  uLongf unpacked = wanted;
  int code;

  if (!bytes)
    return NULL;
  if (stored_size == size)
    {
      memcpy (bytes, stored, wanted);
      return bytes;
    }
  code = uncompress (bytes, &unpacked, stored, stored_size);
  if (unpacked != wanted || !(code == Z_OK || (code == Z_BUF_ERROR && wanted < size)))
    g_clear_pointer (&bytes, g_free);
  return bytes;
}

TrpJournalFrameState
trp_journal_frame_read (TrpReader *file, size_t most, uint8_t **out_bytes, size_t *out_size)
{
  const size_t begin = file->position;
  const uint32_t stored_size = trp_reader_u32 (file), size = trp_reader_u32 (file);
  const uint32_t crc = trp_reader_u32 (file);
  const uint8_t *stored = trp_reader_bytes (file, stored_size);
  const size_t wanted = MIN (size, most);
  uint8_t *bytes;

  if (file->failed)
    return TRP_JOURNAL_FRAME_TORN;
  if (wanted == size && crc != count_crc (file->bytes + begin, stored, stored_size))
    return TRP_JOURNAL_FRAME_DAMAGED;
  bytes = unpack (stored, stored_size, size, wanted);
  if (!bytes)
    return TRP_JOURNAL_FRAME_DAMAGED;
  *out_bytes = bytes;
  *out_size = wanted;
  return TRP_JOURNAL_FRAME_WHOLE;
}
