/* cyclegan-seg.c - images to contours and back, with pairs or without
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * "net" makes masks of images, "back" images of masks; D_mask and D_image judge what they make. All
 * four see masks as -1 and 1, as images. The masks are drawn apart from the images, so that without
 * the segmenter's losses (loss.bce and loss.dice 0) nothing says which belong together; with them
 * the images' own masks do.
 *
 * The published code (DavidSriker/CycleGAN) gives the optimiser of the way back the parameters of
 * the way there, so that the way back is never trained, makes "reconstructed" masks of images with
 * the way back, shows discriminators logits beside masks of 0 and 1, and clips gradients of a
 * discriminator whose step is done. Here both are trained, by one Adam as in CycleGAN, the cycle of
 * masks ends with the network that makes masks, and masks are probabilities.
 *
 * With batch norm the running statistics of "net" are of images, made images and masks alike;
 * instance norm, the default, has none.
 *
 * Source: D. Sriker, Generalizing medical image segmentation in multiple domains (losses, all of
 * weight 1; U-Nets); J.-Y. Zhu et al., ICCV 2017 (order of a step, LSGAN, pools).
 */

#include "core/method/image-pool.h"
#include "core/method/model.h"
#include "core/method/segmenter-losses.h"
#include "core/method/segmenter.h"
#include "core/method/validation.h"
#include "core/nn/init.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"

enum
{
  IMAGES,
  TARGETS,
  MASKS,
  RATE,
  STEP,
  IMAGE_CHOICES,
  MASK_CHOICES,
  N_INPUTS
};

enum
{
  LOSS,
  BCE,
  DICE,
  ADVERSARIAL_MASK,
  ADVERSARIAL_IMAGE,
  CYCLE_IMAGE,
  CYCLE_MASK,
  IDENTITY_MASK,
  IDENTITY_IMAGE,
  D_MASK,
  D_IMAGE,
  N_COLUMNS
};

static const char *const input_names[N_INPUTS] = { "images",      "targets",   "masks",
                                                   "rate",        "adam_step", "image_choices",
                                                   "mask_choices" };
static const char *const columns[N_COLUMNS] = {
  "loss",        "bce",        "dice",          "adversarial_mask", "adversarial_image",
  "cycle_image", "cycle_mask", "identity_mask", "identity_image",   "D_mask",
  "D_image"
};
static const char *const model_prefixes[] = { "net.", NULL };
static const char *const generator_prefixes[] = { "net.", "back.", NULL };
static const char *const discriminator_prefixes[] = { "D_mask.", "D_image.", NULL };

typedef struct
{
  TrpGraph *graph;
  const TrpRecipe *recipe;
  TrpUnet there, back;
  TrpPatchGan discriminators[2]; /* of masks, of images */
  TrpValue inputs[N_INPUTS];
  TrpValue masks, logits, made_masks, made_images;
  TrpValue losses[N_COLUMNS];
} Build;

/* Probabilities, or masks of 0 and 1, as network values. */
static TrpValue
to_network (Build *b, TrpValue mask)
{
  const TrpShape shape = trp_graph_get_shape (b->graph, mask);

  return trp_graph_add (b->graph, trp_graph_scale (b->graph, mask, 2),
                        trp_graph_constant (b->graph, shape, -1));
}

/* Of a tanh, which is 2 sigmoid (2 x) - 1. */
static TrpValue
find_masks (Build *b, TrpValue image, TrpValue *out_logits)
{
  *out_logits = trp_unet_build (b->graph, &b->there, "net", image);
  return trp_graph_activation (b->graph, trp_graph_scale (b->graph, *out_logits, 0.5),
                               TRP_ACTIVATION_TANH, 0);
}

static TrpValue
find_masks_only (Build *b, TrpValue image)
{
  TrpValue logits;

  return find_masks (b, image, &logits);
}

static TrpValue
make_images (Build *b, TrpValue mask)
{
  return trp_graph_activation (b->graph, trp_unet_build (b->graph, &b->back, "back", mask),
                               TRP_ACTIVATION_TANH, 0);
}

static TrpValue
judge (Build *b, int which, TrpValue x, double target)
{
  static const char *const names[] = { "D_mask", "D_image" };
  const TrpValue votes = trp_patch_gan_build (b->graph, &b->discriminators[which], names[which], x);

  return trp_graph_pixel_loss_constant (b->graph, TRP_PIXEL_LOSS_MSE, votes, target);
}

/* Between probabilities, half of what it is between network values. */
static TrpValue
mask_difference (Build *b, TrpValue x, TrpValue y)
{
  return trp_graph_scale (b->graph, trp_graph_pixel_loss (b->graph, TRP_PIXEL_LOSS_L1, x, y), 0.5);
}

static TrpValue
image_difference (Build *b, TrpValue x, TrpValue y)
{
  return trp_graph_pixel_loss (b->graph, TRP_PIXEL_LOSS_L1, x, y);
}

static void
add (Build *b, double weight, int column)
{
  const TrpValue part = trp_graph_scale (b->graph, b->losses[column], weight);

  b->losses[LOSS] = trp_graph_add (b->graph, b->losses[LOSS], part);
}

static void
add_identity (Build *b, double weight)
{
  if (weight == 0)
    {
      b->losses[IDENTITY_MASK] = b->losses[IDENTITY_IMAGE] = trp_graph_constant (
        b->graph, trp_shape_vector (1), 0);
      return;
    }
  b->losses[IDENTITY_MASK] = mask_difference (b, find_masks_only (b, b->masks), b->masks);
  b->losses[IDENTITY_IMAGE] = image_difference (b, make_images (b, b->inputs[IMAGES]),
                                                b->inputs[IMAGES]);
  add (b, weight, IDENTITY_MASK);
  add (b, weight, IDENTITY_IMAGE);
}

static void
build_generators (Build *b)
{
  const TrpRecipe *r = b->recipe;
  const TrpValue images = b->inputs[IMAGES];

  b->masks = to_network (b, b->inputs[MASKS]);
  b->made_masks = find_masks (b, images, &b->logits);
  b->made_images = make_images (b, b->masks);
  b->losses[LOSS] = trp_segmenter_build_loss (b->graph, r, b->logits, b->inputs[TARGETS],
                                              &b->losses[BCE]);
  b->losses[ADVERSARIAL_MASK] = judge (b, 0, b->made_masks, 1);
  b->losses[ADVERSARIAL_IMAGE] = judge (b, 1, b->made_images, 1);
  b->losses[CYCLE_IMAGE] = image_difference (b, make_images (b, b->made_masks), images);
  b->losses[CYCLE_MASK] = mask_difference (b, find_masks_only (b, b->made_images), b->masks);
  add (b, r->adversarial, ADVERSARIAL_MASK);
  add (b, r->adversarial, ADVERSARIAL_IMAGE);
  add (b, r->cycle, CYCLE_IMAGE);
  add (b, r->cycle, CYCLE_MASK);
  add_identity (b, r->identity * r->cycle);
}

static TrpValue
build_discriminator (Build *b, int which, TrpValue real, TrpValue made)
{
  const TrpValue sum = trp_graph_add (b->graph, judge (b, which, real, 1),
                                      judge (b, which, made, 0));

  return trp_graph_scale (b->graph, sum, 0.5);
}

static void
build_discriminators (Build *b)
{
  const TrpRecipe *r = b->recipe;
  const TrpValue masks = trp_image_pool_add (b->graph, r, "pool.masks", b->made_masks,
                                             b->inputs[MASK_CHOICES]);
  const TrpValue images = trp_image_pool_add (b->graph, r, "pool.images", b->made_images,
                                              b->inputs[IMAGE_CHOICES]);

  b->losses[D_MASK] = build_discriminator (b, 0, b->masks, masks);
  b->losses[D_IMAGE] = build_discriminator (b, 1, b->inputs[IMAGES], images);
}

static void
build_inputs (Build *b)
{
  const int side = trp_recipe_get_side (b->recipe), batch = b->recipe->batch;
  const TrpShape scalar = trp_shape_vector (1), choices = trp_shape_vector (batch),
                 image = { batch, side, side, b->there.in_channels },
                 mask = { batch, side, side, b->there.out_channels };
  const TrpShape shapes[N_INPUTS] = { image, mask, mask, scalar, scalar, choices, choices };

  for (int n = 0; n < N_INPUTS; n++)
    b->inputs[n] = trp_graph_input (b->graph, input_names[n], shapes[n]);
}

static TrpUnet
reverse (TrpUnet unet)
{
  const int n_in = unet.in_channels;

  unet.in_channels = unet.out_channels;
  unet.out_channels = n_in;
  unet.grey_in = 0;
  unet.background = false;
  return unet;
}

static TrpGraph *
build (const TrpRecipe *recipe, bool loss_scaling)
{
  Build b = { .graph = trp_graph_new (),
              .recipe = recipe,
              .there = trp_recipe_get_segmenter (recipe, true),
              .discriminators = { trp_recipe_get_discriminator (recipe),
                                  trp_recipe_get_discriminator (recipe) } };
  TrpValue d_loss;

  b.back = reverse (b.there);
  build_inputs (&b);
  build_generators (&b);
  trp_trainer_add_optimizer (b.graph, recipe, loss_scaling, "opt.G", b.losses[LOSS],
                             generator_prefixes, b.inputs[RATE], b.inputs[STEP]);
  trp_trainer_add_ema (b.graph, recipe, generator_prefixes);
  build_discriminators (&b);
  d_loss = trp_graph_add (b.graph, b.losses[D_MASK], b.losses[D_IMAGE]);
  trp_trainer_add_optimizer (b.graph, recipe, loss_scaling, "opt.D", d_loss, discriminator_prefixes,
                             b.inputs[RATE], b.inputs[STEP]);
  for (int n = 0; n < N_COLUMNS; n++)
    trp_graph_output (b.graph, columns[n], b.losses[n]);
  return b.graph;
}

static bool
begin (TrpTrainer *trainer, bool is_new, GError **error)
{
  trp_trainer_find_values (trainer, input_names, N_INPUTS);
  if (!is_new)
    return true;
  for (int n = 0; n < 2; n++)
    if (!trp_store_init (trainer->store, generator_prefixes[n], TRP_INIT_HE, trainer->seed,
                         error) ||
        !trp_store_init (trainer->store, discriminator_prefixes[n], TRP_INIT_NORMAL, trainer->seed,
                         error))
      return false;
  return trp_trainer_start_averages (trainer, error);
}

/* Masks of another draw, in buffers that are free again. */
static bool
feed_masks (TrpTrainer *trainer, GError **error)
{
  const TrpRecipe *r = trainer->recipe;

  trp_dataset_fill_batch (trainer->data[0], &r->augment, trainer->seed + 1,
                          (uint64_t) trainer->step, (size_t) r->batch, (size_t) r->context,
                          (size_t) trp_recipe_get_side (r), trainer->batch[0], trainer->batch[1]);
  return trp_program_set (trainer->program, trainer->inputs[MASKS], trainer->batch[1], error);
}

static bool
step (TrpTrainer *trainer, GError **error)
{
  const TrpValue *inputs = trainer->inputs;

  return trp_segmenter_feed (trainer, (uint64_t) trainer->step, inputs[IMAGES], inputs[TARGETS],
                             error) &&
         feed_masks (trainer, error) &&
         trp_image_pool_feed (trainer, 0, inputs[IMAGE_CHOICES], error) &&
         trp_image_pool_feed (trainer, 1, inputs[MASK_CHOICES], error) &&
         trp_trainer_feed_optimizer (trainer, inputs[RATE], inputs[STEP], error) &&
         trp_program_run (trainer->program, error);
}

/* --- preview --- */

#define ROWS 4

typedef enum
{
  REAL_IMAGE,
  FAKE_MASK,
  IMAGE_AGAIN,
  REAL_MASK,
  FAKE_IMAGE,
  MASK_AGAIN,
  N_TILES
} Tile;

static const struct
{
  const char *name; /* of the graph's value */
  bool is_mask;
} tiles[N_TILES] = {
  [REAL_IMAGE] = { "real_image", false },   [FAKE_MASK] = { "fake_mask", true },
  [IMAGE_AGAIN] = { "image_again", false }, [REAL_MASK] = { "real_mask", true },
  [FAKE_IMAGE] = { "fake_image", false },   [MASK_AGAIN] = { "mask_again", true },
};

static TrpGraph *
build_preview (const TrpRecipe *recipe)
{
  const int side = trp_recipe_get_side (recipe);
  Build b = { .graph = trp_graph_new (),
              .recipe = recipe,
              .there = trp_recipe_get_segmenter (recipe, false) };
  TrpValue values[N_TILES];

  b.back = reverse (b.there);
  values[REAL_IMAGE] = trp_graph_input (b.graph, tiles[REAL_IMAGE].name,
                                        (TrpShape){ ROWS, side, side, b.there.in_channels });
  values[REAL_MASK] = trp_graph_input (b.graph, tiles[REAL_MASK].name,
                                       (TrpShape){ ROWS, side, side, b.there.out_channels });
  values[FAKE_MASK] = find_masks_only (&b, values[REAL_IMAGE]);
  values[IMAGE_AGAIN] = make_images (&b, values[FAKE_MASK]);
  values[FAKE_IMAGE] = make_images (&b, values[REAL_MASK]);
  values[MASK_AGAIN] = find_masks_only (&b, values[FAKE_IMAGE]);
  for (int n = 0; n < N_TILES; n++)
    if (n != REAL_IMAGE && n != REAL_MASK)
      trp_graph_output (b.graph, tiles[n].name, values[n]);
  return b.graph;
}

/* The same slices' images and masks, as network values. */
static bool
set_real (TrpTrainer *trainer, float *images, float *masks, GError **error)
{
  const TrpRecipe *r = trainer->recipe;
  const size_t side = (size_t) trp_recipe_get_side (r);
  TrpProgram *program = trainer->preview_program;

  trp_dataset_fill_batch (trainer->data[0], NULL, r->seed, 0, ROWS, (size_t) r->context, side,
                          images, masks);
  for (size_t i = 0; i < ROWS * side * side * r->n_labels; i++)
    masks[i] = 2 * masks[i] - 1;
  return trp_program_set (program, trp_program_find (program, tiles[REAL_IMAGE].name), images,
                          error) &&
         trp_program_set (program, trp_program_find (program, tiles[REAL_MASK].name), masks, error);
}

static void
draw_column (TrpTileSheet *sheet, const TrpRecipe *r, Tile tile, const float *values)
{
  const size_t n_pixels = sheet->side * sheet->side, n_in = trp_recipe_get_segmenter_channels (r);

  for (size_t row = 0; row < ROWS; row++)
    if (tiles[tile].is_mask)
      trp_tile_sheet_draw_mask (sheet, tile, row, values + row * n_pixels * r->n_labels,
                                r->n_labels, -1);
    else
      trp_tile_sheet_draw_image (sheet, tile, row,
                                 values + row * n_pixels * n_in + (size_t) r->context, n_in);
}

/* There and back from an image, then from a mask: a column each. */
static bool
preview (TrpTrainer *trainer, TrpTileSheet *out_sheet, GError **error)
{
  const TrpRecipe *r = trainer->recipe;
  const size_t side = (size_t) trp_recipe_get_side (r), n_pixels = ROWS * side * side;
  g_autofree float *images = g_new (float, n_pixels *trp_recipe_get_segmenter_channels (r));
  g_autofree float *masks = g_new (float, n_pixels * r->n_labels);
  TrpProgram *program = trainer->preview_program;
  TrpTileSheet sheet;

  if (!set_real (trainer, images, masks, error) || !trp_program_run (program, error))
    return false;
  trp_tile_sheet_init (&sheet, side, N_TILES, ROWS);
  draw_column (&sheet, r, REAL_IMAGE, images);
  draw_column (&sheet, r, REAL_MASK, masks);
  for (Tile n = 0; n < N_TILES; n++)
    {
      float *values = tiles[n].is_mask ? masks : images;

      if (n == REAL_IMAGE || n == REAL_MASK)
        continue;
      if (!trp_program_get (program, trp_program_find (program, tiles[n].name), values, error))
        {
          g_free (sheet.grey);
          return false;
        }
      draw_column (&sheet, r, n, values);
    }
  *out_sheet = sheet;
  return true;
}

const TrpTrainerClass trp_cyclegan_seg_class = {
  .columns = columns,
  .n_columns = N_COLUMNS,
  .model_prefixes = model_prefixes,
  .load = trp_segmenter_load,
  .estimate_data = trp_segmenter_estimate_data,
  .build = build,
  .build_preview = build_preview,
  .begin = begin,
  .step = step,
  .preview = preview,
  .validation = &trp_segmenter_validation,
};
