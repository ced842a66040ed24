/* experiment.c - triptych-cli experiment: a study from images to tables
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment.h"

#include "app/cli/verb.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

extern const TrpVerb trp_verb_experiment;

static char *out;
static char *data;
static gboolean small;
static char **arms;
static char *seeds;
static char *device;
static char *precision;
static gboolean dry_run;
static gboolean as_json;

static const GOptionEntry entries[] = {
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, N_ ("folder for all that comes of it"), "DIR" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, N_ ("data list (CSV) instead of phantoms"),
    "LIST" },
  { "small", 0, 0, G_OPTION_ARG_NONE, &small,
    N_ ("phantoms and networks for two CPU cores and minutes"), NULL },
  { "arm", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arms, N_ ("only this arm; may be given again"),
    "NAME" },
  { "seeds", 0, 0, G_OPTION_ARG_STRING, &seeds, N_ ("instead of the experiment's, e.g. 1,2,3"),
    "SEEDS" },
  { "device", 0, 0, G_OPTION_ARG_STRING, &device, N_ ("auto, cpu, cuda or cuda:N"), "DEVICE" },
  { "precision", 0, 0, G_OPTION_ARG_STRING, &precision, N_ ("default, strict, bf16 or f16"),
    "PRECISION" },
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, N_ ("print the work and stop"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("print JSON"), NULL },
  { NULL },
};

#define MAX_SEED 1e9

/* NULL after a usage mistake. */
static GArray *
parse_seeds (void)
{
  g_autoptr (GArray) numbers = trp_verb_parse_numbers ("--seeds", seeds, 1, 1000);
  GArray *parsed = g_array_new (FALSE, FALSE, sizeof (uint64_t));

  for (guint n = 0; numbers && n < numbers->len; n++)
    {
      const double number = g_array_index (numbers, double, n);
      const uint64_t seed = (uint64_t) CLAMP (number, 0, MAX_SEED);

      if ((double) seed != number)
        {
          trp_verb_usage (_ ("--seeds takes whole numbers of 0 or more"));
          g_clear_pointer (&numbers, g_array_unref);
        }
      g_array_append_val (parsed, seed);
    }
  if (!numbers)
    g_clear_pointer (&parsed, g_array_unref);
  return parsed;
}

static void
print_plan_json (const TrpExperimentPlan *plan)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (size_t n = 0; n < trp_experiment_plan_get_size (plan); n++)
    {
      const TrpExperimentNodeInfo info = trp_experiment_plan_get (plan, n);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "step");
      json_builder_add_string_value (builder, info.step);
      json_builder_set_member_name (builder, "kind");
      json_builder_add_string_value (builder, info.kind);
      json_builder_set_member_name (builder, "title");
      json_builder_add_string_value (builder, info.title);
      json_builder_set_member_name (builder, "key");
      json_builder_add_string_value (builder, info.key);
      json_builder_set_member_name (builder, "done");
      json_builder_add_boolean_value (builder, info.is_done);
      trp_json_add_count (builder, "uses", info.uses);
      trp_json_add_count (builder, "cases", info.n_cases);
      trp_json_add_member (builder, "flop", info.flop);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  trp_json_print (builder);
}

/* Of floating-point operations: "8.1 TFLOP" */
static char *
dup_work (double flop)
{
  static const struct
  {
    double size;
    const char *unit;
  } units[] = { { 1e15, "PFLOP" }, { 1e12, "TFLOP" }, { 1e9, "GFLOP" } };
  size_t n = 0;

  while (n + 1 < G_N_ELEMENTS (units) && flop < units[n].size)
    n++;
  return g_strdup_printf ("%.1f %s", flop / units[n].size, units[n].unit);
}

static void
print_plan (const TrpExperimentPlan *plan)
{
  g_autofree char *all = NULL;
  double total = 0;

  for (size_t n = 0; n < trp_experiment_plan_get_size (plan); n++)
    {
      const TrpExperimentNodeInfo info = trp_experiment_plan_get (plan, n);
      g_autofree char *work = info.flop > 0 ? dup_work (info.flop)
                                            : g_strdup_printf (_ ("%zu cases"), info.n_cases);

      printf ("%3zu  %-10s %-52s %14s  %s%s", n + 1, info.is_done ? _ ("done") : _ ("to do"),
              info.title, work, info.folder, info.uses > 1 ? "" : "\n");
      if (info.uses > 1)
        printf (_ ("  used %zu times\n"), info.uses);
      total += info.is_done ? 0 : info.flop;
    }
  all = dup_work (total);
  printf (
    _ ("trainings still to do: %s (\"bench nn\" tells a step's GFLOP and ms on this machine)\n"),
    all);
}

static int
show_plan (const TrpExperiment *experiment, const TrpExperimentOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpExperimentPlan)
    plan = trp_experiment_plan (experiment, options, trp_verb_progress (), &error);

  if (!plan)
    return trp_verb_fail (error);
  if (as_json)
    print_plan_json (plan);
  else
    print_plan (plan);
  return TRP_EXIT_DONE;
}

static int
run_experiment (const TrpExperiment *experiment, const TrpExperimentOptions *options)
{
  g_autoptr (GError) error = NULL;
  size_t n_left;
  g_autofree char *text = trp_experiment_run (experiment, options, trp_verb_progress (), &n_left,
                                              &error);

  if (text)
    {
      printf ("%s", text);
      return n_left == 0
               ? TRP_EXIT_DONE
               : trp_verb_stop (_ ("%zu pieces of work failed or hang on one that did, as "
                                   "told above; the tables are of the rest"),
                                n_left);
    }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return trp_verb_fail (error);
  return trp_verb_stop (_ ("stopped; the same command goes on from here"));
}

static int
list_experiments (void)
{
  g_auto (GStrv) names = trp_experiment_list ();

  for (size_t n = 0; names[n]; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *arm = NULL;
      g_autoptr (TrpExperiment) experiment = trp_experiment_load (names[n], &arm, &error);

      if (!experiment)
        return trp_verb_fail (error);
      printf ("%s: %s\n", names[n], trp_experiment_get_description (experiment));
      for (size_t i = 0; i < trp_experiment_get_n_arms (experiment); i++)
        {
          g_autofree char *name = g_strdup_printf ("%s-%s", names[n],
                                                   trp_experiment_get_arm (experiment, i));

          printf ("  %-36s %s\n", name, trp_experiment_get_arm_description (experiment, i));
        }
    }
  return TRP_EXIT_DONE;
}

/* The file itself, comments and all; "defaults" shows the table of keys. */
static int
show_experiment (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *arm = NULL, *reference = NULL;
  g_autoptr (TrpExperiment) experiment = NULL;

  if (strcmp (name, "defaults") == 0)
    {
      reference = trp_experiment_dup_reference ();
      printf ("%s", reference);
      return TRP_EXIT_DONE;
    }
  experiment = trp_experiment_load (name, &arm, &error);
  if (!experiment)
    return trp_verb_fail (error);
  printf ("%s", trp_experiment_get_text (experiment));
  return TRP_EXIT_DONE;
}

static bool
add_arm (const char *arm)
{
  if (arm && arms)
    {
      trp_verb_usage (_ ("%s is an arm already; give the experiment's name with --arm"), arm);
      return false;
    }
  if (arm)
    {
      arms = g_new0 (char *, 2);
      arms[0] = g_strdup (arm);
    }
  return true;
}

static int
load_and_run (const char *name, TrpPrecision wanted, const GArray *chosen_seeds)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *arm = NULL;
  g_autoptr (TrpExperiment) experiment = trp_experiment_load (name, &arm, &error);
  g_autoptr (TrpDataList) list = NULL;
  TrpExperimentOptions options;

  if (!experiment)
    return trp_verb_fail (error);
  if (!add_arm (arm))
    return TRP_EXIT_USAGE;
  list = data ? trp_data_list_load (data, &error) : NULL;
  if (data && !list)
    return trp_verb_fail (error);
  options = (TrpExperimentOptions){ .folder = out,
                                    .data = list,
                                    .small = small,
                                    .arms = (const char *const *) arms,
                                    .seeds = chosen_seeds ? (uint64_t *) chosen_seeds->data : NULL,
                                    .n_seeds = chosen_seeds ? chosen_seeds->len : 0,
                                    .device = device,
                                    .precision = wanted,
                                    .say = trp_verb_say };
  return dry_run ? show_plan (experiment, &options) : run_experiment (experiment, &options);
}

static int
run (int argc, char **argv)
{
  TrpPrecision wanted = TRP_PRECISION_DEFAULT;
  g_autoptr (GArray) chosen_seeds = NULL;

  if (!trp_verb_parse (&trp_verb_experiment, entries, 1, 2, &argc, &argv))
    return TRP_EXIT_USAGE;
  if (strcmp (argv[1], "show") == 0 && argc == 3)
    return show_experiment (argv[2]);
  if (argc != 2 || strcmp (argv[1], "show") == 0)
    return trp_verb_usage (_ ("usage: triptych-cli experiment list | show NAME | NAME --out DIR"));
  if (strcmp (argv[1], "list") == 0)
    return list_experiments ();
  if (!out && !dry_run)
    return trp_verb_usage (_ ("experiment needs --out DIR"));
  if (!trp_verb_check_device (device, precision, &wanted))
    return TRP_EXIT_USAGE;
  chosen_seeds = seeds ? parse_seeds () : NULL;
  if (seeds && !chosen_seeds)
    return TRP_EXIT_USAGE;
  return load_and_run (argv[1], wanted, chosen_seeds);
}

const TrpVerb trp_verb_experiment = {
  .name = "experiment",
  .arguments = "list | show NAME|defaults | NAME|FILE --out DIR [--data LIST] [--small] "
               "[--arm NAME]... [--seeds 1,2,3] [--dry-run] [--json]",
  .help = N_ ("carry out a study: train, apply, measure; ends in tables and figures"),
  .notes = N_ ("The same command goes on where it stopped, does nothing twice, and on a CPU ends "
               "with the same numbers.\nWithout --data it makes phantoms. A list's column \"set\" "
               "says which of the experiment's sets a row belongs to;\nwithout that "
               "column every row belongs to all of them. \"show NAME\" prints a study's file, "
               "which tells its sets and\nis the beginning of one's own (NAME.experiment); "
               "\"show defaults\" tells every key."),
  .run = run,
};
