/* test-loss-scale.c - training with a scaled loss, as devices with 16-bit floats need it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/formula.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"
#include "core/nn/program.h"
#include "tests/lib/check.h"
#include "tests/lib/nn-cases.h"

#include <math.h>

static double
get (TrpProgram *program, const char *name)
{
  float value;

  g_assert_true (trp_program_get (program, trp_program_find (program, name), &value, NULL));
  return (double) value;
}

static void
set (TrpProgram *program, const char *name, double value)
{
  g_assert_true (trp_program_set_scalar (program, trp_program_find (program, name), value, NULL));
}

static void
run (TrpProgram *program)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_program_run (program, &error));
  g_assert_no_error (error);
}

/* Adam on all parameters of @graph, with its loss scaled or not. */
static void
add_adam (TrpGraph *graph, TrpValue loss, bool scaled)
{
  const TrpAdam options = { .beta1 = 0.5, .beta2 = 0.999, .eps = 1e-8 };
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (graph, "");
  const TrpValue *values = (const TrpValue *) (void *) parameters->data;
  const TrpValue lr = trp_graph_input (graph, "lr", trp_shape_vector (1));
  const TrpValue step = trp_graph_input (graph, "step", trp_shape_vector (1));
  const int n = (int) parameters->len;
  g_autofree TrpValue *gradients = g_new (TrpValue, (gsize) n);
  TrpValue factor = TRP_VALUE_NONE;

  trp_graph_differentiate_scaled (graph, loss,
                                  scaled ? trp_graph_get_loss_scale (graph, "opt") : TRP_VALUE_NONE,
                                  values, n, gradients);
  if (scaled)
    {
      factor = trp_graph_update_loss_scale (graph, "opt", gradients, n);
      trp_graph_output (graph, "factor", factor);
    }
  trp_graph_adam_scaled (graph, "opt", &options, lr, step, factor, values, gradients, n);
}

/* Convolution, norm, activation, residual: gradients of all sizes. */
static TrpProgram *
make_block (const TrpBackend *backend, bool scaled)
{
  const TrpNnCase *block = &trp_nn_cases[trp_nn_n_cases - 1];
  TrpGraph *graph = trp_graph_new ();
  const TrpValue y = block->build (graph, block);

  add_adam (graph, trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE, y, 0.3), scaled);
  return trp_nn_fill_program (graph, backend);
}

/* A scale is a power of two, so that nothing is rounded otherwise. */
static void
test_finite_steps_equal_unscaled_ones (const void *data)
{
  const TrpBackend *backend = data;
  g_autoptr (TrpProgram) plain = make_block (backend, false), scaled = make_block (backend, true);
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (trp_program_peek_graph (plain), "");

  set (scaled, "opt.loss_scale", TRP_LOSS_SCALE_START);
  set (scaled, "opt.good_steps", 0);
  for (int t = 1; t <= 5; t++)
    {
      set (plain, "step", t);
      set (scaled, "step", t);
      run (plain);
      run (scaled);
      trp_assert_near (get (scaled, "factor"), 1.0 / TRP_LOSS_SCALE_START, 0);
    }
  trp_assert_near (get (scaled, "opt.good_steps"), 5, 0);
  for (guint i = 0; i < parameters->len; i++)
    {
      const TrpValue value = g_array_index (parameters, TrpValue, i);
      const char *name = trp_graph_peek_value (trp_program_peek_graph (plain), value)->name;
      const size_t count = trp_shape_count (
        trp_graph_get_shape (trp_program_peek_graph (plain), value));
      g_autofree float *expected = g_new (float, count), *actual = g_new (float, count);

      g_assert_true (trp_program_get (plain, value, expected, NULL));
      g_assert_true (trp_program_get (scaled, trp_program_find (scaled, name), actual, NULL));
      for (size_t k = 0; k < count; k++) /* one float rounding per step at most */
        trp_assert_near ((double) actual[k], (double) expected[k], 5 * 6e-8);
    }
}

/* The gradient is 1e38 times the scale: infinite in float32 above 2^1. */
static TrpProgram *
make_steep (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue p = trp_graph_parameter (graph, "p", trp_shape_vector (1), TRP_AXES_VECTOR);
  const TrpValue q = trp_graph_parameter (graph, "q", trp_shape_vector (3), TRP_AXES_VECTOR);

  add_adam (graph,
            trp_graph_add (graph, trp_graph_scale (graph, p, 1e38), trp_graph_mean (graph, q)),
            true);
  return trp_nn_fill_program (graph, &trp_backend_cpu);
}

static void
test_infinite_gradients_skip_the_step (void)
{
  g_autoptr (TrpProgram) program = make_steep ();
  const char *const untouched[] = { "p", "opt.m.p", "opt.v.p" };
  double before[G_N_ELEMENTS (untouched)], scale = TRP_LOSS_SCALE_START;

  set (program, "opt.loss_scale", scale);
  set (program, "opt.good_steps", 11);
  for (size_t n = 0; n < G_N_ELEMENTS (untouched); n++)
    before[n] = get (program, untouched[n]);
  while (scale > 2)
    {
      run (program);
      scale /= 2;
      trp_assert_near (get (program, "factor"), 0, 0);
      trp_assert_near (get (program, "opt.loss_scale"), scale, 0);
      trp_assert_near (get (program, "opt.good_steps"), 0, 0);
      for (size_t n = 0; n < G_N_ELEMENTS (untouched); n++)
        trp_assert_near (get (program, untouched[n]), before[n], 0);
    }
  run (program);
  trp_assert_near (get (program, "factor"), 0.5, 0);
  trp_assert_near (get (program, "opt.good_steps"), 1, 0);
  g_assert_cmpfloat (get (program, "opt.m.p"), >, 1e37);
}

/* Doubles after 2000 good steps, and not beyond its bound; halves not below the other. */
static void
test_schedule (void)
{
  float scale = 1024, good_steps = 0;

  for (int t = 0; t < 1999; t++)
    g_assert_cmpfloat (trp_loss_scale_f32 (true, 2000, &scale, &good_steps), ==, 1.0F / 1024);
  g_assert_cmpfloat (scale, ==, 1024);
  g_assert_cmpfloat (trp_loss_scale_f32 (true, 2000, &scale, &good_steps), ==, 1.0F / 1024);
  g_assert_cmpfloat (scale, ==, 2048);
  g_assert_cmpfloat (good_steps, ==, 0);
  for (int t = 0; t < 20; t++)
    g_assert_cmpfloat (trp_loss_scale_f32 (false, 2000, &scale, &good_steps), ==, 0);
  g_assert_cmpfloat (scale, ==, TRP_LOSS_SCALE_MIN);
  for (int t = 0; t < 30; t++)
    (void) trp_loss_scale_f32 (true, 1, &scale, &good_steps);
  g_assert_cmpfloat (scale, ==, TRP_LOSS_SCALE_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/loss-scale/finite-steps-equal-unscaled-ones/reference",
                        &trp_backend_reference, test_finite_steps_equal_unscaled_ones);
  g_test_add_data_func ("/loss-scale/finite-steps-equal-unscaled-ones/cpu", &trp_backend_cpu,
                        test_finite_steps_equal_unscaled_ones);
  g_test_add_func ("/loss-scale/infinite-gradients-skip-the-step",
                   test_infinite_gradients_skip_the_step);
  g_test_add_func ("/loss-scale/schedule", test_schedule);
  return g_test_run ();
}
