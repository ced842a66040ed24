/* golden-steps.c - see golden.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/golden.h"

#include "core/method/networks/unet.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"
#include "tests/lib/check.h"
#include "tests/lib/golden-file.h"

#include <math.h>
#include <string.h>

static void
update (TrpGraph *graph, const char *prefix, TrpValue loss, double beta1)
{
  const TrpAdam adam = { beta1, 0.999, 1e-8, 0 };
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (graph, prefix);
  const TrpValue *values = (const TrpValue *) (void *) parameters->data;
  g_autofree TrpValue *gradients = g_new (TrpValue, parameters->len);

  trp_graph_differentiate (graph, loss, values, (int) parameters->len, gradients);
  trp_graph_adam (graph, prefix, &adam, trp_graph_input (graph, "lr", trp_shape_vector (1)),
                  trp_graph_input (graph, "step", trp_shape_vector (1)), values, gradients,
                  (int) parameters->len);
}

static const TrpTensorView *
find (const TrpSafetensors *file, const char *format, const char *name, int step)
{
  g_autofree char *key = g_strdup_printf ("%s:%s.%d", name, format, step);

  return trp_safetensors_find (file, key);
}

/* Entry @index of a vector in the file. */
static double
entry (const TrpSafetensors *file, const char *key, int index)
{
  const TrpTensorView *view = trp_safetensors_find (file, key);
  float values[16];

  g_assert_cmpuint (view->count, <=, G_N_ELEMENTS (values));
  trp_tensor_view_get_f32 (view, values);
  return (double) values[index];
}

static void
set_vector (TrpProgram *program, const char *name, const float *values)
{
  g_assert_true (trp_program_set (program, trp_program_find (program, name), values, NULL));
}

static void
set_scalar (TrpProgram *program, const char *name, double value)
{
  g_assert_true (trp_program_set_scalar (program, trp_program_find (program, name), value, NULL));
}

static void
compare_loss (TrpProgram *program,
              const TrpSafetensors *file,
              const char *case_name,
              const char *name,
              int step,
              double tolerance)
{
  g_autofree char *key = g_strdup_printf ("%s:%s", case_name, name);
  const double expected = entry (file, key, step);
  float actual;

  g_assert_true (trp_program_get (program, trp_program_find (program, name), &actual, NULL));
  g_test_message ("step %d, %s: %.7g, expected %.7g", step, name, (double) actual, expected);
  trp_assert_near ((double) actual, expected, tolerance * fabs (expected));
}

/* Parameters before and after the steps, as "CASE:NAME" and "CASE:after.NAME". */
static void
walk_store (
  TrpProgram *program, const TrpSafetensors *file, const char *name, bool after, double tolerance)
{
  TrpStore *store = trp_program_peek_store (program);
  int n = 0;

  for (int i = 0; i < trp_store_get_n (store); i++)
    {
      const char *stored = trp_store_peek (store, i)->name;
      g_autofree char *key = g_strdup_printf ("%s:%s%s", name, after ? "after." : "", stored);
      const TrpTensorView *view = trp_safetensors_find (file, key);

      if (!view)
        continue; /* Adam's moments, pools: zero at first */
      if (after)
        trp_golden_compare (program, trp_program_find (program, stored), view, tolerance);
      else
        trp_golden_set (program, trp_program_find (program, stored), view);
      n++;
    }
  g_assert_cmpint (n, >, 20);
}

static TrpGraph *
build_unet (void)
{
  const TrpUnet spec = { 3, 1, 4, 3, true, TRP_NORM_BATCH, true };
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", (TrpShape){ 2, 16, 16, 3 });
  const TrpValue mask = trp_graph_input (graph, "mask", (TrpShape){ 2, 16, 16, 1 });
  const TrpValue weights = trp_graph_input (graph, "weights", trp_shape_vector (2));
  const TrpValue y = trp_unet_build (graph, &spec, "net", x);
  const TrpValue losses[] = {
    trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_BCE_LOGITS, y, mask),
    trp_graph_dice_loss (graph, y, mask, true, 1),
  };
  const TrpValue loss = trp_graph_weighted_sum (graph, weights, losses, 2);

  trp_graph_output (graph, "loss", loss);
  update (graph, "net.", loss, 0.9);
  return graph;
}

void
trp_golden_check_unet (TrpDevice *device, double tolerance, double step_tolerance)
{
  const float weights[] = { 1, 1 };
  g_autoptr (TrpSafetensors) file = trp_golden_load ("pytorch-unet.safetensors");
  g_autoptr (TrpProgram) program = trp_golden_program (build_unet (), device);

  walk_store (program, file, "unet", false, 0);
  set_vector (program, "weights", weights);
  set_scalar (program, "lr", 1e-3);
  for (int step = 0; step < 5; step++)
    {
      trp_golden_set (program, trp_program_find (program, "x"), find (file, "x", "unet", step));
      trp_golden_set (program, trp_program_find (program, "mask"),
                      find (file, "mask", "unet", step));
      set_scalar (program, "step", step + 1);
      g_assert_true (trp_program_run (program, NULL));
      compare_loss (program, file, "unet", "loss", step, tolerance);
    }
  walk_store (program, file, "unet", true, step_tolerance);
}

/* What comes after the case's name in the file: "NAME.STEP". */
static const TrpTensorView *
find_update (const TrpSafetensors *file, const char *case_name, const char *name, int step)
{
  const TrpTensorView *view = find (file, name, case_name, step);

  g_assert_nonnull (view);
  return view;
}

/* All tensors of the case that are no step's own: set before, compared after. */
static void
walk_case (TrpProgram *program,
           const TrpSafetensors *file,
           const char *case_name,
           bool after,
           double tolerance)
{
  g_autofree char *prefix = g_strconcat (case_name, after ? ":after." : ":", NULL);
  int n = 0;

  for (size_t i = 0; i < trp_safetensors_get_n_tensors (file); i++)
    {
      const TrpTensorView *view = trp_safetensors_peek_tensor (file, i);
      const char *name = view->name + strlen (prefix);
      TrpValue value;

      if (!g_str_has_prefix (view->name, prefix))
        continue;
      value = trp_program_find (program, name);
      if (value == TRP_VALUE_NONE && !after)
        continue; /* a step's, or from after */
      if (after)
        trp_golden_compare (program, value, view, tolerance);
      else
        trp_golden_set (program, value, view);
      n++;
    }
  g_assert_cmpint (n, >=, 2);
}

/* @limit: of the clipping after each step; 0: none */
typedef struct
{
  const char *name;
  TrpRmsprop options;
  double limit;
} RmspropCase;

static const RmspropCase rmsprop_cases[] = {
  { "rmsprop", { 0.99, 1e-8, 0, 0 }, 0 },
  { "rmsprop-momentum", { 0.9375, 1e-6, 0.875, 0.03125 }, 0 },
  { "rmsprop-clip", { 0.99, 1e-8, 0, 0 }, 0.5 },
};

static TrpGraph *
build_rmsprop (const RmspropCase *self)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue lr = trp_graph_input (graph, "lr", trp_shape_vector (1));
  const TrpShape a = { 5, 3, 3, 4 }, b = trp_shape_vector (7);
  const TrpValue parameters[] = { trp_graph_parameter (graph, "a", a, TRP_AXES_FILTER),
                                  trp_graph_parameter (graph, "b", b, TRP_AXES_VECTOR) };
  const TrpValue gradients[] = { trp_graph_input (graph, "gradient.a", a),
                                 trp_graph_input (graph, "gradient.b", b) };

  trp_graph_rmsprop (graph, "opt", &self->options, lr, parameters, gradients, 2);
  if (self->limit > 0)
    trp_graph_clip (graph, parameters, 2, self->limit);
  return graph;
}

void
trp_golden_check_rmsprop (TrpDevice *device, double tolerance)
{
  g_autoptr (TrpSafetensors) file = trp_golden_load ("pytorch-updates.safetensors");

  for (size_t i = 0; i < G_N_ELEMENTS (rmsprop_cases); i++)
    {
      const RmspropCase *c = &rmsprop_cases[i];
      g_autoptr (TrpProgram) program = trp_golden_program (build_rmsprop (c), device);
      const TrpValue a = trp_program_find (program, "gradient.a"),
                     b = trp_program_find (program, "gradient.b");

      walk_case (program, file, c->name, false, 0);
      set_scalar (program, "lr", 0.0625);
      for (int step = 0; step < 5; step++)
        {
          trp_golden_set (program, a, find_update (file, c->name, "gradient.a", step));
          trp_golden_set (program, b, find_update (file, c->name, "gradient.b", step));
          g_assert_true (trp_program_run (program, NULL));
        }
      walk_case (program, file, c->name, true, tolerance);
    }
}

static TrpGraph *
build_spectral (bool training)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", (TrpShape){ 2, 6, 7, 4 });
  const TrpValue filter = trp_graph_parameter (graph, "f.weight", (TrpShape){ 5, 3, 3, 4 },
                                               TRP_AXES_FILTER);
  const TrpValue y = trp_graph_conv (
    graph, x, trp_graph_spectral_norm (graph, "f", filter, training), TRP_VALUE_NONE, 1, 0);
  TrpValue loss, gradient;

  trp_graph_set_precise (graph, y);
  trp_graph_output (graph, "y", y);
  if (!training)
    return graph;
  loss = trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_MSE, y,
                               trp_graph_input (graph, "target", trp_graph_get_shape (graph, y)));
  trp_graph_differentiate (graph, loss, &filter, 1, &gradient);
  trp_graph_output (graph, "grad.f.weight", gradient);
  return graph;
}

static void
compare_step (
  TrpProgram *program, const TrpSafetensors *file, const char *name, int step, double tolerance)
{
  trp_golden_compare (program, trp_program_find (program, name),
                      find_update (file, "spectral", name, step), tolerance);
}

/* Three steps of training, then the weights and vectors of the last one as they are. */
void
trp_golden_check_spectral (TrpDevice *device, double tolerance)
{
  static const char *const given[] = { "x", "target", "f.weight" };
  g_autoptr (TrpSafetensors) file = trp_golden_load ("pytorch-updates.safetensors");
  g_autoptr (TrpProgram) program = trp_golden_program (build_spectral (true), device);
  g_autoptr (TrpProgram)
    inference = trp_program_new (build_spectral (false), trp_program_peek_store (program), NULL);

  g_assert_nonnull (inference);
  walk_case (program, file, "spectral", false, 0);
  for (int step = 0; step < 3; step++)
    {
      for (size_t i = 0; i < G_N_ELEMENTS (given); i++)
        trp_golden_set (program, trp_program_find (program, given[i]),
                        find_update (file, "spectral", given[i], step));
      g_assert_true (trp_program_run (program, NULL));
      compare_step (program, file, "y", step, tolerance);
      compare_step (program, file, "grad.f.weight", step, tolerance);
    }
  walk_case (program, file, "spectral", true, tolerance);
  trp_golden_set (inference, trp_program_find (inference, "x"),
                  find_update (file, "spectral", "x", 2));
  g_assert_true (trp_program_run (inference, NULL));
  compare_step (inference, file, "y", 3, tolerance);
}
