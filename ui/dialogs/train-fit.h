/* train-fit.h - whether a training fits into memory, and about how long it takes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A worker reads headers, plans the step and times some of its convolutions. Main thread. Emits
 * "known" when the answer is there.
 */

#pragma once

#include "core/method/trainer.h"
#include "ui/compute.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_FIT (trp_train_fit_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainFit, trp_train_fit, TRP, TRAIN_FIT, GtkBox)

GtkWidget *trp_train_fit_new (TrpCompute *compute);
/* Begins anew; copies what it needs. @recipe, @list: (nullable): nothing to say without both */
void trp_train_fit_ask (TrpTrainFit *self, const TrpRecipe *recipe, TrpDataList *list, int fold);
/* Of a training told in steps: the time follows at once. */
void trp_train_fit_set_steps (TrpTrainFit *self, int n_steps);
/* Why it would be refused; NULL: it would not, or nobody knows yet. */
const char *trp_train_fit_get_refusal (TrpTrainFit *self);

G_END_DECLS
