/* train-run.h - one training that was started from the window, or found in a folder
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Owns the job and keeps what it told: log rows, scores, previews, sentences, alarms. One that was
 * found has no job: its folder tells all of that but the sentences. Outlives the view. Main
 * thread. Emits "changed" for anything new.
 */

#pragma once

#include "core/method/trainer.h"
#include "ui/dialogs/train-table.h"
#include "ui/document.h"

G_BEGIN_DECLS

#define TRP_TYPE_TRAIN_RUN (trp_train_run_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainRun, trp_train_run, TRP, TRAIN_RUN, GObject)

/**
 * TrpTrainSetup: what a run is made of; strings are copied
 * @recipe: copied
 * @title: for the jobs panel
 * @list_path: (nullable): where the list came from
 * @from: (nullable): checkpoint that a new run branches from
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
  const char *list_path;
  const char *from;
} TrpTrainSetup;

/**
 * TrpTrainFound: a run that a folder holds
 * @step, @n_steps: done, and of the whole training; 0: not known
 * @epoch_steps: of an epoch; 0: not known
 * @is_over: there is nothing to go on with
 * @time: Unix time of its last checkpoint, or of its log
 */
typedef struct
{
  char *folder;
  TrpRecipe *recipe;
  int step, n_steps, epoch_steps;
  bool is_over;
  gint64 time;
} TrpTrainFound;

/* TrpTrainAlarm: @time: Unix */
typedef struct
{
  int step;
  gint64 time;
  char *sentence;
} TrpTrainAlarm;

/* Starts it as a job of the document. A resumed one tells what is in its folder as its past. */
TrpTrainRun *trp_train_run_start (TrpDocument *document, const TrpTrainSetup *setup);

/* One of another session. */
TrpTrainRun *trp_train_run_new_found (TrpDocument *document, const TrpTrainFound *found);

/**
 * trp_train_run_go_on:
 *
 * Starts the rest of a run that was stopped or failed after a checkpoint; what it had told so far
 * is told by the new one. Returns: (transfer full): NULL for one that was found, whose data nobody
 * knows
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
const char *trp_train_run_get_title (TrpTrainRun *self);
const char *trp_train_run_get_folder (TrpTrainRun *self);
TrpJob *
trp_train_run_get_job (TrpTrainRun *self); /* (transfer none): NULL for one that was found */
TrpJobState trp_train_run_get_state (TrpTrainRun *self);
double trp_train_run_get_fraction (TrpTrainRun *self);
/* "run 3" for a folder NAME-3; else the folder's name. (transfer full) */
char *trp_train_run_dup_short_name (TrpTrainRun *self);
char *trp_train_run_make_short_name (const char *title);
/* What it trains on; NULL for one that was found. */
const TrpDataList *trp_train_run_peek_list (TrpTrainRun *self);
const char *trp_train_run_get_list_path (TrpTrainRun *self);
int trp_train_run_get_fold (TrpTrainRun *self); /* left out; -1: none, or not known */
/* One word, translated. */
const char *trp_train_run_get_state_name (TrpTrainRun *self);
/* The last sentence it said: device, alarms, restarts; "" at first. */
const char *trp_train_run_get_sentence (TrpTrainRun *self);

/* What went wrong so far: (element-type TrpTrainAlarm) (transfer none) */
GPtrArray *trp_train_run_peek_alarms (TrpTrainRun *self);

/* Of the whole training, and of an epoch where it is told in epochs; 0: not known yet */
int trp_train_run_get_n_steps (TrpTrainRun *self);
int trp_train_run_get_epoch_steps (TrpTrainRun *self);
/* In the checkpoint of the folder; -1: there is none, or not known */
int trp_train_run_get_saved_step (TrpTrainRun *self);

/* log.csv and validation.csv; borrowed until the next "changed". */
const TrpTrainTable *trp_train_run_peek_log (TrpTrainRun *self);
const TrpTrainTable *trp_train_run_peek_scores (TrpTrainRun *self);
/* The value that decides validations; NULL: none is there, and none is to come. "auto" before the
 * first. */
const char *trp_train_run_get_score (TrpTrainRun *self);

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
