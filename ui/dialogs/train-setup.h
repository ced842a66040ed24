/* train-setup.h - what a training needs to know before it starts
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Device, memory, list of cases, folder, and the few settings of a recipe that are changed often.
 * Main thread. Emits "start" when the user asks for it and all is there,
 * "case-chosen" when there is another case to look at (or the recipe or the list is another), and
 * "recipe-saved" with its name when a recipe was written, and "place-changed" when runs of the
 * recipe are to be looked for elsewhere, or those of another recipe.
 */

#pragma once

#include "ui/dialogs/train-checkpoints.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_SETUP_PANEL (trp_train_setup_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainSetupPanel, trp_train_setup_panel, TRP, TRAIN_SETUP_PANEL, GtkBox)

GtkWidget *trp_train_setup_panel_new (TrpDocument *document);
/* @name: as trp_recipe_load() takes it; NULL: none */
void trp_train_setup_panel_set_recipe (TrpTrainSetupPanel *self, const char *name);
/* What is chosen; borrowed, NULL for none. @out_index: of the case in the list; SIZE_MAX: none */
const TrpRecipe *trp_train_setup_panel_get_recipe (TrpTrainSetupPanel *self);
TrpDataList *trp_train_setup_panel_get_case (TrpTrainSetupPanel *self, size_t *out_index);
/* The folder that holds the runs; NULL: none proposed yet. (transfer full) */
char *trp_train_setup_panel_dup_runs_folder (TrpTrainSetupPanel *self);
/* The list and fold of the last run that was started, unless there is a list already. */
void trp_train_setup_panel_restore (TrpTrainSetupPanel *self);
/* For tests and for files given otherwise. */
void trp_train_setup_panel_set_list (TrpTrainSetupPanel *self, const char *path);
void trp_train_setup_panel_set_folder (TrpTrainSetupPanel *self, const char *path);
void trp_train_setup_panel_set_fold (TrpTrainSetupPanel *self, int fold);
void trp_train_setup_panel_set_steps (TrpTrainSetupPanel *self, int steps);

/* Fills in a new run that begins with @checkpoint of @run: its recipe, its data if they are known,
 * a folder beside its own. Another recipe is another plan. */
void trp_train_setup_panel_branch (TrpTrainSetupPanel *self,
                                   TrpTrainRun *run,
                                   const TrpTrainCheckpoint *checkpoint);
/* Fills in the rest of @run. */
void trp_train_setup_panel_go_on (TrpTrainSetupPanel *self, TrpTrainRun *run);
/* Path of what a new run begins with; NULL: nothing. */
const char *trp_train_setup_panel_get_origin (TrpTrainSetupPanel *self);

/* Starts what is set up. Returns: (transfer full): NULL, after saying why, if something is missing.
 */
TrpTrainRun *trp_train_setup_panel_start (TrpTrainSetupPanel *self);

G_END_DECLS
