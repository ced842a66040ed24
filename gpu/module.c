/* module.c - the CUDA back end's table, the one thing that the module exports
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opening asks in this order: driver, device, compute capability, memory, cuDNN. Each answer no is
 * one sentence (device-choice.c adds what to do). The calling thread may change between calls, so
 * each call says which device it means.
 */

#include "gpu/capture.h"
#include "gpu/cudnn-graph.h"
#include "gpu/memory.h"
#include "gpu/reads.h"

#include <string.h>

#define MIN_CAPABILITY 75 /* the oldest that CUDA 13 compiles for */
#define MIN_CAPABILITY_TF32 80
#define MIN_CAPABILITY_BF16 80

static const TrpGpuOp *const operations[TRP_N_OPS] = {
#define OP(name) [TRP_OP_##name] = &trp_gpu_##name,
#include "core/nn/op-list.h"
#undef OP
};

static void
describe_version (int version, char *out_text, size_t size)
{
  g_snprintf (out_text, size, "%d.%d", version / 1000, version % 1000 / 10);
}

static void
set_no_driver (GError **error)
{
  int driver = 0, wanted = 0;
  char driver_text[32], wanted_text[32];

  cudaDriverGetVersion (&driver);
  cudaRuntimeGetVersion (&wanted);
  describe_version (driver, driver_text, sizeof driver_text);
  describe_version (wanted, wanted_text, sizeof wanted_text);
  if (driver == 0)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE, "No NVIDIA driver on this machine");
  else
    g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE,
                 "The NVIDIA driver is too old: it knows CUDA %s, and this build needs %s",
                 driver_text, wanted_text);
}

static bool
check_count (int index, GError **error)
{
  int n = 0;
  const cudaError_t status = cudaGetDeviceCount (&n);

  cudaGetLastError ();
  if (status == cudaErrorInsufficientDriver)
    set_no_driver (error);
  else if (status == cudaErrorNoDevice || (status == cudaSuccess && n == 0))
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE,
                         "The NVIDIA driver finds no graphics card");
  else if (status != cudaSuccess)
    g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE, "CUDA does not start: %s (error %d)",
                 cudaGetErrorString (status), (int) status);
  else if (index < 0 || index >= n)
    g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE,
                 "There is no CUDA device %d: this machine has %d, counted from 0", index, n);
  else
    return true;
  return false;
}

static bool
check_capability (const TrpGpuDevice *self, GError **error)
{
  const int major = self->capability / 10, minor = self->capability % 10;

  if (self->capability < MIN_CAPABILITY)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE,
                   "%s has compute capability %d.%d, and 7.5 (Turing, 2018) is needed", self->name,
                   major, minor);
      return false;
    }
  if (self->precision == TRP_PRECISION_BF16 && self->capability < MIN_CAPABILITY_BF16)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "%s has compute capability %d.%d, and bf16 needs 8.0 (Ampere, 2020): use "
                   "precision f16 or default",
                   self->name, major, minor);
      return false;
    }
  return true;
}

static bool
read_properties (TrpGpuDevice *self, GError **error)
{
  struct cudaDeviceProp properties;

  g_strlcpy (self->name, "The graphics card", sizeof self->name);
  if (!trp_gpu_ok (self, cudaGetDeviceProperties (&properties, self->index),
                   "asking for its properties", error))
    return false;
  g_strlcpy (self->name, properties.name, sizeof self->name);
  self->capability = 10 * properties.major + properties.minor;
  self->n_multiprocessors = properties.multiProcessorCount;
  return true;
}

static TrpGpuType
choose_half (TrpPrecision precision)
{
  switch (precision)
    {
    case TRP_PRECISION_BF16:
      return TRP_GPU_BF16;
    case TRP_PRECISION_F16:
      return TRP_GPU_F16;
    default:
      return TRP_GPU_F32;
    }
}

static bool
start (TrpGpuDevice *self, GError **error)
{
  if (!read_properties (self, error) || !check_capability (self, error) ||
      !trp_gpu_ok (self, cudaSetDevice (self->index), "starting", error) ||
      !trp_gpu_ok (self, cudaStreamCreateWithFlags (&self->stream, cudaStreamNonBlocking),
                   "making a stream", error))
    return false;
  self->cudnn = trp_cudnn_new (self->stream, error);
  if (!self->cudnn)
    return false;
  self->staging = trp_gpu_staging_new (self, error);
  return self->staging != NULL;
}

static void
close_device (void *device)
{
  TrpGpuDevice *self = device;

  cudaSetDevice (self->index);
  if (self->stream)
    cudaStreamSynchronize (self->stream);
  trp_gpu_capture_free (self->capture);
  trp_gpu_reads_free (self->reads);
  trp_gpu_staging_free (self->staging);
  trp_cudnn_free (self->cudnn);
  if (self->stream)
    cudaStreamDestroy (self->stream);
  g_free (self->failure);
  g_free (self);
}

static void *
open_device (const TrpDeviceOptions *options, GError **error)
{
  TrpGpuDevice *self;

  if (!check_count (options->index, error))
    return NULL;
  self = g_new0 (TrpGpuDevice, 1);
  self->index = options->index;
  self->precision = options->precision;
  self->deterministic = options->deterministic;
  self->half = choose_half (options->precision);
  self->reads = trp_gpu_reads_new ();
  self->capture = trp_gpu_capture_new ();
  if (start (self, error))
    return self;
  close_device (self);
  return NULL;
}

static const char *
describe_precision (const TrpGpuDevice *self)
{
  switch (self->precision)
    {
    case TRP_PRECISION_BF16:
      return "bfloat16";
    case TRP_PRECISION_F16:
      return "float16";
    case TRP_PRECISION_STRICT:
      return "float32";
    default:
      return self->capability >= MIN_CAPABILITY_TF32 ? "TF32" : "float32";
    }
}

static void
get_info (void *device, TrpDeviceInfo *out_info)
{
  const TrpGpuDevice *self = device;
  int version = 0;
  char cuda[32];
  g_auto (GStrv) cudnn = g_strsplit (trp_cudnn_get_version (self->cudnn), ".", 3);

  memset (out_info, 0, sizeof *out_info);
  cudaSetDevice (self->index);
  cudaRuntimeGetVersion (&version);
  describe_version (version, cuda, sizeof cuda);
  g_snprintf (out_info->name, sizeof out_info->name, "%s, CUDA %s, cuDNN %s.%s", self->name, cuda,
              cudnn[0], cudnn[0] ? cudnn[1] : "");
  g_strlcpy (out_info->precision, describe_precision (self), sizeof out_info->precision);
  cudaMemGetInfo (&out_info->free_bytes, &out_info->total_bytes);
  out_info->deterministic = self->deterministic;
  out_info->loss_scaling = self->half == TRP_GPU_F16;
  g_strlcpy (out_info->note, trp_gpu_capture_get_note (self->capture), sizeof out_info->note);
}

/* Before every call that uses the device. */
static bool
enter (TrpGpuDevice *self, GError **error)
{
  return trp_gpu_is_alive (self, error) &&
         trp_gpu_ok (self, cudaSetDevice (self->index), "taking its turn", error);
}

static size_t
tensor_bytes (void *device, const TrpTensor *tensor)
{
  return trp_gpu_tensor_bytes (device, tensor);
}

static void *
alloc (void *device, size_t bytes, GError **error)
{
  return enter (device, error) ? trp_gpu_alloc (device, bytes, error) : NULL;
}

static void
free_memory (void *device, void *memory)
{
  TrpGpuDevice *self = device;

  cudaSetDevice (self->index);
  trp_gpu_free (self, memory);
}

static bool
upload (void *device, void *memory, const TrpTensor *tensor, const float *values, GError **error)
{
  return enter (device, error) && trp_gpu_upload (device, memory, tensor, values, error);
}

static bool
download (
  void *device, const void *memory, const TrpTensor *tensor, float *out_values, GError **error)
{
  return enter (device, error) && trp_gpu_download (device, memory, tensor, out_values, error);
}

static bool
copy (void *device, void *to, const void *from, const TrpTensor *tensor, GError **error)
{
  return enter (device, error) && trp_gpu_copy (device, to, from, tensor, error);
}

static bool
clear (void *device, void *memory, const TrpTensor *tensor, GError **error)
{
  return enter (device, error) && trp_gpu_clear (device, memory, tensor, error);
}

static void
free_kernel (void *device, void *kernel)
{
  const TrpGpuDevice *owner = device;
  TrpGpuKernel *self = kernel;

  if (!self)
    return;
  cudaSetDevice (owner->index); /* else a new thread would wake the first card */
  if (self->op->clear)
    self->op->clear (self);
  g_free (self->inputs);
  g_free (self->outputs);
  g_free (self);
}

static TrpTensor *
dup_tensors (const TrpTensor *tensors, int n)
{
  return g_memdup2 (tensors, (gsize) n * sizeof *tensors);
}

static void *
compile (void *device, const TrpOpDesc *desc, size_t *out_workspace_bytes, GError **error)
{
  TrpGpuKernel *self;

  if (!enter (device, error))
    return NULL;
  self = g_new0 (TrpGpuKernel, 1);
  self->device = device;
  self->op = operations[desc->kind];
  self->kind = desc->kind;
  self->attributes = desc->attributes;
  self->n_inputs = desc->n_inputs;
  self->n_outputs = desc->n_outputs;
  self->inputs = dup_tensors (desc->inputs, desc->n_inputs);
  self->outputs = dup_tensors (desc->outputs, desc->n_outputs);
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
  return enter (device, error) && trp_gpu_run (device, kernel, args, error);
}

static bool
synchronize (void *device, GError **error)
{
  TrpGpuDevice *self = device;

  return enter (self, error) &&
         trp_gpu_ok (self, cudaStreamSynchronize (self->stream), "computing", error);
}

static void *
begin_read (void *device, int n, const void *const *memories, GError **error)
{
  return enter (device, error) ? trp_gpu_begin_read (device, n, memories, error) : NULL;
}

static bool
finish_read (void *device, void *read, float *out_values, GError **error)
{
  TrpGpuDevice *self = device;

  cudaSetDevice (self->index);
  return trp_gpu_finish_read (self, read, out_values, error);
}

static bool
begin_step (void *device, const void *step, bool *out_replayed, GError **error)
{
  return enter (device, error) && trp_gpu_begin_step (device, step, out_replayed, error);
}

static bool
end_step (void *device, const void *step, GError **error)
{
  return trp_gpu_end_step (device, step, error);
}

static void
forget_step (void *device, const void *step)
{
  TrpGpuDevice *self = device;

  cudaSetDevice (self->index);
  trp_gpu_forget_step (self, step);
}

static const TrpBackend backend = {
  .abi = TRP_BACKEND_ABI,
  .name = "cuda",
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
  .begin_read = begin_read,
  .finish_read = finish_read,
  .begin_step = begin_step,
  .end_step = end_step,
  .forget_step = forget_step,
};

__attribute__ ((visibility ("default"))) const TrpBackend *trp_backend_module (void);

const TrpBackend *
trp_backend_module (void)
{
  return &backend;
}
