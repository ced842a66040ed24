/* surface-distance.h - distances between the surfaces of two masks, in both conventions
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Voxel border: the centres of foreground voxels with a background 6-neighbour, each counting 1.
 * Surfel: the corners of voxels at which the surface passes, each counting the area of its patch
 * (core/metrics/surfel.h). Distances are exact, in mm; the reference is A, the test is B; "ab" goes
 * from A's points to B's surface. Results are immutable; any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/metrics/border.h"
#include "core/metrics/distance-map.h"
#include "core/metrics/overlap.h"
#include "core/metrics/surface-numbers.h"

G_BEGIN_DECLS

/**
 * TrpSurfacePair: two masks cut to their joint box, ready for measuring
 * @reference, @test: with one empty layer around
 */
typedef struct
{
  double spacing[3];
  TrpBits *reference;
  TrpBits *test;
} TrpSurfacePair;

/**
 * trp_surface_pair_new:
 *
 * Errors: TRP_ERROR_GEOMETRY for grids that differ or are sheared; TRP_ERROR_LIMIT for memory.
 */
TrpSurfacePair *
trp_surface_pair_new (const TrpMask *reference, const TrpMask *test, GError **error);
void trp_surface_pair_free (TrpSurfacePair *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSurfacePair, trp_surface_pair_free)

TrpOverlap trp_surface_pair_count (const TrpSurfacePair *self);

typedef struct _TrpSurfaceDistances TrpSurfaceDistances;

/* Errors: G_IO_ERROR_CANCELLED; TRP_ERROR_LIMIT for memory. */
TrpSurfaceDistances *trp_surface_distances_new (const TrpSurfacePair *pair,
                                                TrpSurfaceKind kind,
                                                TrpProgress *progress,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_surface_distances_free (TrpSurfaceDistances *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSurfaceDistances, trp_surface_distances_free)

TrpSurfaceKind trp_surface_distances_get_kind (const TrpSurfaceDistances *self);
const TrpSurfaceNumbers *trp_surface_distances_get_numbers (const TrpSurfaceDistances *self);

/* See trp_surface_samples_get_nsd(). */
double trp_surface_distances_get_nsd (const TrpSurfaceDistances *self, double tolerance);

/**
 * trp_surface_pair_measure_sets:
 *
 * Hausdorff distance of all foreground voxels, not only the border: larger than the border's where
 * a hollow or nested part lies deep inside the other mask.
 */
bool trp_surface_pair_measure_sets (const TrpSurfacePair *self,
                                    double *out_hd,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
