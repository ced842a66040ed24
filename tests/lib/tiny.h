/* tiny.h - trainings that take a fraction of a second, for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two MR and two CT of other "patients": an ellipse with an insert, 24 x 20 x 4 voxels, and the
 * insert's label 3, "Gland". The networks have a few hundred weights.
 */

#pragma once

#include "core/image/volume.h"
#include "core/method/trainer.h"

G_BEGIN_DECLS

/* One volume; @kind 0: MR, 1: CT, 2: label map. @shift moves the insert, in voxels. */
TrpVolume *trp_tiny_volume (const TrpGeometry *geometry, int kind, double shift);

/* Writes volumes, labels.csv and cases.csv into @folder and loads the list. */
TrpDataList *trp_tiny_data (const char *folder);

/* A list of the same CT with an MR of the same grid beside each as "synmr"; after
 * trp_tiny_data(). */
TrpDataList *trp_tiny_pairs (const char *folder);

/* 20 steps with a row each 3, everything else off. */
TrpRecipe *trp_tiny_recipe (TrpTrainerKind kind);
/* trp_recipe_set() that must succeed. */
void trp_tiny_set (TrpRecipe *recipe, const char *assignment);

/* Trains to the end in @folder and returns the path of its inference file. */
char *trp_tiny_train (TrpTrainerKind kind, const TrpDataList *list, const char *folder);

G_END_DECLS
