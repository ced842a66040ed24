/* test-lgan.c - critic and generator pull in their own directions, and contours are learnt
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/model-summary.h"
#include "core/method/trainer-class.h"
#include "core/nn/layers.h"
#include "core/nn/program.h"
#include "tests/lib/check.h"
#include "tests/lib/training.h"

#include <string.h>

static TrpRecipe *
make_recipe (const char *kind)
{
  TrpRecipe *recipe = trp_tiny_recipe (TRP_TRAINER_LGAN);
  g_autofree char *assignment = g_strconcat ("critic.kind=", kind, NULL);

  trp_tiny_set (recipe, assignment);
  trp_tiny_set (recipe, "data.size=32");
  trp_tiny_set (recipe, "data.spacing=1.5");
  trp_tiny_set (recipe, "segmenter_filters=4");
  trp_tiny_set (recipe, "critic.layers=3");
  trp_tiny_set (recipe, "critic.filters=4");
  trp_tiny_set (recipe, "critic.features=16");
  trp_tiny_set (recipe, "training.batch=4");
  trp_tiny_set (recipe, "ema=0");
  return recipe;
}

/* --- the critic of a finished run, seen from outside --- */

typedef struct
{
  double drawn, generated;
} Scores;

static void
fill_from_checkpoint (TrpStore *store, const char *folder)
{
  g_autoptr (TrpSafetensors) file = trp_training_load (folder, "checkpoint.safetensors");

  for (int n = 0; n < trp_store_get_n (store); n++)
    {
      TrpStored *stored = trp_store_peek (store, n);
      const TrpTensorView *view = trp_safetensors_find (file, stored->name);
      g_autofree float *values = g_new (float, trp_shape_count (stored->tensor.shape));

      g_assert_nonnull (view);
      trp_tensor_view_get_f32 (view, values);
      g_assert_true (trp_store_set_file (store, stored, values, NULL));
    }
}

static TrpDataset *
load_data (const TrpTraining *f, const TrpRecipe *recipe)
{
  const TrpDatasetSpec spec = { .intensity = recipe->ct,
                                .spacing = recipe->spacing,
                                .size = (size_t) recipe->size,
                                .n_labels = 1,
                                .labels = { recipe->labels[0] } };
  g_autoptr (GError) error = NULL;
  TrpDataset *data = trp_dataset_load (f->list, TRP_DATA_CT, &spec, NULL, &error);

  g_assert_no_error (error);
  return data;
}

#define BATCH 8 /* all slices */

static Scores
judge (const TrpTraining *f, const TrpRecipe *recipe, const char *folder)
{
  const size_t side = (size_t) recipe->size, n = BATCH * side * side;
  const TrpUnet unet = trp_recipe_get_segmenter (recipe, true);
  const TrpCritic critic = trp_recipe_get_critic (recipe);
  g_autoptr (TrpDataset) data = load_data (f, recipe);
  g_autoptr (TrpDevice) device = trp_device_open (&trp_backend_cpu, NULL, NULL);
  g_autoptr (TrpStore) store = trp_store_new (device);
  g_autoptr (GHashTable) filters = trp_critic_filters_new ();
  g_autofree float *images = g_new (float, n *(size_t) unet.in_channels), *masks = g_new (float, n);
  const TrpShape shape = { BATCH, (int) side, (int) side, unet.in_channels };
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", shape);
  const TrpValue truth = trp_graph_input (graph, "truth",
                                          (TrpShape){ BATCH, (int) side, (int) side, 1 });
  const TrpValue image = trp_graph_slice (graph, x, recipe->context, 1);
  const TrpValue mask = trp_graph_activation (graph, trp_unet_build (graph, &unet, "net", x),
                                              TRP_ACTIVATION_SIGMOID, 0);
  const TrpCriticView views[2] = { { image, truth, truth }, { image, mask, truth } };
  double sums[2] = { 0, 0 };
  TrpValue scores[2];
  g_autoptr (GError) error = NULL;

  for (int v = 0; v < 2; v++)
    {
      scores[v] = trp_critic_build (graph, &critic, filters, "critic", &views[v]);
      trp_graph_output (graph, v ? "generated" : "drawn", scores[v]);
    }
  g_autoptr (TrpProgram) program = trp_program_new (graph, store, &error);

  g_assert_no_error (error);
  fill_from_checkpoint (store, folder);
  trp_dataset_fill_batch (data, NULL, 1, 0, BATCH, (size_t) recipe->context, side, images, masks);
  g_assert_true (trp_program_set (program, x, images, NULL));
  g_assert_true (trp_program_set (program, truth, masks, NULL));
  g_assert_true (trp_program_run (program, NULL));
  for (int v = 0; v < 2; v++)
    {
      float each[BATCH];

      g_assert_true (trp_program_get (program, scores[v], each, NULL));
      for (int i = 0; i < BATCH; i++)
        sums[v] += (double) each[i] / BATCH;
    }
  return (Scores){ sums[0], sums[1] };
}

static const char *const kinds[] = { "basic", "product", "early-fusion", "late-fusion",
                                     "regression" };

static Scores
train_critic (const TrpTraining *f, const char *kind, const char *limit)
{
  g_autoptr (TrpRecipe) recipe = make_recipe (kind);
  g_autofree char *folder = g_strdup_printf ("%s/%s-%s", f->folder, kind, limit);
  g_autofree char *assignment = g_strconcat ("critic.limit=", limit, NULL);

  trp_tiny_set (recipe, assignment);
  trp_tiny_set (recipe, "learning_rate=1e-8");
  trp_tiny_set (recipe, "critic_rate=0.002");
  trp_tiny_set (recipe, "critic.updates=2");
  trp_tiny_set (recipe, "critic.clip=0.1");
  trp_tiny_set (recipe, "steps=40");
  trp_training_run (f, recipe, folder, false);
  return judge (f, recipe, folder);
}

/* With the generator as good as frozen, the critic comes to prefer what was drawn. */
static void
test_the_critic_prefers_what_was_drawn (TrpTraining *f, const void *data)
{
  static const char *const limits[] = { "clip", "spectral" };

  for (size_t k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (size_t l = 0; l < G_N_ELEMENTS (limits); l++)
      {
        const Scores scores = train_critic (f, kinds[k], limits[l]);

        g_test_message ("%s, %s: drawn %g, generated %g", kinds[k], limits[l], scores.drawn,
                        scores.generated);
        g_assert_cmpfloat (scores.drawn, >, scores.generated);
      }
}

/* Clipping reaches every weight of the critic and none of the generator. */
static void
test_the_critic_is_clipped (TrpTraining *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = make_recipe ("basic");
  g_autofree char *folder = trp_training_subfolder (f, "run");
  g_autoptr (TrpSafetensors) file = NULL;
  float largest[2] = { 0, 0 };

  trp_tiny_set (recipe, "steps=3");
  trp_training_run (f, recipe, folder, false);
  file = trp_training_load (folder, "checkpoint.safetensors");
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    {
      const TrpTensorView *view = trp_safetensors_peek_tensor (file, n);
      const bool is_critic = g_str_has_prefix (view->name, "critic.");
      g_autofree float *values = g_new (float, view->count);

      trp_tensor_view_get_f32 (view, values);
      if ((is_critic || g_str_has_prefix (view->name, "net.")) && !strstr (view->name, "running"))
        for (size_t i = 0; i < view->count; i++)
          largest[is_critic] = MAX (largest[is_critic], ABS (values[i]));
    }
  g_assert_cmpfloat (largest[1], ==, 0.01f);
  g_assert_cmpfloat (largest[0], >, 0.1f);
}

/* --- learning from the critic --- */

static void
test_contours_are_learnt (TrpTraining *f, const void *data)
{
  for (size_t k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (TrpRecipe) recipe = make_recipe (kinds[k]);
      g_autofree char *folder = trp_training_subfolder (f, kinds[k]);
      double dice;

      trp_tiny_set (recipe, "learning_rate=0.01");
      trp_tiny_set (recipe, "critic_rate=0.001");
      trp_tiny_set (recipe, "steps=100");
      trp_training_run (f, recipe, folder, false);
      dice = trp_training_measure_dice (f, folder);
      g_test_message ("%s: Dice %.3f", kinds[k], dice);
      g_assert_cmpfloat (dice, >, 0.85);
    }
}

/* The critic alone, which sees image and mask, teaches where the structure is. With either sign
 * wrong the masks go away from what was drawn (Dice 0). */
static void
test_a_critic_alone_teaches (TrpTraining *f, const void *data)
{
  for (size_t k = 2; k <= 3; k++)
    {
      g_autoptr (TrpRecipe) recipe = make_recipe (kinds[k]);
      g_autofree char *folder = trp_training_subfolder (f, kinds[k]);
      double dice;

      trp_tiny_set (recipe, "loss.bce=1e-6");
      trp_tiny_set (recipe, "loss.dice=0");
      trp_tiny_set (recipe, "learning_rate=0.01");
      trp_tiny_set (recipe, "critic.limit=spectral");
      trp_tiny_set (recipe, "critic_rate=0.002");
      trp_tiny_set (recipe, "critic.updates=2");
      trp_tiny_set (recipe, "steps=150");
      trp_training_run (f, recipe, folder, false);
      dice = trp_training_measure_dice (f, folder);
      g_test_message ("%s: Dice %.3f", kinds[k], dice);
      g_assert_cmpfloat (dice, >, 0.6);
    }
}

/* --- what a run shows --- */

#define SIDE 32
#define N_TILES 4

/* White pixels to the right of the tile's middle less those to its left, in the middle row of one
 * of two bars. */
static int
measure_bar (const uint8_t *preview, size_t row, size_t bar)
{
  const uint8_t *tile = trp_training_peek_tile (preview, N_TILES, SIDE, 3, row) +
                        (bar * SIDE / 2 + SIDE / 4) * N_TILES * (SIDE + 2);
  int length = 0;

  for (size_t x = 0; x < SIDE; x++)
    if (tile[x] == 255)
      length += x < SIDE / 2 ? -1 : 1;
  return length;
}

/* A critic that has learnt while the generator stood still thinks more of what was drawn; the
 * largest score fills half a tile. Looking changes no bit of the run, not even of what the critic's
 * norms remember. */
static void
test_previews_show_the_critic (TrpTraining *f, const void *data)
{
  static const char *const limits[] = { "critic.limit=clip", "critic.limit=spectral" };

  for (size_t l = 0; l < G_N_ELEMENTS (limits); l++)
    {
      g_autoptr (TrpRecipe) recipe = make_recipe ("early-fusion");
      g_autofree char *seen = trp_training_subfolder (f, limits[l]),
                      *unseen = g_strconcat (seen, "-0", NULL);
      g_autofree uint8_t *preview = NULL;
      g_autoptr (TrpSafetensors) one = NULL, other = NULL;
      int bars[2] = { 0, 0 }, longest = 0;

      trp_tiny_set (recipe, limits[l]);
      trp_tiny_set (recipe, "learning_rate=1e-8");
      trp_tiny_set (recipe, "critic_rate=0.002");
      trp_tiny_set (recipe, "critic.updates=2");
      trp_tiny_set (recipe, "critic.clip=0.1");
      trp_tiny_set (recipe, "steps=40");
      trp_training_run (f, recipe, unseen, false);
      trp_tiny_set (recipe, "output.preview_every=10");
      trp_training_run (f, recipe, seen, false);
      one = trp_training_load (unseen, "checkpoint.safetensors");
      other = trp_training_load (seen, "checkpoint.safetensors");
      trp_training_assert_same (one, other);
      preview = trp_training_read_preview (seen, 40, N_TILES, SIDE);
      for (size_t row = 0; row < 4; row++)
        for (size_t bar = 0; bar < 2; bar++)
          {
            const int length = measure_bar (preview, row, bar);

            bars[bar] += length;
            longest = MAX (longest, abs (length));
          }
      g_test_message ("%s: prediction %d, truth %d", limits[l], bars[0], bars[1]);
      g_assert_cmpint (longest, ==, SIDE / 2);
      g_assert_cmpint (bars[1], >, bars[0]);
    }
}

/* 32 pixels become 15, 7 and 3: weights 3 x 3 from 1 to 4 to 4 to 8 channels, each with the
 * two numbers of its norm or with a bias, then 3 x 3 x 8 to 16 to 1 with biases. */
static void
test_checkpoints_tell_of_the_critic (TrpTraining *f, const void *data)
{
  static const size_t weights = 9 * (1 * 4 + 4 * 4 + 4 * 8) + 9 * 8 * 16 + 16 + 16 + 1;
  static const struct
  {
    const char *limit;
    size_t n_parameters;
  } cases[] = { { "clip", weights + 2 * (4 + 4 + 8) }, { "spectral", weights + 4 + 4 + 8 } };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *folder = trp_training_subfolder (f, cases[n].limit);
      g_autofree char *path = g_build_filename (folder, "checkpoint.safetensors", NULL);
      g_autofree char *limit = g_strconcat ("critic.limit=", cases[n].limit, NULL);
      g_autoptr (TrpRecipe) recipe = make_recipe ("basic");
      g_autoptr (TrpModelSummary) summary = NULL;
      g_autoptr (TrpModel) model = NULL;
      const TrpModelPart *critic;

      trp_tiny_set (recipe, limit);
      trp_tiny_set (recipe, "steps=1");
      trp_training_run (f, recipe, folder, false);
      model = trp_model_load (path, NULL);
      g_assert_nonnull (model);
      summary = trp_model_summarize (model);
      g_assert_cmpuint (summary->parts->len, ==, 2);
      g_assert_cmpstr (((TrpModelPart *) summary->parts->pdata[0])->net, ==, "net");
      critic = summary->parts->pdata[1];
      g_assert_cmpstr (critic->net, ==, "critic");
      g_assert_cmpstr (critic->architecture, ==, "critic, basic");
      g_assert_cmpuint (critic->n_parameters, ==, cases[n].n_parameters);
    }
}

#define ADD(path, test)                                                                            \
  g_test_add (path, TrpTraining, NULL, trp_training_set_up, test, trp_training_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/lgan/the-critic-prefers-what-was-drawn", test_the_critic_prefers_what_was_drawn);
  ADD ("/lgan/the-critic-is-clipped", test_the_critic_is_clipped);
  ADD ("/lgan/checkpoints-tell-of-the-critic", test_checkpoints_tell_of_the_critic);
  ADD ("/lgan/contours-are-learnt", test_contours_are_learnt);
  ADD ("/lgan/previews-show-the-critic", test_previews_show_the_critic);
  ADD ("/lgan/a-critic-alone-teaches", test_a_critic_alone_teaches);
  return g_test_run ();
}
