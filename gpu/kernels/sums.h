/* sums.h - a few sums over many items, in a fixed order, by one launch
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For kernels of losses. Each group of items (a sample, a channel of an image) is cut into runs
 * whose length depends on the shape only; a block sums one run; the block that finishes last calls
 * Finish, which adds the runs in order. K sums at a time.
 *
 * A Source has   void add (int group, size_t item, float *sums)
 * A Finish has   void run (const TrpRuns<K> &runs)              called by all threads of a block
 */

#pragma once

#include "gpu/kernel.h"

struct TrpSums
{
  size_t items, run; /* per group; of a block */
  int n_groups, n_runs;
};

static inline TrpSums
trp_sums (int n_groups, size_t items)
{
  const size_t max_runs = 512, least = 2 * TRP_THREADS;
  const size_t even = (items + max_runs - 1) / max_runs, run = even > least ? even : least;

  return { items, run, n_groups, (int) ((items + run - 1) / run) };
}

static inline size_t
trp_sums_partial_bytes (const TrpSums &s, int k)
{
  return sizeof (float) * (size_t) k * (size_t) s.n_groups * (size_t) s.n_runs;
}

template <int K> struct TrpRuns
{
  TrpSums sums;
  const volatile float *partials; /* (group, run, K) */

  /* Sum @k of a group, in every thread; all threads of the block call it. */
  __device__ float
  total (int group, int k) const
  {
    float value = 0;

    for (int i = (int) threadIdx.x; i < sums.n_runs; i += TRP_THREADS)
      value += partials[((size_t) group * (size_t) sums.n_runs + (size_t) i) * K + (size_t) k];
    return trp_block_sum (value);
  }
};

/* A Finish: the one sum over @divisor. */
struct TrpSumFinish
{
  float *out;
  float divisor;

  __device__ void
  run (const TrpRuns<1> &runs) const
  {
    const float sum = runs.total (0, 0);

    if (threadIdx.x == 0)
      *out = sum / divisor;
  }
};

template <int K, class Source, class Finish>
TRP_KERNEL
trp_sums_kernel (TrpSums s, Source source, Finish finish, float *partials, unsigned *counter)
{
  __shared__ bool is_last;
  const int group = (int) blockIdx.y;
  const size_t begin = (size_t) blockIdx.x * s.run,
               end = begin + s.run < s.items ? begin + s.run : s.items;
  float sums[K] = {};

  for (size_t i = begin + threadIdx.x; i < end; i += TRP_THREADS)
    source.add (group, i, sums);
  for (int k = 0; k < K; k++)
    {
      const float sum = trp_block_sum (sums[k]);

      if (threadIdx.x == 0)
        partials[((size_t) group * (size_t) s.n_runs + blockIdx.x) * K + (size_t) k] = sum;
    }
  if (threadIdx.x == 0)
    {
      __threadfence ();
      is_last = atomicAdd (counter, 1U) == gridDim.x * gridDim.y - 1;
    }
  __syncthreads ();
  if (!is_last)
    return;
  __threadfence ();
  if (threadIdx.x == 0)
    *counter = 0;
  const TrpRuns<K> runs = { s, partials };

  finish.run (runs);
}

/* @counter: zero between launches. */
template <int K, class Source, class Finish>
static void
trp_sums_launch (TrpGpuDevice *device,
                 const TrpSums &s,
                 const Source &source,
                 const Finish &finish,
                 void *partials,
                 void *counter)
{
  const dim3 blocks ((unsigned) s.n_runs, (unsigned) s.n_groups);

  TRP_LAUNCH (device, (trp_sums_kernel<K, Source, Finish>), blocks, TRP_THREADS, s, source, finish,
              (float *) partials, (unsigned *) counter);
}

/* For operations that keep nothing but the counter. */
static inline bool
trp_sums_prepare (TrpGpuKernel *self, size_t workspace_bytes, GError **error)
{
  self->workspace_bytes = workspace_bytes;
  self->data = trp_gpu_alloc (self->device, sizeof (unsigned), error);
  return self->data != NULL;
}

static inline void
trp_sums_clear (TrpGpuKernel *self)
{
  if (self->data)
    trp_gpu_free (self->device, self->data);
}
