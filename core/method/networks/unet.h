/* unet.h - networks for contours: U-Net and Res-U-Net
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Both halve the image at each level by 2 x 2 maximum, double the filters, come back up by 2 x 2
 * transposed convolutions or bilinear interpolation and concatenate what they passed on the way
 * down. 2.5-D: the input channels are the slice and its neighbours. The output are logits, one
 * channel per structure.
 *
 * Source: O. Ronneberger et al., U-Net, MICCAI 2015 (padded convolutions here); short skips: M.
 * Drozdzal et al., The importance of skip connections, 2016, arXiv 1608.04117; 2.5-D: Y. Liu et
 * al., 2019.
 */

#pragma once

#include "core/method/networks/layers-named.h"

G_BEGIN_DECLS

/**
 * TrpUnet:
 * @filters: of the first level; doubled by each
 * @n_levels: height and width must be multiples of 2^(n_levels - 1)
 * @residual: conv, norm, ReLU, conv, norm, plus the block's input (through a 1 x 1 convolution and
 * norm where the number of channels changes), ReLU; else twice conv, norm, ReLU
 * @grey_in: 0, or how many times @x is repeated as the network's channels
 * @bilinear: doubles the size between the centres of the outer pixels (align_corners) instead of by
 * transposed convolutions, which change the number of channels too: then the deepest level has no
 * more filters than the one above, the first convolution of a level on the way up half as many as
 * it is given, and the second what the next level wants (milesial/Pytorch-UNet, with @norm batch)
 * @no_bias: convolutions before a batch norm have none
 * @background: one output more comes first, the background's; the logits returned are relative to
 * it. So a logit over 0 that is the largest is the largest of the softmax
 * @training: batch norm by the batch's statistics instead of the running ones
 */
typedef struct
{
  int in_channels, out_channels;
  int filters;
  int n_levels;
  bool residual;
  TrpNorm norm;
  bool training;
  int grey_in;
  bool background;
  bool bilinear;
  bool no_bias;
} TrpUnet;

/* Appends the network on @x (n, h, w, in_channels); parameters are called
 * PREFIX.down.L.conv1.weight, ..., PREFIX.up.L.transpose.weight, ..., PREFIX.head.weight. */
TrpValue trp_unet_build (TrpGraph *graph, const TrpUnet *spec, const char *prefix, TrpValue x);

G_END_DECLS
