/* cudnn-graph.h - the only door to cuDNN: convolution plans by its backend graph API
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tensors are dense NHWC, filters (K, R, S, C). A plan is the first engine that cuDNN's heuristics
 * name and the filters below leave: never one that is compiled at run time; with @deterministic
 * none that is not; with @strict none that uses tensor cores for float32. Plans are cached by their
 * whole spec. Source: cuDNN 9 backend API; measured facts in the comments of cudnn-graph.c.
 *
 * Made without a stream it serves as a probe: with a device's properties as JSON it finds the same
 * plans on a machine that has neither GPU nor driver, and cannot run them. One thread at a time.
 */

#pragma once

#include "gpu/gpu.h"

G_BEGIN_DECLS

typedef struct _TrpCudnnConv TrpCudnnConv;

/**
 * TrpCudnnSpec:
 * @type: of x, filter and y; sums are float32
 * @strict: float32 without TF32
 */
typedef struct
{
  TrpConvPass pass;
  TrpConvGeometry geometry; /* bias is not part of it */
  TrpGpuType type;
  bool strict, deterministic;
} TrpCudnnSpec;

/* Errors: TRP_ERROR_DEVICE. */
TrpCudnn *trp_cudnn_new (cudaStream_t stream, GError **error);
/* @json: properties of the device to plan for, as cuDNN's DEVICEPROP descriptor reads them. */
TrpCudnn *trp_cudnn_new_probe (const char *json, GError **error);
void trp_cudnn_free (TrpCudnn *self);
/* "9.19.0" */
const char *trp_cudnn_get_version (const TrpCudnn *self);

/* (transfer none): lives as long as @self. Errors: TRP_ERROR_UNSUPPORTED where no engine is left,
 * with the convolution's sizes. */
const TrpCudnnConv *trp_cudnn_plan (TrpCudnn *self, const TrpCudnnSpec *spec, GError **error);
size_t trp_cudnn_conv_get_workspace (const TrpCudnnConv *self);
/* Engine number and notes, for logs and tests. */
const char *trp_cudnn_conv_describe (const TrpCudnnConv *self);

/* @x, @filter, @y: device memory; which is written depends on the pass. On the stream. */
bool trp_cudnn_run (TrpCudnn *self,
                    const TrpCudnnConv *conv,
                    void *x,
                    void *filter,
                    void *y,
                    void *workspace,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
