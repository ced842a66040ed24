/* reads.c - see reads.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A read is a block of memory on both sides: addresses go over, one kernel gathers the scalars, one
 * copy brings them back, an event follows. Blocks are kept for later reads.
 */

#include "gpu/reads.h"

#include <string.h>

/* The block's layout on both sides: @capacity addresses, then as many floats. */
struct _TrpGpuRead
{
  int n, capacity;
  bool busy;
  void *pinned;
  void *memory;
  cudaEvent_t done;
};

struct _TrpGpuReads
{
  GPtrArray *blocks; /* TrpGpuRead */
};

static void
free_read (void *data)
{
  TrpGpuRead *self = data;

  if (self->done)
    cudaEventDestroy (self->done);
  cudaFree (self->memory);
  cudaFreeHost (self->pinned);
  g_free (self);
}

TrpGpuReads *
trp_gpu_reads_new (void)
{
  TrpGpuReads *self = g_new0 (TrpGpuReads, 1);

  self->blocks = g_ptr_array_new_with_free_func (free_read);
  return self;
}

void
trp_gpu_reads_free (TrpGpuReads *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->blocks);
  g_free (self);
}

static float *
values_of (void *block, int capacity)
{
  return (float *) ((char *) block + (size_t) capacity * sizeof (void *));
}

static bool
fill_read (TrpGpuRead *self, TrpGpuDevice *device, GError **error)
{
  const size_t bytes = (size_t) self->capacity * (sizeof (void *) + sizeof (float));
  const unsigned flags = cudaEventDisableTiming;

  return trp_gpu_ok (device, cudaMallocHost (&self->pinned, bytes), "taking pinned memory",
                     error) &&
         trp_gpu_ok (device, cudaMalloc (&self->memory, bytes), "taking device memory", error) &&
         trp_gpu_ok (device, cudaEventCreateWithFlags (&self->done, flags), "making an event",
                     error);
}

/* A block that nobody reads; its last copies are over. */
static TrpGpuRead *
take_read (TrpGpuDevice *device, int n, GError **error)
{
  GPtrArray *blocks = device->reads->blocks;
  TrpGpuRead *self;

  for (guint i = 0; i < blocks->len; i++)
    {
      self = g_ptr_array_index (blocks, i);
      if (self->busy || self->capacity < n)
        continue;
      return trp_gpu_ok (device, cudaEventSynchronize (self->done), "reading back", error) ? self
                                                                                           : NULL;
    }
  self = g_new0 (TrpGpuRead, 1);
  self->capacity = MAX (n, 64);
  if (!fill_read (self, device, error))
    {
      free_read (self);
      return NULL;
    }
  g_ptr_array_add (blocks, self);
  return self;
}

TrpGpuRead *
trp_gpu_begin_read (TrpGpuDevice *device, int n, const void *const *memories, GError **error)
{
  TrpGpuRead *self = take_read (device, n, error);
  const size_t addresses = (size_t) n * sizeof (void *), values = (size_t) n * sizeof (float);
  cudaStream_t stream = device->stream;

  if (!self)
    return NULL;
  memcpy (self->pinned, memories, addresses);
  if (!trp_gpu_ok (
        device,
        cudaMemcpyAsync (self->memory, self->pinned, addresses, cudaMemcpyHostToDevice, stream),
        "reading back", error))
    return NULL;
  trp_gpu_gather (device, values_of (self->memory, self->capacity),
                  (const float *const *) self->memory, n);
  if (!trp_gpu_launched (device, "a late read", error) ||
      !trp_gpu_ok (device,
                   cudaMemcpyAsync (values_of (self->pinned, self->capacity),
                                    values_of (self->memory, self->capacity), values,
                                    cudaMemcpyDeviceToHost, stream),
                   "reading back", error) ||
      !trp_gpu_ok (device, cudaEventRecord (self->done, stream), "reading back", error))
    return NULL;
  self->n = n;
  self->busy = true;
  return self;
}

bool
trp_gpu_finish_read (TrpGpuDevice *device, TrpGpuRead *read, float *out_values, GError **error)
{
  read->busy = false;
  if (!out_values)
    return true;
  if (!trp_gpu_is_alive (device, error) ||
      !trp_gpu_ok (device, cudaEventSynchronize (read->done), "reading back", error))
    return false;
  memcpy (out_values, values_of (read->pinned, read->capacity), (size_t) read->n * sizeof (float));
  return true;
}
