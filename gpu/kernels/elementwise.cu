/* elementwise.cu - activations, sums, products, scaling, constants, dropout, joining and cutting
 * channels
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each thread reads its pack before it writes the same one, so all but the copies of channels can
 * run in place.
 */

#include "gpu/kernels/packs.h"

namespace
{

/* The packs of a tensor whose elements do not care where they stand. */
typedef struct
{
  int width;
  size_t packs;
} Packs;

static Packs
packs_of (const TrpTensor *tensor)
{
  const size_t count = trp_shape_count (tensor->shape);
  const int width = trp_pack_width (count);

  return { width, count / (size_t) width };
}

template <int N>
TRP_KERNEL
activate (TrpView x, TrpView y, size_t packs, TrpActivation kind, float alpha)
{
  TRP_GRID_FOR (i, packs)
    {
      TrpPack<N> pack = trp_load<N> (x, i);

      for (int k = 0; k < N; k++)
        pack.v[k] = trp_activation_f32 (kind, alpha, pack.v[k]);
      trp_store (y, i, pack);
    }
}

static bool
run_activation (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Packs n = packs_of (&self->outputs[0]);

  TRP_LAUNCH_PACKS (self->device, n.width, activate, n.packs, trp_view_input (self, args, 0),
                    trp_view_output (self, args, 0), n.packs, self->attributes.activation,
                    (float) self->attributes.alpha);
  return trp_gpu_launched (self->device, "activation", error);
}

template <int N>
TRP_KERNEL
activate_backward (TrpView y, TrpView dy, TrpView dx, size_t packs, TrpActivation kind, float alpha)
{
  TRP_GRID_FOR (i, packs)
    {
      const TrpPack<N> output = trp_load<N> (y, i);
      TrpPack<N> pack = trp_load<N> (dy, i);

      for (int k = 0; k < N; k++)
        pack.v[k] *= trp_activation_slope_f32 (kind, alpha, output.v[k]);
      trp_store (dx, i, pack);
    }
}

static bool
run_activation_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Packs n = packs_of (&self->outputs[0]);

  TRP_LAUNCH_PACKS (self->device, n.width, activate_backward, n.packs,
                    trp_view_input (self, args, 0), trp_view_input (self, args, 1),
                    trp_view_output (self, args, 0), n.packs, self->attributes.activation,
                    (float) self->attributes.alpha);
  return trp_gpu_launched (self->device, "activation_backward", error);
}

template <int N>
TRP_KERNEL
add (TrpView a, TrpView b, TrpView y, size_t packs)
{
  TRP_GRID_FOR (i, packs)
    {
      TrpPack<N> sum = trp_load<N> (a, i);
      const TrpPack<N> other = trp_load<N> (b, i);

      for (int k = 0; k < N; k++)
        sum.v[k] += other.v[k];
      trp_store (y, i, sum);
    }
}

static bool
run_add (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Packs n = packs_of (&self->outputs[0]);

  TRP_LAUNCH_PACKS (self->device, n.width, add, n.packs, trp_view_input (self, args, 0),
                    trp_view_input (self, args, 1), trp_view_output (self, args, 0), n.packs);
  return trp_gpu_launched (self->device, "add", error);
}

template <int N>
TRP_KERNEL
multiply (TrpView a, TrpView b, TrpView y, size_t packs)
{
  TRP_GRID_FOR (i, packs)
    {
      TrpPack<N> product = trp_load<N> (a, i);
      const TrpPack<N> other = trp_load<N> (b, i);

      for (int k = 0; k < N; k++)
        product.v[k] *= other.v[k];
      trp_store (y, i, product);
    }
}

static bool
run_multiply (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Packs n = packs_of (&self->outputs[0]);

  TRP_LAUNCH_PACKS (self->device, n.width, multiply, n.packs, trp_view_input (self, args, 0),
                    trp_view_input (self, args, 1), trp_view_output (self, args, 0), n.packs);
  return trp_gpu_launched (self->device, "multiply", error);
}

/* @scalar may be NULL. */
template <int N>
TRP_KERNEL
scale (TrpView x, const float *scalar, TrpView y, size_t packs, float alpha)
{
  const float factor = scalar ? alpha * *scalar : alpha;

  TRP_GRID_FOR (i, packs)
    {
      TrpPack<N> pack = trp_load<N> (x, i);

      for (int k = 0; k < N; k++)
        pack.v[k] *= factor;
      trp_store (y, i, pack);
    }
}

static bool
run_scale (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Packs n = packs_of (&self->outputs[0]);
  const float *scalar = self->n_inputs > 1 ? (const float *) args->inputs[1] : NULL;

  TRP_LAUNCH_PACKS (self->device, n.width, scale, n.packs, trp_view_input (self, args, 0), scalar,
                    trp_view_output (self, args, 0), n.packs, (float) self->attributes.alpha);
  return trp_gpu_launched (self->device, "scale", error);
}

template <int N>
TRP_KERNEL
fill (TrpView y, size_t packs, float value)
{
  TrpPack<N> pack;

  for (int k = 0; k < N; k++)
    pack.v[k] = value;
  TRP_GRID_FOR (i, packs)
    {
      trp_store (y, i, pack);
    }
}

static bool
run_constant (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const Packs n = packs_of (&self->outputs[0]);

  TRP_LAUNCH_PACKS (self->device, n.width, fill, n.packs, trp_view_output (self, args, 0), n.packs,
                    (float) self->attributes.alpha);
  return trp_gpu_launched (self->device, "constant", error);
}

struct Dropout
{
  uint64_t seed, stream;
  uint32_t limit;
  float factor;
};

/* The random words of pack @i. */
template <int N>
static __device__ __forceinline__ void
draw (const Dropout &dropout, uint32_t step, size_t i, uint32_t *out_words)
{
  if constexpr (N == 1)
    out_words[0] = trp_dropout_word (dropout.seed, dropout.stream, step, i);
  else
    for (size_t block = 0; block < N / 4; block++)
      trp_dropout_words (dropout.seed, dropout.stream, step, i * (N / 4) + block,
                         out_words + 4 * block);
}

template <int N>
TRP_KERNEL
drop (TrpView x, const float *step, TrpView y, size_t packs, Dropout dropout)
{
  TRP_GRID_FOR (i, packs)
    {
      TrpPack<N> pack = trp_load<N> (x, i);
      uint32_t words[N];

      draw<N> (dropout, (uint32_t) *step, i, words);
      for (int k = 0; k < N; k++)
        pack.v[k] = trp_dropout_f32 (words[k], dropout.limit, dropout.factor, pack.v[k]);
      trp_store (y, i, pack);
    }
}

static bool
run_dropout (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpOpAttributes *a = &self->attributes;
  const Packs n = packs_of (&self->outputs[0]);
  const Dropout dropout = { a->seed, a->stream, trp_dropout_limit (a->alpha),
                            (float) (1 / (1 - a->alpha)) };

  TRP_LAUNCH_PACKS (self->device, n.width, drop, n.packs, trp_view_input (self, args, 0),
                    (const float *) args->inputs[1], trp_view_output (self, args, 0), n.packs,
                    dropout);
  return trp_gpu_launched (self->device, "dropout", error);
}

/* A part of y's channels and where it comes from; all counted in packs. */
struct Part
{
  TrpView from;
  int begin, end; /* of a pixel of y */
  int step;       /* packs of a pixel of @from */
  int skip;       /* of them, before the part */
};

#define MAX_PARTS 16

struct Parts
{
  Part parts[MAX_PARTS];
  int n;
};

/* Channels @begin + k, k below @by's divisor, of each pixel of y: from the part that has them, zero
 * where none has. */
template <int N>
TRP_KERNEL
join (Parts parts, TrpView y, int y_step, int begin, size_t packs, TrpDivisor by)
{
  TRP_GRID_FOR (i, packs)
    {
      uint32_t rest = (uint32_t) i;
      const size_t pixel = trp_divide (by, &rest);
      const int k = begin + (int) rest;
      TrpPack<N> pack = {};

      for (int p = 0; p < parts.n; p++)
        {
          const Part &part = parts.parts[p];

          if (k >= part.begin && k < part.end)
            pack = trp_load<N> (part.from,
                                pixel * (size_t) part.step + (size_t) (k - part.begin + part.skip));
        }
      trp_store (y, pixel * (size_t) y_step + (size_t) k, pack);
    }
}

/* Channels @begin to @end of y from @parts, whose numbers count channels: here they become packs.
 */
static void
launch_join (const TrpGpuKernel *self, const TrpKernelArgs *args, Parts *parts, int begin, int end)
{
  const TrpShape y = self->outputs[0].shape;
  const size_t pixels = (size_t) y.n * trp_shape_pixels (y);
  int common = y.c | begin | end, width;

  for (int p = 0; p < parts->n; p++)
    common |= parts->parts[p].begin | parts->parts[p].end | parts->parts[p].step |
              parts->parts[p].skip;
  width = trp_pack_width ((size_t) common); /* the lowest bits tell */
  for (int p = 0; p < parts->n; p++)
    {
      Part *part = &parts->parts[p];

      part->begin /= width;
      part->end /= width;
      part->step /= width;
      part->skip /= width;
    }
  TRP_LAUNCH_PACKS (self->device, width, join, pixels * (size_t) ((end - begin) / width), *parts,
                    trp_view_output (self, args, 0), y.c / width, begin / width,
                    pixels * (size_t) ((end - begin) / width), trp_divisor ((end - begin) / width));
}

static bool
run_concat (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  int begin = 0;

  for (int first = 0; first < self->n_inputs; first += MAX_PARTS)
    {
      Parts parts = {};
      int end = begin;

      for (int i = first; i < self->n_inputs && parts.n < MAX_PARTS; i++)
        {
          const int c = self->inputs[i].shape.c;

          parts.parts[parts.n++] = { trp_view_input (self, args, i), end, end + c, c, 0 };
          end += c;
        }
      launch_join (self, args, &parts, begin, end);
      begin = end;
    }
  return trp_gpu_launched (self->device, "concat", error);
}

static bool
run_slice (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const int c = self->outputs[0].shape.c;
  Parts parts = { { { trp_view_input (self, args, 0), 0, c, self->inputs[0].shape.c,
                      self->attributes.offset } },
                  1 };

  launch_join (self, args, &parts, 0, c);
  return trp_gpu_launched (self->device, "slice", error);
}

static bool
run_slice_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const int c = self->inputs[0].shape.c, offset = self->attributes.offset;
  Parts parts = { { { trp_view_input (self, args, 0), offset, offset + c, c, 0 } }, 1 };

  launch_join (self, args, &parts, 0, self->outputs[0].shape.c);
  return trp_gpu_launched (self->device, "slice_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_activation = { NULL, NULL, run_activation };
extern "C" const TrpGpuOp trp_gpu_activation_backward = { NULL, NULL, run_activation_backward };
extern "C" const TrpGpuOp trp_gpu_add = { NULL, NULL, run_add };
extern "C" const TrpGpuOp trp_gpu_multiply = { NULL, NULL, run_multiply };
extern "C" const TrpGpuOp trp_gpu_scale = { NULL, NULL, run_scale };
extern "C" const TrpGpuOp trp_gpu_constant = { NULL, NULL, run_constant };
extern "C" const TrpGpuOp trp_gpu_dropout = { NULL, NULL, run_dropout };
extern "C" const TrpGpuOp trp_gpu_concat = { NULL, NULL, run_concat };
extern "C" const TrpGpuOp trp_gpu_slice = { NULL, NULL, run_slice };
extern "C" const TrpGpuOp trp_gpu_slice_backward = { NULL, NULL, run_slice_backward };
