/* gpu.h - inside the CUDA module: its device, its compiled operations, its table
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The module fills core/nn/backend.h's table (module.c). Convolutions run in cuDNN (conv.c,
 * cudnn-graph.h); everything else is our own kernels (kernels/NAME.cu, one per family of
 * operations), which launch on the device's one stream and read only device memory, so that a whole
 * step can be captured (capture.h).
 *
 * How values are held (all dense NHWC):
 *  - inputs, states and precise temporaries: float32;
 *  - other temporaries: TrpGpuDevice.half, which is float32 too unless the device was opened for
 *    bf16 or f16;
 *  - parameters: float32 masters; where half is 16 bits, a copy in it stands behind the master at
 *    trp_gpu_shadow(). Whoever writes a parameter (upload, copy, clear, adam) writes both.
 * Arithmetic is in float32 registers everywhere, sums of many terms in float32 partial sums of
 * fixed extent added in a fixed order: results never depend on timing.
 *
 * The same sources are compiled twice: by nvcc for the module, and by the C++ compiler against
 * tests/emulate for a module that runs kernels thread by thread on the host.
 */

#pragma once

#include "core/nn/backend.h"
#include "core/nn/conv-geometry.h"

#include <cuda_runtime_api.h>

G_BEGIN_DECLS

typedef enum
{
  TRP_GPU_F32,
  TRP_GPU_BF16,
  TRP_GPU_F16,
} TrpGpuType;

typedef struct _TrpCudnn TrpCudnn;
typedef struct _TrpGpuStaging TrpGpuStaging;
typedef struct _TrpGpuReads TrpGpuReads;
typedef struct _TrpGpuCapture TrpGpuCapture;

/**
 * TrpGpuDevice: one thread at a time
 * @capability: 10 major + minor: 75, 90
 * @half: see above
 * @stream: all work of this device, in order
 * @failure: (nullable): the sentence of the first device error; every later call fails with it
 */
typedef struct
{
  int index;
  int capability;
  int n_multiprocessors;
  char name[128];
  TrpPrecision precision;
  bool deterministic;
  TrpGpuType half;
  cudaStream_t stream;
  TrpCudnn *cudnn;
  TrpGpuStaging *staging;
  TrpGpuReads *reads;
  TrpGpuCapture *capture;
  char *failure;
} TrpGpuDevice;

typedef struct _TrpGpuOp TrpGpuOp;

/* A compiled operation; @data belongs to its kind. @inputs, @outputs are copies of the desc's. */
typedef struct
{
  TrpGpuDevice *device;
  const TrpGpuOp *op;
  TrpOpKind kind;
  TrpOpAttributes attributes;
  int n_inputs, n_outputs;
  TrpTensor *inputs, *outputs;
  size_t workspace_bytes;
  void *data;
} TrpGpuKernel;

/* @prepare: (optional): makes @data, sets workspace_bytes
 * @clear: (optional): frees @data
 * @run: launches; may return before the work is done */
struct _TrpGpuOp
{
  bool (*prepare) (TrpGpuKernel *self, GError **error);
  void (*clear) (TrpGpuKernel *self);
  bool (*run) (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error);
};

#define OP(name) extern const TrpGpuOp trp_gpu_##name;
#include "core/nn/op-list.h"
#undef OP

/* What a value is held in, and the bytes that takes without a shadow. */
TrpGpuType trp_gpu_type_of (const TrpGpuDevice *device, const TrpTensor *tensor);

static inline size_t
trp_gpu_type_bytes (TrpGpuType type)
{
  return type == TRP_GPU_F32 ? 4 : 2;
}

static inline bool
trp_gpu_has_shadow (const TrpGpuDevice *device, const TrpTensor *tensor)
{
  return tensor->kind == TRP_VALUE_PARAMETER && device->half != TRP_GPU_F32;
}

/* Where a parameter's copy in device->half begins. */
static inline size_t
trp_gpu_shadow_offset (size_t count)
{
  return (4 * count + TRP_TENSOR_ALIGNMENT - 1) / TRP_TENSOR_ALIGNMENT * TRP_TENSOR_ALIGNMENT;
}

static inline void *
trp_gpu_shadow (void *parameter, size_t count)
{
  return (char *) parameter + trp_gpu_shadow_offset (count);
}

/* memory.c: device memory, zero-filled and aligned to TRP_TENSOR_ALIGNMENT; for the table, and for
 * what a kernel keeps from run to run (made in prepare). Errors: TRP_ERROR_LIMIT. */
void *trp_gpu_alloc (TrpGpuDevice *device, size_t bytes, GError **error);
void trp_gpu_free (TrpGpuDevice *device, void *memory);

/* device-error.c. True where @status is success; else the device is marked as failed (not for want
 * of memory), and @error says what @doing ("copying to the device") met, in one sentence. While a
 * step is captured nothing is marked: the step runs again without. */
bool trp_gpu_ok (TrpGpuDevice *device, cudaError_t status, const char *doing, GError **error);
/* False, with the sentence, after a failure. */
bool trp_gpu_is_alive (const TrpGpuDevice *device, GError **error);
/* After kernel launches: whether they were accepted. @name: of the operation. */
bool trp_gpu_launched (TrpGpuDevice *device, const char *name, GError **error);

/* kernels/convert.cu: @count elements between types, on the stream; types may be equal. */
void trp_gpu_convert (TrpGpuDevice *device,
                      void *to,
                      TrpGpuType to_type,
                      const void *from,
                      TrpGpuType from_type,
                      size_t count);
/* kernels/convert.cu: y (pixels, channels) += bias (float32). */
void trp_gpu_add_bias (
  TrpGpuDevice *device, void *y, TrpGpuType type, size_t pixels, int channels, const float *bias);
/* kernels/convert.cu: gathers @n float32 scalars into a vector on the device; @addresses is in
 * device memory. */
void trp_gpu_gather (TrpGpuDevice *device, float *out, const float *const *addresses, int n);

G_END_DECLS
