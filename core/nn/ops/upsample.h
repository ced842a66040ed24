/* upsample.h - shapes of the operations that double height and width
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/nn/op.h"

G_BEGIN_DECLS

bool trp_upsample_infer (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error);
/* From the gradient of the output to that of the input. */
bool trp_upsample_infer_backward (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error);

G_END_DECLS
