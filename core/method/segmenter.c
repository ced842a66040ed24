/* segmenter.c - training a network for contours on slices with labels
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * 2.5-D: a slice and its neighbours in, of one image or of two on the same grid, the slice's
 * structures out; cross entropy and soft Dice, weighted by the recipe.
 */

#include "core/method/segmenter.h"

#include "core/io/structure-file.h"
#include "core/method/mirror-labels.h"
#include "core/method/model.h"
#include "core/method/segmenter-losses.h"
#include "core/method/validation.h"
#include "core/nn/init.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"

#include <string.h>

enum
{
  IMAGES,
  TARGETS,
  RATE,
  ADAM_STEP,
  N_INPUTS
};

enum
{
  LOSS,
  ENTROPY,
  DICE,
  N_COLUMNS
};

static const char *const input_names[N_INPUTS] = { "images", "targets", "rate", "adam_step" };
static const char *const columns[N_COLUMNS] = { "loss", "bce", "dice" };
static const char *const softmax_columns[N_COLUMNS] = { "loss", "cross_entropy", "dice" };
static const char *const prefixes[] = { "net.", NULL };

static TrpDataRole
get_role (const char *name)
{
  TrpDataRole role;

  g_return_val_if_fail (trp_data_role_parse (name, &role), TRP_DATA_CT);
  return role;
}

TrpDataRole
trp_segmenter_get_role (const TrpRecipe *recipe)
{
  return get_role (recipe->source);
}

static const char *const *
get_columns (const TrpRecipe *recipe)
{
  return trp_segmenter_is_softmax (recipe) ? softmax_columns : columns;
}

static TrpGraph *
build (const TrpRecipe *recipe, bool loss_scaling)
{
  const int side = trp_recipe_get_side (recipe), batch = recipe->batch,
            n_labels = (int) recipe->n_labels;
  const TrpUnet spec = trp_recipe_get_segmenter (recipe, true);
  TrpGraph *graph = trp_graph_new ();
  const TrpShape shapes[N_INPUTS] = { { batch, side, side, spec.in_channels },
                                      { batch, side, side, n_labels },
                                      trp_shape_vector (1),
                                      trp_shape_vector (1) };
  TrpValue inputs[N_INPUTS], logits, parts[2], loss;

  for (int n = 0; n < N_INPUTS; n++)
    inputs[n] = trp_graph_input (graph, input_names[n], shapes[n]);
  logits = trp_unet_build (graph, &spec, "net", inputs[IMAGES]);
  loss = trp_segmenter_build_loss (graph, recipe, logits, inputs[TARGETS], parts);
  trp_trainer_add_optimizer (graph, recipe, loss_scaling, "opt.net", loss, prefixes, inputs[RATE],
                             inputs[ADAM_STEP]);
  trp_trainer_add_ema (graph, recipe, prefixes);
  trp_graph_output (graph, get_columns (recipe)[LOSS], loss);
  trp_graph_output (graph, get_columns (recipe)[ENTROPY], parts[0]);
  trp_graph_output (graph, get_columns (recipe)[DICE], parts[1]);
  return graph;
}

void
trp_segmenter_add_second (const TrpRecipe *recipe, TrpDatasetSpec *io_spec)
{
  const TrpStepSide side = trp_recipe_get_second_side (recipe);

  if (!trp_recipe_has_second (recipe))
    return;
  io_spec->has_second = true;
  io_spec->second = get_role (recipe->second);
  io_spec->second_intensity = *trp_recipe_get_second_intensity (recipe);
  io_spec->second_steps = side == trp_recipe_get_source_side (recipe) ? NULL
                                                                      : recipe->preprocessing[side];
}

static TrpDatasetSpec
make_spec (const TrpRecipe *recipe)
{
  TrpDatasetSpec spec = { .intensity = *trp_recipe_get_source_intensity (recipe),
                          .steps = recipe->preprocessing[trp_recipe_get_source_side (recipe)],
                          .spacing = recipe->spacing,
                          .size = (size_t) recipe->size,
                          .body_fraction = recipe->body_fraction,
                          .n_labels = recipe->n_labels };

  trp_segmenter_add_second (recipe, &spec);
  memcpy (spec.labels, recipe->labels, sizeof spec.labels);
  return spec;
}

/* Names and colours of the outputs, from the first label map of the list. */
static void
read_labels (TrpTrainer *trainer, const TrpDataList *list)
{
  const TrpDataRole structures = trp_data_role_get_structures (
    trp_segmenter_get_role (trainer->recipe));
  g_autoptr (TrpStructureSet) set = NULL;

  for (size_t n = 0; n < trp_data_list_get_size (list) && !set; n++)
    {
      const TrpDataRow *row = trp_data_list_get (list, n);
      const char *path = row->paths[structures];

      if (path)
        set = trp_structure_set_load (path, NULL, NULL);
    }
  trainer->labels = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_model_label_free);
  for (size_t n = 0; set && n < trainer->recipe->n_labels; n++)
    for (size_t s = 0; s < trp_structure_set_get_size (set); s++)
      {
        TrpStructure *structure = trp_structure_set_get (set, s);
        TrpModelLabel label = { .value = trainer->recipe->labels[n] };

        if (trp_structure_get_label (structure) != label.value)
          continue;
        label.name = g_strdup (trp_structure_get_name (structure));
        label.color = trp_structure_get_color (structure);
        g_ptr_array_add (trainer->labels, g_memdup2 (&label, sizeof label));
      }
}

static bool
set_mirror (TrpTrainer *trainer, const TrpDataList *list, GError **error)
{
  const TrpRecipe *recipe = trainer->recipe;
  uint8_t mirror[256];

  if (!recipe->augment.flip && !recipe->augment.flip_vertical)
    return true;
  if (!trp_mirror_labels_find (list, trp_data_role_get_structures (trp_segmenter_get_role (recipe)),
                               recipe->labels, recipe->n_labels, mirror, error))
    return false;
  trp_dataset_set_mirror (trainer->data[0], mirror);
  return true;
}

bool
trp_segmenter_load (TrpTrainer *trainer,
                    const TrpDataList *list,
                    TrpProgress *progress,
                    GError **error)
{
  const TrpDatasetSpec spec = make_spec (trainer->recipe);

  trainer->data[0] = trp_dataset_load (list, trp_segmenter_get_role (trainer->recipe), &spec,
                                       progress, error);
  if (!trainer->data[0] || !set_mirror (trainer, list, error))
    return false;
  trp_dataset_keep_steps (
    trainer->data[0],
    &trainer->recipe->preprocessing[trp_recipe_get_source_side (trainer->recipe)]);
  if (spec.second_steps)
    trp_dataset_keep_second_steps (
      trainer->data[0],
      &trainer->recipe->preprocessing[trp_recipe_get_second_side (trainer->recipe)]);
  read_labels (trainer, list);
  return true;
}

bool
trp_segmenter_estimate_data (const TrpRecipe *recipe,
                             const TrpDataList *list,
                             size_t *out_bytes,
                             GError **error)
{
  const TrpDatasetSpec spec = make_spec (recipe);

  return trp_dataset_estimate_bytes (list, trp_segmenter_get_role (recipe), &spec, out_bytes,
                                     error);
}

static bool
begin (TrpTrainer *trainer, bool is_new, GError **error)
{
  trp_trainer_find_values (trainer, input_names, N_INPUTS);
  return !is_new || (trp_store_init (trainer->store, "net.", TRP_INIT_HE, trainer->seed, error) &&
                     trp_trainer_start_averages (trainer, error));
}

bool
trp_segmenter_feed (
  TrpTrainer *trainer, uint64_t number, TrpValue images, TrpValue targets, GError **error)
{
  const TrpRecipe *r = trainer->recipe;
  const size_t side = (size_t) trp_recipe_get_side (r), n = (size_t) r->batch * side * side;

  if (!trainer->batch[0])
    {
      trainer->batch[0] = g_new (float, n *trp_recipe_get_segmenter_channels (r));
      trainer->batch[1] = g_new (float, n * r->n_labels);
    }
  trp_dataset_fill_batch (trainer->data[0], &r->augment, trainer->seed, number, (size_t) r->batch,
                          (size_t) r->context, side, trainer->batch[0], trainer->batch[1]);
  return trp_program_set (trainer->program, images, trainer->batch[0], error) &&
         trp_program_set (trainer->program, targets, trainer->batch[1], error);
}

static bool
step (TrpTrainer *trainer, GError **error)
{
  return trp_segmenter_feed (trainer, (uint64_t) trainer->step, trainer->inputs[IMAGES],
                             trainer->inputs[TARGETS], error) &&
         trp_trainer_feed_optimizer (trainer, trainer->inputs[RATE], trainer->inputs[ADAM_STEP],
                                     error) &&
         trp_program_run (trainer->program, error);
}

/* --- preview --- */

TrpGraph *
trp_segmenter_build_preview (const TrpRecipe *recipe)
{
  const TrpUnet spec = trp_recipe_get_segmenter (recipe, false);
  const int side = trp_recipe_get_side (recipe);
  const TrpShape shape = { TRP_SEGMENTER_ROWS, side, side, spec.in_channels };
  TrpGraph *graph = trp_graph_new ();
  const TrpValue logits = trp_unet_build (graph, &spec, "net", trp_graph_input (graph, "x", shape));

  trp_graph_output (graph, "y", trp_graph_activation (graph, logits, TRP_ACTIVATION_SIGMOID, 0));
  return graph;
}

static bool
set_input (TrpProgram *program, const char *name, const float *values, GError **error)
{
  const TrpValue input = trp_program_find (program, name);

  return input == TRP_VALUE_NONE || trp_program_set (program, input, values, error);
}

bool
trp_segmenter_run_preview (TrpTrainer *trainer,
                           size_t n_columns,
                           TrpTileSheet *out_sheet,
                           GError **error)
{
  const TrpRecipe *r = trainer->recipe;
  const size_t side = (size_t) trp_recipe_get_side (r), n_pixels = side * side,
               n = TRP_SEGMENTER_ROWS * n_pixels, n_labels = r->n_labels;
  const size_t n_in = trp_recipe_get_segmenter_channels (r), middle = (size_t) r->context;
  g_autofree float *images = g_new (float, n *n_in), *targets = g_new (float, n *n_labels);
  g_autofree float *answers = g_new (float, n *n_labels);
  TrpProgram *program = trainer->preview_program;

  trp_dataset_fill_batch (trainer->data[0], NULL, r->seed, 0, TRP_SEGMENTER_ROWS,
                          (size_t) r->context, side, images, targets);
  if (!set_input (program, "x", images, error) || !set_input (program, "targets", targets, error) ||
      !trp_program_run (program, error) ||
      !trp_program_get (program, trp_program_find (program, "y"), answers, error))
    return false;
  trp_tile_sheet_init (out_sheet, side, n_columns, TRP_SEGMENTER_ROWS);
  for (size_t row = 0; row < TRP_SEGMENTER_ROWS; row++)
    {
      const size_t at = row * n_pixels;

      trp_tile_sheet_draw_image (out_sheet, 0, row, images + at * n_in + middle, n_in);
      trp_tile_sheet_draw_mask (out_sheet, 1, row, answers + at * n_labels, n_labels, 0);
      trp_tile_sheet_draw_mask (out_sheet, 2, row, targets + at * n_labels, n_labels, 0);
    }
  return true;
}

static bool
preview (TrpTrainer *trainer, TrpTileSheet *out_sheet, GError **error)
{
  return trp_segmenter_run_preview (trainer, TRP_SEGMENTER_COLUMNS, out_sheet, error);
}

#define CLASS(names)                                                                               \
  {                                                                                                \
    .columns = names, .n_columns = N_COLUMNS, .model_prefixes = prefixes,                          \
    .load = trp_segmenter_load, .estimate_data = trp_segmenter_estimate_data, .build = build,      \
    .build_preview = trp_segmenter_build_preview, .begin = begin, .step = step,                    \
    .preview = preview, .validation = &trp_segmenter_validation                                    \
  }

const TrpTrainerClass trp_segmenter_class = CLASS (columns);
const TrpTrainerClass trp_segmenter_softmax_class = CLASS (softmax_columns);
