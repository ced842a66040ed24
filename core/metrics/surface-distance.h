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

G_BEGIN_DECLS

/* A distance counts as within t when d <= t + this: headers store spacing as float32. */
#define TRP_SURFACE_SLACK_MM 1e-5

typedef enum
{
  TRP_SURFACE_VOXEL_BORDER,
  TRP_SURFACE_SURFEL,
} TrpSurfaceKind;

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

/**
 * TrpSurfaceNumbers: NAN and INFINITY where a mask is empty, see the definitions
 * @n_reference, @n_test: surface points
 * @size_reference, @size_test: what they count together: mm2 for surfels
 * @hd95: larger of the two directed 95th percentiles: linear interpolation for voxel borders; for
 * surfels the smallest distance within which 95 % of the area lies
 * @hd95_pooled: the percentile of both lists joined, as MedPy has it
 * @assd: mean of both lists joined; @masd: mean of the two means
 */
typedef struct
{
  size_t n_reference, n_test;
  double size_reference, size_test;
  double hd_ab, hd_ba, hd;
  double hd95, hd95_pooled;
  double asd_ab, asd_ba, assd, masd;
} TrpSurfaceNumbers;

/**
 * TrpSurfaceSide: one mask of a pair, with what is made from it
 * @mask: borrowed
 * @points: its surface
 * @map: distances to its surface; NULL until first needed
 */
typedef struct
{
  const TrpBits *mask;
  TrpBits *points;
  TrpDistanceMap *map;
} TrpSurfaceSide;

/* Errors: TRP_ERROR_LIMIT for memory. */
TrpSurfaceSide *trp_surface_side_new (const TrpBits *mask, TrpSurfaceKind kind, GError **error);
void trp_surface_side_free (TrpSurfaceSide *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSurfaceSide, trp_surface_side_free)

typedef struct _TrpSurfaceDistances TrpSurfaceDistances;

/* Both sides are cut to one box. Makes the maps that are missing, so a side that is kept between
 * calls serves one call at a time. Errors: G_IO_ERROR_CANCELLED; TRP_ERROR_LIMIT for memory. */
TrpSurfaceDistances *trp_surface_distances_new_between (TrpSurfaceSide *reference,
                                                        TrpSurfaceSide *test,
                                                        const double spacing[3],
                                                        TrpSurfaceKind kind,
                                                        TrpProgress *progress,
                                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Errors: G_IO_ERROR_CANCELLED; TRP_ERROR_LIMIT for memory. */
TrpSurfaceDistances *trp_surface_distances_new (const TrpSurfacePair *pair,
                                                TrpSurfaceKind kind,
                                                TrpProgress *progress,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_surface_distances_free (TrpSurfaceDistances *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSurfaceDistances, trp_surface_distances_free)

TrpSurfaceKind trp_surface_distances_get_kind (const TrpSurfaceDistances *self);
const TrpSurfaceNumbers *trp_surface_distances_get_numbers (const TrpSurfaceDistances *self);

/**
 * trp_surface_distances_get_nsd:
 *
 * Returns: the part of both surfaces that lies within @tolerance mm of the other, 0 to 1; NAN if
 * both are empty.
 *
 * Source: S. Nikolov et al., J. Med. Internet Res. 23 (2021) e26151.
 */
double trp_surface_distances_get_nsd (const TrpSurfaceDistances *self, double tolerance);

/* Points and their distances before sorting: in order of k, j, i. @from_test: "ba". */
const TrpBitsPoint *trp_surface_distances_peek_points (const TrpSurfaceDistances *self,
                                                       bool from_test,
                                                       size_t *out_n,
                                                       const double **out_distances);

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
