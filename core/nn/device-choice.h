/* device-choice.h - which compute device a name means
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
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
 * Errors: TRP_ERROR_DEVICE for a device that is not there, TRP_ERROR_UNSUPPORTED for an unknown
 * name or a precision that the device does not have.
 */
TrpDevice *trp_device_choose (const char *name,
                              const TrpDeviceOptions *options,
                              char **out_note,
                              GError **error);

/* "default", "strict", "bf16", "f16". Errors: TRP_ERROR_UNSUPPORTED. */
bool trp_precision_parse (const char *text,
                          TrpPrecision *out_precision,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
