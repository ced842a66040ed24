/* train-preview.h - what a training will see of one case
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The image as in its file, after each step of preprocessing, and as the network gets it; below it
 * samples as training may draw them. Main thread; a worker does the steps.
 */

#pragma once

#include "core/method/recipe.h"
#include "core/study/data-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_PREVIEW (trp_train_preview_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainPreview, trp_train_preview, TRP, TRAIN_PREVIEW, GtkBox)

GtkWidget *trp_train_preview_new (void);
/* Both are kept as they are now. @recipe, @list: NULL: nothing to show. */
void trp_train_preview_set_case (TrpTrainPreview *self,
                                 const TrpRecipe *recipe,
                                 TrpDataList *list,
                                 size_t index);
/* Pictures of stages that are shown; 0 while it is at work. For tests. */
size_t trp_train_preview_count_stages (TrpTrainPreview *self);

G_END_DECLS
