/* validation-segmenter.c - loss and Dice of a segmenter on whole slices of the cases left out
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * loss: the training's, of one slice at a time, averaged over all slices. dice_N: of label N in a
 * case's volume, averaged over the cases that have a Dice (not where both are empty); dice: the
 * mean of these. A pixel belongs to the label of the largest probability over one half, as in
 * inference, on the grid that the network sees.
 */

#include "core/method/model.h"
#include "core/method/segmenter.h"
#include "core/method/segmenter-losses.h"
#include "core/method/validation.h"
#include "core/metrics/overlap.h"

#include <math.h>
#include <string.h>

enum
{
  DICE,
  LOSS,
  N_COMMON
};

static TrpGraph *
build (const TrpRecipe *recipe)
{
  const int side = (int) trp_validation_get_side (recipe);
  TrpGraph *graph = trp_recipe_build_network (recipe, "net", 1, side, side);
  const TrpShape shape = { 1, side, side, (int) recipe->n_labels };
  const TrpValue targets = trp_graph_input (graph, "targets", shape);
  TrpValue parts[2];

  trp_graph_output (
    graph, "loss",
    trp_segmenter_build_loss (graph, recipe, trp_graph_find (graph, "logits"), targets, parts));
  return graph;
}

static TrpDatasetSpec
make_spec (const TrpRecipe *recipe, TrpDatasetSpec spec)
{
  spec.steps = recipe->preprocessing[trp_recipe_get_source_side (recipe)];
  trp_segmenter_add_second (recipe, &spec);
  spec.size = trp_validation_get_side (recipe);
  spec.may_lack = true;
  return spec;
}

static bool
estimate (const TrpRecipe *recipe, const TrpDataList *rows, size_t *out_bytes, GError **error)
{
  const TrpDatasetSpec spec = make_spec (recipe, (TrpDatasetSpec){ .n_labels = recipe->n_labels });

  return trp_dataset_estimate_bytes (rows, trp_segmenter_get_role (recipe), &spec, out_bytes,
                                     error);
}

static bool
load (TrpValidation *self,
      const TrpTrainer *trainer,
      const TrpDataList *rows,
      TrpProgress *progress,
      GError **error)
{
  const TrpRecipe *recipe = trainer->recipe;
  const TrpDatasetSpec spec = make_spec (recipe, *trp_dataset_get_spec (trainer->data[0]));

  trp_validation_add_value (self, "dice", true);
  trp_validation_add_value (self, "loss", false);
  for (size_t n = 0; n < recipe->n_labels; n++)
    {
      g_autofree char *name = g_strdup_printf ("dice_%u", (unsigned) recipe->labels[n]);

      trp_validation_add_value (self, name, true);
    }
  self->data[0] = trp_dataset_load (rows, trp_segmenter_get_role (recipe), &spec, progress, error);
  return self->data[0] != NULL;
}

/* One slice's place in memory, and what has been counted so far. */
typedef struct
{
  TrpProgram *program;
  const TrpRecipe *recipe;
  size_t n_pixels;
  float *image, *targets, *answer; /* (h, w, channels) */
  double loss;
  size_t n_slices;
  TrpOverlap overlaps[TRP_RECIPE_MAX_LABELS]; /* of one case */
  double dice[TRP_RECIPE_MAX_LABELS];
  size_t n_dice[TRP_RECIPE_MAX_LABELS];
} Work;

static void
clear_work (Work *work)
{
  g_free (work->image);
  g_free (work->targets);
  g_free (work->answer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, clear_work)

static bool
run_slice (Work *work, const uint8_t *labels, GError **error)
{
  const size_t n_labels = work->recipe->n_labels;
  TrpProgram *program = work->program;
  float loss;

  for (size_t i = 0; i < work->n_pixels; i++)
    for (size_t l = 0; l < n_labels; l++)
      work->targets[i * n_labels + l] = labels[i] == work->recipe->labels[l];
  if (!trp_program_set (program, trp_program_find (program, "x"), work->image, error) ||
      !trp_program_set (program, trp_program_find (program, "targets"), work->targets, error) ||
      !trp_program_run (program, error) ||
      !trp_program_get (program, trp_program_find (program, "y"), work->answer, error) ||
      !trp_program_get (program, trp_program_find (program, "loss"), &loss, error))
    return false;
  work->loss += (double) loss;
  work->n_slices++;
  return true;
}

static void
count_slice (Work *work)
{
  const size_t n_labels = work->recipe->n_labels;

  for (size_t i = 0; i < work->n_pixels; i++)
    {
      const float *answer = work->answer + i * n_labels, *target = work->targets + i * n_labels;
      size_t best = n_labels;
      float most = 0.5F;

      for (size_t l = 0; l < n_labels; l++)
        if (answer[l] > most)
          {
            most = answer[l];
            best = l;
          }
      for (size_t l = 0; l < n_labels; l++)
        {
          work->overlaps[l].reference += target[l] > 0;
          work->overlaps[l].test += l == best;
          work->overlaps[l].both += l == best && target[l] > 0;
        }
    }
}

static bool
measure_case (Work *work, const TrpDataset *data, size_t index, GError **error)
{
  const TrpFrame *frame;
  const float *stack;
  const uint8_t *labels;

  trp_dataset_peek_volume (data, index, &frame, NULL, &stack, &labels);
  memset (work->overlaps, 0, sizeof work->overlaps);
  for (size_t k = 0; k < frame->output.size[2]; k++)
    {
      trp_stack_copy_channels (stack, trp_dataset_peek_second (data, index), frame->output.size, k,
                               (size_t) work->recipe->context, work->image);
      if (!run_slice (work, labels + work->n_pixels * k, error))
        return false;
      count_slice (work);
    }
  for (size_t l = 0; l < work->recipe->n_labels; l++)
    {
      const double dice = trp_overlap_dice (&work->overlaps[l]);

      if (isnan (dice))
        continue;
      work->dice[l] += dice;
      work->n_dice[l]++;
    }
  return true;
}

static void
finish (const Work *work, double *out_values)
{
  double sum = 0;
  size_t n = 0;

  for (size_t l = 0; l < work->recipe->n_labels; l++)
    {
      const double dice = work->n_dice[l] ? work->dice[l] / (double) work->n_dice[l] : (double) NAN;

      out_values[N_COMMON + l] = dice;
      if (isnan (dice))
        continue;
      sum += dice;
      n++;
    }
  out_values[DICE] = n ? sum / (double) n : (double) NAN;
  out_values[LOSS] = work->loss / (double) work->n_slices;
}

static bool
measure (TrpValidation *self,
         const TrpTrainer *trainer,
         double *out_values,
         TrpProgress *progress,
         GError **error)
{
  const TrpRecipe *recipe = trainer->recipe;
  const size_t side = trp_validation_get_side (recipe), n_pixels = side * side;
  const size_t n_cases = trp_dataset_get_n_volumes (self->data[0]);
  g_auto (Work)
    work = { .program = self->program,
             .recipe = recipe,
             .n_pixels = n_pixels,
             .image = g_new (float, n_pixels *trp_recipe_get_segmenter_channels (recipe)),
             .targets = g_new (float, n_pixels * recipe->n_labels),
             .answer = g_new (float, n_pixels * recipe->n_labels) };

  for (size_t n = 0; n < n_cases; n++)
    if (!trp_progress_step (progress, (double) n / (double) n_cases, NULL, error) ||
        !measure_case (&work, self->data[0], n, error))
      return false;
  finish (&work, out_values);
  return true;
}

const TrpValidationClass trp_segmenter_validation = {
  .estimate = estimate,
  .build = build,
  .load = load,
  .measure = measure,
};
