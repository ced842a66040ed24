/* unet-generator.h - the generator of pix2pix: a U-Net down to a single pixel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * 4 x 4 convolutions of stride 2 with LeakyReLU on the way down, transposed ones with ReLU on the
 * way up, what was passed on the way down beside each. Names and order of the parameters are those
 * of the reference implementation's UnetGenerator (junyanz/pytorch-CycleGAN-and-pix2pix), whose
 * blocks lie inside each other: PREFIX.model.model.1.model.3... Its ReLU works in place on what is
 * passed over, which the next one makes no difference of; nor do we.
 *
 * Source: P. Isola et al., CVPR 2017, 6.1.1.
 */

#pragma once

#include "core/method/networks/layers-named.h"

G_BEGIN_DECLS

/**
 * TrpUnetGenerator:
 * @filters: of the first layer; doubled up to eight times as many
 * @n_downs: halvings, at least 2: 7 is unet-128, 8 is unet-256. Height and width must be multiples
 * of 2^n_downs
 * @norm: instance norm takes out the bias before it; before batch norm there is none
 * @training: batch norm by the batch's statistics instead of the running ones
 * @dropout: 0, or the probability, after each inner layer of the full eight times @filters on the
 * way up; asks for @step
 * @step: as trp_graph_dropout()'s, or TRP_VALUE_NONE: none (inference)
 * @seed, @stream: as trp_graph_dropout()'s; each layer has its own stream from @stream on
 * @grey_in, @grey_out: as TrpResnet's
 */
typedef struct
{
  int in_channels, out_channels;
  int filters;
  int n_downs;
  TrpNorm norm;
  bool training;
  double dropout;
  TrpValue step;
  uint64_t seed, stream;
  int grey_in, grey_out;
} TrpUnetGenerator;

/* Appends the network on @x (n, h, w, in_channels), values -1..1; returns its output, the same
 * size, in -1..1 (tanh). */
TrpValue trp_unet_generator_build (TrpGraph *graph,
                                   const TrpUnetGenerator *spec,
                                   const char *prefix,
                                   TrpValue x);

G_END_DECLS
