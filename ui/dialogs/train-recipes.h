/* train-recipes.h - recipes, shipped and own, by what they train
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread. Emits "changed" when another one is chosen, or the
 * chosen one is another text now.
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_RECIPES (trp_train_recipes_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainRecipes, trp_train_recipes, TRP, TRAIN_RECIPES, GtkBox)

GtkWidget *trp_train_recipes_new (void);
/* Reads them again and chooses @id (nullable), else the first. */
void trp_train_recipes_refresh (TrpTrainRecipes *self, const char *id);
/* As trp_recipe_load() takes it; NULL if there is none. */
const char *trp_train_recipes_get_chosen (TrpTrainRecipes *self);

G_END_DECLS
