/* golden.h - operations, networks and training steps against PyTorch's values in tests/golden
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each check builds the case on @device, fills it from the file, runs it, and fails the test where
 * a result is off by more than @tolerance of its largest element.
 */

#pragma once

#include "core/nn/device.h"

/* golden-ops.c: single operations with their gradients. */
int trp_golden_get_n_operations (void);
const char *trp_golden_get_operation (int index);
void trp_golden_check_operation (int index, TrpDevice *device, double tolerance);
/* Fails where the file has an operation that is not among them. */
void trp_golden_check_complete (void);
/* golden-steps.c. Five Adam steps; @step_tolerance: of the parameters after them, @tolerance: of
 * the losses. */
void trp_golden_check_unet (TrpDevice *device, double tolerance, double step_tolerance);
/* Five steps of RMSprop, plain, with momentum and weight decay, and with clipping after each. */
void trp_golden_check_rmsprop (TrpDevice *device, double tolerance);
/* Three steps of a spectral norm with the gradient, then inference. */
void trp_golden_check_spectral (TrpDevice *device, double tolerance);

/* golden-networks.c: small networks with their gradients, and five steps of a CycleGAN. */
int trp_golden_get_n_networks (void);
const char *trp_golden_get_network (int index);
void trp_golden_check_network (int index, TrpDevice *device, double tolerance);
void trp_golden_check_cyclegan (TrpDevice *device, double tolerance);
