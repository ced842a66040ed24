/* memory.c - see memory.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The pinned memory is a ring of segments. Uploads are packed into one segment until it is full;
 * then an event marks the end of its copies, and before a segment is filled again its event is
 * waited for.
 */

#include "gpu/memory.h"

#include <string.h>

#define N_SEGMENTS 4
#define SEGMENT_BYTES ((size_t) 2 << 20)
#define SEGMENT_FLOATS (SEGMENT_BYTES / sizeof (float))

/* @scratch: floats on the device, between the host and values held in 16 bits */
struct _TrpGpuStaging
{
  char *pinned;
  cudaEvent_t copied[N_SEGMENTS];
  int segment;
  size_t used; /* of the segment */
  float *scratch;
};

TrpGpuType
trp_gpu_type_of (const TrpGpuDevice *device, const TrpTensor *tensor)
{
  return tensor->kind == TRP_VALUE_TEMPORARY && !tensor->precise ? device->half : TRP_GPU_F32;
}

/* Without a shadow. */
static size_t
plain_bytes (const TrpGpuDevice *device, const TrpTensor *tensor)
{
  return trp_shape_count (tensor->shape) * trp_gpu_type_bytes (trp_gpu_type_of (device, tensor));
}

size_t
trp_gpu_tensor_bytes (const TrpGpuDevice *device, const TrpTensor *tensor)
{
  const size_t count = trp_shape_count (tensor->shape);

  if (trp_gpu_has_shadow (device, tensor))
    return trp_gpu_shadow_offset (count) + count * trp_gpu_type_bytes (device->half);
  return plain_bytes (device, tensor);
}

static bool
fill_staging (TrpGpuStaging *self, TrpGpuDevice *device, GError **error)
{
  if (!trp_gpu_ok (device, cudaMallocHost ((void **) &self->pinned, N_SEGMENTS * SEGMENT_BYTES),
                   "taking pinned memory", error))
    return false;
  for (int i = 0; i < N_SEGMENTS; i++)
    if (!trp_gpu_ok (device, cudaEventCreateWithFlags (&self->copied[i], cudaEventDisableTiming),
                     "making an event", error))
      return false;
  if (device->half == TRP_GPU_F32)
    return true;
  self->scratch = trp_gpu_alloc (device, SEGMENT_BYTES, error);
  return self->scratch != NULL;
}

TrpGpuStaging *
trp_gpu_staging_new (TrpGpuDevice *device, GError **error)
{
  TrpGpuStaging *self = g_new0 (TrpGpuStaging, 1);

  if (fill_staging (self, device, error))
    return self;
  trp_gpu_staging_free (self);
  return NULL;
}

void
trp_gpu_staging_free (TrpGpuStaging *self)
{
  if (!self)
    return;
  for (int i = 0; i < N_SEGMENTS; i++)
    if (self->copied[i])
      cudaEventDestroy (self->copied[i]);
  cudaFree (self->scratch);
  cudaFreeHost (self->pinned);
  g_free (self);
}

static void
set_no_memory (const TrpGpuDevice *device, size_t bytes, GError **error)
{
  size_t n_free = 0, n_total = 0;
  g_autofree char *wanted = g_format_size (bytes);
  g_autofree char *available = NULL;
  g_autofree char *all = NULL;

  cudaGetLastError (); /* not the device's failure: later calls must not find it */
  cudaMemGetInfo (&n_free, &n_total);
  available = g_format_size (n_free);
  all = g_format_size (n_total);
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               "%s has no memory for %s: %s of its %s are free; use a smaller batch or image, or "
               "close other programs that use it",
               device->name, wanted, available, all);
}

void *
trp_gpu_alloc (TrpGpuDevice *device, size_t bytes, GError **error)
{
  const size_t size = MAX (bytes, 1);
  void *memory = NULL;
  const cudaError_t status = cudaMalloc (&memory, size);

  if (status == cudaErrorMemoryAllocation)
    {
      set_no_memory (device, size, error);
      return NULL;
    }
  if (trp_gpu_ok (device, status, "taking device memory", error) &&
      trp_gpu_ok (device, cudaMemsetAsync (memory, 0, size, device->stream),
                  "clearing device memory", error))
    return memory;
  cudaFree (memory);
  return NULL;
}

void
trp_gpu_free (TrpGpuDevice *device, void *memory)
{
  cudaFree (memory);
}

/* Pinned memory for @bytes, at most a segment, that no copy reads any more. */
static void *
take_pinned (TrpGpuDevice *device, size_t bytes, GError **error)
{
  TrpGpuStaging *self = device->staging;
  const size_t size = (bytes + 255) / 256 * 256;
  char *memory;

  if (self->used + size > SEGMENT_BYTES)
    {
      const int next = (self->segment + 1) % N_SEGMENTS;

      if (!trp_gpu_ok (device, cudaEventRecord (self->copied[self->segment], device->stream),
                       "marking a copy", error) ||
          !trp_gpu_ok (device, cudaEventSynchronize (self->copied[next]), "copying to the device",
                       error))
        return NULL;
      self->segment = next;
      self->used = 0;
    }
  memory = self->pinned + (size_t) self->segment * SEGMENT_BYTES + self->used;
  self->used += size;
  return memory;
}

static bool
send (TrpGpuDevice *device, void *to, const float *values, size_t count, GError **error)
{
  const size_t bytes = count * sizeof (float);
  void *pinned = take_pinned (device, bytes, error);

  if (!pinned)
    return false;
  memcpy (pinned, values, bytes);
  return trp_gpu_ok (device,
                     cudaMemcpyAsync (to, pinned, bytes, cudaMemcpyHostToDevice, device->stream),
                     "copying to the device", error);
}

static bool
refresh_shadow (TrpGpuDevice *device, void *memory, const TrpTensor *tensor, GError **error)
{
  const size_t count = trp_shape_count (tensor->shape);

  if (!trp_gpu_has_shadow (device, tensor))
    return true;
  trp_gpu_convert (device, trp_gpu_shadow (memory, count), device->half, memory, TRP_GPU_F32,
                   count);
  return trp_gpu_launched (device, "the 16-bit copy of a parameter", error);
}

bool
trp_gpu_upload (
  TrpGpuDevice *device, void *memory, const TrpTensor *tensor, const float *values, GError **error)
{
  const TrpGpuType type = trp_gpu_type_of (device, tensor);
  const size_t count = trp_shape_count (tensor->shape);

  for (size_t i = 0; i < count; i += SEGMENT_FLOATS)
    {
      const size_t n = MIN (SEGMENT_FLOATS, count - i);
      char *to = (char *) memory + i * trp_gpu_type_bytes (type);

      if (!send (device, type == TRP_GPU_F32 ? (void *) to : device->staging->scratch, values + i,
                 n, error))
        return false;
      if (type != TRP_GPU_F32)
        trp_gpu_convert (device, to, type, device->staging->scratch, TRP_GPU_F32, n);
    }
  return trp_gpu_launched (device, "an upload", error) &&
         refresh_shadow (device, memory, tensor, error);
}

/* Into memory of the caller's, which is not pinned: CUDA waits until it is there. */
static bool
receive (TrpGpuDevice *device, float *out_values, const void *from, size_t count, GError **error)
{
  const cudaError_t status = cudaMemcpyAsync (out_values, from, count * sizeof (float),
                                              cudaMemcpyDeviceToHost, device->stream);

  return trp_gpu_ok (device, status, "copying from the device", error) &&
         trp_gpu_ok (device, cudaStreamSynchronize (device->stream), "copying from the device",
                     error);
}

bool
trp_gpu_download (TrpGpuDevice *device,
                  const void *memory,
                  const TrpTensor *tensor,
                  float *out_values,
                  GError **error)
{
  const TrpGpuType type = trp_gpu_type_of (device, tensor);
  const size_t count = trp_shape_count (tensor->shape);

  if (type == TRP_GPU_F32)
    return receive (device, out_values, memory, count, error);
  for (size_t i = 0; i < count; i += SEGMENT_FLOATS)
    {
      const size_t n = MIN (SEGMENT_FLOATS, count - i);
      const char *from = (const char *) memory + i * trp_gpu_type_bytes (type);

      trp_gpu_convert (device, device->staging->scratch, TRP_GPU_F32, from, type, n);
      if (!trp_gpu_launched (device, "a download", error) ||
          !receive (device, out_values + i, device->staging->scratch, n, error))
        return false;
    }
  return true;
}

bool
trp_gpu_copy (
  TrpGpuDevice *device, void *to, const void *from, const TrpTensor *tensor, GError **error)
{
  return trp_gpu_ok (device,
                     cudaMemcpyAsync (to, from, plain_bytes (device, tensor),
                                      cudaMemcpyDeviceToDevice, device->stream),
                     "copying on the device", error) &&
         refresh_shadow (device, to, tensor, error);
}

bool
trp_gpu_clear (TrpGpuDevice *device, void *memory, const TrpTensor *tensor, GError **error)
{
  const size_t bytes = trp_gpu_tensor_bytes (device, tensor);

  return trp_gpu_ok (device, cudaMemsetAsync (memory, 0, bytes, device->stream),
                     "clearing device memory", error);
}
