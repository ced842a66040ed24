/* train-progress.h - a training as it goes: time, losses, previews
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread. Emits "go-on" when the user wants the rest of the run that is shown.
 */

#pragma once

#include "ui/dialogs/train-run.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_PROGRESS (trp_train_progress_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainProgress, trp_train_progress, TRP, TRAIN_PROGRESS, GtkBox)

GtkWidget *trp_train_progress_new (TrpDocument *document);
/* NULL shows what to do. */
/* @previous: (nullable): another run of the same recipe, to compare with */
void trp_train_progress_set_run (TrpTrainProgress *self, TrpTrainRun *run, TrpTrainRun *previous);

G_END_DECLS
