/* autodiff.c - the backward list, derived from one rule per kind of operation
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two sweeps: forward, to mark what depends on the parameters; backward, to call the rules where a
 * gradient arrived and is wanted. Pending sums are added at once, so that at most one partial sum
 * per value is alive.
 */

#include "core/nn/layers.h"

typedef struct
{
  TrpGraph *graph;
  int n_values, n_ops; /* of the forward part */
  bool *depends;       /* per value: leads from a wanted parameter */
  TrpValue *gradients; /* per value: sum so far */
} Sweep;

static void
mark_dependence (Sweep *sweep)
{
  for (int i = 0; i < sweep->n_ops; i++)
    {
      const TrpOp *op = trp_graph_peek_op (sweep->graph, i);
      bool any = false;

      if (!trp_op_class (op->kind)->backward)
        continue;
      for (int k = 0; k < op->n_inputs; k++)
        any |= sweep->depends[op->inputs[k]];
      for (int k = 0; k < op->n_outputs && any; k++)
        if (trp_graph_peek_value (sweep->graph, op->outputs[k])->tensor.kind == TRP_VALUE_TEMPORARY)
          sweep->depends[op->outputs[k]] = true;
    }
}

/* The rules read parameters as the forward pass saw them; an update in between would be silently
 * wrong. */
static void
assert_unchanged (const Sweep *sweep, const TrpOp *op, int index)
{
  for (int i = index + 1; i < sweep->n_ops; i++)
    {
      const TrpOp *later = trp_graph_peek_op (sweep->graph, i);

      for (int k = 0; k < later->n_outputs; k++)
        if (trp_graph_peek_value (sweep->graph, later->outputs[k])->tensor.kind ==
            TRP_VALUE_PARAMETER)
          for (int j = 0; j < op->n_inputs; j++)
            g_assert (later->outputs[k] != op->inputs[j]);
    }
}

static void
run_rule (Sweep *sweep, int index)
{
  const TrpOp *op = trp_graph_peek_op (sweep->graph, index);
  g_autofree TrpValue *dy = g_new (TrpValue, (gsize) op->n_outputs);
  g_autofree TrpValue *dx = g_new (TrpValue, (gsize) MAX (op->n_inputs, 1));
  g_autofree bool *wanted = g_new0 (bool, (gsize) MAX (op->n_inputs, 1));
  bool arrived = false, any = false;

  for (int k = 0; k < op->n_outputs; k++)
    {
      const bool persistent = trp_graph_peek_value (sweep->graph, op->outputs[k])->tensor.kind !=
                              TRP_VALUE_TEMPORARY;

      dy[k] = persistent ? TRP_VALUE_NONE : sweep->gradients[op->outputs[k]];
      arrived |= dy[k] != TRP_VALUE_NONE;
    }
  for (int k = 0; k < op->n_inputs; k++)
    {
      dx[k] = TRP_VALUE_NONE;
      wanted[k] = sweep->depends[op->inputs[k]];
      any |= wanted[k];
    }
  if (!arrived || !any || !trp_op_class (op->kind)->backward)
    return;
  assert_unchanged (sweep, op, index);
  trp_op_class (op->kind)->backward (sweep->graph, op, dy, wanted, dx);
  for (int k = 0; k < op->n_inputs; k++)
    if (wanted[k] && dx[k] != TRP_VALUE_NONE)
      {
        TrpValue *sum = &sweep->gradients[op->inputs[k]];

        if (trp_graph_peek_value (sweep->graph, op->inputs[k])->tensor.precise)
          trp_graph_set_precise (sweep->graph, dx[k]);
        *sum = *sum == TRP_VALUE_NONE ? dx[k] : trp_graph_add (sweep->graph, *sum, dx[k]);
      }
}

static bool
is_zeros (const TrpGraph *graph, TrpValue value, TrpShape shape)
{
  const int producer = trp_graph_peek_value (graph, value)->producer;
  const TrpOp *op = producer >= 0 ? trp_graph_peek_op (graph, producer) : NULL;

  return op && op->kind == TRP_OP_constant && op->attributes.alpha == 0 &&
         trp_shape_equal (op->attributes.shape, shape);
}

/* One of @gradients where it will do: a device would fill each anew in every step, and the biases
 * before norms are many. */
static TrpValue
zeros_of (TrpGraph *graph, TrpShape shape, const TrpValue *gradients, int n)
{
  for (int i = 0; i < n; i++)
    if (is_zeros (graph, gradients[i], shape))
      return gradients[i];
  return trp_graph_constant (graph, shape, 0);
}

void
trp_graph_differentiate (
  TrpGraph *self, TrpValue loss, const TrpValue *parameters, int n, TrpValue *out_gradients)
{
  trp_graph_differentiate_scaled (self, loss, TRP_VALUE_NONE, parameters, n, out_gradients);
}

void
trp_graph_differentiate_scaled (TrpGraph *self,
                                TrpValue loss,
                                TrpValue seed,
                                const TrpValue *parameters,
                                int n,
                                TrpValue *out_gradients)
{
  Sweep sweep = {
    .graph = self,
    .n_values = trp_graph_get_n_values (self),
    .n_ops = trp_graph_get_n_ops (self),
  };

  for (int i = 0; i < n; i++)
    out_gradients[i] = TRP_VALUE_NONE;
  if (!trp_graph_check (self, NULL))
    return;
  g_assert (loss != TRP_VALUE_NONE && trp_shape_count (trp_graph_get_shape (self, loss)) == 1);
  sweep.depends = g_new0 (bool, (gsize) sweep.n_values);
  sweep.gradients = g_new (TrpValue, (gsize) sweep.n_values);
  for (int i = 0; i < sweep.n_values; i++)
    sweep.gradients[i] = TRP_VALUE_NONE;
  for (int i = 0; i < n; i++)
    sweep.depends[parameters[i]] = true;
  mark_dependence (&sweep);
  if (sweep.depends[loss])
    sweep.gradients[loss] = seed != TRP_VALUE_NONE
                              ? seed
                              : trp_graph_constant (self, trp_shape_vector (1), 1);
  for (int i = sweep.n_ops - 1; i >= 0; i--)
    run_rule (&sweep, i);
  for (int i = 0; i < n; i++)
    {
      out_gradients[i] = sweep.gradients[parameters[i]];
      if (out_gradients[i] == TRP_VALUE_NONE)
        out_gradients[i] = zeros_of (self, trp_graph_get_shape (self, parameters[i]), out_gradients,
                                     i);
    }
  g_free (sweep.depends);
  g_free (sweep.gradients);
}
