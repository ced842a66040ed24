/* bench.c - triptych-cli bench: how fast networks run here
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "core/method/benchmark.h"
#include "core/nn/device-choice.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern const TrpVerb trp_verb_bench;

static char *network;
static char *mode;
#define NOT_GIVEN G_MININT
static int size = NOT_GIVEN;
static int batch = NOT_GIVEN;
static char *device_name;
static char *precision;
static double seconds = 2;
static gboolean profile;
static gboolean json;

static const GOptionEntry entries[] = {
  { "network", 0, 0, G_OPTION_ARG_STRING, &network,
    N_ ("resnet-9, resnet-6, unet-256, patch-70, unet, res-unet-2.5d, cyclegan, patient or a "
        "recipe; without it a table of several"),
    "NAME" },
  { "mode", 0, 0, G_OPTION_ARG_STRING, &mode, N_ ("infer or train"), "MODE" },
  { "size", 0, 0, G_OPTION_ARG_INT, &size, N_ ("pixels along a side (256)"), "N" },
  { "batch", 0, 0, G_OPTION_ARG_INT, &batch, N_ ("images at a time (1)"), "N" },
  { "device", 0, 0, G_OPTION_ARG_STRING, &device_name, N_ ("auto, cpu, cuda or cuda:N"), "DEVICE" },
  { "precision", 0, 0, G_OPTION_ARG_STRING, &precision, N_ ("default, strict, bf16 or f16"),
    "WORD" },
  { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, N_ ("how long each is timed (2)"), "S" },
  { "profile", 0, 0, G_OPTION_ARG_NONE, &profile, N_ ("list the operations that take longest"),
    NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("print one JSON object"), NULL },
  { NULL },
};

/* What is of interest on a GPU, and, where that would take a CPU minutes, what is timed instead;
 * tests/bench/bench-pytorch.py has the same rows. */
typedef struct
{
  TrpBenchmarkSpec gpu;
  int cpu_size, cpu_batch;
} Row;

static const Row rows[] = {
  { { "resnet-9", false, 256, 1 }, 256, 1 },      { { "resnet-9", true, 256, 1 }, 256, 1 },
  { { "cyclegan", true, 256, 1 }, 128, 1 },       { { "cyclegan", true, 256, 8 }, 64, 8 },
  { { "unet", false, 256, 1 }, 256, 1 },          { { "unet", true, 256, 16 }, 128, 2 },
  { { "res-unet-2.5d", false, 256, 1 }, 256, 1 }, { { "res-unet-2.5d", true, 256, 16 }, 128, 2 },
  { { "patient", false, 256, 10 }, 64, 10 },
};

/* What all rows of one call share. */
typedef struct
{
  TrpDevice *device;
  TrpDeviceInfo info;
  const char *note;
  bool has_heading;
} Session;

static const char *
mode_name (const TrpBenchmarkSpec *spec)
{
  return spec->train ? "train" : "infer";
}

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_spec (JsonBuilder *builder, const TrpBenchmarkSpec *spec, int chosen_size, int chosen_batch)
{
  add_text (builder, "network", spec->network);
  add_text (builder, "mode", mode_name (spec));
  trp_json_add_count (builder, "size", (size_t) chosen_size);
  trp_json_add_count (builder, "batch", (size_t) chosen_batch);
}

static void
add_row (JsonBuilder *builder,
         const Session *session,
         const TrpBenchmarkSpec *spec,
         const TrpBenchmarkResult *result)
{
  json_builder_begin_object (builder);
  add_spec (builder, spec, result->size, result->batch);
  trp_json_add_member (builder, "seconds_per_step", result->seconds);
  trp_json_add_count (builder, "steps", (size_t) result->n_steps);
  trp_json_add_member (builder, "images_per_second", result->n_images / result->seconds);
  trp_json_add_count (builder, "peak_bytes", result->peak_bytes);
  trp_json_add_member (builder, "flop_per_step", result->flop);
  trp_json_add_member (builder, "convolution_seconds", result->convolution_seconds);
  trp_json_add_member (builder, "matrix_rate", result->matrix_rate);
  trp_json_add_member (builder, "floor_seconds", result->flop / result->matrix_rate);
  add_text (builder, "device", session->info.name);
  add_text (builder, "precision", session->info.precision);
  json_builder_end_object (builder);
}

/* Above the progress line of a terminal. */
static void
clear_line (void)
{
  if (isatty (STDERR_FILENO))
    fprintf (stderr, "\r\033[K");
}

/* @width: in characters, not bytes; negative: left-aligned. */
static void
print_cell (const char *text, int width)
{
  const int padding = MAX (ABS (width) - (int) g_utf8_strlen (text, -1), 0);

  if (width < 0)
    printf ("%s%*s ", text, padding, "");
  else
    printf ("%*s%s ", padding, "", text);
}

/* Not before there is something to stand below it. */
static void
print_heading (Session *session)
{
  static const char *const columns[] = { N_ ("ms/step"),  N_ ("images/s"), N_ ("conv. ms"),
                                         N_ ("floor ms"), N_ ("GFLOP"),    N_ ("memory MB") };

  clear_line ();
  if (session->has_heading)
    return;
  session->has_heading = true;
  printf ("%s\n%s, %s\n\n", session->note, session->info.name, session->info.precision);
  print_cell (_ ("network"), -20);
  print_cell (_ ("mode"), -5);
  print_cell (_ ("size"), 5);
  print_cell (_ ("batch"), 5);
  for (size_t n = 0; n < G_N_ELEMENTS (columns); n++)
    print_cell (_ (columns[n]), 10);
  printf ("\n");
}

static void
print_profile (const TrpBenchmarkResult *result)
{
  double total = 0, shown = 0;

  for (guint i = 0; i < result->ops->len; i++)
    total += ((const TrpBenchmarkOp *) g_ptr_array_index (result->ops, i))->seconds;
  for (guint i = 0; i < result->ops->len && shown < 0.95 * total; i++)
    {
      const TrpBenchmarkOp *op = g_ptr_array_index (result->ops, i);

      printf ("    %-56s %4d x %9.1f us %5.1f %%", op->name, op->n_calls,
              1e6 * op->seconds / op->n_calls, 100 * op->seconds / total);
      printf (op->flop > 0 ? " %8.1f GFLOP/s\n" : "\n", 1e-9 * op->flop / op->seconds);
      shown += op->seconds;
    }
}

static void
print_row (Session *session, const TrpBenchmarkSpec *spec, const TrpBenchmarkResult *result)
{
  print_heading (session);
  printf ("%-20s %-5s %5d %5d %10.2f %10.1f %10.2f %10.2f %10.1f %10.0f\n", spec->network,
          mode_name (spec), result->size, result->batch, 1e3 * result->seconds,
          result->n_images / result->seconds, 1e3 * result->convolution_seconds,
          1e3 * result->flop / result->matrix_rate, 1e-9 * result->flop,
          1e-6 * (double) result->peak_bytes);
  if (profile)
    print_profile (result);
  fflush (stdout);
}

/* One row into @builder, or, without one, onto the terminal. */
static bool
bench_row (Session *session,
           const TrpBenchmarkSpec *spec,
           TrpProgress *progress,
           JsonBuilder *builder,
           GError **error)
{
  g_auto (TrpBenchmarkResult) result = { 0 };

  if (!trp_benchmark_run (session->device, spec, seconds, progress, &result, error))
    return false;
  if (builder)
    add_row (builder, session, spec, &result);
  else
    print_row (session, spec, &result);
  return true;
}

/* What this device or its memory cannot do is told in the row's place; the others go on. */
static bool
bench_or_tell (Session *session,
               const TrpBenchmarkSpec *spec,
               TrpProgress *progress,
               JsonBuilder *builder,
               GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (bench_row (session, spec, progress, builder, &cause))
    return true;
  if (!g_error_matches (cause, TRP_ERROR, TRP_ERROR_UNSUPPORTED) &&
      !g_error_matches (cause, TRP_ERROR, TRP_ERROR_LIMIT))
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return false;
    }
  if (builder)
    {
      json_builder_begin_object (builder);
      add_spec (builder, spec, spec->size, spec->batch);
      add_text (builder, "error", cause->message);
      json_builder_end_object (builder);
    }
  else
    {
      print_heading (session);
      printf ("%-20s %-5s %5d %5d  %s\n", spec->network, mode_name (spec), spec->size, spec->batch,
              cause->message);
    }
  return true;
}

static bool
bench_table (Session *session, TrpProgress *progress, JsonBuilder *builder, GError **error)
{
  const bool is_host = trp_device_is_host (session->device);

  if (builder)
    {
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "rows");
      json_builder_begin_array (builder);
    }
  for (size_t n = 0; n < G_N_ELEMENTS (rows); n++)
    {
      const double whole = G_N_ELEMENTS (rows);
      TrpProgress part = trp_progress_part (progress, (double) n / whole, (double) (n + 1) / whole);
      TrpBenchmarkSpec spec = rows[n].gpu;

      if (is_host)
        {
          spec.size = rows[n].cpu_size;
          spec.batch = rows[n].cpu_batch;
        }
      if (!bench_or_tell (session, &spec, &part, builder, error))
        return false;
    }
  if (builder)
    {
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  else if (is_host)
    printf (_ ("\nSome rows are smaller than those of a GPU; --network, --size and --batch time "
               "any.\n"));
  return true;
}

/* Before anything is measured or printed. */
static bool
check (const TrpBenchmarkSpec *spec, GError **error)
{
  g_auto (TrpBenchmarkWork) work = { 0 };

  return trp_benchmark_build (spec, &work, error);
}

static bool
open_session (Session *self, TrpPrecision wanted, char **out_note, GError **error)
{
  const TrpDeviceOptions options = { .precision = wanted, .deterministic = true };

  self->device = trp_device_choose (device_name ? device_name : "auto", &options, out_note, error);
  if (!self->device)
    return false;
  trp_device_get_info (self->device, &self->info);
  return true;
}

static void
print_footnote (void)
{
  printf (
    _ ("\nfloor: the step's GFLOP at the speed of one large convolution here, the best of short "
       "runs\nright before and after the row.\n"));
}

static bool
bench (TrpPrecision wanted, GError **error)
{
  g_autoptr (JsonBuilder) builder = json ? json_builder_new () : NULL;
  const TrpBenchmarkSpec spec = { network, g_strcmp0 (mode, "train") == 0, size, batch };
  g_autoptr (TrpDevice) device = NULL;
  g_autofree char *note = NULL;
  TrpProgress *progress = trp_verb_progress (); /* before a device starts threads */
  Session session = { 0 };
  bool ok;

  ok = (!network || check (&spec, error)) && open_session (&session, wanted, &note, error);
  device = session.device;
  if (!ok)
    return false;
  session.note = note;
  if (!(network ? bench_row (&session, &spec, progress, builder, error)
                : bench_table (&session, progress, builder, error)))
    return false;
  if (json)
    trp_json_print (builder);
  else
    print_footnote ();
  return true;
}

/* Inside 0 stands for the network's own; given, it is a mistake. */
static bool
check_count (const char *option, int *io_value)
{
  if (*io_value == NOT_GIVEN)
    *io_value = 0;
  else if (*io_value < 1)
    {
      trp_verb_usage (_ ("%s is a whole number above 0, not %d"), option, *io_value);
      return false;
    }
  return true;
}

static int
run (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  TrpPrecision wanted = TRP_PRECISION_DEFAULT;

  if (!trp_verb_parse (&trp_verb_bench, entries, 1, 1, &argc, &argv))
    return TRP_EXIT_USAGE;
  if (strcmp (argv[1], "nn") != 0)
    return trp_verb_usage (_ ("bench knows nn, not \"%s\""), argv[1]);
  if (mode && strcmp (mode, "infer") != 0 && strcmp (mode, "train") != 0)
    return trp_verb_usage (_ ("--mode is infer or train, not \"%s\""), mode);
  if (!check_count ("--size", &size) || !check_count ("--batch", &batch))
    return TRP_EXIT_USAGE;
  if (!network && (mode || size || batch))
    return trp_verb_usage (_ ("--mode, --size and --batch need --network NAME"));
  if (!(seconds > 0 && seconds <= 3600))
    return trp_verb_usage (_ ("--seconds is more than 0 and at most 3600"));
  if (precision && !trp_precision_parse (precision, &wanted, &error))
    return trp_verb_usage ("%s", error->message);
  return bench (wanted, &error) ? TRP_EXIT_DONE : trp_verb_fail (error);
}

const TrpVerb trp_verb_bench = {
  .name = "bench",
  .arguments = "nn [--network NAME --mode infer|train] [--device DEVICE] [--json]",
  .help = N_ ("time networks on this machine"),
  .run = run,
};
