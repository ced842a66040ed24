/* conv.c - convolutions, their gradients and transposed convolutions, by cuDNN
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * cuDNN 9.19 has precompiled engines only for operands of one type. Where 16 bits serve
 * (choose_type), filters have their copy (gpu.h), and what else is held otherwise goes through the
 * workspace: images from the host and into losses, and every filter's gradient, which the optimiser
 * wants in 32 bits.
 */

#include "gpu/cudnn-graph.h"

/* The operands, in the order of trp_cudnn_run(), and where each pass has them: an input's number or
 * RESULT, output 0. */
enum
{
  X,
  FILTER,
  Y,
  N_OPERANDS,
  RESULT = -1
};

static const int places[][N_OPERANDS] = {
  [TRP_CONV_FORWARD] = { 0, 1, RESULT },
  [TRP_CONV_BACKWARD_DATA] = { RESULT, 1, 0 },
  [TRP_CONV_BACKWARD_FILTER] = { 0, RESULT, 1 },
};

/* @in_shadow: a parameter, used by its copy of 16 bits
 * @offset: of its copy in the workspace, where it is held otherwise than used */
typedef struct
{
  int place;
  size_t count;
  TrpGpuType held;
  bool in_shadow;
  size_t offset;
} Operand;

/* @scratch: where cuDNN's own workspace begins */
typedef struct
{
  const TrpCudnnConv *conv;
  TrpGpuType type;
  Operand operands[N_OPERANDS];
  size_t scratch;
} Conv;

static const TrpTensor *
peek_tensor (const TrpGpuKernel *self, int place)
{
  return place == RESULT ? &self->outputs[0] : &self->inputs[place];
}

static bool
is_converted (const Conv *conv, const Operand *operand)
{
  return operand->held != conv->type && !operand->in_shadow;
}

/* Takes @bytes of the workspace; returns where they begin. */
static size_t
reserve (TrpGpuKernel *self, size_t bytes)
{
  const size_t offset = self->workspace_bytes, rest = bytes % TRP_TENSOR_ALIGNMENT;

  self->workspace_bytes += bytes + (rest ? TRP_TENSOR_ALIGNMENT - rest : 0);
  return offset;
}

static void
prepare_operand (TrpGpuKernel *self, const Conv *conv, int place, Operand *out_operand)
{
  const TrpTensor *tensor = peek_tensor (self, place);
  const bool is_parameter = tensor->kind == TRP_VALUE_PARAMETER && place != RESULT;

  out_operand->place = place;
  out_operand->count = trp_shape_count (tensor->shape);
  out_operand->held = trp_gpu_type_of (self->device, tensor);
  out_operand->in_shadow = is_parameter && conv->type != TRP_GPU_F32;
  if (is_converted (conv, out_operand))
    out_operand->offset = reserve (self, out_operand->count * trp_gpu_type_bytes (conv->type));
}

/* What a network gives is computed as it is held: its last layer in 32 bits. A gradient takes the
 * fewer bits of the two images that it meets; else the last layer's, whose image of many channels
 * has 16 and whose dy has 32, would convert the large one, and be slower itself. */
static TrpGpuType
choose_type (const TrpGpuKernel *self, const int *operand_places)
{
  const TrpGpuType x = trp_gpu_type_of (self->device, peek_tensor (self, operand_places[X]));
  const TrpGpuType y = trp_gpu_type_of (self->device, peek_tensor (self, operand_places[Y]));

  switch (self->kind)
    {
    case TRP_OP_conv:
      return y;
    case TRP_OP_conv_transpose:
      return x;
    default:
      return x != TRP_GPU_F32 ? x : y;
    }
}

static bool
prepare (TrpGpuKernel *self, GError **error)
{
  const TrpOpDesc desc = { self->kind,      self->attributes, self->n_inputs,
                           self->n_outputs, self->inputs,     self->outputs };
  TrpCudnnSpec spec = { .strict = self->device->precision == TRP_PRECISION_STRICT,
                        .deterministic = self->device->deterministic };
  Conv *conv = g_new0 (Conv, 1);

  self->data = conv;
  if (!trp_conv_from_op (&desc, &spec.pass, &spec.geometry))
    g_assert_not_reached ();
  spec.type = choose_type (self, places[spec.pass]);
  conv->type = spec.type;
  conv->conv = trp_cudnn_plan (self->device->cudnn, &spec, error);
  if (!conv->conv)
    return false;
  for (int i = 0; i < N_OPERANDS; i++)
    prepare_operand (self, conv, places[spec.pass][i], &conv->operands[i]);
  conv->scratch = reserve (self, trp_cudnn_conv_get_workspace (conv->conv));
  return true;
}

static void
clear (TrpGpuKernel *self)
{
  g_free (self->data);
}

static void *
held_memory (const Operand *operand, const TrpKernelArgs *args)
{
  return operand->place == RESULT ? args->outputs[0] : args->inputs[operand->place];
}

/* Where cuDNN finds the operand; what it reads is converted on the way. */
static void *
used_memory (const TrpGpuKernel *self, const Operand *operand, const TrpKernelArgs *args)
{
  const Conv *conv = self->data;
  void *held = held_memory (operand, args), *used;

  if (operand->in_shadow)
    return trp_gpu_shadow (held, operand->count);
  if (!is_converted (conv, operand))
    return held;
  used = (char *) args->workspace + operand->offset;
  if (operand->place != RESULT)
    trp_gpu_convert (self->device, used, conv->type, held, operand->held, operand->count);
  return used;
}

/* Adds the bias to the result and brings it to where it is held. */
static void
finish (const TrpGpuKernel *self, const Operand *result, void *used, const TrpKernelArgs *args)
{
  const Conv *conv = self->data;
  const TrpShape shape = self->outputs[0].shape;

  if (self->n_inputs > 2)
    trp_gpu_add_bias (self->device, used, conv->type, (size_t) shape.n * trp_shape_pixels (shape),
                      shape.c, args->inputs[2]);
  if (is_converted (conv, result))
    trp_gpu_convert (self->device, held_memory (result, args), result->held, used, conv->type,
                     result->count);
}

static bool
run (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Conv *conv = self->data;
  void *memory[N_OPERANDS];

  for (int i = 0; i < N_OPERANDS; i++)
    memory[i] = used_memory (self, &conv->operands[i], args);
  if (!trp_cudnn_run (self->device->cudnn, conv->conv, memory[X], memory[FILTER], memory[Y],
                      (char *) args->workspace + conv->scratch, error))
    return false;
  for (int i = 0; i < N_OPERANDS; i++)
    if (conv->operands[i].place == RESULT)
      finish (self, &conv->operands[i], memory[i], args);
  return trp_gpu_launched (self->device, trp_op_class (self->kind)->name, error);
}

const TrpGpuOp trp_gpu_conv = { prepare, clear, run };
const TrpGpuOp trp_gpu_conv_backward_data = { prepare, clear, run };
const TrpGpuOp trp_gpu_conv_backward_filter = { prepare, clear, run };
const TrpGpuOp trp_gpu_conv_transpose = { prepare, clear, run };
