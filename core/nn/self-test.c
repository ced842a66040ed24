/* self-test.c - see self-test.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/self-test.h"

#include "core/base/rng.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/program.h"

#include <math.h>
#include <string.h>

#define N_PARAMETERS 3

static const char *const compared[] = { "y", "gradient0", "gradient1", "gradient2" };

/* Of the largest value: one rounding of the inputs of two products in a row, times a margin of
 * about four; float32 sums of 144 products. */
static double
get_tolerance (const TrpDevice *device)
{
  static const struct
  {
    const char *precision;
    double tolerance;
  } known[] = { { "TF32", 4e-3 }, { "float16", 4e-3 }, { "bfloat16", 4e-2 } };
  TrpDeviceInfo info;

  trp_device_get_info (device, &info);
  for (size_t n = 0; n < G_N_ELEMENTS (known); n++)
    if (strcmp (info.precision, known[n].precision) == 0)
      return known[n].tolerance;
  return 1e-5;
}

/* The sum over all elements of y is what is differentiated, so that no gradient is small. */
static TrpGraph *
build (bool trains)
{
  static const TrpShape shapes[N_PARAMETERS] = { { 16, 3, 3, 16 },
                                                 { 1, 1, 1, 16 },
                                                 { 16, 3, 3, 16 } };
  static const char *const names[N_PARAMETERS] = { "filter0", "bias", "filter2" };
  TrpGraph *graph = trp_graph_new ();
  TrpValue parameters[N_PARAMETERS], gradients[N_PARAMETERS], y;

  for (int n = 0; n < N_PARAMETERS; n++)
    parameters[n] = trp_graph_parameter (graph, names[n], shapes[n],
                                         n == 1 ? TRP_AXES_VECTOR : TRP_AXES_FILTER);
  y = trp_graph_conv (graph, trp_graph_input (graph, "x", (TrpShape){ 1, 12, 10, 16 }),
                      parameters[0], parameters[1], 1, 1);
  y = trp_graph_activation (graph, y, TRP_ACTIVATION_LEAKY_RELU, 0.25);
  y = trp_graph_conv (graph, y, parameters[2], TRP_VALUE_NONE, 2, 1);
  trp_graph_output (graph, "y", y);
  if (trains)
    {
      const double count = (double) trp_shape_count (trp_graph_get_shape (graph, y));

      trp_graph_differentiate_scaled (graph, trp_graph_mean (graph, y),
                                      trp_graph_constant (graph, trp_shape_vector (1), count),
                                      parameters, N_PARAMETERS, gradients);
      for (int n = 0; n < N_PARAMETERS; n++)
        trp_graph_output (graph, compared[1 + n], gradients[n]);
    }
  return graph;
}

/* Of one sign within an output channel of the first filter: its sums are far from zero, where the
 * slope of the activation would be a matter of rounding. */
static bool
fill (TrpProgram *program, GError **error)
{
  const TrpGraph *graph = trp_program_peek_graph (program);

  for (TrpValue value = 0; value < trp_graph_get_n_values (graph); value++)
    {
      const TrpTensor *tensor = &trp_graph_peek_value (graph, value)->tensor;
      const size_t count = trp_shape_count (tensor->shape);
      g_autofree float *values = g_new (float, count);
      TrpRng rng = trp_rng_new (42, (uint64_t) value);

      if (tensor->kind == TRP_VALUE_TEMPORARY)
        continue;
      for (size_t i = 0; i < count; i++)
        values[i] = (float) trp_rng_uniform (&rng, 0.25, 1);
      if (value == trp_graph_find (graph, "filter0"))
        for (size_t i = 0; i < count; i++)
          values[i] *= i / (count / (size_t) tensor->shape.n) % 2 ? -1 : 1;
      if (!trp_program_set (program, value, values, error))
        return false;
    }
  return true;
}

static TrpProgram *
make_program (TrpDevice *device, bool trains, GError **error)
{
  g_autoptr (TrpStore) store = trp_store_new (device);
  g_autoptr (TrpProgram) program = trp_program_new (build (trains), store, error);

  return program && fill (program, error) && trp_program_run (program, error)
           ? g_steal_pointer (&program)
           : NULL;
}

/* (transfer full): NULL with an error. */
static float *
read_output (TrpProgram *program, const char *name, size_t *out_count, GError **error)
{
  const TrpValue value = trp_program_find (program, name);
  g_autofree float *values = NULL;

  *out_count = trp_shape_count (trp_graph_get_shape (trp_program_peek_graph (program), value));
  values = g_new (float, *out_count);
  return trp_program_get (program, value, values, error) ? g_steal_pointer (&values) : NULL;
}

/* Largest difference over the largest expected value; @out_worst grows. */
static bool
compare (
  TrpProgram *actual, TrpProgram *expected, const char *name, double *out_worst, GError **error)
{
  size_t count;
  g_autofree float *x = read_output (actual, name, &count, error);
  g_autofree float *y = x ? read_output (expected, name, &count, error) : NULL;
  double difference = 0, largest = 0;

  if (!y)
    return false;
  for (size_t i = 0; i < count; i++)
    {
      const double d = fabs ((double) x[i] - (double) y[i]);

      difference = isfinite (d) ? MAX (difference, d) : HUGE_VAL;
      largest = MAX (largest, fabs ((double) y[i]));
    }
  *out_worst = MAX (*out_worst, difference / largest);
  return true;
}

bool
trp_device_test (TrpDevice *device, GError **error)
{
  g_autoptr (TrpDevice) oracle = trp_device_open (&trp_backend_reference, NULL, error);
  g_autoptr (GError) refusal = NULL;
  g_autoptr (TrpProgram) actual = make_program (device, true, &refusal);
  g_autoptr (TrpProgram) expected = NULL;
  const bool trains = actual != NULL;
  double worst = 0;

  /* a device that only infers refuses the gradients */
  if (!trains && !g_error_matches (refusal, TRP_ERROR, TRP_ERROR_UNSUPPORTED))
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return false;
    }
  if (!trains)
    actual = make_program (device, false, error);
  expected = actual && oracle ? make_program (oracle, trains, error) : NULL;
  if (!expected)
    return false;
  for (size_t n = 0; n < (trains ? G_N_ELEMENTS (compared) : 1); n++)
    if (!compare (actual, expected, compared[n], &worst, error))
      return false;
  if (worst <= get_tolerance (device))
    return true;
  if (!isfinite (worst))
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE,
                         "The device computes wrongly (a test convolution gives no numbers)");
  else
    g_set_error (
      error, TRP_ERROR, TRP_ERROR_DEVICE,
      "The device computes wrongly (a test convolution is off by %.2g of its largest value)",
      worst);
  return false;
}
