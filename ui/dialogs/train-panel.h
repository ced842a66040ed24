/* train-panel.h - what there is to know and to do about the run that is shown
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Its settings, its alarms, its checkpoints: one is chosen, to be used on the open images or to
 * begin another run with. Main thread. Emits "branch" for the latter.
 */

#pragma once

#include "ui/dialogs/train-checkpoints.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_PANEL (trp_train_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainPanel, trp_train_panel, TRP, TRAIN_PANEL, GtkBox)

GtkWidget *trp_train_panel_new (TrpDocument *document);
void trp_train_panel_set_run (TrpTrainPanel *self, TrpTrainRun *run); /* (nullable) */
/* NULL: none. Borrowed until the run changes. */
const TrpTrainCheckpoint *trp_train_panel_get_chosen (TrpTrainPanel *self);
/* For tests: by its place, from the top. */
void trp_train_panel_choose (TrpTrainPanel *self, int index);

G_END_DECLS
