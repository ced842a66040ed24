/* op.h - what an operation is: attributes, tensors it reads and writes, rules per kind
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Kinds are listed in op-list.h with the order of their inputs and outputs. Thread-safe (constant
 * tables and plain values).
 */

#pragma once

#include "core/base/error.h"
#include "core/nn/shape.h"

G_BEGIN_DECLS

/* A value's number in its graph. */
typedef int TrpValue;
#define TRP_VALUE_NONE (-1)

typedef enum
{
#define OP(name) TRP_OP_##name,
#include "core/nn/op-list.h"
#undef OP
  TRP_N_OPS
} TrpOpKind;

typedef enum
{
  TRP_PAD_ZERO,
  TRP_PAD_REFLECT, /* without repeating the edge; every pad < size */
  TRP_PAD_REPLICATE,
} TrpPadMode;

typedef enum
{
  TRP_ACTIVATION_NONE,
  TRP_ACTIVATION_RELU,
  TRP_ACTIVATION_LEAKY_RELU, /* slope alpha > 0 for negative values */
  TRP_ACTIVATION_TANH,       /* never fused into a norm */
  TRP_ACTIVATION_SIGMOID,    /* never fused into a norm */
} TrpActivation;

typedef enum
{
  TRP_PIXEL_LOSS_MSE,
  TRP_PIXEL_LOSS_L1,         /* derivative 0 where equal */
  TRP_PIXEL_LOSS_BCE_LOGITS, /* targets in 0..1 */
} TrpPixelLoss;

/* Bits of a Dice loss's mode. */
typedef enum
{
  TRP_DICE_LOGITS = 1,      /* p = sigmoid (x); else x are probabilities */
  TRP_DICE_PER_SAMPLE = 2,  /* mean over samples; else one loss over the batch */
  TRP_DICE_PER_CHANNEL = 4, /* mean over channels; else all of them are one structure */
} TrpDiceMode;

typedef enum
{
  TRP_SSIM_VALID, /* windows that lie within the image */
  TRP_SSIM_SAME,  /* one for each pixel, zeros (after the mapping to 0..1) outside the image */
} TrpSsimMode;

/* TrpOpAttributes: fixed when the graph is built; op-list.h says which kind uses which. Unused ones
 * are 0, so that equal operations compare equal. */
typedef struct
{
  int stride;
  int pad_top, pad_bottom, pad_left, pad_right;
  int mode;
  TrpActivation activation;
  int offset;
  TrpShape shape;
  double alpha, eps, momentum, beta1, beta2;
  uint64_t seed, stream;
} TrpOpAttributes;

/**
 * TrpValueKind:
 * @TRP_VALUE_INPUT: filled by the host before a step; read only
 * @TRP_VALUE_PARAMETER: named, trained, lives in the store
 * @TRP_VALUE_STATE: named, persistent, lives in the store (moments, averages, pools, running
 * statistics)
 * @TRP_VALUE_TEMPORARY: lives in the arena; written by exactly one operation
 */
typedef enum
{
  TRP_VALUE_INPUT,
  TRP_VALUE_PARAMETER,
  TRP_VALUE_STATE,
  TRP_VALUE_TEMPORARY,
} TrpValueKind;

/* TrpTensor: all that a back end knows about a value.
 * @precise: never held in less than 32 bits (statistics, losses, gradients of parameters) */
typedef struct
{
  TrpShape shape;
  TrpValueKind kind;
  bool precise;
} TrpTensor;

/* TrpOpDesc: an operation without the graph around it. The arrays are borrowed. */
typedef struct
{
  TrpOpKind kind;
  TrpOpAttributes attributes;
  int n_inputs, n_outputs;
  const TrpTensor *inputs;
  const TrpTensor *outputs;
} TrpOpDesc;

typedef struct _TrpGraph TrpGraph;
typedef struct _TrpOp TrpOp;

/* TrpReferenceArgs: a call of a reference kernel; every element is a double. */
typedef struct
{
  const TrpOpDesc *desc;
  double *const *inputs;
  double *const *outputs;
} TrpReferenceArgs;

/**
 * TrpOpClass:
 * @in_place: bit i set: output 0 may use the memory of input i (element-wise kinds). A back end
 * must cope with output 0 == input i as well as with separate memory
 * @precise: bit i set: output i is precise (see TrpTensor)
 * @moves: its output holds the inputs' numbers as they were
 * @optional: bit i set: output i gets no memory where nothing reads it; kernels are then given NULL
 * @infer: checks inputs and attributes; sets desc-independent @out_shapes of all @n_outputs.
 * Errors: TRP_ERROR_GEOMETRY with the sizes, for what a user's choice of sizes can cause. Any other
 * mismatch is a caller's mistake and asserts
 * @backward: (nullable): appends the operations that turn @output_gradients (one per output, NONE:
 * zero) into gradients of the @wanted inputs, written to @out_gradients (preset to NONE). NULL: no
 * gradient passes
 * @reference: computes it in double
 */
typedef struct
{
  const char *name;
  unsigned in_place;
  unsigned precise;
  unsigned optional;
  bool moves;
  bool (*infer) (const TrpOpDesc *desc, TrpShape *out_shapes, GError **error);
  void (*backward) (TrpGraph *graph,
                    const TrpOp *op,
                    const TrpValue *output_gradients,
                    const bool *wanted,
                    TrpValue *out_gradients);
  void (*reference) (const TrpReferenceArgs *args);
} TrpOpClass;

#define OP(name) extern const TrpOpClass trp_op_##name;
#include "core/nn/op-list.h"
#undef OP

const TrpOpClass *trp_op_class (TrpOpKind kind);
/* For shape rules: inputs 0 and 1 agree. Images that differ in size (a network that does not give
 * back the size it got) are the user's error, anything else the caller's. */
bool trp_op_same_shape (const TrpOpDesc *desc, GError **error);
/* For shape rules: @x with the pads and mode of @attributes around it. */
bool trp_op_padded_shape (const TrpOpAttributes *attributes,
                          TrpShape x,
                          TrpShape *out_shape,
                          GError **error);

static inline bool
trp_op_has_padding (const TrpOpAttributes *attributes)
{
  return attributes->pad_top || attributes->pad_bottom || attributes->pad_left ||
         attributes->pad_right;
}

G_END_DECLS
