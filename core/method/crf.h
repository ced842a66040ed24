/* crf.h - smoothing of probabilities by a conditional random field on one slice
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pixels that lie near each other and look alike are to have the same label (Potts). The mean field
 * is iterated; messages come from a window, as in M. Teichmann and R. Cipolla, Convolutional CRFs,
 * BMVC 2019, instead of from the whole image as in P. Krähenbühl and V. Koltun, NIPS 2011, whose
 * energy this is with the appearance kernel alone:
 *
 *   k (i, j) = exp (-|p_i - p_j|^2 / (2 sigma_px^2) - |I_i - I_j|^2 / (2 sigma_value^2))
 *
 * where p is the place and I the vector of a pixel's values in all images, so that an edge in any
 * of them is one. A pixel's weights are divided by their sum. Any thread.
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
 * @sigma_value: width of the Gaussian of differences in the images, network values
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
 * @images, @n_images: (height, width) network values each, on one grid
 * @io_complement: (height, width, n_labels): 1 - probability of each label against the background,
 * before and after; where the network has no output for the background, each label's own
 *
 * The logit of a label is log ((1 - q) / q); that of the background is 0.
 */
void trp_crf_smooth (const TrpCrf *self,
                     const float *const *images,
                     size_t n_images,
                     size_t width,
                     size_t height,
                     size_t n_labels,
                     float *io_complement);

G_END_DECLS
