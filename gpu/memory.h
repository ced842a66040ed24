/* memory.h - device memory, and the way of numbers between host and device
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Uploads go through pinned memory that is used in turn, so that the host can fill in the next
 * step's images while the device works; everything is in the order of the device's one stream. What
 * values are held in, and the shadows of parameters: gpu.h. One thread at a time.
 */

#pragma once

#include "gpu/gpu.h"

G_BEGIN_DECLS

/* trp_gpu_alloc() and trp_gpu_free(): gpu.h. Errors of all: TRP_ERROR_DEVICE. */
TrpGpuStaging *trp_gpu_staging_new (TrpGpuDevice *device, GError **error);
void trp_gpu_staging_free (TrpGpuStaging *self);

size_t trp_gpu_tensor_bytes (const TrpGpuDevice *device, const TrpTensor *tensor);
/* Returns when @values may be written again; the copy itself comes later. */
bool trp_gpu_upload (
  TrpGpuDevice *device, void *memory, const TrpTensor *tensor, const float *values, GError **error);
/* Waits for all work. */
bool trp_gpu_download (TrpGpuDevice *device,
                       const void *memory,
                       const TrpTensor *tensor,
                       float *out_values,
                       GError **error);
bool trp_gpu_copy (
  TrpGpuDevice *device, void *to, const void *from, const TrpTensor *tensor, GError **error);
bool trp_gpu_clear (TrpGpuDevice *device, void *memory, const TrpTensor *tensor, GError **error);

G_END_DECLS
