/* device-error.c - what CUDA's error codes mean for a device
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Most errors of CUDA come late and are final: the process has lost the device. So the first one is
 * kept and every later call answers with it. Want of memory is not of them.
 */

#include "gpu/capture.h"

bool
trp_gpu_is_alive (const TrpGpuDevice *device, GError **error)
{
  if (!device->failure)
    return true;
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE, device->failure);
  return false;
}

static bool
set_no_memory (const TrpGpuDevice *device, const char *doing, GError **error)
{
  cudaGetLastError (); /* later calls must not find it */
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               "%s ran out of memory while %s: use a smaller batch or image, or close other "
               "programs that use it",
               device->name, doing);
  return false;
}

bool
trp_gpu_ok (TrpGpuDevice *device, cudaError_t status, const char *doing, GError **error)
{
  if (status == cudaSuccess)
    return true;
  if (trp_gpu_is_capturing (device))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE, "%s: %s", doing,
                   cudaGetErrorString (status));
      return false;
    }
  if (status == cudaErrorMemoryAllocation && !device->failure)
    return set_no_memory (device, doing, error);
  if (!device->failure)
    device->failure = g_strdup_printf ("%s failed while %s: %s (CUDA error %d)", device->name,
                                       doing, cudaGetErrorString (status), (int) status);
  return trp_gpu_is_alive (device, error);
}

bool
trp_gpu_launched (TrpGpuDevice *device, const char *name, GError **error)
{
  g_autofree char *doing = NULL;
  const cudaError_t status = cudaGetLastError ();

  if (status == cudaSuccess)
    return true;
  doing = g_strdup_printf ("computing %s", name);
  return trp_gpu_ok (device, status, doing, error);
}
