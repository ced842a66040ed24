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
#include "core/method/trainer.h"
#include "core/nn/program.h"

G_BEGIN_DECLS

#define TRP_TRAINER_MAX_VALUES 12

typedef struct _TrpTrainer TrpTrainer;

/**
 * TrpTrainerClass:
 * @columns, @n_columns: names of the values that a step returns
 * @model_prefixes: of the parameters that an inference file holds; NULL-terminated
 * @load: fills trainer->data; @list: the rows to train on
 * @estimate_data: the same without reading voxels
 * @build: the graph of one step; inputs and outputs are the class's own business
 * @begin: finds the inputs; first weights for a new run
 * @step: one training step; @out_values of all columns
 * @preview: a picture of what the networks do now, @out_grey (transfer full)
 * @alarm: (optional): a sentence when the run has gone wrong beyond repair (inversion, collapse),
 * else NULL
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
  TrpGraph *(*build) (const TrpRecipe *recipe);
  bool (*begin) (TrpTrainer *trainer, bool is_new, GError **error);
  bool (*step) (TrpTrainer *trainer, double *out_values, GError **error);
  bool (*preview) (
    TrpTrainer *trainer, size_t *out_width, size_t *out_height, uint8_t **out_grey, GError **error);
  bool (*alarm) (TrpTrainer *trainer, const double *values, char **out_sentence, GError **error);
} TrpTrainerClass;

extern const TrpTrainerClass trp_cyclegan_class;
extern const TrpTrainerClass trp_segmenter_class;

/**
 * TrpTrainer: the state of a run
 * @step: steps done
 * @seed: of this attempt (recipe's + restarts)
 * @n_restarts: so far
 * @data: datasets: A (or the segmenter's) and B
 * @pool_fill, @pool_rng: of the image pools; saved with the checkpoint
 * @inputs, @outputs: values of the step's graph, as the class orders them
 * @preview_program: made by the class on first use
 */
struct _TrpTrainer
{
  const TrpTrainOptions *options;
  const TrpTrainerClass *klass;
  const TrpRecipe *recipe;
  int step;
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
  TrpValue inputs[8];
  TrpValue outputs[TRP_TRAINER_MAX_VALUES];
  float *batch[2];
};

/* The learning rate for the step after @step steps: constant, then linear to 0 at the recipe's end.
 */
double trp_recipe_get_rate (const TrpRecipe *recipe, int step);

/* Adam on @parameters and, when the recipe has them, averages of those. */
void trp_trainer_add_adam (TrpGraph *graph,
                           const TrpRecipe *recipe,
                           const char *prefix,
                           TrpValue loss,
                           const char *const *parameter_prefixes,
                           TrpValue rate,
                           TrpValue step);
/* The averages after their last update. */
void trp_trainer_add_ema (TrpGraph *graph,
                          const TrpRecipe *recipe,
                          const char *const *parameter_prefixes);
/* Sets the averages to the parameters. */
bool trp_trainer_start_averages (TrpTrainer *trainer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Scalars of the last run, in the order of @outputs. */
bool trp_trainer_read_outputs (TrpTrainer *trainer, size_t n, double *out_values, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* A network value -1..1 as a grey byte. */
static inline uint8_t
trp_grey_from_network (float value)
{
  return (uint8_t) CLAMP (127.5F * (value + 1) + 0.5F, 0, 255);
}

G_END_DECLS
