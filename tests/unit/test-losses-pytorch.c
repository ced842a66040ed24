/* test-losses-pytorch.c - the whole losses of the methods and their gradients against PyTorch
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * golden/losses.py computed the values; what each case is stands there.
 */

#include "core/io/safetensors.h"
#include "core/method/cyclegan-losses.h"
#include "core/method/segmenter-losses.h"
#include "core/nn/layers.h"
#include "core/nn/program.h"
#include "tests/lib/check.h"
#include "tests/lib/tiny.h"

#include <math.h>

/* Of the largest expected value; as in test-nn-pytorch.c. */
#define TOLERANCE_REFERENCE 5e-7
#define TOLERANCE_CPU 2e-5

static TrpValue
build_cycle_mix (TrpGraph *graph, TrpRecipe *recipe, TrpValue x, const TrpValue *others)
{
  trp_tiny_set (recipe, "loss.cycle_l1=1");
  trp_tiny_set (recipe, "loss.cycle_mse=0.5");
  trp_tiny_set (recipe, "loss.cycle_ssim=2");
  return trp_cyclegan_cycle_loss (graph, recipe, x, others[0]);
}

static TrpValue
build_geometry (TrpGraph *graph, TrpRecipe *recipe, TrpValue x, const TrpValue *others)
{
  trp_tiny_set (recipe, "loss.geometry_slope=20");
  trp_tiny_set (recipe, "loss.threshold_ct=-0.4");
  return trp_cyclegan_geometry_loss (graph, recipe, 1, x, others[0], others[1]);
}

static TrpValue
build_softmax (TrpGraph *graph, TrpRecipe *recipe, TrpValue x, const TrpValue *others)
{
  TrpValue parts[2];

  trp_tiny_set (recipe, "loss.cross_entropy=0.7");
  trp_tiny_set (recipe, "loss.dice=1.5");
  return trp_segmenter_build_loss (graph, recipe, x, others[0], parts);
}

static TrpValue
build_sigmoid (TrpGraph *graph, TrpRecipe *recipe, TrpValue x, const TrpValue *others)
{
  TrpValue parts[2];

  trp_tiny_set (recipe, "loss.dice=2");
  trp_tiny_set (recipe, "loss.dice_per_channel=true");
  return trp_segmenter_build_loss (graph, recipe, x, others[0], parts);
}

#define MAX_OTHERS 2

typedef struct
{
  const char *name;
  TrpTrainerKind trainer;
  const char *others[MAX_OTHERS];
  TrpValue (*build) (TrpGraph *graph, TrpRecipe *recipe, TrpValue x, const TrpValue *others);
} Case;

static const Case cases[] = {
  { "cycle_mix", TRP_TRAINER_CYCLEGAN, { "y" }, build_cycle_mix },
  { "geometry", TRP_TRAINER_CYCLEGAN, { "body", "weights" }, build_geometry },
  { "softmax", TRP_TRAINER_SEGMENTER, { "targets" }, build_softmax },
  { "sigmoid", TRP_TRAINER_SEGMENTER, { "targets" }, build_sigmoid },
};

static TrpSafetensors *
load (void)
{
  g_autofree char *path = trp_test_source_path ("golden/losses.safetensors");
  g_autoptr (GError) error = NULL;
  TrpSafetensors *file = trp_safetensors_load (path, &error);

  g_assert_no_error (error);
  return file;
}

static const TrpTensorView *
find (const TrpSafetensors *file, const Case *c, const char *name, TrpShape *out_shape)
{
  g_autofree char *full = g_strconcat (c->name, "/", name, NULL);
  const TrpTensorView *view = trp_safetensors_find (file, full);

  g_assert_true (view && view->n_dims == 4);
  *out_shape = (TrpShape){ (int) view->shape[0], (int) view->shape[2], (int) view->shape[3],
                           (int) view->shape[1] };
  return view;
}

/* In the engine's order. (transfer full) */
static float *
dup_values (const TrpSafetensors *file, const Case *c, const char *name)
{
  TrpShape shape;
  const TrpTensorView *view = find (file, c, name, &shape);
  g_autofree float *values = g_new (float, view->count);
  float *ordered = g_new (float, view->count);

  trp_tensor_view_get_f32 (view, values);
  trp_axes_from_file (TRP_AXES_FILTER, shape, values, ordered);
  return ordered;
}

static TrpGraph *
build_graph (const TrpSafetensors *file, const Case *c)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (c->trainer);
  TrpGraph *graph = trp_graph_new ();
  TrpValue x, others[MAX_OTHERS] = { 0 }, loss, gradient;
  TrpShape shape;

  find (file, c, "x", &shape);
  x = trp_graph_parameter (graph, "x", shape, TRP_AXES_PLAIN);
  for (int n = 0; n < MAX_OTHERS && c->others[n]; n++)
    {
      find (file, c, c->others[n], &shape);
      others[n] = trp_graph_input (graph, c->others[n], shape);
    }
  loss = c->build (graph, recipe, x, others);
  trp_graph_differentiate (graph, loss, &x, 1, &gradient);
  trp_graph_output (graph, "out/loss", loss);
  trp_graph_output (graph, "out/dx", gradient);
  return graph;
}

static void
compare (TrpProgram *program,
         const TrpSafetensors *file,
         const Case *c,
         const char *name,
         double tolerance)
{
  const TrpValue value = trp_program_find (program, name);
  const size_t count = trp_shape_count (
    trp_graph_get_shape (trp_program_peek_graph (program), value));
  g_autofree float *expected = dup_values (file, c, name), *actual = g_new (float, count);
  double largest = 0;

  g_assert_true (trp_program_get (program, value, actual, NULL));
  for (size_t i = 0; i < count; i++)
    largest = fmax (largest, fabs ((double) expected[i]));
  g_assert_cmpfloat (largest, >, 0);
  for (size_t i = 0; i < count; i++)
    trp_assert_near ((double) actual[i], (double) expected[i], tolerance * largest);
}

static void
check (const Case *c, const TrpBackend *backend, double tolerance)
{
  g_autoptr (TrpSafetensors) file = load ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDevice) device = trp_device_open (backend, NULL, &error);
  g_autoptr (TrpStore) store = trp_store_new (device);
  g_autoptr (TrpProgram) program = trp_program_new (build_graph (file, c), store, &error);
  const char *const names[] = { "x", c->others[0], c->others[1] };

  g_assert_no_error (error);
  for (size_t n = 0; n < G_N_ELEMENTS (names) && names[n]; n++)
    {
      g_autofree float *values = dup_values (file, c, names[n]);

      g_assert_true (
        n == 0 ? trp_store_set (store, trp_store_find (store, "x"), values, NULL)
               : trp_program_set (program, trp_program_find (program, names[n]), values, NULL));
    }
  g_assert_true (trp_program_run (program, &error));
  compare (program, file, c, "out/loss", tolerance);
  compare (program, file, c, "out/dx", tolerance);
}

static void
test_case (const void *data)
{
  check (data, &trp_backend_reference, TOLERANCE_REFERENCE);
  check (data, &trp_backend_cpu, TOLERANCE_CPU);
}

/* A disc within a disc: the hard masks are known pixel by pixel; the inside does not count, so air
 * there changes nothing. */
static void
test_outline_dice_is_that_of_hard_masks (void)
{
  enum
  {
    SIDE = 16
  };
  const TrpShape shape = { 1, SIDE, SIDE, 1 };
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_CYCLEGAN);
  TrpGraph *graph = trp_graph_new ();
  const TrpValue image = trp_graph_input (graph, "image", shape),
                 body = trp_graph_input (graph, "body", shape),
                 weights = trp_graph_input (graph, "weights", shape);
  float values[3][SIDE * SIDE], dice;
  size_t n_body = 0, n_made = 0;
  g_autoptr (TrpDevice) device = trp_device_open (&trp_backend_cpu, NULL, NULL);
  g_autoptr (TrpStore) store = trp_store_new (device);
  g_autoptr (TrpProgram) program = NULL;

  trp_tiny_set (recipe, "loss.threshold_mr=-0.25");
  trp_graph_output (graph, "dice",
                    trp_cyclegan_outline_dice (graph, recipe, 0, image, body, weights));
  program = trp_program_new (graph, store, NULL);
  for (size_t n = 0; n < SIDE * SIDE; n++)
    {
      const double r = hypot ((double) (n % SIDE) - 7.5, (double) (n / SIDE) - 7.5);

      values[0][n] = r < 2 || r >= 5 ? -0.2501F : -0.2499F; /* air inside */
      values[1][n] = r < 7;
      values[2][n] = r >= 3;
      n_body += r < 7;
      n_made += r < 5;
    }
  g_assert_true (trp_program_set (program, image, values[0], NULL) &&
                 trp_program_set (program, body, values[1], NULL) &&
                 trp_program_set (program, weights, values[2], NULL) &&
                 trp_program_run (program, NULL) &&
                 trp_program_get (program, trp_program_find (program, "dice"), &dice, NULL));
  /* with the smoothing of 1 that the soft Dice has */
  trp_assert_near ((double) dice, (2. * (double) n_made + 1) / ((double) (n_body + n_made) + 1),
                   1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *path = g_strconcat ("/losses-pytorch/", cases[n].name, NULL);

      g_test_add_data_func (path, &cases[n], test_case);
    }
  g_test_add_func ("/losses/outline-dice-is-that-of-hard-masks",
                   test_outline_dice_is_that_of_hard_masks);
  return g_test_run ();
}
