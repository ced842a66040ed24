/* crf.h - smoothing of probabilities by a conditional random field on one slice
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pixels that lie near each other and look alike are to have the same label (Potts). The mean field
 * is iterated; messages come from a window, as in M. Teichmann and R. Cipolla, Convolutional CRFs,
 * BMVC 2019, instead of from the whole image as in P. Krähenbühl and V. Koltun, NIPS 2011, whose
 * energy this is with the appearance kernel alone. Any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

#define TRP_CRF_MAX_RADIUS 8

/**
 * TrpCrf:
 * @weight: of the neighbours, in logits: what a pixel's label gains when all of its neighbours have
 * it; 0 changes nothing
 * @sigma_px: width of the window's Gaussian, pixels; the window reaches twice as far, at most
 * TRP_CRF_MAX_RADIUS
 * @sigma_value: width of the Gaussian of differences in the image, network values
 * @n_steps: of the mean field
 */
typedef struct
{
  double weight;
  double sigma_px;
  double sigma_value;
  int n_steps;
} TrpCrf;

/**
 * trp_crf_smooth:
 * @image: (height, width) network values
 * @io_complement: (height, width, n_labels): 1 - probability of each label against the background,
 * before and after; where the network has no output for the background, each label's own
 *
 * The logit of a label is log ((1 - q) / q); that of the background is 0.
 */
void trp_crf_smooth (const TrpCrf *self,
                     const float *image,
                     size_t width,
                     size_t height,
                     size_t n_labels,
                     float *io_complement);

G_END_DECLS
