/* live-scores.h - the edited reading against the reference, kept up to date
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One per window, shared by the panels that show numbers. Counts (so Dice) of every structure are
 * exact as soon as the document has told of a change; the active structure's distances are computed
 * by a worker on a snapshot, one at a time: a change cancels the one under way, and a result whose
 * generation is stale is dropped. Main thread. Signals:
 *
 * - "counts-changed" (int index): of one structure of the edited reading; -1: all, or the list
 * - "distances-changed": arrived, went stale, or belong to another structure now
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
 * @has_reference: there is a structure of the same name on the same grid to compare with
 * @dice: NAN without, or where both are empty
 * @volume_ml: of the edited structure
 * @reference_ml: of the reference
 */
typedef struct
{
  bool has_reference;
  double dice;
  double volume_ml;
  double reference_ml;
} TrpScore;

/* False when @index is no structure of the edited reading. */
bool trp_live_scores_get (TrpLiveScores *self, guint index, TrpScore *out_score);
/* Why there is no reference, in words for the user; NULL if there is one. */
const char *trp_live_scores_get_problem (TrpLiveScores *self, guint index);

/* Last distances of the active structure, maybe stale; NULL before the first. */
const TrpLiveDistances *trp_live_scores_peek_distances (TrpLiveScores *self);
/* They are those of the mask as it is now. */
bool trp_live_scores_is_current (TrpLiveScores *self);

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
