/* test-networks.c - parameter counts and output sizes of the networks
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Counts of the CycleGAN networks are the published 11.378 M and 2.765 M to the last digit; the
 * U-Net's is the usual 31,030,593 (padded, transposed convolutions, without norm parameters). Those
 * of the Res-U-Net are summed by hand in the same way: per block 9 i o + o + 9 o o + o, with i != o
 * another i o + o, 2 o per batch norm; 4 i o + o per transposed convolution.
 */

#include "core/method/networks/patch.h"
#include "core/method/networks/resnet.h"
#include "core/method/networks/unet.h"
#include "tests/lib/check.h"

static void
resnet_counts (void)
{
  static const struct
  {
    TrpResnet spec;
    size_t count;
  } cases[] = {
    { { 3, 3, 64, 9, 2, false }, 11378179 }, { { 1, 1, 64, 9, 2, false }, 11365633 },
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
  } cases[] = { { { 1, 64, 3 }, 2762689, 30 }, { { 3, 64, 3 }, 2764737, 30 } };

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
    { { 3, 1, 64, 5, false, TRP_NORM_BATCH, true }, 31043521 },
    { { 1, 1, 64, 5, true, TRP_NORM_BATCH, true }, 32443905 },
    { { 7, 1, 64, 5, true, TRP_NORM_BATCH, false }, 32447745 },
    { { 3, 1, 64, 5, true, TRP_NORM_INSTANCE, true }, 32427521 },
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
      g_assert_true (trp_shape_equal (trp_graph_get_shape (graph, y), (TrpShape){ 2, 32, 16, 1 }));
    }
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/networks/resnet-counts", resnet_counts);
  g_test_add_func ("/networks/resnet-names", resnet_names);
  g_test_add_func ("/networks/patch-counts", patch_counts);
  g_test_add_func ("/networks/unet-counts", unet_counts);
  g_test_add_func ("/networks/refuses-sizes", refuses_sizes);
  return g_test_run ();
}
