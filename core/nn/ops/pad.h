/* pad.h - padding in double, for the reference kernels that contain it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/nn/op.h"

G_BEGIN_DECLS

/* @x: the shape without the pads */
void
trp_reference_pad (const TrpOpAttributes *a, TrpShape x, const double *inner, double *out_padded);
/* The transposed operation: every padded element is added where it was taken from. */
void
trp_reference_unpad (const TrpOpAttributes *a, TrpShape x, const double *padded, double *io_inner);

G_END_DECLS
