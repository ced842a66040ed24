/* train-run.h - one training that was started from the window
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Owns the job and keeps what it told: log rows, previews, sentences. Outlives the view. Main
 * thread. Emits "changed" for anything new.
 */

#pragma once

#include "core/method/trainer.h"
#include "ui/document.h"

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_RUN (trp_train_run_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainRun, trp_train_run, TRP, TRAIN_RUN, GObject)

/**
 * TrpTrainSetup: what a run is made of; strings are copied
 * @recipe: copied
 * @title: for the jobs panel
 */
typedef struct
{
  const TrpRecipe *recipe;
  TrpDataList *list;
  const char *title;
  const char *folder;
  const char *device;
  TrpPrecision precision;
  bool deterministic;
  int fold;
  bool resume;
} TrpTrainSetup;

/* Starts it as a job of the document. A resumed one tells what is in its folder as its past. */
TrpTrainRun *trp_train_run_start (TrpDocument *document, const TrpTrainSetup *setup);

/**
 * trp_train_run_go_on:
 *
 * Starts the rest of a run that was stopped or failed after a checkpoint; what it had told so far
 * is told by the new one. Returns: (transfer full)
 */
TrpTrainRun *trp_train_run_go_on (TrpTrainRun *self);
/* Ended early, with something to go on from. */
bool trp_train_run_can_go_on (TrpTrainRun *self);

/* Whether a run of the document is writing into that folder. */
bool trp_train_run_is_busy (TrpDocument *document, const char *folder);
/* Whether the folder holds what an earlier run can go on from. */
bool trp_train_run_has_checkpoint (const char *folder);

/* The run of a job of the document; NULL for other jobs. (transfer none) */
TrpTrainRun *trp_train_run_find (TrpDocument *document, const TrpJob *job);

const TrpRecipe *trp_train_run_get_recipe (TrpTrainRun *self);
/* Of the whole training, as far as it is known. */
int trp_train_run_get_n_steps (TrpTrainRun *self);
const char *trp_train_run_get_title (TrpTrainRun *self);
const char *trp_train_run_get_folder (TrpTrainRun *self);
TrpJob *trp_train_run_get_job (TrpTrainRun *self); /* (transfer none) */
/* One word, translated. */
const char *trp_train_run_get_state_name (TrpTrainRun *self);
/* The last sentence it said: device, alarms, restarts; "" at first. */
const char *trp_train_run_get_sentence (TrpTrainRun *self);

/* Columns of the log: step first, then the losses by name. */
size_t trp_train_run_get_n_rows (TrpTrainRun *self);
const double *trp_train_run_peek_steps (TrpTrainRun *self);
/* NULL for a name the trainer does not measure, or before the first row. */
const double *trp_train_run_peek_column (TrpTrainRun *self, const char *name);
double trp_train_run_get_seconds_per_step (TrpTrainRun *self); /* NAN before two rows */

size_t trp_train_run_get_n_previews (TrpTrainRun *self);
const char *trp_train_run_get_preview (TrpTrainRun *self, size_t index, int *out_step);

/* Path of the model for inference; NULL before the first checkpoint. (transfer full) */
char *trp_train_run_dup_model (TrpTrainRun *self);

G_END_DECLS
