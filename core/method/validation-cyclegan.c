/* validation-cyclegan.c - what a CycleGAN makes of whole MR slices of the cases left out
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * mae: HU, over the body of the true CT (column ct_on_mr), where there is any; within the range
 * that the recipe maps. mi: mutual information of MR and SynCT, in nats. outline_dice: of the
 * bodies in the SynCT and in the true CT, or else in the MR. These are means over cases, on the
 * grid that the network sees; cycle is the training's loss of the way there and back, the mean over
 * slices. Without a true CT the score is mi: a cycle can be perfect with tissues swapped.
 */

#include "core/method/cyclegan-losses.h"
#include "core/method/cyclegan.h"
#include "core/method/model.h"
#include "core/method/outline.h"
#include "core/method/validation.h"
#include "core/metrics/joint-histogram.h"
#include "core/metrics/overlap.h"
#include "core/metrics/similarity.h"

#include <math.h>
#include <string.h>

static TrpGraph *
build (const TrpRecipe *recipe)
{
  const int side = (int) trp_validation_get_side (recipe);
  const TrpGenerator generator = trp_recipe_get_generator (recipe, false);
  TrpGraph *graph = trp_graph_new ();
  const TrpShape shape = { 1, side, side, (int) trp_cyclegan_get_channels (recipe) };
  const TrpValue x = trp_graph_input (graph, "x", shape);
  const TrpValue y = trp_generator_build (graph, &generator, "G_A", x);
  const TrpValue again = trp_generator_build (graph, &generator, "G_B", y);

  trp_graph_output (graph, "y",
                    recipe->context > 0 ? trp_graph_slice (graph, y, recipe->context, 1) : y);
  trp_graph_output (graph, "cycle", trp_cyclegan_cycle_loss (graph, recipe, again, x));
  return graph;
}

static TrpDatasetSpec
make_spec (const TrpRecipe *recipe, int side)
{
  return (TrpDatasetSpec){ .intensity = side == 0 ? recipe->mr : recipe->ct,
                           .steps = recipe->preprocessing[side],
                           .spacing = recipe->spacing,
                           .size = trp_validation_get_side (recipe),
                           .may_lack = true };
}

static bool
estimate (const TrpRecipe *recipe, const TrpDataList *rows, size_t *out_bytes, GError **error)
{
  const TrpDatasetSpec mr = make_spec (recipe, 0), ct = make_spec (recipe, 1);
  size_t bytes, more = 0;

  if (!trp_dataset_estimate_bytes (rows, TRP_DATA_MR, &mr, &bytes, error) ||
      (trp_data_list_count (rows, TRP_DATA_CT_ON_MR) > 0 &&
       !trp_dataset_estimate_bytes (rows, TRP_DATA_CT_ON_MR, &ct, &more, error)))
    return false;
  *out_bytes = bytes + more;
  return true;
}

static bool
load (TrpValidation *self,
      const TrpTrainer *trainer,
      const TrpDataList *rows,
      TrpProgress *progress,
      GError **error)
{
  const TrpDatasetSpec mr = make_spec (trainer->recipe, 0), ct = make_spec (trainer->recipe, 1);

  self->data[0] = trp_dataset_load (rows, TRP_DATA_MR, &mr, progress, error);
  if (!self->data[0])
    return false;
  if (trp_data_list_count (rows, TRP_DATA_CT_ON_MR) > 0)
    {
      self->data[1] = trp_dataset_load (rows, TRP_DATA_CT_ON_MR, &ct, progress, error);
      if (!self->data[1])
        return false;
      trp_validation_add_value (self, "mae", false);
    }
  trp_validation_add_value (self, "mi", true);
  trp_validation_add_value (self, "outline_dice", true);
  trp_validation_add_value (self, "cycle", false);
  return true;
}

/* One case on the network's grid. @ct: NULL without a true one; HU like @synct */
typedef struct
{
  size_t size[3], n_voxels;
  const float *mr;
  float *ct, *synct;
} Case;

static void
clear_case (Case *c)
{
  g_free (c->ct);
  g_free (c->synct);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, clear_case)

/* Of means: sums and how many. */
typedef struct
{
  double mae, mi, outline, cycle;
  size_t n_mae, n_mi, n_outline, n_cycle;
} Sums;

static void
add (double value, double *sum, size_t *n)
{
  if (isnan (value))
    return;
  *sum += value;
  (*n)++;
}

static double
mean (double sum, size_t n)
{
  return n ? sum / (double) n : (double) NAN;
}

/* The true CT of the case called @name, in HU; NULL without an error if there is none. */
static bool
find_ct (const TrpDataset *data, const char *name, Case *c, const TrpGeometry *grid, GError **error)
{
  const TrpFrame *frame;
  const TrpCurve *curve;
  const float *stack;

  for (size_t n = 0; data && n < trp_dataset_get_n_volumes (data); n++)
    {
      if (strcmp (trp_dataset_peek_volume (data, n, &frame, &curve, &stack, NULL), name) != 0)
        continue;
      if (!trp_geometry_check_equal (grid, &frame->output, error))
        {
          g_prefix_error (error, "Case %s, MR and ct_on_mr after preprocessing: ", name);
          return false;
        }
      c->ct = g_memdup2 (stack, c->n_voxels * sizeof *stack);
      trp_curve_invert_floats (curve, c->ct, c->n_voxels);
      return true;
    }
  return true;
}

static bool
run_slices (TrpProgram *program, const TrpRecipe *recipe, Case *c, Sums *sums, GError **error)
{
  const size_t n_pixels = c->size[0] * c->size[1];
  g_autofree float *x = g_new (float, n_pixels *trp_cyclegan_get_channels (recipe));
  float cycle;

  for (size_t k = 0; k < c->size[2]; k++)
    {
      trp_stack_copy_context (c->mr, c->size, k, (size_t) recipe->context, x);
      if (!trp_program_set (program, trp_program_find (program, "x"), x, error) ||
          !trp_program_run (program, error) ||
          !trp_program_get (program, trp_program_find (program, "y"), c->synct + n_pixels * k,
                            error) ||
          !trp_program_get (program, trp_program_find (program, "cycle"), &cycle, error))
        return false;
      add ((double) cycle, &sums->cycle, &sums->n_cycle);
    }
  trp_curve_invert_floats (&recipe->ct.curve, c->synct, c->n_voxels);
  return true;
}

/* A window of soft tissue may end above the usual threshold. */
static double
get_ct_threshold (const TrpRecipe *recipe)
{
  return MAX (TRP_SIMILARITY_BODY_HU, recipe->ct.curve.value[0]);
}

/* Over the body of the true CT, and the outlines' Dice. */
static bool
compare_bodies (const Case *c, const TrpRecipe *recipe, Sums *sums, GError **error)
{
  const double of_ct = get_ct_threshold (recipe);
  const size_t n_pixels = c->size[0] * c->size[1];
  g_autofree uint8_t *truth = g_new (uint8_t, n_pixels), *answer = g_new (uint8_t, n_pixels);
  const float *reference = c->ct ? c->ct : c->mr;
  const double threshold = c->ct ? of_ct : recipe->threshold[0];
  TrpOverlap overlap = { 0 };
  double sum = 0;

  for (size_t k = 0; k < c->size[2]; k++)
    {
      const size_t start = n_pixels * k;

      if (!trp_outline_find_body (reference + start, c->size[0], c->size[1], threshold, truth,
                                  error) ||
          !trp_outline_find_body (c->synct + start, c->size[0], c->size[1], of_ct, answer, error))
        return false;
      for (size_t i = 0; i < n_pixels; i++)
        {
          overlap.reference += truth[i];
          overlap.test += answer[i];
          overlap.both += truth[i] && answer[i];
          if (truth[i] && c->ct)
            sum += fabs ((double) c->synct[start + i] - (double) c->ct[start + i]);
        }
    }
  add (trp_overlap_dice (&overlap), &sums->outline, &sums->n_outline);
  if (c->ct)
    add (mean (sum, overlap.reference), &sums->mae, &sums->n_mae);
  return true;
}

static double
compute_information (const Case *c)
{
  const float *images[2] = { c->mr, c->synct };
  double low[2], high[2];
  g_autofree TrpJointHistogram *histogram = g_new (TrpJointHistogram, 1);

  for (int n = 0; n < 2; n++)
    {
      low[n] = high[n] = (double) images[n][0];
      for (size_t i = 1; i < c->n_voxels; i++)
        {
          low[n] = MIN (low[n], (double) images[n][i]);
          high[n] = MAX (high[n], (double) images[n][i]);
        }
    }
  trp_joint_histogram_init (histogram, low, high);
  for (size_t i = 0; i < c->n_voxels; i++)
    trp_joint_histogram_add (histogram, (double) c->mr[i], (double) c->synct[i]);
  return trp_joint_histogram_get_entropy (histogram).mi;
}

static bool
measure_case (
  TrpValidation *self, const TrpTrainer *trainer, size_t index, Sums *sums, GError **error)
{
  const TrpRecipe *recipe = trainer->recipe;
  const TrpFrame *frame;
  g_auto (Case) c = { 0 };
  const char *name = trp_dataset_peek_volume (self->data[0], index, &frame, NULL, &c.mr, NULL);

  memcpy (c.size, frame->output.size, sizeof c.size);
  c.n_voxels = trp_geometry_count_voxels (&frame->output);
  c.synct = g_try_new (float, c.n_voxels);
  if (!c.synct)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                           "There is not enough memory for the SynCT of a validation");
      return false;
    }
  if (!find_ct (self->data[1], name, &c, &frame->output, error) ||
      !run_slices (self->program, recipe, &c, sums, error) ||
      !compare_bodies (&c, recipe, sums, error))
    return false;
  add (compute_information (&c), &sums->mi, &sums->n_mi);
  return true;
}

static bool
measure (TrpValidation *self,
         const TrpTrainer *trainer,
         double *out_values,
         TrpProgress *progress,
         GError **error)
{
  const size_t n_cases = trp_dataset_get_n_volumes (self->data[0]);
  Sums sums = { 0 };

  for (size_t n = 0; n < n_cases; n++)
    if (!trp_progress_step (progress, (double) n / (double) n_cases, NULL, error) ||
        !measure_case (self, trainer, n, &sums, error))
      return false;
  if (self->data[1])
    *out_values++ = mean (sums.mae, sums.n_mae);
  *out_values++ = mean (sums.mi, sums.n_mi);
  *out_values++ = mean (sums.outline, sums.n_outline);
  *out_values = mean (sums.cycle, sums.n_cycle);
  return true;
}

const TrpValidationClass trp_cyclegan_validation = {
  .estimate = estimate,
  .build = build,
  .load = load,
  .measure = measure,
};
