/* protobuf.h - writes the wire format of protocol buffers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A message is the bytes of its fields, one after the other; a field that is a message holds that
 * message's bytes. No schema: numbers and types of the fields are the caller's. Sizes stay below 2
 * GB, the format's own limit. Source: protobuf.dev, Encoding. Any thread.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* int32, int64, uint64, bool, enum; negative ones as their 64-bit complement */
void trp_protobuf_add_varint (GByteArray *message, unsigned field, uint64_t value);
void trp_protobuf_add_float (GByteArray *message, unsigned field, float value);
void trp_protobuf_add_bytes (GByteArray *message, unsigned field, const void *bytes, size_t size);
void trp_protobuf_add_string (GByteArray *message, unsigned field, const char *text);
/* @part: (transfer full) */
void trp_protobuf_add_message (GByteArray *message, unsigned field, GByteArray *part);

G_END_DECLS
