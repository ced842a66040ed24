/* columns.h - two sums per channel over pixels, in a fixed order
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For kernels of norms. The pixels of an image are cut into slabs whose extent depends on the shape
 * only; a block sums one slab for up to 8 packs of channels, neighbouring threads reading
 * neighbouring channels; the block that finishes last adds the slabs in order and calls Finish. So
 * one launch makes the sums, and they are the same bits in every run. That last block has nobody
 * beside it: groups of channels are narrow so that its threads have few slabs each.
 *
 * A Source has, per thread:
 *   struct Item                                               what is read of one pack
 *   bool holds (TrpGpuType type)                              whether all it touches is held so
 *   void assume (TrpGpuType type)                             makes that known to the compiler
 *   void start (int image, size_t first, int pack)            first: the slab's first pixel
 *   Item fetch (int image, size_t pixel, int pack)
 *   void add (Item item, int image, size_t pixel, int pack, TrpPack<N> *a, TrpPack<N> *b)
 *   void close (int k, float n_pixels, float *a, float *b)    one channel's sums of a whole slab
 * A Finish has
 *   void run (const TrpSlabs &slabs)                          called by all threads of a block
 */

#pragma once

#include "gpu/kernel.h"

#define TRP_COLUMNS_PACKS 8 /* side by side in a block: 128 bytes of float32 */
#define TRP_COLUMNS_ROWS 4  /* that a thread fetches before it adds the first of them */
#define TRP_COLUMNS_SLABS 8 /* the same of slabs, in the last block */

/**
 * TrpColumns: how blocks and threads are laid over (pixels, channels)
 * @packs: of all channels; @tx of them side by side in a block, @ty pixels at a time
 * @slab: pixels of a block
 */
struct TrpColumns
{
  size_t pixels;
  int n_images, channels, packs, tx, ty, n_groups, n_slabs;
  size_t slab;
};

/* Short slabs keep all multiprocessors busy, few of them the last block brief: 128, until they have
 * 512 pixels, then up to 512. */
static inline size_t
trp_columns_slab (size_t pixels, size_t least)
{
  const size_t even = (pixels + 127) / 128, longest = MAX ((pixels + 511) / 512, 512);

  return MAX (least, MIN (even, longest));
}

static inline TrpColumns
trp_columns (int n_images, size_t pixels, int channels, int pack)
{
  TrpColumns c = { pixels, n_images, channels, channels / pack };

  c.tx = MIN (c.packs, TRP_COLUMNS_PACKS);
  c.ty = TRP_THREADS / c.tx;
  c.n_groups = (c.packs + c.tx - 1) / c.tx;
  c.slab = trp_columns_slab (pixels, (size_t) (TRP_COLUMNS_ROWS * c.ty));
  c.n_slabs = (int) ((pixels + c.slab - 1) / c.slab);
  return c;
}

/* 4 where the channels allow it. */
static inline int
trp_columns_pack (int channels)
{
  return channels % 4 == 0 ? 4 : 1;
}

static inline size_t
trp_columns_partial_bytes (const TrpColumns &c)
{
  return 2 * sizeof (float) * (size_t) c.n_images * (size_t) c.n_slabs * (size_t) c.channels;
}

/* Blocks that have finished, per image and group of channels; zero between launches. */
static inline size_t
trp_columns_counter_bytes (const TrpColumns &c)
{
  return sizeof (unsigned) * (size_t) c.n_images * (size_t) c.n_groups;
}

/* For operations whose workspace begins with the slabs' sums, and that keep nothing but the
 * counters. */
static inline bool
trp_columns_prepare (TrpGpuKernel *self, const TrpColumns &c, GError **error)
{
  self->workspace_bytes = trp_columns_partial_bytes (c);
  self->data = trp_gpu_alloc (self->device, trp_columns_counter_bytes (c), error);
  return self->data != NULL;
}

static inline void
trp_columns_clear (TrpGpuKernel *self)
{
  if (self->data)
    trp_gpu_free (self->device, self->data);
}

/* The slabs' sums of one image, as the last block sees them. */
struct TrpSlabs
{
  TrpColumns columns;
  const volatile float *partials; /* (slab, 2, channel) */
  int image, first, width;        /* channels of this block */

  /* Which channel this thread finishes, or -1. */
  __device__ int
  channel () const
  {
    return (int) threadIdx.x < width ? first + (int) threadIdx.x : -1;
  }

  __device__ float
  at (int slab, int which, int channel) const
  {
    return partials[((size_t) slab * 2 + (size_t) which) * (size_t) columns.channels + channel];
  }

  __device__ float
  n_pixels (int slab) const
  {
    const size_t begin = (size_t) slab * columns.slab, left = columns.pixels - begin;

    return (float) (left < columns.slab ? left : columns.slab);
  }

  /* Sum of term (slab, channel) over the slabs, for every channel of the block: each thread below
   * width gets its own channel's. All threads call it. */
  template <class Term>
  __device__ float
  sum (Term term) const
  {
    __shared__ float parts[TRP_THREADS];
    const int n_parts = TRP_THREADS / width, part = (int) threadIdx.x / width;
    const int channel = first + (int) threadIdx.x % width;
    float value = 0;

    if (part < n_parts)
      for (int slab = part; slab < columns.n_slabs; slab += TRP_COLUMNS_SLABS * n_parts)
        {
          float terms[TRP_COLUMNS_SLABS];

#pragma unroll
          for (int i = 0; i < TRP_COLUMNS_SLABS; i++)
            terms[i] = term (min (slab + i * n_parts, columns.n_slabs - 1), channel);
#pragma unroll
          for (int i = 0; i < TRP_COLUMNS_SLABS; i++)
            value += slab + i * n_parts < columns.n_slabs ? terms[i] : 0;
        }
    __syncthreads (); /* parts may still be read by an earlier call */
    parts[threadIdx.x] = value;
    __syncthreads ();
    value = 0;
    if ((int) threadIdx.x < width)
      for (int i = 0; i < n_parts; i++)
        value += parts[i * width + (int) threadIdx.x];
    return value;
  }
};

/* Sums of a slab over the rows of threads; the result is in the first row. */
template <int N>
static __device__ __forceinline__ void
trp_add_rows (const TrpColumns &c, TrpPack<N> *a, TrpPack<N> *b)
{
  __shared__ float sums[2][N][TRP_THREADS];
  const int tid = (int) threadIdx.x, ty = tid / c.tx;
  int half = 1;

  for (int k = 0; k < N; k++)
    {
      sums[0][k][tid] = a->v[k];
      sums[1][k][tid] = b->v[k];
    }
  while (half < c.ty)
    half *= 2;
  for (half /= 2; half > 0; half /= 2)
    {
      __syncthreads ();
      if (ty < half && ty + half < c.ty)
        for (int k = 0; k < N; k++)
          for (int which = 0; which < 2; which++)
            sums[which][k][tid] += sums[which][k][tid + half * c.tx];
    }
  for (int k = 0; k < N && ty == 0; k++)
    {
      a->v[k] = sums[0][k][tid];
      b->v[k] = sums[1][k][tid];
    }
}

/* This thread's part of the slab from @begin to @end. Fetches come first, so that all of them are
 * under way at once. */
template <int N, class Source>
static __device__ __forceinline__ void
trp_add_pixels (const TrpColumns &c,
                Source *source,
                int image,
                int pack,
                size_t begin,
                size_t end,
                TrpPack<N> *a,
                TrpPack<N> *b)
{
  const size_t step = (size_t) c.ty;

  source->start (image, begin, pack);
  for (size_t first = begin + threadIdx.x / (unsigned) c.tx; first < end;
       first += TRP_COLUMNS_ROWS * step)
    {
      typename Source::Item items[TRP_COLUMNS_ROWS];

#pragma unroll
      for (size_t row = 0; row < TRP_COLUMNS_ROWS; row++)
        {
          const size_t pixel = first + row * step;

          items[row] = source->fetch (image, pixel < end ? pixel : first, pack);
        }
#pragma unroll
      for (size_t row = 0; row < TRP_COLUMNS_ROWS; row++)
        if (first + row * step < end)
          source->add (items[row], image, first + row * step, pack, a, b);
    }
}

/* The same for each type that is common: loads that ask for it could not run ahead. */
template <int N, class Source>
static __device__ __forceinline__ void
trp_add_slab (const TrpColumns &c,
              Source *source,
              int image,
              int pack,
              size_t begin,
              size_t end,
              TrpPack<N> *a,
              TrpPack<N> *b)
{
  if (source->holds (TRP_GPU_F32))
    {
      source->assume (TRP_GPU_F32);
      trp_add_pixels<N> (c, source, image, pack, begin, end, a, b);
    }
  else if (source->holds (TRP_GPU_BF16))
    {
      source->assume (TRP_GPU_BF16);
      trp_add_pixels<N> (c, source, image, pack, begin, end, a, b);
    }
  else
    trp_add_pixels<N> (c, source, image, pack, begin, end, a, b);
}

template <int N, class Source, class Finish>
TRP_KERNEL
trp_columns_kernel (TrpColumns c, Source source, Finish finish, float *partials, unsigned *counters)
{
  __shared__ bool is_last;
  const int tid = (int) threadIdx.x, image = (int) blockIdx.z;
  const int tx = tid % c.tx, ty = tid / c.tx, pack = (int) blockIdx.y * c.tx + tx;
  const size_t begin = (size_t) blockIdx.x * c.slab,
               end = begin + c.slab < c.pixels ? begin + c.slab : c.pixels;
  const bool active = ty < c.ty && pack < c.packs;
  float *own = partials + 2 * (size_t) image * (size_t) c.n_slabs * (size_t) c.channels;
  TrpPack<N> a = {}, b = {};

  if (active)
    trp_add_slab<N> (c, &source, image, pack, begin, end, &a, &b);
  trp_add_rows<N> (c, &a, &b);
  if (active && ty == 0)
    for (int k = 0; k < N; k++)
      {
        float *to = own + 2 * (size_t) blockIdx.x * (size_t) c.channels + pack * N + k;

        source.close (k, (float) (end - begin), &a.v[k], &b.v[k]);
        to[0] = a.v[k];
        to[c.channels] = b.v[k];
      }
  __threadfence ();
  __syncthreads ();
  if (tid == 0)
    is_last = atomicAdd (&counters[image * c.n_groups + (int) blockIdx.y], 1U) == gridDim.x - 1;
  __syncthreads ();
  if (!is_last)
    return;
  __threadfence ();
  if (tid == 0)
    counters[image * c.n_groups + (int) blockIdx.y] = 0;
  const int first = (int) blockIdx.y * c.tx * N, left = c.channels - first;
  const TrpSlabs slabs = { c, own, image, first, left < c.tx * N ? left : c.tx * N };

  finish.run (slabs);
}

template <int N, class Source, class Finish>
static void
trp_columns_launch (TrpGpuDevice *device,
                    const TrpColumns &c,
                    const Source &source,
                    const Finish &finish,
                    void *partials,
                    void *counters)
{
  const dim3 blocks ((unsigned) c.n_slabs, (unsigned) c.n_groups, (unsigned) c.n_images);

  TRP_LAUNCH (device, (trp_columns_kernel<N, Source, Finish>), blocks, TRP_THREADS, c, source,
              finish, (float *) partials, (unsigned *) counters);
}

/* Values and their squares about the slab's first pixel, so that a large mean costs no digits; a
 * slab leaves its mean and its sum of squared deviations. */
template <int N> struct TrpMomentSource
{
  TrpView x;
  size_t pixels;
  int packs;
  TrpPack<N> origin;

  using Item = TrpPack<N>;

  __device__ bool
  holds (TrpGpuType type) const
  {
    return x.type == type;
  }

  __device__ void
  assume (TrpGpuType type)
  {
    x.type = type;
  }

  __device__ size_t
  index (int image, size_t pixel, int pack) const
  {
    return ((size_t) image * pixels + pixel) * (size_t) packs + (size_t) pack;
  }

  __device__ void
  start (int image, size_t first, int pack)
  {
    origin = trp_load<N> (x, index (image, first, pack));
  }

  __device__ Item
  fetch (int image, size_t pixel, int pack) const
  {
    return trp_load<N> (x, index (image, pixel, pack));
  }

  __device__ void
  add (const Item &v, int image, size_t pixel, int pack, TrpPack<N> *a, TrpPack<N> *b) const
  {
    for (int k = 0; k < N; k++)
      {
        const float d = v.v[k] - origin.v[k];

        a->v[k] += d;
        b->v[k] += d * d;
      }
  }

  __device__ void
  close (int k, float n_pixels, float *a, float *b) const
  {
    const float m2 = *b - *a * *a / n_pixels;

    *a = origin.v[k] + *a / n_pixels;
    *b = m2 > 0 ? m2 : 0;
  }
};

/* A channel's mean and sum of squared deviations, from the slabs' (Chan et al. 1979). */
static __device__ __forceinline__ void
trp_merge_moments (const TrpSlabs &slabs, float *out_mean, float *out_m2)
{
  __shared__ float means[TRP_THREADS];
  const float total = (float) slabs.columns.pixels;
  /* about the first slab's mean: sums of deviations keep their digits */
  const float shift = slabs.sum ([&] (int slab, int channel) {
    return slabs.n_pixels (slab) / total * (slabs.at (slab, 0, channel) - slabs.at (0, 0, channel));
  });

  if (slabs.channel () >= 0)
    means[threadIdx.x] = slabs.at (0, 0, slabs.channel ()) + shift;
  __syncthreads ();
  *out_m2 = slabs.sum ([&] (int slab, int channel) {
    const float d = slabs.at (slab, 0, channel) - means[channel - slabs.first];

    return slabs.at (slab, 1, channel) + slabs.n_pixels (slab) * d * d;
  });
  *out_mean = means[(int) threadIdx.x < slabs.width ? threadIdx.x : 0];
}
