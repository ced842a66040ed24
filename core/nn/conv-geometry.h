/* conv-geometry.h - a convolution as libraries see it: three tensors and a pass
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Plain values; any thread.
 */

#pragma once

#include "core/nn/shape.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_CONV_FORWARD,         /* x, filter, [bias] -> y */
  TRP_CONV_BACKWARD_DATA,   /* y, filter -> x */
  TRP_CONV_BACKWARD_FILTER, /* x, y -> filter */
} TrpConvPass;

/* A convolution from @x to @y; @bottom and @right padding follow from the sizes. */
typedef struct
{
  TrpShape x, filter, y;
  int stride, pad_top, pad_left;
  bool bias;
} TrpConvGeometry;

G_END_DECLS
