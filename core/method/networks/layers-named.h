/* layers-named.h - layers with their parameters, named as PyTorch names them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * PREFIX.weight and PREFIX.bias. For the networks beside this file.
 */

#pragma once

#include "core/nn/layers.h"

G_BEGIN_DECLS

/* A convolution of a square filter. @bias_is_used: false where an instance norm follows:
 * PREFIX.bias exists, for files, and takes no part. */
TrpValue trp_named_conv (TrpGraph *graph,
                         const char *prefix,
                         TrpValue x,
                         int n_out,
                         int size,
                         int stride,
                         int pad,
                         bool bias_is_used);
/* @x as channels of a network that takes @n times as many; n <= 1: @x itself. */
TrpValue trp_named_repeat (TrpGraph *graph, TrpValue x, int n);
/* nn.ConvTranspose2d */
TrpValue trp_named_conv_transpose (TrpGraph *graph,
                                   const char *prefix,
                                   TrpValue x,
                                   int n_out,
                                   int size,
                                   int stride,
                                   int pad,
                                   int output_padding,
                                   bool bias_is_used);

G_END_DECLS
