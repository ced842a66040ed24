/* golden-file.c - see golden-file.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/golden-file.h"

#include "tests/lib/check.h"

#include <math.h>

TrpSafetensors *
trp_golden_load (const char *name)
{
  g_autofree char *relative = g_strconcat ("golden/", name, NULL);
  g_autofree char *path = trp_test_source_path (relative);
  g_autoptr (GError) error = NULL;
  TrpSafetensors *file = trp_safetensors_load (path, &error);

  g_assert_no_error (error);
  return file;
}

TrpProgram *
trp_golden_program (TrpGraph *graph, TrpDevice *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStore) store = trp_store_new (device);
  TrpProgram *program = trp_program_new (graph, store, &error);

  g_assert_no_error (error);
  return program;
}

static TrpShape
shape_of (const TrpProgram *program, TrpValue value)
{
  return trp_graph_get_shape (trp_program_peek_graph (program), value);
}

/* The file's tensor in the engine's axis order; its shape must be @shape's. */
static float *
dup_values (const TrpTensorView *view, TrpShape shape)
{
  const size_t count = trp_shape_count (shape);
  const TrpAxes axes = view->n_dims == 4 ? TRP_AXES_FILTER : TRP_AXES_VECTOR;
  const TrpFileShape expected = trp_axes_file_shape (axes, shape);
  g_autofree float *file = g_new (float, count);
  float *values = g_new (float, count);

  g_assert_cmpuint (view->n_dims, ==, expected.n_axes);
  for (size_t i = 0; i < view->n_dims; i++)
    g_assert_cmpuint (view->shape[i], ==, expected.axes[i]);
  trp_tensor_view_get_f32 (view, file);
  trp_axes_from_file (axes, shape, file, values);
  return values;
}

void
trp_golden_set (TrpProgram *program, TrpValue value, const TrpTensorView *view)
{
  g_autofree float *values = dup_values (view, shape_of (program, value));

  g_assert_true (trp_program_set (program, value, values, NULL));
}

void
trp_golden_compare (TrpProgram *program,
                    TrpValue value,
                    const TrpTensorView *view,
                    double tolerance)
{
  const TrpShape shape = shape_of (program, value);
  g_autofree float *expected = dup_values (view, shape);
  g_autofree float *actual = g_new (float, trp_shape_count (shape));
  double error = 0, largest = 0;

  g_assert_true (trp_program_get (program, value, actual, NULL));
  for (size_t i = 0; i < trp_shape_count (shape); i++)
    {
      const double difference = fabs ((double) actual[i] - (double) expected[i]);

      error = isnan (difference) ? HUGE_VAL : MAX (error, difference);
      largest = MAX (largest, fabs ((double) expected[i]));
    }
  g_test_message ("%s: %.2g of %.3g", view->name, error / largest, largest);
  g_assert_cmpfloat (error, <=, tolerance * largest);
}
