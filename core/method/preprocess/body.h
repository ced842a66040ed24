/* body.h - the body in one image, for steps that mask, crop or choose slices by it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include "core/structure/mask.h"
#include "core/image/volume.h"

G_BEGIN_DECLS

/* Otsu's threshold of all voxels. Errors: TRP_ERROR_FORMAT for an image of one value. */
bool trp_body_get_otsu (const TrpVolume *image,
                        double *out_threshold,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_body_mask_new:
 * @threshold: NAN: Otsu's of this image
 * @out_threshold: (nullable): the one taken
 *
 * The largest part above the threshold, with the holes of each slice filled
 * (core/metrics/outline.h).
 *
 * Errors: TRP_ERROR_FORMAT where nothing is above.
 */
TrpMask *
trp_body_mask_new (const TrpVolume *image, double threshold, double *out_threshold, GError **error);

/* Smallest box around trp_body_mask_new() by Otsu. */
bool trp_body_get_box (const TrpVolume *image,
                       TrpBox *out_box,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
