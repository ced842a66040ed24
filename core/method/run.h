/* run.h - one training while it lasts, for the files that make it up
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * trainer.c: device, steps, log, alarms; run-checkpoint.c: saving and resuming; run-scores.c:
 * validations and what follows from them; run-branch.c: beginning with another run's weights;
 * run-left-out.c: slices that are not seen. One thread.
 */

#pragma once

#include "core/method/model.h"
#include "core/method/run-folder.h"
#include "core/method/validation.h"

G_BEGIN_DECLS

/**
 * TrpRun:
 * @note: on the device
 * @info: of the device when it was opened
 * @saved_step: of the checkpoint in the folder; -1: none
 * @resumed: what the checkpoint says; zeros for a new run
 * @values: of the last step whose losses have been read
 * @sums, @n_summed: of these since the last row of the log
 * @validation: NULL: there is nothing to validate on, or nobody asked
 * @validate_every: steps
 * @parent: (nullable): whose weights a new run begins with
 * @parent_text: of a run that branched, for its files
 * @kept_step: of the last checkpoint that is kept
 */
typedef struct
{
  TrpTrainer base;
  TrpRunFolder *folder;
  char *recipe_text;
  char *split;
  char *note;
  TrpDeviceInfo info;
  TrpTrainEstimate need;
  int saved_step;
  TrpRunState resumed;
  gint64 start_us;
  double values[TRP_TRAINER_MAX_VALUES];
  double sums[TRP_TRAINER_MAX_VALUES];
  int n_summed;
  TrpValidation *validation;
  int validate_every;
  TrpScores scores;
  TrpModel *parent;
  char *parent_text;
  int kept_step;
} TrpRun;

/* Nothing on disk is touched before everything has been read from the device. All losses must have
 * been read. */
bool trp_run_save (TrpRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Refuses before anything in the folder is touched. @out_file: the checkpoint to go on from, NULL
 * for a new run. */
bool trp_run_open_folder (TrpRun *run,
                          TrpSafetensors **out_file,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool
trp_run_restore (TrpRun *run, const TrpSafetensors *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* At the last step, or where validations say so. */
bool trp_run_is_over (const TrpRun *run);
/* At whole multiples of @every (0: never) and at the end. */
bool trp_run_is_due (const TrpRun *run, int every);
/* Where another device goes on, its numbers will not be those of a run that stayed where it was. */
void trp_run_tell_of_change (const TrpRun *run);

/* Loads what is validated on, where there is anything. Errors: of loading; TRP_ERROR_FORMAT where
 * the schedule needs validations and there is nothing to validate on. */
bool trp_run_open_validation (TrpRun *run,
                              TrpProgress *progress,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of a new attempt: nothing has been validated yet. */
bool trp_run_start_scores (TrpRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After resuming: where the best weights are not in the folder, the best of what follows is kept.
 */
void trp_run_look_for_best (TrpRun *run);
/* Whether the step that is done is still to be validated. */
bool trp_run_must_validate (const TrpRun *run);
/* Measures, tells, and keeps the weights that are the best so far. All losses must have been read.
 */
bool
trp_run_validate (TrpRun *run, TrpProgress *progress, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Why it is over and which weights were best; nothing without validations. */
void trp_run_tell_of_end (const TrpRun *run);

/* Refuses a file whose weights are not those of the recipe's networks, before anything is touched.
 */
bool trp_run_open_parent (TrpRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Weights, and moments and averages where the file has all of them, in place of the first ones. */
bool trp_run_take_parent (TrpRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Texts of the run's files; borrowed from @run. */
TrpCheckpointTexts trp_run_get_texts (const TrpRun *run);
/* Errors: TRP_ERROR_FORMAT for weights that are no numbers. */
bool trp_run_check_weights (const TrpRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After loading: left-out.csv in the run's folder, where slices are left out, and a sentence. */
bool trp_run_write_left_out (const TrpRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
