/* self-test.h - does a device compute what it should?
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One thread, that of the device.
 */

#pragma once

#include "core/nn/device.h"

G_BEGIN_DECLS

/**
 * trp_device_test:
 *
 * Runs two small convolutions with what lies between them, and where the device trains also their
 * gradients, and compares with the reference back end (core/nn/ops, in double). What may differ
 * follows from the precision that the device names.
 *
 * Errors: TRP_ERROR_DEVICE if a result is wrong, or what the device said.
 */
bool trp_device_test (TrpDevice *device, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
