/* study-figures.h - the figures of a table of results
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The id of a point (core/draw/figure.h) is the index of its row in the results, so that a click
 * finds the case. Any thread.
 */

#pragma once

#include "core/draw/figure.h"
#include "core/study/results.h"

G_BEGIN_DECLS

/* One metric: structures as groups, arms side by side; where there is only one structure, arms as
 * groups. All arms "A vs B" (core/study/observers.h) are one, "interobserver", or two
 * where there are pairs on MR and on CT. */
TrpFigure *trp_results_draw_boxes (const TrpResults *results, const char *metric);

/* Volumes of a structure against the reference's, a series for each arm; NULL where there are none.
 * The id is that of the row of volume_ml. */
TrpFigure *
trp_results_draw_volumes (const TrpResults *results, const char *structure, bool bland_altman);

/* @row: names case, structure and metric; one line for each arm over the slices (as users count
 * them); NULL where the results have no slices of it. The id is the index of the slice as drawn. */
TrpFigure *trp_results_draw_profile (const TrpResults *results, const TrpResult *row);

/**
 * trp_results_find_worst_slice:
 * @row: on a whole case
 *
 * The slice of the same arm, seed, fold, case and structure in which the same metric is worst, else
 * dice or mae (distances have no slices). Returns: false: there are no slices of it.
 */
bool
trp_results_find_worst_slice (const TrpResults *results, const TrpResult *row, size_t *out_slice);

G_END_DECLS
