/* observers.h - pairs of observers among the arms of a study
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pairs on MR and pairs on CT are never pooled: what can be seen there differs, and so do the
 * contours. Any thread.
 */

#pragma once

#include "core/study/results.h"

G_BEGIN_DECLS

/* Between the names of two readings in an arm that compares one with the other: "A vs B". Such
 * arms are not compared with others; together they are the interobserver variability. */
#define TRP_ARM_VERSUS " vs "

bool trp_arm_is_pair (const char *arm);
/* Of a pair: "CT" if its name begins with "ct" or ends in " on CT", else "MR", as evaluate takes
 * readings. */
const char *trp_arm_get_modality (const char *arm);

/* Whether there are pairs of both. */
bool trp_results_mix_observers (const TrpResults *self);
/* Of the row that a pair belongs to: @name, or "NAME on CT" where they are @mixed. (transfer full)
 */
char *trp_arm_name_observers (const char *arm, const char *name, bool mixed);

G_END_DECLS
