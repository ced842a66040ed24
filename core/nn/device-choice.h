/* device-choice.h - which compute device a name means
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread. A CUDA device is taken only when the module is there and fits, the module finds
 * driver and device, and the device passes a test (self-test.h).
 */

#pragma once

#include "core/nn/device.h"

G_BEGIN_DECLS

/**
 * trp_device_choose:
 * @name: "auto", "cpu", "cuda", "cuda:N", or "reference" (plain C in double, slow: for checks)
 * @options: (nullable): threads, precision, determinism; the index is that of @name
 * @out_note: (transfer full): one sentence on what was chosen and why, worth showing once
 *
 * "auto" takes CUDA where it works, else the CPU, and says why; a precision that the CUDA device
 * there is does not have is an error then too. "cuda" never becomes something else.
 *
 * Errors: TRP_ERROR_DEVICE for a device that is not there or does not work, TRP_ERROR_UNSUPPORTED
 * for an unknown name or a precision that the device does not have.
 */
TrpDevice *trp_device_choose (const char *name,
                              const TrpDeviceOptions *options,
                              char **out_note,
                              GError **error);

/* Whether trp_device_choose() knows the name; opens nothing. Errors: TRP_ERROR_UNSUPPORTED. */
bool trp_device_check_name (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it computes in the machine's own memory. */
bool trp_device_is_host (const TrpDevice *device);

/* TrpDeviceEntry: what trp_device_choose() could be asked for. */
typedef struct
{
  char *name;                  /* "cpu", "cuda:0" */
  char *title;                 /* "CPU, 2 threads", "NVIDIA L4" */
  char *precision;             /* what the default one is: "float32", "TF32" */
  bool infers[TRP_PRECISIONS]; /* in it, and in nothing slower instead */
  bool trains[TRP_PRECISIONS];
} TrpDeviceEntry;

void trp_device_entry_free (TrpDeviceEntry *entry);

/**
 * trp_device_list:
 * @out_note: (transfer full): what "auto" would take, and why
 *
 * Opens every device for a moment, once for each precision: call it in a worker.
 *
 * Returns: (element-type TrpDeviceEntry) (transfer full): CUDA devices, then the CPU
 */
GPtrArray *trp_device_list (char **out_note);

/* "default", "strict", "bf16", "f16". Errors: TRP_ERROR_UNSUPPORTED. */
bool trp_precision_parse (const char *text,
                          TrpPrecision *out_precision,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
