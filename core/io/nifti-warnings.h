/* nifti-warnings.h - where a NIfTI header contradicts itself
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include "core/geometry/geometry.h"

G_BEGIN_DECLS

/* @geometry: from the sform, which is used; @qform: the header's other transform, in LPS. */
void
trp_nifti_warn_qform (GPtrArray *warnings, const TrpGeometry *geometry, const TrpAffine *qform);
/* @pixdim: of the header, [1] to [3] times @scale mm. */
void trp_nifti_warn_spacing (GPtrArray *warnings,
                             const TrpGeometry *geometry,
                             const double pixdim[8],
                             double scale);

G_END_DECLS
