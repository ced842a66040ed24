/* cudnn-describe.h - cuDNN's descriptors, and one convolution in them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Inside cudnn-graph. cuDNN's rules: children first (a descriptor is finalized before another takes
 * it, and takes nothing itself after that); every value by address and of the documented type; a
 * parent keeps its children, so all descriptors of one question are freed together.
 */

#pragma once

#include "gpu/cudnn-graph.h"

#include <cudnn.h>

G_BEGIN_DECLS

/* The descriptors of one question. After the first failure all calls do nothing. */
typedef struct
{
  GPtrArray *descriptors;
  cudnnStatus_t status;
} TrpCudnnBuilder;

TrpCudnnBuilder trp_cudnn_builder_new (void);
void trp_cudnn_builder_clear (TrpCudnnBuilder *self);
bool trp_cudnn_builder_ok (const TrpCudnnBuilder *self);

cudnnBackendDescriptor_t trp_cudnn_create (TrpCudnnBuilder *self,
                                           cudnnBackendDescriptorType_t type);
void trp_cudnn_finalize (TrpCudnnBuilder *self, cudnnBackendDescriptor_t descriptor);
void trp_cudnn_set (TrpCudnnBuilder *self,
                    cudnnBackendDescriptor_t descriptor,
                    cudnnBackendAttributeName_t name,
                    cudnnBackendAttributeType_t type,
                    int64_t n,
                    const void *values);
/* Returns how many values there are; at most @max are written. A descriptor is read into one that
 * trp_cudnn_create() made, once. */
int64_t trp_cudnn_get (TrpCudnnBuilder *self,
                       cudnnBackendDescriptor_t descriptor,
                       cudnnBackendAttributeName_t name,
                       cudnnBackendAttributeType_t type,
                       int64_t max,
                       void *out_values);
/* Takes a descriptor out, to live on; NULL after a failure. */
cudnnBackendDescriptor_t trp_cudnn_builder_steal (TrpCudnnBuilder *self,
                                                  cudnnBackendDescriptor_t descriptor);
void trp_cudnn_destroy (cudnnBackendDescriptor_t descriptor);

#define SET(builder, descriptor, name, type, n, values)                                            \
  trp_cudnn_set (builder, descriptor, CUDNN_ATTR_##name, CUDNN_TYPE_##type, n, values)
#define GET(builder, descriptor, name, type, max, out_values)                                      \
  trp_cudnn_get (builder, descriptor, CUDNN_ATTR_##name, CUDNN_TYPE_##type, max, out_values)

/* The tensors' names in a plan. */
enum
{
  TRP_CUDNN_X = 1,
  TRP_CUDNN_FILTER,
  TRP_CUDNN_Y,
};

/* A graph of the one operation. @handle: (nullable): without one, heuristics and plans must be told
 * the device. */
cudnnBackendDescriptor_t
trp_cudnn_add_graph (TrpCudnnBuilder *self, cudnnHandle_t handle, const TrpCudnnSpec *spec);
/* The convolution in words, for sentences and logs. (transfer full) */
char *trp_cudnn_dup_words (const TrpCudnnSpec *spec);
/* TRP_ERROR_DEVICE: "cuDNN could not DOING: ..." */
void trp_cudnn_set_error (GError **error, cudnnStatus_t status, const char *doing);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrpCudnnBuilder, trp_cudnn_builder_clear)

G_END_DECLS
