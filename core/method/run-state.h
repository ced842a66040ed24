/* run-state.h - where a training stood, beside its tensors
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Plain values; any thread.
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
 * @scores: of validations; those of older files begin anew
 * @epoch_steps: steps of an epoch; 0 in older files
 * @n_earlier: see TrpTrainer
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
  TrpScores scores;
  int epoch_steps;
  int n_earlier;
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
char *trp_run_split_to_text (const TrpTrainOptions *options);

G_END_DECLS
