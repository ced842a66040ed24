/* validation.h - what a training measures on cases that it does not train on
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The network has a store of its own, filled with the averages as inference would take them, and
 * draws no random numbers: a training with validations has the same bits as one without. One
 * thread, that of the device.
 */

#pragma once

#include "core/method/trainer-class.h"

G_BEGIN_DECLS

#define TRP_VALIDATION_MAX_VALUES (TRP_RECIPE_MAX_LABELS + 8)

/**
 * TrpValidation:
 * @klass: of the recipe's trainer
 * @data: preprocessed as for training, whole slices; the class says of what. @data[1] may be NULL
 * @program: of the class's graph, in a store of its own
 * @n, @names, @rises: values that a validation gives, and whether higher ones are better
 * @score: which of them decides
 */
typedef struct
{
  const TrpValidationClass *klass;
  TrpDataset *data[2];
  TrpProgram *program;
  size_t n;
  char *names[TRP_VALIDATION_MAX_VALUES];
  bool rises[TRP_VALIDATION_MAX_VALUES];
  size_t score;
} TrpValidation;

/**
 * TrpValidationClass:
 * @estimate: bytes that @load will hold, from headers
 * @build: the graph, for slices of trp_validation_get_side()
 * @load: fills @data of @self and adds its values, the one that is the score by default first
 * @measure: @out_values in the order of the names; cancelled through @progress
 */
struct _TrpValidationClass
{
  bool (*estimate) (const TrpRecipe *recipe,
                    const TrpDataList *rows,
                    size_t *out_bytes,
                    GError **error);
  TrpGraph *(*build) (const TrpRecipe *recipe);
  bool (*load) (TrpValidation *self,
                const TrpTrainer *trainer,
                const TrpDataList *rows,
                TrpProgress *progress,
                GError **error);
  bool (*measure) (TrpValidation *self,
                   const TrpTrainer *trainer,
                   double *out_values,
                   TrpProgress *progress,
                   GError **error);
};

extern const TrpValidationClass trp_cyclegan_validation;
extern const TrpValidationClass trp_segmenter_validation;

/* Pixels along the side of the slices: the recipe's size, or the next one that the network takes.
 */
size_t trp_validation_get_side (const TrpRecipe *recipe);
/* For @load. @name is copied. */
void trp_validation_add_value (TrpValidation *self, const char *name, bool rises);
/* The rows to validate on, (transfer full); NULL for none: no fold and no list. */
TrpDataList *trp_validation_select_rows (const TrpTrainOptions *options);
/* Whether the recipe asks for any. */
bool trp_validation_is_wanted (const TrpRecipe *recipe);

/* After the trainer's own data are loaded. Errors: of loading; TRP_ERROR_FORMAT for a score that
 * this training does not have. */
TrpValidation *trp_validation_new (const TrpTrainer *trainer,
                                   const TrpDataList *rows,
                                   TrpProgress *progress,
                                   GError **error);
void trp_validation_free (TrpValidation *self);
/* The weights as they are now. */
bool trp_validation_run (TrpValidation *self,
                         const TrpTrainer *trainer,
                         double *out_values,
                         TrpProgress *progress,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpValidation, trp_validation_free)

G_END_DECLS
