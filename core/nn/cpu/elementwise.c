/* elementwise.c - activations, sums, products, scaling, dropout, constants, image pool
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/cpu/cpu.h"
#include "core/nn/cpu/loops.h"
#include "core/nn/formula.h"

#include <string.h>

typedef struct
{
  const TrpOpAttributes *attributes;
  const float *a, *b;
  float *y;
  float factor;
  uint32_t step, limit;
} Elements;

static void
for_elements (const TrpCpuKernel *self,
              const TrpKernelArgs *args,
              Elements *job,
              TrpParallelFunc func)
{
  job->attributes = &self->attributes;
  job->a = self->n_inputs > 0 ? args->inputs[0] : NULL;
  job->b = self->n_inputs > 1 ? args->inputs[1] : NULL;
  job->y = args->outputs[0];
  trp_cpu_for (self, trp_shape_count (self->outputs[0]), TRP_CPU_CHUNK, func, job);
}

static void
activate (size_t begin, size_t end, void *data)
{
  const Elements *job = data;

  trp_loop_activation (job->attributes->activation, (float) job->attributes->alpha, job->a + begin,
                       end - begin, job->y + begin);
}

static bool
run_activation (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Elements job = { 0 };

  for_elements (self, args, &job, activate);
  return true;
}

const TrpCpuOp trp_cpu_activation = { NULL, NULL, run_activation };

static void
activate_backward (size_t begin, size_t end, void *data)
{
  const Elements *job = data;

  trp_loop_activation_gradient (job->attributes->activation, (float) job->attributes->alpha,
                                job->a + begin, job->b + begin, end - begin, job->y + begin);
}

static bool
run_activation_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Elements job = { 0 };

  for_elements (self, args, &job, activate_backward);
  return true;
}

const TrpCpuOp trp_cpu_activation_backward = { NULL, NULL, run_activation_backward };

static void
add (size_t begin, size_t end, void *data)
{
  const Elements *job = data;

  trp_loop_add (job->a + begin, job->b + begin, end - begin, job->y + begin);
}

static bool
run_add (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Elements job = { 0 };

  for_elements (self, args, &job, add);
  return true;
}

const TrpCpuOp trp_cpu_add = { NULL, NULL, run_add };

static void
multiply (size_t begin, size_t end, void *data)
{
  const Elements *job = data;

  trp_loop_multiply (job->a + begin, job->b + begin, end - begin, job->y + begin);
}

static bool
run_multiply (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Elements job = { 0 };

  for_elements (self, args, &job, multiply);
  return true;
}

const TrpCpuOp trp_cpu_multiply = { NULL, NULL, run_multiply };

static void
scale (size_t begin, size_t end, void *data)
{
  const Elements *job = data;

  trp_loop_scale (job->a + begin, job->factor, end - begin, job->y + begin);
}

static bool
run_scale (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const float *scalar = self->n_inputs > 1 ? args->inputs[1] : NULL;
  Elements job = { .factor = (float) (self->attributes.alpha * (scalar ? (double) *scalar : 1)) };

  for_elements (self, args, &job, scale);
  return true;
}

const TrpCpuOp trp_cpu_scale = { NULL, NULL, run_scale };

static void
drop (size_t begin, size_t end, void *data)
{
  const Elements *job = data;
  const TrpOpAttributes *a = job->attributes;

  for (size_t i = begin; i < end; i++)
    job->y[i] = trp_dropout_f32 (trp_dropout_word (a->seed, a->stream, job->step, i), job->limit,
                                 job->factor, job->a[i]);
}

static bool
run_dropout (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Elements job = { .factor = (float) (1 / (1 - self->attributes.alpha)),
                   .step = (uint32_t) * (const float *) args->inputs[1],
                   .limit = trp_dropout_limit (self->attributes.alpha) };

  for_elements (self, args, &job, drop);
  return true;
}

const TrpCpuOp trp_cpu_dropout = { NULL, NULL, run_dropout };

static void
fill (size_t begin, size_t end, void *data)
{
  const Elements *job = data;

  trp_loop_fill (job->factor, end - begin, job->y + begin);
}

static bool
run_constant (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Elements job = { .factor = (float) self->attributes.alpha };

  for_elements (self, args, &job, fill);
  return true;
}

const TrpCpuOp trp_cpu_constant = { NULL, NULL, run_constant };

/* See trp_graph_pool_exchange() for the meaning of a choice. */
static bool
run_pool_exchange (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpShape shape = self->inputs[0];
  const size_t image = trp_shape_pixels (shape) * (size_t) shape.c, bytes = image * sizeof (float);
  const float *choices = args->inputs[1];

  for (int n = 0; n < shape.n; n++)
    {
      const int choice = (int) choices[n], slot = trp_pool_slot (choice);
      const float *x = (const float *) args->inputs[0] + (size_t) n * image;
      float *y = (float *) args->outputs[0] + (size_t) n * image;
      float *kept = (float *) args->outputs[1] + (size_t) MAX (slot, 0) * image;

      g_assert (choice == -1 || slot < self->outputs[1].n);
      memcpy (y, choice < -1 ? kept : x, bytes);
      if (choice != -1)
        memcpy (kept, x, bytes);
    }
  return true;
}

const TrpCpuOp trp_cpu_pool_exchange = { NULL, NULL, run_pool_exchange };
