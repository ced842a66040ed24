/* resnet.h - the generator of CycleGAN: convolutions, residual blocks, upsampling
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names and order of the parameters are those of PyTorch's nn.Sequential in the reference
 * implementation (junyanz/pytorch-CycleGAN-and-pix2pix, ResnetGenerator), with a prefix.
 * Convolutions before an instance norm have a bias in files; the norm's mean takes it out again, so
 * it is kept but not computed with.
 *
 * Source: J.-Y. Zhu et al., Unpaired image-to-image translation, ICCV 2017, 7.2; J. Johnson et al.,
 * ECCV 2016.
 */

#pragma once

#include "core/nn/graph.h"

G_BEGIN_DECLS

/**
 * TrpResnet:
 * @in_channels, @out_channels: 1 to 7
 * @filters: of the first convolution; doubled by each halving
 * @n_blocks: residual blocks
 * @n_downs: halvings; height and width must be multiples of 2^n_downs and at least 8
 * @nearest: nearest upsampling, reflect pad and a 3 x 3 convolution instead of a transposed
 * convolution: no checkerboard
 * @grey_in: 0, or how many times @x is repeated as the network's channels
 * @grey_out: 0, or the network's output channels, of which the result is the mean
 */
typedef struct
{
  int in_channels, out_channels;
  int filters;
  int n_blocks;
  int n_downs;
  bool nearest;
  int grey_in, grey_out;
} TrpResnet;

/* Appends the network on @x (n, h, w, in_channels), values -1..1; parameters are called
 * PREFIX.model.N... Returns its output, the same size, in -1..1 (tanh). */
TrpValue trp_resnet_build (TrpGraph *graph, const TrpResnet *spec, const char *prefix, TrpValue x);

G_END_DECLS
