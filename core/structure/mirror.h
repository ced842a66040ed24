/* mirror.h - a structure on the other side of a sagittal plane
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/**
 * trp_mirror_apply:
 * @plane_lps: where the plane stands, mm towards the patient's left
 * @out_lost_ml: what the mirror throws beyond the image
 *
 * The patient's left and right are exchanged: each voxel takes the one that its centre's mirror
 * image lies in. Exact where the plane stands on voxel centres or midway between two of an
 * axis-aligned grid, else the outline is up to half a voxel off.
 *
 * Returns: (transfer full). Errors: TRP_ERROR_LIMIT for a plane that is not finite,
 * G_IO_ERROR_CANCELLED.
 */
TrpMask *trp_mirror_apply (const TrpMask *mask,
                           double plane_lps,
                           double *out_lost_ml,
                           TrpProgress *progress,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
