/* op-cases.c - see op-cases.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/op-cases.h"

#include <math.h>

#define ANY TRP_OP_RANGE_ANY
#define POSITIVE TRP_OP_RANGE_POSITIVE
#define UNIT TRP_OP_RANGE_UNIT
#define NUMBER TRP_OP_RANGE_NUMBER

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

const TrpOpCase trp_op_cases[] = {
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
  { "bias of one channel", TRP_OP_bias_backward, { 0 }, 1, { { 2, 67, 61, 1 } }, 1 },
  { "bias of many channels", TRP_OP_bias_backward, { 0 }, 1, { { 2, 7, 5, 520 } }, 1 },
  { "bias, long slabs", TRP_OP_bias_backward, { 0 }, 1, { { 1, 280, 250, 16 } }, 1 },
  { "bias, one pixel", TRP_OP_bias_backward, { 0 }, 1, { { 1, 1, 1, 8 } }, 1 },
  { "zero", TRP_OP_pad, { .pad_top = 1, .pad_bottom = 2, .pad_left = 3, .mode = TRP_PAD_ZERO }, 1, { { 2, 5, 4, 3 } }, 1 },
  { "reflect", TRP_OP_pad, { .pad_top = 3, .pad_bottom = 1, .pad_left = 2, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 2, 5, 4, 3 } }, 1 },
  { "reflect to the limit", TRP_OP_pad, { .pad_top = 4, .pad_bottom = 4, .pad_left = 3, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 1, 5, 4, 2 } }, 1 },
  { "replicate", TRP_OP_pad, { .pad_top = 7, .pad_bottom = 1, .pad_right = 9, .mode = TRP_PAD_REPLICATE }, 1, { { 2, 5, 4, 3 } }, 1 },
  { "reflect, by fours", TRP_OP_pad, { .pad_top = 3, .pad_bottom = 1, .pad_left = 2, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 2, 5, 4, 12 } }, 1 },
  { "zero, by eights", TRP_OP_pad, { .pad_top = 1, .pad_right = 2, .mode = TRP_PAD_ZERO }, 1, { { 2, 35, 33, 24 } }, 1 },
  { "zero", TRP_OP_pad_backward, { .pad_top = 1, .pad_bottom = 2, .pad_left = 3, .mode = TRP_PAD_ZERO }, 1, { { 2, 8, 7, 3 } }, 1 },
  { "reflect", TRP_OP_pad_backward, { .pad_top = 3, .pad_bottom = 1, .pad_left = 2, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 2, 9, 9, 3 } }, 1 },
  { "reflect to the limit", TRP_OP_pad_backward, { .pad_top = 4, .pad_bottom = 4, .pad_left = 3, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 1, 13, 10, 2 } }, 1 },
  { "reflect, large", TRP_OP_pad_backward, { .pad_top = 3, .pad_bottom = 3, .pad_left = 3, .pad_right = 3, .mode = TRP_PAD_REFLECT }, 1, { { 2, 70, 70, 32 } }, 1 },
  { "replicate", TRP_OP_pad_backward, { .pad_top = 7, .pad_bottom = 1, .pad_right = 9, .mode = TRP_PAD_REPLICATE }, 1, { { 2, 13, 13, 3 } }, 1 },
  { "replicate, by fours", TRP_OP_pad_backward, { .pad_top = 7, .pad_bottom = 1, .pad_right = 9, .mode = TRP_PAD_REPLICATE }, 1, { { 2, 13, 13, 12 } }, 1 },
  { "replicate one pixel", TRP_OP_pad_backward, { .pad_top = 2, .pad_bottom = 1, .pad_left = 3, .mode = TRP_PAD_REPLICATE }, 1, { { 2, 4, 4, 5 } }, 1 },
  { "none", TRP_OP_instance_norm, { .eps = 1e-5 }, 1, { { 2, 9, 7, 21 } }, 3 },
  { "relu", TRP_OP_instance_norm, { .eps = 1e-5, .activation = TRP_ACTIVATION_RELU }, 1, { { 3, 32, 40, 64 } }, 3 },
  { "leaky", TRP_OP_instance_norm, { .eps = 1e-5, .activation = TRP_ACTIVATION_LEAKY_RELU, .alpha = 0.2 }, 1, { { 1, 5, 5, 48 } }, 3 },
  { "many pixels", TRP_OP_instance_norm, { .eps = 1e-5 }, 1, { { 1, 132, 128, 32 } }, 3 },
  { "one channel", TRP_OP_instance_norm, { .eps = 1e-5 }, 1, { { 2, 40, 41, 1 } }, 3 },
  { "none", TRP_OP_instance_norm_backward, { .eps = 1e-5 }, 4, { { 2, 9, 7, 21 }, { 2, 1, 1, 21 }, { 2, 1, 1, 21 }, { 2, 9, 7, 21 } }, 1, { ANY, ANY, POSITIVE } },
  { "relu", TRP_OP_instance_norm_backward, { .eps = 1e-5, .activation = TRP_ACTIVATION_RELU }, 4, { { 3, 32, 40, 64 }, { 3, 1, 1, 64 }, { 3, 1, 1, 64 }, { 3, 32, 40, 64 } }, 1, { ANY, ANY, POSITIVE } },
  { "leaky", TRP_OP_instance_norm_backward, { .eps = 1e-5, .activation = TRP_ACTIVATION_LEAKY_RELU, .alpha = 0.2 }, 4, { { 1, 5, 5, 48 }, V (48), V (48), { 1, 5, 5, 48 } }, 1, { ANY, ANY, POSITIVE } },
#define REFLECT(p) .pad_top = p, .pad_bottom = p, .pad_left = p, .pad_right = p, .mode = TRP_PAD_REFLECT
#define UNEVEN(m) .pad_top = 2, .pad_bottom = 1, .pad_right = 3, .mode = m
#define RELU .eps = 1e-5, .activation = TRP_ACTIVATION_RELU
  { "residual", TRP_OP_instance_norm, { .eps = 1e-5 }, 2, { { 2, 9, 7, 21 }, { 2, 9, 7, 21 } }, 3 },
  { "relu, residual", TRP_OP_instance_norm, { RELU }, 2, { { 2, 16, 18, 64 }, { 2, 16, 18, 64 } }, 3 },
  { "relu, padded", TRP_OP_instance_norm, { RELU, REFLECT (1) }, 1, { { 2, 9, 7, 21 } }, 4 },
  { "relu, only padded", TRP_OP_instance_norm, { RELU, REFLECT (1) }, 1, { { 2, 9, 7, 21 } }, 4, .unread = 1 },
  { "relu, only padded by 3", TRP_OP_instance_norm, { RELU, REFLECT (3) }, 1, { { 1, 33, 31, 64 } }, 4, .unread = 1 },
  { "residual, padded", TRP_OP_instance_norm, { .eps = 1e-5, REFLECT (1) }, 2, { { 2, 16, 18, 64 }, { 2, 16, 18, 64 } }, 4 },
  { "residual, only padded", TRP_OP_instance_norm, { .eps = 1e-5, REFLECT (1) }, 2, { { 3, 5, 6, 24 }, { 3, 5, 6, 24 } }, 4, .unread = 1 },
  { "leaky, reflect to the limit", TRP_OP_instance_norm, { .eps = 1e-5, .activation = TRP_ACTIVATION_LEAKY_RELU, .alpha = 0.2, REFLECT (3) }, 2, { { 1, 4, 5, 3 }, { 1, 4, 5, 3 } }, 4 },
  { "uneven reflect", TRP_OP_instance_norm, { RELU, UNEVEN (TRP_PAD_REFLECT) }, 2, { { 2, 5, 6, 33 }, { 2, 5, 6, 33 } }, 4 },
  { "uneven zero", TRP_OP_instance_norm, { RELU, UNEVEN (TRP_PAD_ZERO) }, 2, { { 2, 5, 6, 33 }, { 2, 5, 6, 33 } }, 4 },
  { "uneven replicate", TRP_OP_instance_norm, { RELU, UNEVEN (TRP_PAD_REPLICATE) }, 2, { { 2, 1, 1, 8 }, { 2, 1, 1, 8 } }, 4 },
  { "only statistics", TRP_OP_instance_norm, { .eps = 1e-5 }, 1, { { 2, 9, 7, 21 } }, 3, .unread = 1 },
#define NORM_BACK(label, attributes, n_more, n_outputs, h, w, c, ...) \
  { label, TRP_OP_instance_norm_backward, attributes, 3 + (n_more), { { 2, h, w, c }, { 2, 1, 1, c }, { 2, 1, 1, c }, __VA_ARGS__ }, n_outputs, { ANY, ANY, POSITIVE } }
  NORM_BACK ("dresidual", S (RELU), 1, 2, 9, 7, 21, { 2, 9, 7, 21 }),
  NORM_BACK ("relu, dpadded", S (RELU, REFLECT (1)), 1, 1, 9, 7, 21, { 2, 11, 9, 21 }),
  NORM_BACK ("relu, dpadded by 3", S (RELU, REFLECT (3)), 1, 1, 33, 31, 64, { 2, 39, 37, 64 }),
  NORM_BACK ("dpadded, dresidual", S (.eps = 1e-5, REFLECT (1)), 1, 2, 16, 18, 64, { 2, 18, 20, 64 }),
  NORM_BACK ("dy, dpadded", S (RELU, REFLECT (1)), 2, 1, 16, 18, 64, { 2, 16, 18, 64 }, { 2, 18, 20, 64 }),
  NORM_BACK ("dy, dpadded, dresidual", S (.eps = 1e-5, REFLECT (1)), 2, 2, 9, 7, 21, { 2, 9, 7, 21 }, { 2, 11, 9, 21 }),
  NORM_BACK ("reflect to the limit", S (RELU, REFLECT (3)), 2, 2, 4, 5, 3, { 2, 4, 5, 3 }, { 2, 10, 11, 3 }),
  NORM_BACK ("uneven reflect", S (RELU, UNEVEN (TRP_PAD_REFLECT)), 1, 2, 5, 6, 33, { 2, 8, 9, 33 }),
  NORM_BACK ("uneven zero", S (RELU, UNEVEN (TRP_PAD_ZERO)), 2, 2, 5, 6, 33, { 2, 5, 6, 33 }, { 2, 8, 9, 33 }),
  NORM_BACK ("uneven replicate", S (RELU, UNEVEN (TRP_PAD_REPLICATE)), 2, 1, 5, 6, 8, { 2, 5, 6, 8 }, { 2, 8, 9, 8 }),
  { "many pixels", TRP_OP_instance_norm_backward, { .eps = 1e-5, REFLECT (1) }, 4, { { 1, 132, 128, 32 }, V (32), V (32), { 1, 134, 130, 32 } }, 1, { ANY, ANY, POSITIVE } },
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
  { "by fours", TRP_OP_concat, { 0 }, 3, { { 2, 5, 3, 8 }, { 2, 5, 3, 4 }, { 2, 5, 3, 12 } }, 1 },
#define ONE { 2, 3, 3, 1 }
  { "many", TRP_OP_concat, { 0 }, 19, { ONE, ONE, ONE, ONE, ONE, ONE, { 2, 3, 3, 3 }, ONE, ONE, ONE, ONE, ONE, ONE, ONE, ONE, ONE, { 2, 3, 3, 2 }, ONE, ONE }, 1 },
  { "middle", TRP_OP_slice, { .offset = 3, .shape = { .c = 5 } }, 1, { { 2, 5, 3, 11 } }, 1 },
  { "by fours", TRP_OP_slice, { .offset = 4, .shape = { .c = 8 } }, 1, { { 2, 5, 3, 20 } }, 1 },
  { "middle", TRP_OP_slice_backward, { .offset = 3, .shape = { 2, 5, 3, 11 } }, 1, { { 2, 5, 3, 5 } }, 1 },
  { "by fours", TRP_OP_slice_backward, { .offset = 4, .shape = { 2, 5, 3, 20 } }, 1, { { 2, 5, 3, 8 } }, 1 },
  { "odd channels", TRP_OP_max_pool, { 0 }, 1, { { 2, 6, 10, 13 } }, 1 },
  { "by fours", TRP_OP_max_pool, { 0 }, 1, { { 2, 6, 10, 12 } }, 1 },
  { "large", TRP_OP_max_pool, { 0 }, 1, { { 1, 64, 64, 32 } }, 1 },
  { "ties", TRP_OP_max_pool, { 0 }, 1, { { 1, 16, 16, 5 } }, 1, { UNIT } },
  { "odd channels", TRP_OP_max_pool_backward, { 0 }, 2, { { 2, 6, 10, 13 }, { 2, 3, 5, 13 } }, 1 },
  { "by fours", TRP_OP_max_pool_backward, { 0 }, 2, { { 2, 6, 10, 12 }, { 2, 3, 5, 12 } }, 1 },
  { "large", TRP_OP_max_pool_backward, { 0 }, 2, { { 1, 64, 64, 32 }, { 1, 32, 32, 32 } }, 1 },
  { "ties", TRP_OP_max_pool_backward, { 0 }, 2, { { 1, 16, 16, 5 }, { 1, 8, 8, 5 } }, 1, { UNIT } },
  { "small", TRP_OP_upsample, { 0 }, 1, { { 2, 3, 5, 7 } }, 1 },
  { "by fours", TRP_OP_upsample, { 0 }, 1, { { 2, 3, 5, 12 } }, 1 },
  { "large", TRP_OP_upsample, { 0 }, 1, { { 1, 33, 32, 32 } }, 1 },
  { "small", TRP_OP_upsample_backward, { 0 }, 1, { { 2, 6, 10, 7 } }, 1 },
  { "by fours", TRP_OP_upsample_backward, { 0 }, 1, { { 2, 6, 10, 12 } }, 1 },
  { "large", TRP_OP_upsample_backward, { 0 }, 1, { { 1, 66, 64, 32 } }, 1 },
  { "half", TRP_OP_dropout, { .alpha = 0.5, .seed = 7, .stream = 3 }, 2, { { 1, 64, 64, 11 }, V (1) }, 1, { ANY, NUMBER }, { 0 }, 12 },
  { "odd, in place", TRP_OP_dropout, { .alpha = 0.2, .seed = 8, .stream = 1 }, 2, { { 1, 7, 5, 3 }, V (1) }, 1, { ANY, NUMBER }, { 1 }, 70000 },
  { "by fours", TRP_OP_dropout, { .alpha = 0.2, .seed = 8, .stream = 1 }, 2, { { 3, 7, 5, 4 }, V (1) }, 1, { ANY, NUMBER }, { 0 }, 1 },
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
  { "two tensors, scaled", TRP_OP_adam, { .beta1 = 0.5, .beta2 = 0.999, .eps = 1e-8 }, 11,
    { V (1), V (1), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), V (1) }, 6,
    { POSITIVE, NUMBER, ANY, ANY, ANY, ANY, POSITIVE, POSITIVE, ANY, ANY, POSITIVE }, { 3, 4, 5, 6, 7, 8 }, 3 },
  { "skipped", TRP_OP_adam, { .beta1 = 0.5, .beta2 = 0.999, .eps = 1e-8 }, 7, { V (1), V (1), V (5), V (5), V (5), V (5), V (1) }, 3,
    { POSITIVE, POSITIVE, ANY, ANY, POSITIVE, ANY, NUMBER }, { 3, 4, 5 }, 0 },
  { "chunk boundaries", TRP_OP_adam, { .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8 }, 18,
    { V (1), V (1), V (4096), V (4097), V (1), V (8191), V (4096), V (4097), V (1), V (8191), V (4096), V (4097), V (1), V (8191), V (4096), V (4097), V (1), V (8191) }, 12,
    { POSITIVE, NUMBER, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, POSITIVE, POSITIVE, POSITIVE, POSITIVE }, { 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 }, 16000000 },
  { "two tensors", TRP_OP_ema, { .alpha = 0.99 }, 4, { { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5) }, 2, { ANY }, { 3, 4 } },
  { "chunk boundaries", TRP_OP_ema, { .alpha = 0.9 }, 8, { V (4096), V (4097), V (1), V (8191), V (4096), V (4097), V (1), V (8191) }, 4, { ANY }, { 5, 6, 7, 8 } },
  { "pass on", TRP_OP_pool_exchange, { 0 }, 3, { { 2, 4, 3, 2 }, V (2), { 5, 4, 3, 2 } }, 2, { ANY, NUMBER }, { 0, 3 }, -1 },
  { "store", TRP_OP_pool_exchange, { 0 }, 3, { { 2, 4, 3, 2 }, V (2), { 5, 4, 3, 2 } }, 2, { ANY, NUMBER }, { 0, 3 }, 4 },
#define SSIM(label, m, ...)                                                                                                                \
  { label, TRP_OP_ssim_loss, { .mode = m }, 2, { __VA_ARGS__, __VA_ARGS__ }, 1 },                                                          \
  { label, TRP_OP_ssim_loss_backward, { .mode = m }, 3, { __VA_ARGS__, V (1), __VA_ARGS__ }, 1 }
  SSIM ("valid", TRP_SSIM_VALID, { 2, 17, 14, 3 }),
  SSIM ("one window", TRP_SSIM_VALID, { 1, 11, 11, 1 }),
  SSIM ("same", TRP_SSIM_SAME, { 2, 17, 14, 3 }),
  SSIM ("valid, large", TRP_SSIM_VALID, { 1, 96, 64, 1 }),
  { "constant image", TRP_OP_ssim_loss, { 0 }, 2, { { 1, 24, 20, 1 }, { 1, 24, 20, 1 } }, 1, { NUMBER, ANY }, { 0 }, 0.4F },
  { "constant image", TRP_OP_ssim_loss_backward, { 0 }, 3, { { 1, 24, 20, 1 }, V (1), { 1, 24, 20, 1 } }, 1, { NUMBER, ANY, ANY }, { 0 }, 0.4F },
  { "through one slot", TRP_OP_pool_exchange, { 0 }, 3, { { 3, 5, 3, 3 }, V (3), { 2, 5, 3, 3 } }, 2, { ANY, NUMBER }, { 0, 3 }, -3 },
  { "by eights", TRP_OP_pool_exchange, { 0 }, 3, { { 2, 33, 32, 8 }, V (2), { 3, 33, 32, 8 } }, 2, { ANY, NUMBER }, { 0, 3 }, -2 },
  { "exchange", TRP_OP_pool_exchange, { 0 }, 3, { { 2, 4, 3, 2 }, V (2), { 5, 4, 3, 2 } }, 2, { ANY, NUMBER }, { 0, 3 }, -4 },
  { "finite", TRP_OP_loss_scale, { .offset = 2000 }, 4, { V (1), V (1), { 70, 3, 3, 60 }, V (5) }, 3, { POSITIVE, NUMBER }, { 0, 1, 2 }, 7 },
  { "grows", TRP_OP_loss_scale, { .offset = 8 }, 4, { V (1), V (1), { 70, 3, 3, 60 }, V (5) }, 3, { POSITIVE, NUMBER }, { 0, 1, 2 }, 7 },
  { "infinite", TRP_OP_loss_scale, { .offset = 2000 }, 4, { V (1), V (1), { 70, 3, 3, 60 }, V (5) }, 3, { POSITIVE, POSITIVE, ANY, NUMBER }, { 0, 1, 2 }, INFINITY },
  { "no number", TRP_OP_loss_scale, { .offset = 2000 }, 4, { V (1), V (1), V (5), { 70, 3, 3, 60 } }, 3, { POSITIVE, POSITIVE, NUMBER, ANY }, { 0, 1, 2 }, NAN },
  { "small", TRP_OP_multiply, { 0 }, 2, { { 1, 3, 3, 3 }, { 1, 3, 3, 3 } }, 1 },
  { "in place", TRP_OP_multiply, { 0 }, 2, { { 2, 65, 33, 16 }, { 2, 65, 33, 16 } }, 1, { ANY }, { 2 } },
  { "four classes", TRP_OP_softmax, { 0 }, 1, { { 2, 9, 7, 4 } }, 1 },
  { "large, in place", TRP_OP_softmax, { 0 }, 1, { { 2, 65, 63, 5 } }, 1, { ANY }, { 1 } },
  { "one class", TRP_OP_softmax, { 0 }, 1, { { 1, 3, 5, 1 } }, 1 },
  { "many classes", TRP_OP_softmax, { 0 }, 1, { { 1, 6, 5, 77 } }, 1 },
  { "equal and far from 0", TRP_OP_softmax, { 0 }, 1, { { 1, 3, 3, 3 } }, 1, { NUMBER }, { 0 }, 1000 },
  { "four classes", TRP_OP_softmax_backward, { 0 }, 2, { { 2, 9, 7, 4 }, { 2, 9, 7, 4 } }, 1, { UNIT } },
  { "in place of y", TRP_OP_softmax_backward, { 0 }, 2, { { 2, 65, 63, 5 }, { 2, 65, 63, 5 } }, 1, { POSITIVE }, { 1 } },
  { "in place of dy", TRP_OP_softmax_backward, { 0 }, 2, { { 1, 6, 5, 77 }, { 1, 6, 5, 77 } }, 1, { ANY }, { 2 } },
  { "four classes", TRP_OP_softmax_loss, { 0 }, 2, { { 2, 9, 7, 4 }, { 2, 9, 7, 4 } }, 1, { ANY, UNIT } },
  { "large", TRP_OP_softmax_loss, { 0 }, 2, { { 2, 97, 63, 6 }, { 2, 97, 63, 6 } }, 1, { ANY, POSITIVE } },
  { "far from 0", TRP_OP_softmax_loss, { 0 }, 2, { { 1, 3, 3, 3 }, { 1, 3, 3, 3 } }, 1, { NUMBER, UNIT }, { 0 }, 1000 },
  { "four classes", TRP_OP_softmax_loss_backward, { 0 }, 3, { { 2, 9, 7, 4 }, V (1), { 2, 9, 7, 4 } }, 1, { ANY, ANY, UNIT } },
  { "large", TRP_OP_softmax_loss_backward, { 0 }, 3, { { 2, 97, 63, 6 }, V (1), { 2, 97, 63, 6 } }, 1, { ANY, ANY, POSITIVE } },
  { "small", TRP_OP_upsample_bilinear, { 0 }, 1, { { 2, 3, 5, 7 } }, 1 },
  { "by fours", TRP_OP_upsample_bilinear, { 0 }, 1, { { 2, 3, 5, 12 } }, 1 },
  { "large", TRP_OP_upsample_bilinear, { 0 }, 1, { { 1, 33, 32, 32 } }, 1 },
  { "one pixel", TRP_OP_upsample_bilinear, { 0 }, 1, { { 2, 1, 1, 3 } }, 1 },
  { "one row", TRP_OP_upsample_bilinear, { 0 }, 1, { { 1, 1, 9, 1 } }, 1 },
  { "two columns", TRP_OP_upsample_bilinear, { 0 }, 1, { { 1, 7, 2, 8 } }, 1 },
  { "small", TRP_OP_upsample_bilinear_backward, { 0 }, 1, { { 2, 6, 10, 7 } }, 1 },
  { "by fours", TRP_OP_upsample_bilinear_backward, { 0 }, 1, { { 2, 6, 10, 12 } }, 1 },
  { "large", TRP_OP_upsample_bilinear_backward, { 0 }, 1, { { 1, 66, 64, 32 } }, 1 },
  { "one pixel", TRP_OP_upsample_bilinear_backward, { 0 }, 1, { { 2, 2, 2, 3 } }, 1 },
  { "one row", TRP_OP_upsample_bilinear_backward, { 0 }, 1, { { 1, 2, 18, 1 } }, 1 },
  { "two columns", TRP_OP_upsample_bilinear_backward, { 0 }, 1, { { 1, 14, 4, 8 } }, 1 },
#define WEIGHTED(kind, range)                                                                                                              \
  { #kind " weighted", TRP_OP_pixel_loss, { .mode = TRP_PIXEL_LOSS_##kind }, 3, { { 2, 65, 33, 16 }, { 2, 65, 33, 16 }, { 2, 65, 33, 16 } }, 1, { ANY, range, POSITIVE } }, \
  { #kind " weighted", TRP_OP_pixel_loss_backward, { .mode = TRP_PIXEL_LOSS_##kind }, 4,                                                   \
    { { 2, 65, 33, 16 }, V (1), { 2, 65, 33, 16 }, { 2, 65, 33, 16 } }, 1, { ANY, ANY, range, UNIT } }
  WEIGHTED (MSE, ANY), WEIGHTED (L1, ANY), WEIGHTED (BCE_LOGITS, UNIT),
#define DICE(label, m, range, ...)                                                                                                         \
  { label, TRP_OP_dice_loss, { .alpha = 1, .mode = m }, 2, { __VA_ARGS__, __VA_ARGS__ }, 1, { range, UNIT } },                             \
  { label, TRP_OP_dice_loss_backward, { .alpha = 1, .mode = m }, 3, { __VA_ARGS__, V (1), __VA_ARGS__ }, 1, { range, ANY, UNIT } }
  DICE ("per channel", TRP_DICE_PER_CHANNEL, POSITIVE, { 2, 65, 33, 9 }),
  DICE ("per channel, logits", TRP_DICE_PER_CHANNEL | TRP_DICE_LOGITS, ANY, { 1, 7, 5, 3 }),
  DICE ("per sample and channel", TRP_DICE_PER_CHANNEL | TRP_DICE_PER_SAMPLE, POSITIVE, { 3, 97, 63, 4 }),
  { "two tensors", TRP_OP_rmsprop, { .beta2 = 0.99, .eps = 1e-8 }, 7,
    { V (1), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5) }, 4, { POSITIVE, ANY, ANY, POSITIVE, POSITIVE }, { 2, 3, 4, 5 } },
  { "momentum", TRP_OP_rmsprop, { .beta2 = 0.9, .eps = 1e-8, .momentum = 0.9, .alpha = 1e-2 }, 9,
    { V (1), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5) }, 6,
    { POSITIVE, ANY, ANY, POSITIVE, POSITIVE }, { 2, 3, 4, 5, 6, 7 } },
  { "momentum, scaled", TRP_OP_rmsprop, { .beta2 = 0.9, .eps = 1e-8, .momentum = 0.9, .alpha = 1e-2 }, 10,
    { V (1), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), { 70, 3, 3, 60 }, V (5), V (1) }, 6,
    { POSITIVE, ANY, ANY, POSITIVE, POSITIVE, ANY, ANY, ANY, ANY, POSITIVE }, { 2, 3, 4, 5, 6, 7 } },
  { "scaled", TRP_OP_rmsprop, { .beta2 = 0.99, .eps = 1e-8 }, 5, { V (1), V (4097), V (4097), V (4097), V (1) }, 2,
    { POSITIVE, ANY, POSITIVE, ANY, POSITIVE }, { 2, 3 } },
  { "skipped", TRP_OP_rmsprop, { .beta2 = 0.99, .eps = 1e-8 }, 5, { V (1), V (5), V (5), V (5), V (1) }, 2, { POSITIVE, ANY, POSITIVE, ANY, NUMBER }, { 2, 3 }, 0 },
  { "two tensors", TRP_OP_clip, { .alpha = 0.01 }, 2, { { 70, 3, 3, 60 }, V (5) }, 2, { ANY }, { 1, 2 } },
  { "wide", TRP_OP_clip, { .alpha = 1.5 }, 4, { V (4096), V (4097), V (1), V (8191) }, 4, { ANY }, { 1, 2, 3, 4 } },
#define SPECTRAL(label, n, h, w, c)                                                                                                        \
  { label, TRP_OP_power_iteration, { .offset = 1, .eps = 1e-12 }, 3, { { n, h, w, c }, V (n), { 1, h, w, c } }, 4, { ANY }, { 0, 0, 2, 3 } }, \
  { label, TRP_OP_spectral_norm, { 0 }, 3, { { n, h, w, c }, V (n), { 1, h, w, c } }, 2, { POSITIVE, POSITIVE, POSITIVE } },              \
  { label, TRP_OP_spectral_norm_backward, { 0 }, 5, { { n, h, w, c }, { n, h, w, c }, V (n), { 1, h, w, c }, V (1) }, 1, { ANY, ANY, ANY, ANY, POSITIVE } }
  SPECTRAL ("3x3", 6, 3, 3, 5), SPECTRAL ("one output", 1, 4, 4, 24), SPECTRAL ("linear", 33, 1, 1, 520), SPECTRAL ("large", 70, 3, 3, 60),
  { "three times", TRP_OP_power_iteration, { .offset = 3, .eps = 1e-12 }, 3, { { 9, 2, 2, 7 }, V (9), { 1, 2, 2, 7 } }, 4, { ANY }, { 0, 0, 2, 3 } },
};
/* clang-format on */
const int trp_op_n_cases = G_N_ELEMENTS (trp_op_cases);
