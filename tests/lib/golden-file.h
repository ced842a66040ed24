/* golden-file.h - programs filled from and compared with what golden/make-pytorch.py wrote
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Expected values were computed in double from inputs that are exact in float32. Aborts the test on
 * errors.
 */

#pragma once

#include "core/io/safetensors.h"
#include "core/nn/program.h"

/* @name: of a file in golden/ (transfer full) */
TrpSafetensors *trp_golden_load (const char *name);
/* @graph on a new store of @device; takes the graph. */
TrpProgram *trp_golden_program (TrpGraph *graph, TrpDevice *device);
/* The file's tensor, whose axes are PyTorch's, into @value and against it: within @tolerance of its
 * largest element. */
void trp_golden_set (TrpProgram *program, TrpValue value, const TrpTensorView *view);
void trp_golden_compare (TrpProgram *program,
                         TrpValue value,
                         const TrpTensorView *view,
                         double tolerance);
