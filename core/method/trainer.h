/* trainer.h - training a network from a recipe and a data list
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One call on one thread does the whole run: load data, build the step, run it, write into the
 * folder
 * - recipe.recipe: the complete recipe;
 * - log.csv: losses, a row per log interval;
 * - previews/NNNNNN.png: what the networks make of fixed slices;
 * - checkpoint.safetensors: everything a resumed run needs, written anew at each save;
 * - model.safetensors: weights for inference, written with each checkpoint;
 * - validation.csv, best.safetensors: where the recipe validates, a row each time, and the weights
 *   for inference that scored best;
 * - checkpoints/NNNNNN.safetensors: where the recipe keeps them.
 *
 * A run that is cancelled saves first. A resumed run continues bit for bit on the same device in
 * the same precision: a CPU with the same number of threads, or a GPU if both were deterministic.
 */

#pragma once

#include "core/base/progress.h"
#include "core/method/recipe.h"
#include "core/nn/backend.h"
#include "core/study/data-list.h"

G_BEGIN_DECLS

/**
 * TrpTrainLog: one row of the log; borrowed during the call
 * @seconds: of this session
 * @names, @values: what the trainer measures, @n of them
 */
typedef struct
{
  int step, n_steps;
  double seconds;
  size_t n;
  const char *const *names;
  const double *values;
} TrpTrainLog;

/**
 * TrpTrainScores: one validation; borrowed during the call
 * @names, @values: what was measured, @n of them; NAN where the cases do not tell
 * @score: which of them decides; @rises: higher is better
 * @is_best: so far
 */
typedef struct
{
  int step;
  size_t n;
  const char *const *names;
  const double *values;
  size_t score;
  bool rises, is_best;
} TrpTrainScores;

/**
 * TrpTrainWatch: called on the training thread; each may be NULL
 * @say: one sentence to show (device, alarms, restarts)
 * @saved: steps in the checkpoint that has just been written
 * @advise: (transfer full): what fits where the recipe does not, in the program's words: @batch,
 * and @patch where it must be smaller too, else 0; @need: the memory of that. NULL: core's words
 * @validated: after each validation
 * @alarm: something has gone wrong with the run; @say hears of it too
 */
typedef struct
{
  void (*log) (const TrpTrainLog *log, void *data);
  void (*preview) (const char *path, int step, void *data);
  void (*say) (const char *sentence, void *data);
  void *data;
  void (*saved) (int step, void *data);
  char *(*advise) (int batch, int patch, const char *need, void *data);
  void (*validated) (const TrpTrainScores *scores, void *data);
  void (*alarm) (int step, const char *sentence, void *data);
} TrpTrainWatch;

/**
 * TrpTrainOptions:
 * @fold: validate on this fold of the list, train on the others; -1: all train
 * @validation: (nullable): validate on these cases instead
 * @from: (nullable): checkpoint whose weights a new run begins with instead of random ones (and
 * whose optimiser and averages, where they fit); not with @resume
 * @folder: made if need be; a finished or unfinished run in it is refused unless @resume
 * @device: as trp_device_choose(); NULL: "auto", which takes the card where there is one: too
 * little memory on it is told, and never a reason to train on the CPU
 * @precision, @deterministic: of the device; they belong to the run, not to the recipe. On a CPU
 * trainings are in float32 and deterministic
 */
typedef struct
{
  const TrpRecipe *recipe;
  const TrpDataList *list;
  const TrpDataList *validation;
  int fold;
  const char *from;
  const char *folder;
  const char *device;
  TrpPrecision precision;
  bool deterministic;
  bool resume;
  TrpTrainWatch watch;
} TrpTrainOptions;

/**
 * TrpTrainEstimate: bytes
 * @data: training slices in the machine's memory
 * @device_name: on what it would run
 * @device: weights, activations, optimiser state and workspaces, for training and previews
 * @available: of the machine's memory, free now; 0: unknown
 * @device_available: of the device's memory; the same where the device is the machine itself
 * (@on_host), which then holds @data too
 * @n_steps: of the whole training
 * @n_steps_is_limit: a training told in epochs may have fewer, since slices without a body, which
 * do not count, are found in the images only
 */
typedef struct
{
  char device_name[128];
  size_t data, device, available, device_available;
  bool on_host;
  int n_steps;
  bool n_steps_is_limit;
} TrpTrainEstimate;

/* From headers and the planned step alone; opens the device for a moment. Errors: those of loading
 * and of the device; of sizes that the network cannot take. */
bool trp_train_estimate (const TrpTrainOptions *options,
                         TrpTrainEstimate *out_estimate,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same; @out_refusal: (transfer full): what trp_train() would say of memory, NULL if it fits.
 */
bool trp_train_check_fit (const TrpTrainOptions *options,
                          TrpTrainEstimate *out_estimate,
                          char **out_refusal,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_train:
 *
 * Errors: G_IO_ERROR_CANCELLED after saving; TRP_ERROR_LIMIT when the estimate does not fit, with
 * both numbers and what would fit in 90 % of what is free; TRP_ERROR_FORMAT for a loss that is no
 * number any more (the last checkpoint is kept), or a folder that holds another run;
 * TRP_ERROR_DEVICE, during a run with the step of the checkpoint that is kept;
 * TRP_ERROR_UNSUPPORTED for a precision; TRP_ERROR_IO, GEOMETRY.
 */
bool trp_train (const TrpTrainOptions *options,
                TrpProgress *progress,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
