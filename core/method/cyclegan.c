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

#include "core/base/rng.h"
#include "core/method/model.h"
#include "core/method/trainer-class.h"
#include "core/nn/init.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"

#include <math.h>
#include <string.h>

enum
{
  REAL_A,
  REAL_B,
  RATE,
  ADAM_STEP,
  WEIGHTS,
  CHOICES_A,
  CHOICES_B,
  N_INPUTS
};

enum
{
  ADVERSARIAL_A,
  ADVERSARIAL_B,
  CYCLE_A,
  CYCLE_B,
  IDENTITY_A,
  IDENTITY_B,
  GC_A,
  GC_B,
  D_A,
  D_B,
  N_COLUMNS,
  N_GENERATOR_LOSSES = D_A
};

static const char *const input_names[N_INPUTS] = { "real_A",  "real_B",    "rate",     "adam_step",
                                                   "weights", "choices_A", "choices_B" };
static const char *const columns[N_COLUMNS] = {
  "adversarial_A", "adversarial_B", "cycle_A", "cycle_B", "identity_A",
  "identity_B",    "gc_A",          "gc_B",    "D_A",     "D_B"
};
static const char *const generator_prefixes[] = { "G_A.", "G_B.", NULL };
static const char *const discriminator_prefixes[] = { "D_A.", "D_B.", NULL };

static int
patch_size (const TrpRecipe *recipe)
{
  return recipe->patch > 0 ? recipe->patch : recipe->size;
}

typedef struct
{
  TrpGraph *graph;
  const TrpRecipe *recipe;
  TrpGenerator generator;
  TrpPatchGan discriminator;
  TrpValue real[2], fake[2], losses[N_COLUMNS];
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
  switch (b->recipe->cycle_loss)
    {
    case TRP_CYCLE_SSIM:
      return trp_graph_ssim_loss (b->graph, x, y, TRP_SSIM_VALID);
    case TRP_CYCLE_MSE:
      return trp_graph_pixel_loss (b->graph, TRP_PIXEL_LOSS_MSE, x, y);
    default:
      return difference (b, x, y);
    }
}

static void
build_generators (Build *b)
{
  TrpValue none = trp_graph_constant (b->graph, trp_shape_vector (1), 0);
  const bool has_identity = b->recipe->identity > 0, has_gc = b->recipe->gc > 0;

  b->fake[1] = generate (b, "G_A", b->real[0]);
  b->fake[0] = generate (b, "G_B", b->real[1]);
  b->losses[ADVERSARIAL_A] = judge (b, "D_A", b->fake[1], 1);
  b->losses[ADVERSARIAL_B] = judge (b, "D_B", b->fake[0], 1);
  b->losses[CYCLE_A] = cycle_loss (b, generate (b, "G_B", b->fake[1]), b->real[0]);
  b->losses[CYCLE_B] = cycle_loss (b, generate (b, "G_A", b->fake[0]), b->real[1]);
  b->losses[IDENTITY_A] = has_identity ? difference (b, generate (b, "G_A", b->real[1]), b->real[1])
                                       : none;
  b->losses[IDENTITY_B] = has_identity ? difference (b, generate (b, "G_B", b->real[0]), b->real[0])
                                       : none;
  for (int side = 0; side < 2; side++)
    b->losses[GC_A + side] = has_gc ? trp_graph_gradient_correlation (b->graph, b->real[side],
                                                                      b->fake[1 - side],
                                                                      b->recipe->gc_signed)
                                    : none;
}

static void
build_discriminator (
  Build *b, const char *name, TrpValue real, TrpValue fake, const TrpValue *halves, int column)
{
  const TrpValue parts[2] = { judge (b, name, real, 1), judge (b, name, fake, 0) };

  b->losses[column] = trp_graph_weighted_sum (b->graph, *halves, parts, 2);
}

static TrpValue
pool (Build *b, const char *name, TrpValue fake, TrpValue choices)
{
  if (b->recipe->pool == 0)
    return fake;
  return trp_graph_pool_exchange (b->graph, name, b->recipe->pool, fake, choices);
}

static TrpGraph *
build (const TrpRecipe *recipe, bool loss_scaling)
{
  const int side = patch_size (recipe), batch = recipe->batch;
  Build b = { .graph = trp_graph_new (),
              .recipe = recipe,
              .generator = trp_recipe_get_generator (recipe, true),
              .discriminator = trp_recipe_get_discriminator (recipe) };
  TrpValue inputs[N_INPUTS], loss, d_loss, halves;
  const TrpShape shapes[N_INPUTS] = { { batch, side, side, 1 },
                                      { batch, side, side, 1 },
                                      trp_shape_vector (1),
                                      trp_shape_vector (1),
                                      trp_shape_vector (N_GENERATOR_LOSSES),
                                      trp_shape_vector (batch),
                                      trp_shape_vector (batch) };

  for (int n = 0; n < N_INPUTS; n++)
    inputs[n] = trp_graph_input (b.graph, input_names[n], shapes[n]);
  b.real[0] = inputs[REAL_A];
  b.real[1] = inputs[REAL_B];
  b.generator.unet.step = inputs[ADAM_STEP];
  build_generators (&b);
  loss = trp_graph_weighted_sum (b.graph, inputs[WEIGHTS], b.losses, N_GENERATOR_LOSSES);
  trp_trainer_add_optimizer (b.graph, recipe, loss_scaling, "opt.G", loss, generator_prefixes,
                             inputs[RATE], inputs[ADAM_STEP]);
  trp_trainer_add_ema (b.graph, recipe, generator_prefixes);

  halves = trp_graph_constant (b.graph, trp_shape_vector (2), 0.5);
  build_discriminator (&b, "D_A", b.real[1], pool (&b, "pool.B", b.fake[1], inputs[CHOICES_B]),
                       &halves, D_A);
  build_discriminator (&b, "D_B", b.real[0], pool (&b, "pool.A", b.fake[0], inputs[CHOICES_A]),
                       &halves, D_B);
  d_loss = trp_graph_add (b.graph, b.losses[D_A], b.losses[D_B]);
  trp_trainer_add_optimizer (b.graph, recipe, loss_scaling, "opt.D", d_loss, discriminator_prefixes,
                             inputs[RATE], inputs[ADAM_STEP]);
  for (int n = 0; n < N_COLUMNS; n++)
    trp_graph_output (b.graph, columns[n], b.losses[n]);
  return b.graph;
}

static TrpDatasetSpec
make_spec (const TrpRecipe *recipe, int side)
{
  return (TrpDatasetSpec){ .intensity = side == 0 ? recipe->mr : recipe->ct,
                           .spacing = recipe->spacing,
                           .size = (size_t) recipe->size,
                           .body_fraction = recipe->body_fraction };
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
      if (!trainer->data[side])
        return false;
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
  return true;
}

static bool
begin (TrpTrainer *trainer, bool is_new, GError **error)
{
  for (int n = 0; n < N_INPUTS; n++)
    trainer->inputs[n] = trp_program_find (trainer->program, input_names[n]);
  for (int n = 0; n < N_COLUMNS; n++)
    trainer->outputs[n] = trp_program_find (trainer->program, columns[n]);
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

/* Fill first; then, for half of the images, a random stored one goes out and the new one takes its
 * place. */
static void
draw_choices (TrpTrainer *trainer, int side, float *out_choices)
{
  TrpRng rng = { .seed = trainer->seed,
                 .stream = 0x706f6f6cU + (unsigned) side,
                 .index = trainer->pool_index[side] };

  for (int n = 0; n < trainer->recipe->batch; n++)
    {
      const bool exchange = trp_rng_uniform (&rng, 0, 1) > 0.5;
      const uint32_t slot = trp_rng_below (&rng, (uint32_t) MAX (trainer->recipe->pool, 1));

      if (trainer->pool_fill[side] < trainer->recipe->pool)
        out_choices[n] = (float) trainer->pool_fill[side]++;
      else
        out_choices[n] = exchange ? -2 - (float) slot : -1;
    }
  trainer->pool_index[side] = rng.index;
}

static double
gc_weight (const TrpRecipe *recipe, int step)
{
  if (step < recipe->gc_start)
    return 0;
  return recipe->gc_ramp > 0
           ? recipe->gc * MIN (1.0, (double) (step - recipe->gc_start) / recipe->gc_ramp)
           : recipe->gc;
}

/* Identity is weighted by the cycle's weight, as in the reference implementation; the two
 * directions of gradient consistency are averaged. */
static bool
set_weights (TrpTrainer *trainer, GError **error)
{
  const TrpRecipe *r = trainer->recipe;
  const float gc = (float) (0.5 * gc_weight (r, trainer->step));
  const float weights[N_GENERATOR_LOSSES] = { (float) r->adversarial,
                                              (float) r->adversarial,
                                              (float) r->cycle,
                                              (float) r->cycle,
                                              (float) (r->identity * r->cycle),
                                              (float) (r->identity * r->cycle),
                                              gc,
                                              gc };

  return trp_program_set (trainer->program, trainer->inputs[WEIGHTS], weights, error);
}

static bool
set_images (TrpTrainer *trainer, GError **error)
{
  const TrpRecipe *r = trainer->recipe;
  const size_t side = (size_t) patch_size (r), n = (size_t) r->batch * side * side;

  for (int d = 0; d < 2; d++)
    {
      if (!trainer->batch[d])
        trainer->batch[d] = g_new (float, n);
      trp_dataset_fill_batch (trainer->data[d], &r->augment, trainer->seed + (uint64_t) d,
                              (uint64_t) trainer->step, (size_t) r->batch, 0, side,
                              trainer->batch[d], NULL);
      if (!trp_program_set (trainer->program, trainer->inputs[REAL_A + d], trainer->batch[d],
                            error))
        return false;
    }
  return true;
}

static bool
set_pools (TrpTrainer *trainer, GError **error)
{
  g_autofree float *choices = g_new (float, (size_t) trainer->recipe->batch);

  if (trainer->recipe->pool == 0)
    return true;
  for (int side = 0; side < 2; side++)
    {
      draw_choices (trainer, side, choices);
      if (!trp_program_set (trainer->program, trainer->inputs[CHOICES_A + side], choices, error))
        return false;
    }
  return true;
}

static bool
step (TrpTrainer *trainer, GError **error)
{
  return set_images (trainer, error) && set_weights (trainer, error) &&
         set_pools (trainer, error) &&
         trp_trainer_feed_optimizer (trainer, trainer->inputs[RATE], trainer->inputs[ADAM_STEP],
                                     error) &&
         trp_program_run (trainer->program, error);
}

/* ---- preview and alarm: the generators as they are, on fixed slices ---- */

#define PREVIEW_ROWS 4
#define PREVIEW_TILES 6 /* MR, SynCT, MR again, CT, SynMR, CT again */

static const char *const tile_names[PREVIEW_TILES] = { "real_A", "fake_B", "again_A",
                                                       "real_B", "fake_A", "again_B" };

static TrpGraph *
build_preview (const TrpRecipe *recipe)
{
  const int side = patch_size (recipe);
  Build b = { .graph = trp_graph_new (), .generator = trp_recipe_get_generator (recipe, false) };
  TrpValue again[2];

  for (int n = 0; n < 2; n++)
    b.real[n] = trp_graph_input (b.graph, tile_names[3 * n],
                                 (TrpShape){ PREVIEW_ROWS, side, side, 1 });
  b.fake[1] = generate (&b, "G_A", b.real[0]);
  b.fake[0] = generate (&b, "G_B", b.real[1]);
  again[0] = generate (&b, "G_B", b.fake[1]);
  again[1] = generate (&b, "G_A", b.fake[0]);
  for (int n = 0; n < 2; n++)
    {
      trp_graph_output (b.graph, tile_names[3 * n + 1], b.fake[1 - n]);
      trp_graph_output (b.graph, tile_names[3 * n + 2], again[n]);
    }
  return b.graph;
}

/* (transfer full) all tiles, one after the other: (PREVIEW_TILES, PREVIEW_ROWS, side, side) */
static float *
run_preview (TrpTrainer *trainer, GError **error)
{
  const size_t side = (size_t) patch_size (trainer->recipe), n = PREVIEW_ROWS * side * side;
  g_autofree float *tiles = g_new (float, PREVIEW_TILES *n);

  for (int d = 0; d < 2; d++)
    {
      float *real = tiles + (size_t) (3 * d) * n;

      trp_dataset_fill_batch (trainer->data[d], NULL, trainer->recipe->seed + (uint64_t) d, 0,
                              PREVIEW_ROWS, 0, side, real, NULL);
      if (!trp_program_set (trainer->preview_program,
                            trp_program_find (trainer->preview_program, tile_names[3 * d]), real,
                            error))
        return NULL;
    }
  if (!trp_program_run (trainer->preview_program, error))
    return NULL;
  for (int t = 0; t < PREVIEW_TILES; t++)
    if (t % 3 != 0 && !trp_program_get (trainer->preview_program,
                                        trp_program_find (trainer->preview_program, tile_names[t]),
                                        tiles + (size_t) t * n, error))
      return NULL;
  return g_steal_pointer (&tiles);
}

static bool
preview (
  TrpTrainer *trainer, size_t *out_width, size_t *out_height, uint8_t **out_grey, GError **error)
{
  const size_t side = (size_t) patch_size (trainer->recipe), cell = side + 2,
               n = PREVIEW_ROWS * side * side;
  g_autofree float *tiles = run_preview (trainer, error);

  if (!tiles)
    return false;
  *out_width = PREVIEW_TILES * cell;
  *out_height = PREVIEW_ROWS * cell;
  *out_grey = g_malloc0 (*out_width * *out_height);
  for (size_t t = 0; t < PREVIEW_TILES; t++)
    for (size_t row = 0; row < PREVIEW_ROWS; row++)
      for (size_t i = 0; i < side * side; i++)
        (*out_grey)[(row * cell + i / side) * *out_width + t * cell + i % side] =
          trp_grey_from_network (tiles[t * n + row * side * side + i]);
  return true;
}

#define ALARM_FROM 600
#define ALARM_EVERY 200
/* A tenth of the MR's range: above the noise of the air, which is dark on both and would hide a
 * swap (with a twentieth even the true CT of a phantom reaches -0.01), below muscle. */
#define FOREGROUND (-0.8F)

/* Sound runs and the true CT of 30 phantoms: correlation -0.3 or less, 5 % below -300 HU or less,
 * adversarial losses 0.3 to 0.6, discriminators 0.17 to 0.25. An inverted run rises with the MR; in
 * a collapsed one fat was -533 HU, the losses 2.0 and 0.05. */
#define SWAPPED_CORRELATION 0.1
#define LOST_SHARE 0.2
#define LOST_HU (-300)
#define BEATEN_LOSS 0.1
#define BEATEN_ADVERSARIAL 1.5

typedef struct
{
  double correlation; /* of MR and SynCT */
  double lost;        /* share of the SynCT that is darker than any tissue */
} Body;

/* Where the MR has tissue. Fat is bright in MR and dark in CT, cortical bone the other way round,
 * so a sound SynCT falls with the MR; one that rises has swapped tissues. */
static Body
measure_body (const float *mr, const float *synct, size_t n, double lost_below)
{
  double count = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, lost = 0;

  for (size_t i = 0; i < n; i++)
    if (mr[i] > FOREGROUND)
      {
        const double x = (double) mr[i], y = (double) synct[i];

        count++;
        sx += x;
        sy += y;
        sxx += x * x;
        syy += y * y;
        sxy += x * y;
        lost += y < lost_below;
      }
  if (count < 2)
    return (Body){ 0, 0 };
  sxy -= sx * sy / count;
  sxx -= sx * sx / count;
  syy -= sy * sy / count;
  return (Body){ sxx > 0 && syy > 0 ? sxy / sqrt (sxx * syy) : 0, lost / count };
}

static bool
alarm_raised (TrpTrainer *trainer, const double *values, char **out_sentence, GError **error)
{
  const size_t side = (size_t) patch_size (trainer->recipe), n = PREVIEW_ROWS * side * side;
  const double votes = 0.5 * (values[D_A] + values[D_B]);
  const double deceived = 0.5 * (values[ADVERSARIAL_A] + values[ADVERSARIAL_B]);
  g_autofree float *tiles = NULL;
  Body body;

  *out_sentence = NULL;
  if (trainer->step < ALARM_FROM)
    return true;
  tiles = run_preview (trainer, error);
  if (!tiles)
    return false;
  body = measure_body (tiles, tiles + n, n, trp_curve_apply (&trainer->recipe->ct.curve, LOST_HU));
  if (body.correlation > SWAPPED_CORRELATION)
    *out_sentence = g_strdup_printf (
      "The SynCT rises with the MR (correlation %.2f): tissues are swapped", body.correlation);
  else if (body.lost > LOST_SHARE)
    *out_sentence = g_strdup_printf ("%.0f %% of the body has turned to air in the SynCT",
                                     100 * body.lost);
  else if (votes < BEATEN_LOSS && deceived > BEATEN_ADVERSARIAL)
    *out_sentence = g_strdup_printf (
      "The discriminators have won (loss %.3f against %.2f): the images collapse", votes, deceived);
  return true;
}

const TrpTrainerClass trp_cyclegan_class = {
  .columns = columns,
  .n_columns = N_COLUMNS,
  .model_prefixes = generator_prefixes,
  .load = load,
  .estimate_data = estimate_data,
  .build = build,
  .build_preview = build_preview,
  .begin = begin,
  .step = step,
  .preview = preview,
  .alarm_every = ALARM_EVERY,
  .alarm = alarm_raised,
};
