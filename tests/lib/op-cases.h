/* op-cases.h - single operations with shapes and attributes, for tests of back ends
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One table for all back ends: op-check.h runs a case on one of them and compares with the
 * reference.
 */

#pragma once

#include "core/nn/op.h"

#define TRP_OP_CASE_MAX_TENSORS 20

/* What the numbers of an input may be. */
typedef enum
{
  TRP_OP_RANGE_ANY,
  TRP_OP_RANGE_POSITIVE, /* 0.5 to 2 */
  TRP_OP_RANGE_UNIT,     /* 0 or 1 */
  TRP_OP_RANGE_NUMBER,   /* the case's number */
} TrpOpRange;

/**
 * TrpOpCase:
 * @inputs: a bias has no shape of its own here (c = 0): it follows from the filter
 * @unread: bit i set: output i is NULL (see TrpOpClass.optional)
 * @reuse: per output, 1 + the input whose memory it is; 0: its own
 */
typedef struct
{
  const char *name;
  TrpOpKind kind;
  TrpOpAttributes attributes;
  int n_inputs;
  TrpShape inputs[TRP_OP_CASE_MAX_TENSORS];
  int n_outputs;
  TrpOpRange ranges[TRP_OP_CASE_MAX_TENSORS];
  int reuse[TRP_OP_CASE_MAX_TENSORS];
  float number;
  unsigned unread;
} TrpOpCase;

extern const TrpOpCase trp_op_cases[];
extern const int trp_op_n_cases;
