/* graph.h - a list of operations with known shapes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A whole training step (passes, losses, backward, optimisers) or one inference is one graph:
 * values and the operations that make them, in the order in which they run. Builders for single
 * operations are in layers.h, losses.h and optimizer.h. A graph belongs to one thread while it is
 * built and is constant afterwards.
 *
 * Errors are sticky: a builder that meets impossible sizes records the first error and returns
 * TRP_VALUE_NONE, builders given NONE return NONE, and trp_graph_check() reports it once.
 */

#pragma once

#include "core/nn/op.h"

G_BEGIN_DECLS

/**
 * TrpAxes: how a persistent value is written to files
 * @TRP_AXES_PLAIN: (n, h, w, c) as it is
 * @TRP_AXES_FILTER: PyTorch's four axes (n, c, h, w); convolutions (O, I, h, w) and transposed
 * convolutions (I, O, h, w) alike, see shape.h
 * @TRP_AXES_VECTOR: one axis, c entries
 */
typedef enum
{
  TRP_AXES_PLAIN,
  TRP_AXES_FILTER,
  TRP_AXES_VECTOR,
} TrpAxes;

/**
 * TrpValueInfo:
 * @name: (nullable): persistent values and inputs always have one
 * @producer: index of the operation that writes a temporary, else -1
 * @keep: a temporary that the host may read after a step
 */
typedef struct
{
  TrpTensor tensor;
  TrpAxes axes;
  char *name;
  int producer;
  bool keep;
} TrpValueInfo;

struct _TrpOp
{
  TrpOpKind kind;
  TrpOpAttributes attributes;
  int n_inputs, n_outputs;
  TrpValue *inputs;
  TrpValue *outputs;
};

TrpGraph *trp_graph_new (void);
void trp_graph_free (TrpGraph *self);

/* False with the first error that a builder met. */
bool trp_graph_check (const TrpGraph *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

TrpValue trp_graph_input (TrpGraph *self, const char *name, TrpShape shape);
/* A name that exists already gives the same value again (shared weights); its shape must agree. */
TrpValue trp_graph_parameter (TrpGraph *self, const char *name, TrpShape shape, TrpAxes axes);
TrpValue trp_graph_state (TrpGraph *self, const char *name, TrpShape shape, TrpAxes axes);
/* Lets the host read @value after a step by @name (an output, a loss). */
void trp_graph_output (TrpGraph *self, const char *name, TrpValue value);
/* No device holds @value in less than 32 bits, nor its gradient. Element-wise operations whose
 * first input it is, and those that only move numbers, inherit that: call it before they are added.
 * Anything but a temporary has 32 bits anyway. For what is seen, as an output image: bfloat16 has 8
 * bits. */
void trp_graph_set_precise (TrpGraph *self, TrpValue value);

/**
 * trp_graph_add_op:
 * @outputs: (out): new temporaries, except where the entry on entry is a persistent value that the
 * operation updates (preset the others to TRP_VALUE_NONE)
 *
 * The general builder under all others. Returns: false when an error is recorded; @outputs are NONE
 * then.
 */
bool trp_graph_add_op (TrpGraph *self,
                       TrpOpKind kind,
                       const TrpOpAttributes *attributes,
                       const TrpValue *inputs,
                       int n_inputs,
                       TrpValue *outputs,
                       int n_outputs);
/* The same for one new output. */
TrpValue trp_graph_op (TrpGraph *self,
                       TrpOpKind kind,
                       const TrpOpAttributes *attributes,
                       const TrpValue *inputs,
                       int n_inputs);

int trp_graph_get_n_values (const TrpGraph *self);
int trp_graph_get_n_ops (const TrpGraph *self);
const TrpValueInfo *trp_graph_peek_value (const TrpGraph *self, TrpValue value);
const TrpOp *trp_graph_peek_op (const TrpGraph *self, int index);
TrpShape trp_graph_get_shape (const TrpGraph *self, TrpValue value);
/* TRP_VALUE_NONE if there is none; looks through inputs, parameters, states and outputs. */
TrpValue trp_graph_find (const TrpGraph *self, const char *name);
/* Parameters whose names begin with @prefix, in the order of their creation; free with
 * g_array_unref; elements are TrpValue. */
GArray *trp_graph_dup_parameters (const TrpGraph *self, const char *prefix);
/* Elements in all parameters whose names begin with @prefix. */
size_t trp_graph_count_parameters (const TrpGraph *self, const char *prefix);

/**
 * trp_graph_differentiate:
 * @loss: a scalar
 * @out_gradients: (array length=n): one value per parameter, of its shape
 *
 * Appends the backward operations of @loss for these parameters only: what does not lead to them
 * gets no gradient, and weights not listed (a frozen discriminator) get none either. Where a value
 * is used several times its gradients are added as they arise, last use first. A parameter that the
 * loss does not depend on gets zeros. Call it before any operation that updates the parameters
 * involved.
 */
void trp_graph_differentiate (
  TrpGraph *self, TrpValue loss, const TrpValue *parameters, int n, TrpValue *out_gradients);
/* The same where the gradient of the loss itself is the scalar @seed instead of 1. */
void trp_graph_differentiate_scaled (TrpGraph *self,
                                     TrpValue loss,
                                     TrpValue seed,
                                     const TrpValue *parameters,
                                     int n,
                                     TrpValue *out_gradients);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpGraph, trp_graph_free)

G_END_DECLS
