/* train.c - triptych-cli train: a recipe on a data list
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "core/method/trainer.h"
#include "core/method/validation.h"
#include "core/metrics/metric-info.h"

#include <glib/gi18n.h>
#include <stdio.h>

extern const TrpVerb trp_verb_train;

static char *data;
static char *validate;
static char *from;
static char *out;
static char *device;
static char *precision;
static gboolean deterministic;
static int fold = -1;
static gboolean resume;
static gboolean estimate_only;
static char **settings;

static const GOptionEntry entries[] = {
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, N_ ("data list (CSV)"), "LIST" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, N_ ("folder for checkpoints, log and previews"),
    "DIR" },
  { "device", 0, 0, G_OPTION_ARG_STRING, &device, N_ ("auto, cpu, cuda or cuda:N"), "DEVICE" },
  { "precision", 0, 0, G_OPTION_ARG_STRING, &precision, N_ ("default, strict, bf16 or f16"),
    "PRECISION" },
  { "deterministic", 0, 0, G_OPTION_ARG_NONE, &deterministic,
    N_ ("the same bits in every run, also on a GPU"), NULL },
  { "fold", 0, 0, G_OPTION_ARG_INT, &fold, N_ ("leave this fold of the list out"), "K" },
  { "validate", 0, 0, G_OPTION_ARG_FILENAME, &validate,
    N_ ("validate on the cases of this list instead of a fold"), "LIST" },
  { "from", 0, 0, G_OPTION_ARG_FILENAME, &from,
    N_ ("begin with the weights of this checkpoint, in a new folder"), "CHECKPOINT" },
  { "resume", 0, 0, G_OPTION_ARG_NONE, &resume, N_ ("go on from the folder's checkpoint"), NULL },
  { "estimate", 0, 0, G_OPTION_ARG_NONE, &estimate_only,
    N_ ("say how much memory it takes and stop"), NULL },
  { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings,
    N_ ("change a setting of the recipe, e.g. training.steps=2000"), "KEY=VALUE" },
  { NULL },
};

static TrpRecipe *
load_recipe (const char *name, GError **error)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_load (name, error);

  if (!recipe)
    return NULL;
  for (size_t n = 0; settings && settings[n]; n++)
    if (!trp_recipe_set (recipe, settings[n], error))
      return NULL;
  return trp_recipe_check (recipe, error) ? g_steal_pointer (&recipe) : NULL;
}

/* Of the checkpoint written by this run; -1: none */
static int saved_step = -1;

static void
on_saved (int step, void *user_data)
{
  saved_step = step;
}

/* "validation at step 300: mae (HU) 83.12, mi (nats) 0.2104 (best so far)" */
static void
on_validated (const TrpTrainScores *scores, void *user_data)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, _ ("validation at step %d:"), scores->step);
  for (size_t n = 0; n < scores->n; n++)
    {
      g_autofree char *name = trp_metric_dup_heading (scores->names[n]);

      g_string_append_printf (text, "%s %s %.4g", n ? "," : "", name, scores->values[n]);
    }
  if (scores->is_best)
    g_string_append_printf (text, " (%s)", _ ("best so far"));
  trp_verb_say (text->str, NULL);
}

/* What fits, as one would type it. */
static char *
advise (int batch, int patch, const char *need, void *user_data)
{
  return patch > 0
           ? g_strdup_printf (_ ("with --set training.batch=%d --set data.patch=%d it needs %s"),
                              batch, patch, need)
           : g_strdup_printf (_ ("with --set training.batch=%d it needs %s"), batch, need);
}

static bool
print_estimate (const TrpTrainOptions *options, GError **error)
{
  TrpTrainEstimate estimate;
  g_autofree char *slices = NULL, *network = NULL, *available = NULL, *there = NULL;
  g_autofree char *refusal = NULL;

  if (!trp_train_check_fit (options, &estimate, &refusal, error))
    return false;
  slices = g_format_size (estimate.data);
  network = g_format_size (estimate.device);
  available = g_format_size (estimate.available);
  there = g_format_size (estimate.device_available);
  if (estimate.on_host)
    printf (_ ("%s: slices %s, network %s; %s free\n"), estimate.device_name, slices, network,
            available);
  else
    printf (_ ("slices %s of %s free; network %s of %s free on %s\n"), slices, available, network,
            there, estimate.device_name);
  if (options->recipe->schedule.epochs > 0)
    printf (estimate.n_steps_is_limit ? _ ("%d epochs: at most %d steps\n")
                                      : _ ("%d epochs: %d steps\n"),
            options->recipe->schedule.epochs, estimate.n_steps);
  if (refusal)
    printf ("%s\n", refusal);
  return true;
}

static int
train (const TrpTrainOptions *options)
{
  g_autofree char *model = g_build_filename (options->folder, "model.safetensors", NULL);
  g_autofree char *text = g_strdup_printf (_ ("wrote %s"), model);
  g_autoptr (GError) error = NULL;

  if (trp_train (options, trp_verb_progress (), &error))
    {
      if (saved_step >= 0)
        trp_verb_say (text, NULL);
      return TRP_EXIT_DONE;
    }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return trp_verb_fail (error);
  if (saved_step < 0)
    return trp_verb_stop (_ ("stopped before the first step"));
  return trp_verb_stop (
    _ ("stopped after step %d; the checkpoint in %s is kept: go on with --resume"), saved_step,
    options->folder);
}

static int
run (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpRecipe) recipe = NULL;
  g_autoptr (TrpDataList) list = NULL, validation = NULL;
  TrpPrecision wanted = TRP_PRECISION_DEFAULT;
  TrpTrainOptions options;

  if (!trp_verb_parse (&trp_verb_train, entries, 1, 1, &argc, &argv))
    return TRP_EXIT_USAGE;
  if (!data || (!out && !estimate_only))
    return trp_verb_usage (_ ("train needs --data LIST and --out DIR"));
  if (from && resume)
    return trp_verb_usage (_ ("--from begins a new training and --resume goes on with one"));
  if (validate && fold >= 0)
    return trp_verb_usage (_ ("--validate and --fold both name cases to validate on"));
  if (fold < -1)
    return trp_verb_usage (_ ("--fold is a number of the list, not %d"), fold);
  if (!trp_verb_check_device (device, precision, &wanted))
    return TRP_EXIT_USAGE;
  recipe = load_recipe (argv[1], &error);
  if (recipe && validate && !trp_validation_is_wanted (recipe))
    return trp_verb_usage (_ ("--validate needs schedule.validate_every or "
                              "schedule.validate_epochs in the recipe"));
  list = recipe ? trp_data_list_load (data, &error) : NULL;
  if (list && validate)
    validation = trp_data_list_load (validate, &error);
  if (!list || error)
    return trp_verb_fail (error);
  options = (TrpTrainOptions){
    .recipe = recipe,
    .list = list,
    .validation = validation,
    .fold = fold,
    .from = from,
    .folder = out,
    .device = device,
    .precision = wanted,
    .deterministic = deterministic,
    .resume = resume,
    .watch = { .say = trp_verb_say, .saved = on_saved, .advise = advise, .validated = on_validated }
  };
  if (!estimate_only)
    return train (&options);
  return print_estimate (&options, &error) ? TRP_EXIT_DONE : trp_verb_fail (error);
}

const TrpVerb trp_verb_train = {
  .name = "train",
  .arguments = "RECIPE --data LIST --out DIR [--device DEVICE] [--fold K | --validate LIST] "
               "[--resume | --from CHECKPOINT] [--set KEY=VALUE]...",
  .help = N_ ("train a network"),
  .notes = N_ ("The device auto is the graphics card where there is a working one, else the CPU. A "
               "card with too little\nmemory is told, with what would fit; choose the device cpu "
               "to train on the CPU all the same.\n\nCtrl+C, SIGTERM and SIGHUP save a checkpoint "
               "first; --resume goes on from it."),
  .run = run,
};
