/* capture.c - see capture.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rules of stream capture that the rest of the module keeps: kernels allocate nothing and wait for
 * nothing in run, all pointers stay, all numbers that change are in device memory. The mode is
 * thread-local, so that other threads (a window that draws with the same card) cannot break it.
 */

#include "gpu/capture.h"

/* One loads the kernels; a library may still allocate in the second. */
#define N_PLAIN_RUNS 2
/* Training, its preview, and one to come. */
#define MAX_GRAPHS 3

typedef struct
{
  int n_runs;
  cudaGraphExec_t graph; /* NULL before it is captured */
  uint64_t used;
} Step;

typedef struct
{
  TrpGpuKernel *kernel;
  TrpKernelArgs args;
} Call;

struct _TrpGpuCapture
{
  GHashTable *steps; /* by the caller's address */
  Step *current;     /* between begin and end */
  bool active, refused;
  GArray *calls; /* Call, of the step that is captured */
  uint64_t clock;
  char *note;
};

static void
free_step (void *data)
{
  Step *self = data;

  if (self->graph)
    cudaGraphExecDestroy (self->graph);
  g_free (self);
}

TrpGpuCapture *
trp_gpu_capture_new (void)
{
  TrpGpuCapture *self = g_new0 (TrpGpuCapture, 1);

  self->steps = g_hash_table_new_full (NULL, NULL, NULL, free_step);
  self->calls = g_array_new (FALSE, FALSE, sizeof (Call));
  return self;
}

void
trp_gpu_capture_free (TrpGpuCapture *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->steps);
  g_array_unref (self->calls);
  g_free (self->note);
  g_free (self);
}

const char *
trp_gpu_capture_get_note (const TrpGpuCapture *self)
{
  return self->note ? self->note : "";
}

bool
trp_gpu_is_capturing (const TrpGpuDevice *device)
{
  return device->capture && device->capture->active;
}

static void
refuse (TrpGpuCapture *self, const char *reason)
{
  cudaGetLastError (); /* not the device's failure */
  if (self->refused)
    return;
  self->refused = true;
  self->note = g_strdup_printf ("Steps are launched operation by operation: %s", reason);
  g_info ("%s", self->note);
}

static bool
refused (TrpGpuCapture *self, cudaError_t status)
{
  if (status == cudaSuccess)
    return false;
  refuse (self, cudaGetErrorString (status));
  return true;
}

static bool
run_now (TrpGpuKernel *kernel, const TrpKernelArgs *args, GError **error)
{
  return kernel->op->run (kernel, args, error);
}

static bool
run_calls (TrpGpuCapture *self, GError **error)
{
  for (guint i = 0; i < self->calls->len; i++)
    {
      const Call *call = &g_array_index (self->calls, Call, i);

      if (!run_now (call->kernel, &call->args, error))
        return false;
    }
  return true;
}

/* The captured graph, NULL (and no more captures) if it came to nothing. */
static cudaGraphExec_t
end_capture (TrpGpuDevice *device)
{
  TrpGpuCapture *self = device->capture;
  cudaGraph_t graph = NULL;
  cudaGraphExec_t result = NULL;

  self->active = false;
  if (refused (self, cudaStreamEndCapture (device->stream, &graph)))
    return NULL;
  if (refused (self, cudaGraphInstantiate (&result, graph, 0)))
    result = NULL;
  cudaGraphDestroy (graph);
  return result;
}

bool
trp_gpu_run (TrpGpuDevice *device, TrpGpuKernel *kernel, const TrpKernelArgs *args, GError **error)
{
  TrpGpuCapture *self = device->capture;
  const Call call = { kernel, *args };
  g_autoptr (GError) reason = NULL;
  cudaGraphExec_t graph;

  if (!self->active)
    return run_now (kernel, args, error);
  g_array_append_val (self->calls, call);
  if (run_now (kernel, args, &reason))
    return true;
  refuse (self, reason->message);
  graph = end_capture (device);
  if (graph)
    cudaGraphExecDestroy (graph);
  return run_calls (self, error);
}

static Step *
find_step (TrpGpuCapture *self, const void *key)
{
  Step *step = g_hash_table_lookup (self->steps, key);

  if (!step)
    {
      step = g_new0 (Step, 1);
      g_hash_table_insert (self->steps, (void *) key, step);
    }
  step->used = ++self->clock;
  return step;
}

bool
trp_gpu_begin_step (TrpGpuDevice *device, const void *key, bool *out_replayed, GError **error)
{
  TrpGpuCapture *self = device->capture;
  Step *step = find_step (self, key);

  *out_replayed = false;
  self->current = step;
  if (self->refused)
    return true;
  if (step->graph)
    {
      *out_replayed = !refused (self, cudaGraphLaunch (step->graph, device->stream));
      return true;
    }
  if (step->n_runs < N_PLAIN_RUNS)
    return true;
  g_array_set_size (self->calls, 0);
  self->active = !refused (
    self, cudaStreamBeginCapture (device->stream, cudaStreamCaptureModeThreadLocal));
  return true;
}

static void
drop_oldest (TrpGpuDevice *device)
{
  GHashTableIter iter;
  void *value;
  Step *oldest = NULL;
  int n = 0;

  g_hash_table_iter_init (&iter, device->capture->steps);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Step *step = value;

      n += step->graph != NULL;
      if (step->graph && (!oldest || step->used < oldest->used))
        oldest = step;
    }
  if (n <= MAX_GRAPHS)
    return;
  cudaStreamSynchronize (device->stream); /* it may be running */
  cudaGraphExecDestroy (oldest->graph);
  oldest->graph = NULL;
}

bool
trp_gpu_end_step (TrpGpuDevice *device, const void *key, GError **error)
{
  TrpGpuCapture *self = device->capture;
  Step *step = self->current;

  self->current = NULL;
  if (!step)
    return true;
  step->n_runs++;
  if (!self->active)
    return trp_gpu_is_alive (device, error);
  step->graph = end_capture (device);
  if (!step->graph || refused (self, cudaGraphLaunch (step->graph, device->stream)))
    return run_calls (self, error);
  drop_oldest (device);
  return true;
}

void
trp_gpu_forget_step (TrpGpuDevice *device, const void *key)
{
  const Step *step = g_hash_table_lookup (device->capture->steps, key);

  if (step && step->graph)
    cudaStreamSynchronize (device->stream);
  g_hash_table_remove (device->capture->steps, key);
}
