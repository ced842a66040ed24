/* capture.h - a step's launches as one CUDA graph
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first runs of a step are plain: they load kernels and build what is built lazily. Then the
 * launches of one run are captured and from there on replayed with one call. Where that fails, for
 * whatever reason, the step runs plainly, now and for good; the reason is logged once. One thread
 * at a time.
 */

#pragma once

#include "gpu/gpu.h"

G_BEGIN_DECLS

TrpGpuCapture *trp_gpu_capture_new (void);
void trp_gpu_capture_free (TrpGpuCapture *self);
/* "", or why steps are not captured. */
const char *trp_gpu_capture_get_note (const TrpGpuCapture *self);
bool trp_gpu_is_capturing (const TrpGpuDevice *device);

/* As in core/nn/backend.h. */
bool
trp_gpu_begin_step (TrpGpuDevice *device, const void *step, bool *out_replayed, GError **error);
bool trp_gpu_end_step (TrpGpuDevice *device, const void *step, GError **error);
void trp_gpu_forget_step (TrpGpuDevice *device, const void *step);
/* Runs a kernel. The arrays of @args must live until the step's end: a step whose capture fails
 * runs again. */
bool
trp_gpu_run (TrpGpuDevice *device, TrpGpuKernel *kernel, const TrpKernelArgs *args, GError **error);

G_END_DECLS
