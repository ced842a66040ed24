/* benchmark.c - timing of networks; see benchmark.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/benchmark.h"

#include "core/base/memory.h"
#include "core/method/dataset.h"
#include "core/nn/device-choice.h"
#include "core/nn/init.h"
#include "core/nn/layers.h"
#include "core/nn/op-cost.h"
#include "core/nn/program.h"

#include <math.h>
#include <string.h>

#define WARM_UP_RUNS 5 /* a device may capture a step only after some plain runs */
#define MIN_RUNS 3
#define BLOCK_SECONDS 0.02
#define PROFILE_RUNS 3

/* Programs of one step, with host memory for a patient's slices. */
typedef struct
{
  TrpDevice *device;
  TrpStore *store;
  TrpProgram *programs[TRP_BENCHMARK_MAX_GRAPHS];
  int n_programs, n_runs, batch, size, n_images;
  float *slices;      /* (n_images, size, size): the input */
  float *synthetic;   /* the same: between the programs */
  float *context;     /* (batch, size, size, channels) */
  float *probability; /* (n_images, size, size) */
} Bench;

static void
clear_bench (Bench *self)
{
  for (int n = 0; n < self->n_programs; n++)
    trp_program_free (self->programs[n]);
  g_clear_pointer (&self->store, trp_store_unref);
  g_free (self->slices);
  g_free (self->synthetic);
  g_free (self->context);
  g_free (self->probability);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, clear_bench)

static bool
wait_for (const Bench *self, GError **error)
{
  return trp_device_get_backend (self->device)
    ->synchronize (trp_device_peek_handle (self->device), error);
}

static double
now (void)
{
  return 1e-6 * (double) g_get_monotonic_time ();
}

/* Some image, the same in every run. */
static void
make_up (float *values, size_t n)
{
  for (size_t i = 0; i < n; i++)
    values[i] = (float) ((uint32_t) i * 2654435761U >> 22) / 1024;
}

static float
scalar_for (const char *name)
{
  if (strcmp (name, "rate") == 0)
    return 1e-4F;
  /* a stored image out, the new one in */
  return g_str_has_prefix (name, "choices") ? -2 : 1;
}

static bool
fill_input (TrpProgram *program, TrpValue value, GError **error)
{
  const TrpValueInfo *info = trp_graph_peek_value (trp_program_peek_graph (program), value);
  const size_t count = trp_shape_count (info->tensor.shape);
  g_autofree float *values = g_new (float, count);

  if (info->tensor.shape.h > 1)
    make_up (values, count);
  else
    for (size_t i = 0; i < count; i++)
      values[i] = scalar_for (info->name);
  return trp_program_set (program, value, values, error);
}

static bool
fill_inputs (TrpProgram *program, GError **error)
{
  const TrpGraph *graph = trp_program_peek_graph (program);

  for (TrpValue v = 0; v < trp_graph_get_n_values (graph); v++)
    if (trp_graph_peek_value (graph, v)->tensor.kind == TRP_VALUE_INPUT &&
        !fill_input (program, v, error))
      return false;
  return true;
}

/* Other devices say themselves when memory does not suffice; the host would swap. */
static bool
check_memory (const Bench *self, const TrpBenchmarkWork *work, const char *name, GError **error)
{
  size_t bytes = 0;

  for (int n = 0; n < work->n_graphs; n++)
    {
      g_autoptr (TrpPlan) plan = trp_plan_new (work->graphs[n], NULL, NULL);

      bytes += trp_plan_get_total_bytes (plan);
    }
  return !trp_device_is_host (self->device) ||
         trp_memory_check (bytes, name, "use a smaller --batch or --size", error);
}

static bool
open_bench (Bench *self, TrpBenchmarkWork *work, const char *name, GError **error)
{
  if (!check_memory (self, work, name, error))
    return false;
  self->store = trp_store_new (self->device);
  self->n_runs = work->n_runs;
  self->n_images = work->n_images;
  self->batch = work->batch;
  self->size = work->size;
  for (int n = 0; n < work->n_graphs; n++, self->n_programs++)
    {
      self->programs[n] = trp_program_new (g_steal_pointer (&work->graphs[n]), self->store, error);
      if (!self->programs[n])
        return false;
    }
  if (!trp_store_init (self->store, "", TRP_INIT_NORMAL, 1, error))
    return false;
  for (int n = 0; n < self->n_programs; n++)
    if (!fill_inputs (self->programs[n], error))
      return false;
  return true;
}

/* ---- a patient: all slices through one network, then with their neighbours through the other ----
 */

static TrpShape
input_shape (const Bench *self, int program)
{
  const TrpGraph *graph = trp_program_peek_graph (self->programs[program]);

  return trp_graph_get_shape (graph, trp_graph_find (graph, "x"));
}

static void
make_slices (Bench *self)
{
  const size_t n = (size_t) self->n_images * (size_t) self->size * (size_t) self->size;

  self->slices = g_new (float, n);
  self->synthetic = g_new (float, n);
  self->probability = g_new (float, n);
  self->context = g_new (float, trp_shape_count (input_shape (self, 1)));
  make_up (self->slices, n);
}

/* Slices @first to @first + batch of @from, short of the end. */
static bool
run_slices (
  Bench *self, int program, const float *from, size_t context, int first, float *to, GError **error)
{
  const size_t side = (size_t) self->size, n_pixels = side * side;
  const size_t size[3] = { side, side, (size_t) self->n_images };
  TrpProgram *p = self->programs[program];

  first = MIN (first, self->n_images - self->batch);
  for (int b = 0; b < self->batch; b++)
    trp_stack_copy_context (from, size, (size_t) (first + b), context,
                            self->context + (size_t) b * n_pixels * (2 * context + 1));
  return trp_program_set (p, trp_program_find (p, "x"), self->context, error) &&
         trp_program_run (p, error) &&
         trp_program_get (p, trp_program_find (p, "y"), to + (size_t) first * n_pixels, error);
}

static bool
run_patient (Bench *self, GError **error)
{
  const size_t context = (size_t) (input_shape (self, 1).c / 2);

  for (int k = 0; k < self->n_images; k += self->batch)
    if (!run_slices (self, 0, self->slices, 0, k, self->synthetic, error))
      return false;
  for (int k = 0; k < self->n_images; k += self->batch)
    if (!run_slices (self, 1, self->synthetic, context, k, self->probability, error))
      return false;
  return true;
}

/* ---- time ---- */

static bool
run_step (Bench *self, GError **error)
{
  return self->slices ? run_patient (self, error) : trp_program_run (self->programs[0], error);
}

/* Returns seconds of one step, or a negative number. */
static double
time_block (Bench *self, int n_steps, GError **error)
{
  const double start = now ();

  for (int n = 0; n < n_steps; n++)
    if (!run_step (self, error))
      return -1;
  return wait_for (self, error) ? (now () - start) / n_steps : -1;
}

/* Returns seconds of the last step, or a negative number. */
static double
warm_up (Bench *self, double seconds, TrpProgress *progress, GError **error)
{
  const double start = now ();
  double step = -1;

  for (int n = 0; n < WARM_UP_RUNS && (n == 0 || now () - start < 0.5 * seconds); n++)
    {
      if (!trp_progress_step (progress, (now () - start) / (2 * seconds), NULL, error))
        return -1;
      step = time_block (self, 1, error);
      if (step < 0)
        return -1;
    }
  return step;
}

static int
compare_doubles (const void *a, const void *b)
{
  const double one = *(const double *) a, other = *(const double *) b;

  return (one > other) - (one < other);
}

static double
median (GArray *values)
{
  g_array_sort (values, compare_doubles);
  return 0.5 * (g_array_index (values, double, (values->len - 1) / 2) +
                g_array_index (values, double, values->len / 2));
}

static bool
time_steps (
  Bench *self, double seconds, TrpProgress *progress, TrpBenchmarkResult *result, GError **error)
{
  g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (double));
  const double first = warm_up (self, seconds, progress, error);
  const int n_steps = first > 0 ? (int) CLAMP (ceil (BLOCK_SECONDS / first), 1, 1000) : 1;
  const double start = now ();

  if (first < 0)
    return false;
  while (blocks->len < MIN_RUNS || now () - start < seconds)
    {
      const double step = time_block (self, n_steps, error);
      const double fraction = 0.3 + 0.6 * MIN ((now () - start) / seconds, 1);

      if (step < 0 || !trp_progress_step (progress, fraction, NULL, error))
        return false;
      g_array_append_val (blocks, step);
    }
  result->n_steps = n_steps * (int) blocks->len;
  result->seconds = median (blocks);
  return true;
}

/* ---- where the time goes ---- */

static void
free_op (void *data)
{
  g_free (((TrpBenchmarkOp *) data)->name);
  g_free (data);
}

static char *
name_op (const TrpGraph *graph, const TrpOp *op)
{
  GString *name = g_string_new (trp_op_class (op->kind)->name);

  for (int i = 0; i < MIN (op->n_inputs, 2); i++)
    {
      const TrpShape s = trp_graph_get_shape (graph, op->inputs[i]);

      g_string_append_printf (name, " %dx%dx%dx%d", s.n, s.h, s.w, s.c);
    }
  if (op->attributes.stride)
    g_string_append_printf (name, " /%d", op->attributes.stride);
  return g_string_free (name, FALSE);
}

static TrpBenchmarkOp *
find_op (GHashTable *by_name, char *name)
{
  TrpBenchmarkOp *op = g_hash_table_lookup (by_name, name);

  if (op)
    {
      g_free (name);
      return op;
    }
  op = g_new0 (TrpBenchmarkOp, 1);
  op->name = name;
  g_hash_table_insert (by_name, name, op);
  return op;
}

/* The least of a few runs, per operation. (transfer full) */
static double *
profile_program (TrpProgram *program, int n_runs, TrpProgress *progress, GError **error)
{
  const int n_ops = trp_graph_get_n_ops (trp_program_peek_graph (program));
  g_autofree double *least = g_new (double, (gsize) MAX (n_ops, 1));
  g_autofree double *seconds = g_new (double, (gsize) MAX (n_ops, 1));

  for (int run = 0; run < n_runs; run++)
    {
      if (!trp_progress_step (progress, 0.9 + 0.1 * run / n_runs, NULL, error) ||
          !trp_program_profile (program, seconds, error))
        return NULL;
      for (int i = 0; i < n_ops; i++)
        least[i] = run == 0 ? seconds[i] : MIN (least[i], seconds[i]);
    }
  return g_steal_pointer (&least);
}

static int
compare_ops (const void *a, const void *b)
{
  const TrpBenchmarkOp *one = *(TrpBenchmarkOp *const *) a, *other = *(TrpBenchmarkOp *const *) b;

  return (one->seconds < other->seconds) - (one->seconds > other->seconds);
}

static bool
profile (Bench *self, TrpProgress *progress, TrpBenchmarkResult *result, GError **error)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  const int n_runs = result->seconds > 1 ? 1 : PROFILE_RUNS;
  GHashTableIter iter;
  void *value;
  bool ok = true;

  for (int n = 0; ok && n < self->n_programs; n++)
    {
      const TrpGraph *graph = trp_program_peek_graph (self->programs[n]);
      g_autofree double *seconds = profile_program (self->programs[n], n_runs, progress, error);

      for (int i = 0; seconds && i < trp_graph_get_n_ops (graph); i++)
        {
          TrpBenchmarkOp *op = find_op (by_name, name_op (graph, trp_graph_peek_op (graph, i)));

          op->n_calls += self->n_runs;
          op->seconds += self->n_runs * seconds[i];
          op->flop += self->n_runs * trp_graph_count_op_flop (graph, i);
        }
      ok = seconds != NULL;
    }
  result->ops = g_ptr_array_new_with_free_func (free_op);
  g_hash_table_iter_init (&iter, by_name);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (result->ops, value);
  g_ptr_array_sort (result->ops, compare_ops);
  for (guint i = 0; i < result->ops->len; i++)
    {
      const TrpBenchmarkOp *op = g_ptr_array_index (result->ops, i);

      result->flop += op->flop;
      result->convolution_seconds += op->flop > 0 ? op->seconds : 0;
    }
  return ok;
}

void
trp_benchmark_result_clear (TrpBenchmarkResult *self)
{
  g_clear_pointer (&self->ops, g_ptr_array_unref);
}

/* ---- the device's own rate ---- */

#define RATE_SIDE 64
#define RATE_CHANNELS 256
#define RATE_BATCH 64 /* where one image is over in no time */
#define RATE_SHORT 0.002
#define RATE_MIN_RUNS 4 /* the first of them warms up */
#define RATE_MAX_RUNS 20
#define RATE_SECONDS 0.3

static TrpGraph *
build_convolution (int batch)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x",
                                      (TrpShape){ batch, RATE_SIDE, RATE_SIDE, RATE_CHANNELS });
  const TrpValue filter = trp_graph_parameter (
    graph, "weight", (TrpShape){ RATE_CHANNELS, 3, 3, RATE_CHANNELS }, TRP_AXES_FILTER);

  trp_graph_output (graph, "y", trp_graph_conv (graph, x, filter, TRP_VALUE_NONE, 1, 1));
  return graph;
}

/* Seconds of the fastest run, or a negative number. */
static double
time_convolution (
  TrpDevice *device, int batch, TrpProgress *progress, double *io_rate, GError **error)
{
  TrpBenchmarkWork work = { .graphs = { build_convolution (batch) }, .n_graphs = 1, .n_runs = 1 };
  const double flop = trp_graph_count_flop (work.graphs[0]);
  g_auto (Bench) bench = { .device = device };
  const double start = now ();
  double least = INFINITY;

  if (!open_bench (&bench, &work, "A convolution", error))
    return -1;
  for (int n = 0; n < RATE_MAX_RUNS && (n < RATE_MIN_RUNS || now () - start < RATE_SECONDS); n++)
    {
      const double seconds = time_block (&bench, 1, error);

      if (seconds < 0 || !trp_progress_step (progress, (double) n / RATE_MAX_RUNS, NULL, error))
        return -1;
      least = MIN (least, seconds);
    }
  *io_rate = MAX (*io_rate, flop / least);
  return least;
}

/* Never lowers @io_rate. */
static bool
raise_rate (TrpDevice *device, TrpProgress *progress, double *io_rate, GError **error)
{
  const double seconds = time_convolution (device, 1, progress, io_rate, error);

  return seconds >= 0 && (seconds >= RATE_SHORT ||
                          time_convolution (device, RATE_BATCH, progress, io_rate, error) >= 0);
}

/* ---- a row ---- */

static bool
time_network (TrpDevice *device,
              const TrpBenchmarkSpec *spec,
              double seconds,
              TrpProgress *progress,
              TrpBenchmarkResult *result,
              GError **error)
{
  g_auto (TrpBenchmarkWork) work = { 0 };
  g_auto (Bench) bench = { .device = device };

  if (!trp_benchmark_build (spec, &work, error) ||
      !open_bench (&bench, &work, spec->network, error))
    return false;
  if (bench.n_programs > 1)
    make_slices (&bench);
  result->size = bench.size;
  result->batch = bench.batch;
  result->n_images = bench.n_images;
  for (int n = 0; n < bench.n_programs; n++)
    result->peak_bytes += trp_program_get_bytes (bench.programs[n]);
  return time_steps (&bench, seconds, progress, result, error) &&
         profile (&bench, progress, result, error);
}

bool
trp_benchmark_run (TrpDevice *device,
                   const TrpBenchmarkSpec *spec,
                   double seconds,
                   TrpProgress *progress,
                   TrpBenchmarkResult *out_result,
                   GError **error)
{
  TrpProgress before = trp_progress_part (progress, 0, 0.1);
  TrpProgress during = trp_progress_part (progress, 0.1, 0.9);
  TrpProgress after = trp_progress_part (progress, 0.9, 1);
  g_auto (TrpBenchmarkResult) result = { 0 };

  if (!trp_progress_step (progress, 0, spec->network, error) ||
      !raise_rate (device, &before, &result.matrix_rate, error) ||
      !time_network (device, spec, seconds, &during, &result, error) ||
      !raise_rate (device, &after, &result.matrix_rate, error) ||
      !trp_progress_step (progress, 1, NULL, error))
    return false;
  *out_result = result;
  memset (&result, 0, sizeof result);
  return true;
}
