/* test-gpu-conv.c - convolutions in a row on the CUDA module, as networks hold them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What single operations (test-gpu.c) do not have: filters that are parameters, an image from the
 * host in front, 16 bits between, and 32 bits at the end, so that each kind of convolution meets
 * operands of both kinds. Compared with the reference back end in double. On the module that
 * TRIPTYCH_MODULE_DIR names; skips where it has no device.
 */

#include "core/base/rng.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/module.h"
#include "core/nn/program.h"

#include <math.h>

/* @tolerance: of the largest value; roundings of four products in a row, where TF32 may cut (up to
 * 2^-10 of each factor, half of that on average), and strict sums are float32 in any order */
typedef struct
{
  const char *name;
  TrpPrecision precision;
  double tolerance;
} Mode;

static const Mode modes[] = {
  { "strict", TRP_PRECISION_STRICT, 1e-5 },
  { "default", TRP_PRECISION_DEFAULT, 4e-3 },
  { "bf16", TRP_PRECISION_BF16, 1e-2 },
  { "f16", TRP_PRECISION_F16, 2e-3 },
};

static const struct
{
  const char *name, *gradient;
  TrpShape shape;
} parameters[] = {
  { "conv", "d conv", { 16, 3, 3, 8 } },       { "conv.bias", "d conv.bias", { 1, 1, 1, 16 } },
  { "up", "d up", { 16, 3, 3, 12 } },          { "up.bias", "d up.bias", { 1, 1, 1, 12 } },
  { "last up", "d last up", { 12, 2, 2, 6 } }, { "last", "d last", { 3, 5, 5, 6 } },
};

#define N_PARAMETERS ((int) G_N_ELEMENTS (parameters))

static TrpValue
build_network (TrpGraph *graph, TrpValue x, const TrpValue *p)
{
  x = trp_graph_conv (graph, x, p[0], p[1], 1, 1);
  x = trp_graph_conv_transpose (graph, x, p[2], p[3], 2, 1, 1);
  x = trp_graph_conv_transpose (graph, x, p[4], TRP_VALUE_NONE, 2, 0, 0);
  trp_graph_set_precise (graph, x);
  x = trp_graph_conv (graph, x, p[5], TRP_VALUE_NONE, 1, 2);
  return x;
}

/* From 32 bits over 16 to 32, with gradients the same way back. */
static TrpGraph *
build (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", (TrpShape){ 2, 6, 5, 8 });
  TrpValue p[N_PARAMETERS], gradients[N_PARAMETERS], y;

  for (int i = 0; i < N_PARAMETERS; i++)
    p[i] = trp_graph_parameter (graph, parameters[i].name, parameters[i].shape, TRP_AXES_PLAIN);
  y = build_network (graph, x, p);
  trp_graph_set_precise (graph, y);
  trp_graph_output (graph, "y", y);
  trp_graph_differentiate_scaled (graph, trp_graph_mean (graph, y),
                                  trp_graph_constant (graph, trp_shape_vector (1), 64), p,
                                  N_PARAMETERS, gradients);
  for (int i = 0; i < N_PARAMETERS; i++)
    trp_graph_output (graph, parameters[i].gradient, gradients[i]);
  return graph;
}

/* Mostly of one sign, so that sums do not cancel; small enough for float16 on the way. */
static void
fill (TrpProgram *program, const char *name, TrpShape shape, int stream)
{
  const size_t count = trp_shape_count (shape);
  g_autofree float *values = g_new (float, count);
  TrpRng rng = trp_rng_new (5, (uint64_t) stream);
  g_autoptr (GError) error = NULL;

  for (size_t i = 0; i < count; i++)
    values[i] = (float) trp_rng_uniform (&rng, -0.02, 0.1);
  if (!trp_program_set (program, trp_graph_find (trp_program_peek_graph (program), name), values,
                        &error))
    g_error ("%s", error->message);
}

static TrpProgram *
run (TrpDevice *device)
{
  g_autoptr (GError) error = NULL;
  TrpStore *store = trp_store_new (device);
  TrpProgram *program = trp_program_new (build (), store, &error);

  trp_store_unref (store);
  g_assert_no_error (error);
  fill (program, "x", (TrpShape){ 2, 6, 5, 8 }, 100);
  for (int i = 0; i < N_PARAMETERS; i++)
    fill (program, parameters[i].name, parameters[i].shape, i);
  if (!trp_program_run (program, &error))
    g_error ("%s", error->message);
  return program;
}

static float *
dup_output (TrpProgram *program, const char *name, size_t *out_count)
{
  const TrpValue value = trp_program_find (program, name);
  g_autoptr (GError) error = NULL;
  float *values;

  *out_count = trp_shape_count (trp_graph_get_shape (trp_program_peek_graph (program), value));
  values = g_new (float, *out_count);
  if (!trp_program_get (program, value, values, &error))
    g_error ("%s", error->message);
  return values;
}

static void
compare (TrpProgram *actual, TrpProgram *expected, const char *name, double tolerance)
{
  size_t count;
  g_autofree float *a = dup_output (actual, name, &count), *e = dup_output (expected, name, &count);
  double worst = 0, largest = 0;

  for (size_t i = 0; i < count; i++)
    {
      const double difference = fabs ((double) a[i] - (double) e[i]);

      worst = isfinite (difference) ? MAX (worst, difference) : HUGE_VAL;
      largest = MAX (largest, fabs ((double) e[i]));
    }
  g_test_message ("%s: %.1e of %.3g", name, worst / largest, largest);
  g_assert_cmpfloat (largest, >, 0);
  g_assert_cmpfloat (worst, <=, tolerance * largest);
}

static void
test_network (const void *data)
{
  const Mode *mode = data;
  const TrpDeviceOptions options = { .precision = mode->precision, .deterministic = true };
  g_autoptr (GError) error = NULL;
  const TrpBackend *module = trp_module_load (&error);
  g_autoptr (TrpDevice) device = module ? trp_device_open (module, &options, &error) : NULL;
  g_autoptr (TrpDevice) oracle = trp_device_open (&trp_backend_reference, NULL, NULL);
  g_autoptr (TrpProgram) actual = NULL, expected = NULL;

  if (!device)
    {
      g_test_skip (error->message);
      return;
    }
  actual = run (device);
  expected = run (oracle);
  compare (actual, expected, "y", mode->tolerance);
  for (int i = 0; i < N_PARAMETERS; i++)
    compare (actual, expected, parameters[i].gradient, mode->tolerance);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/gpu-conv/%s", modes[i].name);

      g_test_add_data_func (path, &modes[i], test_network);
    }
  return g_test_run ();
}
