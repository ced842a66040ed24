/* trainer-class.h - what a kind of training is made of
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * trainer.c owns the run (folders, log, checkpoints, pause, resume, alarms); a class builds one
 * training step as one graph and feeds it. One thread.
 */

#pragma once

#include "core/method/checkpoint.h"
#include "core/method/dataset.h"
#include "core/method/tile-sheet.h"
#include "core/method/trainer.h"
#include "core/nn/program.h"

G_BEGIN_DECLS

#define TRP_TRAINER_MAX_VALUES 24

typedef struct _TrpTrainer TrpTrainer;
typedef struct _TrpValidationClass TrpValidationClass; /* validation.h */

/**
 * TrpAlarm:
 * @sentence: (transfer full) (nullable): what has gone wrong; NULL: nothing
 * @is_hopeless: it does not recover (inversion, collapse): begin again, while the recipe allows
 */
typedef struct
{
  char *sentence;
  bool is_hopeless;
} TrpAlarm;

/**
 * TrpTrainerClass:
 * @columns, @n_columns: names of the values that a step returns
 * @model_prefixes: of the parameters that an inference file holds; NULL-terminated
 * @load: fills trainer->data, and what the recipe leaves to be learnt from them; @list: the rows to
 * train on
 * @estimate_data: the same without reading voxels
 * @build: the graph of one step; inputs and outputs are the class's own business. @loss_scaling: as
 * the device asks (TrpDeviceInfo)
 * @build_preview: the graph that @preview and @alarm run
 * @begin: finds the inputs; first weights for a new run
 * @step: feeds and runs one training step; its values are read later, from @outputs
 * @preview: a picture of what the networks do now; changes nothing that a step or a checkpoint sees
 * @alarm: (optional): what has gone wrong with the run; asked every @alarm_every steps, with the
 * step's values
 * @validation: (optional): what is measured on the cases left out
 */
typedef struct
{
  const char *const *columns;
  size_t n_columns;
  const char *const *model_prefixes;
  bool (*load) (TrpTrainer *trainer,
                const TrpDataList *list,
                TrpProgress *progress,
                GError **error);
  bool (*estimate_data) (const TrpRecipe *recipe,
                         const TrpDataList *list,
                         size_t *out_bytes,
                         GError **error);
  TrpGraph *(*build) (const TrpRecipe *recipe, bool loss_scaling);
  TrpGraph *(*build_preview) (const TrpRecipe *recipe);
  bool (*begin) (TrpTrainer *trainer, bool is_new, GError **error);
  bool (*step) (TrpTrainer *trainer, GError **error);
  bool (*preview) (TrpTrainer *trainer, TrpTileSheet *out_sheet, GError **error);
  int alarm_every;
  bool (*alarm) (TrpTrainer *trainer, const double *values, TrpAlarm *out_alarm, GError **error);
  const TrpValidationClass *validation;
} TrpTrainerClass;

extern const TrpTrainerClass trp_cyclegan_class;
extern const TrpTrainerClass trp_cyclegan_geometry_class; /* with geometric consistency */
extern const TrpTrainerClass trp_segmenter_class;
extern const TrpTrainerClass trp_segmenter_softmax_class; /* structures and background compete */
extern const TrpTrainerClass trp_lgan_class;
extern const TrpTrainerClass trp_cyclegan_seg_class;
const TrpTrainerClass *trp_trainer_class_get (const TrpRecipe *recipe);

/**
 * TrpTrainer: the state of a run
 * @recipe: the options', with what was learnt from the training set
 * @step: steps done
 * @n_steps, @epoch_steps: of the whole training, of one pass over the larger dataset; known once
 * the data are
 * @n_earlier: steps of the trainings that this one branched from whose optimiser it took over
 * @rate: learning rate of the step to come, or the last one
 * @seed: of this attempt (recipe's + restarts)
 * @n_restarts: so far
 * @data: datasets: A (or the segmenter's) and B
 * @pool_fill, @pool_rng: of the image pools; saved with the checkpoint
 * @inputs, @outputs: values of the step's graph, as the class orders them
 */
struct _TrpTrainer
{
  const TrpTrainOptions *options;
  const TrpTrainerClass *klass;
  TrpRecipe *recipe;
  int step;
  int n_steps, epoch_steps;
  int n_earlier;
  double rate;
  uint64_t seed;
  int n_restarts;
  TrpDataset *data[2];
  GPtrArray *labels;
  TrpDevice *device;
  TrpStore *store;
  TrpProgram *program;
  TrpProgram *preview_program;
  int pool_fill[2];
  uint64_t pool_index[2];
  TrpValue inputs[12];
  TrpValue outputs[TRP_TRAINER_MAX_VALUES];
  float *batch[2];
};

/* Where the step's program has the class's @inputs and its columns, for @begin. */
void trp_trainer_find_values (TrpTrainer *trainer, const char *const *inputs, size_t n_inputs);

/* One sentence to whoever watches. */
void trp_trainer_say (const TrpTrainer *trainer, const char *sentence);

#define TRP_TRAINER_MAX_STEPS 2000000000
/* Of n_earlier: no optimiser remembers as many. */
#define TRP_TRAINER_MAX_EARLIER 100000000

/* Of one pass over @n_slices; at least 1. */
int trp_recipe_get_epoch_steps (const TrpRecipe *recipe, size_t n_slices);
/* Of the whole training; @epoch_steps: of one pass over the data, at least 1. */
int trp_recipe_get_n_steps (const TrpRecipe *recipe, int epoch_steps);
/* The learning rate for the step after @step steps, unless validations change it. */
double trp_recipe_get_rate (const TrpRecipe *recipe, int epoch_steps, int step);

/* The recipe's optimiser on the parameters, with a scaled loss where the device asks for it. @rate,
 * @step: inputs of one number, for trp_trainer_feed_optimizer(). */
void trp_trainer_add_optimizer (TrpGraph *graph,
                                const TrpRecipe *recipe,
                                bool loss_scaling,
                                const char *prefix,
                                TrpValue loss,
                                const char *const *parameter_prefixes,
                                TrpValue rate,
                                TrpValue step);
/* The learning rate and the number of the step about to be run, before each step. */
bool trp_trainer_feed_optimizer (TrpTrainer *trainer, TrpValue rate, TrpValue step, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* The averages after their last update. */
void trp_trainer_add_ema (TrpGraph *graph,
                          const TrpRecipe *recipe,
                          const char *const *parameter_prefixes);
/* Sets the averages to the parameters. */
bool trp_trainer_start_averages (TrpTrainer *trainer, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After a step, while the averages are young: lets them forget the first weights. */
bool trp_trainer_renew_averages (TrpTrainer *trainer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The scales of a new run, where the device asks for any. */
bool trp_trainer_start_loss_scales (TrpTrainer *trainer, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Errors: TRP_ERROR_FORMAT when even the smallest scale is too large, so that steps are skipped. */
bool trp_trainer_check_loss_scales (const TrpTrainer *trainer,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A network value -1..1 as a grey byte. */
static inline uint8_t
trp_grey_from_network (float value)
{
  return (uint8_t) CLAMP (127.5F * (value + 1) + 0.5F, 0, 255);
}

G_END_DECLS
