/* backend.c - the CPU back end's table
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs at once in the calling thread and the OpenMP threads; there is nothing to wait for.
 */

#include "core/nn/backend.h"

#include "core/nn/cpu/cpu.h"

#include <omp.h>
#include <string.h>
#include <unistd.h>

static const TrpCpuOp *const operations[TRP_N_OPS] = {
#define OP(name) [TRP_OP_##name] = &trp_cpu_##name,
#include "core/nn/op-list.h"
#undef OP
};

void
trp_cpu_for (
  const TrpCpuKernel *self, size_t n_items, size_t chunk, TrpParallelFunc func, void *data)
{
  trp_parallel_for_on (self->device->n_threads, n_items, chunk, func, data);
}

int
trp_cpu_get_slot (void)
{
  return omp_get_thread_num ();
}

static void
choose_precision (TrpCpuDevice *self, TrpPrecision precision)
{
  const bool wanted = precision == TRP_PRECISION_BF16;

  self->bf16 = wanted && trp_onednn_has_bf16 ();
  self->note = wanted && !self->bf16 ? "This CPU has no AVX512-BF16 instructions, without which "
                                       "bfloat16 is slower than float32; it computes in float32"
                                     : "";
}

static void *
open_device (const TrpDeviceOptions *options, GError **error)
{
  TrpCpuDevice *self;
  TrpOneDnn *onednn;

  if (options && options->precision == TRP_PRECISION_F16)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                           "A CPU computes in float32, not in float16; use default, or for "
                           "inference bf16");
      return NULL;
    }
  onednn = trp_onednn_new (error);
  if (!onednn)
    return NULL;
  self = g_new0 (TrpCpuDevice, 1);
  choose_precision (self, options ? options->precision : TRP_PRECISION_DEFAULT);
  self->onednn = onednn;
  self->n_threads = options && options->n_threads > 0 ? options->n_threads
                                                      : trp_parallel_get_threads ();
  self->n_slots = MAX (self->n_threads, omp_get_num_procs ());
  return self;
}

static void
close_device (void *device)
{
  TrpCpuDevice *self = device;

  trp_onednn_free (self->onednn);
  g_free (self);
}

static void
get_info (void *device, TrpDeviceInfo *out_info)
{
  const TrpCpuDevice *self = device;
  const long pages = sysconf (_SC_PHYS_PAGES), free_pages = sysconf (_SC_AVPHYS_PAGES);
  const long page = sysconf (_SC_PAGESIZE);

  *out_info = (TrpDeviceInfo){ .deterministic = true };
  g_strlcpy (out_info->precision, self->bf16 ? "bfloat16" : "float32", sizeof out_info->precision);
  g_strlcpy (out_info->note, self->note, sizeof out_info->note);
  g_snprintf (out_info->name, sizeof out_info->name, "CPU, %d thread%s, oneDNN %s", self->n_threads,
              self->n_threads == 1 ? "" : "s", trp_onednn_get_version (self->onednn));
  if (pages > 0 && free_pages > 0 && page > 0)
    {
      out_info->total_bytes = (size_t) pages * (size_t) page;
      out_info->free_bytes = (size_t) free_pages * (size_t) page;
    }
}

static size_t
tensor_bytes (void *device, const TrpTensor *tensor)
{
  return trp_shape_count (tensor->shape) * sizeof (float);
}

static void *
alloc (void *device, size_t bytes, GError **error)
{
  void *memory = NULL;

  if (posix_memalign (&memory, TRP_TENSOR_ALIGNMENT, MAX (bytes, 1)) != 0)
    {
      g_autofree char *size = g_format_size (bytes);

      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "There is no memory for %s", size);
      return NULL;
    }
  memset (memory, 0, MAX (bytes, 1));
  return memory;
}

static void
free_memory (void *device, void *memory)
{
  free (memory);
}

static bool
upload (void *device, void *memory, const TrpTensor *tensor, const float *values, GError **error)
{
  memcpy (memory, values, tensor_bytes (device, tensor));
  return true;
}

static bool
download (
  void *device, const void *memory, const TrpTensor *tensor, float *out_values, GError **error)
{
  memcpy (out_values, memory, tensor_bytes (device, tensor));
  return true;
}

static bool
copy (void *device, void *to, const void *from, const TrpTensor *tensor, GError **error)
{
  memcpy (to, from, tensor_bytes (device, tensor));
  return true;
}

static bool
clear (void *device, void *memory, const TrpTensor *tensor, GError **error)
{
  memset (memory, 0, tensor_bytes (device, tensor));
  return true;
}

static void
free_kernel (void *device, void *kernel)
{
  TrpCpuKernel *self = kernel;

  if (!self)
    return;
  if (self->op->clear)
    self->op->clear (self);
  g_free (self->inputs);
  g_free (self->outputs);
  g_free (self);
}

static void *
compile (void *device, const TrpOpDesc *desc, size_t *out_workspace_bytes, GError **error)
{
  TrpCpuKernel *self = g_new0 (TrpCpuKernel, 1);

  self->device = device;
  self->op = operations[desc->kind];
  self->attributes = desc->attributes;
  self->n_inputs = desc->n_inputs;
  self->n_outputs = desc->n_outputs;
  self->inputs = g_new0 (TrpShape, (gsize) desc->n_inputs + 1);
  self->outputs = g_new0 (TrpShape, (gsize) desc->n_outputs + 1);
  for (int i = 0; i < desc->n_inputs; i++)
    self->inputs[i] = desc->inputs[i].shape;
  for (int i = 0; i < desc->n_outputs; i++)
    self->outputs[i] = desc->outputs[i].shape;
  self->precise = desc->n_outputs > 0 && desc->outputs[0].precise;
  if (self->op->prepare && !self->op->prepare (self, error))
    {
      free_kernel (device, self);
      return NULL;
    }
  *out_workspace_bytes = self->workspace_bytes;
  return self;
}

static bool
run (void *device, void *kernel, const TrpKernelArgs *args, GError **error)
{
  TrpCpuKernel *self = kernel;

  return self->op->run (self, args, error);
}

static bool
synchronize (void *device, GError **error)
{
  return true;
}

const TrpBackend trp_backend_cpu = {
  .abi = TRP_BACKEND_ABI,
  .name = "cpu",
  .open = open_device,
  .close = close_device,
  .get_info = get_info,
  .tensor_bytes = tensor_bytes,
  .alloc = alloc,
  .free = free_memory,
  .upload = upload,
  .download = download,
  .copy = copy,
  .clear = clear,
  .compile = compile,
  .free_kernel = free_kernel,
  .run = run,
  .synchronize = synchronize,
};
