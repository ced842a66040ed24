/* optimizer.c - Adam, RMSprop, clipping, averages and loss scaling over many tensors at once
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Most tensors are small: spans of at most a chunk, gathered into tasks of about a chunk.
 */

#include "core/nn/cpu/cpu.h"
#include "core/nn/cpu/loops.h"
#include "core/nn/formula.h"

#include <math.h>

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
  TrpLoopRmsprop rmsprop;
  float decay, limit;
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

/* Tensors that are written for each parameter: itself, v, with momentum b. */
static int
count_roles (const TrpCpuKernel *self)
{
  return self->attributes.momentum > 0 ? 3 : 2;
}

static void
update_rmsprop (size_t begin, size_t end, void *data)
{
  const Update *u = data;
  const unsigned *tasks = (const unsigned *) (void *) u->spans->tasks->data;
  const int roles = u->rmsprop.momentum > 0 ? 3 : 2;

  for (unsigned i = tasks[begin]; i < tasks[end]; i++)
    {
      const Span *span = &g_array_index (u->spans->spans, Span, i);
      const int t = span->tensor;

      trp_loop_rmsprop (&u->rmsprop, u->inputs[roles * u->n + t] + span->begin,
                        span->end - span->begin, u->outputs[t] + span->begin,
                        u->outputs[u->n + t] + span->begin,
                        roles > 2 ? u->outputs[2 * u->n + t] + span->begin : NULL);
    }
}

/* Inputs: learning rate, then n each of what is written and of gradients, perhaps a factor. */
static bool
prepare_rmsprop (TrpCpuKernel *self, GError **error)
{
  self->data = make_spans (self->inputs + 1, self->n_outputs / count_roles (self));
  return true;
}

static bool
run_rmsprop (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpOpAttributes *a = &self->attributes;
  const int roles = count_roles (self), n = self->n_outputs / roles;
  const int n_tensors = (roles + 1) * n;
  Update update = {
    .rmsprop = { .alpha = (float) a->beta2,
                 .eps = (float) a->eps,
                 .momentum = (float) a->momentum,
                 .weight_decay = (float) a->alpha,
                 .learning_rate = *(const float *) args->inputs[0],
                 .factor = self->n_inputs > 1 + n_tensors
                             ? *(const float *) args->inputs[1 + n_tensors]
                             : 1 },
    .n = n,
    .inputs = (float *const *) (args->inputs + 1),
    .outputs = (float *const *) args->outputs,
  };

  if (update.rmsprop.factor != 0)
    for_spans (self, &update, update_rmsprop);
  return true;
}

const TrpCpuOp trp_cpu_rmsprop = { prepare_rmsprop, clear_spans, run_rmsprop };

static void
clip (size_t begin, size_t end, void *data)
{
  const Update *u = data;
  const unsigned *tasks = (const unsigned *) (void *) u->spans->tasks->data;

  for (unsigned i = tasks[begin]; i < tasks[end]; i++)
    {
      const Span *span = &g_array_index (u->spans->spans, Span, i);

      trp_loop_clip (u->inputs[span->tensor] + span->begin, u->limit, span->end - span->begin,
                     u->outputs[span->tensor] + span->begin);
    }
}

static bool
prepare_clip (TrpCpuKernel *self, GError **error)
{
  self->data = make_spans (self->inputs, self->n_inputs);
  return true;
}

static bool
run_clip (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  Update update = { .limit = (float) self->attributes.alpha,
                    .inputs = (float *const *) args->inputs,
                    .outputs = (float *const *) args->outputs };

  for_spans (self, &update, clip);
  return true;
}

const TrpCpuOp trp_cpu_clip = { prepare_clip, clear_spans, run_clip };
