/* run-folder.h - the files of one training
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One thread at a time.
 */

#pragma once

#include "core/method/run-state.h"

G_BEGIN_DECLS

#define TRP_RUN_CHECKPOINT "checkpoint.safetensors"
#define TRP_RUN_BEST "best.safetensors"
#define TRP_RUN_KEPT "checkpoints"

typedef struct _TrpRunFolder TrpRunFolder;

/* Makes the folder and locks it until freed. Errors: TRP_ERROR_IO, also when another run has it;
 * TRP_ERROR_FORMAT if it holds a run already and @resume is false,
 * TRP_ERROR_IO if @resume is true and it holds none. */
TrpRunFolder *trp_run_folder_open (const char *path, bool resume, GError **error);
void trp_run_folder_free (TrpRunFolder *self);

const char *trp_run_folder_get_checkpoint (const TrpRunFolder *self);
const char *trp_run_folder_get_model (const TrpRunFolder *self);
const char *trp_run_folder_get_best (const TrpRunFolder *self);
const char *trp_run_folder_get_recipe (const TrpRunFolder *self);
bool trp_run_folder_has_checkpoint (const TrpRunFolder *self);
bool trp_run_folder_write_recipe (TrpRunFolder *self,
                                  const char *text,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The log so far, as CSV with a header. */
const char *trp_run_folder_get_log (const TrpRunFolder *self);
bool trp_run_folder_start_log (TrpRunFolder *self,
                               const char *const *columns,
                               size_t n,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Validations so far likewise; NULL: none. */
const char *trp_run_folder_get_validation (const TrpRunFolder *self);
bool trp_run_folder_start_validation (TrpRunFolder *self,
                                      const char *const *names,
                                      size_t n,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_run_folder_add_scores (TrpRunFolder *self,
                                const TrpTrainScores *scores,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Back to what a checkpoint holds: rows after it are dropped. @validation: (nullable) */
bool trp_run_folder_restore_log (TrpRunFolder *self,
                                 const char *log,
                                 const char *validation,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_run_folder_add_log (TrpRunFolder *self,
                             const TrpTrainLog *log,
                             double rate,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Path of a checkpoint to keep, in a folder that is made. (transfer full) */
char *trp_run_folder_make_kept (TrpRunFolder *self, int step, GError **error);
/* Removes the best weights and the kept checkpoints of an attempt that is given up. */
void trp_run_folder_forget_attempt (TrpRunFolder *self);
/* Returns: (transfer full): the picture's path. */
char *trp_run_folder_write_preview (
  TrpRunFolder *self, int step, size_t width, size_t height, const uint8_t *grey, GError **error);

/**
 * TrpRunCheckpoint: something in a run's folder to infer with or to branch from
 * @path: of the file
 * @step: it was written at
 * @score: (nullable): name of the value that the run's validations are scored by
 * @value: of the last validation up to then; NAN: none
 * @seconds: since 1970, when it was written
 * @is_best: weights for inference of the best score; others are whole checkpoints
 */
typedef struct
{
  char *path;
  int step;
  char *score;
  double value;
  gint64 seconds;
  bool is_best;
} TrpRunCheckpoint;

void trp_run_checkpoint_free (TrpRunCheckpoint *self);
/* Those of the folder at @path by step, the best weights last; files that cannot be read are passed
 * over. Also while the run goes on, from any thread. (element-type TrpRunCheckpoint) (transfer
 * full) */
GPtrArray *trp_run_folder_list_checkpoints (const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpRunFolder, trp_run_folder_free)

G_END_DECLS
