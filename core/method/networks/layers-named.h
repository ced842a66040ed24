/* layers-named.h - layers with their parameters, named as PyTorch names them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * PREFIX.weight and PREFIX.bias. For the networks beside this file.
 */

#pragma once

#include "core/nn/layers.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_NORM_INSTANCE,
  TRP_NORM_BATCH,
} TrpNorm;

/* @TRP_BIAS_KEPT: PREFIX.bias exists, for files, and takes no part: an instance norm follows, which
 * would take it out again */
typedef enum
{
  TRP_BIAS_NONE,
  TRP_BIAS_KEPT,
  TRP_BIAS_USED,
} TrpBias;

/* A convolution of a square filter. */
TrpValue trp_named_conv (TrpGraph *graph,
                         const char *prefix,
                         TrpValue x,
                         int n_out,
                         int size,
                         int stride,
                         int pad,
                         TrpBias bias);
/* @x as channels of a network that takes @n times as many; n <= 1: @x itself. */
TrpValue trp_named_repeat (TrpGraph *graph, TrpValue x, int n);
/* A colour network's answer as one grey image. */
TrpValue trp_named_mean_of_channels (TrpGraph *graph, TrpValue x);
/* nn.ConvTranspose2d */
TrpValue trp_named_conv_transpose (TrpGraph *graph,
                                   const char *prefix,
                                   TrpValue x,
                                   int n_out,
                                   int size,
                                   int stride,
                                   int pad,
                                   int output_padding,
                                   TrpBias bias);

G_END_DECLS
