/* graph.c - see graph.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/graph.h"

struct _TrpGraph
{
  GPtrArray *values; /* TrpValueInfo */
  GPtrArray *ops;    /* TrpOp; the addresses stay while others are appended */
  GHashTable *names; /* name -> value + 1 */
  GError *error;
};

static void
free_value (void *data)
{
  TrpValueInfo *info = (TrpValueInfo *) data;

  g_free (info->name);
  g_free (info);
}

static void
free_op (void *data)
{
  TrpOp *op = (TrpOp *) data;

  g_free (op->inputs);
  g_free (op->outputs);
  g_free (op);
}

TrpGraph *
trp_graph_new (void)
{
  TrpGraph *self = g_new0 (TrpGraph, 1);

  self->values = g_ptr_array_new_with_free_func (free_value);
  self->ops = g_ptr_array_new_with_free_func (free_op);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
trp_graph_free (TrpGraph *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->values);
  g_ptr_array_unref (self->ops);
  g_hash_table_unref (self->names);
  g_clear_error (&self->error);
  g_free (self);
}

bool
trp_graph_check (const TrpGraph *self, GError **error)
{
  if (!self->error)
    return true;
  if (error)
    *error = g_error_copy (self->error);
  return false;
}

static bool
check_shape (TrpShape s, GError **error)
{
  const int axes[4] = { s.n, s.h, s.w, s.c };

  for (int i = 0; i < 4; i++)
    if (axes[i] < 1 || axes[i] > TRP_SHAPE_MAX_AXIS)
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                     "A tensor of %d x %d x %d x %d is not possible; each size must be 1 to %d",
                     s.n, s.h, s.w, s.c, TRP_SHAPE_MAX_AXIS);
        return false;
      }
  /* two axes of at most 2^20 cannot overflow 64 bits, so check after each further one */
  if ((size_t) s.n * (size_t) s.h > TRP_SHAPE_MAX_COUNT ||
      (size_t) s.n * (size_t) s.h * (size_t) s.w > TRP_SHAPE_MAX_COUNT ||
      trp_shape_count (s) > TRP_SHAPE_MAX_COUNT)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "A tensor of %d x %d x %d x %d has too many elements", s.n, s.h, s.w, s.c);
      return false;
    }
  return true;
}

static TrpValue
add_value (TrpGraph *self, TrpValueKind kind, const char *name, TrpShape shape, TrpAxes axes)
{
  TrpValueInfo *info;

  if (self->error || !check_shape (shape, &self->error))
    return TRP_VALUE_NONE;
  info = g_new0 (TrpValueInfo, 1);
  info->tensor =
    (TrpTensor){ .shape = shape, .kind = kind, .precise = kind != TRP_VALUE_TEMPORARY };
  info->axes = axes;
  info->name = g_strdup (name);
  info->producer = -1;
  g_ptr_array_add (self->values, info);
  return (TrpValue) self->values->len - 1;
}

static TrpValue
add_named (TrpGraph *self, TrpValueKind kind, const char *name, TrpShape shape, TrpAxes axes)
{
  TrpValue value = trp_graph_find (self, name);

  if (value == TRP_VALUE_NONE)
    {
      value = add_value (self, kind, name, shape, axes);
      if (value != TRP_VALUE_NONE)
        g_hash_table_insert (self->names, g_strdup (name), GINT_TO_POINTER (value + 1));
      return value;
    }
  g_assert (trp_graph_peek_value (self, value)->tensor.kind == kind);
  g_assert (trp_shape_equal (trp_graph_get_shape (self, value), shape));
  return value;
}

TrpValue
trp_graph_input (TrpGraph *self, const char *name, TrpShape shape)
{
  g_return_val_if_fail (self && name, TRP_VALUE_NONE);
  return add_named (self, TRP_VALUE_INPUT, name, shape, TRP_AXES_PLAIN);
}

TrpValue
trp_graph_parameter (TrpGraph *self, const char *name, TrpShape shape, TrpAxes axes)
{
  g_return_val_if_fail (self && name, TRP_VALUE_NONE);
  return add_named (self, TRP_VALUE_PARAMETER, name, shape, axes);
}

TrpValue
trp_graph_state (TrpGraph *self, const char *name, TrpShape shape, TrpAxes axes)
{
  g_return_val_if_fail (self && name, TRP_VALUE_NONE);
  return add_named (self, TRP_VALUE_STATE, name, shape, axes);
}

void
trp_graph_output (TrpGraph *self, const char *name, TrpValue value)
{
  g_return_if_fail (self && name);
  if (value == TRP_VALUE_NONE)
    return;
  g_assert (trp_graph_find (self, name) == TRP_VALUE_NONE);
  g_hash_table_insert (self->names, g_strdup (name), GINT_TO_POINTER (value + 1));
  ((TrpValueInfo *) g_ptr_array_index (self->values, (guint) value))->keep = true;
}

void
trp_graph_set_precise (TrpGraph *self, TrpValue value)
{
  g_return_if_fail (self);
  if (value != TRP_VALUE_NONE)
    ((TrpValueInfo *) g_ptr_array_index (self->values, (guint) value))->tensor.precise = true;
}

static bool
are_precise (const TrpTensor *temporaries, int n)
{
  for (int i = 0; i < n; i++)
    if (!temporaries[i].precise || temporaries[i].kind != TRP_VALUE_TEMPORARY)
      return false;
  return n > 0;
}

/* An element-wise operation keeps what its first input was held in, one that moves numbers what all
 * of them were. */
static bool
is_precise (const TrpOpClass *klass, const TrpTensor *inputs, int n_inputs, int output)
{
  return (klass->precise >> MIN (output, 31) & 1) ||
         (klass->in_place && are_precise (inputs, MIN (n_inputs, 1))) ||
         (klass->moves && are_precise (inputs, n_inputs));
}

static void
fill_outputs (TrpGraph *self,
              const TrpOpClass *klass,
              const TrpTensor *inputs,
              int n_inputs,
              const TrpShape *shapes,
              TrpValue *outputs,
              int n_outputs)
{
  for (int i = 0; i < n_outputs; i++)
    {
      TrpValueInfo *info;

      if (outputs[i] != TRP_VALUE_NONE)
        {
          g_assert (trp_shape_equal (trp_graph_get_shape (self, outputs[i]), shapes[i]));
          g_assert (trp_graph_peek_value (self, outputs[i])->tensor.kind != TRP_VALUE_TEMPORARY);
          continue;
        }
      outputs[i] = add_value (self, TRP_VALUE_TEMPORARY, NULL, shapes[i], TRP_AXES_PLAIN);
      if (outputs[i] == TRP_VALUE_NONE)
        return;
      info = (TrpValueInfo *) g_ptr_array_index (self->values, (guint) outputs[i]);
      info->producer = (int) self->ops->len;
      info->tensor.precise = is_precise (klass, inputs, n_inputs, i);
    }
}

bool
trp_graph_add_op (TrpGraph *self,
                  TrpOpKind kind,
                  const TrpOpAttributes *attributes,
                  const TrpValue *inputs,
                  int n_inputs,
                  TrpValue *outputs,
                  int n_outputs)
{
  const TrpOpClass *klass = trp_op_class (kind);
  g_autofree TrpTensor *tensors = g_new0 (TrpTensor, (gsize) MAX (n_inputs, 1));
  g_autofree TrpShape *shapes = g_new0 (TrpShape, (gsize) n_outputs);
  const TrpOpDesc desc = {
    .kind = kind,
    .attributes = attributes ? *attributes : (TrpOpAttributes){ 0 },
    .n_inputs = n_inputs,
    .n_outputs = n_outputs,
    .inputs = tensors,
  };
  TrpOp *op;
  bool failed = self->error != NULL;

  for (int i = 0; i < n_inputs && !failed; i++)
    {
      g_assert (inputs[i] != TRP_VALUE_NONE);
      tensors[i] = trp_graph_peek_value (self, inputs[i])->tensor;
    }
  failed = failed || !klass->infer (&desc, shapes, &self->error);
  if (!failed)
    fill_outputs (self, klass, tensors, n_inputs, shapes, outputs, n_outputs);
  if (self->error)
    {
      for (int i = 0; i < n_outputs; i++)
        outputs[i] = TRP_VALUE_NONE;
      return false;
    }
  op = g_new0 (TrpOp, 1);
  op->kind = kind;
  op->attributes = desc.attributes;
  op->n_inputs = n_inputs;
  op->n_outputs = n_outputs;
  op->inputs = (TrpValue *) g_memdup2 (inputs, sizeof (TrpValue) * (gsize) n_inputs);
  op->outputs = (TrpValue *) g_memdup2 (outputs, sizeof (TrpValue) * (gsize) n_outputs);
  g_ptr_array_add (self->ops, op);
  return true;
}

TrpValue
trp_graph_op (TrpGraph *self,
              TrpOpKind kind,
              const TrpOpAttributes *attributes,
              const TrpValue *inputs,
              int n_inputs)
{
  TrpValue output = TRP_VALUE_NONE;

  trp_graph_add_op (self, kind, attributes, inputs, n_inputs, &output, 1);
  return output;
}

int
trp_graph_get_n_values (const TrpGraph *self)
{
  return (int) self->values->len;
}

int
trp_graph_get_n_ops (const TrpGraph *self)
{
  return (int) self->ops->len;
}

const TrpValueInfo *
trp_graph_peek_value (const TrpGraph *self, TrpValue value)
{
  g_assert (value >= 0 && (guint) value < self->values->len);
  return (const TrpValueInfo *) g_ptr_array_index (self->values, (guint) value);
}

const TrpOp *
trp_graph_peek_op (const TrpGraph *self, int index)
{
  g_assert (index >= 0 && (guint) index < self->ops->len);
  return (const TrpOp *) g_ptr_array_index (self->ops, (guint) index);
}

TrpShape
trp_graph_get_shape (const TrpGraph *self, TrpValue value)
{
  if (value == TRP_VALUE_NONE) /* after an error */
    return (TrpShape){ 1, 1, 1, 1 };
  return trp_graph_peek_value (self, value)->tensor.shape;
}

TrpValue
trp_graph_find (const TrpGraph *self, const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (self->names, name)) - 1;
}

GArray *
trp_graph_dup_parameters (const TrpGraph *self, const char *prefix)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (TrpValue));

  for (TrpValue i = 0; i < trp_graph_get_n_values (self); i++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (self, i);

      if (info->tensor.kind == TRP_VALUE_PARAMETER && g_str_has_prefix (info->name, prefix))
        g_array_append_val (found, i);
    }
  return found;
}

size_t
trp_graph_count_parameters (const TrpGraph *self, const char *prefix)
{
  g_autoptr (GArray) found = trp_graph_dup_parameters (self, prefix);
  size_t count = 0;

  for (guint i = 0; i < found->len; i++)
    count += trp_shape_count (trp_graph_get_shape (self, g_array_index (found, TrpValue, i)));
  return count;
}
