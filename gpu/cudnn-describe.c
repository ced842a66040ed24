/* cudnn-describe.c - see cudnn-describe.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "gpu/cudnn-describe.h"

#include <string.h>

/* A promise about the addresses given at run time; TRP_TENSOR_ALIGNMENT keeps it. */
#define ALIGNMENT 16

typedef cudnnBackendDescriptor_t Descriptor;

void
trp_cudnn_destroy (Descriptor descriptor)
{
  if (descriptor)
    cudnnBackendDestroyDescriptor (descriptor);
}

TrpCudnnBuilder
trp_cudnn_builder_new (void)
{
  return (TrpCudnnBuilder){ g_ptr_array_new_with_free_func (trp_cudnn_destroy),
                            CUDNN_STATUS_SUCCESS };
}

void
trp_cudnn_builder_clear (TrpCudnnBuilder *self)
{
  g_ptr_array_unref (self->descriptors);
}

bool
trp_cudnn_builder_ok (const TrpCudnnBuilder *self)
{
  return self->status == CUDNN_STATUS_SUCCESS;
}

Descriptor
trp_cudnn_create (TrpCudnnBuilder *self, cudnnBackendDescriptorType_t type)
{
  Descriptor descriptor = NULL;

  if (trp_cudnn_builder_ok (self))
    self->status = cudnnBackendCreateDescriptor (type, &descriptor);
  if (descriptor)
    g_ptr_array_add (self->descriptors, descriptor);
  return descriptor;
}

void
trp_cudnn_finalize (TrpCudnnBuilder *self, Descriptor descriptor)
{
  if (trp_cudnn_builder_ok (self))
    self->status = cudnnBackendFinalize (descriptor);
}

void
trp_cudnn_set (TrpCudnnBuilder *self,
               Descriptor descriptor,
               cudnnBackendAttributeName_t name,
               cudnnBackendAttributeType_t type,
               int64_t n,
               const void *values)
{
  if (trp_cudnn_builder_ok (self))
    self->status = cudnnBackendSetAttribute (descriptor, name, type, n, values);
}

int64_t
trp_cudnn_get (TrpCudnnBuilder *self,
               Descriptor descriptor,
               cudnnBackendAttributeName_t name,
               cudnnBackendAttributeType_t type,
               int64_t max,
               void *out_values)
{
  int64_t n = 0;

  if (trp_cudnn_builder_ok (self))
    self->status = cudnnBackendGetAttribute (descriptor, name, type, max, &n, out_values);
  return trp_cudnn_builder_ok (self) ? n : 0;
}

Descriptor
trp_cudnn_builder_steal (TrpCudnnBuilder *self, Descriptor descriptor)
{
  unsigned index;

  if (!trp_cudnn_builder_ok (self) || !g_ptr_array_find (self->descriptors, descriptor, &index))
    return NULL;
  return g_ptr_array_steal_index_fast (self->descriptors, index);
}

static const cudnnDataType_t data_types[] = {
  [TRP_GPU_F32] = CUDNN_DATA_FLOAT,
  [TRP_GPU_BF16] = CUDNN_DATA_BFLOAT16,
  [TRP_GPU_F16] = CUDNN_DATA_HALF,
};

/* Dimensions in the order n, c, h, w (a filter: k, c, r, s); the strides say that memory is NHWC
 * (KRSC). */
static Descriptor
add_tensor (TrpCudnnBuilder *self, int64_t uid, TrpGpuType type, TrpShape shape)
{
  Descriptor tensor = trp_cudnn_create (self, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  const int64_t h = shape.h, w = shape.w, c = shape.c, alignment = ALIGNMENT;
  const int64_t sizes[4] = { shape.n, c, h, w }, strides[4] = { h * w * c, 1, w * c, c };

  SET (self, tensor, TENSOR_DATA_TYPE, DATA_TYPE, 1, &data_types[type]);
  SET (self, tensor, TENSOR_DIMENSIONS, INT64, 4, sizes);
  SET (self, tensor, TENSOR_STRIDES, INT64, 4, strides);
  SET (self, tensor, TENSOR_UNIQUE_ID, INT64, 1, &uid);
  SET (self, tensor, TENSOR_BYTE_ALIGNMENT, INT64, 1, &alignment);
  trp_cudnn_finalize (self, tensor);
  return tensor;
}

/* Padding at the far end. As much as at the near end where that gives the same size, since few
 * engines take unequal pads; a stride may leave some of it, or of the image, unused. */
static int64_t
far_pad (int size, int result, int taps, int stride, int near)
{
  if ((size + 2 * near - taps) / stride + 1 == result)
    return near;
  return MAX (0, (result - 1) * stride + taps - size - near);
}

static Descriptor
add_convolution (TrpCudnnBuilder *self, const TrpConvGeometry *g)
{
  Descriptor convolution = trp_cudnn_create (self, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  const cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
  const cudnnDataType_t sums = CUDNN_DATA_FLOAT;
  const int64_t n_axes = 2, near[2] = { g->pad_top, g->pad_left };
  const int64_t far[2] = { far_pad (g->x.h, g->y.h, g->filter.h, g->stride, g->pad_top),
                           far_pad (g->x.w, g->y.w, g->filter.w, g->stride, g->pad_left) };
  const int64_t strides[2] = { g->stride, g->stride }, dilations[2] = { 1, 1 };

  SET (self, convolution, CONVOLUTION_SPATIAL_DIMS, INT64, 1, &n_axes);
  SET (self, convolution, CONVOLUTION_COMP_TYPE, DATA_TYPE, 1, &sums);
  SET (self, convolution, CONVOLUTION_CONV_MODE, CONVOLUTION_MODE, 1, &mode);
  SET (self, convolution, CONVOLUTION_PRE_PADDINGS, INT64, 2, near);
  SET (self, convolution, CONVOLUTION_POST_PADDINGS, INT64, 2, far);
  SET (self, convolution, CONVOLUTION_FILTER_STRIDES, INT64, 2, strides);
  SET (self, convolution, CONVOLUTION_DILATIONS, INT64, 2, dilations);
  trp_cudnn_finalize (self, convolution);
  return convolution;
}

/* What the descriptor of each pass calls its parts. */
static const struct
{
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t convolution, x, filter, y, alpha, beta;
} operations[] = {
  [TRP_CONV_FORWARD] = { CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA },
  [TRP_CONV_BACKWARD_DATA] = { CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA },
  [TRP_CONV_BACKWARD_FILTER] = { CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA },
};

Descriptor
trp_cudnn_add_graph (TrpCudnnBuilder *self, cudnnHandle_t handle, const TrpCudnnSpec *spec)
{
  const TrpConvGeometry *g = &spec->geometry;
  const float alpha = 1, beta = 0; /* the result is not added to what was there */
  const Descriptor convolution = add_convolution (self, g);
  const Descriptor x = add_tensor (self, TRP_CUDNN_X, spec->type, g->x);
  const Descriptor filter = add_tensor (self, TRP_CUDNN_FILTER, spec->type, g->filter);
  const Descriptor y = add_tensor (self, TRP_CUDNN_Y, spec->type, g->y);
  Descriptor operation = trp_cudnn_create (self, operations[spec->pass].type);
  Descriptor graph = trp_cudnn_create (self, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);

  trp_cudnn_set (self, operation, operations[spec->pass].convolution, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                 1, &convolution);
  trp_cudnn_set (self, operation, operations[spec->pass].x, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &x);
  trp_cudnn_set (self, operation, operations[spec->pass].filter, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                 &filter);
  trp_cudnn_set (self, operation, operations[spec->pass].y, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &y);
  trp_cudnn_set (self, operation, operations[spec->pass].alpha, CUDNN_TYPE_FLOAT, 1, &alpha);
  trp_cudnn_set (self, operation, operations[spec->pass].beta, CUDNN_TYPE_FLOAT, 1, &beta);
  trp_cudnn_finalize (self, operation);
  SET (self, graph, OPERATIONGRAPH_OPS, BACKEND_DESCRIPTOR, 1, &operation);
  if (handle)
    SET (self, graph, OPERATIONGRAPH_HANDLE, HANDLE, 1, &handle);
  trp_cudnn_finalize (self, graph);
  return graph;
}

static const char *const pass_names[] = {
  [TRP_CONV_FORWARD] = "forward",
  [TRP_CONV_BACKWARD_DATA] = "gradient of the image",
  [TRP_CONV_BACKWARD_FILTER] = "gradient of the filter",
};

static const char *const type_names[] = {
  [TRP_GPU_F32] = "float32",
  [TRP_GPU_BF16] = "bfloat16",
  [TRP_GPU_F16] = "float16",
};

char *
trp_cudnn_dup_words (const TrpCudnnSpec *spec)
{
  const TrpConvGeometry *g = &spec->geometry;

  return g_strdup_printf ("%s, filter %d x %d, stride %d, %d images of %d x %d x %d to %d x %d x %d"
                          ", %s%s%s",
                          pass_names[spec->pass], g->filter.w, g->filter.h, g->stride, g->x.n,
                          g->x.w, g->x.h, g->x.c, g->y.w, g->y.h, g->y.c, type_names[spec->type],
                          spec->strict ? ", strict" : "",
                          spec->deterministic ? ", deterministic" : "");
}

void
trp_cudnn_set_error (GError **error, cudnnStatus_t status, const char *doing)
{
  char detail[512] = "";

  cudnnGetLastErrorString (detail, sizeof detail);
  detail[strcspn (detail, "\n")] = '\0';
  g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE, "cuDNN could not %s: %s%s%s", doing,
               cudnnGetErrorString (status), *detail ? "; " : "", detail);
}
