/* compute.h - what the networks of a document run on
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The user's choice of device and precision, and what this machine has: looked for once, by a
 * worker, when something first asks. Main thread. Emits "changed" for either.
 */

#pragma once

#include "core/nn/device-choice.h"
#include "ui/document.h"

G_BEGIN_DECLS

#define TRP_TYPE_COMPUTE (trp_compute_get_type ())
G_DECLARE_FINAL_TYPE (TrpCompute, trp_compute, TRP, COMPUTE, GObject)

/* The document's own, made on first use. (transfer none) */
TrpCompute *trp_compute_get (TrpDocument *document);

/* "auto" at first; as trp_device_choose(). */
const char *trp_compute_get_device (TrpCompute *self);
TrpPrecision trp_compute_get_precision (TrpCompute *self);
bool trp_compute_get_deterministic (TrpCompute *self);
/* @device: a name that this machine does not have becomes "auto" once that is known. */
void
trp_compute_set (TrpCompute *self, const char *device, TrpPrecision precision, bool deterministic);

/* Looks for devices, unless that was done. */
void trp_compute_probe (TrpCompute *self);
/* (element-type TrpDeviceEntry) (transfer none): NULL until they are known */
GPtrArray *trp_compute_peek_devices (TrpCompute *self);
/* What "auto" is here, and why; "" until that is known. */
const char *trp_compute_get_note (TrpCompute *self);

G_END_DECLS
