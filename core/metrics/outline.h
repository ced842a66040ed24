/* outline.h - the body in an image
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Voxels above a threshold, of these the largest part that hangs together through faces, with the
 * holes of each slice along k filled (background that is not joined to the edge of the slice
 * through pixel sides). Any thread.
 */

#pragma once

#include "core/metrics/image-pair.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/* Body of one image of @pair, on its grid. */
TrpMask *trp_outline_mask_new (const TrpImagePair *pair, int which, double threshold);

G_END_DECLS
