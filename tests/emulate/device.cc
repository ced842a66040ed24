/* device.cc - see device.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/emulate/device.h"

#include "tests/emulate/block.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#define CUDA_VERSION 13000

static TrpEmulation model;
static bool known;
static cudaError_t lost = cudaSuccess;
static long n_launches;
static thread_local cudaError_t last = cudaSuccess;

std::recursive_mutex &
trp_emulate_lock (void)
{
  static std::recursive_mutex lock;

  return lock;
}

/* The text after @word of one entry, NULL if the entry is another. */
static const char *
match (const std::string &entry, const char *word)
{
  const size_t length = strlen (word);

  return entry.compare (0, length, word) == 0 ? entry.c_str () + length : nullptr;
}

static void
apply (const std::string &entry)
{
  const char *value;

  if (entry == "no-driver")
    model.no_driver = true;
  else if (entry == "no-device")
    model.no_device = true;
  else if (entry == "old-device")
    model.capability = 61;
  else if ((value = match (entry, "capability=")))
    model.capability = atoi (value);
  else if ((value = match (entry, "memory=")))
    model.memory = strtoul (value, nullptr, 10);
  else if ((value = match (entry, "fail-at-launch=")))
    model.fail_at_launch = atol (value);
  else if (entry == "no-capture")
    model.no_capture = true;
  else if (entry == "break-capture")
    model.break_capture = true;
  else if (!entry.empty ())
    {
      fprintf (
        stderr,
        "TRIPTYCH_EMULATE: there is no %s, only no-driver, no-device, old-device, capability=N, "
        "memory=BYTES, fail-at-launch=N, no-capture and break-capture\n",
        entry.c_str ());
      abort ();
    }
}

static void
read_model (void)
{
  const char *text = getenv ("TRIPTYCH_EMULATE");
  std::string rest = text ? text : "";
  size_t comma;

  model = TrpEmulation ();
  model.capability = 90;
  model.memory = (size_t) 4 << 30;
  while ((comma = rest.find (',')) != std::string::npos)
    {
      apply (rest.substr (0, comma));
      rest.erase (0, comma + 1);
    }
  apply (rest);
  trp_emulate_read_order ();
  known = true;
  lost = cudaSuccess;
  last = cudaSuccess;
  n_launches = 0;
}

const TrpEmulation *
trp_emulation (void)
{
  if (!known)
    read_model ();
  return &model;
}

cudaError_t
trp_emulate_result (cudaError_t error)
{
  if (lost != cudaSuccess)
    error = lost;
  if (error != cudaSuccess && error != cudaErrorNotReady)
    last = error;
  return error;
}

bool
trp_emulate_is_lost (void)
{
  return lost != cudaSuccess;
}

bool
trp_emulate_count_launch (void)
{
  if (++n_launches == trp_emulation ()->fail_at_launch)
    lost = cudaErrorLaunchFailure;
  return lost == cudaSuccess;
}

static const struct
{
  cudaError_t error;
  const char *name, *text;
} errors[] = {
  { cudaSuccess, "cudaSuccess", "no error" },
  { cudaErrorInvalidValue, "cudaErrorInvalidValue", "invalid argument" },
  { cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory" },
  { cudaErrorInvalidConfiguration, "cudaErrorInvalidConfiguration",
    "invalid configuration argument" },
  { cudaErrorInsufficientDriver, "cudaErrorInsufficientDriver",
    "CUDA driver version is insufficient for CUDA runtime version" },
  { cudaErrorNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected" },
  { cudaErrorInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal" },
  { cudaErrorInvalidResourceHandle, "cudaErrorInvalidResourceHandle", "invalid resource handle" },
  { cudaErrorNotReady, "cudaErrorNotReady", "device not ready" },
  { cudaErrorLaunchFailure, "cudaErrorLaunchFailure", "unspecified launch failure" },
  { cudaErrorStreamCaptureUnsupported, "cudaErrorStreamCaptureUnsupported",
    "operation not permitted when stream is capturing" },
  { cudaErrorStreamCaptureInvalidated, "cudaErrorStreamCaptureInvalidated",
    "operation failed due to a previous error during capture" },
  { cudaErrorStreamCaptureUnmatched, "cudaErrorStreamCaptureUnmatched",
    "capture was not initiated in this stream" },
  { cudaErrorCapturedEvent, "cudaErrorCapturedEvent",
    "operation not permitted on an event last recorded in a capturing stream" },
};

const char *
cudaGetErrorName (cudaError_t error)
{
  for (const auto &entry : errors)
    if (entry.error == error)
      return entry.name;
  return "unrecognized error code";
}

const char *
cudaGetErrorString (cudaError_t error)
{
  for (const auto &entry : errors)
    if (entry.error == error)
      return entry.text;
  return "unrecognized error code";
}

cudaError_t
cudaGetLastError (void)
{
  TRP_LOCK ();
  const cudaError_t error = last;

  last = lost;
  return error;
}

cudaError_t
cudaPeekAtLastError (void)
{
  return last;
}

static cudaError_t
find_device (void)
{
  const TrpEmulation *self = trp_emulation ();

  if (self->no_driver)
    return cudaErrorInsufficientDriver;
  return self->no_device ? cudaErrorNoDevice : cudaSuccess;
}

cudaError_t
cudaDriverGetVersion (int *out_version)
{
  TRP_LOCK ();

  *out_version = trp_emulation ()->no_driver ? 0 : CUDA_VERSION;
  return cudaSuccess;
}

cudaError_t
cudaRuntimeGetVersion (int *out_version)
{
  *out_version = CUDA_VERSION;
  return cudaSuccess;
}

cudaError_t
cudaGetDeviceCount (int *out_n)
{
  TRP_LOCK ();

  if (trp_emulate_get_n_streams () == 0)
    read_model ();
  *out_n = find_device () == cudaSuccess;
  return trp_emulate_result (find_device ());
}

cudaError_t
cudaGetDeviceProperties (struct cudaDeviceProp *out_properties, int index)
{
  TRP_LOCK ();
  const TrpEmulation *self = trp_emulation ();

  if (find_device () != cudaSuccess || index != 0)
    return trp_emulate_result (cudaErrorInvalidDevice);
  memset (out_properties, 0, sizeof *out_properties);
  snprintf (out_properties->name, sizeof out_properties->name, "Emulated device");
  out_properties->totalGlobalMem = self->memory;
  out_properties->major = self->capability / 10;
  out_properties->minor = self->capability % 10;
  out_properties->multiProcessorCount = 4;
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaDeviceGetAttribute (int *out_value, enum cudaDeviceAttr attribute, int index)
{
  TRP_LOCK ();
  struct cudaDeviceProp properties;
  const cudaError_t error = cudaGetDeviceProperties (&properties, index);

  if (error != cudaSuccess)
    return error;
  switch (attribute)
    {
    case cudaDevAttrMultiProcessorCount:
      *out_value = properties.multiProcessorCount;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMajor:
      *out_value = properties.major;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      *out_value = properties.minor;
      return cudaSuccess;
    }
  return trp_emulate_result (cudaErrorInvalidValue);
}

cudaError_t
cudaSetDevice (int index)
{
  TRP_LOCK ();

  if (find_device () != cudaSuccess)
    return trp_emulate_result (find_device ());
  return trp_emulate_result (index == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}
