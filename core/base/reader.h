/* reader.h - a bounded cursor over bytes from strangers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading past the end yields zeros and sets @failed, so that a parser reads a whole header and
 * checks once. A plain value over borrowed bytes; one thread at a time.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

typedef struct
{
  const uint8_t *bytes;
  size_t size;
  size_t position;
  bool big_endian;
  bool failed;
} TrpReader;

TrpReader trp_reader_new (const void *bytes, size_t size, bool big_endian);

uint8_t trp_reader_u8 (TrpReader *self);
uint16_t trp_reader_u16 (TrpReader *self);
uint32_t trp_reader_u32 (TrpReader *self);
uint64_t trp_reader_u64 (TrpReader *self);
float trp_reader_f32 (TrpReader *self);
double trp_reader_f64 (TrpReader *self);

/* Borrowed; NULL (and failed) where fewer than @size bytes are left. */
const uint8_t *trp_reader_bytes (TrpReader *self, size_t size);
void trp_reader_skip (TrpReader *self, size_t size);
bool trp_reader_seek (TrpReader *self, size_t position);

G_END_DECLS
