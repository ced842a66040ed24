/* model-summary.h - what a model file says about itself, for people
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Read from tensors and metadata alone; no network is built. Any thread.
 */

#pragma once

#include "core/method/model.h"

G_BEGIN_DECLS

/**
 * TrpModelPart: one network of the file
 * @net: "G_A", "G_B", "D_A", "D_B"; "net", and "critic" of lgan, "back", "D_mask" and "D_image" of
 * cyclegan-seg; static
 * @architecture: "resnet-9", "patch-70", "unet", "res-unet-2.5d", "critic, early-fusion"
 * @n_parameters: trained numbers; running statistics and vectors of spectral norms do not count
 * @dtype: how its weights are stored: "F32"; static
 * @has_averages: the file holds running averages of them beside
 */
typedef struct
{
  const char *net;
  char *architecture;
  size_t n_parameters;
  const char *dtype;
  bool has_averages;
} TrpModelPart;

/* TrpModelLoss: one column of the training's log */
typedef struct
{
  char *name;
  double first, last;
} TrpModelLoss;

/**
 * TrpModelSummary:
 * @parts: (element-type TrpModelPart)
 * @program: (nullable): that wrote the file
 * @can_resume: a checkpoint, not just an inference file
 * @last_step: of its log; -1: it has none (imported)
 * @losses: (element-type TrpModelLoss): all columns of the log but step, seconds and rate
 * @n_train, @n_validate: cases; -1: not known
 * @best_step, @best_score, @best_value: of the weights that scored best in their training: when, by
 * what, and how well; -1 and NULL for others
 * @parent, @parent_step: SHA-256 of the file that the training branched from, and its step; NULL
 * and -1: none, not known
 */
typedef struct
{
  GPtrArray *parts;
  char *program;
  bool can_resume;
  int last_step;
  GPtrArray *losses;
  int n_train, n_validate;
  int best_step;
  char *best_score;
  double best_value;
  char *parent;
  int parent_step;
} TrpModelSummary;

/* Damaged history or split counts as absent. */
TrpModelSummary *trp_model_summarize (const TrpModel *model);
void trp_model_summary_free (TrpModelSummary *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpModelSummary, trp_model_summary_free)

G_END_DECLS
