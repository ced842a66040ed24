/* optimizer.cu - Adam, RMSprop, clipping, exponential averages and loss scaling over many tensors
 * in one launch
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The tensors are cut into chunks of a fixed size; a table in device memory says where each tensor
 * is and which chunk belongs to which. It is made at the first run, when the addresses are known,
 * and sent again only where they have changed: a captured step never sends it.
 */

#include "gpu/kernel.h"

namespace
{

#define CHUNK 4096 /* elements; 4 packs of 4 for each thread */
#define MAX_ROLES 4

/* One tensor and those of the same shape that belong to it: what each operation names ROLE. */
struct Entry
{
  float *role[MAX_ROLES];
  void *shadow; /* NULL: there is none */
  uint32_t count;
};

struct Chunk
{
  uint32_t entry, begin;
};

/* As kernels see it. */
struct Table
{
  const Entry *entries;
  const Chunk *chunks;
  unsigned n_chunks;
};

/* The same on the host, one block of bytes: entries, then chunks. */
typedef struct
{
  int n_entries;
  unsigned n_chunks;
  size_t bytes;
  char *host;
  char *memory; /* on the device */
  bool sent;
} Tensors;

static Entry *
entries_of (Tensors *self)
{
  return (Entry *) (void *) self->host;
}

static Chunk *
chunks_of (Tensors *self)
{
  return (Chunk *) (void *) (self->host + (size_t) self->n_entries * sizeof (Entry));
}

static unsigned
count_chunks (const TrpTensor *tensor)
{
  return (unsigned) ((trp_shape_count (tensor->shape) + CHUNK - 1) / CHUNK);
}

/* For @n tensors with the shapes of @tensors. */
static bool
prepare_tensors (TrpGpuKernel *kernel, const TrpTensor *tensors, int n, GError **error)
{
  Tensors *self = g_new0 (Tensors, 1);
  Chunk *chunk;

  kernel->data = self;
  self->n_entries = n;
  for (int i = 0; i < n; i++)
    self->n_chunks += count_chunks (&tensors[i]);
  self->bytes = (size_t) n * sizeof (Entry) + self->n_chunks * sizeof (Chunk);
  self->host = (char *) g_malloc0 (self->bytes);
  chunk = chunks_of (self);
  for (int i = 0; i < n; i++)
    {
      entries_of (self)[i].count = (uint32_t) trp_shape_count (tensors[i].shape);
      for (unsigned k = 0; k < count_chunks (&tensors[i]); k++)
        *chunk++ = { (uint32_t) i, k * CHUNK };
    }
  self->memory = (char *) trp_gpu_alloc (kernel->device, self->bytes, error);
  return self->memory != NULL;
}

static void
clear_tensors (TrpGpuKernel *kernel)
{
  Tensors *self = (Tensors *) kernel->data;

  if (!self)
    return;
  if (self->memory)
    trp_gpu_free (kernel->device, self->memory);
  g_free (self->host);
  g_free (self);
}

/* Makes role @role of all entries @memories; true where one was another before. */
static bool
set_role (Tensors *self, int role, void *const *memories)
{
  bool changed = false;

  for (int i = 0; i < self->n_entries; i++)
    {
      float **at = &entries_of (self)[i].role[role];

      changed = changed || *at != memories[i];
      *at = (float *) memories[i];
    }
  return changed;
}

/* A parameter's 16 bit copy follows it. */
static void
set_shadows (TrpGpuKernel *kernel, const TrpTensor *tensors, void *const *memories)
{
  Tensors *self = (Tensors *) kernel->data;

  for (int i = 0; i < self->n_entries; i++)
    if (trp_gpu_has_shadow (kernel->device, &tensors[i]))
      entries_of (self)[i].shadow = trp_gpu_shadow (memories[i], entries_of (self)[i].count);
}

/* Sends the table where it is new or @changed. The host's copy is pageable and lives as long as the
 * kernel; it has been read when the call returns. */
static bool
send_tensors (TrpGpuKernel *kernel, bool changed, Table *out_table, GError **error)
{
  Tensors *self = (Tensors *) kernel->data;

  *out_table = { (const Entry *) (void *) self->memory,
                 (const Chunk *) (void *) (self->memory +
                                           (size_t) self->n_entries * sizeof (Entry)),
                 self->n_chunks };
  if (self->sent && !changed)
    return true;
  self->sent = trp_gpu_ok (kernel->device,
                           cudaMemcpyAsync (self->memory, self->host, self->bytes,
                                            cudaMemcpyHostToDevice, kernel->device->stream),
                           "sending a table of tensors", error);
  return self->sent;
}

/* A block takes several chunks, so that what it does once costs little. */
static unsigned
blocks_for (const TrpGpuDevice *device, unsigned n_chunks)
{
  const unsigned most = 8 * (unsigned) device->n_multiprocessors;

  return MIN (n_chunks, most);
}

/* Calls @job for packs of 4 and the rest of each chunk that is this block's. */
template <class Job>
static __device__ __forceinline__ void
for_elements (const Table &table, const Job &job)
{
  for (unsigned c = blockIdx.x; c < table.n_chunks; c += gridDim.x)
    {
      const Chunk chunk = table.chunks[c];
      const Entry entry = table.entries[chunk.entry];
      const uint32_t left = entry.count - chunk.begin, count = left < CHUNK ? left : CHUNK;
      const uint32_t packs = count / 4;

      for (uint32_t i = threadIdx.x; i < packs; i += blockDim.x)
        job.template run<4> (entry, chunk.begin / 4 + i);
      for (uint32_t i = 4 * packs + threadIdx.x; i < count; i += blockDim.x)
        job.template run<1> (entry, chunk.begin + i);
    }
}

template <int N>
static __device__ __forceinline__ void
store (float *values, size_t i, TrpPack<N> pack)
{
  trp_store<N> (TrpView{ values, TRP_GPU_F32 }, i, pack);
}

/* A master and, where there is one, its copy. */
template <int N>
static __device__ __forceinline__ void
store_master (const Entry &entry, float *master, TrpGpuType half, size_t i, TrpPack<N> pack)
{
  store<N> (master, i, pack);
  if (entry.shadow)
    trp_store<N> (TrpView{ entry.shadow, half }, i, pack);
}

struct AdamOptions
{
  double beta1, beta2;
  float eps, weight_decay;
  TrpGpuType half;
};

enum
{
  ADAM_PARAMETER,
  ADAM_M,
  ADAM_V,
  ADAM_GRADIENT,
};

struct AdamJob
{
  AdamOptions options;
  float step_size, root_correction, factor;

  template <int N>
  __device__ void
  run (const Entry &entry, size_t i) const
  {
    const TrpPack<N> gradient = trp_load_f32<N> (entry.role[ADAM_GRADIENT], i);
    TrpPack<N> p = trp_load_f32<N> (entry.role[ADAM_PARAMETER], i),
               m = trp_load_f32<N> (entry.role[ADAM_M], i),
               v = trp_load_f32<N> (entry.role[ADAM_V], i);

    for (int k = 0; k < N; k++)
      trp_adam_f32 (factor * gradient.v[k], (float) options.beta1, (float) options.beta2,
                    options.eps, options.weight_decay, step_size, root_correction, &p.v[k], &m.v[k],
                    &v.v[k]);
    store_master<N> (entry, entry.role[ADAM_PARAMETER], options.half, i, p);
    store<N> (entry.role[ADAM_M], i, m);
    store<N> (entry.role[ADAM_V], i, v);
  }
};

/* @factor may be NULL; where it is 0 nothing changes. */
TRP_KERNEL
adam (Table table,
      const float *learning_rate,
      const float *step,
      const float *factor,
      AdamOptions options)
{
  __shared__ float step_size, root_correction;
  const float scale = factor ? *factor : 1;

  if (scale == 0)
    return;
  if (threadIdx.x == 0)
    {
      double size, correction;

      trp_adam_rates_f64 ((double) *learning_rate, (double) *step, options.beta1, options.beta2,
                          &size, &correction);
      step_size = (float) size;
      root_correction = (float) correction;
    }
  __syncthreads ();
  for_elements (table, AdamJob{ options, step_size, root_correction, scale });
}

/* Inputs: learning rate, step, then n each of parameters, m, v, gradients, perhaps a factor;
 * outputs: n each of the first three, in place. */
static bool
prepare_adam (TrpGpuKernel *self, GError **error)
{
  for (int i = 0; i < self->n_inputs; i++)
    g_assert (trp_gpu_type_of (self->device, &self->inputs[i]) == TRP_GPU_F32);
  return prepare_tensors (self, self->outputs, self->n_outputs / 3, error);
}

static bool
run_adam (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpOpAttributes *a = &self->attributes;
  const AdamOptions options = { a->beta1, a->beta2, (float) a->eps, (float) a->alpha,
                                self->device->half };
  const int n = self->n_outputs / 3;
  Tensors *tensors = (Tensors *) self->data;
  bool changed = false;
  Table table;

  for (int role = 0; role < MAX_ROLES; role++)
    changed |= set_role (tensors, role, args->inputs + 2 + role * n);
  set_shadows (self, self->outputs, args->outputs);
  if (!send_tensors (self, changed, &table, error))
    return false;
  TRP_LAUNCH (self->device, adam, blocks_for (self->device, table.n_chunks), TRP_THREADS, table,
              (const float *) args->inputs[0], (const float *) args->inputs[1],
              self->n_inputs > 2 + 4 * n ? (const float *) args->inputs[2 + 4 * n] : NULL, options);
  return trp_gpu_launched (self->device, "adam", error);
}

struct RmspropOptions
{
  float alpha, eps, momentum, weight_decay;
  TrpGpuType half;
  int gradient; /* its role */
};

enum
{
  RMSPROP_PARAMETER,
  RMSPROP_V,
  RMSPROP_B, /* with momentum only; the gradient is the next */
};

struct RmspropJob
{
  RmspropOptions options;
  float learning_rate, factor;

  template <int N>
  __device__ void
  run (const Entry &entry, size_t i) const
  {
    const bool has_b = options.gradient > RMSPROP_B;
    const TrpPack<N> gradient = trp_load_f32<N> (entry.role[options.gradient], i);
    TrpPack<N> p = trp_load_f32<N> (entry.role[RMSPROP_PARAMETER], i),
               v = trp_load_f32<N> (entry.role[RMSPROP_V], i), b = {};

    if (has_b)
      b = trp_load_f32<N> (entry.role[RMSPROP_B], i);
    for (int k = 0; k < N; k++)
      trp_rmsprop_f32 (factor * gradient.v[k], options.alpha, options.eps, options.momentum,
                       options.weight_decay, learning_rate, &p.v[k], &v.v[k], &b.v[k]);
    store_master<N> (entry, entry.role[RMSPROP_PARAMETER], options.half, i, p);
    store<N> (entry.role[RMSPROP_V], i, v);
    if (has_b)
      store<N> (entry.role[RMSPROP_B], i, b);
  }
};

/* @factor may be NULL; where it is 0 nothing changes. */
TRP_KERNEL
rmsprop (Table table, const float *learning_rate, const float *factor, RmspropOptions options)
{
  const float scale = factor ? *factor : 1;

  if (scale == 0)
    return;
  for_elements (table, RmspropJob{ options, *learning_rate, scale });
}

/* Inputs: learning rate, then n each of parameters, v, with momentum b, and gradients, perhaps a
 * factor; outputs: what comes before the gradients, in place. */
static int
count_written (const TrpGpuKernel *self)
{
  return self->attributes.momentum > 0 ? 3 : 2;
}

static bool
prepare_rmsprop (TrpGpuKernel *self, GError **error)
{
  for (int i = 0; i < self->n_inputs; i++)
    g_assert (trp_gpu_type_of (self->device, &self->inputs[i]) == TRP_GPU_F32);
  return prepare_tensors (self, self->outputs, self->n_outputs / count_written (self), error);
}

static bool
run_rmsprop (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpOpAttributes *a = &self->attributes;
  const int written = count_written (self), n = self->n_outputs / written;
  const int factor = 1 + (written + 1) * n;
  const RmspropOptions options = { (float) a->beta2, (float) a->eps,     (float) a->momentum,
                                   (float) a->alpha, self->device->half, written };
  Tensors *tensors = (Tensors *) self->data;
  bool changed = false;
  Table table;

  for (int role = 0; role <= written; role++)
    changed |= set_role (tensors, role, args->inputs + 1 + role * n);
  set_shadows (self, self->outputs, args->outputs);
  if (!send_tensors (self, changed, &table, error))
    return false;
  TRP_LAUNCH (self->device, rmsprop, blocks_for (self->device, table.n_chunks), TRP_THREADS, table,
              (const float *) args->inputs[0],
              self->n_inputs > factor ? (const float *) args->inputs[factor] : NULL, options);
  return trp_gpu_launched (self->device, "rmsprop", error);
}

struct ClipJob
{
  float limit;
  TrpGpuType half;

  template <int N>
  __device__ void
  run (const Entry &entry, size_t i) const
  {
    TrpPack<N> parameter = trp_load_f32<N> (entry.role[0], i);

    for (int k = 0; k < N; k++)
      parameter.v[k] = trp_clip_f32 (parameter.v[k], limit);
    store_master<N> (entry, entry.role[0], half, i, parameter);
  }
};

TRP_KERNEL
clip (Table table, float limit, TrpGpuType half)
{
  for_elements (table, ClipJob{ limit, half });
}

/* Inputs: parameters; outputs: the same, in place. */
static bool
prepare_clip (TrpGpuKernel *self, GError **error)
{
  for (int i = 0; i < self->n_inputs; i++)
    g_assert (trp_gpu_type_of (self->device, &self->inputs[i]) == TRP_GPU_F32);
  return prepare_tensors (self, self->outputs, self->n_outputs, error);
}

static bool
run_clip (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const bool changed = set_role ((Tensors *) self->data, 0, args->outputs);
  Table table;

  set_shadows (self, self->outputs, args->outputs);
  if (!send_tensors (self, changed, &table, error))
    return false;
  TRP_LAUNCH (self->device, clip, blocks_for (self->device, table.n_chunks), TRP_THREADS, table,
              (float) self->attributes.alpha, self->device->half);
  return trp_gpu_launched (self->device, "clip", error);
}

enum
{
  EMA_PARAMETER,
  EMA_AVERAGE,
};

struct EmaJob
{
  float decay;
  TrpGpuType half;

  template <int N>
  __device__ void
  run (const Entry &entry, size_t i) const
  {
    const TrpPack<N> parameter = trp_load_f32<N> (entry.role[EMA_PARAMETER], i);
    TrpPack<N> average = trp_load_f32<N> (entry.role[EMA_AVERAGE], i);

    for (int k = 0; k < N; k++)
      average.v[k] = trp_ema_f32 (parameter.v[k], average.v[k], decay);
    store_master<N> (entry, entry.role[EMA_AVERAGE], half, i, average);
  }
};

TRP_KERNEL
ema (Table table, float decay, TrpGpuType half)
{
  for_elements (table, EmaJob{ decay, half });
}

/* Inputs: n each of parameters and averages; outputs: the averages, in place. */
static bool
prepare_ema (TrpGpuKernel *self, GError **error)
{
  for (int i = 0; i < self->n_inputs; i++)
    g_assert (trp_gpu_type_of (self->device, &self->inputs[i]) == TRP_GPU_F32);
  return prepare_tensors (self, self->outputs, self->n_outputs, error);
}

static bool
run_ema (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Tensors *tensors = (Tensors *) self->data;
  bool changed = set_role (tensors, EMA_PARAMETER, args->inputs);
  Table table;

  changed |= set_role (tensors, EMA_AVERAGE, args->outputs);
  set_shadows (self, self->outputs, args->outputs);
  if (!send_tensors (self, changed, &table, error))
    return false;
  TRP_LAUNCH (self->device, ema, blocks_for (self->device, table.n_chunks), TRP_THREADS, table,
              (float) self->attributes.alpha, self->device->half);
  return trp_gpu_launched (self->device, "ema", error);
}

/* Counts into @found, which is the thread's own. */
struct FiniteJob
{
  float *found;

  template <int N>
  __device__ void
  run (const Entry &entry, size_t i) const
  {
    const TrpPack<N> gradient = trp_load_f32<N> (entry.role[0], i);

    for (int k = 0; k < N; k++)
      if (!isfinite (gradient.v[k]))
        *found = 1;
  }
};

/* found (blocks): above 0 where one of the block's elements is infinite or no number */
TRP_KERNEL
find_infinite (Table table, float *found)
{
  float own = 0;

  for_elements (table, FiniteJob{ &own });
  own = trp_block_sum (own);
  if (threadIdx.x == 0)
    found[blockIdx.x] = own;
}

/* One block; @scale and @good_steps may be the memory of their inputs. */
TRP_KERNEL
update_scale (const float *found,
              unsigned n_found,
              int interval,
              const float *old_scale,
              const float *old_good_steps,
              float *factor,
              float *scale,
              float *good_steps)
{
  float sum = 0;

  for (unsigned i = threadIdx.x; i < n_found; i += blockDim.x)
    sum += found[i];
  sum = trp_block_sum (sum);
  if (threadIdx.x > 0)
    return;
  *scale = *old_scale;
  *good_steps = *old_good_steps;
  *factor = trp_loss_scale_f32 (sum == 0, interval, scale, good_steps);
}

/* Inputs: scale, good steps, gradients; outputs: factor, scale, good steps. */
static bool
prepare_loss_scale (TrpGpuKernel *self, GError **error)
{
  for (int i = 0; i < self->n_inputs; i++)
    g_assert (trp_gpu_type_of (self->device, &self->inputs[i]) == TRP_GPU_F32);
  if (!prepare_tensors (self, self->inputs + 2, self->n_inputs - 2, error))
    return false;
  self->workspace_bytes = sizeof (float) *
                          blocks_for (self->device, ((const Tensors *) self->data)->n_chunks);
  return true;
}

static bool
run_loss_scale (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const bool changed = set_role ((Tensors *) self->data, 0, args->inputs + 2);
  float *found = (float *) args->workspace;
  Table table;

  if (!send_tensors (self, changed, &table, error))
    return false;
  const unsigned n_blocks = blocks_for (self->device, table.n_chunks);

  TRP_LAUNCH (self->device, find_infinite, n_blocks, TRP_THREADS, table, found);
  TRP_LAUNCH (self->device, update_scale, 1, TRP_THREADS, (const float *) found, n_blocks,
              self->attributes.offset, (const float *) args->inputs[0],
              (const float *) args->inputs[1], (float *) args->outputs[0],
              (float *) args->outputs[1], (float *) args->outputs[2]);
  return trp_gpu_launched (self->device, "loss_scale", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_adam = { prepare_adam, clear_tensors, run_adam };
extern "C" const TrpGpuOp trp_gpu_rmsprop = { prepare_rmsprop, clear_tensors, run_rmsprop };
extern "C" const TrpGpuOp trp_gpu_clip = { prepare_clip, clear_tensors, run_clip };
extern "C" const TrpGpuOp trp_gpu_ema = { prepare_ema, clear_tensors, run_ema };
extern "C" const TrpGpuOp trp_gpu_loss_scale = { prepare_loss_scale, clear_tensors,
                                                 run_loss_scale };
