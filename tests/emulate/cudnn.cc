/* cudnn.cc - convolutions of gpu/cudnn-graph.h on the emulated device, by plain loops
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Operands lose what the hardware ignores (TF32 unless strict), sums are in double. What
 * cuDNN refuses is refused: bf16 below capability 8.0.
 */

#include "gpu/cudnn-graph.h"

#include "tests/emulate/block.h"
#include "tests/emulate/device.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cmath>
#include <cstring>
#include <vector>

struct _TrpCudnnConv
{
  TrpCudnnSpec spec;
};

struct _TrpCudnn
{
  cudaStream_t stream;
  int capability;
  std::vector<TrpCudnnConv *> plans;
};

TrpCudnn *
trp_cudnn_new (cudaStream_t stream, GError **error)
{
  TrpCudnn *self = new TrpCudnn ();

  self->stream = stream;
  self->capability = trp_emulation ()->capability;
  return self;
}

void
trp_cudnn_free (TrpCudnn *self)
{
  if (!self)
    return;
  for (TrpCudnnConv *plan : self->plans)
    delete plan;
  delete self;
}

const char *
trp_cudnn_get_version (const TrpCudnn *self)
{
  return "9.19.0";
}

const TrpCudnnConv *
trp_cudnn_plan (TrpCudnn *self, const TrpCudnnSpec *spec, GError **error)
{
  if (spec->type == TRP_GPU_BF16 && self->capability < 80)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "cuDNN has no bfloat16 convolution for compute capability %d", self->capability);
      return nullptr;
    }
  self->plans.push_back (new TrpCudnnConv{ *spec });
  return self->plans.back ();
}

/* Not 0, so that what is done with it is seen. */
size_t
trp_cudnn_conv_get_workspace (const TrpCudnnConv *self)
{
  return 4 * TRP_TENSOR_ALIGNMENT;
}

const char *
trp_cudnn_conv_describe (const TrpCudnnConv *self)
{
  return "plain loops";
}

/* To the 10 bits of fraction that tensor cores read of a float. An engine may round before; where
 * none does, the rest is ignored (PTX ISA, mma, .tf32), which is the worse and makes every product
 * smaller. */
static float
cut_tf32 (float value)
{
  uint32_t bits;

  memcpy (&bits, &value, sizeof bits);
  if (std::isfinite (value))
    bits &= ~0x1fffU;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static std::vector<float>
read (const void *data, TrpShape shape, const TrpCudnnSpec &spec)
{
  std::vector<float> values (trp_shape_count (shape));

  for (size_t i = 0; i < values.size (); i++)
    switch (spec.type)
      {
      case TRP_GPU_BF16:
        values[i] = __bfloat162float (((const __nv_bfloat16 *) data)[i]);
        break;
      case TRP_GPU_F16:
        values[i] = __half2float (((const __half *) data)[i]);
        break;
      default:
        values[i] = ((const float *) data)[i];
        if (!spec.strict)
          values[i] = cut_tf32 (values[i]);
      }
  return values;
}

static void
write (void *data, const std::vector<double> &values, const TrpCudnnSpec &spec)
{
  for (size_t i = 0; i < values.size (); i++)
    switch (spec.type)
      {
      case TRP_GPU_BF16:
        ((__nv_bfloat16 *) data)[i] = __float2bfloat16 ((float) values[i]);
        break;
      case TRP_GPU_F16:
        ((__half *) data)[i] = __float2half ((float) values[i]);
        break;
      default:
        ((float *) data)[i] = (float) values[i];
      }
}

/* Calls @visit (first index of x, of the filter, of y; C) for every pair of an output pixel and
 * filter tap whose input pixel exists. */
template <typename Visit>
static void
walk (const TrpConvGeometry &g, Visit visit)
{
  for (int n = 0; n < g.y.n; n++)
    for (int oh = 0; oh < g.y.h; oh++)
      for (int ow = 0; ow < g.y.w; ow++)
        for (int r = 0; r < g.filter.h; r++)
          for (int s = 0; s < g.filter.w; s++)
            {
              const int h = oh * g.stride + r - g.pad_top, w = ow * g.stride + s - g.pad_left;

              if (h < 0 || h >= g.x.h || w < 0 || w >= g.x.w)
                continue;
              for (int k = 0; k < g.y.c; k++)
                visit (trp_shape_index (g.x, n, h, w, 0), trp_shape_index (g.filter, k, r, s, 0),
                       trp_shape_index (g.y, n, oh, ow, k));
            }
}

static void
convolve (const TrpCudnnSpec &spec, void *x, void *filter, void *y)
{
  const TrpConvGeometry &g = spec.geometry;
  const size_t c = (size_t) g.x.c;
  std::vector<float> xs, fs, ys;
  std::vector<double> sums;

  if (spec.pass != TRP_CONV_BACKWARD_DATA)
    xs = read (x, g.x, spec);
  if (spec.pass != TRP_CONV_BACKWARD_FILTER)
    fs = read (filter, g.filter, spec);
  if (spec.pass != TRP_CONV_FORWARD)
    ys = read (y, g.y, spec);
  switch (spec.pass)
    {
    case TRP_CONV_FORWARD:
      sums.assign (trp_shape_count (g.y), 0);
      walk (g, [&] (size_t ix, size_t f, size_t iy) {
        double sum = 0;

        for (size_t i = 0; i < c; i++)
          sum += (double) xs[ix + i] * (double) fs[f + i];
        sums[iy] += sum;
      });
      write (y, sums, spec);
      break;
    case TRP_CONV_BACKWARD_DATA:
      sums.assign (trp_shape_count (g.x), 0);
      walk (g, [&] (size_t ix, size_t f, size_t iy) {
        for (size_t i = 0; i < c; i++)
          sums[ix + i] += (double) ys[iy] * (double) fs[f + i];
      });
      write (x, sums, spec);
      break;
    case TRP_CONV_BACKWARD_FILTER:
      sums.assign (trp_shape_count (g.filter), 0);
      walk (g, [&] (size_t ix, size_t f, size_t iy) {
        for (size_t i = 0; i < c; i++)
          sums[f + i] += (double) ys[iy] * (double) xs[ix + i];
      });
      write (filter, sums, spec);
      break;
    }
}

bool
trp_cudnn_run (TrpCudnn *self,
               const TrpCudnnConv *conv,
               void *x,
               void *filter,
               void *y,
               void *workspace,
               GError **error)
{
  const TrpCudnnSpec spec = conv->spec;

  /* as one kernel of one thread; a plan that wants a workspace uses all of it */
  trp_emulate_enqueue (self->stream, { "cuDNN", 1, 1, [=] {
                                        memset (workspace, 0xff, 4 * TRP_TENSOR_ALIGNMENT);
                                        convolve (spec, x, filter, y);
                                      } });
  return true;
}
