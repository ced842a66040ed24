/* nn-cases.h - one table of operations and shapes that every test of the engine walks
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A case builds a small graph: parameters and inputs, the operation, a scalar loss, and the
 * gradients of all parameters. Outputs are named "y", "loss" and "grad.NAME". The reference is
 * checked against finite differences, other back ends against the reference.
 */

#pragma once

#include "core/nn/program.h"

typedef struct _TrpNnCase TrpNnCase;

/**
 * TrpNnCase:
 * @build: appends the operation and returns its output
 * @shape: of x
 * @numbers: what @build reads
 */
struct _TrpNnCase
{
  const char *name;
  TrpValue (*build) (TrpGraph *graph, const TrpNnCase *self);
  TrpShape shape;
  int numbers[6];
};

extern const TrpNnCase trp_nn_cases[];
extern const int trp_nn_n_cases;

/* @update: also one step of Adam and of an average on all parameters. */
TrpGraph *trp_nn_case_build (const TrpNnCase *self, bool update);
/* A program on a new store and device, all inputs, parameters and states filled with the same
 * numbers on every back end (exact in float32). Aborts on errors. */
TrpProgram *trp_nn_case_program (const TrpNnCase *self, const TrpBackend *backend, bool update);
/* Output, loss and all gradients on @device against the reference; fails where one differs by more
 * than @tolerance times its largest expected value. */
void trp_nn_case_check (const TrpNnCase *self, TrpDevice *device, double tolerance);
/* A program as above for any graph (transfer full). */
TrpProgram *trp_nn_fill_program (TrpGraph *graph, const TrpBackend *backend);
/* Numbers for a value by its name: "step" and "lr" are scalars of Adam, "mask" is 0 or 1, "choices"
 * are a pool's, "running_var" is positive, all others within -1..1. */
void trp_nn_numbers (const char *name, TrpShape shape, float *out_values);
