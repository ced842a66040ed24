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
 * @n_threads: of the CPU; 0: one per physical core
 * @out_note: (transfer full): one sentence on what was chosen and why, worth showing once
 *
 * Errors: TRP_ERROR_DEVICE for a device that is not there, TRP_ERROR_UNSUPPORTED for an unknown
 * name.
 */
TrpDevice *trp_device_choose (const char *name, int n_threads, char **out_note, GError **error);

G_END_DECLS
