/* checkpoint.h - a training or a model in one safetensors file
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tensors under the names they have in the store, axes in PyTorch's order: G_A., G_B., D_A., D_B.
 * or net., averages under ema., moments under opt., image pools under pool. Metadata, all text:
 *   format   "triptych-1"
 *   program  "triptych 0.1.0"
 *   recipe   the complete recipe: network, intensity mapping with its inverse, losses, schedule
 *   labels   JSON [{"value", "name", "color": [r, g, b]}] of a segmenter's outputs
 *   state    JSON of what a resumed run needs beside the tensors: step, seed, pool counters
 *   split    JSON {"train": [case...], "validate": [case...]}
 *   history  the log as CSV
 *   validation  validation.csv
 *   best     of the weights that scored best: JSON {"step", "score", "value"}
 *   parent   of a run that branched from a checkpoint: JSON {"sha256", "step"}
 * An inference file has plain weights only (the averages, where there are any), without state. One
 * thread at a time.
 */

#pragma once

#include "core/io/safetensors.h"
#include "core/method/recipe.h"
#include "core/nn/device.h"
#include "core/structure/structure.h"

G_BEGIN_DECLS

#define TRP_CHECKPOINT_FORMAT "triptych-1"

/* TrpModelLabel: one output of a segmenter. */
typedef struct
{
  unsigned value;
  char *name;
  TrpColor color;
} TrpModelLabel;

void trp_model_label_free (TrpModelLabel *label);

/**
 * TrpCheckpointTexts: the metadata; strings are borrowed when saving
 * @labels: (nullable) (element-type TrpModelLabel)
 * @validation, @best, @parent: (nullable)
 */
typedef struct
{
  const char *recipe;
  GPtrArray *labels;
  const char *state;
  const char *split;
  const char *history;
  const char *validation, *best, *parent;
} TrpCheckpointTexts;

/* Everything in the store. Errors: TRP_ERROR_IO, TRP_ERROR_DEVICE. */
bool trp_checkpoint_save (TrpStore *store,
                          const TrpCheckpointTexts *texts,
                          const char *path,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Weights for inference: parameters whose names begin with one of @prefixes (NULL-terminated), from
 * the averages where there are any. */
bool trp_checkpoint_save_model (TrpStore *store,
                                const char *const *prefixes,
                                const TrpCheckpointTexts *texts,
                                const char *path,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_checkpoint_restore:
 * @prefix: (nullable): tensors of the file whose names begin with it are taken, without it: "ema."
 * for averages
 *
 * Fills tensors that the store already has; all of them must be in the file (but for scales of the
 * loss, see optimizer.h). What has no average (running statistics) is taken without @prefix.
 *
 * Errors: TRP_ERROR_FORMAT naming the tensor that is missing, has another shape or holds what is no
 * number.
 */
bool trp_checkpoint_restore (TrpStore *store,
                             const TrpSafetensors *file,
                             const char *prefix,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* TrpCheckpointPart: of a store or a file, by the names of the tensors. */
typedef enum
{
  TRP_CHECKPOINT_WEIGHTS, /* parameters, and what the networks keep beside them */
  TRP_CHECKPOINT_AVERAGES,
  TRP_CHECKPOINT_MOMENTS, /* of the optimiser, without scales of the loss */
} TrpCheckpointPart;

bool trp_checkpoint_has_tensor (const TrpSafetensors *file,
                                const char *name,
                                TrpAxes axes,
                                TrpShape shape);
/* Whether the file has all tensors that this part of the store has, in their shapes. */
bool trp_checkpoint_has_part (TrpStore *store, const TrpSafetensors *file, TrpCheckpointPart part);
/* As trp_checkpoint_restore() without a prefix; other tensors stay as they are. */
bool trp_checkpoint_restore_part (TrpStore *store,
                                  const TrpSafetensors *file,
                                  TrpCheckpointPart part,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Errors: TRP_ERROR_FORMAT if the file is no Triptych model or its recipe does not parse. */
TrpRecipe *trp_checkpoint_parse_recipe (const TrpSafetensors *file, GError **error);
/* (element-type TrpModelLabel) (transfer full): "Label N" for those the file does not name. */
GPtrArray *
trp_checkpoint_parse_labels (const TrpSafetensors *file, const TrpRecipe *recipe, GError **error);

G_END_DECLS
