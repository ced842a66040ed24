/* train-fold.h - which cases a training does without, so that it can be validated on them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A row with a choice: none, or one of the folds that the list has, by the numbers in its column.
 * Not there where the list has none. Main thread. Emits "changed".
 */

#pragma once

#include "core/study/data-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_FOLD (trp_train_fold_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainFold, trp_train_fold, TRP, TRAIN_FOLD, GtkBox)

GtkWidget *trp_train_fold_new (void);
/* @list: (nullable). Keeps the chosen fold where the new list has it as well. */
void trp_train_fold_set_list (TrpTrainFold *self, const TrpDataList *list);
/* -1: none; another that is not in the list: none */
void trp_train_fold_choose (TrpTrainFold *self, int fold);
int trp_train_fold_get (TrpTrainFold *self);

G_END_DECLS
