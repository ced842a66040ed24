/* pad.h - borders, row by row, for every operation that writes or reads a padded image
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A row of the image belongs to one thread, which also writes the border rows that mirror it, so
 * rows may be worked on in any order and at the same time.
 */

#pragma once

#include "core/nn/op.h"

G_BEGIN_DECLS

/* @inner: one image or more, without the pads */
typedef struct
{
  TrpShape inner;
  TrpPadMode mode;
  int top, bottom, left, right;
} TrpCpuBorder;

TrpCpuBorder trp_cpu_border (const TrpOpAttributes *attributes, TrpShape inner);

/* Where the pixels of row @h, image @n go within @padded. */
float *trp_cpu_border_locate (const TrpCpuBorder *self, float *padded, int n, int h);
/* After those pixels have been written: the border on both sides, and the rows above and below that
 * come from row @h. */
void trp_cpu_border_spread (const TrpCpuBorder *self, float *padded, int n, int h);
/* Backward: a row of @dy (nullable) plus all that @dpadded has for row @h, into @out_row, which is
 * not @dy. */
void trp_cpu_border_collect (
  const TrpCpuBorder *self, const float *dpadded, int n, int h, const float *dy, float *out_row);

G_END_DECLS
