/* critic.h - the critics of LGAN: how much a mask looks like one that was drawn
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tan et al. give five and their layers only as a figure; the sizes here are those of the one that
 * was published as code (DavidSriker/LGAN): 3 x 3 convolutions of stride 2 without padding, each
 * with batch norm and LeakyReLU, then two fully connected layers. So a critic knows one size of
 * image. Parameters are called PREFIX.conv1.weight, PREFIX.norm1.weight, ..., PREFIX.fc2.bias.
 *
 * Source: J. Tan et al., LGAN: lung segmentation in CT scans using generative adversarial network,
 * 2019, arXiv 1901.03473; spectral norm: T. Miyato et al., ICLR 2018.
 */

#pragma once

#include "core/nn/graph.h"

G_BEGIN_DECLS

/**
 * TrpCriticKind: what a critic is shown
 * @TRP_CRITIC_BASIC: the mask
 * @TRP_CRITIC_PRODUCT: the image within the mask
 * @TRP_CRITIC_EARLY_FUSION: image and mask as channels
 * @TRP_CRITIC_LATE_FUSION: the same through two convolutions of stride 2 of their own, the image
 * through two more between and behind
 * @TRP_CRITIC_REGRESSION: the mask and the true one as channels
 */
typedef enum
{
  TRP_CRITIC_BASIC,
  TRP_CRITIC_PRODUCT,
  TRP_CRITIC_EARLY_FUSION,
  TRP_CRITIC_LATE_FUSION,
  TRP_CRITIC_REGRESSION,
} TrpCriticKind;

/**
 * TrpCritic:
 * @filters: of the first two layers; doubled by each after
 * @n_layers: of stride 2, at least 2; sides of images are at least 2^(n_layers + 1) - 1
 * @features: of the first fully connected layer
 * @spectral: all weights have spectral norm and no batch norm is used
 */
typedef struct
{
  TrpCriticKind kind;
  int filters;
  int n_layers;
  int features;
  bool spectral;
} TrpCritic;

/* What is judged, of the same size: @image (n, h, w, 1) in -1..1 (not of BASIC and REGRESSION),
 * @mask (n, h, w, labels) in 0..1, @truth likewise (of REGRESSION). */
typedef struct
{
  TrpValue image, mask, truth;
} TrpCriticView;

/**
 * trp_critic_build:
 * @filters: spectral norms by parameter, a new table (trp_critic_filters_new()) for each update of
 * the weights; NULL without spectral norm
 *
 * Appends the critic on @view, with the batch's statistics in its norms. Returns (n, 1, 1, 1):
 * higher is more like what was drawn.
 */
TrpValue trp_critic_build (TrpGraph *graph,
                           const TrpCritic *spec,
                           GHashTable *filters,
                           const char *prefix,
                           const TrpCriticView *view);
GHashTable *trp_critic_filters_new (void);

G_END_DECLS
