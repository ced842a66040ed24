/* test-inversion.c - which loss keeps a CycleGAN from inverting its images
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two domains of random blobs, soft and sharp ones, each as often light as dark: the negative of an
 * image is as likely as the image. So neither the discriminators nor the cycle can tell the right
 * translation from its negative, and a plain CycleGAN ends with either, as chance will have it. The
 * table shows the correlation of the gradients of image and translation for seeds and losses.
 */

#include "core/base/rng.h"
#include "core/io/format.h"
#include "core/method/cyclegan-alarm.h"
#include "core/method/model.h"
#include "tests/lib/check.h"
#include "tests/lib/tiny.h"

#include <math.h>

#define SIDE 32
#define N_SLICES 24
#define N_BLOBS 7
#define N_SEEDS 3

static void
draw_slice (uint64_t seed, uint64_t index, double sharpness, float *out)
{
  TrpRng rng = trp_rng_new (seed, index);
  double blobs[N_BLOBS][4];

  for (int b = 0; b < N_BLOBS; b++)
    for (int n = 0; n < 4; n++)
      blobs[b][n] = n < 2    ? trp_rng_uniform (&rng, 0, SIDE)
                    : n == 2 ? trp_rng_uniform (&rng, 2.5, 5)
                             : trp_rng_uniform (&rng, 0.5, 1) * (trp_rng_below (&rng, 2) ? 1 : -1);
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      double sum = 0;

      for (int b = 0; b < N_BLOBS; b++)
        sum += blobs[b][3] *
               exp (-0.5 * (pow (i % SIDE - blobs[b][0], 2) + pow (i / SIDE - blobs[b][1], 2)) /
                    (blobs[b][2] * blobs[b][2]));
      out[i] = (float) tanh (sharpness * sum);
    }
}

static TrpVolume *
make_volume (uint64_t seed, double sharpness)
{
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ SIDE, SIDE, N_SLICES },
                                               (const double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  float *values = g_new (float, N_SLICES *SIDE *SIDE);
  g_autoptr (GBytes) bytes = NULL;

  for (size_t k = 0; k < N_SLICES; k++)
    draw_slice (seed, k, sharpness, values + k * SIDE * SIDE);
  bytes = g_bytes_new_take (values, N_SLICES * SIDE * SIDE * sizeof *values);
  return trp_volume_new (&grid, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

static TrpDataList *
write_data (const char *folder)
{
  static const char cases[] = "case,mr,ct\nA,a.nii,\nB,,b.nii\n";
  g_autofree char *list = g_build_filename (folder, "cases.csv", NULL);

  for (int side = 0; side < 2; side++)
    {
      g_autofree char *path = g_build_filename (folder, side ? "b.nii" : "a.nii", NULL);
      g_autoptr (TrpVolume) volume = make_volume (11 + (uint64_t) side, side ? 4 : 1.2);

      g_assert_true (trp_volume_save (volume, path, NULL));
    }
  g_assert_true (g_file_set_contents (list, cases, -1, NULL));
  return trp_data_list_load (list, NULL);
}

typedef struct
{
  const char *name;
  const char *settings[3];
  bool holds; /* in every seed */
} Loss;

static const Loss losses[] = {
  { "plain", { NULL }, false },
  { "gc |g|", { "loss.gc=4" }, false },
  { "gc signed", { "loss.gc=4", "loss.gc_signed=true" }, true },
  { "identity", { "loss.identity=0.5" }, true },
  { "geometry", { "loss.geometry=10", "loss.geometry_band=0" }, true },
};

static TrpRecipe *
make_recipe (const Loss *loss, int seed)
{
  static const char *const common[] = { "data.size=32",
                                        "data.body_fraction=0",
                                        "data.mr_curve=-1:-1, 1:1",
                                        "data.ct_curve=-1:-1, 1:1",
                                        "generator=resnet-1",
                                        "generator_filters=8",
                                        "generator_downs=1",
                                        "generator_upsample=nearest",
                                        "discriminator_filters=12",
                                        "discriminator_layers=2",
                                        "training.steps=400",
                                        "training.batch=2",
                                        "training.learning_rate=0.002",
                                        "training.ema=0",
                                        "training.threads=1",
                                        "training.pool=0",
                                        "output.log_every=400",
                                        "output.preview_every=0",
                                        "output.save_every=0",
                                        "augmentation.rotation=0",
                                        "augmentation.scale=0" };
  TrpRecipe *recipe = trp_recipe_new (TRP_TRAINER_CYCLEGAN);

  for (size_t n = 0; n < G_N_ELEMENTS (common); n++)
    trp_tiny_set (recipe, common[n]);
  for (size_t n = 0; n < G_N_ELEMENTS (loss->settings) && loss->settings[n]; n++)
    trp_tiny_set (recipe, loss->settings[n]);
  recipe->seed = (uint64_t) seed;
  return recipe;
}

/* Of images that it has not seen. */
static double
measure (const char *model_path)
{
  static const TrpInferOptions on_cpu = { .device = "cpu" };
  g_autoptr (TrpVolume) image = make_volume (99, 1.2), made = NULL;
  g_autoptr (TrpModel) model = trp_model_load (model_path, NULL);
  float x[N_SLICES * SIDE * SIDE], y[N_SLICES * SIDE * SIDE];

  made = trp_model_synthesize (model, image, &on_cpu, NULL, NULL);
  trp_volume_copy_floats (image, 0, N_SLICES * SIDE * SIDE, x);
  trp_volume_copy_floats (made, 0, N_SLICES * SIDE * SIDE, y);
  return trp_cyclegan_correlate_gradients (x, y, NULL, N_SLICES, SIDE);
}

static double
train_and_measure (const TrpDataList *list, const char *folder, const Loss *loss, int seed)
{
  g_autoptr (TrpRecipe) recipe = make_recipe (loss, seed);
  g_autofree char *run = g_strdup_printf ("%s/%s-%d", folder, loss->name, seed);
  g_autofree char *name = g_strdelimit (g_path_get_basename (run), "| ", '-');
  g_autofree char *place = g_build_filename (folder, name, NULL);
  g_autofree char *model = g_build_filename (place, "model.safetensors", NULL);
  const TrpTrainOptions options = {
    .recipe = recipe, .list = (TrpDataList *) list, .fold = -1, .folder = place, .device = "cpu"
  };
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_train (&options, NULL, &error));
  g_assert_no_error (error);
  return measure (model);
}

static void
test_losses_that_know_light_from_dark_prevent_inversion (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autoptr (TrpDataList) list = write_data (folder);

  g_test_message ("correlation of gradients, seeds 1 to %d", N_SEEDS);
  for (size_t n = 0; n < G_N_ELEMENTS (losses); n++)
    {
      double r[N_SEEDS];

      for (int seed = 0; seed < N_SEEDS; seed++)
        r[seed] = train_and_measure (list, folder, &losses[n], seed + 1);
      g_test_message ("%-10s %6.2f %6.2f %6.2f", losses[n].name, r[0], r[1], r[2]);
      for (int seed = 0; seed < N_SEEDS && losses[n].holds; seed++)
        g_assert_cmpfloat (r[seed], >, 0.2);
    }
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/study/losses-that-know-light-from-dark-prevent-inversion",
                   test_losses_that_know_light_from_dark_prevent_inversion);
  return g_test_run ();
}
