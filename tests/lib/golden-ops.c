/* golden-ops.c - see golden.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * golden/make-pytorch.py computed the expected values in double from inputs that are exact in
 * float32, and says how tensors are called.
 */

#include "tests/lib/golden.h"

#include "core/io/safetensors.h"
#include "core/method/networks/unet.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"
#include "core/nn/program.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

static TrpSafetensors *
load (const char *name)
{
  g_autofree char *relative = g_strconcat ("golden/", name, NULL);
  g_autofree char *path = trp_test_source_path (relative);
  g_autoptr (GError) error = NULL;
  TrpSafetensors *file = trp_safetensors_load (path, &error);

  g_assert_no_error (error);
  return file;
}

static TrpProgram *
make_program (TrpGraph *graph, TrpDevice *device)
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

static void
set (TrpProgram *program, TrpValue value, const TrpTensorView *view)
{
  g_autofree float *values = dup_values (view, shape_of (program, value));

  g_assert_true (trp_program_set (program, value, values, NULL));
}

static void
compare (TrpProgram *program, TrpValue value, const TrpTensorView *view, double tolerance)
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

static bool
is_given (const TrpProgram *program, TrpValue value)
{
  return trp_graph_peek_value (trp_program_peek_graph (program), value)->tensor.kind !=
         TRP_VALUE_TEMPORARY;
}

/* Sets every given value of the case from the file (@after false), or compares every result with it
 * (true). Returns how many. */
static int
walk (
  TrpProgram *program, const TrpSafetensors *file, const char *name, bool after, double tolerance)
{
  g_autofree char *prefix = g_strconcat (name, ":", NULL);
  int n = 0;

  for (size_t i = 0; i < trp_safetensors_get_n_tensors (file); i++)
    {
      const TrpTensorView *view = trp_safetensors_peek_tensor (file, i);
      const char *suffix = view->name + strlen (prefix);
      TrpValue value;
      bool is_after;

      if (!g_str_has_prefix (view->name, prefix))
        continue;
      is_after = g_str_has_prefix (suffix, "after.");
      value = trp_program_find (program, is_after ? suffix + strlen ("after.") : suffix);
      if (value == TRP_VALUE_NONE)
        g_error ("%s has no value in the graph", view->name);
      is_after |= !is_given (program, value);
      if (is_after != after)
        continue;
      if (after)
        compare (program, value, view, tolerance);
      else
        set (program, value, view);
      n++;
    }
  return n;
}

static int
count_given (const TrpProgram *program)
{
  int n = 0;

  for (TrpValue v = 0; v < trp_graph_get_n_values (trp_program_peek_graph (program)); v++)
    n += is_given (program, v);
  return n;
}

typedef struct _Case Case;

/* @build: appends the operation on @x and returns y, or a scalar loss */
struct _Case
{
  const char *name;
  TrpValue (*build) (TrpGraph *graph, const Case *self, TrpValue x);
  TrpShape x;
  int numbers[5];
};

static TrpValue
same_as_x (TrpGraph *graph, const char *name, TrpValue x)
{
  return trp_graph_parameter (graph, name, trp_graph_get_shape (graph, x), TRP_AXES_FILTER);
}

/* numbers: K, size, stride, pad, output padding */
static TrpValue
conv (TrpGraph *graph, const Case *self, TrpValue x)
{
  const int *n = self->numbers;
  const TrpShape filter = { n[0], n[1], n[1], self->x.c };

  return trp_graph_conv (
    graph, x, trp_graph_parameter (graph, "f.weight", filter, TRP_AXES_FILTER),
    trp_graph_parameter (graph, "f.bias", trp_shape_vector (n[0]), TRP_AXES_VECTOR), n[2], n[3]);
}

static TrpValue
transpose (TrpGraph *graph, const Case *self, TrpValue x)
{
  const int *n = self->numbers;
  const TrpShape filter = { self->x.c, n[1], n[1], n[0] };

  return trp_graph_conv_transpose (
    graph, x, trp_graph_parameter (graph, "f.weight", filter, TRP_AXES_FILTER),
    trp_graph_parameter (graph, "f.bias", trp_shape_vector (n[0]), TRP_AXES_VECTOR), n[2], n[3],
    n[4]);
}

/* numbers: mode, pad */
static TrpValue
pad (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_pad (graph, x, (TrpPadMode) self->numbers[0], self->numbers[1]);
}

/* numbers: activation */
static TrpValue
instance_norm (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_instance_norm (graph, x, (TrpActivation) self->numbers[0], 0.2);
}

/* numbers: training */
static TrpValue
batch_norm (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_batch_norm (graph, x, "n", self->numbers[0], TRP_ACTIVATION_RELU, 0);
}

static TrpValue
max_pool (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_max_pool (graph, x);
}

static TrpValue
upsample (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_upsample (graph, x);
}

/* numbers: activation */
static TrpValue
activation (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_activation (graph, x, (TrpActivation) self->numbers[0], 0.2);
}

static TrpValue
mse_one (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE, x, 1);
}

/* numbers: kind */
static TrpValue
pixel_loss (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_pixel_loss (graph, (TrpPixelLoss) self->numbers[0], x,
                               same_as_x (graph, "other", x));
}

static TrpValue
bce (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_BCE_LOGITS, x,
                               trp_graph_input (graph, "mask", self->x));
}

static TrpValue
dice (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_dice_loss (graph, x, trp_graph_input (graph, "mask", self->x), true, 1);
}

/* numbers: signed */
static TrpValue
correlation (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_gradient_correlation (graph, x, same_as_x (graph, "other", x), self->numbers[0]);
}

/* numbers: mode */
static TrpValue
ssim (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_ssim_loss (graph, x, same_as_x (graph, "other", x),
                              (TrpSsimMode) self->numbers[0]);
}

static const Case cases[] = {
  { "conv-k3s1p1", conv, { 2, 7, 9, 5 }, { 6, 3, 1, 1 } },
  { "conv-k7s1p0", conv, { 1, 15, 13, 1 }, { 8, 7, 1, 0 } },
  { "conv-k7s1p3", conv, { 1, 8, 10, 9 }, { 1, 7, 1, 3 } },
  { "conv-k3s2p1", conv, { 1, 11, 12, 8 }, { 16, 3, 2, 1 } },
  { "conv-k4s2p1", conv, { 2, 10, 12, 4 }, { 8, 4, 2, 1 } },
  { "conv-k4s1p1", conv, { 1, 7, 7, 12 }, { 1, 4, 1, 1 } },
  { "conv-k5s3p2", conv, { 1, 13, 11, 3 }, { 4, 5, 3, 2 } },
  { "conv-k1s1p0", conv, { 2, 5, 3, 8 }, { 3, 1, 1, 0 } },
  { "transpose-k3s2p1o1", transpose, { 2, 5, 7, 8 }, { 4, 3, 2, 1, 1 } },
  { "transpose-k2s2p0o0", transpose, { 1, 4, 6, 12 }, { 6, 2, 2, 0, 0 } },
  { "pad-reflect-3", pad, { 2, 5, 4, 3 }, { TRP_PAD_REFLECT, 3 } },
  { "pad-replicate-2", pad, { 1, 3, 4, 2 }, { TRP_PAD_REPLICATE, 2 } },
  { "instance-norm", instance_norm, { 2, 6, 7, 5 }, { TRP_ACTIVATION_NONE } },
  { "instance-norm-relu", instance_norm, { 1, 5, 9, 20 }, { TRP_ACTIVATION_RELU } },
  { "instance-norm-leaky", instance_norm, { 2, 8, 8, 3 }, { TRP_ACTIVATION_LEAKY_RELU } },
  { "batch-norm-train", batch_norm, { 3, 6, 7, 5 }, { true } },
  { "batch-norm-eval", batch_norm, { 2, 4, 3, 6 }, { false } },
  { "max-pool", max_pool, { 2, 8, 6, 3 } },
  { "upsample", upsample, { 2, 3, 5, 3 } },
  { "relu", activation, { 1, 5, 7, 3 }, { TRP_ACTIVATION_RELU } },
  { "leaky", activation, { 1, 5, 7, 3 }, { TRP_ACTIVATION_LEAKY_RELU } },
  { "tanh", activation, { 1, 5, 7, 3 }, { TRP_ACTIVATION_TANH } },
  { "sigmoid", activation, { 1, 5, 7, 3 }, { TRP_ACTIVATION_SIGMOID } },
  { "mse-one", mse_one, { 2, 6, 6, 1 } },
  { "mse", pixel_loss, { 1, 7, 5, 2 }, { TRP_PIXEL_LOSS_MSE } },
  { "l1", pixel_loss, { 1, 7, 5, 2 }, { TRP_PIXEL_LOSS_L1 } },
  { "bce-logits", bce, { 2, 7, 5, 1 } },
  { "dice-logits", dice, { 2, 7, 5, 1 } },
  { "correlation-absolute", correlation, { 2, 9, 8, 2 }, { false } },
  { "correlation-signed", correlation, { 1, 8, 11, 1 }, { true } },
  { "ssim-valid", ssim, { 2, 13, 15, 2 }, { TRP_SSIM_VALID } },
  { "ssim-same", ssim, { 1, 12, 14, 1 }, { TRP_SSIM_SAME } },
  { "ssim-background", ssim, { 1, 14, 30, 1 }, { TRP_SSIM_VALID } },
};

static TrpGraph *
build_case (const Case *c)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_parameter (graph, "x", c->x, TRP_AXES_FILTER);
  const TrpValue y = c->build (graph, c, x);
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (graph, "");
  const TrpValue *values = (const TrpValue *) (void *) parameters->data;
  g_autofree TrpValue *gradients = g_new (TrpValue, parameters->len);
  TrpValue loss = y;

  if (trp_shape_count (trp_graph_get_shape (graph, y)) > 1)
    {
      trp_graph_output (graph, "y", y);
      loss = trp_graph_pixel_loss (
        graph, TRP_PIXEL_LOSS_MSE, y,
        trp_graph_input (graph, "target", trp_graph_get_shape (graph, y)));
    }
  trp_graph_output (graph, "loss", loss);
  trp_graph_differentiate (graph, loss, values, (int) parameters->len, gradients);
  for (unsigned i = 0; i < parameters->len; i++)
    {
      g_autofree char *name = g_strconcat ("grad.", trp_graph_peek_value (graph, values[i])->name,
                                           NULL);

      trp_graph_output (graph, name, gradients[i]);
    }
  return graph;
}

int
trp_golden_get_n_operations (void)
{
  return G_N_ELEMENTS (cases);
}

const char *
trp_golden_get_operation (int index)
{
  return cases[index].name;
}

void
trp_golden_check_operation (int index, TrpDevice *device, double tolerance)
{
  const Case *c = &cases[index];
  g_autoptr (TrpSafetensors) file = load ("pytorch-ops.safetensors");
  g_autoptr (TrpProgram) program = make_program (build_case (c), device);

  g_assert_cmpint (walk (program, file, c->name, false, 0), ==, count_given (program));
  g_assert_true (trp_program_run (program, NULL));
  g_assert_cmpint (walk (program, file, c->name, true, tolerance), >=, 2);
}

/* Each operation of the golden file must be tested. */
void
trp_golden_check_complete (void)
{
  g_autoptr (TrpSafetensors) file = load ("pytorch-ops.safetensors");
  size_t n = 0;

  for (size_t i = 0; i < trp_safetensors_get_n_tensors (file); i++)
    n += g_str_has_suffix (trp_safetensors_peek_tensor (file, i)->name, ":x");
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (cases));
}

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
        compare (program, trp_program_find (program, stored), view, tolerance);
      else
        set (program, trp_program_find (program, stored), view);
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
  g_autoptr (TrpSafetensors) file = load ("pytorch-unet.safetensors");
  g_autoptr (TrpProgram) program = make_program (build_unet (), device);

  walk_store (program, file, "unet", false, 0);
  set_vector (program, "weights", weights);
  set_scalar (program, "lr", 1e-3);
  for (int step = 0; step < 5; step++)
    {
      set (program, trp_program_find (program, "x"), find (file, "x", "unet", step));
      set (program, trp_program_find (program, "mask"), find (file, "mask", "unet", step));
      set_scalar (program, "step", step + 1);
      g_assert_true (trp_program_run (program, NULL));
      compare_loss (program, file, "unet", "loss", step, tolerance);
    }
  walk_store (program, file, "unet", true, step_tolerance);
}
