/* conv-geometry.h - a convolution as libraries see it: three tensors and a pass
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Plain values; any thread.
 */

#pragma once

#include "core/nn/op.h"

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

/* The convolution behind conv, conv_backward_data, conv_backward_filter and conv_transpose, which
 * is the data gradient of the one that its filter describes (a bias is added to x then, and
 * @out_geometry->bias is false). False: another kind. */
bool trp_conv_from_op (const TrpOpDesc *desc, TrpConvPass *out_pass, TrpConvGeometry *out_geometry);

G_END_DECLS
