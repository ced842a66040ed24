/* test-nn-graph.c - the graph around the operations: backward list, memory plan, store, optimisers
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/method/networks/patch.h"
#include "core/method/networks/resnet.h"
#include "core/nn/init.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"
#include "tests/lib/check.h"
#include "tests/lib/nn-cases.h"

#include <math.h>
#include <string.h>

static void
run (TrpProgram *program)
{
  g_autoptr (GError) error = NULL;
  const bool done = trp_program_run (program, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static double *
dup_values (TrpProgram *program, TrpValue value, size_t *out_count)
{
  const size_t count = trp_shape_count (
    trp_graph_get_shape (trp_program_peek_graph (program), value));
  double *values = g_new (double, count);

  g_assert_true (trp_program_get_f64 (program, value, values, NULL));
  if (out_count)
    *out_count = count;
  return values;
}

static double
get_scalar (TrpProgram *program, const char *name)
{
  g_autofree double *values = dup_values (program, trp_program_find (program, name), NULL);

  return values[0];
}

static int
count_ops (const TrpGraph *graph, TrpOpKind kind)
{
  int n = 0;

  for (int i = 0; i < trp_graph_get_n_ops (graph); i++)
    n += trp_graph_peek_op (graph, i)->kind == kind;
  return n;
}

/* Grows a random list: element-wise operations, sums, norms and convolutions on values chosen at
 * random, so that lives of every length overlap. */
static TrpGraph *
make_random_graph (uint64_t seed, bool keep_all)
{
  TrpGraph *graph = trp_graph_new ();
  TrpRng rng = trp_rng_new (seed, 0);
  TrpValue values[64], last;
  const TrpShape shape = { 1, 6, 5, 3 };

  values[0] = trp_graph_input (graph, "x", shape);
  for (int i = 1; i < 64; i++)
    {
      const TrpValue a = values[trp_rng_below (&rng, (uint32_t) i)];
      const TrpValue b = values[trp_rng_below (&rng, (uint32_t) i)];
      const TrpValue filter = trp_graph_parameter (graph, "w", (TrpShape){ 3, 3, 3, 3 },
                                                   TRP_AXES_FILTER);

      switch (trp_rng_below (&rng, 6))
        {
        case 0:
          values[i] = trp_graph_activation (graph, a, TRP_ACTIVATION_TANH, 0);
          break;
        case 1:
          values[i] = trp_graph_scale (graph, a, 0.7);
          break;
        case 2:
          values[i] = trp_graph_conv (graph, a, filter, TRP_VALUE_NONE, 1, 1);
          break;
        case 3:
          values[i] = trp_graph_instance_norm (graph, a, TRP_ACTIVATION_RELU, 0);
          break;
        case 4:
          values[i] = trp_graph_slice (
            graph, trp_graph_concat (graph, (const TrpValue[]){ a, b }, 2), 2, 3);
          break;
        default:
          values[i] = trp_graph_add (graph, a, b);
        }
    }
  last = trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_MSE, values[63], values[62]);
  if (trp_rng_below (&rng, 2))
    {
      const TrpValue w = trp_graph_find (graph, "w");
      TrpValue gradient;

      trp_graph_differentiate (graph, last, &w, 1, &gradient);
      trp_graph_output (graph, "gradient", gradient);
    }
  trp_graph_output (graph, "last", last);
  for (int i = 0; i < trp_graph_get_n_values (graph) && keep_all; i++)
    {
      g_autofree char *name = g_strdup_printf ("v%d", i);

      if (trp_graph_peek_value (graph, i)->tensor.kind == TRP_VALUE_TEMPORARY &&
          !trp_graph_peek_value (graph, i)->keep)
        trp_graph_output (graph, name, i);
    }
  return graph;
}

/* Sharing memory must not change a bit of the result, in the first run and with the leftovers of
 * the first in the second. */
static void
test_plan_keeps_results (void)
{
  for (uint64_t seed = 1; seed <= 40; seed++)
    {
      g_autoptr (TrpProgram)
        shared = trp_nn_fill_program (make_random_graph (seed, false), &trp_backend_reference);
      g_autoptr (TrpProgram)
        apart = trp_nn_fill_program (make_random_graph (seed, true), &trp_backend_reference);

      g_assert_cmpuint (trp_program_get_bytes (shared), <, trp_program_get_bytes (apart));
      for (int turn = 0; turn < 2; turn++)
        {
          run (shared);
          run (apart);
          g_assert_cmpfloat (get_scalar (shared, "last"), ==, get_scalar (apart, "last"));
          if (trp_program_find (shared, "gradient") == TRP_VALUE_NONE)
            continue;
          {
            size_t count;
            g_autofree double *a = dup_values (shared, trp_program_find (shared, "gradient"),
                                               &count);
            g_autofree double *b = dup_values (apart, trp_program_find (apart, "gradient"), NULL);

            g_assert_cmpmem (a, count * sizeof (double), b, count * sizeof (double));
          }
        }
    }
}

/* Values alive at the same time have separate memory, unless one takes the other's place. */
static void
test_plan_never_overlaps (void)
{
  for (uint64_t seed = 1; seed <= 40; seed++)
    {
      g_autoptr (TrpGraph) graph = make_random_graph (seed, false);
      g_autoptr (TrpPlan) plan = trp_plan_new (graph, NULL, NULL);

      for (int a = 0; a < plan->n_values; a++)
        for (int b = a + 1; b < plan->n_values; b++)
          {
            const bool handed_over = plan->offsets[a] == plan->offsets[b] &&
                                     (plan->last[a] == plan->first[b] ||
                                      plan->last[b] == plan->first[a]);

            if (plan->offsets[a] == SIZE_MAX || plan->offsets[b] == SIZE_MAX ||
                plan->last[a] < plan->first[b] || plan->last[b] < plan->first[a] || handed_over)
              continue;
            g_assert_true (plan->offsets[a] + plan->bytes[a] <= plan->offsets[b] ||
                           plan->offsets[b] + plan->bytes[b] <= plan->offsets[a]);
          }
      for (int a = 0; a < plan->n_values; a++)
        g_assert_true (plan->offsets[a] == SIZE_MAX ||
                       (plan->offsets[a] % TRP_TENSOR_ALIGNMENT == 0 &&
                        plan->offsets[a] + plan->bytes[a] <= plan->arena_bytes));
    }
}

/* A chain in place needs one tensor, a chain of convolutions two. */
static void
test_plan_peak (void)
{
  const TrpShape shape = { 1, 16, 16, 4 };
  const size_t bytes = trp_shape_count (shape) * 4;

  for (int kind = 0; kind < 2; kind++)
    {
      g_autoptr (TrpGraph) graph = trp_graph_new ();
      g_autoptr (TrpPlan) plan = NULL;
      TrpValue x = trp_graph_input (graph, "x", shape);
      const TrpValue w = trp_graph_parameter (graph, "w", (TrpShape){ 4, 3, 3, 4 },
                                              TRP_AXES_FILTER);

      for (int i = 0; i < 10; i++)
        x = kind == 0 ? trp_graph_activation (graph, x, TRP_ACTIVATION_RELU, 0)
                      : trp_graph_conv (graph, x, w, TRP_VALUE_NONE, 1, 1);
      plan = trp_plan_new (graph, NULL, NULL);
      g_assert_cmpuint (plan->arena_bytes, ==, bytes * (kind == 0 ? 1 : 2));
      g_assert_cmpuint (plan->input_bytes, ==, bytes);
      g_assert_cmpuint (plan->persistent_bytes, ==, (4 * 3 * 3 * 4 * 4 + 255) / 256 * 256);
    }
}

static bool
is_precise (const TrpGraph *graph, TrpValue value)
{
  return trp_graph_peek_value (graph, value)->tensor.precise;
}

/* The last convolution's output is marked; the activation after it, the slice of that and all their
 * gradients follow. What leads there does not. */
static void
test_precise (void)
{
  g_autoptr (TrpGraph) graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", (TrpShape){ 1, 8, 8, 3 });
  const TrpValue w = trp_graph_parameter (graph, "w", (TrpShape){ 3, 3, 3, 3 }, TRP_AXES_FILTER);
  const TrpValue hidden = trp_graph_conv (graph, x, w, TRP_VALUE_NONE, 1, 1);
  const TrpValue last = trp_graph_conv (graph, hidden, w, TRP_VALUE_NONE, 1, 1);
  TrpValue image, first, gradient;
  int n_precise = 0, n_rough = 0;

  trp_graph_set_precise (graph, last);
  image = trp_graph_activation (graph, last, TRP_ACTIVATION_TANH, 0);
  first = trp_graph_slice (graph, image, 0, 1);
  g_assert_true (is_precise (graph, image) && is_precise (graph, first));
  g_assert_false (is_precise (graph, hidden));
  g_assert_false (is_precise (graph, trp_graph_activation (graph, hidden, TRP_ACTIVATION_TANH, 0)));
  g_assert_false (is_precise (graph, trp_graph_concat (graph, (TrpValue[]){ image, hidden }, 2)));
  trp_graph_differentiate (
    graph, trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE, first, 0), &w, 1, &gradient);
  for (int i = 0; i < trp_graph_get_n_ops (graph); i++)
    {
      const TrpOp *op = trp_graph_peek_op (graph, i);

      if (op->kind == TRP_OP_conv_backward_data)
        n_rough += !is_precise (graph, op->outputs[0]);
      if (op->kind == TRP_OP_pixel_loss_backward || op->kind == TRP_OP_slice_backward ||
          op->kind == TRP_OP_activation_backward)
        n_precise += is_precise (graph, op->outputs[0]);
    }
  g_assert_cmpint (n_precise, ==, 3);
  g_assert_cmpint (n_rough, ==, 1);
}

/* A norm of which only the padded copy is read has no other output, until the host may read it. */
static void
test_plan_unread (void)
{
  const TrpShape shape = { 1, 16, 16, 4 };
  const TrpNormTail tail = { .mode = TRP_PAD_REFLECT, .pad = 2 };

  for (int keep = 0; keep < 2; keep++)
    {
      g_autoptr (TrpGraph) graph = trp_graph_new ();
      g_autoptr (TrpPlan) plan = NULL;
      TrpValue y, padded;

      y = trp_graph_instance_norm_tail (graph, trp_graph_input (graph, "x", shape), &tail, &padded);
      trp_graph_output (graph, "padded", padded);
      if (keep)
        trp_graph_output (graph, "y", y);
      plan = trp_plan_new (graph, NULL, NULL);
      g_assert_true (plan->offsets[padded] != SIZE_MAX);
      g_assert_true ((plan->offsets[y] != SIZE_MAX) == (keep == 1));
      g_assert_cmpuint (plan->arena_bytes, ==,
                        20 * 20 * 4 * 4 + 2 * TRP_TENSOR_ALIGNMENT +
                          (keep ? trp_shape_count (shape) * 4 : 0));
    }
}

/* Small values of two types have the same bytes, but no place in common. */
static void
test_plan_types (void)
{
  const TrpOpAttributes options = { .shape = { 1, 1, 1, 40 }, .alpha = 1 };
  g_autoptr (TrpGraph) graph = trp_graph_new ();
  g_autoptr (TrpPlan) plan = NULL;
  TrpValue precise, other, sum;

  precise = trp_graph_op (graph, TRP_OP_constant, &options, NULL, 0);
  other = trp_graph_activation (graph, trp_graph_input (graph, "x", options.shape),
                                TRP_ACTIVATION_RELU, 0);
  trp_graph_output (graph, "other", other); /* so that only the constant's place is free */
  sum = trp_graph_add (graph, other, precise);
  g_assert_true (trp_graph_peek_value (graph, precise)->tensor.precise);
  g_assert_false (trp_graph_peek_value (graph, sum)->tensor.precise);
  plan = trp_plan_new (graph, NULL, NULL);
  g_assert_cmpuint (plan->bytes[precise], ==, plan->bytes[sum]);
  g_assert_cmpuint (plan->offsets[precise], !=, plan->offsets[sum]);
}

static TrpValue
small_net (TrpGraph *graph, const char *prefix, TrpValue x)
{
  g_autofree char *first = g_strconcat (prefix, "1.weight", NULL);
  g_autofree char *second = g_strconcat (prefix, "2.weight", NULL);
  const TrpShape shape = { 3, 3, 3, 3 };

  x = trp_graph_conv (graph, x, trp_graph_parameter (graph, first, shape, TRP_AXES_FILTER),
                      TRP_VALUE_NONE, 1, 1);
  x = trp_graph_activation (graph, x, TRP_ACTIVATION_LEAKY_RELU, 0.2);
  return trp_graph_conv (graph, x, trp_graph_parameter (graph, second, shape, TRP_AXES_FILTER),
                         TRP_VALUE_NONE, 1, 1);
}

/* G's loss through a frozen D: gradients pass D, D's filters get none, and the list has nothing
 * that does not lead to G. */
static void
test_frozen (void)
{
  g_autoptr (TrpGraph) graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", (TrpShape){ 1, 5, 5, 3 });
  const TrpValue fake = small_net (graph, "G.", x), votes = small_net (graph, "D.", fake);
  const TrpValue loss = trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE, votes, 1);
  g_autoptr (GArray) g = trp_graph_dup_parameters (graph, "G.");
  g_autoptr (GArray) d = trp_graph_dup_parameters (graph, "D.");
  TrpValue gradients[2];

  g_assert_cmpint ((int) g->len, ==, 2);
  g_assert_cmpint ((int) d->len, ==, 2);
  g_assert_cmpuint (trp_graph_count_parameters (graph, "D."), ==, 2 * 81);
  trp_graph_differentiate (graph, loss, (TrpValue *) (void *) g->data, 2, gradients);
  g_assert_cmpint (count_ops (graph, TRP_OP_conv_backward_filter), ==, 2);
  /* both of D, the second of G; not into x */
  g_assert_cmpint (count_ops (graph, TRP_OP_conv_backward_data), ==, 3);

  trp_graph_differentiate (graph, loss, (TrpValue *) (void *) d->data, 2, gradients);
  g_assert_cmpint (count_ops (graph, TRP_OP_conv_backward_filter), ==, 4);
  g_assert_cmpint (count_ops (graph, TRP_OP_conv_backward_data), ==, 4);
}

/* Two passes with shared weights: the gradient of the sum is the sum of the gradients. */
static void
test_shared_weights (void)
{
  double *sums[3];
  size_t count = 0;

  for (int which = 0; which < 3; which++) /* first pass, second pass, both */
    {
      TrpGraph *graph = trp_graph_new ();
      const TrpShape shape = { 1, 5, 5, 3 };
      const TrpValue a = small_net (graph, "G.", trp_graph_input (graph, "a", shape));
      const TrpValue b = small_net (graph, "G.", trp_graph_input (graph, "b", shape));
      const TrpValue losses[] = {
        trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE, a, 0),
        trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_L1, b, 0.5),
      };
      const TrpValue weights = trp_graph_constant (graph, trp_shape_vector (2), 1);
      const TrpValue loss = which < 2 ? losses[which]
                                      : trp_graph_weighted_sum (graph, weights, losses, 2);
      const TrpValue parameter = trp_graph_find (graph, "G.1.weight");
      TrpValue gradient;
      g_autoptr (TrpProgram) program = NULL;

      trp_graph_differentiate (graph, loss, &parameter, 1, &gradient);
      trp_graph_output (graph, "gradient", gradient);
      program = trp_nn_fill_program (graph, &trp_backend_reference);
      run (program);
      sums[which] = dup_values (program, gradient, &count);
    }
  for (size_t i = 0; i < count; i++)
    trp_assert_near (sums[2][i], sums[0][i] + sums[1][i], 1e-15);
  for (int which = 0; which < 3; which++)
    g_free (sums[which]);
}

/* A parameter that the loss does not reach has zeros, not garbage; one fill for all of a shape. */
static void
test_unreached_parameter (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", trp_shape_vector (4));
  const TrpValue parameters[] = {
    trp_graph_parameter (graph, "unused", trp_shape_vector (3), TRP_AXES_VECTOR),
    trp_graph_parameter (graph, "longer", trp_shape_vector (5), TRP_AXES_VECTOR),
    trp_graph_parameter (graph, "as-long", trp_shape_vector (3), TRP_AXES_VECTOR),
  };
  TrpValue gradients[3];
  g_autoptr (TrpProgram) program = NULL;

  trp_graph_differentiate (graph, trp_graph_mean (graph, x), parameters, 3, gradients);
  g_assert_cmpint (gradients[2], ==, gradients[0]);
  trp_graph_output (graph, "gradient", gradients[0]);
  trp_graph_output (graph, "longer-gradient", gradients[1]);
  program = trp_nn_fill_program (graph, &trp_backend_reference);
  run (program);
  for (int k = 0; k < 2; k++)
    {
      size_t count;
      g_autofree double *values = dup_values (program, gradients[k], &count);

      g_assert_cmpuint (count, ==, k == 0 ? 3 : 5);
      for (size_t i = 0; i < count; i++)
        g_assert_cmpfloat (values[i], ==, 0);
    }
}

static void
set_scalar (TrpProgram *program, const char *name, double value)
{
  g_assert_true (trp_program_set_scalar (program, trp_program_find (program, name), value, NULL));
}

/* With a constant gradient g the corrected moments are g and g^2 at every step, so that
 * p(t) = p(0) - t lr g / (|g| + eps). Here g = 1/2 of each element of a mean of two. */
static void
test_adam_closed_form (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpAdam options = { .beta1 = 0.5, .beta2 = 0.999, .eps = 1e-3 };
  const TrpValue p = trp_graph_parameter (graph, "p", trp_shape_vector (2), TRP_AXES_VECTOR);
  const TrpValue lr = trp_graph_input (graph, "lr", trp_shape_vector (1));
  const TrpValue step = trp_graph_input (graph, "step", trp_shape_vector (1));
  const double start[2] = { 0.3, -2 };
  TrpValue gradient;
  g_autoptr (TrpDevice) device = trp_device_open (&trp_backend_reference, NULL, NULL);
  g_autoptr (TrpStore) store = trp_store_new (device);
  g_autoptr (TrpProgram) program = NULL;

  trp_graph_differentiate (graph, trp_graph_mean (graph, p), &p, 1, &gradient);
  trp_graph_adam (graph, "opt", &options, lr, step, &p, &gradient, 1);
  program = trp_program_new (graph, store, NULL);
  g_assert_true (trp_program_set_f64 (program, p, start, NULL));
  set_scalar (program, "lr", 0.01);
  for (int t = 1; t <= 5; t++)
    {
      g_autofree double *values = NULL;

      set_scalar (program, "step", t);
      run (program);
      values = dup_values (program, p, NULL);
      for (int i = 0; i < 2; i++)
        trp_assert_near (values[i], start[i] - t * 0.01 * 0.5 / (0.5 + 1e-3), 1e-12);
    }
  g_assert_nonnull (trp_store_find (store, "opt.m.p"));
  g_assert_nonnull (trp_store_find (store, "opt.v.p"));
}

/* average(t) = p + decay^t (average(0) - p) */
static void
test_ema_closed_form (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue p = trp_graph_parameter (graph, "p", trp_shape_vector (1), TRP_AXES_VECTOR);
  g_autoptr (TrpDevice) device = trp_device_open (&trp_backend_reference, NULL, NULL);
  g_autoptr (TrpStore) store = trp_store_new (device);
  g_autoptr (TrpProgram) program = NULL;

  trp_graph_ema (graph, "ema", 0.9, &p, 1);
  program = trp_program_new (graph, store, NULL);
  g_assert_true (trp_program_set_f64 (program, p, (const double[]){ 3 }, NULL));
  g_assert_true (trp_program_set_f64 (program, trp_program_find (program, "ema.p"),
                                      (const double[]){ 1 }, NULL));
  for (int t = 1; t <= 4; t++)
    {
      run (program);
      trp_assert_near (get_scalar (program, "ema.p"), 3 - 2 * pow (0.9, t), 1e-14);
    }
}

static void
exchange (TrpProgram *program, double image, double choice, double expected)
{
  set_scalar (program, "x", image);
  set_scalar (program, "choices", choice);
  run (program);
  g_assert_cmpfloat (get_scalar (program, "y"), ==, expected);
}

static void
test_pool_exchange (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", trp_shape_vector (1));
  const TrpValue choices = trp_graph_input (graph, "choices", trp_shape_vector (1));
  g_autoptr (TrpProgram) program = NULL;

  trp_graph_output (graph, "y", trp_graph_pool_exchange (graph, "pool", 2, x, choices));
  program = trp_nn_fill_program (graph, &trp_backend_reference);
  exchange (program, 10, 0, 10);  /* filled */
  exchange (program, 11, 1, 11);  /* filled */
  exchange (program, 12, -1, 12); /* passed on, not kept */
  exchange (program, 13, -2, 10); /* slot 0 out, 13 in */
  exchange (program, 14, -2, 13);
  exchange (program, 15, -3, 11);
}

/* Reads come back in the order of their requests, with the values of their own step. */
static void
test_late_reads (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", trp_shape_vector (4));
  const TrpValue weights = trp_graph_input (graph, "weights", trp_shape_vector (1));
  TrpValue losses[2] = { trp_graph_mean (graph, x) };
  g_autoptr (TrpProgram) program = NULL;
  float values[2];

  losses[1] = trp_graph_weighted_sum (graph, weights, losses, 1);
  for (int i = 0; i < 2; i++)
    trp_graph_output (graph, i ? "loss" : "mean", losses[i]);
  program = trp_nn_fill_program (graph, &trp_backend_reference);
  set_scalar (program, "weights", 10);
  for (int t = 0; t < 3; t++)
    {
      g_assert_true (trp_program_set_f64 (program, x, (const double[]){ t, t, t, t }, NULL));
      run (program);
      g_assert_true (trp_program_begin_read (program, losses, 2, NULL));
    }
  g_assert_cmpint (trp_program_get_n_reads (program), ==, 3);
  for (int t = 0; t < 2; t++)
    {
      g_assert_true (trp_program_finish_read (program, values, NULL));
      g_assert_cmpfloat (values[0], ==, (float) t);
      g_assert_cmpfloat (values[1], ==, (float) (10 * t));
    }
  g_assert_cmpint (trp_program_get_n_reads (program), ==, 1); /* dropped with the program */
}

/* (K, R, S, C) in memory is (K, C, R, S) in PyTorch's files. */
static void
test_file_order (void)
{
  const TrpShape shape = { 2, 1, 2, 3 }; /* K, R, S, C */
  const float values[12] = { 0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112 };
  const float expected[12] = { 0, 10, 1, 11, 2, 12, 100, 110, 101, 111, 102, 112 };
  const TrpFileShape file_shape = trp_axes_file_shape (TRP_AXES_FILTER, shape);
  float file[12], back[12];

  trp_axes_to_file (TRP_AXES_FILTER, shape, values, file);
  g_assert_cmpmem (file, sizeof file, expected, sizeof expected);
  trp_axes_from_file (TRP_AXES_FILTER, shape, file, back);
  g_assert_cmpmem (back, sizeof back, values, sizeof values);
  g_assert_cmpuint (file_shape.n_axes, ==, 4);
  g_assert_cmpuint (file_shape.axes[0], ==, 2);
  g_assert_cmpuint (file_shape.axes[1], ==, 3);
  g_assert_cmpuint (file_shape.axes[2], ==, 1);
  g_assert_cmpuint (file_shape.axes[3], ==, 2);
  g_assert_cmpuint (trp_axes_file_shape (TRP_AXES_VECTOR, trp_shape_vector (5)).n_axes, ==, 1);
}

/* Training and inference programs on one store see the same weights; another shape is refused. */
static void
test_store_shared (void)
{
  g_autoptr (TrpDevice) device = trp_device_open (&trp_backend_reference, NULL, NULL);
  g_autoptr (TrpStore) store = trp_store_new (device);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpProgram) first = NULL, second = NULL, third = NULL;
  const double weights[2] = { 4, 5 };
  g_autofree double *seen = NULL;

  for (int i = 0; i < 3; i++)
    {
      TrpGraph *graph = trp_graph_new ();
      const TrpValue p = trp_graph_parameter (graph, "p", trp_shape_vector (i < 2 ? 2 : 3),
                                              TRP_AXES_VECTOR);
      TrpProgram **program = i == 0 ? &first : i == 1 ? &second : &third;

      trp_graph_output (graph, "y", trp_graph_scale (graph, p, 2));
      *program = trp_program_new (graph, store, i < 2 ? NULL : &error);
    }
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "Tensor p is 1 x 1 x 1 x 2"));
  g_assert_null (third);
  g_assert_true (trp_program_set_f64 (first, trp_program_find (first, "p"), weights, NULL));
  run (second);
  seen = dup_values (second, trp_program_find (second, "y"), NULL);
  g_assert_cmpfloat (seen[0], ==, 8);
  g_assert_cmpfloat (seen[1], ==, 10);
}

/* Versions of persistent inputs move when an operation or the host writes them, and only then. */
static uint64_t
version_of (const TrpProgram *program, const char *name)
{
  return trp_store_find (trp_program_peek_store (program), name)->version;
}

static void
test_versions (void)
{
  g_autoptr (TrpProgram)
    program = trp_nn_case_program (&trp_nn_cases[0], &trp_backend_reference, true);
  const uint64_t before = version_of (program, "f.weight");
  const float weights[27] = { 0 };

  run (program);
  g_assert_cmpuint (version_of (program, "f.weight"), >, before);
  {
    const uint64_t after = version_of (program, "f.weight");

    set_scalar (program, "lr", 1);
    g_assert_cmpuint (version_of (program, "f.weight"), ==, after);
    g_assert_true (
      trp_program_set (program, trp_program_find (program, "f.weight"), weights, NULL));
    g_assert_cmpuint (version_of (program, "f.weight"), >, after);
  }
}

static void
run_steps (TrpProgram *program, int first, int n)
{
  for (int step = first; step < first + n; step++)
    {
      set_scalar (program, "step", step);
      run (program);
    }
}

/* Everything that a checkpoint keeps, in the file's order, into a new store. */
static void
copy_through_file (TrpStore *from, TrpStore *to)
{
  for (int i = 0; i < trp_store_get_n (from); i++)
    {
      const TrpStored *old = trp_store_peek (from, i);
      TrpStored *stored = trp_store_find (to, old->name);
      g_autofree float *file = g_new (float, trp_shape_count (old->tensor.shape));

      g_assert_nonnull (stored);
      g_assert_true (trp_store_get_file (from, old, file, NULL));
      g_assert_true (trp_store_set_file (to, stored, file, NULL));
    }
}

/* Weights, moments and averages through a file, and training goes on as if nothing had happened,
 * bit for bit: 5 steps = 2 + save + load + 3. */
static void
test_resume (void)
{
  const TrpNnCase *block = &trp_nn_cases[trp_nn_n_cases - 1];
  g_autoptr (TrpProgram) whole = trp_nn_case_program (block, &trp_backend_cpu, true);
  g_autoptr (TrpProgram) before = trp_nn_case_program (block, &trp_backend_cpu, true);
  g_autoptr (TrpProgram) after = trp_nn_case_program (block, &trp_backend_cpu, true);
  TrpStore *store = trp_program_peek_store (whole);

  run_steps (whole, 1, 5);
  run_steps (before, 1, 2);
  run_steps (after, 9, 1); /* other contents, to be replaced */
  copy_through_file (trp_program_peek_store (before), trp_program_peek_store (after));
  run_steps (after, 3, 3);
  for (int i = 0; i < trp_store_get_n (store); i++)
    {
      const TrpStored *a = trp_store_peek (store, i);
      const TrpStored *b = trp_store_find (trp_program_peek_store (after), a->name);
      const size_t count = trp_shape_count (a->tensor.shape);
      g_autofree float *x = g_new (float, count);
      g_autofree float *y = g_new (float, count);

      g_assert_true (trp_store_get (store, a, x, NULL));
      g_assert_true (trp_store_get (trp_program_peek_store (after), b, y, NULL));
      g_assert_cmpmem (x, count * sizeof (float), y, count * sizeof (float));
    }
}

/* A size that the networks cannot give back, through passes, losses and optimiser: one sentence, no
 * crash. */
static void
test_impossible_size (void)
{
  static const int sizes[][2] = { { 20, 18 }, { 3, 3 }, { 1, 1 }, { 20, 17 } };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (TrpGraph) graph = trp_graph_new ();
      g_autoptr (GError) error = NULL;
      const TrpResnet spec = { 1, 1, 2, 1, 2, i % 2 };
      const TrpPatchGan critic = { 1, 2, 3 };
      const TrpShape shape = { 1, sizes[i][0], sizes[i][1], 1 };
      const TrpValue x = trp_graph_input (graph, "x", shape);
      const TrpValue fake = trp_resnet_build (graph, &spec, "G", x);
      const TrpValue parts[] = {
        trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_L1, fake, x),
        trp_graph_gradient_correlation (graph, fake, x, false),
        trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE,
                                       trp_patch_gan_build (graph, &critic, "D", fake), 1),
      };
      const TrpValue loss = trp_graph_weighted_sum (
        graph, trp_graph_input (graph, "weights", trp_shape_vector (3)), parts, 3);
      const TrpAdam options = { 0.5, 0.999, 1e-8, 0 };
      g_autoptr (GArray) parameters = trp_graph_dup_parameters (graph, "G.");
      const TrpValue *values = (const TrpValue *) (void *) parameters->data;
      g_autofree TrpValue *gradients = g_new (TrpValue, parameters->len + 1);

      trp_graph_differentiate (graph, loss, values, (int) parameters->len, gradients);
      trp_graph_adam (graph, "opt", &options, x, x, values, gradients, (int) parameters->len);
      trp_graph_ema (graph, "ema", 0.9, values, (int) parameters->len);
      trp_graph_output (graph, "loss", loss);
      g_assert_false (trp_graph_check (graph, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
      g_test_message ("%s", error->message);
    }
}

static void *
refuse_memory (void *device, size_t bytes, GError **error)
{
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %" G_GSIZE_FORMAT " bytes", bytes);
  return NULL;
}

static void
test_errors (void)
{
  TrpBackend table = trp_backend_reference;
  g_autoptr (TrpDevice) device = NULL;
  g_autoptr (TrpStore) store = NULL;
  g_autoptr (GError) error = NULL, late = NULL;
  TrpGraph *graph = trp_graph_new ();

  table.abi++;
  g_assert_null (trp_device_open (&table, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_DEVICE);
  table.abi--;
  table.alloc = refuse_memory;
  device = trp_device_open (&table, NULL, NULL);
  store = trp_store_new (device);
  trp_graph_output (
    graph, "y",
    trp_graph_upsample (graph, trp_graph_input (graph, "x", (TrpShape){ 1, 100, 100, 10 })));
  g_assert_null (trp_program_new (graph, store, &late));
  g_assert_error (late, TRP_ERROR, TRP_ERROR_LIMIT);
  g_assert_nonnull (strstr (late->message, "needs 4.0"));
}

static float *
init_values (const char *prefix, TrpInit init, uint64_t seed, bool other)
{
  g_autoptr (TrpDevice) device = trp_device_open (&trp_backend_reference, NULL, NULL);
  g_autoptr (TrpStore) store = trp_store_new (device);
  const TrpTensor tensor = { { 64, 3, 3, 50 }, TRP_VALUE_PARAMETER, true };
  float *values = g_new (float, trp_shape_count (tensor.shape));

  if (other)
    trp_store_require (store, "net.0.weight", &tensor, TRP_AXES_FILTER, NULL);
  trp_store_require (store, "net.1.weight", &tensor, TRP_AXES_FILTER, NULL);
  g_assert_true (trp_store_init (store, prefix, init, seed, NULL));
  g_assert_true (trp_store_get (store, trp_store_find (store, "net.1.weight"), values, NULL));
  return values;
}

/* 28,800 draws: the standard error of the deviation is 0.4 %, of the mean 0.6 % of it. */
static void
test_init (void)
{
  const size_t count = 64 * 3 * 3 * 50;
  g_autofree float *normal = init_values ("net.", TRP_INIT_NORMAL, 1, false);
  g_autofree float *again = init_values ("net.", TRP_INIT_NORMAL, 1, true);
  g_autofree float *other = init_values ("net.", TRP_INIT_NORMAL, 2, false);
  g_autofree float *he = init_values ("net.", TRP_INIT_HE, 1, false);
  double sum = 0, square = 0, he_square = 0;

  for (size_t i = 0; i < count; i++)
    {
      sum += (double) normal[i];
      square += (double) normal[i] * (double) normal[i];
      he_square += (double) he[i] * (double) he[i];
    }
  trp_assert_near (sum / (double) count, 0, 0.0005);
  trp_assert_near (sqrt (square / (double) count), 0.02, 0.0004);
  trp_assert_near (sqrt (he_square / (double) count), sqrt (2 / 450.0), 0.02 * sqrt (2 / 450.0));
  g_assert_cmpmem (normal, count * sizeof (float), again, count * sizeof (float));
  g_assert_cmpfloat (normal[0], !=, other[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/plan/keeps-results", test_plan_keeps_results);
  g_test_add_func ("/nn/plan/never-overlaps", test_plan_never_overlaps);
  g_test_add_func ("/nn/plan/peak", test_plan_peak);
  g_test_add_func ("/nn/differentiate/precise", test_precise);
  g_test_add_func ("/nn/plan/unread", test_plan_unread);
  g_test_add_func ("/nn/plan/types", test_plan_types);
  g_test_add_func ("/nn/differentiate/frozen", test_frozen);
  g_test_add_func ("/nn/differentiate/shared-weights", test_shared_weights);
  g_test_add_func ("/nn/differentiate/unreached-parameter", test_unreached_parameter);
  g_test_add_func ("/nn/adam/closed-form", test_adam_closed_form);
  g_test_add_func ("/nn/ema/closed-form", test_ema_closed_form);
  g_test_add_func ("/nn/pool-exchange/choices", test_pool_exchange);
  g_test_add_func ("/nn/program/late-reads", test_late_reads);
  g_test_add_func ("/nn/store/file-order", test_file_order);
  g_test_add_func ("/nn/store/shared", test_store_shared);
  g_test_add_func ("/nn/store/versions", test_versions);
  g_test_add_func ("/nn/store/resume", test_resume);
  g_test_add_func ("/nn/program/errors", test_errors);
  g_test_add_func ("/nn/program/impossible-size", test_impossible_size);
  g_test_add_func ("/nn/init/distribution", test_init);
  return g_test_run ();
}
