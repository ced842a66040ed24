/* second-image.h - the image that a network of two sees beside the first
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include "core/method/model.h"

G_BEGIN_DECLS

/* @second as it is where it lies on the grid of @like, else resampled onto it (linear, @air
 * outside): each image went through its own steps of preprocessing. (transfer full) */
TrpVolume *trp_second_image_match (const TrpVolume *second,
                                   const TrpVolume *like,
                                   double air,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a user is told to give: "MR", "CT or SynCT". */
const char *trp_second_image_get_kind (const TrpRecipe *recipe);

/**
 * trp_second_image_check:
 * @second: (nullable)
 *
 * Whether the model takes one at all, its grid and, where it says so, its modality. Errors:
 * TRP_ERROR_UNSUPPORTED, TRP_ERROR_GEOMETRY.
 */
bool trp_second_image_check (const TrpModel *model,
                             const TrpVolume *volume,
                             const TrpVolume *second,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
