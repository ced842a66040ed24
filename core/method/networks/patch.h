/* patch.h - the patch discriminator: a map of votes, each on one overlapping patch
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parameters named as the reference implementation's NLayerDiscriminator and PixelDiscriminator.
 * Three strided layers see 70 x 70 pixels (patch-70), two see 34 x 34, the pixel discriminator one.
 *
 * Source: P. Isola et al., Image-to-image translation with conditional adversarial networks, CVPR
 * 2017, 6.1.2.
 */

#pragma once

#include "core/nn/graph.h"

G_BEGIN_DECLS

/**
 * TrpPatchGan:
 * @filters: of the first layer; doubled up to eight times as many
 * @n_layers: strided ones
 * @pixel: three 1 x 1 convolutions instead: it judges grey values, not shapes
 */
typedef struct
{
  int in_channels;
  int filters;
  int n_layers;
  bool pixel;
} TrpPatchGan;

/* Appends the network on @x; parameters are called PREFIX.model.N... (pixel:
 * PREFIX.net.N...). Returns the map of votes, no
 * sigmoid. */
TrpValue
trp_patch_gan_build (TrpGraph *graph, const TrpPatchGan *spec, const char *prefix, TrpValue x);

G_END_DECLS
