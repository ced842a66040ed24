/* run-folder.h - the files of one training, and the state that a resumed run needs
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One thread at a time.
 */

#pragma once

#include "core/method/trainer-class.h"

G_BEGIN_DECLS

/**
 * TrpRunState:
 * @step: steps done
 * @seed, @n_restarts: of the attempt
 * @pool_fill, @pool_index: images in the pools, random numbers drawn for them
 * @n_summed, @sums: of the log's next row
 * @device, @precision, @deterministic: what computed it (TrpDeviceInfo); empty in older files
 */
typedef struct
{
  int step;
  uint64_t seed;
  int n_restarts;
  int pool_fill[2];
  uint64_t pool_index[2];
  int n_summed;
  double sums[TRP_TRAINER_MAX_VALUES];
  char device[128];
  char precision[16];
  bool deterministic;
} TrpRunState;

/* JSON; 64-bit numbers are strings, because JSON's numbers are not. (transfer full) */
char *trp_run_state_to_text (const TrpRunState *state);
/* Errors: TRP_ERROR_FORMAT for NULL, for what is missing, and for numbers that a run of @recipe
 * cannot have. */
bool trp_run_state_parse (const char *text,
                          const TrpRecipe *recipe,
                          TrpRunState *out_state,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* JSON of the cases trained on and validated on. (transfer full) */
char *trp_run_split_to_text (const TrpDataList *list, int fold);

typedef struct _TrpRunFolder TrpRunFolder;

/* Makes the folder and locks it until freed. Errors: TRP_ERROR_IO, also when another run has it;
 * TRP_ERROR_FORMAT if it holds a run already and @resume is false,
 * TRP_ERROR_IO if @resume is true and it holds none. */
TrpRunFolder *trp_run_folder_open (const char *path, bool resume, GError **error);
void trp_run_folder_free (TrpRunFolder *self);

const char *trp_run_folder_get_checkpoint (const TrpRunFolder *self);
const char *trp_run_folder_get_model (const TrpRunFolder *self);
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
/* Back to what a checkpoint holds: rows after it are dropped. */
bool trp_run_folder_restore_log (TrpRunFolder *self,
                                 const char *text,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_run_folder_add_log (TrpRunFolder *self,
                             const TrpTrainLog *log,
                             double rate,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full): the picture's path. */
char *trp_run_folder_write_preview (
  TrpRunFolder *self, int step, size_t width, size_t height, const uint8_t *grey, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpRunFolder, trp_run_folder_free)

G_END_DECLS
