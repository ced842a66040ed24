/* cuda_runtime_api.h - the part of CUDA's run time that gpu/ uses, for a device emulated on the
 * host
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names, numbers and rules are CUDA's; runtime.cc implements them. Streams are lazy: work runs when
 * something waits for it and not before, so that a missing wait, or a pinned buffer that is written
 * too early, shows. Device memory can be reached from emulated kernels and copies only. How the
 * device behaves is said by environment variables (device.h). Any thread.
 */

#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C"
{
#endif

  typedef enum cudaError
  {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInvalidConfiguration = 9,
    cudaErrorInsufficientDriver = 35,
    cudaErrorNoDevice = 100,
    cudaErrorInvalidDevice = 101,
    cudaErrorInvalidResourceHandle = 400,
    cudaErrorNotReady = 600,
    cudaErrorLaunchFailure = 719,
    cudaErrorStreamCaptureUnsupported = 900,
    cudaErrorStreamCaptureInvalidated = 901,
    cudaErrorStreamCaptureUnmatched = 903,
    cudaErrorCapturedEvent = 907,
  } cudaError_t;

  typedef struct TrpEmulatedStream *cudaStream_t;
  typedef struct TrpEmulatedEvent *cudaEvent_t;
  typedef struct TrpEmulatedGraph *cudaGraph_t;
  typedef struct TrpEmulatedExec *cudaGraphExec_t;

  struct cudaDeviceProp
  {
    char name[256];
    size_t totalGlobalMem;
    int major, minor;
    int multiProcessorCount;
  };

  enum cudaDeviceAttr
  {
    cudaDevAttrMultiProcessorCount = 16,
    cudaDevAttrComputeCapabilityMajor = 75,
    cudaDevAttrComputeCapabilityMinor = 76,
  };

  enum cudaMemcpyKind
  {
    cudaMemcpyHostToDevice = 1,
    cudaMemcpyDeviceToHost = 2,
    cudaMemcpyDeviceToDevice = 3,
  };

  enum cudaStreamCaptureMode
  {
    cudaStreamCaptureModeGlobal = 0,
    cudaStreamCaptureModeThreadLocal = 1,
    cudaStreamCaptureModeRelaxed = 2,
  };

  enum cudaStreamCaptureStatus
  {
    cudaStreamCaptureStatusNone = 0,
    cudaStreamCaptureStatusActive = 1,
    cudaStreamCaptureStatusInvalidated = 2,
  };

#define cudaStreamNonBlocking 1
#define cudaEventDisableTiming 2

  const char *cudaGetErrorName (cudaError_t error);
  const char *cudaGetErrorString (cudaError_t error);
  cudaError_t cudaGetLastError (void);
  cudaError_t cudaPeekAtLastError (void);

  cudaError_t cudaDriverGetVersion (int *out_version);
  cudaError_t cudaRuntimeGetVersion (int *out_version);
  cudaError_t cudaGetDeviceCount (int *out_n);
  cudaError_t cudaGetDeviceProperties (struct cudaDeviceProp *out_properties, int index);
  cudaError_t cudaDeviceGetAttribute (int *out_value, enum cudaDeviceAttr attribute, int index);
  cudaError_t cudaSetDevice (int index);
  cudaError_t cudaDeviceSynchronize (void);

  cudaError_t cudaMemGetInfo (size_t *out_free, size_t *out_total);
  cudaError_t cudaMalloc (void **out_memory, size_t bytes);
  cudaError_t cudaFree (void *memory);
  cudaError_t cudaMallocHost (void **out_memory, size_t bytes);
  cudaError_t cudaFreeHost (void *memory);
  cudaError_t cudaMemcpyAsync (
    void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, cudaStream_t stream);
  cudaError_t cudaMemsetAsync (void *memory, int value, size_t bytes, cudaStream_t stream);

  cudaError_t cudaStreamCreateWithFlags (cudaStream_t *out_stream, unsigned flags);
  cudaError_t cudaStreamDestroy (cudaStream_t stream);
  cudaError_t cudaStreamSynchronize (cudaStream_t stream);
  cudaError_t cudaStreamWaitEvent (cudaStream_t stream, cudaEvent_t event, unsigned flags);

  cudaError_t cudaEventCreateWithFlags (cudaEvent_t *out_event, unsigned flags);
  cudaError_t cudaEventDestroy (cudaEvent_t event);
  cudaError_t cudaEventRecord (cudaEvent_t event, cudaStream_t stream);
  cudaError_t cudaEventQuery (cudaEvent_t event);
  cudaError_t cudaEventSynchronize (cudaEvent_t event);

  cudaError_t cudaStreamBeginCapture (cudaStream_t stream, enum cudaStreamCaptureMode mode);
  cudaError_t cudaStreamEndCapture (cudaStream_t stream, cudaGraph_t *out_graph);
  cudaError_t cudaStreamIsCapturing (cudaStream_t stream, enum cudaStreamCaptureStatus *out_status);
  cudaError_t
  cudaGraphInstantiate (cudaGraphExec_t *out_exec, cudaGraph_t graph, unsigned long long flags);
  cudaError_t cudaGraphLaunch (cudaGraphExec_t exec, cudaStream_t stream);
  cudaError_t cudaGraphDestroy (cudaGraph_t graph);
  cudaError_t cudaGraphExecDestroy (cudaGraphExec_t exec);

#ifdef __cplusplus
}
#endif
