/* step.h - one step of preprocessing
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A step is a plain value: its class, its arguments and, where it learns from the training set,
 * what it learnt. In text, "outline learnt = 143.5" is name, arguments and, after the =, what was
 * learnt. Each class stands in a file of its own, step-NAME.c; steps.c lists them. Steps work on
 * axial volumes (columns L, P, S) and keep millimetres: what changes the grid is undone by
 * resampling the result onto the image's own grid. Any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/sampler.h"

G_BEGIN_DECLS

#define TRP_STEP_MAX_VALUES 16
#define TRP_STEP_MAX_ARGUMENTS 4

typedef struct _TrpStepClass TrpStepClass;

/**
 * TrpStepArgument:
 * @low, @high: allowed range of numbers; @low > @high: a word only
 * @value: where it is left out, of a word its place; NAN: it must be given
 * @words: (nullable): with | between, what may stand instead of a number
 * @is_whole: whole numbers only
 */
typedef struct
{
  const char *name;
  double low, high;
  double value;
  const char *words;
  bool is_whole;
  const char *help;
} TrpStepArgument;

/**
 * TrpStep:
 * @values, @n_values: numbers in the order of the arguments; the last may repeat
 * @words: place of the word that stands in an argument, -1 for a number
 * @fitted, @n_fitted: what was learnt; none: not yet, or nothing to learn
 */
typedef struct
{
  const TrpStepClass *klass;
  size_t n_values;
  double values[TRP_STEP_MAX_VALUES];
  int words[TRP_STEP_MAX_VALUES];
  size_t n_fitted;
  double fitted[TRP_STEP_MAX_VALUES];
} TrpStep;

/**
 * TrpStepImage: what passes through the steps
 * @image: axial, float32, all numbers finite
 * @labels: (nullable): label map on the same grid
 * @air: image value where there is nothing: -1000 for CT, 0 for MR
 */
typedef struct
{
  TrpVolume *image;
  TrpVolume *labels;
  double air;
} TrpStepImage;

/**
 * TrpStepClass:
 * @help: one line
 * @undo: how a network's result finds back, one line
 * @repeats: the last argument may be given any number of times, or never
 * @needs_labels: looks at the structures
 * @selects_slices: leaves slices out by what they show
 * @check: (optional): what single ranges cannot say; may fill in defaults
 * @count_fitted: (optional): numbers that this step learns; none or 0: nothing
 * @measure: those numbers for one image; what is learnt is their mean over the training set
 * @predict: (optional): grid after the step as far as it is known without the image, at most that
 * many slices; NULL: no more slices than before
 * @apply: replaces members of @io; @note: gets one sentence part with numbers on what was done
 */
struct _TrpStepClass
{
  const char *name;
  const char *help;
  const char *undo;
  TrpStepArgument arguments[TRP_STEP_MAX_ARGUMENTS];
  bool repeats;
  bool needs_labels;
  bool selects_slices;
  bool (*check) (TrpStep *self, GError **error);
  size_t (*count_fitted) (const TrpStep *self);
  bool (*measure) (const TrpStep *self, const TrpVolume *image, double *out, GError **error);
  bool (*predict) (const TrpStep *self, const TrpGeometry *from, TrpGeometry *out, GError **error);
  bool (*apply) (
    const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error);
};

/* All classes; NULL-terminated. */
const TrpStepClass *const *trp_step_classes (void);

/* Errors: TRP_ERROR_FORMAT naming the step, its mistake and what it takes. */
bool trp_step_parse (const char *text, TrpStep *out_step, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Parses back to the same bits. (transfer full) */
char *trp_step_to_text (const TrpStep *self, bool with_fitted);
/* "resample SX SY [SZ] [linear|cubic]" (transfer full) */
char *trp_step_class_dup_usage (const TrpStepClass *klass);
/* Whether it still has to learn before it can be applied. */
bool trp_step_needs_fit (const TrpStep *self);

void trp_step_image_clear (TrpStepImage *self);
/* Image and labels (nearest) onto another grid; air and background where they have nothing. */
bool trp_step_image_regrid (TrpStepImage *self,
                            const TrpGeometry *geometry,
                            TrpInterpolation interpolation,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same voxels begin .. begin + size - 1; may reach over the edge. */
bool trp_step_image_cut (TrpStepImage *self,
                         const ptrdiff_t begin[3],
                         const size_t size[3],
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Other image values on the same grid; takes @values. */
bool
trp_step_image_take (TrpStepImage *self, float *values, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A copy of the image's values for changing. (transfer full) */
float *trp_step_image_dup_values (const TrpStepImage *self, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrpStepImage, trp_step_image_clear)

G_END_DECLS
