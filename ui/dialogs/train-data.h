/* train-data.h - the cases of a data list, as pictures
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One small picture for each case: the middle slice of its first image. Cases that validate are
 * framed. The first seven, and a button for the rest. Main thread; pictures are made by a worker.
 * Emits "chosen" when another case is chosen.
 */

#pragma once

#include "core/study/data-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_DATA (trp_train_data_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainData, trp_train_data, TRP, TRAIN_DATA, GtkBox)

GtkWidget *trp_train_data_new (void);
/* @list: (nullable) */
void trp_train_data_set_list (TrpTrainData *self, TrpDataList *list);
/* Which fold validates; -1: none. */
void trp_train_data_set_fold (TrpTrainData *self, int fold);
/* Index of the chosen case in the list; SIZE_MAX: none. */
size_t trp_train_data_get_chosen (TrpTrainData *self);
/* Pictures that are there; for tests. */
size_t trp_train_data_count_pictures (TrpTrainData *self);

G_END_DECLS
