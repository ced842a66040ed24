/* protobuf.c - see protobuf.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/protobuf.h"

#include <string.h>

enum
{
  WIRE_VARINT = 0,
  WIRE_LENGTH = 2,
  WIRE_FIXED32 = 5,
};

/* Seven bits a byte, lowest first; the eighth says that more follow. */
static void
append_varint (GByteArray *message, uint64_t value)
{
  uint8_t bytes[10];
  guint n = 0;

  for (; value >= 0x80; value >>= 7)
    bytes[n++] = (uint8_t) (value | 0x80);
  bytes[n++] = (uint8_t) value;
  g_byte_array_append (message, bytes, n);
}

static void
append_key (GByteArray *message, unsigned field, unsigned wire)
{
  append_varint (message, (uint64_t) field << 3 | wire);
}

void
trp_protobuf_add_varint (GByteArray *message, unsigned field, uint64_t value)
{
  append_key (message, field, WIRE_VARINT);
  append_varint (message, value);
}

void
trp_protobuf_add_float (GByteArray *message, unsigned field, float value)
{
  uint32_t bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT32_TO_LE (bits);
  append_key (message, field, WIRE_FIXED32);
  g_byte_array_append (message, (const guint8 *) &bits, sizeof bits);
}

void
trp_protobuf_add_bytes (GByteArray *message, unsigned field, const void *bytes, size_t size)
{
  g_return_if_fail (size <= G_MAXINT32);
  append_key (message, field, WIRE_LENGTH);
  append_varint (message, size);
  g_byte_array_append (message, bytes, (guint) size);
}

void
trp_protobuf_add_string (GByteArray *message, unsigned field, const char *text)
{
  trp_protobuf_add_bytes (message, field, text, strlen (text));
}

void
trp_protobuf_add_message (GByteArray *message, unsigned field, GByteArray *part)
{
  trp_protobuf_add_bytes (message, field, part->data, part->len);
  g_byte_array_unref (part);
}
