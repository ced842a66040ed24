/* postprocess.h - what is done to contours after the network
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * First the probabilities are smoothed slice by slice on the network's grid, then each structure's
 * mask is cleaned on the grid of the result: small parts go, then all but the largest, then holes
 * are filled. A recipe that asks for nothing changes nothing. Any thread.
 */

#pragma once

#include "core/method/recipe.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/**
 * trp_postprocess_smooth:
 * @stack: the image as the network saw it, (nz, height, width)
 * @second: (nullable): the image beside it, likewise
 * @size: width, height, nz
 * @io_complement: (nz, height, width, n_labels): 1 - probability of each label
 */
void trp_postprocess_smooth (const TrpRecipe *recipe,
                             const float *stack,
                             const float *second,
                             const size_t size[3],
                             size_t n_labels,
                             float *io_complement);

/* @slice_axis: of the mask's grid, across the slices that contours are drawn in: holes are filled
 * in each. Errors: TRP_ERROR_LIMIT for want of memory. */
bool trp_postprocess_clean (const TrpRecipe *recipe, TrpMask *mask, int slice_axis, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
