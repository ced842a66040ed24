/* golden-networks.c - see golden.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * golden/nn.safetensors (see golden/nn.py) holds for each case all inputs, parameters and states
 * and, under out/, what must come out. Names are those of the graph, so one loop fills and one
 * compares.
 */

#include "tests/lib/golden.h"

#include "core/io/safetensors.h"
#include "core/method/networks/critic.h"
#include "core/method/networks/patch.h"
#include "core/method/networks/resnet.h"
#include "core/method/networks/unet-generator.h"
#include "core/method/networks/unet.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"
#include "core/nn/program.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

static TrpSafetensors *golden; /* while a check runs */

/* Four axes: the file has (n, c, h, w), the engine (n, h, w, c); written here a second time on
 * purpose. */
static void
permute (const TrpTensorView *view, const float *file, float *out_values)
{
  size_t i = 0;

  if (view->n_dims != 4)
    {
      memcpy (out_values, file, view->count * sizeof (float));
      return;
    }
  for (size_t n = 0; n < view->shape[0]; n++)
    for (size_t c = 0; c < view->shape[1]; c++)
      for (size_t h = 0; h < view->shape[2]; h++)
        for (size_t w = 0; w < view->shape[3]; w++, i++)
          out_values[((n * view->shape[2] + h) * view->shape[3] + w) * view->shape[1] + c] =
            file[i];
}

static float *
dup_tensor (const TrpTensorView *view)
{
  g_autofree float *file = g_new (float, view->count);
  float *values = g_new (float, view->count);

  trp_tensor_view_get_f32 (view, file);
  permute (view, file, values);
  return values;
}

/* Sizes of tensor @name of @prefix, as the engine sees them. */
static TrpShape
shape_of (const char *prefix, const char *name)
{
  g_autofree char *full = g_strconcat (prefix, name, NULL);
  const TrpTensorView *view = trp_safetensors_find (golden, full);

  g_assert_nonnull (view);
  if (view->n_dims < 4)
    return trp_shape_vector ((int) view->count);
  return (TrpShape){ (int) view->shape[0], (int) view->shape[2], (int) view->shape[3],
                     (int) view->shape[1] };
}

/* Sets every tensor below @prefix whose rest is a plain name. */
static int
fill (TrpProgram *program, const char *prefix)
{
  int n = 0;

  for (size_t i = 0; i < trp_safetensors_get_n_tensors (golden); i++)
    {
      const TrpTensorView *view = trp_safetensors_peek_tensor (golden, i);
      const char *name = view->name + strlen (prefix);
      g_autofree float *values = NULL;
      TrpValue value;

      if (!g_str_has_prefix (view->name, prefix) || strchr (name, '/'))
        continue;
      value = trp_program_find (program, name);
      if (value == TRP_VALUE_NONE)
        g_error ("%s: the graph has no %s", prefix, name);
      g_assert_cmpuint (
        trp_shape_count (trp_graph_get_shape (trp_program_peek_graph (program), value)), ==,
        view->count);
      values = dup_tensor (view);
      g_assert_true (trp_program_set (program, value, values, NULL));
      n++;
    }
  g_assert_cmpint (n, >, 0);
  return n;
}

static void
compare_tensor (TrpProgram *program, double tolerance, const TrpTensorView *view)
{
  const char *name = strstr (view->name, "out/") + 4;
  const TrpValue value = trp_program_find (program, name);
  g_autofree float *expected = dup_tensor (view);
  g_autofree float *actual = g_new (float, view->count);
  /* at least 1e-2: behind a norm some gradients are sums that cancel, of terms about that large */
  double largest = 1e-2, worst = 0;

  if (value == TRP_VALUE_NONE)
    g_error ("the graph has no %s", name);
  g_assert_cmpuint (trp_shape_count (trp_graph_get_shape (trp_program_peek_graph (program), value)),
                    ==, view->count);
  g_assert_true (trp_program_get (program, value, actual, NULL));
  for (size_t i = 0; i < view->count; i++)
    {
      largest = MAX (largest, fabs ((double) expected[i]));
      worst = MAX (worst, fabs ((double) actual[i] - (double) expected[i]));
      g_assert_true (isfinite (actual[i]));
    }
  if (worst > tolerance * largest)
    g_error ("%s: off by %g of %g", view->name, worst, largest);
}

static void
compare (TrpProgram *program, double tolerance, const char *prefix)
{
  g_autofree char *out = g_strconcat (prefix, "out/", NULL);
  int n = 0;

  for (size_t i = 0; i < trp_safetensors_get_n_tensors (golden); i++)
    {
      const TrpTensorView *view = trp_safetensors_peek_tensor (golden, i);

      if (!g_str_has_prefix (view->name, out))
        continue;
      compare_tensor (program, tolerance, view);
      n++;
    }
  g_assert_cmpint (n, >, 0);
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

static void
load (void)
{
  g_autofree char *path = trp_test_source_path ("golden/nn.safetensors");
  g_autoptr (GError) error = NULL;

  golden = trp_safetensors_load (path, &error);
  g_assert_no_error (error);
}

/* Cases of one network */

typedef struct
{
  const char *name;
  TrpValue (*build) (TrpGraph *graph, const char *prefix, const int *numbers);
  int numbers[7];
} Case;

/* numbers: filters, blocks, downs, nearest, outputs */
static TrpValue
resnet (TrpGraph *graph, const char *prefix, const int *numbers)
{
  const TrpValue x = trp_graph_input (graph, "x", shape_of (prefix, "x"));
  const TrpResnet spec = {
    .in_channels = trp_graph_get_shape (graph, x).c,
    .out_channels = numbers[4],
    .filters = numbers[0],
    .n_blocks = numbers[1],
    .n_downs = numbers[2],
    .nearest = numbers[3],
  };

  return trp_resnet_build (graph, &spec, "net", x);
}

static TrpValue
patch (TrpGraph *graph, const char *prefix, const int *numbers)
{
  const TrpValue x = trp_graph_input (graph, "x", shape_of (prefix, "x"));
  const TrpPatchGan spec = { trp_graph_get_shape (graph, x).c, numbers[0], numbers[1] };

  return trp_patch_gan_build (graph, &spec, "net", x);
}

/* numbers: filters */
static TrpValue
pixel (TrpGraph *graph, const char *prefix, const int *numbers)
{
  const TrpValue x = trp_graph_input (graph, "x", shape_of (prefix, "x"));
  const TrpPatchGan spec = { .in_channels = trp_graph_get_shape (graph, x).c,
                             .filters = numbers[0],
                             .pixel = true };

  return trp_patch_gan_build (graph, &spec, "net", x);
}

/* numbers: filters, halvings, norm, outputs */
static TrpValue
unet_generator (TrpGraph *graph, const char *prefix, const int *numbers)
{
  const TrpValue x = trp_graph_input (graph, "x", shape_of (prefix, "x"));
  const TrpUnetGenerator spec = {
    .in_channels = trp_graph_get_shape (graph, x).c,
    .out_channels = numbers[3],
    .filters = numbers[0],
    .n_downs = numbers[1],
    .norm = (TrpNorm) numbers[2],
    .training = true,
    .step = TRP_VALUE_NONE,
  };

  return trp_unet_generator_build (graph, &spec, "net", x);
}

/* What a critic sees stands among the parameters: its gradients are a generator's to learn from. */
static TrpValue
add_view (TrpGraph *graph, const char *prefix, const char *name)
{
  g_autofree char *full = g_strconcat (prefix, name, NULL);

  if (!trp_safetensors_find (golden, full))
    return TRP_VALUE_NONE;
  return trp_graph_parameter (graph, name, shape_of (prefix, name), TRP_AXES_FILTER);
}

/* numbers: kind, layers, spectral */
static TrpValue
critic (TrpGraph *graph, const char *prefix, const int *numbers)
{
  const TrpCritic spec = { .kind = (TrpCriticKind) numbers[0],
                           .filters = 2,
                           .n_layers = numbers[1],
                           .features = 5,
                           .spectral = numbers[2] };
  const TrpCriticView view = { add_view (graph, prefix, "image"), add_view (graph, prefix, "mask"),
                               add_view (graph, prefix, "truth") };
  g_autoptr (GHashTable) filters = trp_critic_filters_new ();

  return trp_critic_build (graph, &spec, filters, "net", &view);
}

/* numbers: filters, levels, residual, norm, outputs, without biases before norms, bilinear */
static TrpValue
unet (TrpGraph *graph, const char *prefix, const int *numbers)
{
  const TrpValue x = trp_graph_input (graph, "x", shape_of (prefix, "x"));
  const TrpUnet spec = {
    .in_channels = trp_graph_get_shape (graph, x).c,
    .out_channels = numbers[4],
    .filters = numbers[0],
    .n_levels = numbers[1],
    .residual = numbers[2],
    .norm = (TrpNorm) numbers[3],
    .training = true,
    .no_bias = numbers[5],
    .bilinear = numbers[6],
  };

  return trp_unet_build (graph, &spec, "net", x);
}

static const Case cases[] = {
  { "resnet", resnet, { 2, 2, 2, 0, 1 } },
  { "resnet-nearest", resnet, { 3, 1, 1, 1, 1 } },
  { "patch", patch, { 2, 3 } },
  { "patch-2", patch, { 3, 2 } },
  { "unet", unet, { 3, 3, 0, TRP_NORM_BATCH, 1 } },
  { "unet-instance", unet, { 3, 3, 0, TRP_NORM_INSTANCE, 2 } },
  { "res-unet", unet, { 4, 3, 1, TRP_NORM_BATCH, 1 } },
  { "res-unet-instance", unet, { 3, 2, 1, TRP_NORM_INSTANCE, 1 } },
  { "pixel", pixel, { 3 } },
  { "unet-8", unet_generator, { 3, 3, TRP_NORM_INSTANCE, 1 } },
  { "unet-32", unet_generator, { 1, 5, TRP_NORM_BATCH, 1 } },
  { "unet-no-bias", unet, { 2, 2, 0, TRP_NORM_BATCH, 1, true } },
  { "unet-bilinear", unet, { 2, 3, 0, TRP_NORM_BATCH, 1, false, true } },
  { "critic-basic", critic, { TRP_CRITIC_BASIC, 3 } },
  { "critic-product", critic, { TRP_CRITIC_PRODUCT, 3 } },
  { "critic-early-fusion", critic, { TRP_CRITIC_EARLY_FUSION, 2 } },
  { "critic-late-fusion", critic, { TRP_CRITIC_LATE_FUSION, 3 } },
  { "critic-regression", critic, { TRP_CRITIC_REGRESSION, 3 } },
  { "critic-basic-spectral", critic, { TRP_CRITIC_BASIC, 3, true } },
  { "critic-late-fusion-spectral", critic, { TRP_CRITIC_LATE_FUSION, 3, true } },
};

static TrpGraph *
build_case (const Case *self, const char *prefix)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue y = self->build (graph, prefix, self->numbers);
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (graph, "");
  const TrpValue *values = (const TrpValue *) (void *) parameters->data;
  g_autofree TrpValue *gradients = g_new (TrpValue, parameters->len);
  TrpValue loss = y;

  if (trp_shape_count (trp_graph_get_shape (graph, y)) > 1)
    loss = trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_MSE, y,
                                 trp_graph_input (graph, "target", trp_graph_get_shape (graph, y)));
  trp_graph_differentiate (graph, loss, values, (int) parameters->len, gradients);
  trp_graph_output (graph, "loss", loss);
  if (loss != y)
    trp_graph_output (graph, "y", y);
  for (guint i = 0; i < parameters->len; i++)
    {
      g_autofree char *name = g_strconcat ("grad.", trp_graph_peek_value (graph, values[i])->name,
                                           NULL);

      trp_graph_output (graph, name, gradients[i]);
    }
  return graph;
}

int
trp_golden_get_n_networks (void)
{
  return G_N_ELEMENTS (cases);
}

const char *
trp_golden_get_network (int index)
{
  return cases[index].name;
}

void
trp_golden_check_network (int index, TrpDevice *device, double tolerance)
{
  const Case *self = &cases[index];
  g_autofree char *prefix = g_strconcat (self->name, "/", NULL);
  g_autoptr (TrpProgram) program = NULL;

  load ();
  program = make_program (build_case (self, prefix), device);
  fill (program, prefix);
  g_assert_true (trp_program_run (program, NULL));
  compare (program, tolerance, prefix);
  g_clear_pointer (&golden, trp_safetensors_unref);
}

/* Five steps of a small CycleGAN */

static const TrpResnet transposed = { 1, 1, 2, 1, 1, false }, nearest = { 1, 1, 2, 1, 1, true };
static const TrpPatchGan discriminator = { 1, 2, 2 };

static TrpValue
lsgan (TrpGraph *graph, const char *critic_name, TrpValue image, double target)
{
  return trp_graph_pixel_loss_constant (
    graph, TRP_PIXEL_LOSS_MSE, trp_patch_gan_build (graph, &discriminator, critic_name, image),
    target);
}

static TrpValue
generator_loss (TrpGraph *graph, TrpValue a, TrpValue b, TrpValue *out_fake_a, TrpValue *out_fake_b)
{
  const TrpValue fake_b = trp_resnet_build (graph, &transposed, "G_A", a);
  const TrpValue fake_a = trp_resnet_build (graph, &nearest, "G_B", b);
  const TrpValue parts[] = {
    lsgan (graph, "D_A", fake_b, 1),
    lsgan (graph, "D_B", fake_a, 1),
    trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_L1,
                          trp_resnet_build (graph, &nearest, "G_B", fake_b), a),
    trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_L1,
                          trp_resnet_build (graph, &transposed, "G_A", fake_a), b),
    trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_L1, trp_resnet_build (graph, &transposed, "G_A", b),
                          b),
    trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_L1, trp_resnet_build (graph, &nearest, "G_B", a),
                          a),
    trp_graph_gradient_correlation (graph, fake_b, a, false),
    trp_graph_gradient_correlation (graph, fake_a, b, true),
  };

  *out_fake_a = fake_a;
  *out_fake_b = fake_b;
  return trp_graph_weighted_sum (graph, trp_graph_input (graph, "weights", trp_shape_vector (8)),
                                 parts, 8);
}

static TrpValue
critic_loss (TrpGraph *graph, TrpValue a, TrpValue b, TrpValue pooled_a, TrpValue pooled_b)
{
  const TrpValue parts[] = {
    lsgan (graph, "D_A", b, 1),
    lsgan (graph, "D_A", pooled_b, 0),
    lsgan (graph, "D_B", a, 1),
    lsgan (graph, "D_B", pooled_a, 0),
  };

  return trp_graph_weighted_sum (graph, trp_graph_constant (graph, trp_shape_vector (4), 0.5),
                                 parts, 4);
}

/* One optimiser for both networks whose names begin with @prefix. */
static void
optimise (TrpGraph *graph, const char *prefix, TrpValue loss, bool average)
{
  const TrpAdam options = { .beta1 = 0.5, .beta2 = 0.999, .eps = 1e-8 };
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (graph, prefix);
  const TrpValue *values = (const TrpValue *) (void *) parameters->data;
  const int n = (int) parameters->len;
  g_autofree TrpValue *gradients = g_new (TrpValue, parameters->len);
  g_autofree char *name = g_strconcat ("opt.", prefix, NULL);

  trp_graph_differentiate (graph, loss, values, n, gradients);
  trp_graph_adam (graph, name, &options, trp_graph_input (graph, "lr", trp_shape_vector (1)),
                  trp_graph_input (graph, "step", trp_shape_vector (1)), values, gradients, n);
  if (average)
    trp_graph_ema (graph, "ema", 0.9, values, n);
}

static TrpGraph *
build_cyclegan (void)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpShape shape = shape_of ("cyclegan/step0/", "A");
  const TrpValue a = trp_graph_input (graph, "A", shape), b = trp_graph_input (graph, "B", shape);
  const TrpValue choice_a = trp_graph_input (graph, "choice_a", trp_shape_vector (1));
  const TrpValue choice_b = trp_graph_input (graph, "choice_b", trp_shape_vector (1));
  TrpValue fake_a, fake_b, pooled_a, pooled_b, loss;

  loss = generator_loss (graph, a, b, &fake_a, &fake_b);
  trp_graph_output (graph, "loss_g", loss);
  trp_graph_output (graph, "fake_b", fake_b);
  optimise (graph, "G_", loss, true);
  pooled_a = trp_graph_pool_exchange (graph, "pool_a", 2, fake_a, choice_a);
  pooled_b = trp_graph_pool_exchange (graph, "pool_b", 2, fake_b, choice_b);
  loss = critic_loss (graph, a, b, pooled_a, pooled_b);
  trp_graph_output (graph, "loss_d", loss);
  optimise (graph, "D_", loss, false);
  return graph;
}

static void
start_averages (TrpStore *store)
{
  for (int i = 0; i < trp_store_get_n (store); i++)
    {
      const TrpStored *stored = trp_store_peek (store, i);
      g_autofree char *name = g_strconcat ("ema.", stored->name, NULL);
      TrpStored *average = trp_store_find (store, name);

      if (average)
        g_assert_true (trp_store_copy (store, average, stored, NULL));
    }
}

void
trp_golden_check_cyclegan (TrpDevice *device, double tolerance)
{
  const float weights[] = { 1, 1, 10, 10, 5, 5, 0.5f, 0.5f };
  g_autoptr (TrpProgram) program = NULL;

  load ();
  program = make_program (build_cyclegan (), device);
  fill (program, "cyclegan/");
  start_averages (trp_program_peek_store (program));
  g_assert_true (trp_program_set (program, trp_program_find (program, "weights"), weights, NULL));
  for (int step = 0; step < 5; step++)
    {
      g_autofree char *prefix = g_strdup_printf ("cyclegan/step%d/", step);

      g_assert_true (
        trp_program_set_scalar (program, trp_program_find (program, "step"), step + 1, NULL));
      fill (program, prefix);
      g_assert_true (trp_program_run (program, NULL));
      compare (program, tolerance, prefix);
    }
  compare (program, tolerance, "cyclegan/");
  g_clear_pointer (&golden, trp_safetensors_unref);
}
