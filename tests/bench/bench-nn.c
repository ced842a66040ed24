/* bench-nn.c - time of networks and of a CycleGAN step; prints, never asserts
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 *   bench-nn [SECONDS [NAME [PRECISION]]]   SECONDS per row (2); NAME: only rows that contain it,
 * with a profile; PRECISION: default, strict, bf16 (forward rows only)
 *
 * bench-pytorch.py beside this file runs the same rows in PyTorch.
 */

#include "core/base/parallel.h"
#include "core/method/networks/patch.h"
#include "core/method/networks/resnet.h"
#include "core/method/networks/unet.h"
#include "core/nn/device-choice.h"
#include "core/nn/init.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"
#include "core/nn/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Time of all operations of one kind and one set of shapes. */
typedef struct
{
  char *name;
  double seconds;
  unsigned n_calls;
} Tally;

/* The CPU table with a clock around every run. */
static GHashTable *tallies;
static TrpBackend timed;

typedef struct
{
  Tally *tally;
  void *kernel;
} TimedKernel;

static char *
name_desc (const TrpOpDesc *desc)
{
  GString *name = g_string_new (trp_op_class (desc->kind)->name);

  for (int i = 0; i < MIN (desc->n_inputs, 2); i++)
    g_string_append_printf (name, " %dx%dx%dx%d", desc->inputs[i].shape.n, desc->inputs[i].shape.h,
                            desc->inputs[i].shape.w, desc->inputs[i].shape.c);
  if (desc->attributes.stride)
    g_string_append_printf (name, " /%d", desc->attributes.stride);
  return g_string_free (name, FALSE);
}

static Tally *
find_tally (const TrpOpDesc *desc)
{
  g_autofree char *name = name_desc (desc);
  Tally *tally = g_hash_table_lookup (tallies, name);

  if (!tally)
    {
      tally = g_new0 (Tally, 1);
      tally->name = g_strdup (name);
      g_hash_table_insert (tallies, tally->name, tally);
    }
  return tally;
}

static void *
compile_timed (void *device, const TrpOpDesc *desc, size_t *out_workspace_bytes, GError **error)
{
  TimedKernel *self = g_new (TimedKernel, 1);

  self->tally = find_tally (desc);
  self->kernel = trp_backend_cpu.compile (device, desc, out_workspace_bytes, error);
  return self;
}

static void
free_timed (void *device, void *kernel)
{
  trp_backend_cpu.free_kernel (device, ((TimedKernel *) kernel)->kernel);
  g_free (kernel);
}

static bool
run_timed (void *device, void *kernel, const TrpKernelArgs *args, GError **error)
{
  TimedKernel *self = kernel;
  const gint64 start = g_get_monotonic_time ();
  const bool ok = trp_backend_cpu.run (device, self->kernel, args, error);

  self->tally->seconds += 1e-6 * (double) (g_get_monotonic_time () - start);
  self->tally->n_calls++;
  return ok;
}

typedef struct
{
  const char *name;
  int size, batch;
  TrpResnet generator;
  TrpPatchGan critic;
  TrpUnet unet;
  bool train;
} Row;

static const Row rows[] = {
  { "resnet-9 forward", 256, 1, { 1, 1, 64, 9, 2, false } },
  { "resnet-9 training", 256, 1, { 1, 1, 64, 9, 2, false }, .train = true },
  { "cyclegan resnet-9", 256, 1, { 1, 1, 64, 9, 2, false }, { 1, 64, 3 }, .train = true },
  { "cyclegan small", 64, 1, { 1, 1, 16, 4, 1, true }, { 1, 24, 3 }, .train = true },
  { "cyclegan small batch 4", 64, 4, { 1, 1, 16, 4, 1, true }, { 1, 24, 3 }, .train = true },
  { "cyclegan small 96", 96, 1, { 1, 1, 16, 4, 1, true }, { 1, 24, 3 }, .train = true },
  { "segmenter small", 64, 4, .unet = { 3, 1, 12, 4, true, TRP_NORM_BATCH, true }, .train = true },
  { "unet forward", 256, 1, .unet = { 1, 1, 64, 5, false, TRP_NORM_INSTANCE, false } },
};

static const TrpAdam adam = { 0.5, 0.999, 1e-8, 0 };

/* Both optimisers' common end: gradients of @loss for the parameters under @prefix, one update. */
static void
update (TrpGraph *graph, TrpValue loss, const char *prefix, double decay)
{
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (graph, prefix);
  g_autofree TrpValue *gradients = g_new (TrpValue, parameters->len);
  g_autofree char *states = g_strconcat ("opt.", prefix, NULL);
  const TrpValue *values = (const TrpValue *) (void *) parameters->data;
  const int n = (int) parameters->len;

  trp_graph_differentiate (graph, loss, values, n, gradients);
  trp_graph_adam (graph, states, &adam, trp_graph_input (graph, "rate", trp_shape_vector (1)),
                  trp_graph_find (graph, "step"), values, gradients, n);
  if (decay > 0)
    trp_graph_ema (graph, "ema", decay, values, n);
}

static TrpValue
sum_losses (TrpGraph *graph, const char *name, const TrpValue *losses, int n)
{
  const TrpValue weights = trp_graph_input (graph, name, trp_shape_vector (n));

  return trp_graph_weighted_sum (graph, weights, losses, n);
}

/* LSGAN, cycle and gradient correlation; pool; two Adams; averages. */
static void
build_cyclegan (TrpGraph *graph, const Row *row)
{
  const TrpShape image = { row->batch, row->size, row->size, 1 };
  const TrpValue a = trp_graph_input (graph, "a", image), b = trp_graph_input (graph, "b", image);
  const TrpValue choices = trp_graph_input (graph, "choices", trp_shape_vector (row->batch));
  const TrpValue fake_b = trp_resnet_build (graph, &row->generator, "G_A", a);
  const TrpValue fake_a = trp_resnet_build (graph, &row->generator, "G_B", b);
  const TrpValue back_a = trp_resnet_build (graph, &row->generator, "G_B", fake_b);
  const TrpValue back_b = trp_resnet_build (graph, &row->generator, "G_A", fake_a);
  const TrpValue d_b = trp_patch_gan_build (graph, &row->critic, "D_B", fake_b);
  const TrpValue d_a = trp_patch_gan_build (graph, &row->critic, "D_A", fake_a);
  const TrpValue losses[] = {
    trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE, d_b, 1),
    trp_graph_pixel_loss_constant (graph, TRP_PIXEL_LOSS_MSE, d_a, 1),
    trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_L1, back_a, a),
    trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_L1, back_b, b),
    trp_graph_gradient_correlation (graph, a, fake_b, false),
    trp_graph_gradient_correlation (graph, b, fake_a, false),
  };
  TrpValue critics[4];

  trp_graph_input (graph, "step", trp_shape_vector (1));
  update (graph, sum_losses (graph, "weights.G", losses, 6), "G_", 0.999);
  for (int i = 0; i < 2; i++)
    {
      const char *prefix = i ? "D_A" : "D_B", *pool = i ? "pool.A" : "pool.B";
      const TrpValue fake = trp_graph_pool_exchange (graph, pool, 50, i ? fake_a : fake_b, choices);

      critics[2 * i] = trp_graph_pixel_loss_constant (
        graph, TRP_PIXEL_LOSS_MSE, trp_patch_gan_build (graph, &row->critic, prefix, i ? a : b), 1);
      critics[2 * i + 1] = trp_graph_pixel_loss_constant (
        graph, TRP_PIXEL_LOSS_MSE, trp_patch_gan_build (graph, &row->critic, prefix, fake), 0);
    }
  update (graph, sum_losses (graph, "weights.D", critics, 4), "D_", 0);
}

static void
build_single (TrpGraph *graph, const Row *row)
{
  const int channels = row->unet.filters ? row->unet.in_channels : row->generator.in_channels;
  const TrpValue x = trp_graph_input (graph, "x",
                                      (TrpShape){ row->batch, row->size, row->size, channels });
  const TrpValue y = row->unet.filters ? trp_unet_build (graph, &row->unet, "net", x)
                                       : trp_resnet_build (graph, &row->generator, "net", x);

  trp_graph_output (graph, "y", y);
  if (!row->train)
    return;
  trp_graph_input (graph, "step", trp_shape_vector (1));
  const TrpValue target = trp_graph_input (graph, "target", trp_graph_get_shape (graph, y));
  const bool is_unet = row->unet.filters > 0;
  const TrpValue losses[] = {
    trp_graph_pixel_loss (graph, is_unet ? TRP_PIXEL_LOSS_BCE_LOGITS : TRP_PIXEL_LOSS_L1, y,
                          target),
    is_unet ? trp_graph_dice_loss (graph, y, target, true, 1) : trp_graph_mean (graph, y),
  };

  update (graph, sum_losses (graph, "weights", losses, 2), "net", 0);
}

/* Some image in every input; weights of losses 1, a small learning rate. */
static void
fill_inputs (TrpProgram *program)
{
  const TrpGraph *graph = trp_program_peek_graph (program);

  for (TrpValue v = 0; v < trp_graph_get_n_values (graph); v++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (graph, v);
      const size_t count = trp_shape_count (info->tensor.shape);
      g_autofree float *values = NULL;

      if (info->tensor.kind != TRP_VALUE_INPUT)
        continue;
      values = g_new (float, count);
      for (size_t i = 0; i < count; i++)
        values[i] = strcmp (info->name, "rate") == 0      ? 1e-4F
                    : strcmp (info->name, "choices") == 0 ? -3
                    : info->tensor.shape.h == 1           ? 1
                                                          : (float) (i * 2654435761U % 1024) / 1024;
      g_assert (trp_program_set (program, v, values, NULL));
    }
}

static int
compare_tallies (const void *a, const void *b)
{
  const Tally *one = *(Tally *const *) a, *other = *(Tally *const *) b;

  return (one->seconds < other->seconds) - (one->seconds > other->seconds);
}

static void
print_profile (double total)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  double shown = 0;
  GHashTableIter iter;
  void *value;

  g_hash_table_iter_init (&iter, tallies);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (list, value);

  g_ptr_array_sort (list, compare_tallies);
  for (unsigned i = 0; i < list->len && shown < 0.95 * total; i++)
    {
      const Tally *tally = g_ptr_array_index (list, i);

      printf ("    %-52s %6u calls %9.1f us each %5.1f %%\n", tally->name, tally->n_calls,
              1e6 * tally->seconds / tally->n_calls, 100 * tally->seconds / total);
      shown += tally->seconds;
    }
}

static void
run_row (const Row *row, double seconds, bool profile, TrpPrecision precision)
{
  g_autoptr (GError) error = NULL;
  const TrpDeviceOptions options = { .deterministic = true, .precision = precision };
  g_autoptr (TrpDevice)
    device = trp_device_open (profile ? &timed : &trp_backend_cpu, &options, &error);
  g_autoptr (TrpStore) store = trp_store_new (device);
  TrpGraph *graph = trp_graph_new ();
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  double total = 0;

  if (row->critic.filters)
    build_cyclegan (graph, row);
  else
    build_single (graph, row);

  const gint64 start = g_get_monotonic_time ();
  g_autoptr (TrpProgram) program = trp_program_new (graph, store, &error);
  const double prepared = 1e-6 * (double) (g_get_monotonic_time () - start);

  if (!program || !trp_store_init (store, "", TRP_INIT_NORMAL, 1, &error))
    g_error ("%s: %s", row->name, error->message);
  fill_inputs (program);
  g_assert (trp_program_run (program, NULL) && trp_program_run (program, NULL));
  GHashTableIter iter;
  void *tally;

  g_hash_table_iter_init (&iter, tallies);
  while (g_hash_table_iter_next (&iter, NULL, &tally))
    ((Tally *) tally)->seconds = ((Tally *) tally)->n_calls = 0;
  while (total < seconds || times->len < 3)
    {
      const gint64 before = g_get_monotonic_time ();
      double time;

      g_assert (trp_program_run (program, NULL));
      time = 1e-6 * (double) (g_get_monotonic_time () - before);
      g_array_append_val (times, time);
      total += time;
    }
  double least = 1e9;

  for (unsigned i = 0; i < times->len; i++)
    least = MIN (least, g_array_index (times, double, i));
  printf ("%-24s %8.2f ms least %8.2f ms mean, %4u ops, %5.0f MB, prepared in %.2f s\n", row->name,
          1e3 * least, 1e3 * total / times->len, (unsigned) trp_graph_get_n_ops (graph),
          1e-6 * (double) trp_program_get_bytes (program), prepared);
  if (profile)
    print_profile (total);
}

int
main (int argc, char **argv)
{
  const double seconds = argc > 1 ? g_ascii_strtod (argv[1], NULL) : 2;
  g_autoptr (GError) error = NULL;
  TrpPrecision precision = TRP_PRECISION_DEFAULT;

  if (argc > 3 && !trp_precision_parse (argv[3], &precision, &error))
    g_error ("%s", error->message);

  setvbuf (stdout, NULL, _IOLBF, 0);
  tallies = g_hash_table_new (g_str_hash, g_str_equal);
  timed = trp_backend_cpu;
  timed.compile = compile_timed;
  timed.free_kernel = free_timed;
  timed.run = run_timed;
  printf ("%d threads\n", trp_parallel_get_threads ());
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    if (argc < 3 || strstr (rows[i].name, argv[2]))
      run_row (&rows[i], seconds, argc > 2, precision);
  return 0;
}
