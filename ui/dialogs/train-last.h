/* train-last.h - what the Train mode remembers from one day to the next
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The last recipe, list, fold and folder of runs, and of every run the data it was started with. A
 * key file beside the program's settings, readable by its owner only, since paths may name
 * patients. One that cannot be read counts as empty; one that cannot be written is no reason to
 * stop. Main thread.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TrpTrainLast: strings are NULL where nothing is known
 * @recipe: as trp_recipe_load() takes it
 * @fold: -1: none
 * @place: folder of runs, where the user chose one
 */
typedef struct
{
  char *recipe, *list, *place;
  int fold;
} TrpTrainLast;

void trp_train_last_clear (TrpTrainLast *self);
TrpTrainLast trp_train_last_load (void);
/* What a run in @folder was started with; only @list and @fold are set. */
TrpTrainLast trp_train_last_load_run (const char *folder);
/* A run in @folder begins. Runs whose folders are gone are forgotten. */
void trp_train_last_save (const TrpTrainLast *last, const char *folder);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrpTrainLast, trp_train_last_clear)

G_END_DECLS
