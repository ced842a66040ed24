/* test-exchange.c - tensor names of other programs, files that are refused, round trips
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * That imported networks compute what PyTorch computes is shown in reference/check-exchange.py. The
 * expected names are those that PyTorch 1.13 lists for the reference classes (state_dict()).
 */

#include "core/io/protobuf.h"
#include "core/io/safetensors-writer.h"
#include "core/method/exchange-names.h"
#include "core/method/export.h"
#include "core/method/import.h"
#include "core/method/model-summary.h"
#include "core/method/onnx.h"
#include "tests/lib/check.h"
#include "tests/lib/tiny.h"

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

/* --- a generator and a U-Net, made up, with whatever a case does to them --- */

typedef struct
{
  GPtrArray *entries;
} File;

typedef struct
{
  char *name;
  TrpDtype dtype;
  size_t n_dims, shape[4], size;
  uint8_t *bytes;
} Entry;

static void
free_entry (void *data)
{
  Entry *entry = data;

  g_free (entry->name);
  g_free (entry->bytes);
  g_free (entry);
}

static void
clear_file (File *file)
{
  g_clear_pointer (&file->entries, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (File, clear_file)

/* @shape: of up to four axes, ended by 0; values depend on the name */
static void
add (File *file, const char *name, const size_t *shape, float offset)
{
  Entry *entry = g_new0 (Entry, 1);
  uint32_t state = g_str_hash (name);
  float *values;

  entry->size = sizeof (float);
  for (; entry->n_dims < 4 && shape[entry->n_dims]; entry->n_dims++)
    entry->size *= entry->shape[entry->n_dims] = shape[entry->n_dims];
  values = g_malloc (entry->size);
  for (size_t i = 0; i < entry->size / sizeof *values; i++)
    {
      state = state * 1664525 + 1013904223;
      values[i] = offset + 0.4F * ((float) (state >> 8) / (float) (1 << 24) - 0.5F);
    }
  entry->name = g_strdup (name);
  entry->dtype = TRP_DTYPE_F32;
  entry->bytes = (uint8_t *) values;
  g_ptr_array_add (file->entries, entry);
}

static void
add_layer (File *file, const char *name, size_t out, size_t in, size_t kernel, bool transposed)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);

  add (file, weight,
       transposed ? (const size_t[]){ in, out, kernel, kernel }
                  : (const size_t[]){ out, in, kernel, kernel },
       0);
  add (file, bias, (const size_t[]){ out, 0 }, 0);
}

/* resnet with one block, two filters, @n_in channels */
static File
make_generator (const char *prefix, size_t n_in)
{
  static const struct
  {
    const char *name;
    size_t out, in, kernel;
    bool transposed;
  } layers[] = {
    { "model.1", 2, 0, 7, false },
    { "model.4", 4, 2, 3, false },
    { "model.7", 8, 4, 3, false },
    { "model.10.conv_block.1", 8, 8, 3, false },
    { "model.10.conv_block.5", 8, 8, 3, false },
    { "model.11", 4, 8, 3, true },
    { "model.14", 2, 4, 3, true },
    { "model.18", 1, 2, 7, false },
  };
  File file = { g_ptr_array_new_with_free_func (free_entry) };

  for (size_t n = 0; n < G_N_ELEMENTS (layers); n++)
    {
      g_autofree char *name = g_strconcat (prefix, layers[n].name, NULL);

      add_layer (&file, name, layers[n].out, layers[n].in ? layers[n].in : n_in, layers[n].kernel,
                 layers[n].transposed);
    }
  return file;
}

static void
add_norm (File *file, const char *name, size_t n)
{
  static const char *const parts[] = { "weight", "bias", "running_mean", "running_var" };

  for (size_t k = 0; k < G_N_ELEMENTS (parts); k++)
    {
      g_autofree char *full = g_strdup_printf ("%s.%s", name, parts[k]);

      add (file, full, (const size_t[]){ n, 0 }, k == 0 || k == 3);
    }
}

/* two levels, two filters, batch norm, our own names */
static File
make_unet (size_t n_out)
{
  static const struct
  {
    const char *block;
    size_t in, out;
  } blocks[] = { { "down.0", 1, 2 }, { "down.1", 2, 4 }, { "up.0", 4, 2 } };
  File file = { g_ptr_array_new_with_free_func (free_entry) };

  for (size_t n = 0; n < G_N_ELEMENTS (blocks); n++)
    for (int part = 1; part <= 2; part++)
      {
        g_autofree char *conv = g_strdup_printf ("%s.conv%d", blocks[n].block, part);
        g_autofree char *norm = g_strdup_printf ("%s.norm%d", blocks[n].block, part);

        add_layer (&file, conv, blocks[n].out, part == 1 ? blocks[n].in : blocks[n].out, 3, false);
        add_norm (&file, norm, blocks[n].out);
      }
  add_layer (&file, "up.0.transpose", 2, 4, 2, true);
  add_layer (&file, "head", n_out, 2, 1, false);
  return file;
}

static Entry *
find (File *file, const char *name)
{
  for (guint n = 0; n < file->entries->len; n++)
    if (strcmp (((Entry *) file->entries->pdata[n])->name, name) == 0)
      return file->entries->pdata[n];
  g_assert_not_reached ();
}

static GBytes *
write_bytes (const File *file, const char *format)
{
  g_autoptr (TrpSafetensorsWriter) writer = trp_safetensors_writer_new ();
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "file.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  char *text;
  gsize size;

  for (guint n = 0; n < file->entries->len; n++)
    {
      const Entry *entry = file->entries->pdata[n];

      trp_safetensors_writer_add (writer, entry->name, entry->dtype, entry->n_dims, entry->shape,
                                  entry->bytes);
    }
  if (format)
    trp_safetensors_writer_set_metadata (writer, "format", format);
  g_assert_true (trp_safetensors_writer_save (writer, path, &error));
  g_assert_true (g_file_get_contents (path, &text, &size, &error));
  trp_test_remove_folder (folder);
  return g_bytes_new_take (text, size);
}

/* NULL with @error, or the model. */
static TrpModel *
import (GBytes *bytes, const TrpImportOptions *options, GError **error)
{
  g_autoptr (TrpSafetensors) file = trp_safetensors_parse (bytes, error);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  TrpModel *model = NULL;

  if (file && trp_model_import (file, options, path, error))
    {
      model = trp_model_load (path, error);
      g_assert_nonnull (model);
    }
  else /* nothing half done is left behind */
    g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  trp_test_remove_folder (folder);
  return model;
}

static void
assert_refused (const File *file, const char *arch, int code, const char *part)
{
  g_autoptr (GBytes) bytes = write_bytes (file, NULL);
  const TrpImportOptions options = { .name = "test", .arch = arch };
  g_autoptr (GError) error = NULL;

  g_assert_null (import (bytes, &options, &error));
  g_assert_error (error, TRP_ERROR, code);
  if (!strstr (error->message, part))
    g_error ("\"%s\" does not say \"%s\"", error->message, part);
}

static void
reads_shapes (void)
{
  g_auto (File) file = make_generator ("netG_B.module.", 3);
  g_autoptr (GBytes) bytes = write_bytes (&file, "pt");
  const TrpCurve input = trp_curve_window (-500, 500), output = trp_curve_window (0, 2000);
  const char *const settings[] = { "data.spacing=1.5", NULL };
  const TrpImportOptions options = { "test", "resnet-1", NULL, &input, &output, settings };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = import (bytes, &options, &error);
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

/* Both generators of a CycleGAN in one file, under the names of its code. */
static void
reads_both_ways (void)
{
  g_auto (File) file = make_generator ("netG_A.", 1);
  g_auto (File) other = make_generator ("netG_B.", 1);
  const TrpImportOptions options = { .name = "test", .arch = "resnet-1" };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = NULL;
  g_autoptr (TrpModelSummary) summary = NULL;

  g_ptr_array_extend_and_steal (file.entries, g_steal_pointer (&other.entries));
  bytes = write_bytes (&file, NULL);
  model = import (bytes, &options, &error);
  g_assert_no_error (error);
  summary = trp_model_summarize (model);
  g_assert_cmpuint (summary->parts->len, ==, 2);
}

static void
statistics_of_instance_norms_are_ignored (void)
{
  g_auto (File) file = make_generator ("", 1);
  const TrpImportOptions options = { .name = "test", .arch = "resnet-1" };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = NULL;

  add (&file, "model.2.running_mean", (const size_t[]){ 2, 0 }, 0);
  add (&file, "model.2.running_var", (const size_t[]){ 2, 0 }, 1);
  add (&file, "model.2.num_batches_tracked", (const size_t[]){ 0 }, 0);
  bytes = write_bytes (&file, NULL);
  model = import (bytes, &options, &error);
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
      g_auto (File) file = make_generator ("", 1);

      g_ptr_array_remove (file.entries, find (&file, names[n]));
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
      g_auto (File) file = make_unet (1);

      g_ptr_array_remove (file.entries, find (&file, names[n]));
      assert_refused (&file, "unet", TRP_ERROR_FORMAT, names[n]);
    }
}

static void
wrong_shapes (void)
{
  g_auto (File) file = make_generator ("", 1);
  g_auto (File) flat = make_generator ("", 1);
  g_auto (File) wide = make_generator ("", 9);
  Entry *entry = find (&file, "model.10.conv_block.5.weight");

  entry->shape[2] = 9; /* the same number of weights */
  entry->shape[3] = 1;
  assert_refused (&file, "resnet-1", TRP_ERROR_FORMAT, "\"model.10.conv_block.5.weight\" is 8 x 8");
  entry = find (&flat, "model.1.weight");
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
      g_auto (File) file = make_generator ("", 1);
      Entry *entry = find (&file, "model.14.weight");

      memcpy (entry->bytes + entry->size - sizeof (float), &values[n], sizeof (float));
      assert_refused (&file, "resnet-1", TRP_ERROR_FORMAT, "\"model.14.weight\" holds");
    }
}

/* A double that is finite may not be so as a float. */
static void
too_large_for_a_float (void)
{
  g_auto (File) file = make_generator ("", 1);
  Entry *entry = find (&file, "model.18.bias");
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
  g_auto (File) file = make_unet (1);
  Entry *entry = find (&file, "down.1.norm1.running_var");
  const float value = -0.5F;

  memcpy (entry->bytes, &value, sizeof value);
  assert_refused (&file, "unet", TRP_ERROR_FORMAT, "no variance");
}

static void
what_has_no_place (void)
{
  g_auto (File) affine = make_generator ("", 1);
  g_auto (File) doubled = make_generator ("", 1);
  g_auto (File) copy = make_generator ("module.", 1);

  add (&affine, "model.2.weight", (const size_t[]){ 2, 0 }, 1);
  assert_refused (&affine, "resnet-1", TRP_ERROR_FORMAT, "\"model.2.weight\" has no place");
  add_layer (&doubled, "model.10.conv_block.6", 8, 8, 3, false);
  assert_refused (&doubled, "resnet-1", TRP_ERROR_FORMAT, "model.10.conv_block.5");
  g_ptr_array_extend_and_steal (copy.entries, make_generator ("", 1).entries);
  assert_refused (&copy, "resnet-1", TRP_ERROR_FORMAT, "several networks");
}

/* PyTorch would compute with them, the engine's instance norm would not. */
static void
statistics_of_unknown_norms (void)
{
  g_auto (File) file = make_unet (1);

  for (guint n = file.entries->len; n > 0; n--)
    {
      const char *name = ((Entry *) file.entries->pdata[n - 1])->name;

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
      g_auto (File) file = make_unet (1);
      Entry *entry = find (&file, "head.weight");

      entry->shape[0] = counts[n];
      entry->shape[1] = 0;
      assert_refused (&file, "unet", TRP_ERROR_FORMAT, "1 to 32 can be imported");
    }
}

static void
other_networks (void)
{
  g_auto (File) file = make_generator ("", 1);
  g_auto (File) unet = make_unet (1);
  g_autoptr (GBytes) bytes = write_bytes (&file, "triptych-1");
  const TrpImportOptions options = { .name = "test", .arch = "resnet-1" };
  g_autoptr (GError) error = NULL;

  assert_refused (&file, "resnet-9", TRP_ERROR_FORMAT, "1 residual blocks");
  assert_refused (&file, "unet", TRP_ERROR_FORMAT, "with which a U-Net begins");
  assert_refused (&unet, "resnet-6", TRP_ERROR_FORMAT, "with which a generator begins");
  assert_refused (&file, "resnet-99", TRP_ERROR_UNSUPPORTED, "resnet-99");
  assert_refused (&file, "vit", TRP_ERROR_UNSUPPORTED, "resnet-9, resnet-6, unet");
  g_ptr_array_remove (unet.entries, find (&unet, "up.0.transpose.weight"));
  assert_refused (&unet, "unet", TRP_ERROR_UNSUPPORTED, "no transposed convolutions");
  g_assert_null (import (bytes, &options, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
}

/* Whatever byte a stranger changes: a sentence or a model that runs through the same checks. */
static void
broken_bytes (void)
{
  g_auto (File) file = make_unet (2);
  g_autoptr (GBytes) good = write_bytes (&file, NULL);
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
      model = import (broken, &options, &error);
      g_assert_true ((model != NULL) == (error == NULL));
    }
}

/* --- labels --- */

/* A network whose logits are its head's biases, wherever it looks. */
static File
make_constant_unet (const float *logits, size_t n)
{
  File file = make_unet (n);
  Entry *weight = find (&file, "head.weight"), *bias = find (&file, "head.bias");

  memset (weight->bytes, 0, weight->size);
  memcpy (bias->bytes, logits, n * sizeof *logits);
  return file;
}

/* Which label of two is everywhere; PyTorch's arg max over @logits says which has to be. */
static void
assert_label (const float *logits, size_t n, const char *setting, size_t expected)
{
  g_auto (File) file = make_constant_unet (logits, n);
  g_autoptr (GBytes) bytes = write_bytes (&file, NULL);
  const char *const settings[] = { setting, NULL };
  const TrpImportOptions options = { .name = "test", .arch = "unet", .settings = settings };
  const TrpInferOptions on_cpu = { .device = "cpu" };
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 16, 16, 1 },
                                               (const double[]){ 1, 1, 3 }, trp_vec3 (0, 0, 0));
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, 0, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = import (bytes, &options, &error);
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

/* --- export --- */

static GBytes *export(const TrpModel *model, const TrpExportOptions *options, GError **error)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "out.safetensors", NULL);
  char *text;
  gsize size = 0;
  const bool ok = trp_model_export (model, options, path, error) &&
                  g_file_get_contents (path, &text, &size, error);

  trp_test_remove_folder (folder);
  return ok ? g_bytes_new_take (text, size) : NULL;
}

static void
round_trip (void)
{
  g_auto (File) file = make_unet (2);
  g_autoptr (GBytes) bytes = write_bytes (&file, NULL);
  const char *const settings[] = { "data.labels=3,7", "data.source=mr", NULL };
  const TrpImportOptions first = { .name = "test", .arch = "unet", .settings = settings };
  const TrpImportOptions second = { .name = "other", .arch = "unet" };
  const TrpExportOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = import (bytes, &first, &error);
  g_autoptr (GBytes) back = export(model, &options, &error);
  g_autoptr (TrpModel) again = import (back, &second, &error);
  g_autoptr (GBytes) third = NULL;
  g_autoptr (TrpSafetensors) read = trp_safetensors_parse (back, &error);

  g_assert_no_error (error);
  third = export(again, &options, &error);
  g_assert_true (g_bytes_equal (back, third));
  g_assert_cmpuint (trp_model_get_recipe (again)->labels[1], ==, 7);
  for (guint n = 0; n < file.entries->len; n++)
    {
      const Entry *entry = file.entries->pdata[n];
      const TrpTensorView *view = trp_safetensors_find (read, entry->name);

      g_assert_nonnull (view);
      g_assert_cmpmem (view->data, view->count * sizeof (float), entry->bytes, entry->size);
    }
}

/* The shipped ones: nearest upsampling, both ways; a Res-U-Net of three slices with a named label.
 */
static void
demo_networks (void)
{
  static const struct
  {
    const char *path, *arch, *net;
  } cases[] = {
    { "../resources/models/demo-mr-to-ct.safetensors", "resnet-4", "G_A" },
    { "../resources/models/demo-mr-to-ct.safetensors", "resnet-4", "G_B" },
    { "../resources/models/demo-prostate.safetensors", "res-unet-2.5d", "net" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *path = trp_test_source_path (cases[n].path);
      const TrpImportOptions options = { .name = "other", .arch = cases[n].arch };
      const TrpExportOptions which = { .net = cases[n].net };
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpModel) model = trp_model_load (path, &error);
      g_autoptr (GBytes) once = export(model, &which, &error);
      g_autoptr (TrpModel) again = import (once, &options, &error);
      g_autoptr (GBytes) twice = NULL;
      g_autofree char *text = NULL, *text_again = NULL;

      g_assert_no_error (error);
      twice = export(again, &which, &error);
      g_assert_true (g_bytes_equal (once, twice));
      text = trp_recipe_to_text (trp_model_get_recipe (model));
      text_again = trp_recipe_to_text (trp_model_get_recipe (again));
      g_assert_cmpstr (text, ==, text_again);
      g_assert_cmpuint (trp_model_peek_labels (model)->len, ==, trp_model_peek_labels (again)->len);
    }
}

static void
names_that_do_not_fit (void)
{
  g_auto (File) file = make_unet (1);
  g_autoptr (GBytes) bytes = write_bytes (&file, NULL);
  const TrpImportOptions options = { .name = "test", .arch = "unet" };
  const TrpExportOptions never = { .names = "mateuszbuda" }, other = { .net = "G_A" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = import (bytes, &options, &error);

  g_assert_null (export(model, &never, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "biases"));
  g_clear_error (&error);
  g_assert_null (export(model, &other, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
}

static void
onnx_sizes (void)
{
  g_auto (File) file = make_unet (1);
  g_autoptr (GBytes) bytes = write_bytes (&file, NULL);
  const TrpImportOptions options = { .name = "test", .arch = "unet" };
  const TrpOnnxOptions odd = { .width = 33, .height = 32 }, even = { .width = 34, .height = 32 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = import (bytes, &options, &error);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "out.onnx", NULL);

  g_assert_false (trp_model_export_onnx (model, &odd, path, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_clear_error (&error);
  g_assert_true (trp_model_export_onnx (model, &even, path, &error));
  g_assert_no_error (error);
  trp_test_remove_folder (folder);
}

/* The examples of protobuf.dev, Encoding: 150 in field 1, "testing" in field 2, both within a
 * message; -2 as ten bytes. */
static void
wire_format (void)
{
  static const uint8_t expected[] = {
    0x08, 0x96, 0x01, 0x12, 0x07, 't',  'e',  's',  't',  'i',  'n',
    'g',  0x1a, 0x03, 0x08, 0x96, 0x01, 0x20, 0xfe, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x2d, 0x00, 0x00, 0x80, 0x3f,
  };
  g_autoptr (GByteArray) message = g_byte_array_new ();
  GByteArray *part = g_byte_array_new ();

  trp_protobuf_add_varint (message, 1, 150);
  trp_protobuf_add_string (message, 2, "testing");
  trp_protobuf_add_varint (part, 1, 150);
  trp_protobuf_add_message (message, 3, part);
  trp_protobuf_add_varint (message, 4, (uint64_t) -2);
  trp_protobuf_add_float (message, 5, 1);
  g_assert_cmpmem (message->data, message->len, expected, sizeof expected);
}

/* --- the verb --- */

static void
exit_statuses (void)
{
  static const struct
  {
    const char *arguments[10];
    int status;
  } cases[] = {
    { { "model", "--help" }, 0 },
    { { "model" }, 2 },
    { { "model", "train" }, 2 },
    { { "model", "info" }, 2 },
    { { "model", "info", "absent.safetensors" }, 1 },
    { { "model", "import", "absent.safetensors", "--out", "out" }, 2 },
    { { "model", "import", "absent.safetensors", "--out", "out", "--arch", "unet",
        "--output-window", "0,1" },
      2 },
    { { "model", "import", "absent.safetensors", "--out", "out", "--arch", "unet", "--input-window",
        "1,0" },
      2 },
    { { "model", "import", "absent.safetensors", "--out", "out", "--arch", "unet" }, 1 },
    { { "model", "export", "absent.safetensors", "--out", "out", "--size", "64" }, 2 },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *told = NULL;

      g_assert_cmpint (trp_test_run_cli (cases[n].arguments, NULL, &told), ==, cases[n].status);
      g_assert_true ((told[0] == '\0') == (cases[n].status == 0));
      if (cases[n].status != 0) /* one line */
        g_assert_true (strchr (told, '\n') == told + strlen (told) - 1);
    }
}

/* --- the settings that imports brought --- */

static void
assert_running (GBytes *bytes)
{
  g_autoptr (TrpSafetensors) file = trp_safetensors_parse (bytes, NULL);
  const TrpTensorView *view = trp_safetensors_find (file, "down.1.norm1.running_var");
  float values[16];

  g_assert_cmpuint (view->count, <=, G_N_ELEMENTS (values));
  trp_tensor_view_get_f32 (view, values);
  for (size_t i = 0; i < view->count; i++)
    g_assert_cmpfloat (values[i], >, 0);
}

static void
assert_segments (const char *path)
{
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 40, 36, 3 },
                                               (const double[]){ 3, 3, 3 }, trp_vec3 (0, 0, 0));
  const TrpInferOptions options = { .device = "cpu" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = trp_model_load (path, &error);
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, 1, 0);
  g_autoptr (TrpStructureSet) set = trp_model_segment (model, volume, &options, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 1);
}

static GBytes *
export_file (const char *path, const TrpExportOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = trp_model_load (path, &error);
  GBytes *bytes = export(model, options, &error);

  g_assert_no_error (error);
  return bytes;
}

/* A checkpoint's averages go with running statistics that have none of their own. */
static void
batch_norm_trains_and_infers (void)
{
  static const char *const assignments[] = { "segmenter_norm=batch", "segmenter_background=true",
                                             "image_channels=2",     "data.whole_view=true",
                                             "training.ema=0.9",     "output.preview_every=10" };
  static const char *const names[] = { "model.safetensors", "checkpoint.safetensors" };
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *out = g_build_filename (folder, "run", NULL);
  g_autoptr (TrpDataList) list = trp_tiny_data (folder);
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  const TrpTrainOptions options = {
    .recipe = recipe, .list = list, .fold = -1, .folder = out, .device = "cpu"
  };
  g_autofree char *checkpoint = g_build_filename (out, names[1], NULL);
  const TrpExportOptions averages = { 0 }, last = { .raw = true };
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *exported[2];

  for (size_t n = 0; n < G_N_ELEMENTS (assignments); n++)
    trp_tiny_set (recipe, assignments[n]);
  g_assert_true (trp_train (&options, NULL, &error));
  for (size_t n = 0; n < 2; n++)
    {
      g_autofree char *path = g_build_filename (out, names[n], NULL);

      assert_segments (path);
      exported[n] = export_file (path, &averages);
    }
  g_assert_true (g_bytes_equal (exported[0], exported[1]));
  raw = export_file (checkpoint, &last);
  g_assert_false (g_bytes_equal (raw, exported[1]));
  assert_running (exported[1]);
  for (size_t n = 0; n < 2; n++)
    g_bytes_unref (exported[n]);
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/names", translates_names);
  g_test_add_func ("/exchange/names/unknown", unknown_names_are_refused);
  g_test_add_func ("/exchange/names/numbers", numbers_in_names);
  g_test_add_func ("/exchange/import/shapes", reads_shapes);
  g_test_add_func ("/exchange/import/both-ways", reads_both_ways);
  g_test_add_func ("/exchange/import/statistics", statistics_of_instance_norms_are_ignored);
  g_test_add_func ("/exchange/refuses/missing", missing_tensors);
  g_test_add_func ("/exchange/refuses/missing-in-a-unet", missing_in_a_unet);
  g_test_add_func ("/exchange/refuses/shapes", wrong_shapes);
  g_test_add_func ("/exchange/refuses/no-weights", no_weights);
  g_test_add_func ("/exchange/refuses/too-large", too_large_for_a_float);
  g_test_add_func ("/exchange/refuses/negative-variance", negative_variance);
  g_test_add_func ("/exchange/refuses/no-place", what_has_no_place);
  g_test_add_func ("/exchange/refuses/statistics", statistics_of_unknown_norms);
  g_test_add_func ("/exchange/refuses/too-many-structures", too_many_structures);
  g_test_add_func ("/exchange/refuses/other-networks", other_networks);
  g_test_add_func ("/exchange/refuses/broken-bytes", broken_bytes);
  g_test_add_func ("/exchange/labels/surest", the_surest_label_wins);
  g_test_add_func ("/exchange/export/round-trip", round_trip);
  g_test_add_func ("/exchange/export/demo-networks", demo_networks);
  g_test_add_func ("/exchange/export/names", names_that_do_not_fit);
  g_test_add_func ("/exchange/onnx/sizes", onnx_sizes);
  g_test_add_func ("/exchange/onnx/wire-format", wire_format);
  g_test_add_func ("/exchange/verb/exit-statuses", exit_statuses);
  g_test_add_func ("/exchange/settings/batch-norm", batch_norm_trains_and_infers);
  return g_test_run ();
}
