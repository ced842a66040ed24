/* conv.c - convolutions and their gradients, transposed convolutions, bias
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A transposed convolution is the data gradient of the convolution that its filter describes
 * (shape.h), plus a bias.
 *
 * On a bfloat16 device, forward and transposed convolutions in oneDNN round their input and filter
 * and add up in float32; tensors stay floats. Rounding the input takes 1 to 7 % of what it saves
 * (EPYC 9005, oneDNN 2.6), so there are no bfloat16 tensors.
 */

#include "core/nn/cpu/columns.h"
#include "core/nn/cpu/loops.h"
#include "core/nn/cpu/thin.h"

/* Sides with fewer channels than this go by columns. */
#define THIN_CHANNELS 8
#define LARGE_IMAGE ((size_t) 1 << 20) /* elements */

typedef struct
{
  TrpConvPass pass;
  TrpConvGeometry geometry;
  TrpOneDnnConv *conv; /* (nullable) */
  bool thin;           /* thin.h; neither: columns */
  TrpColumns columns;
} Conv;

static TrpConvGeometry
make_geometry (const TrpCpuKernel *self, TrpShape x, TrpShape filter, TrpShape y)
{
  return (TrpConvGeometry){ .x = x,
                            .filter = filter,
                            .y = y,
                            .stride = self->attributes.stride,
                            .pad_top = self->attributes.pad_top,
                            .pad_left = self->attributes.pad_left };
}

/* Where columns beat oneDNN (measured on AVX-512): few channels on the side that is made, and
 * filter gradients of strided convolutions on large images, where oneDNN's NHWC kernel misses the
 * cache. */
static bool
prefers_columns (TrpConvPass pass, const TrpConvGeometry *g)
{
  if (pass == TRP_CONV_BACKWARD_FILTER && g->stride > 1 &&
      trp_shape_pixels (g->x) * (size_t) g->x.c > LARGE_IMAGE)
    return true;
  const int few = pass == TRP_CONV_BACKWARD_DATA ? g->filter.c : g->filter.n;

  return g->filter.h * g->filter.w > 1 && few < THIN_CHANNELS &&
         (pass == TRP_CONV_BACKWARD_DATA || g->stride == 1);
}

/* Few channels, as those of an image, gain nothing (measured) and keep their bits. */
static bool
may_round (const TrpCpuKernel *self, TrpConvPass pass, const TrpConvGeometry *g)
{
  const int channels = pass == TRP_CONV_BACKWARD_DATA ? g->filter.n : g->filter.c;

  return self->device->bf16 && !self->precise && channels >= THIN_CHANNELS;
}

static bool
prepare (TrpCpuKernel *self, TrpConvPass pass, const TrpConvGeometry *geometry, GError **error)
{
  g_autoptr (GError) failure = NULL;
  Conv *conv = g_new0 (Conv, 1);

  self->data = conv;
  conv->pass = pass;
  conv->geometry = *geometry;
  conv->thin = trp_thin_can (pass, geometry);
  if (!conv->thin && !prefers_columns (pass, geometry))
    conv->conv = trp_onednn_conv_new (self->device->onednn, pass, geometry,
                                      may_round (self, pass, geometry), self->device->n_threads,
                                      &failure);
  if (failure)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return false;
    }
  conv->columns = trp_columns_plan (pass, geometry);
  self->workspace_bytes = conv->conv ? trp_onednn_conv_get_workspace (conv->conv)
                          : conv->thin
                            ? trp_thin_get_workspace (pass, geometry)
                            : trp_columns_get_workspace (&conv->columns, self->device->n_slots);
  return true;
}

static void
clear (TrpCpuKernel *self)
{
  Conv *conv = self->data;

  if (conv)
    trp_onednn_conv_free (conv->conv);
  g_free (conv);
}

static bool
run (TrpCpuKernel *self,
     float *x,
     float *filter,
     const float *bias,
     float *y,
     uint64_t version,
     void *workspace,
     GError **error)
{
  const Conv *conv = self->data;

  if (conv->conv)
    return trp_onednn_conv_run (conv->conv, x, filter, bias, y, version, workspace, error);
  if (conv->thin)
    trp_thin_run (self, conv->pass, &conv->geometry, x, filter, bias, y, workspace);
  else
    trp_columns_run (&conv->columns, self, x, filter, bias, y, workspace);
  return true;
}

static uint64_t
version_of (const TrpKernelArgs *args, int input)
{
  return args->input_versions ? args->input_versions[input] : 0;
}

static bool
prepare_forward (TrpCpuKernel *self, GError **error)
{
  TrpConvGeometry geometry = make_geometry (self, self->inputs[0], self->inputs[1],
                                            self->outputs[0]);

  geometry.bias = self->n_inputs > 2;
  return prepare (self, TRP_CONV_FORWARD, &geometry, error);
}

static bool
run_forward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  return run (self, args->inputs[0], args->inputs[1], self->n_inputs > 2 ? args->inputs[2] : NULL,
              args->outputs[0], version_of (args, 1), args->workspace, error);
}

const TrpCpuOp trp_cpu_conv = { prepare_forward, clear, run_forward };

static bool
check_trains (const TrpCpuKernel *self, GError **error)
{
  if (!self->device->bf16)
    return true;
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                       "The CPU trains in float32, and was asked for bfloat16; use the default "
                       "precision");
  return false;
}

static bool
prepare_data (TrpCpuKernel *self, GError **error)
{
  const TrpConvGeometry geometry = make_geometry (self, self->outputs[0], self->inputs[1],
                                                  self->inputs[0]);

  return prepare (self, TRP_CONV_BACKWARD_DATA, &geometry, error);
}

static bool
run_data (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  return run (self, args->outputs[0], args->inputs[1], NULL, args->inputs[0], version_of (args, 1),
              args->workspace, error);
}

static bool
prepare_backward_data (TrpCpuKernel *self, GError **error)
{
  return check_trains (self, error) && prepare_data (self, error);
}

const TrpCpuOp trp_cpu_conv_backward_data = { prepare_backward_data, clear, run_data };

static bool
prepare_filter (TrpCpuKernel *self, GError **error)
{
  const TrpConvGeometry geometry = make_geometry (self, self->inputs[0], self->outputs[0],
                                                  self->inputs[1]);

  return check_trains (self, error) && prepare (self, TRP_CONV_BACKWARD_FILTER, &geometry, error);
}

static bool
run_filter (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  return run (self, args->inputs[0], args->outputs[0], NULL, args->inputs[1], 0, args->workspace,
              error);
}

const TrpCpuOp trp_cpu_conv_backward_filter = { prepare_filter, clear, run_filter };

typedef struct
{
  float *y;
  const float *bias;
  size_t channels;
} AddBias;

static void
add_bias (size_t begin, size_t end, void *data)
{
  const AddBias *job = data;

  trp_loop_add_vector (job->y + begin * job->channels, end - begin, job->channels, job->bias);
}

static bool
run_transpose (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpShape y = self->outputs[0];
  AddBias job = { args->outputs[0], self->n_inputs > 2 ? args->inputs[2] : NULL, (size_t) y.c };

  if (!run_data (self, args, error))
    return false;
  if (job.bias)
    trp_cpu_for (self, (size_t) y.n * trp_shape_pixels (y), trp_cpu_chunk_of (job.channels),
                 add_bias, &job);
  return true;
}

const TrpCpuOp trp_cpu_conv_transpose = { prepare_data, clear, run_transpose };

/* Sums over pixels: one partial sum per chunk, added in order. */
typedef struct
{
  const float *dy;
  float *partial;
  size_t channels, chunk;
} BiasSum;

static void
sum_bias (size_t begin, size_t end, void *data)
{
  const BiasSum *job = data;

  trp_loop_sum_vectors (job->dy + begin * job->channels, end - begin, job->channels,
                        job->partial + begin / job->chunk * job->channels);
}

static size_t
bias_pixels (const TrpCpuKernel *self)
{
  return (size_t) self->inputs[0].n * trp_shape_pixels (self->inputs[0]);
}

static bool
prepare_bias (TrpCpuKernel *self, GError **error)
{
  const size_t channels = (size_t) self->inputs[0].c;
  const size_t n_chunks = trp_cpu_n_chunks (bias_pixels (self), trp_cpu_chunk_of (channels));

  self->workspace_bytes = n_chunks * channels * sizeof (float);
  return true;
}

static bool
run_bias (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const size_t channels = (size_t) self->inputs[0].c, chunk = trp_cpu_chunk_of (channels);
  const size_t n_chunks = trp_cpu_n_chunks (bias_pixels (self), chunk);
  BiasSum job = { args->inputs[0], args->workspace, channels, chunk };
  float *dbias = args->outputs[0];

  trp_cpu_for (self, bias_pixels (self), chunk, sum_bias, &job);
  for (size_t c = 0; c < channels; c++)
    {
      double sum = 0;

      for (size_t i = 0; i < n_chunks; i++)
        sum += (double) job.partial[i * channels + c];
      dbias[c] = (float) sum;
    }
  return true;
}

const TrpCpuOp trp_cpu_bias_backward = { prepare_bias, NULL, run_bias };
