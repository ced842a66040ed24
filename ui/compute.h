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

/* A precision that is good for one may be none for the other. */
typedef enum
{
  TRP_COMPUTE_INFER,
  TRP_COMPUTE_TRAIN,
  TRP_COMPUTE_USES,
} TrpComputeUse;

/* "auto" at first; as trp_device_choose(). */
const char *trp_compute_get_device (TrpCompute *self);
TrpPrecision trp_compute_get_precision (TrpCompute *self, TrpComputeUse use);
bool trp_compute_get_deterministic (TrpCompute *self);
/* What this machine does not have, or the device not for that use, becomes "auto" and the default
 * once that is known. */
void trp_compute_set_device (TrpCompute *self, const char *device);
void trp_compute_set_precision (TrpCompute *self, TrpComputeUse use, TrpPrecision precision);
void trp_compute_set_deterministic (TrpCompute *self, bool deterministic);

/* Looks for devices, unless that was done. */
void trp_compute_probe (TrpCompute *self);
/* (element-type TrpDeviceEntry) (transfer none): NULL until they are known */
GPtrArray *trp_compute_peek_devices (TrpCompute *self);
/* That of the chosen device, which for "auto" is the first; NULL until it is known. */
const TrpDeviceEntry *trp_compute_peek_entry (TrpCompute *self);
/* What "auto" is here, and why; "" until that is known. */
const char *trp_compute_get_note (TrpCompute *self);

G_END_DECLS
