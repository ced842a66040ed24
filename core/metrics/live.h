/* live.h - numbers that follow while a contour is edited
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One pair: an edited mask and its reference. The counts belong to the thread that edits and are
 * exact at once, updated from the words that a patch changed. The distances are a pure function of
 * a snapshot (trp_mask_copy()) and the shared, immutable TrpLiveReference, which any thread may
 * run; the result carries the generation it was asked for, and a stale one is dropped by comparing
 * it.
 *
 * Distances follow the voxel-border convention of core/metrics/surface-distance.h.
 */

#pragma once

#include "core/base/progress.h"
#include "core/metrics/overlap.h"
#include "core/structure/patch.h"

G_BEGIN_DECLS

/* A reference mask with its border and distances, made when first asked for and kept. Reference
 * counted; any thread. */
typedef struct _TrpLiveReference TrpLiveReference;

/* Takes a snapshot of @mask. Errors: TRP_ERROR_GEOMETRY for a sheared grid. */
TrpLiveReference *trp_live_reference_new (const TrpMask *mask, GError **error);
TrpLiveReference *trp_live_reference_ref (TrpLiveReference *self);
void trp_live_reference_unref (TrpLiveReference *self);
const TrpMask *trp_live_reference_peek_mask (const TrpLiveReference *self);

/**
 * TrpLiveDistances: all in mm; NAN and INFINITY where a mask is empty
 * @generation: as given
 * @hd, @hd95, @assd: as `triptych-cli metrics` prints them under voxel_border
 * @outside: largest distance where the edited contour runs outside the reference: over edited
 * border voxels beyond it and its border voxels that the edited mask covers; 0 if there is none
 * @missing: likewise where it stays inside; the larger of the two is @hd
 * @volume_difference_ml: edited - reference
 * @has_worst: neither mask is empty
 * @worst_lps: centre of the surface voxel with the largest distance
 * @worst_mm: that distance, positive for outside, negative for missing
 */
typedef struct
{
  guint64 generation;
  TrpOverlap overlap;
  double hd, hd95, assd;
  double outside, missing;
  double volume_difference_ml;
  double volume_difference_relative;
  bool has_worst;
  TrpVec3 worst_lps;
  double worst_mm;
} TrpLiveDistances;

/**
 * trp_live_distances_compute:
 * @edited: a snapshot that nobody writes
 *
 * Errors: TRP_ERROR_GEOMETRY for different grids; TRP_ERROR_LIMIT for memory;
 * G_IO_ERROR_CANCELLED.
 */
bool trp_live_distances_compute (const TrpMask *edited,
                                 TrpLiveReference *reference,
                                 guint64 generation,
                                 TrpProgress *progress,
                                 TrpLiveDistances *out_distances,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct _TrpLiveMetrics TrpLiveMetrics;

/* Counts both masks once. Errors: TRP_ERROR_GEOMETRY for grids that differ or are sheared. */
TrpLiveMetrics *
trp_live_metrics_new (const TrpMask *edited, TrpLiveReference *reference, GError **error);
void trp_live_metrics_free (TrpLiveMetrics *self);

/* @patch: the change that made @edited what it is now; looks at its words only. */
void trp_live_metrics_update (TrpLiveMetrics *self, const TrpMask *edited, const TrpPatch *patch);
/* Counts again from nothing, after the mask was exchanged as a whole. */
void trp_live_metrics_recount (TrpLiveMetrics *self, const TrpMask *edited);

TrpLiveReference *trp_live_metrics_get_reference (const TrpLiveMetrics *self); /* (transfer none) */
const TrpOverlap *trp_live_metrics_get_overlap (const TrpLiveMetrics *self);
double trp_live_metrics_get_dice (const TrpLiveMetrics *self);
/* Grows with every change; what to ask trp_live_distances_compute() for. */
guint64 trp_live_metrics_get_generation (const TrpLiveMetrics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpLiveReference, trp_live_reference_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpLiveMetrics, trp_live_metrics_free)

G_END_DECLS
