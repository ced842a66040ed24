/* broken-disk.h - a disk that takes bytes and keeps others
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Stands in front of write() in the programs that use it. Set and cleared by one thread while no
 * other writes.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_DISK_WORKS,
  TRP_DISK_FLIPS_BITS,  /* one byte of a file becomes another */
  TRP_DISK_LOSES_BYTES, /* the end of what is written is not, and nobody says so */
} TrpDiskFault;

/* From now on, for files whose path holds @part; @at: which byte of the file (from its end when
 * negative), @flip: is changed by these bits. Cleared by TRP_DISK_WORKS. */
void trp_test_break_disk (TrpDiskFault fault, const char *part, gssize at, uint8_t flip);
/* How often it struck. */
unsigned trp_test_count_disk_faults (void);

G_END_DECLS
