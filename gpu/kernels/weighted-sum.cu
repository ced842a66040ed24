/* weighted-sum.cu - losses times their weights
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A handful of scalars, one thread; the weights are in device memory, so that a schedule changes
 * them under a captured step.
 */

#include "gpu/kernel.h"

namespace
{

#define MAX_SCALARS 64

struct Scalars
{
  int n;
  const float *addresses[MAX_SCALARS];
};

static __global__ void
sum_kernel (const float *weights, Scalars scalars, float *out)
{
  float sum = 0;

  for (int i = 0; i < scalars.n; i++)
    sum += weights[i] * *scalars.addresses[i];
  *out = sum;
}

static bool
prepare_sum (TrpGpuKernel *self, GError **error)
{
  if (self->n_inputs - 1 <= MAX_SCALARS)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "A sum of %d losses does not run on CUDA; %d are the most", self->n_inputs - 1,
               MAX_SCALARS);
  return false;
}

static bool
run_sum (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Scalars scalars = { self->n_inputs - 1 };

  for (int i = 0; i < scalars.n; i++)
    scalars.addresses[i] = (const float *) args->inputs[i + 1];
  TRP_LAUNCH (self->device, sum_kernel, 1, 1, (const float *) args->inputs[0], scalars,
              (float *) args->outputs[0]);
  return trp_gpu_launched (self->device, "weighted_sum", error);
}

static __global__ void
sum_backward_kernel (const float *weight, const float *dloss, float *out)
{
  *out = *weight * *dloss;
}

static bool
run_sum_backward (TrpGpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  TRP_LAUNCH (self->device, sum_backward_kernel, 1, 1,
              (const float *) args->inputs[0] + self->attributes.offset,
              (const float *) args->inputs[1], (float *) args->outputs[0]);
  return trp_gpu_launched (self->device, "weighted_sum_backward", error);
}

} /* namespace */

extern "C" const TrpGpuOp trp_gpu_weighted_sum = { prepare_sum, NULL, run_sum };
extern "C" const TrpGpuOp trp_gpu_weighted_sum_backward = { NULL, NULL, run_sum_backward };
