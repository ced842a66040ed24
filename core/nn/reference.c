/* reference.c - the back end of plain C in doubles: the oracle of all tests
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every kind is the reference kernel of its class (ops/NAME.c), one element after the other on the
 * calling thread.
 */

#include "core/nn/backend.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  TrpOpDesc desc;
} Kernel;

static void *
open_device (const TrpDeviceOptions *options, GError **error)
{
  return g_new0 (char, 1);
}

static void
get_info (void *device, TrpDeviceInfo *out_info)
{
  g_strlcpy (out_info->name, "reference", sizeof out_info->name);
  g_strlcpy (out_info->precision, "float64", sizeof out_info->precision);
  out_info->deterministic = true;
}

static size_t
tensor_bytes (void *device, const TrpTensor *tensor)
{
  return trp_shape_count (tensor->shape) * sizeof (double);
}

static void *
allocate (void *device, size_t bytes, GError **error)
{
  const size_t rounded = (bytes + TRP_TENSOR_ALIGNMENT - 1) / TRP_TENSOR_ALIGNMENT *
                         TRP_TENSOR_ALIGNMENT;
  void *memory = aligned_alloc (TRP_TENSOR_ALIGNMENT, MAX (rounded, TRP_TENSOR_ALIGNMENT));

  if (!memory)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %" G_GSIZE_FORMAT " bytes",
                   bytes);
      return NULL;
    }
  return memset (memory, 0, rounded);
}

static void
free_memory (void *device, void *memory)
{
  free (memory);
}

static bool
upload (void *device, void *memory, const TrpTensor *tensor, const float *values, GError **error)
{
  for (size_t i = 0; i < trp_shape_count (tensor->shape); i++)
    ((double *) memory)[i] = (double) values[i];
  return true;
}

static bool
download (
  void *device, const void *memory, const TrpTensor *tensor, float *out_values, GError **error)
{
  for (size_t i = 0; i < trp_shape_count (tensor->shape); i++)
    out_values[i] = (float) ((const double *) memory)[i];
  return true;
}

static bool
upload_f64 (
  void *device, void *memory, const TrpTensor *tensor, const double *values, GError **error)
{
  memcpy (memory, values, tensor_bytes (device, tensor));
  return true;
}

static bool
download_f64 (
  void *device, const void *memory, const TrpTensor *tensor, double *out_values, GError **error)
{
  memcpy (out_values, memory, tensor_bytes (device, tensor));
  return true;
}

static bool
copy (void *device, void *to, const void *from, const TrpTensor *tensor, GError **error)
{
  memmove (to, from, tensor_bytes (device, tensor));
  return true;
}

static bool
clear (void *device, void *memory, const TrpTensor *tensor, GError **error)
{
  memset (memory, 0, tensor_bytes (device, tensor));
  return true;
}

static void *
compile (void *device, const TrpOpDesc *desc, size_t *out_workspace_bytes, GError **error)
{
  Kernel *kernel = g_new0 (Kernel, 1);

  kernel->desc = *desc;
  kernel->desc.inputs = (const TrpTensor *) g_memdup2 (desc->inputs,
                                                       sizeof (TrpTensor) * (gsize) desc->n_inputs);
  kernel->desc.outputs = (const TrpTensor *) g_memdup2 (desc->outputs, sizeof (TrpTensor) *
                                                                         (gsize) desc->n_outputs);
  *out_workspace_bytes = 0;
  return kernel;
}

static void
free_kernel (void *device, void *data)
{
  Kernel *kernel = (Kernel *) data;

  g_free ((void *) kernel->desc.inputs);
  g_free ((void *) kernel->desc.outputs);
  g_free (kernel);
}

static bool
run (void *device, void *data, const TrpKernelArgs *args, GError **error)
{
  const Kernel *kernel = (const Kernel *) data;
  const TrpReferenceArgs call = {
    &kernel->desc,
    (double *const *) args->inputs,
    (double *const *) args->outputs,
  };

  trp_op_class (kernel->desc.kind)->reference (&call);
  return true;
}

static bool
synchronize (void *device, GError **error)
{
  return true;
}

const TrpBackend trp_backend_reference = {
  .abi = TRP_BACKEND_ABI,
  .name = "reference",
  .open = open_device,
  .close = g_free,
  .get_info = get_info,
  .tensor_bytes = tensor_bytes,
  .alloc = allocate,
  .free = free_memory,
  .upload = upload,
  .download = download,
  .upload_f64 = upload_f64,
  .download_f64 = download_f64,
  .copy = copy,
  .clear = clear,
  .compile = compile,
  .free_kernel = free_kernel,
  .run = run,
  .synchronize = synchronize,
};
