/* nn-cases.c - see nn-cases.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/nn-cases.h"

#include "core/base/rng.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"

#include <math.h>

static TrpValue
parameter (TrpGraph *graph, const char *name, TrpShape shape)
{
  return trp_graph_parameter (graph, name, shape,
                              shape.h * shape.w * shape.n > 1 ? TRP_AXES_FILTER : TRP_AXES_VECTOR);
}

static TrpValue
x_of (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_parameter (graph, "x", self->shape, TRP_AXES_PLAIN);
}

/* numbers: K, taps, stride, pad, bias */
static TrpValue
conv (TrpGraph *graph, const TrpNnCase *self)
{
  const int *n = self->numbers;
  const TrpValue x = x_of (graph, self);
  const TrpValue filter = trp_graph_parameter (
    graph, "f.weight", (TrpShape){ n[0], n[1], n[1], self->shape.c }, TRP_AXES_FILTER);

  return trp_graph_conv (
    graph, x, filter, n[4] ? parameter (graph, "f.bias", trp_shape_vector (n[0])) : TRP_VALUE_NONE,
    n[2], n[3]);
}

/* numbers: K, rows, columns, top, right: what the simple builder cannot say */
static TrpValue
conv_asymmetric (TrpGraph *graph, const TrpNnCase *self)
{
  const int *n = self->numbers;
  const TrpOpAttributes a = { .stride = 2, .pad_top = n[3], .pad_right = n[4] };
  const TrpValue inputs[] = {
    x_of (graph, self),
    trp_graph_parameter (graph, "f.weight", (TrpShape){ n[0], n[1], n[2], self->shape.c },
                         TRP_AXES_FILTER),
  };

  return trp_graph_op (graph, TRP_OP_conv, &a, inputs, 2);
}

/* numbers: K, taps, stride, pad, output padding, bias */
static TrpValue
conv_transpose (TrpGraph *graph, const TrpNnCase *self)
{
  const int *n = self->numbers;
  const TrpValue x = x_of (graph, self);
  const TrpValue filter = trp_graph_parameter (
    graph, "f.weight", (TrpShape){ self->shape.c, n[1], n[1], n[0] }, TRP_AXES_FILTER);

  return trp_graph_conv_transpose (
    graph, x, filter, n[5] ? parameter (graph, "f.bias", trp_shape_vector (n[0])) : TRP_VALUE_NONE,
    n[2], n[3], n[4]);
}

/* numbers: mode, pad */
static TrpValue
pad (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_pad (graph, x_of (graph, self), (TrpPadMode) self->numbers[0], self->numbers[1]);
}

static TrpValue
pad_asymmetric (TrpGraph *graph, const TrpNnCase *self)
{
  const TrpOpAttributes a = {
    .mode = self->numbers[0], .pad_top = 2, .pad_bottom = 0, .pad_left = 1, .pad_right = 3
  };
  const TrpValue x = x_of (graph, self);

  return trp_graph_op (graph, TRP_OP_pad, &a, &x, 1);
}

/* numbers: activation */
static TrpValue
instance_norm (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_instance_norm (graph, x_of (graph, self), (TrpActivation) self->numbers[0], 0.2);
}

/* Which of a norm's results are read. */
enum
{
  Y = 1,
  PADDED = 2
};

/* numbers: activation, residual (2: x itself), pad mode, pad, what is read */
static TrpValue
instance_norm_tail (TrpGraph *graph, const TrpNnCase *self)
{
  const int *n = self->numbers;
  const TrpValue x = x_of (graph, self);
  TrpNormTail tail = { .activation = (TrpActivation) n[0],
                       .alpha = 0.2,
                       .has_residual = n[1],
                       .residual = x,
                       .mode = (TrpPadMode) n[2],
                       .pad = n[3] };
  TrpValue y, padded;

  if (n[1] == 1)
    tail.residual = trp_graph_parameter (graph, "other", self->shape, TRP_AXES_PLAIN);
  y = trp_graph_instance_norm_tail (graph, x, &tail, &padded);
  if (n[4] == Y)
    return y;
  if (n[4] == PADDED)
    return padded;
  return trp_graph_add (graph, trp_graph_scale (graph, padded, 0.7),
                        trp_graph_pad (graph, y, TRP_PAD_ZERO, n[3]));
}

/* numbers: activation, training */
static TrpValue
batch_norm (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_batch_norm (graph, x_of (graph, self), "bn", self->numbers[1],
                               (TrpActivation) self->numbers[0], 0.2);
}

static TrpValue
activation (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_activation (graph, x_of (graph, self), (TrpActivation) self->numbers[0], 0.2);
}

/* A residual block's shape: x is used twice. */
static TrpValue
add (TrpGraph *graph, const TrpNnCase *self)
{
  const TrpValue x = x_of (graph, self);
  const TrpValue y = trp_graph_activation (graph, x, TRP_ACTIVATION_TANH, 0);

  return trp_graph_add (graph, trp_graph_scale (graph, y, -1.5), x);
}

/* numbers: how many, their channels */
static TrpValue
concat (TrpGraph *graph, const TrpNnCase *self)
{
  TrpValue parts[4];

  parts[0] = x_of (graph, self);
  for (int i = 1; i < self->numbers[0]; i++)
    {
      g_autofree char *name = g_strdup_printf ("part%d", i);
      TrpShape shape = self->shape;

      shape.c = self->numbers[i];
      parts[i] = trp_graph_parameter (graph, name, shape, TRP_AXES_PLAIN);
    }
  return trp_graph_concat (graph, parts, self->numbers[0]);
}

static TrpValue
slice (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_slice (graph, x_of (graph, self), self->numbers[0], self->numbers[1]);
}

static TrpValue
max_pool (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_max_pool (graph, x_of (graph, self));
}

static TrpValue
upsample (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_upsample (graph, x_of (graph, self));
}

static TrpValue
upsample_bilinear (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_upsample_bilinear (graph, x_of (graph, self));
}

/* numbers: x by itself */
static TrpValue
multiply (TrpGraph *graph, const TrpNnCase *self)
{
  const TrpValue x = x_of (graph, self);

  return trp_graph_multiply (
    graph, x,
    self->numbers[0] ? x : trp_graph_parameter (graph, "other", self->shape, TRP_AXES_PLAIN));
}

static TrpValue
softmax (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_softmax (graph, trp_graph_scale (graph, x_of (graph, self), 3));
}

static TrpValue
softmax_loss (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_softmax_loss (graph, trp_graph_scale (graph, x_of (graph, self), 3),
                                 trp_graph_input (graph, "mask", self->shape));
}

/* A convolution with the filter as it is, whose vectors stay: a function of the filter alone.
 * numbers: K, taps */
static TrpValue
spectral_norm (TrpGraph *graph, const TrpNnCase *self)
{
  const int *n = self->numbers;
  const TrpValue filter = trp_graph_parameter (
    graph, "f.weight", (TrpShape){ n[0], n[1], n[1], self->shape.c }, TRP_AXES_FILTER);

  return trp_graph_conv (graph, x_of (graph, self), trp_graph_spectral_norm (graph, "f", filter, 0),
                         TRP_VALUE_NONE, 1, 0);
}

static TrpValue
dropout (TrpGraph *graph, const TrpNnCase *self)
{
  const TrpValue step = trp_graph_input (graph, "step", trp_shape_vector (1));

  return trp_graph_dropout (graph, x_of (graph, self), step, 0.4, 77, 5);
}

/* numbers: kind, both sides differentiable */
static TrpValue
pixel_loss (TrpGraph *graph, const TrpNnCase *self)
{
  const TrpValue x = x_of (graph, self);
  const TrpValue target = self->numbers[1]
                            ? trp_graph_parameter (graph, "other", self->shape, TRP_AXES_PLAIN)
                            : trp_graph_input (graph, "mask", self->shape);

  return trp_graph_pixel_loss (graph, (TrpPixelLoss) self->numbers[0], x, target);
}

/* numbers: as of pixel_loss */
static TrpValue
pixel_loss_weighted (TrpGraph *graph, const TrpNnCase *self)
{
  const TrpValue x = x_of (graph, self);
  const TrpValue target = self->numbers[1]
                            ? trp_graph_parameter (graph, "other", self->shape, TRP_AXES_PLAIN)
                            : trp_graph_input (graph, "mask", self->shape);

  return trp_graph_pixel_loss_weighted (graph, (TrpPixelLoss) self->numbers[0], x, target,
                                        trp_graph_input (graph, "element_weight", self->shape));
}

static TrpValue
pixel_loss_constant (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_pixel_loss_constant (graph, (TrpPixelLoss) self->numbers[0], x_of (graph, self),
                                        1);
}

/* numbers: mode */
static TrpValue
dice_loss (TrpGraph *graph, const TrpNnCase *self)
{
  const TrpDiceMode mode = (TrpDiceMode) self->numbers[0];
  const TrpValue x = x_of (graph, self);
  const TrpValue p = mode & TRP_DICE_LOGITS
                       ? x
                       : trp_graph_activation (graph, x, TRP_ACTIVATION_SIGMOID, 0);

  return trp_graph_dice_loss (graph, p, trp_graph_input (graph, "mask", self->shape), mode, 1);
}

/* numbers: signed */
static TrpValue
gradient_correlation (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_gradient_correlation (
    graph, x_of (graph, self), trp_graph_parameter (graph, "other", self->shape, TRP_AXES_PLAIN),
    self->numbers[0]);
}

/* numbers: mode */
static TrpValue
ssim_loss (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_ssim_loss (graph, x_of (graph, self),
                              trp_graph_parameter (graph, "other", self->shape, TRP_AXES_PLAIN),
                              (TrpSsimMode) self->numbers[0]);
}

static TrpValue
weighted_sum (TrpGraph *graph, const TrpNnCase *self)
{
  const TrpValue x = x_of (graph, self);
  const TrpValue parts[] = {
    trp_graph_mean (graph, x),
    trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE, x, 0),
    trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_L1, x, 0.25),
  };

  return trp_graph_weighted_sum (graph, trp_graph_input (graph, "weights", trp_shape_vector (3)),
                                 parts, 3);
}

static TrpValue
pool_exchange (TrpGraph *graph, const TrpNnCase *self)
{
  return trp_graph_pool_exchange (
    graph, "pool", 3, trp_graph_input (graph, "image", self->shape),
    trp_graph_input (graph, "choices", trp_shape_vector (self->shape.n)));
}

/* What a network is made of: pad, convolution with a bias that the norm cancels, residual sum. */
static TrpValue
block (TrpGraph *graph, const TrpNnCase *self)
{
  const int c = self->shape.c;
  const TrpValue x = x_of (graph, self);
  const TrpValue filter = trp_graph_parameter (graph, "f.weight", (TrpShape){ c, 3, 3, c },
                                               TRP_AXES_FILTER);
  TrpValue y = trp_graph_pad (graph, x, TRP_PAD_REFLECT, 1);

  y = trp_graph_conv (graph, y, filter, parameter (graph, "f.bias", trp_shape_vector (c)), 1, 0);
  y = trp_graph_instance_norm (graph, y, TRP_ACTIVATION_RELU, 0);
  y = trp_graph_pad (graph, y, TRP_PAD_REFLECT, 1);
  y = trp_graph_conv (graph, y, filter, TRP_VALUE_NONE, 1, 0);
  y = trp_graph_instance_norm (graph, y, TRP_ACTIVATION_NONE, 0);
  return trp_graph_add (graph, y, x);
}

const TrpNnCase trp_nn_cases[] = {
  { "conv/3x3-bias", conv, { 1, 5, 7, 1 }, { 3, 3, 1, 1, 1 } },
  { "conv/4x4-stride-2", conv, { 2, 6, 6, 3 }, { 4, 4, 2, 1, 0 } },
  { "conv/7x7", conv, { 1, 9, 8, 2 }, { 3, 7, 1, 0, 1 } },
  { "conv/7x7-one-output", conv, { 1, 12, 9, 16 }, { 1, 7, 1, 0, 1 } },
  { "conv/1x1-one-pixel", conv, { 1, 1, 1, 4 }, { 5, 1, 1, 0, 1 } },
  { "conv/3x3-stride-2-odd", conv, { 3, 5, 5, 7 }, { 2, 3, 2, 1, 0 } },
  { "conv/3x3-stride-2-even", conv, { 1, 8, 6, 5 }, { 6, 3, 2, 1, 1 } },
  { "conv/4x4-stride-1", conv, { 1, 4, 5, 8 }, { 1, 4, 1, 1, 1 } },
  { "conv/3x3-one-pixel", conv, { 1, 1, 1, 2 }, { 2, 3, 1, 1, 1 } },
  { "conv/3x3-wide", conv, { 2, 7, 9, 16 }, { 32, 3, 1, 1, 1 } },
  { "conv/asymmetric", conv_asymmetric, { 2, 6, 5, 3 }, { 4, 3, 2, 2, 1 } },
  { "conv-transpose/3x3-output-padding", conv_transpose, { 1, 4, 3, 6 }, { 3, 3, 2, 1, 1, 1 } },
  { "conv-transpose/2x2", conv_transpose, { 2, 3, 5, 4 }, { 2, 2, 2, 0, 0, 1 } },
  { "conv-transpose/4x4", conv_transpose, { 1, 3, 3, 2 }, { 5, 4, 2, 1, 0, 0 } },
  { "conv-transpose/one-pixel", conv_transpose, { 1, 1, 1, 3 }, { 1, 2, 2, 0, 0, 0 } },
  { "conv-transpose/wide", conv_transpose, { 1, 5, 4, 32 }, { 16, 3, 2, 1, 1, 1 } },
  { "pad/reflect-1", pad, { 2, 3, 4, 3 }, { TRP_PAD_REFLECT, 1 } },
  { "pad/reflect-3", pad, { 1, 4, 7, 1 }, { TRP_PAD_REFLECT, 3 } },
  { "pad/replicate", pad, { 1, 2, 3, 7 }, { TRP_PAD_REPLICATE, 3 } },
  { "pad/zero-one-pixel", pad, { 1, 1, 1, 2 }, { TRP_PAD_ZERO, 2 } },
  { "pad/reflect-asymmetric", pad_asymmetric, { 1, 4, 5, 2 }, { TRP_PAD_REFLECT } },
  { "pad/replicate-asymmetric", pad_asymmetric, { 2, 3, 2, 1 }, { TRP_PAD_REPLICATE } },
  { "instance-norm/plain", instance_norm, { 2, 5, 3, 4 }, { TRP_ACTIVATION_NONE } },
  { "instance-norm/relu", instance_norm, { 1, 6, 7, 16 }, { TRP_ACTIVATION_RELU } },
  { "instance-norm/leaky", instance_norm, { 3, 4, 4, 5 }, { TRP_ACTIVATION_LEAKY_RELU } },
  { "instance-norm/one-pixel", instance_norm, { 2, 1, 1, 3 }, { TRP_ACTIVATION_NONE } },
  { "instance-norm/residual",
    instance_norm_tail,
    { 2, 5, 3, 4 },
    { TRP_ACTIVATION_RELU, 1, 0, 0, Y } },
  { "instance-norm/own-residual",
    instance_norm_tail,
    { 2, 5, 3, 4 },
    { TRP_ACTIVATION_NONE, 2, 0, 0, Y } },
  { "instance-norm/padded",
    instance_norm_tail,
    { 2, 5, 3, 4 },
    { TRP_ACTIVATION_RELU, 0, TRP_PAD_REFLECT, 1, PADDED } },
  { "instance-norm/padded-unread",
    instance_norm_tail,
    { 2, 5, 3, 4 },
    { TRP_ACTIVATION_RELU, 1, TRP_PAD_REFLECT, 2, Y } },
  { "instance-norm/both",
    instance_norm_tail,
    { 1, 4, 4, 3 },
    { TRP_ACTIVATION_LEAKY_RELU, 0, TRP_PAD_REFLECT, 3, Y | PADDED } },
  { "instance-norm/residual-padded",
    instance_norm_tail,
    { 1, 4, 5, 3 },
    { TRP_ACTIVATION_NONE, 1, TRP_PAD_REFLECT, 1, PADDED } },
  { "instance-norm/residual-both",
    instance_norm_tail,
    { 2, 3, 5, 17 },
    { TRP_ACTIVATION_RELU, 1, TRP_PAD_REPLICATE, 2, Y | PADDED } },
  { "instance-norm/own-residual-both",
    instance_norm_tail,
    { 2, 3, 5, 2 },
    { TRP_ACTIVATION_RELU, 2, TRP_PAD_ZERO, 1, Y | PADDED } },
  { "batch-norm/training", batch_norm, { 2, 3, 5, 4 }, { TRP_ACTIVATION_NONE, 1 } },
  { "batch-norm/training-relu", batch_norm, { 3, 4, 4, 16 }, { TRP_ACTIVATION_RELU, 1 } },
  { "batch-norm/training-one-pixel", batch_norm, { 4, 1, 1, 3 }, { TRP_ACTIVATION_LEAKY_RELU, 1 } },
  { "batch-norm/inference", batch_norm, { 2, 3, 4, 7 }, { TRP_ACTIVATION_LEAKY_RELU, 0 } },
  { "batch-norm/inference-plain", batch_norm, { 1, 1, 1, 2 }, { TRP_ACTIVATION_NONE, 0 } },
  { "activation/relu", activation, { 2, 3, 5, 3 }, { TRP_ACTIVATION_RELU } },
  { "activation/leaky", activation, { 1, 7, 5, 2 }, { TRP_ACTIVATION_LEAKY_RELU } },
  { "activation/tanh", activation, { 1, 4, 4, 1 }, { TRP_ACTIVATION_TANH } },
  { "activation/sigmoid", activation, { 1, 1, 1, 1 }, { TRP_ACTIVATION_SIGMOID } },
  { "add/twice", add, { 2, 3, 3, 5 }, { 0 } },
  { "concat/two", concat, { 2, 3, 4, 3 }, { 2, 5 } },
  { "concat/three", concat, { 1, 2, 2, 1 }, { 3, 16, 7 } },
  { "slice/middle", slice, { 2, 3, 4, 7 }, { 2, 3 } },
  { "slice/last", slice, { 1, 1, 1, 3 }, { 2, 1 } },
  { "max-pool/even", max_pool, { 2, 4, 6, 3 }, { 0 } },
  { "max-pool/smallest", max_pool, { 1, 2, 2, 16 }, { 0 } },
  { "upsample/odd", upsample, { 2, 3, 5, 3 }, { 0 } },
  { "upsample/one-pixel", upsample, { 1, 1, 1, 1 }, { 0 } },
  { "upsample-bilinear/odd", upsample_bilinear, { 2, 3, 5, 3 }, { 0 } },
  { "upsample-bilinear/one-row", upsample_bilinear, { 1, 1, 4, 8 }, { 0 } },
  { "upsample-bilinear/one-pixel", upsample_bilinear, { 1, 1, 1, 1 }, { 0 } },
  { "multiply/two", multiply, { 2, 3, 3, 5 }, { 0 } },
  { "multiply/square", multiply, { 1, 4, 3, 2 }, { 1 } },
  { "softmax/four-classes", softmax, { 2, 3, 5, 4 }, { 0 } },
  { "softmax/one-class", softmax, { 1, 2, 3, 1 }, { 0 } },
  { "softmax-loss/four-classes", softmax_loss, { 2, 3, 5, 4 }, { 0 } },
  { "spectral-norm/3x3", spectral_norm, { 1, 5, 6, 4 }, { 5, 3 } },
  { "spectral-norm/one-output", spectral_norm, { 2, 4, 4, 3 }, { 1, 2 } },
  { "dropout/odd", dropout, { 1, 5, 7, 3 }, { 0 } },
  { "mse/mask", pixel_loss, { 2, 3, 3, 1 }, { TRP_PIXEL_LOSS_MSE, 0 } },
  { "mse/both", pixel_loss, { 1, 4, 5, 2 }, { TRP_PIXEL_LOSS_MSE, 1 } },
  { "l1/both", pixel_loss, { 2, 5, 3, 3 }, { TRP_PIXEL_LOSS_L1, 1 } },
  { "bce/mask", pixel_loss, { 2, 5, 3, 1 }, { TRP_PIXEL_LOSS_BCE_LOGITS, 0 } },
  { "mse/weighted", pixel_loss_weighted, { 1, 4, 5, 2 }, { TRP_PIXEL_LOSS_MSE, 1 } },
  { "l1/weighted", pixel_loss_weighted, { 2, 5, 3, 3 }, { TRP_PIXEL_LOSS_L1, 1 } },
  { "bce/weighted", pixel_loss_weighted, { 2, 5, 3, 1 }, { TRP_PIXEL_LOSS_BCE_LOGITS, 0 } },
  { "mse/one", pixel_loss_constant, { 1, 3, 3, 1 }, { TRP_PIXEL_LOSS_MSE } },
  { "bce/one", pixel_loss_constant, { 1, 3, 4, 1 }, { TRP_PIXEL_LOSS_BCE_LOGITS } },
  { "dice/logits", dice_loss, { 3, 4, 5, 1 }, { TRP_DICE_LOGITS } },
  { "dice/probabilities", dice_loss, { 1, 3, 4, 2 }, { 0 } },
  { "dice/per-sample", dice_loss, { 3, 4, 5, 2 }, { TRP_DICE_LOGITS | TRP_DICE_PER_SAMPLE } },
  { "dice/per-channel", dice_loss, { 3, 4, 5, 3 }, { TRP_DICE_PER_CHANNEL } },
  { "dice/per-sample-and-channel",
    dice_loss,
    { 3, 4, 5, 2 },
    { TRP_DICE_LOGITS | TRP_DICE_PER_SAMPLE | TRP_DICE_PER_CHANNEL } },
  { "gradient-correlation/absolute", gradient_correlation, { 2, 6, 7, 2 }, { 0 } },
  { "gradient-correlation/signed", gradient_correlation, { 1, 5, 4, 3 }, { 1 } },
  { "gradient-correlation/one-row", gradient_correlation, { 1, 1, 9, 1 }, { 0 } },
  { "ssim/valid", ssim_loss, { 1, 13, 12, 2 }, { TRP_SSIM_VALID } },
  { "ssim/same", ssim_loss, { 2, 11, 11, 1 }, { TRP_SSIM_SAME } },
  { "weighted-sum/three", weighted_sum, { 1, 3, 5, 2 }, { 0 } },
  { "pool-exchange/four", pool_exchange, { 5, 2, 3, 2 }, { 0 } },
  { "block/residual", block, { 2, 5, 6, 4 }, { 0 } },
};
const int trp_nn_n_cases = G_N_ELEMENTS (trp_nn_cases);

static TrpValue
add_loss (TrpGraph *graph, TrpValue y)
{
  const TrpShape shape = trp_graph_get_shape (graph, y);

  if (trp_shape_count (shape) == 1)
    return trp_graph_weighted_sum (graph, trp_graph_input (graph, "weight", trp_shape_vector (1)),
                                   &y, 1);
  return trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_MSE, y,
                               trp_graph_input (graph, "target", shape));
}

static void
add_update (TrpGraph *graph, const TrpValue *parameters, const TrpValue *gradients, int n)
{
  const TrpAdam adam = { .beta1 = 0.5, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.01 };

  trp_graph_adam (graph, "opt", &adam, trp_graph_input (graph, "lr", trp_shape_vector (1)),
                  trp_graph_input (graph, "step", trp_shape_vector (1)), parameters, gradients, n);
  trp_graph_ema (graph, "ema", 0.9, parameters, n);
}

TrpGraph *
trp_nn_case_build (const TrpNnCase *self, bool update)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue y = self->build (graph, self), loss = add_loss (graph, y);
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (graph, "");
  const int n = (int) parameters->len;
  const TrpValue *values = (const TrpValue *) (void *) parameters->data;
  g_autofree TrpValue *gradients = g_new (TrpValue, (gsize) MAX (n, 1));

  trp_graph_output (graph, "y", y);
  trp_graph_output (graph, "loss", loss);
  trp_graph_differentiate (graph, loss, values, n, gradients);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *name = g_strconcat ("grad.", trp_graph_peek_value (graph, values[i])->name,
                                           NULL);

      trp_graph_output (graph, name, gradients[i]);
    }
  if (update && n > 0)
    add_update (graph, values, gradients, n);
  return graph;
}

/* Stores in slot 0, swaps it, passes one on, stores in slot 2, swaps slot 0 again. */
static const float pool_choices[] = { 0, -2, -1, 2, -2 };

void
trp_nn_numbers (const char *name, TrpShape shape, float *out_values)
{
  TrpRng rng = trp_rng_new (2026, g_str_hash (name));
  const bool positive = g_str_has_suffix (name, "running_var") || g_str_has_prefix (name, "opt.v.");

  for (size_t i = 0; i < trp_shape_count (shape); i++)
    {
      const double u = trp_rng_uniform (&rng, positive ? 0.2 : -1, 1);

      if (g_str_equal (name, "step"))
        out_values[i] = 3;
      else if (g_str_equal (name, "lr"))
        out_values[i] = 0.125f;
      else if (g_str_equal (name, "mask"))
        out_values[i] = u > 0;
      else if (g_str_equal (name, "choices"))
        out_values[i] = pool_choices[i % G_N_ELEMENTS (pool_choices)];
      else
        out_values[i] = (float) u;
    }
}

static TrpProgram *
fill_program (TrpGraph *graph, TrpDevice *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStore) store = trp_store_new (device);
  TrpProgram *program = trp_program_new (graph, store, &error);

  g_assert_no_error (error);
  for (TrpValue i = 0; i < trp_graph_get_n_values (trp_program_peek_graph (program)); i++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (trp_program_peek_graph (program), i);
      g_autofree float *values = g_new (float, trp_shape_count (info->tensor.shape));
      bool done;

      if (info->tensor.kind == TRP_VALUE_TEMPORARY)
        continue;
      trp_nn_numbers (info->name, info->tensor.shape, values);
      done = trp_program_set (program, i, values, &error);
      g_assert_no_error (error);
      g_assert_true (done);
    }
  return program;
}

TrpProgram *
trp_nn_fill_program (TrpGraph *graph, const TrpBackend *backend)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDevice) device = trp_device_open (backend, NULL, &error);

  g_assert_no_error (error);
  return fill_program (graph, device);
}

TrpProgram *
trp_nn_case_program (const TrpNnCase *self, const TrpBackend *backend, bool update)
{
  return trp_nn_fill_program (trp_nn_case_build (self, update), backend);
}

static void
compare_value (TrpProgram *actual_program,
               TrpProgram *expected_program,
               TrpValue value,
               double tolerance)
{
  const TrpValueInfo *info = trp_graph_peek_value (trp_program_peek_graph (actual_program), value);
  const size_t count = trp_shape_count (info->tensor.shape);
  g_autofree float *actual = g_new (float, count);
  g_autofree float *expected = g_new (float, count);
  double error = 0, largest = 0;

  g_assert_true (trp_program_get (actual_program, value, actual, NULL));
  g_assert_true (trp_program_get (expected_program, value, expected, NULL));
  for (size_t i = 0; i < count; i++)
    {
      const double difference = fabs ((double) actual[i] - (double) expected[i]);

      error = isnan (difference) ? HUGE_VAL : MAX (error, difference);
      largest = MAX (largest, fabs ((double) expected[i]));
    }
  g_test_message ("%s: %.2g of %.2g", info->name ? info->name : "?", error, largest);
  g_assert_cmpfloat (error, <=, tolerance * largest + 1e-7);
}

void
trp_nn_case_check (const TrpNnCase *self, TrpDevice *device, double tolerance)
{
  g_autoptr (TrpProgram) actual = fill_program (trp_nn_case_build (self, false), device);
  g_autoptr (TrpProgram) expected = trp_nn_case_program (self, &trp_backend_reference, false);
  const TrpGraph *graph = trp_program_peek_graph (actual);
  int n_compared = 0;

  g_assert_true (trp_program_run (actual, NULL) && trp_program_run (expected, NULL));
  for (TrpValue v = 0; v < trp_graph_get_n_values (graph); v++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (graph, v);

      if (info->tensor.kind == TRP_VALUE_TEMPORARY && !info->keep)
        continue;
      compare_value (actual, expected, v, tolerance);
      n_compared++;
    }
  g_assert_cmpint (n_compared, >, 1);
}
