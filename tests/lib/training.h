/* training.h - small trainings on tiny data, and what they leave behind
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/io/safetensors.h"
#include "core/method/trainer.h"
#include "tests/lib/tiny.h"

G_BEGIN_DECLS

/* A fixture: a folder and trp_tiny_data() in it. */
typedef struct
{
  char *folder;
  TrpDataList *list;
} TrpTraining;

void trp_training_set_up (TrpTraining *f, const void *data);
void trp_training_tear_down (TrpTraining *f, const void *data);

/* On the CPU, no fold. */
TrpTrainOptions trp_training_options (const TrpTraining *f,
                                      const TrpRecipe *recipe,
                                      const char *folder,
                                      bool resume);
char *trp_training_subfolder (const TrpTraining *f, const char *name);
void
trp_training_run (const TrpTraining *f, const TrpRecipe *recipe, const char *folder, bool resume);
/* Until a preview at @step stops it. */
void trp_training_run_until (
  const TrpTraining *f, const TrpRecipe *recipe, const char *folder, bool resume, int step);
TrpSafetensors *trp_training_load (const char *folder, const char *name);
void trp_training_assert_same (const TrpSafetensors *a, const TrpSafetensors *b);
/* Of the gland that a segmenter's model.safetensors finds in the first CT, and nothing else. */
double trp_training_measure_dice (const TrpTraining *f, const char *folder);
/* log.csv without its second column, the seconds. */
char *trp_training_read_log (const char *folder);

/* A preview of a run: @n_columns and four rows of tiles of @side pixels, two between them. */
uint8_t *trp_training_read_preview (const char *folder, int step, size_t n_columns, size_t side);
/* The tile's first pixel in a picture of so many columns. */
const uint8_t *trp_training_peek_tile (
  const uint8_t *preview, size_t n_columns, size_t side, size_t column, size_t row);

G_END_DECLS
