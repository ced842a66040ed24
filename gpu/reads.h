/* reads.h - scalars that come back from the device late, without anyone waiting
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * See begin_read in core/nn/backend.h. One thread at a time.
 */

#pragma once

#include "gpu/gpu.h"

G_BEGIN_DECLS

typedef struct _TrpGpuRead TrpGpuRead;

TrpGpuReads *trp_gpu_reads_new (void);
/* Reads that were not finished go with it. */
void trp_gpu_reads_free (TrpGpuReads *self);

/* @memories: on the device; the array is borrowed. Owned by the device until finished. */
TrpGpuRead *
trp_gpu_begin_read (TrpGpuDevice *device, int n, const void *const *memories, GError **error);
bool
trp_gpu_finish_read (TrpGpuDevice *device, TrpGpuRead *read, float *out_values, GError **error);

G_END_DECLS
