/* test-nn-cpu.c - every operation of the CPU back end against the reference in double
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Inputs are random; the expected values are those of trp_backend_reference on the same floats.
 */

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/nn/device.h"
#include "tests/lib/check.h"
#include "tests/lib/nn-cases.h"

#include <math.h>
#include <string.h>

#define MAX_TENSORS 16

/* Sums of up to 1e5 float products: rounding grows with the root of their number, 6e-8 * 300. */
#define TOLERANCE 1e-5

/* What the numbers of an input may be. */
typedef enum
{
  ANY,
  POSITIVE, /* 0.5 to 2 */
  UNIT,     /* 0 or 1 */
  NUMBER,   /* case's number */
} Range;

/**
 * Case:
 * @reuse: per output, 1 + the input whose memory it is; 0: its own
 */
typedef struct
{
  const char *name;
  TrpOpKind kind;
  TrpOpAttributes attributes;
  int n_inputs;
  TrpShape inputs[MAX_TENSORS];
  int n_outputs;
  Range ranges[MAX_TENSORS];
  int reuse[MAX_TENSORS];
  float number;
} Case;

/* clang-format off */
#define V(c) { 1, 1, 1, c }
#define CONV(s, top, bottom, left, right) { .stride = s, .pad_top = top, .pad_bottom = bottom, .pad_left = left, .pad_right = right }
#define CONV_TO(s, p, ...) { .stride = s, .pad_top = p, .pad_bottom = p, .pad_left = p, .pad_right = p, .shape = __VA_ARGS__ }
#define TRIPLE(label, s, p, x, f, y)                                                                                                       \
  { label, TRP_OP_conv, CONV (s, p, p, p, p), 2, { x, f }, 1 },                                                                            \
  { label " bias", TRP_OP_conv, CONV (s, p, p, p, p), 3, { x, f, V (0) }, 1 },                                                             \
  { label, TRP_OP_conv_backward_data, CONV_TO (s, p, x), 2, { y, f }, 1 },                                                                 \
  { label, TRP_OP_conv_transpose, CONV_TO (s, p, x), 2, { y, f }, 1 },                                                                     \
  { label " bias", TRP_OP_conv_transpose, CONV_TO (s, p, x), 3, { y, f, V (0) }, 1 },                                                      \
  { label, TRP_OP_conv_backward_filter, CONV_TO (s, p, f), 2, { x, y }, 1 }
#define S(...) { __VA_ARGS__ }

static const Case cases[] = {
  TRIPLE ("3x3", 1, 1, S (1, 9, 7, 16), S (24, 3, 3, 16), S (1, 9, 7, 24)),
  TRIPLE ("3x3 valid, batch", 1, 0, S (3, 11, 10, 17), S (19, 3, 3, 17), S (3, 9, 8, 19)),
  TRIPLE ("3x3 stride 2", 2, 1, S (2, 12, 16, 16), S (32, 3, 3, 16), S (2, 6, 8, 32)),
  TRIPLE ("3x3 stride 2, odd", 2, 1, S (1, 13, 15, 20), S (36, 3, 3, 20), S (1, 7, 8, 36)),
  TRIPLE ("3x3 wide", 1, 0, S (1, 34, 34, 64), S (64, 3, 3, 64), S (1, 32, 32, 64)),
  TRIPLE ("2x2 stride 2", 2, 0, S (2, 8, 6, 12), S (24, 2, 2, 12), S (2, 4, 3, 24)),
  TRIPLE ("7x7 from 1", 1, 0, S (1, 38, 22, 1), S (16, 7, 7, 1), S (1, 32, 16, 16)),
  TRIPLE ("7x7 from 3, batch", 1, 3, S (2, 13, 21, 3), S (10, 7, 7, 3), S (2, 13, 21, 10)),
  TRIPLE ("7x7 to 1", 1, 0, S (1, 38, 22, 16), S (1, 7, 7, 16), S (1, 32, 16, 1)),
  TRIPLE ("7x7 to 2, batch", 1, 3, S (2, 9, 8, 33), S (2, 7, 7, 33), S (2, 9, 8, 2)),
  TRIPLE ("4x4 stride 2 from 1", 2, 1, S (1, 32, 30, 1), S (24, 4, 4, 1), S (1, 16, 15, 24)),
  TRIPLE ("4x4 stride 2", 2, 1, S (1, 16, 16, 24), S (48, 4, 4, 24), S (1, 8, 8, 48)),
  TRIPLE ("4x4", 1, 1, S (1, 8, 8, 48), S (96, 4, 4, 48), S (1, 7, 7, 96)),
  TRIPLE ("4x4 to 1", 1, 1, S (2, 7, 7, 96), S (1, 4, 4, 96), S (2, 6, 6, 1)),
  TRIPLE ("4x4 stride 2 to 1", 2, 1, S (1, 8, 8, 40), S (1, 4, 4, 40), S (1, 4, 4, 1)),
  TRIPLE ("1x1", 1, 0, S (2, 5, 3, 32), S (16, 1, 1, 32), S (2, 5, 3, 16)),
  TRIPLE ("1x1 to 1", 1, 0, S (2, 9, 9, 32), S (1, 1, 1, 32), S (2, 9, 9, 1)),
  TRIPLE ("1x1 stride 2", 2, 0, S (1, 9, 8, 32), S (16, 1, 1, 32), S (1, 5, 4, 16)),
  TRIPLE ("1 to 1", 1, 1, S (1, 6, 5, 1), S (1, 3, 3, 1), S (1, 6, 5, 1)),
  TRIPLE ("one pixel", 1, 1, S (1, 1, 1, 8), S (8, 3, 3, 8), S (1, 1, 1, 8)),
  TRIPLE ("3x1", 1, 0, S (1, 8, 8, 8), S (8, 3, 1, 8), S (1, 6, 8, 8)),
  TRIPLE ("5x5 stride 3", 3, 2, S (1, 17, 16, 9), S (9, 5, 5, 9), S (1, 6, 6, 9)),
  TRIPLE ("5x5 to 3, batch", 1, 2, S (2, 9, 21, 24), S (3, 5, 5, 24), S (2, 9, 21, 3)),
  TRIPLE ("7x7 from 2, batch", 1, 3, S (2, 13, 21, 2), S (16, 7, 7, 2), S (2, 13, 21, 16)),
  TRIPLE ("3x3 stride 2, large", 2, 1, S (1, 256, 258, 16), S (8, 3, 3, 16), S (1, 128, 129, 8)),
  { "uneven pads", TRP_OP_conv, CONV (2, 0, 1, 2, 1), 3, { { 2, 9, 8, 16 }, { 16, 3, 3, 16 }, V (16) }, 1 },
  { "uneven pads from 1", TRP_OP_conv, CONV (2, 0, 1, 2, 1), 3, { { 2, 9, 8, 1 }, { 16, 3, 3, 1 }, V (16) }, 1 },
  { "k3 s2 p1 op1", TRP_OP_conv_transpose, CONV_TO (2, 1, { 1, 16, 12, 8 }), 3, { { 1, 8, 6, 16 }, { 16, 3, 3, 8 }, V (8) }, 1 },
  { "bias", TRP_OP_bias_backward, { 0 }, 1, { { 3, 7, 5, 21 } }, 1 },
  { "bias, many pixels", TRP_OP_bias_backward, { 0 }, 1, { { 1, 64, 80, 33 } }, 1 },
  { "zero", TRP_OP_pad, { .pad_top = 1, .pad_bottom = 2, .pad_left = 3, .mode = TRP_PAD_ZERO }, 1, { { 2, 5, 4, 3 } }, 1 },
  { "reflect", TRP_OP_pad, { .pad_top = 3, .pad_bottom = 1, .pad_left = 2, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 2, 5, 4, 3 } }, 1 },
  { "reflect to the limit", TRP_OP_pad, { .pad_top = 4, .pad_bottom = 4, .pad_left = 3, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 1, 5, 4, 2 } }, 1 },
  { "replicate", TRP_OP_pad, { .pad_top = 7, .pad_bottom = 1, .pad_right = 9, .mode = TRP_PAD_REPLICATE }, 1, { { 2, 5, 4, 3 } }, 1 },
  { "zero", TRP_OP_pad_backward, { .pad_top = 1, .pad_bottom = 2, .pad_left = 3, .mode = TRP_PAD_ZERO }, 1, { { 2, 8, 7, 3 } }, 1 },
  { "reflect", TRP_OP_pad_backward, { .pad_top = 3, .pad_bottom = 1, .pad_left = 2, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 2, 9, 9, 3 } }, 1 },
  { "reflect to the limit", TRP_OP_pad_backward, { .pad_top = 4, .pad_bottom = 4, .pad_left = 3, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 1, 13, 10, 2 } }, 1 },
  { "reflect, large", TRP_OP_pad_backward, { .pad_top = 3, .pad_bottom = 3, .pad_left = 3, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 2, 70, 70, 32 } }, 1 },
  { "replicate", TRP_OP_pad_backward, { .pad_top = 7, .pad_bottom = 1, .pad_right = 9, .mode = TRP_PAD_REPLICATE }, 1, { { 2, 13, 13, 3 } }, 1 },
  { "none", TRP_OP_instance_norm, { .eps = 1e-5 }, 1, { { 2, 9, 7, 21 } }, 3 },
  { "relu", TRP_OP_instance_norm, { .eps = 1e-5, .activation = TRP_ACTIVATION_RELU }, 1, { { 3, 32, 40, 64 } }, 3 },
  { "leaky", TRP_OP_instance_norm, { .eps = 1e-5, .activation = TRP_ACTIVATION_LEAKY_RELU, .alpha = 0.2 }, 1, { { 1, 5, 5, 48 } }, 3 },
  { "one channel", TRP_OP_instance_norm, { .eps = 1e-5 }, 1, { { 2, 40, 41, 1 } }, 3 },
  { "none", TRP_OP_instance_norm_backward, { .eps = 1e-5 }, 4, { { 2, 9, 7, 21 }, { 2, 1, 1, 21 }, { 2, 1, 1, 21 }, { 2, 9, 7, 21 } }, 1, { ANY, ANY, POSITIVE } },
  { "relu", TRP_OP_instance_norm_backward, { .eps = 1e-5, .activation = TRP_ACTIVATION_RELU }, 4, { { 3, 32, 40, 64 }, { 3, 1, 1, 64 }, { 3, 1, 1, 64 }, { 3, 32, 40, 64 } }, 1, { ANY, ANY, POSITIVE } },
  { "leaky", TRP_OP_instance_norm_backward, { .eps = 1e-5, .activation = TRP_ACTIVATION_LEAKY_RELU, .alpha = 0.2 }, 4, { { 1, 5, 5, 48 }, V (48), V (48), { 1, 5, 5, 48 } }, 1, { ANY, ANY, POSITIVE } },
  { "relu", TRP_OP_batch_norm, { .eps = 1e-5, .momentum = 0.1, .activation = TRP_ACTIVATION_RELU }, 5, { { 3, 9, 7, 21 }, V (21), V (21), V (21), V (21) }, 5, { ANY, ANY, ANY, ANY, POSITIVE }, { 0, 0, 0, 4, 5 } },
  { "large", TRP_OP_batch_norm, { .eps = 1e-5, .momentum = 0.1 }, 5, { { 4, 32, 32, 48 }, V (48), V (48), V (48), V (48) }, 5, { ANY, ANY, ANY, ANY, POSITIVE }, { 0, 0, 0, 4, 5 } },
  { "relu", TRP_OP_batch_norm_backward, { .eps = 1e-5, .activation = TRP_ACTIVATION_RELU }, 6, { { 3, 9, 7, 21 }, V (21), V (21), V (21), V (21), { 3, 9, 7, 21 } }, 3, { ANY, ANY, ANY, ANY, POSITIVE } },
  { "leaky", TRP_OP_batch_norm_backward, { .eps = 1e-5, .activation = TRP_ACTIVATION_LEAKY_RELU, .alpha = 0.01 }, 6, { { 4, 32, 32, 48 }, V (48), V (48), V (48), V (48), { 4, 32, 32, 48 } }, 3, { ANY, ANY, ANY, ANY, POSITIVE } },
  { "relu", TRP_OP_batch_norm_infer, { .eps = 1e-5, .activation = TRP_ACTIVATION_RELU }, 5, { { 3, 9, 7, 21 }, V (21), V (21), V (21), V (21) }, 1, { ANY, ANY, ANY, ANY, POSITIVE } },
  { "relu", TRP_OP_batch_norm_infer_backward, { .eps = 1e-5, .activation = TRP_ACTIVATION_RELU }, 6, { { 3, 9, 7, 21 }, V (21), V (21), V (21), V (21), { 3, 9, 7, 21 } }, 3, { ANY, ANY, ANY, ANY, POSITIVE } },
#define ACTIVATIONS(kind, a)                                                                                                               \
  { #kind, TRP_OP_activation, { .activation = TRP_ACTIVATION_##kind, .alpha = a }, 1, { { 1, 7, 5, 3 } }, 1 },                             \
  { #kind " large, in place", TRP_OP_activation, { .activation = TRP_ACTIVATION_##kind, .alpha = a }, 1, { { 2, 64, 64, 5 } }, 1, { ANY }, { 1 } }, \
  { #kind " in place of dy", TRP_OP_activation_backward, { .activation = TRP_ACTIVATION_##kind, .alpha = a }, 2, { { 2, 64, 64, 5 }, { 2, 64, 64, 5 } }, 1, { ANY }, { 2 } }, \
  { #kind, TRP_OP_activation_backward, { .activation = TRP_ACTIVATION_##kind, .alpha = a }, 2, { { 1, 7, 5, 3 }, { 1, 7, 5, 3 } }, 1 }
  ACTIVATIONS (RELU, 0), ACTIVATIONS (LEAKY_RELU, 0.2), ACTIVATIONS (TANH, 0), ACTIVATIONS (SIGMOID, 0),
  { "small", TRP_OP_add, { 0 }, 2, { { 1, 3, 3, 3 }, { 1, 3, 3, 3 } }, 1 },
  { "in place", TRP_OP_add, { 0 }, 2, { { 2, 65, 33, 16 }, { 2, 65, 33, 16 } }, 1, { ANY }, { 2 } },
  { "number", TRP_OP_scale, { .alpha = -0.3 }, 1, { { 1, 65, 33, 16 } }, 1 },
  { "scalar, in place", TRP_OP_scale, { .alpha = -0.3 }, 2, { { 1, 5, 3, 6 }, V (1) }, 1, { ANY }, { 1 } },
  { "three", TRP_OP_concat, { 0 }, 3, { { 2, 5, 3, 6 }, { 2, 5, 3, 1 }, { 2, 5, 3, 17 } }, 1 },
  { "two, large", TRP_OP_concat, { 0 }, 2, { { 1, 64, 64, 16 }, { 1, 64, 64, 32 } }, 1 },
  { "middle", TRP_OP_slice, { .offset = 3, .shape = { .c = 5 } }, 1, { { 2, 5, 3, 11 } }, 1 },
  { "middle", TRP_OP_slice_backward, { .offset = 3, .shape = { 2, 5, 3, 11 } }, 1, { { 2, 5, 3, 5 } }, 1 },
  { "odd channels", TRP_OP_max_pool, { 0 }, 1, { { 2, 6, 10, 13 } }, 1 },
  { "large", TRP_OP_max_pool, { 0 }, 1, { { 1, 64, 64, 32 } }, 1 },
  { "ties", TRP_OP_max_pool, { 0 }, 1, { { 1, 16, 16, 5 } }, 1, { UNIT } },
  { "odd channels", TRP_OP_max_pool_backward, { 0 }, 2, { { 2, 6, 10, 13 }, { 2, 3, 5, 13 } }, 1 },
  { "large", TRP_OP_max_pool_backward, { 0 }, 2, { { 1, 64, 64, 32 }, { 1, 32, 32, 32 } }, 1 },
  { "ties", TRP_OP_max_pool_backward, { 0 }, 2, { { 1, 16, 16, 5 }, { 1, 8, 8, 5 } }, 1, { UNIT } },
  { "small", TRP_OP_upsample, { 0 }, 1, { { 2, 3, 5, 7 } }, 1 },
  { "large", TRP_OP_upsample, { 0 }, 1, { { 1, 33, 32, 32 } }, 1 },
  { "small", TRP_OP_upsample_backward, { 0 }, 1, { { 2, 6, 10, 7 } }, 1 },
  { "large", TRP_OP_upsample_backward, { 0 }, 1, { { 1, 66, 64, 32 } }, 1 },
  { "half", TRP_OP_dropout, { .alpha = 0.5, .seed = 7, .stream = 3 }, 2, { { 1, 64, 64, 11 }, V (1) }, 1, { ANY, NUMBER }, { 0 }, 12 },
#define LOSSES(kind, range)                                                                                                                \
  { #kind, TRP_OP_pixel_loss, { .mode = TRP_PIXEL_LOSS_##kind }, 2, { { 2, 65, 33, 16 }, { 2, 65, 33, 16 } }, 1, { ANY, range } },         \
  { #kind " constant", TRP_OP_pixel_loss, { .mode = TRP_PIXEL_LOSS_##kind, .alpha = 0.9 }, 1, { { 2, 6, 6, 1 } }, 1 },                     \
  { #kind, TRP_OP_pixel_loss_backward, { .mode = TRP_PIXEL_LOSS_##kind }, 3, { { 2, 65, 33, 16 }, V (1), { 2, 65, 33, 16 } }, 1, { ANY, ANY, range } }, \
  { #kind " constant", TRP_OP_pixel_loss_backward, { .mode = TRP_PIXEL_LOSS_##kind, .alpha = 0.9 }, 2, { { 2, 6, 6, 1 }, V (1) }, 1 }
  LOSSES (MSE, ANY), LOSSES (L1, ANY), LOSSES (BCE_LOGITS, UNIT),
  { "logits", TRP_OP_dice_loss, { .alpha = 1, .mode = 1 }, 2, { { 2, 65, 33, 9 }, { 2, 65, 33, 9 } }, 1, { ANY, UNIT } },
  { "per sample", TRP_OP_dice_loss, { .alpha = 1, .mode = TRP_DICE_LOGITS | TRP_DICE_PER_SAMPLE }, 2, { { 3, 65, 63, 9 }, { 3, 65, 63, 9 } }, 1, { ANY, UNIT } },
  { "probabilities", TRP_OP_dice_loss, { .alpha = 1 }, 2, { { 2, 6, 5, 1 }, { 2, 6, 5, 1 } }, 1, { POSITIVE, UNIT } },
  { "logits", TRP_OP_dice_loss_backward, { .alpha = 1, .mode = 1 }, 3, { { 2, 65, 33, 9 }, V (1), { 2, 65, 33, 9 } }, 1, { ANY, ANY, UNIT } },
  { "per sample", TRP_OP_dice_loss_backward, { .alpha = 1, .mode = TRP_DICE_LOGITS | TRP_DICE_PER_SAMPLE }, 3, { { 3, 65, 63, 9 }, V (1), { 3, 65, 63, 9 } }, 1, { ANY, ANY, UNIT } },
  { "probabilities", TRP_OP_dice_loss_backward, { .alpha = 1 }, 3, { { 2, 6, 5, 1 }, V (1), { 2, 6, 5, 1 } }, 1, { POSITIVE, ANY, UNIT } },
  { "absolute", TRP_OP_gradient_correlation, { .eps = 1e-8 }, 2, { { 2, 17, 12, 3 }, { 2, 17, 12, 3 } }, 1 },
  { "signed", TRP_OP_gradient_correlation, { .eps = 1e-8, .mode = 1 }, 2, { { 1, 64, 64, 1 }, { 1, 64, 64, 1 } }, 1 },
  { "absolute", TRP_OP_gradient_correlation_backward, { .eps = 1e-8 }, 3, { { 2, 17, 12, 3 }, V (1), { 2, 17, 12, 3 } }, 1 },
  { "signed", TRP_OP_gradient_correlation_backward, { .eps = 1e-8, .mode = 1 }, 3, { { 1, 64, 64, 1 }, V (1), { 1, 64, 64, 1 } }, 1 },
  { "constant image", TRP_OP_gradient_correlation_backward, { .eps = 1e-8 }, 3, { { 1, 8, 8, 1 }, V (1), { 1, 8, 8, 1 } }, 1, { NUMBER, ANY, ANY }, { 0 }, 3 },
  { "one row", TRP_OP_gradient_correlation_backward, { .eps = 1e-8 }, 3, { { 1, 1, 9, 1 }, V (1), { 1, 1, 9, 1 } }, 1 },
  { "large", TRP_OP_mean, { 0 }, 1, { { 2, 65, 33, 16 } }, 1, { POSITIVE } },
  { "large", TRP_OP_mean_backward, { .shape = { 2, 65, 33, 16 } }, 1, { V (1) }, 1 },
  { "three", TRP_OP_weighted_sum, { 0 }, 4, { V (3), V (1), V (1), V (1) }, 1, { POSITIVE, POSITIVE, POSITIVE, POSITIVE } },
  { "second", TRP_OP_weighted_sum_backward, { .offset = 1 }, 2, { V (3), V (1) }, 1 },
  { "small", TRP_OP_constant, { .alpha = 0.7, .shape = { 1, 3, 2, 5 } }, 0, { { 0 } }, 1 },
  { "two tensors", TRP_OP_adam, { .beta1 = 0.5, .beta2 = 0.999, .eps = 1e-8, .alpha = 1e-4 }, 10,
    { V (1), V (1), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5) }, 6,
    { POSITIVE, NUMBER, ANY, ANY, ANY, ANY, POSITIVE, POSITIVE }, { 3, 4, 5, 6, 7, 8 }, 3 },
  { "two tensors", TRP_OP_ema, { .alpha = 0.99 }, 4, { { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5) }, 2, { ANY }, { 3, 4 } },
  { "pass on", TRP_OP_pool_exchange, { 0 }, 3, { { 2, 4, 3, 2 }, V (2), { 5, 4, 3, 2 } }, 2, { ANY, NUMBER }, { 0, 3 }, -1 },
  { "store", TRP_OP_pool_exchange, { 0 }, 3, { { 2, 4, 3, 2 }, V (2), { 5, 4, 3, 2 } }, 2, { ANY, NUMBER }, { 0, 3 }, 4 },
  { "exchange", TRP_OP_pool_exchange, { 0 }, 3, { { 2, 4, 3, 2 }, V (2), { 5, 4, 3, 2 } }, 2, { ANY, NUMBER }, { 0, 3 }, -4 },
};
/* clang-format on */

/* One back end's side of a case. */
typedef struct
{
  TrpDevice *device;
  const TrpBackend *table;
  void *handle;
  void *inputs[MAX_TENSORS], *outputs[MAX_TENSORS], *workspace, *kernel;
} Side;

static void
describe (const Case *c, TrpOpDesc *desc, TrpTensor *inputs, TrpTensor *outputs)
{
  TrpShape shapes[MAX_TENSORS] = { 0 };
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < c->n_inputs; i++)
    inputs[i] = (TrpTensor){ .shape = c->inputs[i], .kind = TRP_VALUE_INPUT };
  if (c->kind == TRP_OP_conv && c->n_inputs == 3)
    inputs[2].shape.c = c->inputs[1].n;
  if (c->kind == TRP_OP_conv_transpose && c->n_inputs == 3)
    inputs[2].shape.c = c->inputs[1].c;
  *desc = (TrpOpDesc){ c->kind, c->attributes, c->n_inputs, c->n_outputs, inputs, outputs };
  g_assert_true (trp_op_class (c->kind)->infer (desc, shapes, &error));
  for (int i = 0; i < c->n_outputs; i++)
    outputs[i] = (TrpTensor){ .shape = shapes[i], .kind = TRP_VALUE_TEMPORARY };
}

static float
draw (TrpRng *rng, Range range, float number)
{
  switch (range)
    {
    case POSITIVE:
      return (float) trp_rng_uniform (rng, 0.5, 2);
    case UNIT:
      return (float) trp_rng_below (rng, 2);
    case NUMBER:
      return number;
    default:
      return (float) trp_rng_normal (rng, 0, 1);
    }
}

static Side
open_side (const TrpBackend *table, const Case *c, const TrpOpDesc *desc)
{
  Side side = { .table = table, .device = trp_device_open (table, NULL, NULL) };
  TrpRng rng = trp_rng_new (11, (uint64_t) c->kind);
  g_autoptr (GError) error = NULL;
  size_t workspace;

  g_assert_nonnull (side.device);
  side.handle = trp_device_peek_handle (side.device);
  for (int i = 0; i < desc->n_inputs; i++)
    {
      const TrpTensor *tensor = &desc->inputs[i];
      const size_t count = trp_shape_count (tensor->shape);
      g_autofree float *values = g_new (float, count);

      for (size_t k = 0; k < count; k++)
        values[k] = draw (&rng, c->ranges[i], c->number);
      side.inputs[i] = table->alloc (side.handle, table->tensor_bytes (side.handle, tensor),
                                     &error);
      g_assert_true (table->upload (side.handle, side.inputs[i], tensor, values, &error));
    }
  for (int i = 0; i < desc->n_outputs; i++)
    side.outputs[i] =
      c->reuse[i]
        ? side.inputs[c->reuse[i] - 1]
        : table->alloc (side.handle, table->tensor_bytes (side.handle, &desc->outputs[i]), &error);
  side.kernel = table->compile (side.handle, desc, &workspace, &error);
  g_assert_no_error (error);
  side.workspace = table->alloc (side.handle, MAX (workspace, 1), &error);
  memset (side.workspace, 0xff, workspace); /* NaN: whatever is read unwritten shows */
  return side;
}

static void
run_side (const Side *side)
{
  const uint64_t versions[MAX_TENSORS] = { 0 };
  const TrpKernelArgs args = { side->inputs, side->outputs, side->workspace, versions };
  g_autoptr (GError) error = NULL;

  g_assert_true (side->table->run (side->handle, side->kernel, &args, &error));
}

static void
close_side (Side *side, const Case *c)
{
  for (int i = 0; i < MAX_TENSORS; i++)
    {
      if (!c->reuse[i])
        side->table->free (side->handle, side->outputs[i]);
      side->table->free (side->handle, side->inputs[i]);
    }
  side->table->free (side->handle, side->workspace);
  side->table->free_kernel (side->handle, side->kernel);
  trp_device_unref (side->device);
}

static float *
dup_output (const Side *side, const TrpOpDesc *desc, int i)
{
  float *values = g_new (float, trp_shape_count (desc->outputs[i].shape));

  g_assert_true (
    side->table->download (side->handle, side->outputs[i], &desc->outputs[i], values, NULL));
  return values;
}

/* Largest difference over the largest expected value. */
static double
compare (const Side *actual_side, const Side *expected_side, const TrpOpDesc *desc, int i)
{
  g_autofree float *actual = dup_output (actual_side, desc, i);
  g_autofree float *expected = dup_output (expected_side, desc, i);
  double error = 0, largest = 1e-30;

  for (size_t k = 0; k < trp_shape_count (desc->outputs[i].shape); k++)
    {
      const double difference = fabs ((double) actual[k] - (double) expected[k]);

      error = isnan (difference) ? HUGE_VAL : fmax (error, difference);
      largest = fmax (largest, fabs ((double) expected[k]));
    }
  return error / largest;
}

static void
test_operation (const void *data)
{
  const Case *c = data;
  TrpTensor inputs[MAX_TENSORS], outputs[MAX_TENSORS];
  TrpOpDesc desc;
  Side cpu, reference;

  describe (c, &desc, inputs, outputs);
  cpu = open_side (&trp_backend_cpu, c, &desc);
  reference = open_side (&trp_backend_reference, c, &desc);
  run_side (&cpu);
  run_side (&reference);
  for (int i = 0; i < desc.n_outputs; i++)
    {
      const double error = compare (&cpu, &reference, &desc, i);

      g_test_message ("output %d: %.2g of the largest", i, error);
      g_assert_cmpfloat (error, <=, TOLERANCE);
    }
  close_side (&cpu, c);
  close_side (&reference, c);
}

static char *
run_on_threads (const Case *c, int n_threads)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  TrpTensor inputs[MAX_TENSORS], outputs[MAX_TENSORS];
  TrpOpDesc desc;
  Side cpu;

  trp_parallel_set_threads (n_threads);
  describe (c, &desc, inputs, outputs);
  cpu = open_side (&trp_backend_cpu, c, &desc);
  run_side (&cpu);
  for (int i = 0; i < desc.n_outputs; i++)
    {
      g_autofree float *values = dup_output (&cpu, &desc, i);

      g_checksum_update (sum, (const guchar *) values,
                         (gssize) (trp_shape_count (desc.outputs[i].shape) * sizeof *values));
    }
  close_side (&cpu, c);
  trp_parallel_set_threads (0);
  return g_strdup (g_checksum_get_string (sum));
}

/* The same bits again, and on another number of threads; but for oneDNN's filter gradients, which
 * it may sum in another order. */
static void
test_threads (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (trp_shape_count (cases[i].inputs[0]) > 300000)
        continue; /* seconds */
      g_autofree char *one = run_on_threads (&cases[i], 1);
      g_autofree char *three = run_on_threads (&cases[i], 3);
      g_autofree char *again = run_on_threads (&cases[i], 3);

      g_assert_cmpstr (three, ==, again);
      if (cases[i].kind != TRP_OP_conv_backward_filter)
        g_assert_cmpstr (three, ==, one);
    }
}

/* A filter's copy must follow its version, and only that. */
static void
test_versions (void)
{
  static const Case c = {
    "versions", TRP_OP_conv, CONV (1, 1, 1, 1, 1), 2, { { 1, 4, 4, 16 }, { 16, 3, 3, 16 } }, 1
  };
  TrpTensor inputs[MAX_TENSORS], outputs[MAX_TENSORS];
  TrpOpDesc desc;
  Side cpu;

  describe (&c, &desc, inputs, outputs);
  cpu = open_side (&trp_backend_cpu, &c, &desc);
  for (uint64_t version = 1; version < 4; version++)
    for (int repeat = 0; repeat < 2; repeat++)
      {
        const uint64_t versions[] = { 0, version };
        const TrpKernelArgs args = { cpu.inputs, cpu.outputs, cpu.workspace, versions };
        g_autofree float *filter = g_new (float, 16 * 9 * 16);
        g_autofree float *y = NULL;

        for (int k = 0; k < 16 * 9 * 16; k++)
          filter[k] = version == 1 ? 0 : 1e30F;
        if (repeat == 0 && version < 3)
          g_assert_true (
            cpu.table->upload (cpu.handle, cpu.inputs[1], &desc.inputs[1], filter, NULL));
        g_assert_true (cpu.table->run (cpu.handle, cpu.kernel, &args, NULL));
        y = dup_output (&cpu, &desc, 0);
        g_assert_true ((fabsf (y[0]) > 1e20F) == (version > 1));
      }
  close_side (&cpu, &c);
}

/* A case of the engine's own table: output, loss and all gradients. */
static void
test_engine_case (const void *data)
{
  g_autoptr (TrpProgram) cpu = trp_nn_case_program (data, &trp_backend_cpu, false);
  g_autoptr (TrpProgram) reference = trp_nn_case_program (data, &trp_backend_reference, false);
  const TrpGraph *graph = trp_program_peek_graph (cpu);
  int n_compared = 0;

  g_assert_true (trp_program_run (cpu, NULL) && trp_program_run (reference, NULL));
  for (TrpValue v = 0; v < trp_graph_get_n_values (graph); v++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (graph, v);
      const size_t count = trp_shape_count (info->tensor.shape);
      g_autofree float *actual = g_new (float, count);
      g_autofree float *expected = g_new (float, count);
      double error = 0, largest = 0;

      if (info->tensor.kind == TRP_VALUE_TEMPORARY && !info->keep)
        continue;
      g_assert_true (trp_program_get (cpu, v, actual, NULL));
      g_assert_true (trp_program_get (reference, v, expected, NULL));
      for (size_t i = 0; i < count; i++)
        {
          error = MAX (error, fabs ((double) actual[i] - (double) expected[i]));
          largest = MAX (largest, fabs ((double) expected[i]));
        }
      g_test_message ("%s: %.2g of %.2g", info->name ? info->name : "?", error, largest);
      g_assert_cmpfloat (error, <=, TOLERANCE * largest + 1e-7);
      n_compared++;
    }
  g_assert_cmpint (n_compared, >, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 0; i < trp_nn_n_cases; i++)
    {
      g_autofree char *path = g_strconcat ("/nn-cpu/engine/", trp_nn_cases[i].name, NULL);

      g_test_add_data_func (path, &trp_nn_cases[i], test_engine_case);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/nn-cpu/%s/%s", trp_op_class (cases[i].kind)->name,
                                               cases[i].name);

      g_test_add_data_func (path, &cases[i], test_operation);
    }
  g_test_add_func ("/nn-cpu/threads", test_threads);
  g_test_add_func ("/nn-cpu/versions", test_versions);
  return g_test_run ();
}
