/* surface-follow.h - surface distances that follow an edited mask
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same numbers as surface-distance.h, kept between calls and brought up to date where the mask
 * under test has changed. Exact: what is carried over is what would be computed again.
 *  - Surface points and rows of the distance map: in the changed box and one voxel around it.
 *  - From the test to the reference: only points in that box are new; all others keep theirs.
 *  - From the reference to the test: a distance can change only if the box is as near as the old
 *    nearest point, since both a point that came and the one that went lie in the box.
 * One thread at a time.
 */

#pragma once

#include "core/metrics/border.h"
#include "core/metrics/surface-numbers.h"

G_BEGIN_DECLS

typedef struct _TrpSurfaceFollow TrpSurfaceFollow;

/**
 * trp_surface_follow_new:
 * @reference, @test: cut to one box, with an empty layer around
 *
 * Errors: TRP_ERROR_LIMIT for memory.
 */
TrpSurfaceFollow *trp_surface_follow_new (TrpSurfaceKind kind,
                                          const TrpBits *reference,
                                          const TrpBits *test,
                                          const double spacing[3],
                                          GError **error);
void trp_surface_follow_free (TrpSurfaceFollow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSurfaceFollow, trp_surface_follow_free)

/**
 * trp_surface_follow_update:
 * @test: as it is now, in the box of before
 * @changed: holds all voxels that changed, counted from the box's origin
 *
 * Errors: TRP_ERROR_LIMIT for memory; then it is good for nothing but being freed.
 */
bool trp_surface_follow_update (TrpSurfaceFollow *self,
                                const TrpBits *test,
                                const TrpBox *changed,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @out_nsd: at @tolerance mm, see trp_surface_samples_get_nsd(). */
void trp_surface_follow_compute (const TrpSurfaceFollow *self,
                                 double tolerance,
                                 TrpSurfaceNumbers *out_numbers,
                                 double *out_nsd);

/* Points of one surface in order of k, j, i, and their squared distances to the other, mm2. */
const TrpBitsPoint *trp_surface_follow_peek_points (const TrpSurfaceFollow *self,
                                                    bool of_test,
                                                    size_t *out_n,
                                                    const double **out_squared);

G_END_DECLS
