/* program.c - see program.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/program.h"

#include <string.h>

/* One operation, bound to memory. */
typedef struct
{
  void *kernel;
  void **inputs;
  void **outputs;
  TrpStored **stored_inputs;  /* per input, NULL unless persistent */
  TrpStored **stored_outputs; /* per output, NULL unless persistent */
  uint64_t *versions;
} Step;

/* A late read: of the back end, or values fetched at once where it has none. */
typedef struct
{
  void *handle;
  int n;
  float values[TRP_MAX_READ];
} Read;

struct _TrpProgram
{
  TrpGraph *graph;
  TrpStore *store;
  const TrpBackend *backend;
  void *device;
  TrpPlan *plan;
  int n_values, n_ops;
  void **memory; /* per value */
  TrpStored **stored;
  void *arena;
  void *workspace;
  size_t workspace_bytes;
  Step *steps;
  GQueue reads; /* Read, oldest first */
};

static void *
allocate (TrpProgram *self, size_t bytes, GError **error)
{
  void *memory = self->backend->alloc (self->device, MAX (bytes, 1), error);

  if (!memory)
    {
      g_autofree char *total = g_format_size (trp_program_get_bytes (self));

      g_prefix_error (error, "This network needs %s of memory: ", total);
    }
  return memory;
}

static bool
bind_values (TrpProgram *self, GError **error)
{
  self->arena = allocate (self, self->plan->arena_bytes, error);
  if (!self->arena)
    return false;
  for (int i = 0; i < self->n_values; i++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (self->graph, i);

      switch (info->tensor.kind)
        {
        case TRP_VALUE_TEMPORARY:
          if (self->plan->offsets[i] != SIZE_MAX)
            self->memory[i] = (char *) self->arena + self->plan->offsets[i];
          break;
        case TRP_VALUE_INPUT:
          self->memory[i] = allocate (self, self->plan->bytes[i], error);
          if (!self->memory[i])
            return false;
          break;
        default:
          self->stored[i] = trp_store_require (self->store, info->name, &info->tensor, info->axes,
                                               error);
          if (!self->stored[i])
            return false;
          self->memory[i] = self->stored[i]->memory;
        }
    }
  return true;
}

static void
bind_step (TrpProgram *self, Step *step, const TrpOp *op)
{
  step->inputs = g_new0 (void *, (gsize) MAX (op->n_inputs, 1));
  step->outputs = g_new0 (void *, (gsize) op->n_outputs);
  step->stored_inputs = g_new0 (TrpStored *, (gsize) MAX (op->n_inputs, 1));
  step->stored_outputs = g_new0 (TrpStored *, (gsize) op->n_outputs);
  step->versions = g_new0 (uint64_t, (gsize) MAX (op->n_inputs, 1));
  for (int k = 0; k < op->n_inputs; k++)
    {
      step->inputs[k] = self->memory[op->inputs[k]];
      step->stored_inputs[k] = self->stored[op->inputs[k]];
    }
  for (int k = 0; k < op->n_outputs; k++)
    {
      step->outputs[k] = self->memory[op->outputs[k]];
      step->stored_outputs[k] = self->stored[op->outputs[k]];
    }
}

/* @io_workspace: grows to the largest. */
static void *
compile (const TrpGraph *graph,
         const TrpOp *op,
         const TrpBackend *backend,
         void *device,
         size_t *io_workspace,
         GError **error)
{
  g_autofree TrpTensor *inputs = g_new0 (TrpTensor, (gsize) MAX (op->n_inputs, 1));
  g_autofree TrpTensor *outputs = g_new0 (TrpTensor, (gsize) op->n_outputs);
  const TrpOpDesc desc = { op->kind, op->attributes, op->n_inputs, op->n_outputs, inputs, outputs };
  size_t workspace = 0;
  void *kernel;

  for (int k = 0; k < op->n_inputs; k++)
    inputs[k] = trp_graph_peek_value (graph, op->inputs[k])->tensor;
  for (int k = 0; k < op->n_outputs; k++)
    outputs[k] = trp_graph_peek_value (graph, op->outputs[k])->tensor;
  kernel = backend->compile (device, &desc, &workspace, error);
  *io_workspace = MAX (*io_workspace, workspace);
  return kernel;
}

bool
trp_program_measure_workspace (const TrpGraph *graph,
                               TrpDevice *device,
                               size_t *out_bytes,
                               GError **error)
{
  const TrpBackend *backend = trp_device_get_backend (device);
  void *handle = trp_device_peek_handle (device);
  size_t workspace = 0;

  if (!trp_graph_check (graph, error))
    return false;
  for (int i = 0; i < trp_graph_get_n_ops (graph); i++)
    {
      void *kernel = compile (graph, trp_graph_peek_op (graph, i), backend, handle, &workspace,
                              error);

      if (!kernel)
        return false;
      backend->free_kernel (handle, kernel);
    }
  *out_bytes = workspace;
  return true;
}

static bool
compile_step (TrpProgram *self, Step *step, const TrpOp *op, GError **error)
{
  step->kernel = compile (self->graph, op, self->backend, self->device, &self->workspace_bytes,
                          error);
  return step->kernel != NULL;
}

static bool
prepare (TrpProgram *self, GError **error)
{
  if (!trp_graph_check (self->graph, error))
    return false;
  for (int i = 0; i < self->n_ops; i++)
    if (!compile_step (self, &self->steps[i], trp_graph_peek_op (self->graph, i), error))
      return false;
  if (!bind_values (self, error))
    return false;
  self->workspace = allocate (self, self->workspace_bytes, error);
  if (!self->workspace)
    return false;
  for (int i = 0; i < self->n_ops; i++)
    bind_step (self, &self->steps[i], trp_graph_peek_op (self->graph, i));
  return true;
}

TrpProgram *
trp_program_new (TrpGraph *graph, TrpStore *store, GError **error)
{
  g_autoptr (TrpProgram) self = g_new0 (TrpProgram, 1);
  TrpDevice *device = trp_store_peek_device (store);

  self->graph = graph;
  self->store = trp_store_ref (store);
  self->backend = trp_device_get_backend (device);
  self->device = trp_device_peek_handle (device);
  self->n_values = trp_graph_get_n_values (graph);
  self->n_ops = trp_graph_get_n_ops (graph);
  self->memory = g_new0 (void *, (gsize) MAX (self->n_values, 1));
  self->stored = g_new0 (TrpStored *, (gsize) MAX (self->n_values, 1));
  self->steps = g_new0 (Step, (gsize) MAX (self->n_ops, 1));
  g_queue_init (&self->reads);
  self->plan = trp_plan_new (graph, self->backend->tensor_bytes, self->device);
  if (!prepare (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
drop_reads (TrpProgram *self)
{
  Read *read;

  while ((read = g_queue_pop_head (&self->reads)))
    {
      if (read->handle)
        self->backend->finish_read (self->device, read->handle, NULL, NULL);
      g_free (read);
    }
}

void
trp_program_free (TrpProgram *self)
{
  if (!self)
    return;
  drop_reads (self);
  if (self->backend->forget_step)
    self->backend->forget_step (self->device, self);
  for (int i = 0; i < self->n_ops; i++)
    {
      Step *step = &self->steps[i];

      if (step->kernel)
        self->backend->free_kernel (self->device, step->kernel);
      g_free (step->inputs);
      g_free (step->outputs);
      g_free (step->stored_inputs);
      g_free (step->stored_outputs);
      g_free (step->versions);
    }
  for (int i = 0; i < self->n_values; i++)
    if (trp_graph_peek_value (self->graph, i)->tensor.kind == TRP_VALUE_INPUT && self->memory[i])
      self->backend->free (self->device, self->memory[i]);
  if (self->arena)
    self->backend->free (self->device, self->arena);
  if (self->workspace)
    self->backend->free (self->device, self->workspace);
  trp_plan_free (self->plan);
  trp_graph_free (self->graph);
  trp_store_unref (self->store);
  g_free (self->memory);
  g_free (self->stored);
  g_free (self->steps);
  g_free (self);
}

const TrpGraph *
trp_program_peek_graph (const TrpProgram *self)
{
  return self->graph;
}

TrpStore *
trp_program_peek_store (const TrpProgram *self)
{
  return self->store;
}

TrpValue
trp_program_find (const TrpProgram *self, const char *name)
{
  return trp_graph_find (self->graph, name);
}

size_t
trp_program_get_bytes (const TrpProgram *self)
{
  return trp_plan_get_total_bytes (self->plan) + self->workspace_bytes;
}

/* Only what keeps its contents may be touched from outside. */
static const TrpTensor *
peek_accessible (const TrpProgram *self, TrpValue value, bool writing)
{
  const TrpValueInfo *info = trp_graph_peek_value (self->graph, value);

  g_assert (self->memory[value]);
  g_assert (info->tensor.kind != TRP_VALUE_TEMPORARY || (info->keep && !writing));
  if (writing && self->stored[value])
    trp_store_touch (self->store, self->stored[value]);
  return &info->tensor;
}

bool
trp_program_set (TrpProgram *self, TrpValue input, const float *values, GError **error)
{
  const TrpTensor *tensor = peek_accessible (self, input, true);

  return self->backend->upload (self->device, self->memory[input], tensor, values, error);
}

bool
trp_program_set_scalar (TrpProgram *self, TrpValue input, double value, GError **error)
{
  const float single = (float) value;

  g_return_val_if_fail (trp_shape_count (trp_graph_get_shape (self->graph, input)) == 1, false);
  if (self->backend->upload_f64)
    return trp_program_set_f64 (self, input, &value, error);
  return trp_program_set (self, input, &single, error);
}

bool
trp_program_get (TrpProgram *self, TrpValue value, float *out_values, GError **error)
{
  const TrpTensor *tensor = peek_accessible (self, value, false);

  return self->backend->download (self->device, self->memory[value], tensor, out_values, error);
}

static bool
fetch (TrpProgram *self, const TrpValue *values, Read *read, GError **error)
{
  for (int i = 0; i < read->n; i++)
    if (!trp_program_get (self, values[i], &read->values[i], error))
      return false;
  return true;
}

bool
trp_program_begin_read (TrpProgram *self, const TrpValue *values, int n, GError **error)
{
  g_autofree Read *read = g_new0 (Read, 1);
  const void *memories[TRP_MAX_READ];

  g_return_val_if_fail (n > 0 && n <= TRP_MAX_READ, false);
  read->n = n;
  for (int i = 0; i < n; i++)
    {
      const TrpTensor *tensor = peek_accessible (self, values[i], false);

      g_assert (tensor->precise && trp_shape_count (tensor->shape) == 1);
      memories[i] = self->memory[values[i]];
    }
  if (self->backend->begin_read)
    {
      read->handle = self->backend->begin_read (self->device, n, memories, error);
      if (!read->handle)
        return false;
    }
  else if (!fetch (self, values, read, error))
    return false;
  g_queue_push_tail (&self->reads, g_steal_pointer (&read));
  return true;
}

bool
trp_program_finish_read (TrpProgram *self, float *out_values, GError **error)
{
  g_autofree Read *read = g_queue_pop_head (&self->reads);

  g_return_val_if_fail (read, false);
  if (read->handle)
    return self->backend->finish_read (self->device, read->handle, out_values, error);
  memcpy (out_values, read->values, (gsize) read->n * sizeof (float));
  return true;
}

int
trp_program_get_n_reads (const TrpProgram *self)
{
  return (int) self->reads.length;
}

bool
trp_program_set_f64 (TrpProgram *self, TrpValue value, const double *values, GError **error)
{
  const TrpTensor *tensor = peek_accessible (self, value, true);

  g_return_val_if_fail (self->backend->upload_f64, false);
  return self->backend->upload_f64 (self->device, self->memory[value], tensor, values, error);
}

bool
trp_program_get_f64 (TrpProgram *self, TrpValue value, double *out_values, GError **error)
{
  const TrpTensor *tensor = peek_accessible (self, value, false);

  g_return_val_if_fail (self->backend->download_f64, false);
  return self->backend->download_f64 (self->device, self->memory[value], tensor, out_values, error);
}

static void
touch_outputs (TrpProgram *self, const Step *step, int n_outputs)
{
  for (int k = 0; k < n_outputs; k++)
    if (step->stored_outputs[k])
      trp_store_touch (self->store, step->stored_outputs[k]);
}

/* @replayed: a captured copy has run it already; only the versions move on. */
static bool
run_step (TrpProgram *self, int index, bool replayed, GError **error)
{
  Step *step = &self->steps[index];
  const TrpOp *op = trp_graph_peek_op (self->graph, index);
  const TrpKernelArgs args = { step->inputs, step->outputs, self->workspace, step->versions };

  for (int k = 0; k < op->n_inputs; k++)
    step->versions[k] = step->stored_inputs[k] ? step->stored_inputs[k]->version : 0;
  if (!replayed && !self->backend->run (self->device, step->kernel, &args, error))
    {
      g_prefix_error (error, "%s: ", trp_op_class (op->kind)->name);
      return false;
    }
  touch_outputs (self, step, op->n_outputs);
  return true;
}

static bool
run_all (TrpProgram *self, bool replayed, GError **error)
{
  for (int i = 0; i < self->n_ops; i++)
    if (!run_step (self, i, replayed, error))
      return false;
  return true;
}

bool
trp_program_run (TrpProgram *self, GError **error)
{
  bool replayed = false, done;

  if (self->backend->begin_step &&
      !self->backend->begin_step (self->device, self, &replayed, error))
    return false;
  done = run_all (self, replayed, error);
  if (self->backend->end_step)
    done = self->backend->end_step (self->device, self, done ? error : NULL) && done;
  return done;
}

bool
trp_program_profile (TrpProgram *self, double *out_seconds, GError **error)
{
  if (!self->backend->synchronize (self->device, error))
    return false;
  for (int i = 0; i < self->n_ops; i++)
    {
      const gint64 start_us = g_get_monotonic_time ();

      if (!run_step (self, i, false, error) || !self->backend->synchronize (self->device, error))
        return false;
      out_seconds[i] = 1e-6 * (double) (g_get_monotonic_time () - start_us);
    }
  return true;
}
