/* golden-ops.c - see golden.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * golden/make-pytorch.py computed the expected values in double from inputs that are exact in
 * float32, and says how tensors are called.
 */

#include "tests/lib/golden.h"

#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "tests/lib/golden-file.h"

#include <string.h>

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
        trp_golden_compare (program, value, view, tolerance);
      else
        trp_golden_set (program, value, view);
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

static TrpValue
bilinear (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_upsample_bilinear (graph, x);
}

static TrpValue
multiply (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_multiply (graph, x, same_as_x (graph, "other", x));
}

static TrpValue
softmax (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_softmax (graph, x);
}

static TrpValue
softmax_loss (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_softmax_loss (graph, x, trp_graph_input (graph, "mask", self->x));
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

/* numbers: kind */
static TrpValue
weighted (TrpGraph *graph, const Case *self, TrpValue x)
{
  const TrpPixelLoss kind = (TrpPixelLoss) self->numbers[0];
  const TrpValue target = kind == TRP_PIXEL_LOSS_BCE_LOGITS
                            ? trp_graph_input (graph, "mask", self->x)
                            : same_as_x (graph, "other", x);

  return trp_graph_pixel_loss_weighted (graph, kind, x, target,
                                        trp_graph_input (graph, "element_weight", self->x));
}

static TrpValue
dice_channels (TrpGraph *graph, const Case *self, TrpValue x)
{
  return trp_graph_dice_loss (graph, trp_graph_softmax (graph, x),
                              trp_graph_input (graph, "mask", self->x), TRP_DICE_PER_CHANNEL, 1);
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
  { "multiply", multiply, { 2, 5, 4, 3 } },
  { "softmax", softmax, { 2, 5, 3, 4 } },
  { "softmax-loss", softmax_loss, { 2, 5, 3, 4 } },
  { "dice-channels", dice_channels, { 2, 5, 3, 4 } },
  { "bilinear", bilinear, { 2, 3, 5, 3 } },
  { "bilinear-row", bilinear, { 1, 1, 4, 2 } },
  { "bilinear-wide", bilinear, { 1, 7, 6, 12 } },
  { "mse-weighted", weighted, { 1, 7, 5, 2 }, { TRP_PIXEL_LOSS_MSE } },
  { "l1-weighted", weighted, { 1, 7, 5, 2 }, { TRP_PIXEL_LOSS_L1 } },
  { "bce-weighted", weighted, { 1, 7, 5, 2 }, { TRP_PIXEL_LOSS_BCE_LOGITS } },
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
  g_autoptr (TrpSafetensors) file = trp_golden_load ("pytorch-ops.safetensors");
  g_autoptr (TrpProgram) program = trp_golden_program (build_case (c), device);

  g_assert_cmpint (walk (program, file, c->name, false, 0), ==, count_given (program));
  g_assert_true (trp_program_run (program, NULL));
  g_assert_cmpint (walk (program, file, c->name, true, tolerance), >=, 2);
}

/* Each operation of the golden file must be tested. */
void
trp_golden_check_complete (void)
{
  g_autoptr (TrpSafetensors) file = trp_golden_load ("pytorch-ops.safetensors");
  size_t n = 0;

  for (size_t i = 0; i < trp_safetensors_get_n_tensors (file); i++)
    n += g_str_has_suffix (trp_safetensors_peek_tensor (file, i)->name, ":x");
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (cases));
}
