/* conv-geometry.c - see conv-geometry.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/conv-geometry.h"

bool
trp_conv_from_op (const TrpOpDesc *desc, TrpConvPass *out_pass, TrpConvGeometry *out_geometry)
{
  const TrpTensor *in = desc->inputs, *out = desc->outputs;
  TrpConvGeometry geometry = { .stride = desc->attributes.stride,
                               .pad_top = desc->attributes.pad_top,
                               .pad_left = desc->attributes.pad_left };

  switch (desc->kind)
    {
    case TRP_OP_conv:
      *out_pass = TRP_CONV_FORWARD;
      geometry.x = in[0].shape;
      geometry.filter = in[1].shape;
      geometry.y = out[0].shape;
      geometry.bias = desc->n_inputs > 2;
      break;
    case TRP_OP_conv_backward_data:
    case TRP_OP_conv_transpose:
      *out_pass = TRP_CONV_BACKWARD_DATA;
      geometry.x = out[0].shape;
      geometry.filter = in[1].shape;
      geometry.y = in[0].shape;
      break;
    case TRP_OP_conv_backward_filter:
      *out_pass = TRP_CONV_BACKWARD_FILTER;
      geometry.x = in[0].shape;
      geometry.filter = out[0].shape;
      geometry.y = in[1].shape;
      break;
    default:
      return false;
    }
  *out_geometry = geometry;
  return true;
}
