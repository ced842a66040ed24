/* test-networks.c - parameter counts, output sizes and bfloat16 of the networks
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whole networks in bfloat16 stay near float32. Counts of the CycleGAN networks and of pix2pix's
 * generator are the published 11.378 M, 2.765 M and 54.414 M to the last digit; the U-Net's is the
 * usual 31,030,593 (padded, transposed convolutions, without norm parameters), the others' were
 * counted in PyTorch 1.13. Those of the Res-U-Net are summed by hand in the same way: per block 9 i
 * o + o + 9 o o + o, with i != o another i o + o, 2 o per batch norm; 4 i o + o per transposed
 * convolution.
 */

#include "core/method/networks/critic.h"
#include "core/method/networks/patch.h"
#include "core/method/networks/resnet.h"
#include "core/method/networks/unet-generator.h"
#include "core/method/networks/unet.h"
#include "core/nn/init.h"
#include "core/nn/program.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

static void
resnet_counts (void)
{
  static const struct
  {
    TrpResnet spec;
    size_t count;
  } cases[] = {
    { { 3, 3, 64, 9, 2, false }, 11378179 }, { { 1, 1, 64, 9, 2, false }, 11365633 },
    { { 3, 1, 64, 9, 2, false }, 11371905 }, { { 5, 1, 64, 9, 2, false }, 11378177 },
    { { 7, 1, 64, 9, 2, false }, 11384449 }, { { 1, 1, 64, 6, 2, false }, 7825153 },
    { { 1, 1, 16, 4, 1, true }, 84833 },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpGraph) graph = trp_graph_new ();
      const TrpShape shape = { 2, 32, 48, cases[n].spec.in_channels };
      const TrpValue y = trp_resnet_build (graph, &cases[n].spec, "G_A",
                                           trp_graph_input (graph, "x", shape));
      g_autoptr (GError) error = NULL;

      g_assert_true (trp_graph_check (graph, &error));
      g_assert_cmpuint (trp_graph_count_parameters (graph, "G_A."), ==, cases[n].count);
      g_assert_true (trp_shape_equal (trp_graph_get_shape (graph, y),
                                      (TrpShape){ 2, 32, 48, cases[n].spec.out_channels }));
    }
}

static void
resnet_names (void)
{
  static const char *const names[] = { "G.model.1.weight",
                                       "G.model.4.bias",
                                       "G.model.10.conv_block.1.weight",
                                       "G.model.18.conv_block.5.bias",
                                       "G.model.19.weight",
                                       "G.model.22.weight",
                                       "G.model.26.bias" };
  g_autoptr (TrpGraph) graph = trp_graph_new ();
  const TrpResnet spec = { 1, 1, 8, 9, 2, false };

  trp_resnet_build (graph, &spec, "G", trp_graph_input (graph, "x", (TrpShape){ 1, 16, 16, 1 }));
  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    g_assert_cmpint (trp_graph_find (graph, names[n]), !=, TRP_VALUE_NONE);
}

static void
patch_counts (void)
{
  static const struct
  {
    TrpPatchGan spec;
    size_t count;
    int side;
  } cases[] = { { { 1, 64, 3, false }, 2762689, 30 },
                { { 3, 64, 3, false }, 2764737, 30 },
                { { 1, 64, 3, true }, 8577, 256 },
                { { 3, 64, 3, true }, 8705, 256 } };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpGraph) graph = trp_graph_new ();
      const TrpShape shape = { 1, 256, 256, cases[n].spec.in_channels };
      const TrpValue y = trp_patch_gan_build (graph, &cases[n].spec, "D_A",
                                              trp_graph_input (graph, "x", shape));

      g_assert_cmpuint (trp_graph_count_parameters (graph, "D_A."), ==, cases[n].count);
      g_assert_cmpint (trp_graph_get_shape (graph, y).h, ==, cases[n].side);
      g_assert_cmpint (trp_graph_get_shape (graph, y).c, ==, 1);
    }
}

static void
unet_counts (void)
{
  static const struct
  {
    TrpUnet spec;
    size_t count;
  } cases[] = {
    { { 1, 1, 64, 5, false, TRP_NORM_INSTANCE, true }, 31030593 },
    { { 2, 1, 64, 5, false, TRP_NORM_INSTANCE, true }, 31031169 },
    { { 3, 1, 64, 5, false, TRP_NORM_INSTANCE, true }, 31031745 },
    { { 5, 1, 64, 5, false, TRP_NORM_INSTANCE, true }, 31032897 },
    { { 7, 1, 64, 5, false, TRP_NORM_INSTANCE, true }, 31034049 },
    { { 1, 2, 64, 5, false, TRP_NORM_INSTANCE, true }, 31030658 },
    { { 1, 1, 64, 5, false, TRP_NORM_BATCH, true }, 31042369 },
    { { 2, 1, 64, 5, false, TRP_NORM_BATCH, true }, 31042945 },
    { { 3, 1, 64, 5, false, TRP_NORM_BATCH, true }, 31043521 },
    { { 5, 1, 64, 5, false, TRP_NORM_BATCH, true }, 31044673 },
    { { 7, 1, 64, 5, false, TRP_NORM_BATCH, true }, 31045825 },
    { { 1, 1, 64, 5, false, TRP_NORM_BATCH, true, .no_bias = true }, 31036481 },
    { { 2, 1, 64, 5, false, TRP_NORM_BATCH, true, .no_bias = true }, 31037057 },
    { { 3, 1, 64, 5, false, TRP_NORM_BATCH, true, .no_bias = true }, 31037633 },
    { { 5, 1, 64, 5, false, TRP_NORM_BATCH, true, .no_bias = true }, 31038785 },
    { { 7, 1, 64, 5, false, TRP_NORM_BATCH, true, .no_bias = true }, 31039937 },
    { { 1, 1, 64, 5, false, TRP_NORM_BATCH, true, .bilinear = true }, 17266241 },
    { { 1, 1, 64, 5, true, TRP_NORM_BATCH, true }, 32443905 },
    { { 3, 1, 64, 5, true, TRP_NORM_BATCH, true }, 32445185 },
    { { 5, 1, 64, 5, true, TRP_NORM_BATCH, true }, 32446465 },
    { { 7, 1, 64, 5, true, TRP_NORM_BATCH, false }, 32447745 },
    { { 1, 1, 64, 5, true, TRP_NORM_INSTANCE, true }, 32426241 },
    { { 3, 1, 64, 5, true, TRP_NORM_INSTANCE, true }, 32427521 },
    { { 5, 1, 64, 5, true, TRP_NORM_INSTANCE, true }, 32428801 },
    { { 7, 1, 64, 5, true, TRP_NORM_INSTANCE, true }, 32430081 },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpGraph) graph = trp_graph_new ();
      const TrpShape shape = { 2, 32, 16, cases[n].spec.in_channels };
      const TrpValue y = trp_unet_build (graph, &cases[n].spec, "net",
                                         trp_graph_input (graph, "x", shape));
      g_autoptr (GError) error = NULL;

      g_assert_true (trp_graph_check (graph, &error));
      g_assert_cmpuint (trp_graph_count_parameters (graph, "net."), ==, cases[n].count);
      g_assert_true (trp_shape_equal (trp_graph_get_shape (graph, y),
                                      (TrpShape){ 2, 32, 16, cases[n].spec.out_channels }));
    }
}

/* That of the basic one is the 59.39 M of the published code; the others' were counted in PyTorch.
 */
static void
critic_counts (void)
{
  static const struct
  {
    TrpCritic spec;
    size_t count;
  } cases[] = {
    { { TRP_CRITIC_BASIC, 64, 4, 1024, false }, 59391553 },
    { { TRP_CRITIC_BASIC, 64, 4, 1024, true }, 59391041 },
    { { TRP_CRITIC_PRODUCT, 64, 4, 1024, false }, 59391553 },
    { { TRP_CRITIC_EARLY_FUSION, 64, 4, 1024, false }, 59392129 },
    { { TRP_CRITIC_LATE_FUSION, 64, 4, 1024, false }, 59576961 },
    { { TRP_CRITIC_LATE_FUSION, 64, 4, 1024, true }, 59576193 },
    { { TRP_CRITIC_REGRESSION, 64, 4, 1024, false }, 59392129 },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpGraph) graph = trp_graph_new ();
      g_autoptr (GHashTable) filters = trp_critic_filters_new ();
      const TrpShape shape = { 2, 256, 256, 1 };
      const TrpCriticView view = { trp_graph_input (graph, "image", shape),
                                   trp_graph_input (graph, "mask", shape),
                                   trp_graph_input (graph, "truth", shape) };
      const TrpValue y = trp_critic_build (graph, &cases[n].spec, filters, "critic", &view);
      g_autoptr (GError) error = NULL;

      g_assert_true (trp_graph_check (graph, &error));
      g_assert_cmpuint (trp_graph_count_parameters (graph, "critic."), ==, cases[n].count);
      g_assert_true (trp_shape_equal (trp_graph_get_shape (graph, y), (TrpShape){ 2, 1, 1, 1 }));
    }
}

static void
unet_generator_counts (void)
{
  static const struct
  {
    TrpUnetGenerator spec;
    size_t count;
  } cases[] = {
    { { 3, 3, 64, 8, TRP_NORM_BATCH, true, .step = TRP_VALUE_NONE }, 54413955 },
    { { 1, 1, 64, 8, TRP_NORM_INSTANCE, true, .step = TRP_VALUE_NONE }, 54403457 },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpGraph) graph = trp_graph_new ();
      const TrpShape shape = { 1, 256, 512, cases[n].spec.in_channels };
      const TrpValue y = trp_unet_generator_build (graph, &cases[n].spec, "G_A",
                                                   trp_graph_input (graph, "x", shape));
      g_autoptr (GError) error = NULL;

      g_assert_true (trp_graph_check (graph, &error));
      g_assert_cmpuint (trp_graph_count_parameters (graph, "G_A."), ==, cases[n].count);
      g_assert_true (trp_shape_equal (trp_graph_get_shape (graph, y),
                                      (TrpShape){ 1, 256, 512, cases[n].spec.out_channels }));
    }
}

/* Of unet-256's eight ups, the three inner ones of 512 channels drop values in training; each has
 * masks of its own. */
static void
unet_generator_drops_values_in_training (void)
{
  TrpUnetGenerator spec = { 1, 1, 2, 8, TRP_NORM_INSTANCE, true, 0.5, TRP_VALUE_NONE };
  uint64_t last = 0;

  for (int is_training = 0; is_training < 2; is_training++)
    {
      g_autoptr (TrpGraph) graph = trp_graph_new ();
      const TrpValue x = trp_graph_input (graph, "x", (TrpShape){ 1, 256, 256, 1 });
      int n = 0;

      if (is_training)
        spec.step = trp_graph_input (graph, "step", trp_shape_vector (1));
      trp_unet_generator_build (graph, &spec, "G", x);
      for (int i = 0; i < trp_graph_get_n_ops (graph); i++)
        {
          const TrpOp *op = trp_graph_peek_op (graph, i);

          if (op->kind != TRP_OP_dropout)
            continue;
          g_assert_cmpuint (op->attributes.stream, !=, last);
          last = op->attributes.stream;
          n++;
        }
      g_assert_cmpint (n, ==, is_training ? 3 : 0);
    }
}

/* What is seen keeps 32 bits on every device: images in colour or grey, logits with a background.
 */
static void
outputs_are_precise (void)
{
  static const TrpResnet resnets[] = {
    { 1, 1, 8, 1, 1, false },
    { .in_channels = 1, .out_channels = 1, .filters = 8, .n_blocks = 1, .grey_out = 3 },
  };
  static const TrpUnet unets[] = {
    { 1, 1, 8, 2, false, TRP_NORM_INSTANCE, false },
    { .in_channels = 1, .out_channels = 2, .filters = 8, .n_levels = 2, .background = true },
  };
  g_autoptr (TrpGraph) graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", (TrpShape){ 1, 16, 16, 1 });
  const TrpUnetGenerator generator = { 1, 1, 4, 3, TRP_NORM_INSTANCE, .step = TRP_VALUE_NONE };
  const TrpValue outputs[] = {
    trp_unet_generator_build (graph, &generator, "e", x),
    trp_resnet_build (graph, &resnets[0], "a", x),
    trp_resnet_build (graph, &resnets[1], "b", x),
    trp_unet_build (graph, &unets[0], "c", x),
    trp_unet_build (graph, &unets[1], "d", x),
  };

  for (size_t i = 0; i < G_N_ELEMENTS (outputs); i++)
    g_assert_true (trp_graph_peek_value (graph, outputs[i])->tensor.precise);
}

/* Sizes that the network cannot halve are a sentence, not a crash. */
static void
refuses_sizes (void)
{
  g_autoptr (TrpGraph) graph = trp_graph_new ();
  const TrpUnet spec = { 1, 1, 4, 3, true, TRP_NORM_INSTANCE, true };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (
    trp_unet_build (graph, &spec, "net", trp_graph_input (graph, "x", (TrpShape){ 1, 30, 30, 1 })),
    ==, TRP_VALUE_NONE);
  g_assert_false (trp_graph_check (graph, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
}

/* Whole networks in bfloat16 against float32 */

static TrpValue
build_resnet (TrpGraph *graph, TrpValue x)
{
  static const TrpResnet spec = { 1, 1, 64, 9, 2, false };

  return trp_resnet_build (graph, &spec, "net", x);
}

static TrpValue
build_unet (TrpGraph *graph, TrpValue x)
{
  static const TrpUnet spec = { 1, 1, 32, 5, false, TRP_NORM_INSTANCE, false };

  return trp_unet_build (graph, &spec, "net", x);
}

typedef struct
{
  const char *path;
  TrpValue (*build) (TrpGraph *graph, TrpValue x);
} Network;

static const Network networks[] = {
  { "/networks/bf16/resnet", build_resnet },
  { "/networks/bf16/unet", build_unet },
};

#define SIDE 64

/* A disc with a wave in it, over air. */
static float
body (int i, int j)
{
  const double x = (i - 31.5) / SIDE, y = (j - 29.5) / SIDE;

  return x * x + y * y > 0.2 ? -1 : (float) (0.4 * sin (12 * x) * cos (17 * y) + x);
}

static float *
run_network (const Network *network, TrpPrecision precision, TrpDeviceInfo *out_info)
{
  const TrpDeviceOptions options = { .deterministic = true, .precision = precision };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDevice) device = trp_device_open (&trp_backend_cpu, &options, &error);
  g_autoptr (TrpStore) store = trp_store_new (device);
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", (TrpShape){ 1, SIDE, SIDE, 1 });
  const TrpValue y = network->build (graph, x);
  float image[SIDE * SIDE], *values = g_new (float, SIDE *SIDE);

  trp_graph_output (graph, "y", y);
  g_autoptr (TrpProgram) program = trp_program_new (graph, store, &error);

  g_assert_no_error (error);
  g_assert_true (trp_store_init (store, "", TRP_INIT_HE, 5, &error));
  for (int k = 0; k < SIDE * SIDE; k++)
    image[k] = body (k % SIDE, k / SIDE);
  g_assert_true (trp_program_set (program, x, image, &error));
  g_assert_true (trp_program_run (program, &error));
  g_assert_true (trp_program_get (program, y, values, &error));
  trp_device_get_info (device, out_info);
  return values;
}

/* Random weights spread rounding errors more than trained ones: the demo network's images differ by
 * 0.5 HU (root mean square), a 5000th of their range. */
static void
bf16_follows_f32 (const void *data)
{
  TrpDeviceInfo info;
  g_autofree float *expected = run_network (data, TRP_PRECISION_STRICT, &info);
  g_autofree float *actual = run_network (data, TRP_PRECISION_BF16, &info);
  double least = HUGE_VAL, most = -HUGE_VAL, worst = 0, squares = 0;

  if (strcmp (info.precision, "bfloat16") != 0)
    {
      g_test_skip (info.note);
      return;
    }
  for (int k = 0; k < SIDE * SIDE; k++)
    {
      const double difference = fabs ((double) actual[k] - (double) expected[k]);

      least = MIN (least, (double) expected[k]);
      most = MAX (most, (double) expected[k]);
      worst = MAX (worst, difference);
      squares += difference * difference;
    }
  g_test_message ("range %g to %g; largest difference %.2g of it, root mean square %.2g", least,
                  most, worst / (most - least), sqrt (squares / (SIDE * SIDE)) / (most - least));
  g_assert_cmpfloat (worst, >, 0);
  g_assert_cmpfloat (worst, <=, 5e-2 * (most - least));
  g_assert_cmpfloat (squares, <=, SIDE * SIDE * pow (1e-2 * (most - least), 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/networks/resnet-counts", resnet_counts);
  g_test_add_func ("/networks/resnet-names", resnet_names);
  g_test_add_func ("/networks/outputs-are-precise", outputs_are_precise);
  g_test_add_func ("/networks/patch-counts", patch_counts);
  g_test_add_func ("/networks/unet-counts", unet_counts);
  g_test_add_func ("/networks/critic-counts", critic_counts);
  g_test_add_func ("/networks/unet-generator-counts", unet_generator_counts);
  g_test_add_func ("/networks/unet-generator-drops-values-in-training",
                   unet_generator_drops_values_in_training);
  g_test_add_func ("/networks/refuses-sizes", refuses_sizes);
  for (size_t n = 0; n < G_N_ELEMENTS (networks); n++)
    g_test_add_data_func (networks[n].path, &networks[n], bf16_follows_f32);
  return g_test_run ();
}
