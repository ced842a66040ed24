/* live-distances.h - every number about an edited mask and its reference, kept up to date
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A follower keeps the surfaces and distance maps of one pair between calls. It compares the
 * snapshot it is given with the one before, so it needs no notice of what was edited, and does
 * again only what the difference can have changed (core/metrics/surface-follow.h). The numbers are
 * those of trp_mask_metrics_compute(): counts and distances exactly, means to rounding.
 *
 * Memory: 10 bytes for each voxel of the two masks' joint box and a margin. One that was left
 * behind is best freed; it costs little more than one computation to make again.
 */

#pragma once

#include "core/base/progress.h"
#include "core/metrics/live.h"
#include "core/metrics/surface-numbers.h"

G_BEGIN_DECLS

/**
 * TrpLiveOptions:
 * @tolerance: mm, of surface Dice and of the second added path length
 * @separation: mm, least distance between two of the worst places
 * @max_places: how many of them
 */
typedef struct
{
  double tolerance;
  double separation;
  size_t max_places;
} TrpLiveOptions;

#define TRP_LIVE_DEFAULT_OPTIONS                                                                   \
  {                                                                                                \
    .tolerance = 2, .separation = 10, .max_places = 8                                              \
  }

/**
 * TrpLivePlace: a local maximum of the distance (core/metrics/worst-places.h)
 * @point_lps: centre of the surface voxel, of either mask
 * @nearest_lps: centre of the nearest surface voxel of the other mask
 * @signed_mm: positive where the edited mask runs outside the reference, negative where it misses
 * some of it
 * @k: slice of @point_lps on the grid
 */
typedef struct
{
  TrpVec3 point_lps;
  TrpVec3 nearest_lps;
  double signed_mm;
  size_t k;
} TrpLivePlace;

/**
 * TrpLiveSlice: the surface voxels of both masks in one slice along k; distances in three
 * dimensions, by voxel border
 * @n: how many
 * @outside, @missing: largest distance of either kind, not negative; NAN without voxels, INFINITY
 * where a mask is empty
 * @mean: of the distances, outside positive, missing negative
 */
typedef struct
{
  size_t n;
  double outside, missing;
  double mean;
} TrpLiveSlice;

/**
 * TrpLiveDistances: all in mm; NAN and INFINITY where a mask is empty
 * @generation: as given
 * @tolerance: as given
 * @border, @surfel: both conventions, and surface Dice in both
 * @contour_pixels: of the reference, in its slices along k; @added_pixels: those of them that are
 * not on the edited contour; @added_beyond_pixels: those farther than @tolerance from it
 * @added_mm_per_pixel: mean in-slice spacing
 * @outside, @missing: the largest of any slice; the larger of the two is @border.hd
 * @volume_difference_ml: edited - reference
 * @slices: one per slice along k
 * @places: the worst first; none while a mask is empty
 */
typedef struct
{
  guint64 generation;
  double tolerance;
  TrpOverlap overlap;
  TrpSurfaceNumbers border, surfel;
  double nsd_border, nsd_surfel;
  size_t contour_pixels, added_pixels, added_beyond_pixels;
  double added_mm_per_pixel;
  double outside, missing;
  double volume_ml, volume_reference_ml;
  double volume_difference_ml;
  double volume_difference_relative;
  size_t n_slices;
  TrpLiveSlice *slices;
  size_t n_places;
  TrpLivePlace *places;
} TrpLiveDistances;

void trp_live_distances_free (TrpLiveDistances *self);

typedef struct _TrpLiveFollower TrpLiveFollower;

/* Nothing is computed yet. Reference counted; any thread, of which one measures at a time. */
TrpLiveFollower *trp_live_follower_new (TrpLiveReference *reference);
TrpLiveFollower *trp_live_follower_ref (TrpLiveFollower *self);
void trp_live_follower_unref (TrpLiveFollower *self);

/**
 * trp_live_follower_measure:
 * @edited: a snapshot that nobody writes
 *
 * Once it has begun to bring numbers up to date it goes on to the end, which is a few milliseconds;
 * cancelling is heard before that and while everything is made for the first time.
 *
 * Errors: TRP_ERROR_GEOMETRY for different grids; TRP_ERROR_LIMIT for memory;
 * G_IO_ERROR_CANCELLED. After an error the next call begins from nothing.
 *
 * Returns: (transfer full)
 */
TrpLiveDistances *trp_live_follower_measure (TrpLiveFollower *self,
                                             const TrpMask *edited,
                                             guint64 generation,
                                             const TrpLiveOptions *options,
                                             TrpProgress *progress,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the last call only brought numbers up to date. For tests and benchmarks. */
bool trp_live_follower_was_incremental (const TrpLiveFollower *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpLiveDistances, trp_live_distances_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpLiveFollower, trp_live_follower_unref)

G_END_DECLS
