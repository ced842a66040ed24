/* elementwise.c - activations, sums, scaling, dropout, constants, optimisers, image pool
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/cpu/cpu.h"
#include "core/nn/cpu/loops.h"
#include "core/nn/formula.h"

#include <math.h>
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

/* Optimisers run over many tensors, most of them small: spans of at most a chunk, gathered into
 * tasks of about a chunk. */
typedef struct
{
  int tensor;
  size_t begin, end;
} Span;

typedef struct
{
  GArray *spans;
  GArray *tasks; /* index of each task's first span, and one past the last */
} Spans;

static Spans *
make_spans (const TrpShape *shapes, int n)
{
  Spans *self = g_new (Spans, 1);
  size_t filled = TRP_CPU_CHUNK;

  self->spans = g_array_new (FALSE, FALSE, sizeof (Span));
  self->tasks = g_array_new (FALSE, FALSE, sizeof (unsigned));
  for (int i = 0; i < n; i++)
    for (size_t at = 0; at < trp_shape_count (shapes[i]); at += TRP_CPU_CHUNK)
      {
        const Span span = { i, at, MIN (at + TRP_CPU_CHUNK, trp_shape_count (shapes[i])) };

        if (filled >= TRP_CPU_CHUNK)
          {
            g_array_append_val (self->tasks, self->spans->len);
            filled = 0;
          }
        g_array_append_val (self->spans, span);
        filled += span.end - span.begin;
      }
  g_array_append_val (self->tasks, self->spans->len);
  return self;
}

static void
clear_spans (TrpCpuKernel *kernel)
{
  Spans *self = kernel->data;

  if (!self)
    return;
  g_array_unref (self->spans);
  g_array_unref (self->tasks);
  g_free (self);
}

typedef struct
{
  const Spans *spans;
  TrpLoopAdam adam;
  float decay;
  int n;
  float *const *inputs;
  float *const *outputs;
} Update;

static void
for_spans (const TrpCpuKernel *self, Update *update, TrpParallelFunc func)
{
  update->spans = self->data;
  trp_cpu_for (self, update->spans->tasks->len - 1, 1, func, update);
}

static void
update_adam (size_t begin, size_t end, void *data)
{
  const Update *u = data;
  const unsigned *tasks = (const unsigned *) (void *) u->spans->tasks->data;

  for (unsigned i = tasks[begin]; i < tasks[end]; i++)
    {
      const Span *span = &g_array_index (u->spans->spans, Span, i);
      const int t = span->tensor;

      trp_loop_adam (&u->adam, u->inputs[3 * u->n + t] + span->begin, span->end - span->begin,
                     u->outputs[t] + span->begin, u->outputs[u->n + t] + span->begin,
                     u->outputs[2 * u->n + t] + span->begin);
    }
}

/* Inputs: learning rate, step, then n each of parameters, m, v, gradients, perhaps a factor. */
static bool
prepare_adam (TrpCpuKernel *self, GError **error)
{
  self->data = make_spans (self->inputs + 2, (self->n_inputs - 2) / 4);
  return true;
}

static bool
run_adam (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpOpAttributes *a = &self->attributes;
  const float *rate = args->inputs[0], *step = args->inputs[1];
  const int n = (self->n_inputs - 2) / 4;
  double step_size, root_correction;
  const float factor = self->n_inputs > 2 + 4 * n ? *(const float *) args->inputs[2 + 4 * n] : 1;
  Update update = {
    .adam = { .beta1 = (float) a->beta1,
              .beta2 = (float) a->beta2,
              .eps = (float) a->eps,
              .weight_decay = (float) a->alpha,
              .factor = factor },
    .n = n,
    .inputs = (float *const *) (args->inputs + 2),
    .outputs = (float *const *) args->outputs,
  };

  trp_adam_rates_f64 ((double) *rate, (double) *step, a->beta1, a->beta2, &step_size,
                      &root_correction);
  update.adam.step_size = (float) step_size;
  update.adam.root_correction = (float) root_correction;
  if (factor != 0)
    for_spans (self, &update, update_adam);
  return true;
}

const TrpCpuOp trp_cpu_adam = { prepare_adam, clear_spans, run_adam };

typedef struct
{
  const Spans *spans;
  float *const *inputs;
  bool infinite;
} Look;

static void
look_for_infinite (size_t begin, size_t end, void *data)
{
  Look *look = data;
  const unsigned *tasks = (const unsigned *) (void *) look->spans->tasks->data;

  for (unsigned i = tasks[begin]; i < tasks[end]; i++)
    {
      const Span *span = &g_array_index (look->spans->spans, Span, i);

      if (!trp_loop_all_finite (look->inputs[span->tensor] + span->begin, span->end - span->begin))
        __atomic_store_n (&look->infinite, true, __ATOMIC_RELAXED);
    }
}

/* Inputs: scale, good steps, gradients. */
static bool
prepare_loss_scale (TrpCpuKernel *self, GError **error)
{
  self->data = make_spans (self->inputs + 2, self->n_inputs - 2);
  return true;
}

static bool
run_loss_scale (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Look look = { .spans = self->data, .inputs = (float *const *) (args->inputs + 2) };
  float *factor = args->outputs[0], *scale = args->outputs[1], *good_steps = args->outputs[2];

  trp_cpu_for (self, look.spans->tasks->len - 1, 1, look_for_infinite, &look);
  *scale = *(const float *) args->inputs[0];
  *good_steps = *(const float *) args->inputs[1];
  *factor = trp_loss_scale_f32 (!look.infinite, self->attributes.offset, scale, good_steps);
  return true;
}

const TrpCpuOp trp_cpu_loss_scale = { prepare_loss_scale, clear_spans, run_loss_scale };

static void
update_ema (size_t begin, size_t end, void *data)
{
  const Update *u = data;
  const unsigned *tasks = (const unsigned *) (void *) u->spans->tasks->data;

  for (unsigned i = tasks[begin]; i < tasks[end]; i++)
    {
      const Span *span = &g_array_index (u->spans->spans, Span, i);

      trp_loop_ema (u->decay, u->inputs[span->tensor] + span->begin, span->end - span->begin,
                    u->outputs[span->tensor] + span->begin);
    }
}

static bool
prepare_ema (TrpCpuKernel *self, GError **error)
{
  self->data = make_spans (self->inputs, self->n_inputs / 2);
  return true;
}

static bool
run_ema (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Update update = { .decay = (float) self->attributes.alpha,
                    .n = self->n_inputs / 2,
                    .inputs = (float *const *) args->inputs,
                    .outputs = (float *const *) args->outputs };

  for_spans (self, &update, update_ema);
  return true;
}

const TrpCpuOp trp_cpu_ema = { prepare_ema, clear_spans, run_ema };

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
