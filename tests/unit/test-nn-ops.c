/* test-nn-ops.c - every operation's backward rule against finite differences in double
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/init.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"
#include "tests/lib/check.h"
#include "tests/lib/nn-cases.h"

#include <math.h>

#define CHECKED_PER_TENSOR 40

static double
run_loss (TrpProgram *program)
{
  g_autoptr (GError) error = NULL;
  double loss = NAN;

  g_assert_true (trp_program_run (program, &error));
  g_assert_no_error (error);
  g_assert_true (trp_program_get_f64 (program, trp_program_find (program, "loss"), &loss, &error));
  return loss;
}

/* Central difference; truncation h^2 and rounding 1e-16 / h balance near 1e-5. */
static double
difference (TrpProgram *program, TrpValue value, double *values, size_t i)
{
  const double h = 1e-5, old = values[i];
  double above, below;

  values[i] = old + h;
  g_assert_true (trp_program_set_f64 (program, value, values, NULL));
  above = run_loss (program);
  values[i] = old - h;
  g_assert_true (trp_program_set_f64 (program, value, values, NULL));
  below = run_loss (program);
  values[i] = old;
  g_assert_true (trp_program_set_f64 (program, value, values, NULL));
  return (above - below) / (2 * h);
}

static void
check_parameter (TrpProgram *program, TrpValue value)
{
  const TrpValueInfo *info = trp_graph_peek_value (trp_program_peek_graph (program), value);
  const size_t count = trp_shape_count (info->tensor.shape);
  const size_t step = count / CHECKED_PER_TENSOR + 1;
  g_autofree char *name = g_strconcat ("grad.", info->name, NULL);
  g_autofree double *values = g_new (double, count);
  g_autofree double *gradient = g_new (double, count);
  double largest = 1e-3;

  run_loss (program);
  g_assert_true (trp_program_get_f64 (program, value, values, NULL));
  g_assert_true (trp_program_get_f64 (program, trp_program_find (program, name), gradient, NULL));
  for (size_t i = 0; i < count; i++)
    largest = MAX (largest, fabs (gradient[i]));
  for (size_t i = 0; i < count; i += step)
    trp_assert_near (gradient[i], difference (program, value, values, i), 1e-6 * largest);
}

static void
test_case (gconstpointer data)
{
  const TrpNnCase *self = (const TrpNnCase *) data;
  g_autoptr (TrpProgram) program = trp_nn_case_program (self, &trp_backend_reference, false);
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (trp_program_peek_graph (program), "");

  for (guint i = 0; i < parameters->len; i++)
    check_parameter (program, g_array_index (parameters, TrpValue, i));
  if (parameters->len == 0) /* nothing to differentiate: at least it runs */
    run_loss (program);
}

/* Runs a graph of one output "y" on the reference. */
static double *
run_graph (TrpGraph *graph)
{
  g_autoptr (TrpProgram) program = trp_nn_fill_program (graph, &trp_backend_reference);
  const TrpValue y = trp_program_find (program, "y");
  double *values = g_new (
    double, trp_shape_count (trp_graph_get_shape (trp_program_peek_graph (program), y)));

  g_assert_true (trp_program_run (program, NULL));
  g_assert_true (trp_program_get_f64 (program, y, values, NULL));
  return values;
}

static double
run_scalar (TrpGraph *graph)
{
  g_autofree double *values = run_graph (graph);

  return values[0];
}

/* BCE of logit 0 is log 2 whatever the target; MSE of 3 to 1 is 4; LSGAN as in the paper. */
static void
test_loss_values (void)
{
  TrpGraph *graph = trp_graph_new ();
  TrpValue x = trp_graph_constant (graph, (TrpShape){ 1, 3, 3, 1 }, 0);

  trp_graph_output (graph, "y",
                    trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_BCE_LOGITS, x, 0.3));
  trp_assert_near (run_scalar (graph), log (2), 1e-12);

  graph = trp_graph_new ();
  x = trp_graph_constant (graph, (TrpShape){ 1, 3, 3, 1 }, 3);
  trp_graph_output (graph, "y", trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE, x, 1));
  trp_assert_near (run_scalar (graph), 4, 1e-12);

  /* log1p form: no overflow at large logits */
  graph = trp_graph_new ();
  x = trp_graph_constant (graph, (TrpShape){ 1, 1, 1, 1 }, -1000);
  trp_graph_output (graph, "y",
                    trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_BCE_LOGITS, x, 1));
  trp_assert_near (run_scalar (graph), 1000, 1e-9);
}

/* s = 1: an empty prediction of an empty mask costs nothing, a perfect one neither. */
static void
test_dice_values (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpShape shape = { 2, 4, 4, 1 };
  TrpValue empty = trp_graph_constant (graph, shape, 0);

  trp_graph_output (graph, "y", trp_graph_dice_loss (graph, empty, empty, 0, 1));
  trp_assert_near (run_scalar (graph), 0, 0);

  graph = trp_graph_new ();
  empty = trp_graph_constant (graph, shape, 0);
  /* 32 false voxels of 32: 1 - 1 / 33 */
  trp_graph_output (graph, "y",
                    trp_graph_dice_loss (graph, trp_graph_constant (graph, shape, 1), empty, 0, 1));
  trp_assert_near (run_scalar (graph), 1 - 1 / 33.0, 1e-15);
}

/* A perfect channel costs 0, an empty one of an empty mask 0, a false one of 32 voxels 1 - 1 / 33;
 * as one structure half of 64 voxels are right. */
static void
test_dice_channels (void)
{
  const TrpShape shape = { 2, 4, 4, 1 };
  const struct
  {
    TrpDiceMode mode;
    double loss;
  } cases[] = {
    { TRP_DICE_PER_CHANNEL, (1 - 1 / 33.0) / 3 },
    { 0, 1 - 65 / 97.0 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrpGraph *graph = trp_graph_new ();
      const TrpValue ones = trp_graph_constant (graph, shape, 1),
                     zeros = trp_graph_constant (graph, shape, 0);
      const TrpValue p[] = { ones, zeros, ones }, target[] = { ones, zeros, zeros };

      trp_graph_output (graph, "y",
                        trp_graph_dice_loss (graph, trp_graph_concat (graph, p, 3),
                                             trp_graph_concat (graph, target, 3), cases[i].mode,
                                             1));
      trp_assert_near (run_scalar (graph), cases[i].loss, 1e-15);
    }
}

/* Equal logits of four classes share alike: log 4 whatever the class; a certain right answer costs
 * nothing, a certain wrong one its logit, without overflow. */
static void
test_softmax_loss_values (void)
{
  const TrpShape shape = { 1, 3, 3, 1 };
  const struct
  {
    double logit, loss; /* of the first channel; the target's is the second */
  } cases[] = { { 0, log (4) }, { -1000, log (3) }, { 1000, 1000 } };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrpGraph *graph = trp_graph_new ();
      const TrpValue zero = trp_graph_constant (graph, shape, 0);
      const TrpValue logits[] = { trp_graph_constant (graph, shape, cases[i].logit), zero, zero,
                                  zero };
      const TrpValue target[] = { zero, trp_graph_constant (graph, shape, 1), zero, zero };

      trp_graph_output (graph, "y",
                        trp_graph_softmax_loss (graph, trp_graph_concat (graph, logits, 4),
                                                trp_graph_concat (graph, target, 4)));
      trp_assert_near (run_scalar (graph), cases[i].loss, 1e-12);
    }
}

/* Corners keep their values, and a ramp of n pixels becomes a ramp of 2 n. */
static void
test_bilinear_ramp (void)
{
  const TrpShape shape = { 1, 2, 4, 1 };
  const float ramp[] = { 0, 7, 14, 21, 70, 77, 84, 91 };
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", shape);
  g_autoptr (TrpProgram) program = NULL;
  double y[4 * 8];

  trp_graph_output (graph, "y", trp_graph_upsample_bilinear (graph, x));
  program = trp_nn_fill_program (graph, &trp_backend_reference);
  g_assert_true (trp_program_set (program, x, ramp, NULL));
  g_assert_true (trp_program_run (program, NULL));
  g_assert_true (trp_program_get_f64 (program, trp_program_find (program, "y"), y, NULL));
  for (int h = 0; h < 4; h++)
    for (int w = 0; w < 8; w++)
      trp_assert_near (y[8 * h + w], 3 * w + 70.0 / 3 * h, 1e-12);
}

/* A filter of one large entry: its direction is found at once, and it becomes 1. */
static void
test_spectral_norm_value (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpShape shape = { 3, 1, 2, 2 };
  const float values[12] = { [6] = -8 };
  const TrpValue filter = trp_graph_parameter (graph, "w", shape, TRP_AXES_FILTER);
  g_autoptr (TrpProgram) program = NULL;
  double y[12], u[3];

  trp_graph_output (graph, "y", trp_graph_spectral_norm (graph, "w", filter, 1));
  program = trp_nn_fill_program (graph, &trp_backend_reference);
  g_assert_true (trp_program_set (program, filter, values, NULL));
  g_assert_true (trp_program_run (program, NULL));
  g_assert_true (trp_program_get_f64 (program, trp_program_find (program, "y"), y, NULL));
  for (int i = 0; i < 12; i++)
    trp_assert_near (y[i], i == 6 ? -1 : 0, 1e-15);
  g_assert_true (trp_program_get_f64 (program, trp_program_find (program, "w.u"), u, NULL));
  trp_assert_near (fabs (u[1]), 1, 1e-15);
  trp_assert_near (u[0] * u[0] + u[2] * u[2], 0, 1e-15);
}

/* u after two uses of one iteration, or one use of two. */
static void
iterate_twice (bool in_one, double *out_u)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue filter = trp_graph_parameter (graph, "w", (TrpShape){ 5, 2, 2, 3 },
                                               TRP_AXES_FILTER);
  g_autoptr (TrpProgram) program = NULL;

  trp_graph_spectral_norm (graph, "w", filter, in_one ? 2 : 1);
  if (!in_one)
    trp_graph_spectral_norm (graph, "w", filter, 1);
  program = trp_nn_fill_program (graph, &trp_backend_reference);
  g_assert_true (trp_program_run (program, NULL));
  g_assert_true (trp_program_get_f64 (program, trp_program_find (program, "w.u"), out_u, NULL));
}

static void
test_spectral_norm_twice (void)
{
  double one[5], two[5];

  iterate_twice (true, one);
  iterate_twice (false, two);
  g_assert_cmpmem (one, sizeof one, two, sizeof two);
}

/* A weight that depends on a parameter passes nothing on: d/dx mean (x (x - 0)^2) is 2 x^2 / n. */
static void
test_weight_is_constant (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpShape shape = { 1, 2, 2, 1 };
  const float values[] = { 1, -2, 3, 0.5F };
  const TrpValue x = trp_graph_parameter (graph, "x", shape, TRP_AXES_PLAIN);
  const TrpValue loss = trp_graph_pixel_loss_weighted (graph, TRP_PIXEL_LOSS_MSE, x,
                                                       trp_graph_constant (graph, shape, 0), x);
  g_autoptr (TrpProgram) program = NULL;
  TrpValue gradient;
  double actual[4];

  trp_graph_differentiate (graph, loss, &x, 1, &gradient);
  trp_graph_output (graph, "grad.x", gradient);
  program = trp_nn_fill_program (graph, &trp_backend_reference);
  g_assert_true (trp_program_set (program, x, values, NULL));
  g_assert_true (trp_program_run (program, NULL));
  g_assert_true (trp_program_get_f64 (program, gradient, actual, NULL));
  for (int i = 0; i < 4; i++)
    trp_assert_near (actual[i], (double) (2 * values[i] * values[i]) / 4, 1e-15);
}

/* A network that was never trained can be used: its vectors have about length 1 (standard deviation
 * of the square of n normal numbers: sqrt (2 / n)). */
static void
test_spectral_norm_init (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpShape shape = { 200, 4, 4, 40 };
  const TrpValue filter = trp_graph_parameter (graph, "w", shape, TRP_AXES_FILTER);
  const char *const vectors[] = { "w.u", "w.v" };
  g_autoptr (TrpProgram) program = NULL;
  double mean;

  trp_graph_output (graph, "y",
                    trp_graph_mean (graph, trp_graph_spectral_norm (graph, "w", filter, 0)));
  program = trp_nn_fill_program (graph, &trp_backend_reference);
  g_assert_true (trp_store_init (trp_program_peek_store (program), "", TRP_INIT_NORMAL, 3, NULL));
  for (size_t i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      const TrpValue value = trp_program_find (program, vectors[i]);
      const size_t n = trp_shape_count (
        trp_graph_get_shape (trp_program_peek_graph (program), value));
      g_autofree double *values = g_new (double, n);
      double square = 0;

      g_assert_true (trp_program_get_f64 (program, value, values, NULL));
      for (size_t k = 0; k < n; k++)
        square += values[k] * values[k];
      trp_assert_near (square, 1, 5 * sqrt (2 / (double) n));
    }
  g_assert_true (trp_program_run (program, NULL));
  g_assert_true (trp_program_get_f64 (program, trp_program_find (program, "y"), &mean, NULL));
  g_assert_true (isfinite (mean));
}

/* A parameter that is written between its use and the gradient would be silently wrong. */
static void
late_clip (void)
{
  g_autoptr (TrpGraph) graph = trp_graph_new ();
  const TrpValue x = trp_graph_parameter (graph, "x", trp_shape_vector (4), TRP_AXES_VECTOR);
  const TrpValue loss = trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE, x, 1);
  TrpValue gradient;

  trp_graph_clip (graph, &x, 1, 0.5);
  trp_graph_differentiate (graph, loss, &x, 1, &gradient);
}

static void
test_late_clip (void)
{
  g_test_trap_subprocess ("/nn/refuses/late-clip/subprocess", 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*assertion failed*outputs*inputs*");
}

/* An image is like itself; -1 and 1 everywhere become the constants 0 and 1, of which only the
 * luminance term is left: C1 / (1 + C1). */
static void
test_ssim_values (void)
{
  const TrpShape shape = { 1, 12, 13, 2 };
  TrpGraph *graph = trp_graph_new ();
  TrpValue x = trp_graph_input (graph, "x", shape);

  trp_graph_output (graph, "y", trp_graph_ssim_loss (graph, x, x, TRP_SSIM_SAME));
  trp_assert_near (run_scalar (graph), 0, 1e-12);

  graph = trp_graph_new ();
  x = trp_graph_constant (graph, shape, -1);
  trp_graph_output (
    graph, "y",
    trp_graph_ssim_loss (graph, x, trp_graph_constant (graph, shape, 1), TRP_SSIM_VALID));
  trp_assert_near (run_scalar (graph), 1 - 1e-4 / (1 + 1e-4), 1e-12);
}

/* GC (x, x) = 1; GC (x, -x) = 1 with absolute gradients, -1 signed; two constants 1; one constant
 * 0. */
static void
test_gradient_correlation_values (void)
{
  const struct
  {
    double factor;
    bool constant_x, is_signed;
    double loss;
  } cases[] = {
    { 1, false, false, 0 },  { -1, false, false, 0 }, { 1, false, true, 0 },
    { -1, false, true, 2 },  { 0, false, false, 1 },  { 0, true, false, 0 },
    { 2.5, false, true, 0 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrpGraph *graph = trp_graph_new ();
      const TrpShape shape = { 2, 8, 6, 2 };
      const TrpValue x = cases[i].constant_x ? trp_graph_constant (graph, shape, 0.5)
                                             : trp_graph_input (graph, "x", shape);

      trp_graph_output (graph, "y",
                        trp_graph_gradient_correlation (graph, x,
                                                        trp_graph_scale (graph, x, cases[i].factor),
                                                        cases[i].is_signed));
      /* one constant: sqrt (1e-8 / sum of squares), the sum being of order 10 */
      trp_assert_near (run_scalar (graph), cases[i].loss, 1e-4);
    }
}

/* A constant channel gives 0 and no gradient blows up: variance 0 + eps. */
static void
test_instance_norm_constant (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_constant (graph, (TrpShape){ 1, 4, 4, 1 }, 7);
  g_autofree double *y = NULL;

  trp_graph_output (graph, "y", trp_graph_instance_norm (graph, x, TRP_ACTIVATION_NONE, 0));
  y = run_graph (graph);
  for (int i = 0; i < 16; i++)
    g_assert_cmpfloat (y[i], ==, 0);
}

/* The share of dropped elements is the probability, others are scaled, steps differ. */
static void
test_dropout_share (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpShape shape = { 1, 100, 100, 1 };
  const TrpValue step = trp_graph_input (graph, "step", trp_shape_vector (1));
  g_autofree double *y = NULL;
  int dropped = 0;

  trp_graph_output (
    graph, "y", trp_graph_dropout (graph, trp_graph_constant (graph, shape, 1), step, 0.25, 1, 1));
  y = run_graph (graph);
  for (int i = 0; i < 10000; i++)
    {
      g_assert_true (y[i] == 0 || fabs (y[i] - 4 / 3.0) < 1e-15);
      dropped += y[i] == 0;
    }
  /* standard deviation 43 */
  g_assert_cmpint (abs (dropped - 2500), <, 200);
}

/* Bias before a norm: exactly zero, not rounding noise. */
static void
test_cancelled_bias (void)
{
  const TrpNnCase *block = &trp_nn_cases[trp_nn_n_cases - 1];
  g_autoptr (TrpProgram) program = trp_nn_case_program (block, &trp_backend_reference, false);
  double gradient[4];

  g_assert_cmpstr (block->name, ==, "block/residual");
  run_loss (program);
  g_assert_true (
    trp_program_get_f64 (program, trp_program_find (program, "grad.f.bias"), gradient, NULL));
  for (int i = 0; i < block->shape.c; i++)
    g_assert_cmpfloat (gradient[i], ==, 0);
}

static void
assert_refused (TrpGraph *graph, const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_graph_check (graph, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  if (!g_regex_match_simple (pattern, error->message, 0, 0))
    g_error ("'%s' does not match '%s'", error->message, pattern);
  trp_graph_free (graph);
}

/* What a user's image size can cause is one sentence with the size. */
static void
test_refusals (void)
{
  TrpGraph *graph = trp_graph_new ();
  TrpValue x = trp_graph_input (graph, "x", (TrpShape){ 1, 5, 6, 1 }), up;

  x = trp_graph_max_pool (graph, x);
  g_assert_cmpint (trp_graph_activation (graph, x, TRP_ACTIVATION_RELU, 0), ==, TRP_VALUE_NONE);
  assert_refused (graph, "6 x 5 cannot be halved");

  graph = trp_graph_new ();
  x = trp_graph_input (graph, "x", (TrpShape){ 1, 3, 8, 1 });
  trp_graph_pad (graph, x, TRP_PAD_REFLECT, 3);
  assert_refused (graph, "8 x 3 is too small.*3 pixels");

  graph = trp_graph_new ();
  x = trp_graph_input (graph, "x", (TrpShape){ 1, 4, 9, 1 });
  trp_graph_instance_norm_tail (graph, x, &(TrpNormTail){ .mode = TRP_PAD_REFLECT, .pad = 4 },
                                NULL);
  assert_refused (graph, "9 x 4 is too small.*4 pixels");

  graph = trp_graph_new ();
  x = trp_graph_input (graph, "x", (TrpShape){ 1, 10, 64, 1 });
  trp_graph_ssim_loss (graph, x, x, TRP_SSIM_VALID);
  assert_refused (graph, "64 x 10 are too small for the SSIM loss.*11 x 11");

  graph = trp_graph_new ();
  x = trp_graph_input (graph, "x", (TrpShape){ 1, 2, 8, 1 });
  trp_graph_conv (graph, x,
                  trp_graph_parameter (graph, "w", (TrpShape){ 1, 4, 4, 1 }, TRP_AXES_FILTER),
                  TRP_VALUE_NONE, 2, 0);
  assert_refused (graph, "8 x 2 is too small.*4 x 4");

  graph = trp_graph_new ();
  x = trp_graph_input (graph, "x", (TrpShape){ 1, 6, 6, 1 });
  up = trp_graph_input (graph, "up", (TrpShape){ 1, 7, 6, 1 });
  trp_graph_concat (graph, (const TrpValue[]){ x, up }, 2);
  assert_refused (graph, "6 x 6 and 6 x 7 cannot be joined");

  graph = trp_graph_new ();
  x = trp_graph_input (graph, "x", (TrpShape){ 1, 1, 1, 3 });
  trp_graph_batch_norm (graph, x, "bn", true, TRP_ACTIVATION_NONE, 0);
  assert_refused (graph, "more than one value per channel");
}

static void
test_too_large (void)
{
  g_autoptr (TrpGraph) graph = trp_graph_new ();
  g_autoptr (GError) error = NULL;

  trp_graph_input (graph, "x", (TrpShape){ 100, 10000, 10000, 64 });
  g_assert_false (trp_graph_check (graph, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 0; i < trp_nn_n_cases; i++)
    {
      g_autofree char *path = g_strconcat ("/nn/gradient/", trp_nn_cases[i].name, NULL);

      g_test_add_data_func (path, &trp_nn_cases[i], test_case);
    }
  g_test_add_func ("/nn/loss/values", test_loss_values);
  g_test_add_func ("/nn/loss/dice-values", test_dice_values);
  g_test_add_func ("/nn/loss/dice-channels", test_dice_channels);
  g_test_add_func ("/nn/loss/softmax-values", test_softmax_loss_values);
  g_test_add_func ("/nn/upsample-bilinear/ramp", test_bilinear_ramp);
  g_test_add_func ("/nn/spectral-norm/one-entry", test_spectral_norm_value);
  g_test_add_func ("/nn/loss/ssim-values", test_ssim_values);
  g_test_add_func ("/nn/loss/gradient-correlation-values", test_gradient_correlation_values);
  g_test_add_func ("/nn/instance-norm/constant", test_instance_norm_constant);
  g_test_add_func ("/nn/dropout/share", test_dropout_share);
  g_test_add_func ("/nn/conv/bias-before-norm-has-no-gradient", test_cancelled_bias);
  g_test_add_func ("/nn/spectral-norm/twice", test_spectral_norm_twice);
  g_test_add_func ("/nn/loss/weight-is-constant", test_weight_is_constant);
  g_test_add_func ("/nn/spectral-norm/start", test_spectral_norm_init);
  g_test_add_func ("/nn/refuses/late-clip", test_late_clip);
  g_test_add_func ("/nn/refuses/late-clip/subprocess", late_clip);
  g_test_add_func ("/nn/refuses/sizes", test_refusals);
  g_test_add_func ("/nn/refuses/too-large", test_too_large);
  return g_test_run ();
}
