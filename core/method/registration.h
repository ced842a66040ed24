/* registration.h - slices of one image brought onto those of another
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slice by slice: a rigid movement in the plane, then a displacement by cubic B-splines with a
 * control point every 8 mm; both make mutual information larger by gradient descent, from coarse to
 * fine. For a SynMR that is to lie exactly on the CT it was made from: the CT and its contours stay
 * where they are. Only in builds with ITK. Any thread; slices run in parallel, and the result does
 * not depend on how many.
 *
 * Source: Kieselmann et al. 2021, section 2.D (there with Elastix).
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"

G_BEGIN_DECLS

/**
 * TrpRegistrationOptions:
 * @grid_spacing: mm between control points; 0: rigid only
 * @rigid_iterations, @bspline_iterations: of each level, at most
 */
typedef struct
{
  double grid_spacing;
  int rigid_iterations, bspline_iterations;
} TrpRegistrationOptions;

#define TRP_REGISTRATION_DEFAULTS                                                                  \
  {                                                                                                \
    8, 100, 60                                                                                     \
  }

/**
 * TrpRegistrationSlice: what was done to one slice
 * @moved: false for one that was left as it was: empty, or no gain in mutual information
 * @mi_before, @mi_after: in nats, 64 bins, of the whole slice (core/metrics/similarity.h)
 * @angle_deg, @shift_mm: of the rigid part, about the slice's middle, in the plane of the grid
 * @largest_mm: displacement of a pixel by the B-splines
 */
typedef struct
{
  bool moved;
  double mi_before, mi_after;
  double angle_deg, shift_mm[2];
  double largest_mm;
} TrpRegistrationSlice;

/**
 * trp_registration_run:
 * @fixed, @moving: on one grid; slices along k
 * @outside: value where @moving has none
 * @out_slices: (nullable): one for each slice
 *
 * Returns: (transfer full): @moving, float32, brought onto @fixed.
 *
 * Errors: TRP_ERROR_UNSUPPORTED without ITK; TRP_ERROR_GEOMETRY for grids that differ or are
 * sheared; TRP_ERROR_FORMAT for values that are not finite; TRP_ERROR_LIMIT; G_IO_ERROR_CANCELLED.
 */
TrpVolume *trp_registration_run (const TrpVolume *fixed,
                                 const TrpVolume *moving,
                                 const TrpRegistrationOptions *options,
                                 double outside,
                                 TrpRegistrationSlice *out_slices,
                                 TrpProgress *progress,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
