/* test-benchmark.c - arithmetic counted from graphs, profiles, and what bench prints
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Nothing here is about time: numbers of multiplications are summed by hand from the tables of the
 * networks (image places x filter elements), and rounded they are the published ones.
 */

#include "core/method/benchmark.h"
#include "core/nn/init.h"
#include "core/nn/op-cost.h"
#include "core/nn/program.h"
#include "tests/lib/check.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* Multiply-adds at 256 x 256, one channel in and out. */
static const double resnet_first = 65536. * 64 * 49;
static const double resnet = 2 * 65536. * 64 * 49 + 2 * 16384. * 128 * 64 * 9 +
                             2 * 4096. * 256 * 128 * 9 + 18 * 4096. * 256 * 256 * 9;
static const double patch_first = 16384. * 64 * 16;
static const double patch = 16384. * 64 * 16 + 4096. * 128 * 64 * 16 + 1024. * 256 * 128 * 16 +
                            961. * 512 * 256 * 16 + 900. * 512 * 16;

/* Two 3 x 3 per level down and up, transposed 2 x 2 between, 1 x 1 at the end; @n_in channels. */
static double
sum_unet (int n_in)
{
  double sum = 65536. * 9 * n_in * 64 + 65536. * 64;

  for (int level = 0; level < 5; level++)
    {
      const double places = 65536 >> (2 * level), filters = 64 << level;

      sum += places * 9 * filters * filters;
      if (level > 0)
        sum += places * 9 * (filters / 2) * filters; /* down, from half as many */
      if (level < 4)
        sum += places * 9 * (2 * filters * filters + filters * filters) + /* up */
               places / 4 * 4 * (2 * filters) * filters;                  /* transposed */
    }
  return sum;
}

static double
count (const char *network, bool train, int batch)
{
  const TrpBenchmarkSpec spec = { network, train, 256, batch };
  g_auto (TrpBenchmarkWork) work = { 0 };
  g_autoptr (GError) error = NULL;
  const bool ok = trp_benchmark_build (&spec, &work, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
  return trp_benchmark_work_count_flop (&work);
}

static void
flop_of_networks (void)
{
  g_assert_cmpfloat (count ("resnet-9", false, 1), ==, 2 * resnet);
  trp_assert_near (1e-9 * resnet, 48.73, 0.005);
  g_assert_cmpfloat (count ("patch-70", false, 1), ==, 2 * patch);
  trp_assert_near (1e-9 * patch, 3.11, 0.005);
  g_assert_cmpfloat (count ("unet", false, 1), ==, 2 * sum_unet (1));
  trp_assert_near (1e-9 * sum_unet (1), 48.1, 0.05);
  g_assert_cmpfloat (count ("unet", false, 16), ==, 16 * 2 * sum_unet (1));
}

/* Backward costs twice the forward pass, but nobody asks for the gradient of an image, nor for
 * those of a frozen discriminator's filters. */
static void
flop_of_training (void)
{
  const double generators = 4 * 3 * resnet - 2 * resnet_first;
  const double discriminators = 2 * 2 * patch + 4 * (3 * patch - patch_first);

  g_assert_cmpfloat (count ("resnet-9", true, 1), ==, 2 * (3 * resnet - resnet_first));
  g_assert_cmpfloat (count ("unet", true, 2), ==, 2 * 2 * (3 * sum_unet (1) - 65536. * 9 * 64));
  g_assert_cmpfloat (count ("cyclegan", true, 1), ==, 2 * (generators + discriminators));
  trp_assert_near (1e-12 * count ("cyclegan", true, 1), 1.27, 0.005);
  g_assert_cmpfloat (count ("cyclegan", true, 8), ==, 8 * 2 * (generators + discriminators));
}

/* Slices that do not fill the last run are computed twice. */
static void
patients_take_whole_runs (void)
{
  const TrpBenchmarkSpec spec = { "patient", false, 32, 8 };
  g_auto (TrpBenchmarkWork) work = { 0 };

  g_assert_true (trp_benchmark_build (&spec, &work, NULL));
  g_assert_cmpint (work.n_images, ==, 30);
  g_assert_cmpint (work.n_runs, ==, 4);
  g_assert_cmpint (work.n_graphs, ==, 2);
}

static void
refuses_what_there_is_not (void)
{
  static const struct
  {
    TrpBenchmarkSpec spec;
    int code;
    const char *told;
  } cases[] = {
    { { "resnet-7x", false, 0, 0 }, TRP_ERROR_UNSUPPORTED },
    { { "cyclegan", false, 0, 0 }, TRP_ERROR_UNSUPPORTED },
    { { "patient", true, 0, 0 }, TRP_ERROR_UNSUPPORTED },
    { { "unet", true, 8, 0 }, TRP_ERROR_FORMAT },
    { { "unet", true, 0, -1 }, TRP_ERROR_FORMAT },
    { { "unet", true, 100, 0 }, TRP_ERROR_GEOMETRY, "multiples of 16 pixels, not 100" },
    { { "resnet-9", false, 102, 0 }, TRP_ERROR_GEOMETRY, "multiples of 4 pixels, not 102" },
    { { "patient", false, 36, 0 }, TRP_ERROR_GEOMETRY, "multiples of 16 pixels, not 36" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      TrpBenchmarkWork work;
      g_autoptr (GError) error = NULL;

      g_assert_false (trp_benchmark_build (&cases[n].spec, &work, &error));
      g_assert_error (error, TRP_ERROR, cases[n].code);
      if (cases[n].code == TRP_ERROR_GEOMETRY)
        g_assert_nonnull (strstr (error->message, cases[n].told));
    }
}

/* Weights of a small network after three steps; the last made one by one if @profile. */
static float *
train (bool profile, size_t *out_n)
{
  const TrpBenchmarkSpec spec = { "segmenter-phantom", true, 16, 1 };
  g_auto (TrpBenchmarkWork) work = { 0 };
  g_autoptr (TrpDevice) device = trp_device_open (&trp_backend_cpu, NULL, NULL);
  g_autoptr (TrpStore) store = trp_store_new (device);
  g_autoptr (TrpProgram) program = NULL;
  g_autofree double *seconds = NULL;
  float *weights;

  g_assert_true (trp_benchmark_build (&spec, &work, NULL));
  program = trp_program_new (g_steal_pointer (&work.graphs[0]), store, NULL);
  g_assert_true (trp_store_init (store, "", TRP_INIT_HE, 1, NULL));
  for (const char *const *name = (const char *const[]){ "rate", "adam_step", NULL }; *name; name++)
    g_assert_true (trp_program_set_scalar (program, trp_program_find (program, *name), 1, NULL));
  seconds = g_new (double, (gsize) trp_graph_get_n_ops (trp_program_peek_graph (program)));
  for (int step = 0; step < 3; step++)
    g_assert_true (profile && step == 2 ? trp_program_profile (program, seconds, NULL)
                                        : trp_program_run (program, NULL));
  for (int i = 0; profile && i < trp_graph_get_n_ops (trp_program_peek_graph (program)); i++)
    g_assert_cmpfloat (seconds[i], >=, 0);
  *out_n = trp_shape_count (trp_store_find (store, "net.head.weight")->tensor.shape);
  weights = g_new (float, *out_n);
  g_assert_true (trp_store_get (store, trp_store_find (store, "net.head.weight"), weights, NULL));
  return weights;
}

static void
profile_is_a_step (void)
{
  size_t n, n_profiled;
  g_autofree float *whole = train (false, &n), *profiled = train (true, &n_profiled);

  g_assert_cmpfloat (fabsf (whole[0]), >, 0);
  g_assert_cmpmem (whole, n * sizeof *whole, profiled, n_profiled * sizeof *profiled);
}

static JsonObject *
parse (JsonParser *parser, const char *text)
{
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static void
json_keys (void)
{
  static const char *const numbers[] = { "seconds_per_step", "steps",         "images_per_second",
                                         "peak_bytes",       "flop_per_step", "convolution_seconds",
                                         "matrix_rate",      "floor_seconds" };
  const char *const arguments[] = { "bench",   "nn",       "--network", "cyclegan-phantom",
                                    "--mode",  "train",    "--size",    "32",
                                    "--batch", "2",        "--json",    "--seconds",
                                    "0.05",    "--device", "cpu",       NULL };
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *out = NULL;
  JsonObject *object;

  g_assert_cmpint (trp_test_run_cli (arguments, &out, NULL), ==, 0);
  object = parse (parser, out);
  for (size_t n = 0; n < G_N_ELEMENTS (numbers); n++)
    g_assert_cmpfloat (json_object_get_double_member (object, numbers[n]), >, 0);
  g_assert_cmpint (json_object_get_int_member (object, "steps"), >=, 3);
  g_assert_cmpint (json_object_get_int_member (object, "size"), ==, 32);
  g_assert_cmpint (json_object_get_int_member (object, "batch"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (object, "network"), ==, "cyclegan-phantom");
  g_assert_cmpstr (json_object_get_string_member (object, "mode"), ==, "train");
  g_assert_cmpstr (json_object_get_string_member (object, "precision"), ==, "float32");
  g_assert_true (g_str_has_prefix (json_object_get_string_member (object, "device"), "CPU"));
  trp_assert_near (json_object_get_double_member (object, "floor_seconds") *
                     json_object_get_double_member (object, "matrix_rate") /
                     json_object_get_double_member (object, "flop_per_step"),
                   1, 1e-12);
}

static void
wrong_usage (void)
{
  static const char *const calls[][7] = {
    { "bench", NULL },
    { "bench", "viewer", NULL },
    { "bench", "nn", "--mode", "guess", NULL },
    { "bench", "nn", "--size", "64", NULL },
    { "bench", "nn", "--network", "unet", "--size", "0", NULL },
    { "bench", "nn", "--network", "unet", "--batch", "0", NULL },
    { "bench", "nn", "--network", "unet", "--batch", "-1", NULL },
    { "bench", "nn", "--seconds", "0", NULL },
    { "bench", "nn", "--precision", "double", NULL },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (calls); n++)
    {
      g_autofree char *out = NULL;

      g_assert_cmpint (trp_test_run_cli (calls[n], &out, NULL), ==, 2);
      g_assert_cmpstr (out, ==, "");
    }
}

/* CPUs with these instructions refuse to train in them, when the device is open already; others
 * compute in float32. */
static void
no_heading_without_a_row (void)
{
  const char *const refused[] = { "bench",     "nn",     "--network", "unet",        "--mode",
                                  "train",     "--size", "32",        "--precision", "bf16",
                                  "--seconds", "0.01",   "--device",  "cpu",         NULL };
  g_autofree char *out = NULL, *told = NULL;

  if (trp_test_run_cli (refused, &out, &told) == 0)
    {
      g_test_skip ("this CPU has no AVX512-BF16");
      return;
    }
  g_assert_cmpstr (out, ==, "");
  g_assert_nonnull (strstr (told, "trains in float32"));
}

static void
table_explains_its_floor (void)
{
  const char *const arguments[] = { "bench",     "nn",   "--network", "segmenter-phantom",
                                    "--size",    "32",   "--batch",   "1",
                                    "--seconds", "0.01", "--device",  "cpu",
                                    NULL };
  g_autofree char *out = NULL;

  g_assert_cmpint (trp_test_run_cli (arguments, &out, NULL), ==, 0);
  g_assert_nonnull (strstr (out, "\nfloor: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/benchmark/flop-of-networks", flop_of_networks);
  g_test_add_func ("/benchmark/flop-of-training", flop_of_training);
  g_test_add_func ("/benchmark/patients-take-whole-runs", patients_take_whole_runs);
  g_test_add_func ("/benchmark/refuses-what-there-is-not", refuses_what_there_is_not);
  g_test_add_func ("/benchmark/profile-is-a-step", profile_is_a_step);
  g_test_add_func ("/benchmark/json-keys", json_keys);
  g_test_add_func ("/benchmark/no-heading-without-a-row", no_heading_without_a_row);
  g_test_add_func ("/benchmark/table-explains-its-floor", table_explains_its_floor);
  g_test_add_func ("/benchmark/wrong-usage", wrong_usage);
  return g_test_run ();
}
