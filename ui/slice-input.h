/* slice-input.h - pointer and keys on a slice
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Wheel: slices; with Ctrl zoom at the pointer, with Shift the brush's size. Left drag: the tool;
 * middle: pan; right: window/level in every tool, and a menu when it did not move. Shift + move:
 * the cursor follows. Arrows and PgUp/PgDn: slices. Main thread.
 */

#pragma once

#include "ui/slice-view.h"

G_BEGIN_DECLS

typedef struct _TrpSliceInput TrpSliceInput;

TrpSliceInput *trp_slice_input_new (TrpSliceView *view); /* adds controllers to it; borrowed */
void trp_slice_input_free (TrpSliceInput *self);
bool trp_slice_input_get_pointer (const TrpSliceInput *self, double *out_x, double *out_y);

G_END_DECLS
