/* run.h - one training while it lasts, for the files that make it up
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * trainer.c: device, steps, log, alarms; run-checkpoint.c: saving and resuming. One thread.
 */

#pragma once

#include "core/method/run-folder.h"

G_BEGIN_DECLS

/**
 * TrpRun:
 * @note: on the device
 * @info: of the device when it was opened
 * @saved_step: of the checkpoint in the folder; -1: none
 * @resumed: what the checkpoint says; zeros for a new run
 * @values: of the last step whose losses have been read
 * @sums, @n_summed: of these since the last row of the log
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
/* Where another device goes on, its numbers will not be those of a run that stayed where it was. */
void trp_run_tell_of_change (const TrpRun *run);

G_END_DECLS
