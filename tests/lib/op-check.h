/* op-check.h - runs single operations on a back end and compares with the reference in double
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Inputs are random; the expected values are those of trp_backend_reference on the same floats.
 * Outputs and workspace hold NaN before a run, so that what a kernel does not write shows. Aborts
 * the test on errors.
 */

#pragma once

#include "core/nn/device.h"
#include "tests/lib/op-cases.h"

/**
 * TrpOpHeld: how the inputs of a case are held
 * @TRP_OP_HELD_FULL: all with 32 bits, any float
 * @TRP_OP_HELD_MIXED: activations as the device likes, everything else with 32 bits, as in a
 * network. All numbers are such that bfloat16 holds them exactly
 * @TRP_OP_HELD_WIDE: the same numbers, all with 32 bits (images from the host; outputs as MIXED)
 */
typedef enum
{
  TRP_OP_HELD_FULL,
  TRP_OP_HELD_MIXED,
  TRP_OP_HELD_WIDE,
} TrpOpHeld;

/* One device's side of a case. */
typedef struct
{
  TrpDevice *device;
  const TrpBackend *table;
  void *handle;
  TrpOpDesc desc;
  TrpTensor input_tensors[TRP_OP_CASE_MAX_TENSORS], output_tensors[TRP_OP_CASE_MAX_TENSORS];
  void *inputs[TRP_OP_CASE_MAX_TENSORS], *outputs[TRP_OP_CASE_MAX_TENSORS];
  bool borrowed[TRP_OP_CASE_MAX_TENSORS]; /* per output: it is an input's memory */
  void *workspace, *kernel;
} TrpOpSide;

/* Compiles, allocates, draws the inputs; free with trp_op_side_free(). */
TrpOpSide *trp_op_side_new (const TrpOpCase *c, TrpDevice *device, TrpOpHeld held);
/* @versions: (nullable): of the inputs */
void trp_op_side_run (TrpOpSide *self, const uint64_t *versions);
float *trp_op_side_dup_output (const TrpOpSide *self, int i);
void trp_op_side_free (TrpOpSide *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpOpSide, trp_op_side_free)

/* Fails where an output differs by more than @tolerance times its largest expected value. */
void trp_op_check (const TrpOpCase *c, TrpDevice *device, TrpOpHeld held, double tolerance);
/* The same where a difference up to @smallest does not count: numbers that the device's type does
 * not resolve. */
void trp_op_check_above (
  const TrpOpCase *c, TrpDevice *device, TrpOpHeld held, double tolerance, double smallest);

/* SHA-256 of all outputs. */
char *trp_op_hash (const TrpOpCase *c, TrpDevice *device, TrpOpHeld held);
