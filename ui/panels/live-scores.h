/* live-scores.h - the edited reading against the reference, kept up to date
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One per window, shared by the panels that show numbers. Counts (so Dice) of every structure are
 * exact as soon as the document has told of a change. Distances are computed by a worker on
 * snapshots, one structure at a time: the active one first, and only what a stroke can have
 * changed; then those of the others that are stale. A change cancels the job under way, and a
 * result whose generation is stale is dropped. A reference on another grid is taken over to the
 * edited one first. Main thread. Signals:
 *
 * - "counts-changed" (int index): of one structure of the edited reading; -1: all, or the list
 * - "distances-changed" (int index): arrived or went stale; -1: all, or another one is active
 * - "tolerance-changed"
 */

#pragma once

#include "core/metrics/live-distances.h"
#include "ui/document.h"

G_BEGIN_DECLS

#define TRP_TYPE_LIVE_SCORES (trp_live_scores_get_type ())
G_DECLARE_FINAL_TYPE (TrpLiveScores, trp_live_scores, TRP, LIVE_SCORES, GObject)

TrpLiveScores *trp_live_scores_new (TrpDocument *document);

/**
 * TrpScore:
 * @has_reference: there is a structure of the same name to compare with
 * @is_resampled: its voxels were taken over from another grid
 * @overlap: the counts; zeros without
 * @dice: NAN without, or where both are empty
 * @volume_ml: of the edited structure
 * @reference_ml: of the reference
 */
typedef struct
{
  bool has_reference;
  bool is_resampled;
  TrpOverlap overlap;
  double dice;
  double volume_ml;
  double reference_ml;
} TrpScore;

/* False when @index is no structure of the edited reading. */
bool trp_live_scores_get (TrpLiveScores *self, guint index, TrpScore *out_score);
/* Why there are no numbers, in words for the user; NULL if there are. */
const char *trp_live_scores_get_problem (TrpLiveScores *self, guint index);
/* What a structure is compared with, on the edited grid; NULL without. */
const TrpMask *trp_live_scores_peek_reference_mask (TrpLiveScores *self, guint index);

/* Last distances of a structure, maybe stale; NULL before the first. */
const TrpLiveDistances *trp_live_scores_peek_distances_of (TrpLiveScores *self, guint index);
/* They are those of the mask, and of the tolerance, as they are now. */
bool trp_live_scores_is_current_of (TrpLiveScores *self, guint index);

/* The same of the active structure. */
const TrpLiveDistances *trp_live_scores_peek_distances (TrpLiveScores *self);
bool trp_live_scores_is_current (TrpLiveScores *self);

/* Of surface Dice and of the added path length, mm. */
#define TRP_LIVE_MAX_TOLERANCE_MM 20.0
double trp_live_scores_get_tolerance (TrpLiveScores *self);
void trp_live_scores_set_tolerance (TrpLiveScores *self, double tolerance);

/* Moves the cursor to one of the active structure's worst places and marks it. Nothing while the
 * distances are stale. */
void trp_live_scores_go_to_place (TrpLiveScores *self, size_t index);
/* The one after (1) or before (-1) the marked one, in a circle; the worst if none is. */
void trp_live_scores_step_place (TrpLiveScores *self, int step);
/* Index of the marked one, or -1. */
int trp_live_scores_find_marked_place (TrpLiveScores *self);

/**
 * TrpScoreDelta: change of the active structure since the last stroke (or undo, ...) began; NAN
 * where one side is not known
 */
typedef struct
{
  double dice;
  double hd, hd95, assd;
} TrpScoreDelta;

void trp_live_scores_get_delta (TrpLiveScores *self, TrpScoreDelta *out_delta);

G_END_DECLS
