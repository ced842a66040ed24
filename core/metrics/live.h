/* live.h - counts that follow while a contour is edited
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One pair: an edited mask and its reference. The counts belong to the thread that edits and are
 * exact at once, updated from the words that a patch changed. Their generation is what to ask
 * core/metrics/live-distances.h for in a worker: a stale result is dropped by comparing it.
 */

#pragma once

#include "core/metrics/overlap.h"
#include "core/structure/patch.h"

G_BEGIN_DECLS

/* The snapshot of a reference mask. Immutable, reference counted; any thread. */
typedef struct _TrpLiveReference TrpLiveReference;

/* Takes a snapshot of @mask. Errors: TRP_ERROR_GEOMETRY for a sheared grid. */
TrpLiveReference *trp_live_reference_new (const TrpMask *mask, GError **error);
TrpLiveReference *trp_live_reference_ref (TrpLiveReference *self);
void trp_live_reference_unref (TrpLiveReference *self);
const TrpMask *trp_live_reference_peek_mask (const TrpLiveReference *self);
TrpBox trp_live_reference_get_box (const TrpLiveReference *self); /* of its voxels */

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
/* Grows with every change; what to ask trp_live_follower_measure() for. */
guint64 trp_live_metrics_get_generation (const TrpLiveMetrics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpLiveReference, trp_live_reference_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpLiveMetrics, trp_live_metrics_free)

G_END_DECLS
