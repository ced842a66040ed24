/* cyclegan.c - training two generators and two discriminators on unpaired images
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A is MR, B is CT. G_A makes CT from MR and D_A judges it; G_B and D_B the other way. One graph is
 * one step, in the order of the reference implementation: both generators with both discriminators
 * frozen, then the discriminators on real images and on generated ones that went through the image
 * pools.
 *
 * Source: J.-Y. Zhu et al., ICCV 2017 (LSGAN, cycle, identity, pool of A. Shrivastava et al., CVPR
 * 2017); gradient consistency: Y. Hiasa et al., SASHIMI 2018, eq. 4.
 */

#include "core/method/cyclegan.h"

#include "core/method/cyclegan-losses.h"
#include "core/method/image-pool.h"
#include "core/method/model.h"
#include "core/method/outline.h"
#include "core/method/validation.h"
#include "core/nn/init.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"

#include <math.h>

/* The last four only with geometric consistency. */
enum
{
  REAL_A,
  REAL_B,
  RATE,
  ADAM_STEP,
  WEIGHTS,
  CHOICES_A,
  CHOICES_B,
  BODY_A,
  BODY_B,
  BAND_A,
  BAND_B,
  N_INPUTS,
  N_PLAIN_INPUTS = BODY_A
};

/* Order of the weights: the generators' losses. */
enum
{
  N_PLAIN_LOSSES = TRP_CYCLEGAN_D_A,
  N_LOSSES = N_PLAIN_LOSSES + 2
};

static const char *const input_names[N_INPUTS] = { "real_A",  "real_B",    "rate",      "adam_step",
                                                   "weights", "choices_A", "choices_B", "body_A",
                                                   "body_B",  "band_A",    "band_B" };
static const char *const columns[TRP_CYCLEGAN_N_COLUMNS] = {
  "adversarial_A", "adversarial_B", "cycle_A",        "cycle_B",       "identity_A",
  "identity_B",    "gc_A",          "gc_B",           "D_A",           "D_B",
  "geometry_A",    "geometry_B",    "outline_dice_A", "outline_dice_B"
};
static const char *const generator_prefixes[] = { "G_A.", "G_B.", NULL };
static const char *const discriminator_prefixes[] = { "D_A.", "D_B.", NULL };

size_t
trp_cyclegan_get_side (const TrpRecipe *recipe)
{
  return (size_t) (recipe->patch > 0 ? recipe->patch : recipe->size);
}

size_t
trp_cyclegan_get_channels (const TrpRecipe *recipe)
{
  return (size_t) (2 * recipe->context + 1);
}

static bool
has_geometry (const TrpRecipe *recipe)
{
  return recipe->geometry > 0;
}

static size_t
count_inputs (const TrpRecipe *recipe)
{
  return has_geometry (recipe) ? N_INPUTS : N_PLAIN_INPUTS;
}

static size_t
count_columns (const TrpRecipe *recipe)
{
  return has_geometry (recipe) ? TRP_CYCLEGAN_N_COLUMNS : TRP_CYCLEGAN_N_PLAIN;
}

static int
count_losses (const TrpRecipe *recipe)
{
  return has_geometry (recipe) ? N_LOSSES : N_PLAIN_LOSSES;
}

typedef struct
{
  TrpGraph *graph;
  const TrpRecipe *recipe;
  TrpGenerator generator;
  TrpPatchGan discriminator;
  TrpValue inputs[N_INPUTS];
  TrpValue real[2], fake[2], losses[TRP_CYCLEGAN_N_COLUMNS];
} Build;

/* Every pass of a generator leaves out other values. */
#define DROPOUT_STREAMS 16

static TrpValue
generate (Build *b, const char *name, TrpValue x)
{
  b->generator.unet.stream += DROPOUT_STREAMS;
  return trp_generator_build (b->graph, &b->generator, name, x);
}

/* LSGAN: votes against 1 for what should look real, 0 for what is known to be generated. */
static TrpValue
judge (Build *b, const char *name, TrpValue x, double target)
{
  const TrpValue votes = trp_patch_gan_build (b->graph, &b->discriminator, name, x);

  return trp_graph_pixel_loss_constant (b->graph, TRP_PIXEL_LOSS_MSE, votes, target);
}

static TrpValue
difference (Build *b, TrpValue x, TrpValue y)
{
  return trp_graph_pixel_loss (b->graph, TRP_PIXEL_LOSS_L1, x, y);
}

static TrpValue
cycle_loss (Build *b, TrpValue x, TrpValue y)
{
  return trp_cyclegan_cycle_loss (b->graph, b->recipe, x, y);
}

/* Column A is of what is made from A. */
static void
build_geometry (Build *b)
{
  for (int from = 0; from < 2; from++)
    {
      const TrpValue made = b->fake[1 - from], body = b->inputs[BODY_A + from],
                     band = b->inputs[BAND_A + from];

      b->losses[TRP_CYCLEGAN_GEOMETRY_A + from] = trp_cyclegan_geometry_loss (
        b->graph, b->recipe, 1 - from, made, body, band);
      b->losses[TRP_CYCLEGAN_OUTLINE_A + from] = trp_cyclegan_outline_dice (
        b->graph, b->recipe, 1 - from, made, body, band);
    }
}

static void
build_generators (Build *b)
{
  TrpValue none = trp_graph_constant (b->graph, trp_shape_vector (1), 0);
  const bool has_identity = b->recipe->identity > 0, has_gc = b->recipe->gc > 0;

  b->fake[1] = generate (b, "G_A", b->real[0]);
  b->fake[0] = generate (b, "G_B", b->real[1]);
  b->losses[TRP_CYCLEGAN_ADVERSARIAL_A] = judge (b, "D_A", b->fake[1], 1);
  b->losses[TRP_CYCLEGAN_ADVERSARIAL_B] = judge (b, "D_B", b->fake[0], 1);
  b->losses[TRP_CYCLEGAN_CYCLE_A] = cycle_loss (b, generate (b, "G_B", b->fake[1]), b->real[0]);
  b->losses[TRP_CYCLEGAN_CYCLE_B] = cycle_loss (b, generate (b, "G_A", b->fake[0]), b->real[1]);
  b->losses[TRP_CYCLEGAN_IDENTITY_A] =
    has_identity ? difference (b, generate (b, "G_A", b->real[1]), b->real[1]) : none;
  b->losses[TRP_CYCLEGAN_IDENTITY_B] =
    has_identity ? difference (b, generate (b, "G_B", b->real[0]), b->real[0]) : none;
  for (int side = 0; side < 2; side++)
    b->losses[TRP_CYCLEGAN_GC_A + side] = has_gc ? trp_graph_gradient_correlation (
                                                     b->graph, b->real[side], b->fake[1 - side],
                                                     b->recipe->gc_signed)
                                                 : none;
  if (has_geometry (b->recipe))
    build_geometry (b);
}

static void
build_discriminator (
  Build *b, const char *name, TrpValue real, TrpValue fake, const TrpValue *halves, int column)
{
  const TrpValue parts[2] = { judge (b, name, real, 1), judge (b, name, fake, 0) };

  b->losses[column] = trp_graph_weighted_sum (b->graph, *halves, parts, 2);
}

static void
build_inputs (Build *b)
{
  const TrpRecipe *recipe = b->recipe;
  const int side = (int) trp_cyclegan_get_side (recipe), batch = recipe->batch;
  const TrpShape image = { batch, side, side, (int) trp_cyclegan_get_channels (recipe) },
                 scalar = trp_shape_vector (1), choices = trp_shape_vector (batch);
  const TrpShape shapes[N_INPUTS] = {
    image, image, scalar, scalar, trp_shape_vector (count_losses (recipe)), choices, choices,
    image, image, image,  image
  };

  for (size_t n = 0; n < count_inputs (recipe); n++)
    b->inputs[n] = trp_graph_input (b->graph, input_names[n], shapes[n]);
  b->real[0] = b->inputs[REAL_A];
  b->real[1] = b->inputs[REAL_B];
}

static TrpValue
sum_generator_losses (Build *b)
{
  TrpValue losses[N_LOSSES];

  for (int n = 0; n < N_PLAIN_LOSSES; n++)
    losses[n] = b->losses[n];
  for (int n = N_PLAIN_LOSSES; n < count_losses (b->recipe); n++)
    losses[n] = b->losses[TRP_CYCLEGAN_GEOMETRY_A + n - N_PLAIN_LOSSES];
  return trp_graph_weighted_sum (b->graph, b->inputs[WEIGHTS], losses, count_losses (b->recipe));
}

static TrpGraph *
build (const TrpRecipe *recipe, bool loss_scaling)
{
  Build b = { .graph = trp_graph_new (),
              .recipe = recipe,
              .generator = trp_recipe_get_generator (recipe, true),
              .discriminator = trp_recipe_get_discriminator (recipe) };
  TrpValue loss, d_loss, halves;

  build_inputs (&b);
  b.generator.unet.step = b.inputs[ADAM_STEP];
  build_generators (&b);
  loss = sum_generator_losses (&b);
  trp_trainer_add_optimizer (b.graph, recipe, loss_scaling, "opt.G", loss, generator_prefixes,
                             b.inputs[RATE], b.inputs[ADAM_STEP]);
  trp_trainer_add_ema (b.graph, recipe, generator_prefixes);

  halves = trp_graph_constant (b.graph, trp_shape_vector (2), 0.5);
  build_discriminator (
    &b, "D_A", b.real[1],
    trp_image_pool_add (b.graph, recipe, "pool.B", b.fake[1], b.inputs[CHOICES_B]), &halves,
    TRP_CYCLEGAN_D_A);
  build_discriminator (
    &b, "D_B", b.real[0],
    trp_image_pool_add (b.graph, recipe, "pool.A", b.fake[0], b.inputs[CHOICES_A]), &halves,
    TRP_CYCLEGAN_D_B);
  d_loss = trp_graph_add (b.graph, b.losses[TRP_CYCLEGAN_D_A], b.losses[TRP_CYCLEGAN_D_B]);
  trp_trainer_add_optimizer (b.graph, recipe, loss_scaling, "opt.D", d_loss, discriminator_prefixes,
                             b.inputs[RATE], b.inputs[ADAM_STEP]);
  for (size_t n = 0; n < count_columns (recipe); n++)
    trp_graph_output (b.graph, columns[n], b.losses[n]);
  return b.graph;
}

static TrpDatasetSpec
make_spec (const TrpRecipe *recipe, int side)
{
  return (TrpDatasetSpec){ .intensity = side == 0 ? recipe->mr : recipe->ct,
                           .steps = recipe->preprocessing[side],
                           .spacing = recipe->spacing,
                           .size = (size_t) recipe->size,
                           .body_fraction = recipe->body_fraction };
}

static bool
find_bodies (TrpTrainer *trainer, int side, GError **error)
{
  double *threshold = &trainer->recipe->threshold[side];

  if (isnan (*threshold))
    *threshold = trp_dataset_find_threshold (trainer->data[side]);
  return !has_geometry (trainer->recipe) ||
         trp_dataset_find_bodies (trainer->data[side], *threshold, error);
}

static bool
load (TrpTrainer *trainer, const TrpDataList *list, TrpProgress *progress, GError **error)
{
  static const TrpDataRole roles[2] = { TRP_DATA_MR, TRP_DATA_CT };

  for (int side = 0; side < 2; side++)
    {
      const TrpDatasetSpec spec = make_spec (trainer->recipe, side);
      TrpProgress part = trp_progress_part (progress, 0.5 * side, 0.5 * side + 0.5);

      trainer->data[side] = trp_dataset_load (list, roles[side], &spec, &part, error);
      if (!trainer->data[side] || !find_bodies (trainer, side, error))
        return false;
      trp_dataset_keep_steps (trainer->data[side], &trainer->recipe->preprocessing[side]);
    }
  return true;
}

static bool
estimate_data (const TrpRecipe *recipe, const TrpDataList *list, size_t *out_bytes, GError **error)
{
  const TrpDatasetSpec mr = make_spec (recipe, 0), ct = make_spec (recipe, 1);
  size_t bytes[2];

  if (!trp_dataset_estimate_bytes (list, TRP_DATA_MR, &mr, &bytes[0], error) ||
      !trp_dataset_estimate_bytes (list, TRP_DATA_CT, &ct, &bytes[1], error))
    return false;
  *out_bytes = bytes[0] + bytes[1];
  if (has_geometry (recipe)) /* a byte beside each float */
    *out_bytes += *out_bytes / sizeof (float);
  return true;
}

static bool
begin (TrpTrainer *trainer, bool is_new, GError **error)
{
  trp_trainer_find_values (trainer, input_names, count_inputs (trainer->recipe));
  if (!is_new)
    return true;
  for (int n = 0; n < 2; n++)
    if (!trp_store_init (trainer->store, generator_prefixes[n], TRP_INIT_NORMAL, trainer->seed,
                         error) ||
        !trp_store_init (trainer->store, discriminator_prefixes[n], TRP_INIT_NORMAL, trainer->seed,
                         error))
      return false;
  return trp_trainer_start_averages (trainer, error);
}

/* From step @start on it grows to @whole within @ramp steps. */
static double
grow (double whole, int start, int ramp, int step)
{
  if (step < start)
    return 0;
  return ramp > 0 ? whole * MIN (1.0, (double) (step - start) / ramp) : whole;
}

/* Identity is weighted by the cycle's weight, as in the reference implementation; the two
 * directions of gradient consistency are averaged. */
static bool
set_weights (TrpTrainer *trainer, GError **error)
{
  const TrpRecipe *r = trainer->recipe;
  const float gc = (float) (0.5 * grow (r->gc, r->gc_start, r->gc_ramp, trainer->step));
  const float geometry = (float) grow (r->geometry, r->geometry_start, r->geometry_ramp,
                                       trainer->step);
  const float weights[N_LOSSES] = { (float) r->adversarial,
                                    (float) r->adversarial,
                                    (float) r->cycle,
                                    (float) r->cycle,
                                    (float) (r->identity * r->cycle),
                                    (float) (r->identity * r->cycle),
                                    gc,
                                    gc,
                                    geometry,
                                    geometry };

  return trp_program_set (trainer->program, trainer->inputs[WEIGHTS], weights, error);
}

static size_t
count_values (const TrpRecipe *r)
{
  const size_t side = trp_cyclegan_get_side (r);

  return (size_t) r->batch * side * side * trp_cyclegan_get_channels (r);
}

static bool
set_images (TrpTrainer *trainer, GError **error)
{
  const TrpRecipe *r = trainer->recipe;

  for (int d = 0; d < 2; d++)
    {
      if (!trainer->batch[d])
        trainer->batch[d] = g_new (float, count_values (r));
      trp_dataset_fill_batch (trainer->data[d], &r->augment, trainer->seed + (uint64_t) d,
                              (uint64_t) trainer->step, (size_t) r->batch, (size_t) r->context,
                              trp_cyclegan_get_side (r), trainer->batch[d], NULL);
      if (!trp_program_set (trainer->program, trainer->inputs[REAL_A + d], trainer->batch[d],
                            error))
        return false;
    }
  return true;
}

static void
weigh (const TrpRecipe *r, const float *bodies, float *out_weights)
{
  for (size_t i = 0; r->geometry_band == 0 && i < count_values (r); i++)
    out_weights[i] = 1;
  if (r->geometry_band > 0)
    trp_outline_weigh (bodies, (size_t) r->batch, trp_cyclegan_get_side (r),
                       trp_cyclegan_get_channels (r), (size_t) r->geometry_band, out_weights);
}

static bool
set_bodies (TrpTrainer *trainer, GError **error)
{
  const TrpRecipe *r = trainer->recipe;
  g_autofree float *bodies = NULL, *weights = NULL;

  if (!has_geometry (r))
    return true;
  bodies = g_new (float, count_values (r));
  weights = g_new (float, count_values (r));
  for (int d = 0; d < 2; d++)
    {
      trp_dataset_fill_bodies (trainer->data[d], &r->augment, trainer->seed + (uint64_t) d,
                               (uint64_t) trainer->step, (size_t) r->batch, (size_t) r->context,
                               trp_cyclegan_get_side (r), bodies);
      weigh (r, bodies, weights);
      if (!trp_program_set (trainer->program, trainer->inputs[BODY_A + d], bodies, error) ||
          !trp_program_set (trainer->program, trainer->inputs[BAND_A + d], weights, error))
        return false;
    }
  return true;
}

static bool
set_pools (TrpTrainer *trainer, GError **error)
{
  return trp_image_pool_feed (trainer, 0, trainer->inputs[CHOICES_A], error) &&
         trp_image_pool_feed (trainer, 1, trainer->inputs[CHOICES_B], error);
}

static bool
step (TrpTrainer *trainer, GError **error)
{
  return set_images (trainer, error) && set_bodies (trainer, error) &&
         set_weights (trainer, error) && set_pools (trainer, error) &&
         trp_trainer_feed_optimizer (trainer, trainer->inputs[RATE], trainer->inputs[ADAM_STEP],
                                     error) &&
         trp_program_run (trainer->program, error);
}

#define CLASS(n)                                                                                   \
  {                                                                                                \
    .columns = columns, .n_columns = n, .model_prefixes = generator_prefixes, .load = load,        \
    .estimate_data = estimate_data, .build = build, .build_preview = trp_cyclegan_build_preview,   \
    .begin = begin, .step = step, .preview = trp_cyclegan_preview,                                 \
    .alarm_every = TRP_CYCLEGAN_ALARM_EVERY, .alarm = trp_cyclegan_alarm,                          \
    .validation = &trp_cyclegan_validation                                                         \
  }

const TrpTrainerClass trp_cyclegan_class = CLASS (TRP_CYCLEGAN_N_PLAIN);
const TrpTrainerClass trp_cyclegan_geometry_class = CLASS (TRP_CYCLEGAN_N_COLUMNS);
