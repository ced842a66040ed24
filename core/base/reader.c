/* reader.c - see reader.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/reader.h"

#include <string.h>

TrpReader
trp_reader_new (const void *bytes, size_t size, bool big_endian)
{
  return (TrpReader){ .bytes = bytes, .size = size, .big_endian = big_endian };
}

const uint8_t *
trp_reader_bytes (TrpReader *self, size_t size)
{
  const uint8_t *bytes = self->bytes + self->position;

  if (self->failed || size > self->size - self->position)
    {
      self->failed = true;
      return NULL;
    }
  self->position += size;
  return bytes;
}

void
trp_reader_skip (TrpReader *self, size_t size)
{
  (void) trp_reader_bytes (self, size);
}

bool
trp_reader_seek (TrpReader *self, size_t position)
{
  if (position > self->size)
    self->failed = true;
  else
    self->position = position;
  return !self->failed;
}

/* An unsigned number of up to eight bytes in the reader's byte order. */
static uint64_t
read_number (TrpReader *self, size_t size)
{
  const uint8_t *bytes = trp_reader_bytes (self, size);
  uint64_t value = 0;

  for (size_t i = 0; bytes && i < size; i++)
    value = value << 8 | bytes[self->big_endian ? i : size - 1 - i];
  return value;
}

uint8_t
trp_reader_u8 (TrpReader *self)
{
  return (uint8_t) read_number (self, 1);
}

uint16_t
trp_reader_u16 (TrpReader *self)
{
  return (uint16_t) read_number (self, 2);
}

uint32_t
trp_reader_u32 (TrpReader *self)
{
  return (uint32_t) read_number (self, 4);
}

uint64_t
trp_reader_u64 (TrpReader *self)
{
  return read_number (self, 8);
}

float
trp_reader_f32 (TrpReader *self)
{
  const uint32_t bits = trp_reader_u32 (self);
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

double
trp_reader_f64 (TrpReader *self)
{
  const uint64_t bits = trp_reader_u64 (self);
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}
