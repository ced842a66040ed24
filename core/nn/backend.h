/* backend.h - the table of functions that every compute device implements
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Three tables exist: trp_backend_reference (plain C, doubles, the oracle), trp_backend_cpu
 * (float32, oneDNN and own loops), and the CUDA module's, which is opened at run time and exports
 * one function, TRP_BACKEND_MODULE_SYMBOL. The engine (program.h) turns a graph into calls:
 *
 *   open, compile once per operation, allocate persistent tensors, one arena and one workspace;
 *   then for each step: upload inputs, begin_step, run in list order, end_step, begin_read the
 *   losses, and finish_read them a step or two later.
 *
 * What compile and run may assume:
 *  - shapes are checked, dense NHWC (shape.h); the desc's arrays live only during compile;
 *  - one kernel per operation of the list, so a kernel may keep what belongs to its operation (a
 *    reordered filter, a primitive); equal descs may share primitives inside the back end;
 *  - a kernel always runs with the same pointers once a program is complete (capture relies on it);
 *    other programs and tests may pass others, so pointers are arguments, not part of compile;
 *  - pointers are aligned to TRP_TENSOR_ALIGNMENT; tensors do not overlap, but output 0 may be the
 *    very memory of an input that TrpOpClass.in_place allows, and a persistent value that is input
 *    and output has one address;
 *  - outputs[k] is NULL where nothing reads output k and the kind's TrpOpClass.optional has bit k;
 *  - the workspace is shared by all operations: its contents do not survive a run;
 *  - input_versions[i] changes whenever input i, if persistent, may have new contents (optimiser
 *    step, upload); it is 0 for all others. (address, version) is the key for cached reorders;
 *  - every number that changes between steps (learning rates, loss weights, pool choices, random
 *    step counters) is a tensor in device memory, never an argument: a whole step can be captured;
 *  - results must be the same bits in every run when the device was opened deterministic, and must
 *    not depend on the number of threads.
 * A kernel may not allocate device memory in run. After an error of the device every later call
 * fails with TRP_ERROR_DEVICE (close and the free functions still work). All calls for one device
 * come from one thread at a time.
 */

#pragma once

#include "core/nn/op.h"

G_BEGIN_DECLS

#define TRP_BACKEND_ABI 2
#define TRP_TENSOR_ALIGNMENT 256

typedef enum
{
  TRP_PRECISION_DEFAULT, /* the fastest safe for training: float32 on a CPU, TF32 on CUDA */
  TRP_PRECISION_STRICT,  /* float32 throughout, for tests */
  TRP_PRECISION_BF16,    /* on a CPU: inference only, and float32 where it lacks the instructions */
  TRP_PRECISION_F16,     /* not on a CPU */
} TrpPrecision;

#define TRP_PRECISIONS 4

typedef struct
{
  int index; /* which device of its kind */
  TrpPrecision precision;
  bool deterministic;
  int n_threads; /* CPU: 0 = trp_parallel_get_threads() */
} TrpDeviceOptions;

/* @precision: what convolutions compute in: "float32", "TF32", "bfloat16", "float16", "float64"
 * @total_bytes, @free_bytes: of the device's memory; 0 where unknown
 * @loss_scaling: gradients of this device underflow: training must scale the loss (optimizer.h)
 * @note: one sentence worth showing (why a mode is not available), or "" */
typedef struct
{
  char name[128];
  char precision[16];
  size_t total_bytes, free_bytes;
  bool deterministic;
  bool loss_scaling;
  char note[256];
} TrpDeviceInfo;

typedef struct
{
  void *const *inputs;
  void *const *outputs;
  void *workspace;
  const uint64_t *input_versions;
} TrpKernelArgs;

/**
 * TrpBackend: a const table. @device is the back end's own object, @kernel a compiled operation.
 * Functions that return bool or a pointer set TRP_ERROR_DEVICE (or TRP_ERROR_LIMIT for memory) with
 * a sentence for the user.
 *
 * @abi: TRP_BACKEND_ABI; a module built against another number is refused
 * @open: why it is not possible is the reason alone ("No NVIDIA driver on this machine"), without a
 * full stop: what to do is added by device-choice.c. TRP_ERROR_UNSUPPORTED for a precision
 * @tensor_bytes: bytes of a tensor on this device, before alignment
 * @alloc: zero-filled, aligned to TRP_TENSOR_ALIGNMENT
 * @upload, @download: convert from and to host floats of @count elements in the same axis order;
 * @download waits for work under way
 * @upload_f64, @download_f64: (optional): the same for doubles without loss (reference only)
 * @clear: sets a tensor to zero
 * @compile: (transfer full): @out_workspace_bytes may be 0. An operation or shape the back end
 * cannot do: TRP_ERROR_UNSUPPORTED
 * @run: may return before the work is done; work runs in call order
 * @synchronize: waits; late errors come out here
 * @begin_read: (optional) (transfer full): begins to copy @n scalars to the host in call order and
 * returns at once; the copy is of their values at this point of the call order
 * @finish_read: waits for that copy, fills @out_values and frees @read; with NULL only frees it
 * @begin_step: (optional): @step identifies a program's list. Sets *@out_replayed when a captured
 * copy was launched, then run is not called for this step. The arrays of the args that run is given
 * stay until end_step: a step whose capture fails runs again
 * @end_step: (optional): after the last run, also after a failed one
 * @forget_step: (optional): the program is going away; drops its capture
 */
typedef struct
{
  int abi;
  const char *name;

  void *(*open) (const TrpDeviceOptions *options, GError **error);
  void (*close) (void *device);
  void (*get_info) (void *device, TrpDeviceInfo *out_info);

  size_t (*tensor_bytes) (void *device, const TrpTensor *tensor);
  void *(*alloc) (void *device, size_t bytes, GError **error);
  void (*free) (void *device, void *memory);
  bool (*upload) (
    void *device, void *memory, const TrpTensor *tensor, const float *values, GError **error);
  bool (*download) (
    void *device, const void *memory, const TrpTensor *tensor, float *out_values, GError **error);
  bool (*upload_f64) (
    void *device, void *memory, const TrpTensor *tensor, const double *values, GError **error);
  bool (*download_f64) (
    void *device, const void *memory, const TrpTensor *tensor, double *out_values, GError **error);
  bool (*copy) (void *device, void *to, const void *from, const TrpTensor *tensor, GError **error);
  bool (*clear) (void *device, void *memory, const TrpTensor *tensor, GError **error);

  void *(*compile) (void *device,
                    const TrpOpDesc *desc,
                    size_t *out_workspace_bytes,
                    GError **error);
  void (*free_kernel) (void *device, void *kernel);
  bool (*run) (void *device, void *kernel, const TrpKernelArgs *args, GError **error);
  bool (*synchronize) (void *device, GError **error);

  void *(*begin_read) (void *device, int n, const void *const *memories, GError **error);
  bool (*finish_read) (void *device, void *read, float *out_values, GError **error);

  bool (*begin_step) (void *device, const void *step, bool *out_replayed, GError **error);
  bool (*end_step) (void *device, const void *step, GError **error);
  void (*forget_step) (void *device, const void *step);
} TrpBackend;

/* What the module exports: a TrpBackendModuleFunc. */
#define TRP_BACKEND_MODULE_SYMBOL "trp_backend_module"
typedef const TrpBackend *(*TrpBackendModuleFunc) (void);

extern const TrpBackend trp_backend_reference;
extern const TrpBackend trp_backend_cpu;

G_END_DECLS
