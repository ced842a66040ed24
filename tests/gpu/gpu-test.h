/* gpu-test.h - what the parts of test-gpu share: modes, opening the module's device
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/nn/device.h"
#include "tests/lib/op-check.h"

/* @tolerance: of the largest expected value
 * @smallest: what may be lost of any value, however small the largest is */
typedef struct
{
  const char *name;
  TrpPrecision precision;
  TrpOpHeld held;
  double tolerance, smallest;
} TrpGpuMode;

extern const TrpGpuMode trp_gpu_modes[];
extern const int trp_gpu_n_modes;

/* NULL, and the test is skipped with the module's own sentence, where there is no module, no
 * device, or it has not this precision. */
TrpDevice *trp_gpu_test_open (const TrpGpuMode *mode);
/* The module's table, NULL (and skipped) without a device. */
const TrpBackend *trp_gpu_test_backend (void);
/* Whether the device is the emulated one; false (and skipped) otherwise. */
bool trp_gpu_test_is_emulated (void);

/* A copy for g_test_add_data_func() that lives as long as the program: GLib drops the data of tests
 * that are not selected without freeing it. */
const void *trp_gpu_test_keep (const void *data, size_t size);

/* Each adds the tests of its file. */
void trp_gpu_add_step_tests (void);
void trp_gpu_add_memory_tests (void);
void trp_gpu_add_optimizer_tests (void);
void trp_gpu_add_fault_tests (void);
void trp_gpu_add_order_tests (void);
