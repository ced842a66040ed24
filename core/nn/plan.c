/* plan.c - see plan.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Values that share memory by running in place form one block with the life of all of them.
 */

#include "core/nn/plan.h"

typedef struct
{
  size_t bytes, offset;
  int first, last;
} Block;

typedef struct
{
  const TrpGraph *graph;
  TrpPlan *plan;
  int *block_of; /* per value, -1: not in the arena */
  GArray *blocks;
} Planner;

static size_t
align (size_t bytes)
{
  return (bytes + TRP_TENSOR_ALIGNMENT - 1) / TRP_TENSOR_ALIGNMENT * TRP_TENSOR_ALIGNMENT;
}

static size_t
four_bytes (void *data, const TrpTensor *tensor)
{
  return trp_shape_count (tensor->shape) * 4;
}

static void
measure (Planner *planner, TrpTensorBytes tensor_bytes, void *data)
{
  TrpPlan *plan = planner->plan;

  for (int i = 0; i < plan->n_values; i++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (planner->graph, i);

      plan->offsets[i] = SIZE_MAX;
      plan->bytes[i] = align (tensor_bytes (data, &info->tensor));
      plan->first[i] = plan->last[i] = -1;
      if (info->tensor.kind == TRP_VALUE_INPUT)
        plan->input_bytes += plan->bytes[i];
      else if (info->tensor.kind != TRP_VALUE_TEMPORARY)
        plan->persistent_bytes += plan->bytes[i];
    }
}

static void
find_lives (Planner *planner)
{
  TrpPlan *plan = planner->plan;
  const int n_ops = trp_graph_get_n_ops (planner->graph);

  for (int i = 0; i < n_ops; i++)
    {
      const TrpOp *op = trp_graph_peek_op (planner->graph, i);

      for (int k = 0; k < op->n_inputs; k++)
        plan->last[op->inputs[k]] = i;
      for (int k = 0; k < op->n_outputs; k++)
        {
          plan->last[op->outputs[k]] = MAX (plan->last[op->outputs[k]], i);
          if (plan->first[op->outputs[k]] < 0)
            plan->first[op->outputs[k]] = i;
        }
    }
  for (int i = 0; i < plan->n_values; i++)
    if (trp_graph_peek_value (planner->graph, i)->keep)
      plan->last[i] = n_ops;
}

static bool
is_precise (const Planner *planner, TrpValue value)
{
  return trp_graph_peek_value (planner->graph, value)->tensor.precise;
}

/* The block that output 0 of operation @index may take over, or -1. Only from a value held in the
 * same type: in another, elements of the one lie across several of the other. */
static int
find_in_place (const Planner *planner, const TrpOp *op, int index)
{
  const unsigned mask = trp_op_class (op->kind)->in_place;
  const TrpPlan *plan = planner->plan;

  for (int k = 0; k < op->n_inputs && k < 32; k++)
    {
      const TrpValue value = op->inputs[k];

      if ((mask >> k & 1) && planner->block_of[value] >= 0 && plan->last[value] == index &&
          plan->bytes[value] == plan->bytes[op->outputs[0]] &&
          is_precise (planner, value) == is_precise (planner, op->outputs[0]))
        return planner->block_of[value];
    }
  return -1;
}

/* Written by operation @index, read by nobody, and its kernel does without. */
static bool
is_left_out (const Planner *planner, const TrpOp *op, int output, int index)
{
  return (trp_op_class (op->kind)->optional >> MIN (output, 31) & 1) &&
         planner->plan->last[op->outputs[output]] == index;
}

static void
make_blocks (Planner *planner)
{
  TrpPlan *plan = planner->plan;

  for (int i = 0; i < trp_graph_get_n_ops (planner->graph); i++)
    {
      const TrpOp *op = trp_graph_peek_op (planner->graph, i);

      for (int k = 0; k < op->n_outputs; k++)
        {
          const TrpValue value = op->outputs[k];
          const int shared = k == 0 ? find_in_place (planner, op, i) : -1;
          const Block block = { plan->bytes[value], 0, plan->first[value], plan->last[value] };

          if (trp_graph_peek_value (planner->graph, value)->tensor.kind != TRP_VALUE_TEMPORARY ||
              is_left_out (planner, op, k, i))
            continue;
          if (shared >= 0)
            g_array_index (planner->blocks, Block, shared).last = plan->last[value];
          else
            g_array_append_val (planner->blocks, block);
          planner->block_of[value] = shared >= 0 ? shared : (int) planner->blocks->len - 1;
        }
    }
}

static int
compare_size (const void *a, const void *b, void *data)
{
  const GArray *blocks = (const GArray *) data;
  const Block *x = &g_array_index (blocks, Block, *(const int *) a);
  const Block *y = &g_array_index (blocks, Block, *(const int *) b);

  if (x->bytes != y->bytes)
    return x->bytes > y->bytes ? -1 : 1;
  if (x->first != y->first)
    return x->first < y->first ? -1 : 1;
  return *(const int *) a - *(const int *) b;
}

/* The smallest gap that fits between blocks alive at the same time; @placed is sorted by offset. */
static size_t
find_gap (const GPtrArray *placed, const Block *block)
{
  size_t end = 0, best = SIZE_MAX, best_size = SIZE_MAX;

  for (guint i = 0; i < placed->len; i++)
    {
      const Block *other = (const Block *) g_ptr_array_index (placed, i);

      if (other->last < block->first || other->first > block->last)
        continue;
      if (other->offset >= end + block->bytes && other->offset - end < best_size)
        {
          best = end;
          best_size = other->offset - end;
        }
      end = MAX (end, other->offset + other->bytes);
    }
  return best == SIZE_MAX ? end : best;
}

static void
place_blocks (Planner *planner)
{
  const int n = (int) planner->blocks->len;
  g_autofree int *order = g_new (int, (gsize) MAX (n, 1));
  g_autoptr (GPtrArray) placed = g_ptr_array_new ();

  for (int i = 0; i < n; i++)
    order[i] = i;
  g_qsort_with_data (order, n, sizeof (int), compare_size, planner->blocks);
  for (int i = 0; i < n; i++)
    {
      Block *block = &g_array_index (planner->blocks, Block, order[i]);
      guint at = placed->len;

      block->offset = find_gap (placed, block);
      planner->plan->arena_bytes = MAX (planner->plan->arena_bytes, block->offset + block->bytes);
      while (at > 0 && ((const Block *) g_ptr_array_index (placed, at - 1))->offset > block->offset)
        at--;
      g_ptr_array_insert (placed, (int) at, block);
    }
}

TrpPlan *
trp_plan_new (const TrpGraph *graph, TrpTensorBytes tensor_bytes, void *data)
{
  const int n = trp_graph_get_n_values (graph);
  TrpPlan *plan = g_new0 (TrpPlan, 1);
  g_autofree int *block_of = g_new (int, (gsize) MAX (n, 1));
  g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  Planner planner = { graph, plan, block_of, blocks };

  plan->n_values = n;
  plan->offsets = g_new (size_t, (gsize) MAX (n, 1));
  plan->bytes = g_new (size_t, (gsize) MAX (n, 1));
  plan->first = g_new (int, (gsize) MAX (n, 1));
  plan->last = g_new (int, (gsize) MAX (n, 1));
  for (int i = 0; i < n; i++)
    block_of[i] = -1;
  measure (&planner, tensor_bytes ? tensor_bytes : four_bytes, data);
  find_lives (&planner);
  make_blocks (&planner);
  place_blocks (&planner);
  for (int i = 0; i < n; i++)
    if (block_of[i] >= 0)
      plan->offsets[i] = g_array_index (blocks, Block, block_of[i]).offset;
  return plan;
}

void
trp_plan_free (TrpPlan *self)
{
  if (!self)
    return;
  g_free (self->offsets);
  g_free (self->bytes);
  g_free (self->first);
  g_free (self->last);
  g_free (self);
}

size_t
trp_plan_get_total_bytes (const TrpPlan *self)
{
  return self->arena_bytes + self->persistent_bytes + self->input_bytes;
}
