/* signed-field.h - signed distance to a mask's surface, for colours on outlines and surfaces
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The surface is the faces between voxels inside and outside. At a voxel's centre the value is the
 * exact distance to the nearest voxel of the other kind (to its box, not to its centre), positive
 * outside the mask, negative inside; between centres it is interpolated linearly. Half way between
 * an inside and an outside neighbour, where outlines run, it is 0 along the finest axis of the
 * grid, and within a quarter of the difference of the spacings along another: so the outline of a
 * mask lies at 0 of its own field. An edited outline at +3 runs 3 mm outside the reference (too
 * much), at -3 the reference reaches 3 mm farther (missing).
 *
 * The metrics measure between surface voxels (surface-distance.h); this one is for looking at.
 * Immutable once made; any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/* mm; where the values end. The design's colours for outlines end at 8. */
#define TRP_SIGNED_FIELD_LIMIT 10.0

typedef struct _TrpSignedField TrpSignedField;

/**
 * trp_signed_field_new:
 * @mask: the reference; a snapshot that nobody writes
 *
 * 2 bytes for each voxel of its box and of the limit around it, and some slices on the way.
 *
 * Errors: TRP_ERROR_GEOMETRY for a sheared grid; TRP_ERROR_LIMIT for memory;
 * G_IO_ERROR_CANCELLED.
 */
TrpSignedField *trp_signed_field_new (const TrpMask *mask,
                                      TrpProgress *progress,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrpSignedField *trp_signed_field_ref (TrpSignedField *self);
void trp_signed_field_unref (TrpSignedField *self);

/* mm, from -TRP_SIGNED_FIELD_LIMIT to +TRP_SIGNED_FIELD_LIMIT in steps of less than a thousandth;
 * NAN if the mask is empty. */
double trp_signed_field_sample (const TrpSignedField *self, TrpVec3 point_lps);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSignedField, trp_signed_field_unref)

G_END_DECLS
