/* validation-segmenter.c - loss and Dice of a segmenter on whole slices of the cases left out
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * loss: the training's, of one slice at a time, averaged over all slices. dice_N: of label N in a
 * case's volume, averaged over the cases that have a Dice (not where both are empty); dice: the
 * mean of these. A pixel belongs to the label of the largest probability over one half, and what
 * [postprocess] asks for is done, as in inference, on the grid that the network sees.
 */

#include "core/method/model.h"
#include "core/method/postprocess.h"
#include "core/method/segmenter.h"
#include "core/method/segmenter-losses.h"
#include "core/method/validation.h"
#include "core/metrics/overlap.h"

#include <math.h>
#include <string.h>

#define SLICE_AXIS 2 /* of the grid that the network sees */

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

/* A case of the data set as the network sees it. */
typedef struct
{
  const TrpGeometry *grid;
  const float *stack, *second;
  const uint8_t *labels;
} Case;

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

/* Places of labels, from 1, after smoothing. The complement is exact where it is below one half. */
static void
choose_labels (Work *work, const Case *c, size_t k, uint16_t *out_labels)
{
  const size_t n_labels = work->recipe->n_labels, start = work->n_pixels * k;
  const size_t size[3] = { c->grid->size[0], c->grid->size[1], 1 };

  for (size_t i = 0; i < work->n_pixels * n_labels; i++)
    work->answer[i] = 1 - work->answer[i];
  trp_postprocess_smooth (work->recipe, c->stack + start, c->second ? c->second + start : NULL,
                          size, n_labels, work->answer);
  for (size_t i = 0; i < work->n_pixels; i++)
    {
      float least = 0.5F;

      out_labels[i] = 0;
      for (size_t l = 0; l < n_labels; l++)
        if (work->answer[i * n_labels + l] < least)
          {
            least = work->answer[i * n_labels + l];
            out_labels[i] = (uint16_t) (l + 1);
          }
    }
}

/* The structures as inference draws them, against the true ones. */
static bool
compare (Work *work, const Case *c, const uint16_t *truth, const uint16_t *answer, GError **error)
{
  for (size_t l = 0; l < work->recipe->n_labels; l++)
    {
      g_autoptr (TrpMask)
        reference = trp_mask_new_from_labels (c->grid, truth, work->recipe->labels[l]);
      g_autoptr (TrpMask) test = trp_mask_new_from_labels (c->grid, answer, (uint16_t) (l + 1));
      TrpOverlap overlap;
      double dice;

      if (!trp_postprocess_clean (work->recipe, test, SLICE_AXIS, error) ||
          !trp_overlap_count (reference, test, &overlap, error))
        return false;
      dice = trp_overlap_dice (&overlap);
      if (isnan (dice))
        continue;
      work->dice[l] += dice;
      work->n_dice[l]++;
    }
  return true;
}

static bool
measure_case (Work *work, const TrpDataset *data, size_t index, GError **error)
{
  const TrpFrame *frame;
  Case c = { .second = trp_dataset_peek_second (data, index) };
  g_autofree uint16_t *truth = NULL, *answer = NULL;
  size_t n_voxels;

  trp_dataset_peek_volume (data, index, &frame, NULL, &c.stack, &c.labels);
  c.grid = &frame->output;
  n_voxels = trp_geometry_count_voxels (c.grid);
  truth = g_new (uint16_t, n_voxels);
  answer = g_new (uint16_t, n_voxels);
  for (size_t i = 0; i < n_voxels; i++)
    truth[i] = c.labels[i];
  for (size_t k = 0; k < c.grid->size[2]; k++)
    {
      trp_stack_copy_channels (c.stack, c.second, c.grid->size, k, (size_t) work->recipe->context,
                               work->image);
      if (!run_slice (work, c.labels + work->n_pixels * k, error))
        return false;
      choose_labels (work, &c, k, answer + work->n_pixels * k);
    }
  return compare (work, &c, truth, answer, error);
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
