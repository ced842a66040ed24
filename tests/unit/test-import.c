/* test-import.c - tensor names of other programs, networks taken from them, files that are refused
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * That imported networks compute what PyTorch computes is shown in reference/check-exchange.py. The
 * expected names are those that PyTorch 1.13 lists for the reference classes (state_dict()).
 */

#include "core/method/exchange-names.h"
#include "core/method/infer.h"
#include "core/method/model-summary.h"
#include "tests/lib/check.h"
#include "tests/lib/tiny.h"
#include "tests/lib/weights.h"

#include <math.h>
#include <string.h>

/* --- names --- */

static void
translates_names (void)
{
  static const struct
  {
    const char *naming;
    TrpTrainerKind kind;
    int n_levels;
    const char *ours, *theirs;
  } cases[] = {
    { "resnet", TRP_TRAINER_CYCLEGAN, 0, "model.10.conv_block.5.bias",
      "model.10.conv_block.5.bias" },
    { "resnet-dropout", TRP_TRAINER_CYCLEGAN, 0, "model.18.conv_block.5.weight",
      "model.18.conv_block.6.weight" },
    { "resnet-dropout", TRP_TRAINER_CYCLEGAN, 0, "model.18.conv_block.1.weight",
      "model.18.conv_block.1.weight" },
    { "unet", TRP_TRAINER_SEGMENTER, 5, "up.3.conv1.weight", "up.3.conv1.weight" },
    { "milesial", TRP_TRAINER_SEGMENTER, 5, "down.0.conv1.weight", "inc.double_conv.0.weight" },
    { "milesial", TRP_TRAINER_SEGMENTER, 5, "down.4.norm2.running_var",
      "down4.maxpool_conv.1.double_conv.4.running_var" },
    { "milesial", TRP_TRAINER_SEGMENTER, 5, "up.3.transpose.bias", "up1.up.bias" },
    { "milesial", TRP_TRAINER_SEGMENTER, 5, "up.0.conv2.weight", "up4.conv.double_conv.3.weight" },
    { "milesial", TRP_TRAINER_SEGMENTER, 5, "head.bias", "outc.conv.bias" },
    { "mateuszbuda", TRP_TRAINER_SEGMENTER, 5, "down.0.conv1.weight", "encoder1.enc1conv1.weight" },
    { "mateuszbuda", TRP_TRAINER_SEGMENTER, 5, "down.4.norm2.bias",
      "bottleneck.bottlenecknorm2.bias" },
    { "mateuszbuda", TRP_TRAINER_SEGMENTER, 5, "up.3.transpose.weight", "upconv4.weight" },
    { "mateuszbuda", TRP_TRAINER_SEGMENTER, 5, "up.0.conv1.weight", "decoder1.dec1conv1.weight" },
    { "mateuszbuda", TRP_TRAINER_SEGMENTER, 5, "head.weight", "conv.weight" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      const TrpNaming *naming = trp_naming_find (cases[n].naming, cases[n].kind, NULL);
      g_autofree char *theirs = trp_naming_translate (naming, cases[n].ours, cases[n].n_levels);

      g_assert_cmpstr (theirs, ==, cases[n].theirs);
    }
}

static void
unknown_names_are_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_naming_find ("milesial", TRP_TRAINER_CYCLEGAN, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "resnet-dropout"));
  g_assert_cmpstr (trp_naming_find (NULL, TRP_TRAINER_CYCLEGAN, NULL)->name, ==, "resnet");
  g_assert_cmpstr (trp_naming_find (NULL, TRP_TRAINER_SEGMENTER, NULL)->name, ==, "unet");
}

static void
numbers_in_names (void)
{
  int number = 0;

  g_assert_true (trp_name_matches ("model.*.weight", "model.12.weight", &number));
  g_assert_cmpint (number, ==, 12);
  g_assert_false (trp_name_matches ("model.*.weight", "model..weight", NULL));
  g_assert_false (trp_name_matches ("model.*.weight", "model.1.weights", NULL));
  g_assert_false (trp_name_matches ("model.*.weight", "model.1", NULL));
  g_assert_false (trp_name_matches ("model.*", "model.99999999999999999999", NULL));
}

/* --- what files say --- */

static void
assert_refused (const TrpWeights *file, const char *arch, int code, const char *part)
{
  g_autoptr (GBytes) bytes = trp_weights_write (file, NULL);
  const TrpImportOptions options = { .name = "test", .arch = arch };
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_weights_import (bytes, &options, &error));
  g_assert_error (error, TRP_ERROR, code);
  if (!strstr (error->message, part))
    g_error ("\"%s\" does not say \"%s\"", error->message, part);
}

static void
reads_shapes (void)
{
  g_auto (TrpWeights) file = trp_weights_new_generator ("netG_B.module.", 3);
  g_autoptr (GBytes) bytes = trp_weights_write (&file, "pt");
  const TrpCurve input = trp_curve_window (-500, 500), output = trp_curve_window (0, 2000);
  const char *const settings[] = { "data.spacing=1.5", NULL };
  const TrpImportOptions options = { "test", "resnet-1", NULL, &input, &output, settings };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = trp_weights_import (bytes, &options, &error);
  g_autoptr (TrpModelSummary) summary = NULL;
  const TrpRecipe *recipe;

  g_assert_no_error (error);
  recipe = trp_model_get_recipe (model);
  g_assert_cmpint (recipe->generator_blocks, ==, 1);
  g_assert_cmpint (recipe->generator_filters, ==, 2);
  g_assert_cmpint (recipe->generator_downs, ==, 2);
  g_assert_cmpint (recipe->generator_upsample, ==, TRP_UPSAMPLE_TRANSPOSED);
  g_assert_cmpint (recipe->image_channels, ==, 3);
  g_assert_cmpint (recipe->output_channels, ==, 1);
  trp_assert_near (recipe->spacing, 1.5, 0);
  /* G_B reads CT and makes MR */
  trp_assert_near (recipe->ct.curve.value[0], -500, 0);
  g_assert_cmpint (recipe->mr.kind, ==, TRP_INTENSITY_CURVE);
  trp_assert_near (recipe->mr.curve.value[1], 2000, 0);
  summary = trp_model_summarize (model);
  g_assert_cmpuint (summary->parts->len, ==, 1);
  g_assert_cmpstr (((TrpModelPart *) summary->parts->pdata[0])->net, ==, "G_B");
  g_assert_cmpstr (((TrpModelPart *) summary->parts->pdata[0])->architecture, ==, "resnet-1");
  g_assert_cmpint (summary->last_step, ==, -1);
}

/* A word of the prefix says which way a single generator goes; a part of a word says nothing. */
static void
reads_the_way (void)
{
  static const struct
  {
    const char *prefix, *net;
  } cases[] = { { "", "G_A" },
                { "netG_A.", "G_A" },
                { "netG_B.module.", "G_B" },
                { "cyclegan_G_BA.", "G_B" },
                { "img_b.", "G_A" },
                { "netimg_b.", "G_A" } };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_auto (TrpWeights) file = trp_weights_new_generator (cases[n].prefix, 1);
      g_autoptr (GBytes) bytes = trp_weights_write (&file, NULL);
      const TrpImportOptions options = { .name = "test", .arch = "resnet-1" };
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpModel) model = trp_weights_import (bytes, &options, &error);

      g_assert_no_error (error);
      g_assert_true (trp_model_has_network (model, cases[n].net));
    }
}

/* Both generators of a CycleGAN in one file, under the names of its code. */
static void
reads_both_ways (void)
{
  g_auto (TrpWeights) file = trp_weights_new_generator ("netG_A.", 1);
  g_auto (TrpWeights) other = trp_weights_new_generator ("netG_B.", 1);
  const TrpImportOptions options = { .name = "test", .arch = "resnet-1" };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = NULL;
  g_autoptr (TrpModelSummary) summary = NULL;

  g_ptr_array_extend_and_steal (file.entries, g_steal_pointer (&other.entries));
  bytes = trp_weights_write (&file, NULL);
  model = trp_weights_import (bytes, &options, &error);
  g_assert_no_error (error);
  summary = trp_model_summarize (model);
  g_assert_cmpuint (summary->parts->len, ==, 2);
}

static void
statistics_of_instance_norms_are_ignored (void)
{
  g_auto (TrpWeights) file = trp_weights_new_generator ("", 1);
  const TrpImportOptions options = { .name = "test", .arch = "resnet-1" };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = NULL;

  trp_weights_add (&file, "model.2.running_mean", (const size_t[]){ 2, 0 }, 0);
  trp_weights_add (&file, "model.2.running_var", (const size_t[]){ 2, 0 }, 1);
  trp_weights_add (&file, "model.2.num_batches_tracked", (const size_t[]){ 0 }, 0);
  bytes = trp_weights_write (&file, NULL);
  model = trp_weights_import (bytes, &options, &error);
  g_assert_no_error (error);
  g_assert_nonnull (model);
}

/* --- refusals --- */

static void
missing_tensors (void)
{
  static const char *const names[] = {
    "model.4.bias",
    "model.7.weight",
    "model.10.conv_block.1.bias",
    "model.10.conv_block.5.weight",
    "model.14.bias",
    "model.18.weight",
  };

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_auto (TrpWeights) file = trp_weights_new_generator ("", 1);

      g_ptr_array_remove (file.entries, trp_weights_find (&file, names[n]));
      /* what is behind a hole can no longer be told by its number */
      assert_refused (&file, "resnet-1", TRP_ERROR_FORMAT,
                      strcmp (names[n], "model.18.weight") == 0  ? "last convolution"
                      : strcmp (names[n], "model.7.weight") == 0 ? "residual blocks"
                                                                 : names[n]);
    }
}

static void
missing_in_a_unet (void)
{
  static const char *const names[] = { "down.1.conv2.weight", "down.0.norm1.running_var",
                                       "up.0.norm2.bias", "up.0.transpose.bias", "head.bias" };

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_auto (TrpWeights) file = trp_weights_new_unet (1);

      g_ptr_array_remove (file.entries, trp_weights_find (&file, names[n]));
      assert_refused (&file, "unet", TRP_ERROR_FORMAT, names[n]);
    }
}

static void
wrong_shapes (void)
{
  g_auto (TrpWeights) file = trp_weights_new_generator ("", 1);
  g_auto (TrpWeights) flat = trp_weights_new_generator ("", 1);
  g_auto (TrpWeights) wide = trp_weights_new_generator ("", 9);
  TrpWeight *entry = trp_weights_find (&file, "model.10.conv_block.5.weight");

  entry->shape[2] = 9; /* the same number of weights */
  entry->shape[3] = 1;
  assert_refused (&file, "resnet-1", TRP_ERROR_FORMAT, "\"model.10.conv_block.5.weight\" is 8 x 8");
  entry = trp_weights_find (&flat, "model.1.weight");
  entry->n_dims = 3;
  entry->shape[2] = 49;
  assert_refused (&flat, "resnet-1", TRP_ERROR_FORMAT, "7 x 7");
  assert_refused (&wide, "resnet-1", TRP_ERROR_FORMAT, "image_channels");
}

static void
no_weights (void)
{
  static const float values[] = { NAN, INFINITY, -INFINITY };

  for (size_t n = 0; n < G_N_ELEMENTS (values); n++)
    {
      g_auto (TrpWeights) file = trp_weights_new_generator ("", 1);
      TrpWeight *entry = trp_weights_find (&file, "model.14.weight");

      memcpy (entry->bytes + entry->size - sizeof (float), &values[n], sizeof (float));
      assert_refused (&file, "resnet-1", TRP_ERROR_FORMAT, "\"model.14.weight\" holds");
    }
}

/* A double that is finite may not be so as a float. */
static void
too_large_for_a_float (void)
{
  g_auto (TrpWeights) file = trp_weights_new_generator ("", 1);
  TrpWeight *entry = trp_weights_find (&file, "model.18.bias");
  const double value = 1e300;

  g_free (entry->bytes);
  entry->bytes = g_memdup2 (&value, sizeof value);
  entry->size = sizeof value;
  entry->dtype = TRP_DTYPE_F64;
  assert_refused (&file, "resnet-1", TRP_ERROR_FORMAT, "\"model.18.bias\" holds inf");
  entry->dtype = TRP_DTYPE_I64;
  assert_refused (&file, "resnet-1", TRP_ERROR_FORMAT, "whole numbers");
}

static void
negative_variance (void)
{
  g_auto (TrpWeights) file = trp_weights_new_unet (1);
  TrpWeight *entry = trp_weights_find (&file, "down.1.norm1.running_var");
  const float value = -0.5F;

  memcpy (entry->bytes, &value, sizeof value);
  assert_refused (&file, "unet", TRP_ERROR_FORMAT, "no variance");
}

static void
what_has_no_place (void)
{
  g_auto (TrpWeights) affine = trp_weights_new_generator ("", 1);
  g_auto (TrpWeights) doubled = trp_weights_new_generator ("", 1);
  g_auto (TrpWeights) copy = trp_weights_new_generator ("module.", 1);

  trp_weights_add (&affine, "model.2.weight", (const size_t[]){ 2, 0 }, 1);
  assert_refused (&affine, "resnet-1", TRP_ERROR_FORMAT, "\"model.2.weight\" has no place");
  trp_weights_add_layer (&doubled, "model.10.conv_block.6", 8, 8, 3, false);
  assert_refused (&doubled, "resnet-1", TRP_ERROR_FORMAT, "model.10.conv_block.5");
  g_ptr_array_extend_and_steal (copy.entries, trp_weights_new_generator ("", 1).entries);
  assert_refused (&copy, "resnet-1", TRP_ERROR_FORMAT, "several networks");
}

/* PyTorch would compute with them, the engine's instance norm would not. */
static void
statistics_of_unknown_norms (void)
{
  g_auto (TrpWeights) file = trp_weights_new_unet (1);

  for (guint n = file.entries->len; n > 0; n--)
    {
      const char *name = ((TrpWeight *) file.entries->pdata[n - 1])->name;

      if (strstr (name, ".norm") &&
          (g_str_has_suffix (name, ".weight") || g_str_has_suffix (name, ".bias")))
        g_ptr_array_remove_index (file.entries, n - 1);
    }
  assert_refused (&file, "unet", TRP_ERROR_FORMAT, "running_mean\" has no place");
}

/* A filter without input channels has no bytes, so the file's size says nothing about the other
 * axis: it must not be counted through. */
static void
too_many_structures (void)
{
  static const size_t counts[] = { 33, (size_t) 1 << 40 };

  for (size_t n = 0; n < G_N_ELEMENTS (counts); n++)
    {
      g_auto (TrpWeights) file = trp_weights_new_unet (1);
      TrpWeight *entry = trp_weights_find (&file, "head.weight");

      entry->shape[0] = counts[n];
      entry->shape[1] = 0;
      assert_refused (&file, "unet", TRP_ERROR_FORMAT, "1 to 32 can be imported");
    }
}

static void
other_networks (void)
{
  g_auto (TrpWeights) file = trp_weights_new_generator ("", 1);
  g_auto (TrpWeights) unet = trp_weights_new_unet (1);
  g_autoptr (GBytes) bytes = trp_weights_write (&file, "triptych-1");
  const TrpImportOptions options = { .name = "test", .arch = "resnet-1" };
  g_autoptr (GError) error = NULL;

  assert_refused (&file, "resnet-9", TRP_ERROR_FORMAT, "1 residual blocks");
  assert_refused (&file, "unet", TRP_ERROR_FORMAT, "with which a U-Net begins");
  assert_refused (&unet, "resnet-6", TRP_ERROR_FORMAT, "with which a generator begins");
  assert_refused (&file, "resnet-99", TRP_ERROR_UNSUPPORTED, "resnet-99");
  assert_refused (&file, "vit", TRP_ERROR_UNSUPPORTED, "resnet-N (N: 1 to 32), unet");
  g_ptr_array_remove (unet.entries, trp_weights_find (&unet, "up.0.transpose.weight"));
  /* bilinear, then, which has no more filters on the deepest level */
  assert_refused (&unet, "unet", TRP_ERROR_FORMAT, "down.1.conv1.weight");
  g_ptr_array_remove (unet.entries, trp_weights_find (&unet, "up.0.conv1.weight"));
  assert_refused (&unet, "unet", TRP_ERROR_UNSUPPORTED, "no way up");
  g_assert_null (trp_weights_import (bytes, &options, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
}

/* Whatever byte a stranger changes: a sentence or a model that runs through the same checks. */
static void
broken_bytes (void)
{
  g_auto (TrpWeights) file = trp_weights_new_unet (2);
  g_autoptr (GBytes) good = trp_weights_write (&file, NULL);
  const TrpImportOptions options = { .name = "test", .arch = "unet" };
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (good, &size);
  uint64_t header;

  memcpy (&header, bytes, sizeof header);
  for (int n = 0; n < 300; n++)
    {
      guint8 *copy = g_memdup2 (bytes, size);
      g_autoptr (GBytes) broken = g_bytes_new_take (copy, size);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpModel) model = NULL;

      for (int k = 0; k < 2; k++)
        copy[g_rand_int_range (random, 8, (int) header + 8)] = (guint8) g_rand_int_range (random,
                                                                                          32, 127);
      model = trp_weights_import (broken, &options, &error);
      g_assert_true ((model != NULL) == (error == NULL));
    }
}

/* --- labels --- */

/* A network whose logits are its head's biases, wherever it looks. */
static TrpWeights
make_constant_unet (const float *logits, size_t n)
{
  TrpWeights file = trp_weights_new_unet (n);
  TrpWeight *weight = trp_weights_find (&file, "head.weight"),
            *bias = trp_weights_find (&file, "head.bias");

  memset (weight->bytes, 0, weight->size);
  memcpy (bias->bytes, logits, n * sizeof *logits);
  return file;
}

/* Which label of two is everywhere; PyTorch's arg max over @logits says which has to be. */
static void
assert_label (const float *logits, size_t n, const char *setting, size_t expected)
{
  g_auto (TrpWeights) file = make_constant_unet (logits, n);
  g_autoptr (GBytes) bytes = trp_weights_write (&file, NULL);
  const char *const settings[] = { setting, NULL };
  const TrpImportOptions options = { .name = "test", .arch = "unet", .settings = settings };
  const TrpInferOptions on_cpu = { .device = "cpu" };
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 16, 16, 1 },
                                               (const double[]){ 1, 1, 3 }, trp_vec3 (0, 0, 0));
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, 0, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = trp_weights_import (bytes, &options, &error);
  g_autoptr (TrpStructureSet) set = NULL;

  g_assert_no_error (error);
  set = trp_model_segment (model, volume, &on_cpu, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 2);
  for (size_t k = 0; k < 2; k++)
    {
      const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_get (set, k));

      g_assert_cmpuint (trp_mask_count (mask), ==, k + 1 == expected ? 256 : 0);
    }
}

/* Probabilities that are both 1 in float still differ. */
static void
the_surest_label_wins (void)
{
  assert_label ((const float[]){ 20, 25 }, 2, "segmenter_background=false", 2);
  assert_label ((const float[]){ 25, 20 }, 2, "segmenter_background=false", 1);
  assert_label ((const float[]){ -1, -2 }, 2, "segmenter_background=false", 0);
  assert_label ((const float[]){ -10, 10, 12 }, 3, "segmenter_background=true", 2);
  assert_label ((const float[]){ -10, 12, 10 }, 3, "segmenter_background=true", 1);
  assert_label ((const float[]){ 13, 10, 12 }, 3, "segmenter_background=true", 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/import/names", translates_names);
  g_test_add_func ("/import/names/unknown", unknown_names_are_refused);
  g_test_add_func ("/import/names/numbers", numbers_in_names);
  g_test_add_func ("/import/files/shapes", reads_shapes);
  g_test_add_func ("/import/files/way", reads_the_way);
  g_test_add_func ("/import/files/both-ways", reads_both_ways);
  g_test_add_func ("/import/files/statistics", statistics_of_instance_norms_are_ignored);
  g_test_add_func ("/import/refuses/missing", missing_tensors);
  g_test_add_func ("/import/refuses/missing-in-a-unet", missing_in_a_unet);
  g_test_add_func ("/import/refuses/shapes", wrong_shapes);
  g_test_add_func ("/import/refuses/no-weights", no_weights);
  g_test_add_func ("/import/refuses/too-large", too_large_for_a_float);
  g_test_add_func ("/import/refuses/negative-variance", negative_variance);
  g_test_add_func ("/import/refuses/no-place", what_has_no_place);
  g_test_add_func ("/import/refuses/statistics", statistics_of_unknown_norms);
  g_test_add_func ("/import/refuses/too-many-structures", too_many_structures);
  g_test_add_func ("/import/refuses/other-networks", other_networks);
  g_test_add_func ("/import/refuses/broken-bytes", broken_bytes);
  g_test_add_func ("/import/labels/surest", the_surest_label_wins);
  return g_test_run ();
}
