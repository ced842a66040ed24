/* cyclegan-preview.c - the generators as they are, on fixed slices, for the eye and for the alarms
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/cyclegan-alarm.h"
#include "core/method/cyclegan.h"
#include "core/method/model.h"
#include "core/nn/layers.h"

#define ROWS 4

typedef enum
{
  REAL,     /* MR; CT */
  FAKE,     /* SynCT; SynMR */
  AGAIN,    /* MR again; CT again */
  IDENTITY, /* the MR through the network that makes MR; only where the recipe trains for that */
  N_KINDS
} Kind;

static const char *const names[2][N_KINDS] = { { "real_A", "fake_B", "again_A", "identity_A" },
                                               { "real_B", "fake_A", "again_B", "identity_B" } };

/* Of one side; the other's follow. */
static size_t
count_kinds (const TrpRecipe *recipe)
{
  return recipe->identity > 0 ? N_KINDS : IDENTITY;
}

static void
show (TrpGraph *graph, const TrpRecipe *recipe, const char *name, TrpValue image)
{
  if (recipe->context > 0)
    image = trp_graph_slice (graph, image, recipe->context, 1);
  trp_graph_output (graph, name, image);
}

TrpGraph *
trp_cyclegan_build_preview (const TrpRecipe *recipe)
{
  static const char *const forth[2] = { "G_A", "G_B" };
  const TrpGenerator generator = trp_recipe_get_generator (recipe, false);
  const int side = (int) trp_cyclegan_get_side (recipe);
  const TrpShape shape = { ROWS, side, side, (int) trp_cyclegan_get_channels (recipe) };
  TrpGraph *graph = trp_graph_new ();

  for (int n = 0; n < 2; n++)
    {
      const TrpValue real = trp_graph_input (graph, names[n][REAL], shape);
      const TrpValue fake = trp_generator_build (graph, &generator, forth[n], real);

      show (graph, recipe, names[n][FAKE], fake);
      show (graph, recipe, names[n][AGAIN],
            trp_generator_build (graph, &generator, forth[1 - n], fake));
      if (count_kinds (recipe) > IDENTITY)
        show (graph, recipe, names[n][IDENTITY],
              trp_generator_build (graph, &generator, forth[1 - n], real));
    }
  return graph;
}

/* The middle slices of the images on which the networks are shown go to @out_tile. */
static bool
set_real (TrpTrainer *trainer, int n, float *out_tile, GError **error)
{
  const TrpRecipe *r = trainer->recipe;
  const size_t side = trp_cyclegan_get_side (r), channels = trp_cyclegan_get_channels (r);
  g_autofree float *images = g_new (float, ROWS *side *side *channels);

  trp_dataset_fill_batch (trainer->data[n], NULL, r->seed + (uint64_t) n, 0, ROWS,
                          (size_t) r->context, side, images, NULL);
  for (size_t i = 0; i < ROWS * side * side; i++)
    out_tile[i] = images[i * channels + channels / 2];
  return trp_program_set (trainer->preview_program,
                          trp_program_find (trainer->preview_program, names[n][REAL]), images,
                          error);
}

/* (transfer full): all tiles, one after the other: (2, kinds, ROWS, side, side) */
static float *
run_preview (TrpTrainer *trainer, GError **error)
{
  const size_t side = trp_cyclegan_get_side (trainer->recipe), n_pixels = ROWS * side * side;
  const size_t n_kinds = count_kinds (trainer->recipe);
  g_autofree float *tiles = g_new (float, 2 * n_kinds * n_pixels);

  for (int n = 0; n < 2; n++)
    if (!set_real (trainer, n, tiles + (size_t) n * n_kinds * n_pixels, error))
      return NULL;
  if (!trp_program_run (trainer->preview_program, error))
    return NULL;
  for (size_t n = 0; n < 2; n++)
    for (size_t kind = FAKE; kind < n_kinds; kind++)
      if (!trp_program_get (trainer->preview_program,
                            trp_program_find (trainer->preview_program, names[n][kind]),
                            tiles + (n * n_kinds + kind) * n_pixels, error))
        return NULL;
  return g_steal_pointer (&tiles);
}

bool
trp_cyclegan_preview (TrpTrainer *trainer, TrpTileSheet *out_sheet, GError **error)
{
  const size_t side = trp_cyclegan_get_side (trainer->recipe),
               n_tiles = 2 * count_kinds (trainer->recipe);
  g_autofree float *tiles = run_preview (trainer, error);

  if (!tiles)
    return false;
  trp_tile_sheet_init (out_sheet, side, n_tiles, ROWS);
  for (size_t t = 0; t < n_tiles; t++)
    for (size_t row = 0; row < ROWS; row++)
      trp_tile_sheet_draw_image (out_sheet, t, row, tiles + (t * ROWS + row) * side * side, 1);
  return true;
}

#define ALARM_FROM 600
#define LOST_HU (-300)

bool
trp_cyclegan_alarm (TrpTrainer *trainer, const double *values, TrpAlarm *out_alarm, GError **error)
{
  const TrpRecipe *r = trainer->recipe;
  const size_t side = trp_cyclegan_get_side (r), n_pixels = ROWS * side * side,
               n_kinds = count_kinds (r);
  TrpCycleganEvidence evidence = {
    .n = ROWS,
    .side = side,
    .threshold = { r->threshold[0], r->threshold[1] },
    .lost_below = trp_curve_apply (&r->ct.curve, LOST_HU),
    .discriminators = 0.5 * (values[TRP_CYCLEGAN_D_A] + values[TRP_CYCLEGAN_D_B]),
    .adversarial = 0.5 * (values[TRP_CYCLEGAN_ADVERSARIAL_A] + values[TRP_CYCLEGAN_ADVERSARIAL_B]),
  };
  g_autofree float *tiles = NULL;

  *out_alarm = (TrpAlarm){ NULL, false };
  if (trainer->step < ALARM_FROM)
    return true;
  tiles = run_preview (trainer, error);
  if (!tiles)
    return false;
  for (size_t n = 0; n < 2; n++)
    {
      evidence.real[n] = tiles + (n * n_kinds + REAL) * n_pixels;
      evidence.fake[1 - n] = tiles + (n * n_kinds + FAKE) * n_pixels;
    }
  return trp_cyclegan_find_alarm (&evidence, out_alarm, error);
}
