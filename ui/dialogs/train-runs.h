/* train-runs.h - the runs of this session, and those of the chosen recipe that a folder holds
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A folder is looked through by a worker. Main thread. Emits "chosen" when another run is, or when
 * more is known of the others.
 */

#pragma once

#include "ui/dialogs/train-run.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_RUNS (trp_train_runs_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainRuns, trp_train_runs, TRP, TRAIN_RUNS, GtkBox)

GtkWidget *trp_train_runs_new (TrpDocument *document);
/* @folder: (nullable): whose subfolders are looked at; @recipe: (nullable): whose runs are listed,
 * by its name; @title: of it */
void trp_train_runs_set_place (TrpTrainRuns *self,
                               const char *folder,
                               const TrpRecipe *recipe,
                               const char *title);
/* Adds it, or puts it in the place of the part before, and chooses it. */
void trp_train_runs_add (TrpTrainRuns *self, TrpTrainRun *run);
TrpTrainRun *trp_train_runs_get_chosen (TrpTrainRuns *self); /* (transfer none) (nullable) */
/* For tests and keys: by its place, from the top. */
void trp_train_runs_choose (TrpTrainRuns *self, int index);
/* The newest of those before it with the same recipe and a validation. (transfer none) (nullable)
 */
TrpTrainRun *trp_train_runs_find_previous (TrpTrainRuns *self, TrpTrainRun *run);
size_t trp_train_runs_count (TrpTrainRuns *self);
bool trp_train_runs_is_looking (TrpTrainRuns *self); /* through a folder */

G_END_DECLS
