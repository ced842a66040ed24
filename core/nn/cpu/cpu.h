/* cpu.h - inside the CPU back end: its device, its kernels, its table of operations
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Convolutions run in oneDNN (onednn.h, conv.c) or, where a side has few channels, as gathered
 * columns and matrix products (columns.c); everything else is our own loops on trp_parallel_for,
 * whose leaves are in loops.h. All tensors are dense NHWC floats.
 */

#pragma once

#include "core/base/parallel.h"
#include "core/nn/backend.h"
#include "core/nn/cpu/onednn.h"

G_BEGIN_DECLS

/* Elements that one thread takes at a time in element-wise loops: 128 kB, so that waking a second
 * thread (some microseconds) costs less than it saves. */
#define TRP_CPU_CHUNK 32768

/* @n_slots: threads for which kernels have scratch memory of their own
 * @bf16: forward convolutions round what they multiply (conv.c); wanted and possible
 * @note: see TrpDeviceInfo */
typedef struct
{
  int n_threads;
  int n_slots;
  bool bf16;
  const char *note;
  TrpOneDnn *onednn;
} TrpCpuDevice;

typedef struct _TrpCpuOp TrpCpuOp;

/* A compiled operation; @data belongs to its kind. @precise: output 0 is (see TrpTensor). */
typedef struct
{
  TrpCpuDevice *device;
  const TrpCpuOp *op;
  TrpOpAttributes attributes;
  int n_inputs, n_outputs;
  TrpShape *inputs, *outputs;
  bool precise;
  size_t workspace_bytes;
  void *data;
} TrpCpuKernel;

/* @prepare: (optional): makes @data, sets workspace_bytes
 * @clear: (optional): frees @data */
struct _TrpCpuOp
{
  bool (*prepare) (TrpCpuKernel *self, GError **error);
  void (*clear) (TrpCpuKernel *self);
  bool (*run) (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error);
};

#define OP(name) extern const TrpCpuOp trp_cpu_##name;
#include "core/nn/op-list.h"
#undef OP

/* trp_parallel_for(), but on one thread where more would run than have slots. */
void trp_cpu_for (
  const TrpCpuKernel *self, size_t n_items, size_t chunk, TrpParallelFunc func, void *data);
/* Which slot belongs to the calling thread inside trp_cpu_for(). */
int trp_cpu_get_slot (void);

static inline size_t
trp_cpu_n_chunks (size_t n_items, size_t chunk)
{
  return n_items / chunk + (n_items % chunk != 0);
}

/* Items of @size elements each that make up about one chunk; at least 1. */
static inline size_t
trp_cpu_chunk_of (size_t size)
{
  return size >= TRP_CPU_CHUNK ? 1 : TRP_CPU_CHUNK / MAX (size, 1);
}

G_END_DECLS
