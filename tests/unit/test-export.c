/* test-export.c - networks given to other programs, round trips, the verb "model"
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * That exported networks compute what they should is shown in reference/check-exchange.py.
 */

#include "core/io/protobuf.h"
#include "core/method/export.h"
#include "core/method/infer.h"
#include "core/method/onnx.h"
#include "tests/lib/check.h"
#include "tests/lib/tiny.h"
#include "tests/lib/weights.h"

#include <string.h>
#include <unistd.h>

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
  g_auto (TrpWeights) file = trp_weights_new_unet (2);
  g_autoptr (GBytes) bytes = trp_weights_write (&file, NULL);
  const char *const settings[] = { "data.labels=3,7", "data.source=mr", NULL };
  const TrpImportOptions first = { .name = "test", .arch = "unet", .settings = settings };
  const TrpImportOptions second = { .name = "other", .arch = "unet" };
  const TrpExportOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = trp_weights_import (bytes, &first, &error);
  g_autoptr (GBytes) back = export(model, &options, &error);
  g_autoptr (TrpModel) again = trp_weights_import (back, &second, &error);
  g_autoptr (GBytes) third = NULL;
  g_autoptr (TrpSafetensors) read = trp_safetensors_parse (back, &error);

  g_assert_no_error (error);
  third = export(again, &options, &error);
  g_assert_true (g_bytes_equal (back, third));
  g_assert_cmpuint (trp_model_get_recipe (again)->labels[1], ==, 7);
  for (guint n = 0; n < file.entries->len; n++)
    {
      const TrpWeight *entry = file.entries->pdata[n];
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
      g_autoptr (TrpModel) again = trp_weights_import (once, &options, &error);
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
  g_auto (TrpWeights) file = trp_weights_new_unet (1);
  g_autoptr (GBytes) bytes = trp_weights_write (&file, NULL);
  const TrpImportOptions options = { .name = "test", .arch = "unet" };
  const TrpExportOptions never = { .names = "mateuszbuda" }, other = { .net = "G_A" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = trp_weights_import (bytes, &options, &error);

  g_assert_null (export(model, &never, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "biases"));
  g_clear_error (&error);
  g_assert_null (export(model, &other, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
}

/* A U-Net of two levels halves once, the generator twice. */
static void
onnx_sizes (void)
{
  static const struct
  {
    const char *arch;
    int width, height;
    bool ok;
  } cases[] = {
    { "unet", 33, 32, false },     { "unet", 32, 33, false },     { "unet", 34, 32, true },
    { "resnet-1", 34, 32, false }, { "resnet-1", 32, 33, false }, { "resnet-1", 36, 32, true },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_auto (TrpWeights) file = strcmp (cases[n].arch, "unet") == 0
                                   ? trp_weights_new_unet (1)
                                   : trp_weights_new_generator ("", 1);
      g_autoptr (GBytes) bytes = trp_weights_write (&file, NULL);
      const TrpImportOptions options = { .name = "test", .arch = cases[n].arch };
      const TrpOnnxOptions size = { .width = cases[n].width, .height = cases[n].height };
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpModel) model = trp_weights_import (bytes, &options, &error);
      g_autofree char *folder = trp_test_make_folder ();
      g_autofree char *path = g_build_filename (folder, "out.onnx", NULL);

      g_assert_true (trp_model_export_onnx (model, &size, path, &error) == cases[n].ok);
      if (cases[n].ok)
        g_assert_no_error (error);
      else
        g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
      trp_test_remove_folder (folder);
    }
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

static void
what_is_read_is_not_overwritten (void)
{
  g_autofree char *shipped = trp_test_source_path ("../resources/models/demo-prostate.safetensors");
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *detour = g_build_filename (folder, ".", "model.safetensors", NULL);
  g_autofree char *hard = g_build_filename (folder, "hard", NULL);
  g_autofree char *symbolic = g_build_filename (folder, "symbolic", NULL);
  g_autofree char *before = NULL, *after = NULL;
  const char *const calls[][8] = {
    { "model", "export", path, "--out", detour, NULL },
    { "model", "export", path, "--onnx", "--out", path, NULL },
    { "model", "export", path, "--out", hard, NULL },
    { "model", "export", path, "--out", symbolic, NULL },
    { "model", "import", symbolic, "--arch", "unet", "--out", hard, NULL },
    { "model", "import", path, "--arch", "unet", "--out", detour, NULL },
  };
  gsize size, size_after;

  g_assert_true (g_file_get_contents (shipped, &before, &size, NULL));
  g_assert_true (g_file_set_contents (path, before, (gssize) size, NULL));
  g_assert_cmpint (link (path, hard), ==, 0);
  g_assert_cmpint (symlink (path, symbolic), ==, 0);
  for (size_t n = 0; n < G_N_ELEMENTS (calls); n++)
    {
      g_autofree char *told = NULL;

      g_assert_cmpint (trp_test_run_cli (calls[n], NULL, &told), ==, 2);
      g_assert_nonnull (strstr (told, "--out is the file that is read"));
    }
  g_assert_true (g_file_get_contents (path, &after, &size_after, NULL));
  g_assert_cmpmem (after, size_after, before, size);
  trp_test_remove_folder (folder);
}

/* Runs the verb, which must succeed, and returns what it says. */
static char *
say (const char *const *arguments)
{
  char *said = NULL;
  g_autofree char *told = NULL;
  const int status = trp_test_run_cli (arguments, &said, &told);

  g_assert_cmpstr (told, ==, "");
  g_assert_cmpint (status, ==, 0);
  return said;
}

static void
assert_onnx (const char *path, bool is_onnx)
{
  g_autofree char *bytes = NULL;
  gsize size;

  /* ir_version, field 1, comes first; in safetensors the length of a header */
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true ((bytes[0] == 0x08 && strstr (bytes + 2, "triptych") != NULL) == is_onnx);
}

/* From weights to a model, out again under either name, and what is said on the way. */
static void
name_tells_the_format (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *weights = g_build_filename (folder, "weights.safetensors", NULL);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *onnx = g_build_filename (folder, "out.ONNX", NULL);
  g_autofree char *back = g_build_filename (folder, "back.safetensors", NULL);
  const char *const import[] = { "model",  "import",          weights,      "--out",
                                 path,     "--arch",          "resnet-1",   "--input-window",
                                 "0,1200", "--output-window", "-1000,1000", NULL };
  const char *const to_onnx[] = { "model", "export", path, "--out", onnx, "--size", "32", NULL };
  const char *const to_back[] = { "model", "export", path, "--out", back, NULL };
  const char *const contradiction[] = { "model", "export", path, "--out", back, "--onnx", NULL };
  g_auto (TrpWeights) file = trp_weights_new_generator ("", 1);
  g_autoptr (GBytes) bytes = trp_weights_write (&file, NULL);
  g_autofree char *imported = NULL, *said_onnx = NULL, *said_back = NULL;

  g_assert_true (g_file_set_contents (weights, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  imported = say (import);
  g_assert_true (g_str_has_prefix (imported, path));
  g_assert_nonnull (strstr (imported, "G_A (resnet-1, "));
  g_assert_nonnull (strstr (imported, "reads MR"));
  g_assert_nonnull (strstr (imported, "0:-1, 1200:1"));
  g_assert_nonnull (strstr (imported, "-1000:-1, 1000:1"));
  g_assert_true (strchr (imported, '\n') == imported + strlen (imported) - 1);
  said_onnx = say (to_onnx);
  assert_onnx (onnx, true);
  said_back = say (to_back);
  assert_onnx (back, false);
  g_assert_cmpstr (strstr (said_onnx, "G_A"), ==, strstr (imported, "G_A"));
  g_assert_cmpstr (strstr (said_back, "G_A"), ==, strstr (imported, "G_A"));
  g_assert_cmpint (trp_test_run_cli (contradiction, NULL, NULL), ==, 2);
  trp_test_remove_folder (folder);
}

/* An imported network was not trained here, so its losses and steps are nobody's. */
static void
info_is_silent_about_no_training (void)
{
  g_autofree char *trained = trp_test_source_path ("../resources/models/demo-prostate.safetensors");
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *weights = g_build_filename (folder, "weights.safetensors", NULL);
  const char *const import[] = { "model",  "import", weights,          "--out",    path,
                                 "--arch", "unet",   "--input-window", "-160,240", NULL };
  const char *const about[][5] = { { "model", "info", trained, NULL },
                                   { "model", "info", path, NULL },
                                   { "model", "info", trained, "--json", NULL },
                                   { "model", "info", path, "--json", NULL } };
  g_auto (TrpWeights) file = trp_weights_new_unet (1);
  g_autoptr (GBytes) bytes = trp_weights_write (&file, NULL);
  g_autofree char *imported = NULL;

  g_assert_true (g_file_set_contents (weights, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  imported = say (import);
  for (size_t n = 0; n < G_N_ELEMENTS (about); n++)
    {
      const bool is_trained = n % 2 == 0, is_json = n >= 2;
      g_autofree char *said = say (about[n]);

      g_assert_nonnull (strstr (said, "[network]"));
      g_assert_true ((strstr (said, "[training]") != NULL) == (is_trained || is_json));
      if (is_json)
        g_assert_true ((strstr (said, "\"history\"") != NULL) == is_trained);
    }
  trp_test_remove_folder (folder);
}

/* What a stranger wrote into a file does not reach the terminal as a command to it. */
static void
info_does_not_steer_the_terminal (void)
{
  g_autofree char *demo = trp_test_source_path ("../resources/models/demo-prostate.safetensors");
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  const char *const info[] = { "model", "info", path, NULL };
  g_autofree char *bytes = NULL;
  g_autofree char *said = NULL;
  char *program;
  size_t size;

  g_assert_true (g_file_get_contents (demo, &bytes, &size, NULL));
  program = g_strstr_len (bytes + 8, (gssize) size - 8, "triptych 0"); /* behind the length */
  g_assert_nonnull (program);
  memcpy (program, "\\u001b[31m", strlen ("triptych 0"));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  said = say (info);
  g_assert_nonnull (strstr (said, "?[31m"));
  g_assert_null (strchr (said, '\x1b'));
  trp_test_remove_folder (folder);
}

static void
pickles_are_sent_to_the_readme (void)
{
  static const char *const beginnings[] = { "PK\x03\x04 and the rest of an archive",
                                            "\x80\x02\x8a\nl\xfc\x9c\x46\xf9 pickle" };

  for (size_t n = 0; n < G_N_ELEMENTS (beginnings); n++)
    {
      g_autofree char *folder = trp_test_make_folder ();
      g_autofree char *path = g_build_filename (folder, "net_G_A.pth", NULL);
      g_autofree char *out = g_build_filename (folder, "out", NULL);
      const char *const import[] = { "model", "import", path,       "--out",
                                     out,     "--arch", "resnet-9", NULL };
      g_autofree char *told = NULL;

      g_assert_true (g_file_set_contents (path, beginnings[n], -1, NULL));
      g_assert_cmpint (trp_test_run_cli (import, NULL, &told), ==, 1);
      g_assert_nonnull (strstr (told, "README.md"));
      g_assert_true (strchr (told, '\n') == told + strlen (told) - 1);
      trp_test_remove_folder (folder);
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
  g_test_add_func ("/export/files/round-trip", round_trip);
  g_test_add_func ("/export/files/demo-networks", demo_networks);
  g_test_add_func ("/export/files/names", names_that_do_not_fit);
  g_test_add_func ("/export/onnx/sizes", onnx_sizes);
  g_test_add_func ("/export/onnx/wire-format", wire_format);
  g_test_add_func ("/export/verb/exit-statuses", exit_statuses);
  g_test_add_func ("/export/verb/overwrites-nothing", what_is_read_is_not_overwritten);
  g_test_add_func ("/export/verb/name-tells-the-format", name_tells_the_format);
  g_test_add_func ("/export/verb/info-does-not-steer-the-terminal",
                   info_does_not_steer_the_terminal);
  g_test_add_func ("/export/verb/info-is-silent-about-no-training",
                   info_is_silent_about_no_training);
  g_test_add_func ("/export/verb/pickles-are-sent-to-the-readme", pickles_are_sent_to_the_readme);
  g_test_add_func ("/export/settings/batch-norm", batch_norm_trains_and_infers);
  return g_test_run ();
}
