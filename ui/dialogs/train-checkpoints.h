/* train-checkpoints.h - the weights that a training has kept
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Read from the run's folder. Main thread.
 */

#pragma once

#include "ui/dialogs/train-run.h"

G_BEGIN_DECLS

/**
 * TrpTrainCheckpoint:
 * @step: -1: not known
 * @is_best: of all validations; @is_newest: what a run that goes on begins with
 * @model: file for inference
 * @branch: (nullable): file that another run can begin with; weights of a generator alone cannot be
 * trained on
 * @score: NAN: that step was not validated
 * @time: Unix
 */
typedef struct
{
  int step;
  bool is_best, is_newest;
  char *model, *branch;
  double score;
  gint64 time;
} TrpTrainCheckpoint;

/* The newest first. (element-type TrpTrainCheckpoint) (transfer full) */
GPtrArray *trp_train_checkpoints_list (TrpTrainRun *run);
/* What to choose unless somebody chooses: the best, else the newest; NULL: there is none. */
const TrpTrainCheckpoint *trp_train_checkpoints_find_default (const GPtrArray *checkpoints);
/* "step 400" or "epoch 20", with "best"; translated. (transfer full) */
char *trp_train_checkpoint_dup_name (const TrpTrainCheckpoint *self, TrpTrainRun *run);

G_END_DECLS
