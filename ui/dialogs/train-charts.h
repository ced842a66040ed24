/* train-charts.h - four charts over the steps of a training: losses and the validation
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a training measures decides what there is to see; each chart has a menu of all of it. The
 * last one begins with the validation where there is one, with the previous run dashed. Main
 * thread.
 */

#pragma once

#include "ui/dialogs/train-run.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_N_TRAIN_CHARTS 4

#define TRP_TYPE_TRAIN_CHARTS (trp_train_charts_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainCharts, trp_train_charts, TRP, TRAIN_CHARTS, GtkBox)

GtkWidget *trp_train_charts_new (void);
/* @run: (nullable) @previous: (nullable): another run of the same recipe, whose scores are dashed
 */
void trp_train_charts_set_run (TrpTrainCharts *self, TrpTrainRun *run, TrpTrainRun *previous);
/* After the run has told something. */
void trp_train_charts_update (TrpTrainCharts *self);

/* What the chart's tooltip and screen readers say: "Validation, MAE HU: run 3 57, best 56 at step
 * 400"; NULL for a chart that is not there. (transfer full) */
char *trp_train_charts_dup_text (TrpTrainCharts *self, int chart);
/* Of its menu; for tests. */
guint trp_train_charts_count_choices (TrpTrainCharts *self);
void trp_train_charts_choose (TrpTrainCharts *self, int chart, guint choice);

G_END_DECLS
