/* preprocess.c - triptych-cli preprocess: what a recipe's steps make of one volume
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "core/io/format.h"
#include "core/method/dataset-steps.h"
#include "core/method/model.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

extern const TrpVerb trp_verb_preprocess;

static char *role_name;
static char *up_to;
static char *labels_path;
static char *labels_out;
static char *list_path;
static gboolean list_steps;

static const GOptionEntry entries[] = {
  { "role", 0, 0, G_OPTION_ARG_STRING, &role_name, N_ ("mr (the default) or ct"), "ROLE" },
  { "up-to", 0, 0, G_OPTION_ARG_STRING, &up_to,
    N_ ("stop after this step: its number from 1 (0: none), or its name"), "STEP" },
  { "labels", 0, 0, G_OPTION_ARG_FILENAME, &labels_path, N_ ("label map on the grid of IN"),
    "FILE" },
  { "labels-out", 0, 0, G_OPTION_ARG_FILENAME, &labels_out, N_ ("where the label map goes"),
    "FILE" },
  { "list", 0, 0, G_OPTION_ARG_FILENAME, &list_path,
    N_ ("data list that steps learn from where the recipe is not a trained model's"), "LIST" },
  { "list-steps", 0, 0, G_OPTION_ARG_NONE, &list_steps, N_ ("print all steps there are"), NULL },
  { NULL },
};

static void
print_steps (void)
{
  const TrpStepClass *const *classes = trp_step_classes ();

  for (size_t n = 0; classes[n]; n++)
    {
      g_autofree char *usage = trp_step_class_dup_usage (classes[n]);

      printf ("%s\n    %s\n", usage, classes[n]->help);
      for (size_t a = 0; a < TRP_STEP_MAX_ARGUMENTS && classes[n]->arguments[a].name; a++)
        printf ("    %s: %s\n", classes[n]->arguments[a].name, classes[n]->arguments[a].help);
      printf (_ ("    way back: %s\n"), classes[n]->undo);
    }
}

/* Of a recipe, or of the one in a model file. */
static TrpRecipe *
load_recipe (const char *name, GError **error)
{
  return g_str_has_suffix (name, ".safetensors") ? trp_model_load_recipe (name, error)
                                                 : trp_recipe_load (name, error);
}

static TrpPipeline *
make_pipeline (const char *recipe_name, TrpStepSide side, GError **error)
{
  g_autoptr (TrpRecipe) recipe = load_recipe (recipe_name, error);
  g_autoptr (TrpDataList) list = NULL;

  if (!recipe)
    return NULL;
  if (!list_path)
    return trp_pipeline_parse (recipe->preprocessing[side], error);
  list = trp_data_list_load (list_path, error);
  return list ? trp_dataset_steps_new (recipe->preprocessing[side], list,
                                       side == TRP_STEPS_MR ? TRP_DATA_MR : TRP_DATA_CT,
                                       trp_verb_progress (), error)
              : NULL;
}

/* --up-to as a number of steps. Returns: false for what is neither a number nor a step. */
static bool
find_end (const TrpPipeline *pipeline, size_t *out_n)
{
  const size_t n_steps = trp_pipeline_get_n_steps (pipeline);
  guint64 number;

  *out_n = n_steps;
  if (!up_to)
    return true;
  if (g_ascii_string_to_unsigned (up_to, 10, 0, n_steps, &number, NULL))
    {
      *out_n = (size_t) number;
      return true;
    }
  for (size_t n = 0; n < n_steps; n++)
    if (strcmp (trp_pipeline_peek_step (pipeline, n)->klass->name, up_to) == 0)
      {
        *out_n = n + 1;
        return true;
      }
  return false;
}

/* "1 n4 20 4, 2 percentiles 1 99" */
static char *
dup_step_names (const TrpPipeline *pipeline)
{
  GString *names = g_string_new (NULL);

  for (size_t n = 0; n < trp_pipeline_get_n_steps (pipeline); n++)
    g_string_append_printf (names, "%s%zu %s", n ? ", " : "", n + 1,
                            trp_pipeline_peek_step (pipeline, n)->klass->name);
  if (names->len == 0)
    g_string_append (names, _ ("none"));
  return g_string_free (names, FALSE);
}

static void
print_reports (const GPtrArray *reports, const char *key)
{
  if (reports->len == 0)
    printf (_ ("no step of %s was done: the volume is as it was\n"), key);
  for (guint n = 0; n < reports->len; n++)
    {
      const TrpStepReport *report = reports->pdata[n];

      printf ("%u %s: %s (%zu x %zu x %zu)\n", n + 1, report->text, report->note, report->after[0],
              report->after[1], report->after[2]);
    }
}

static bool
save (const TrpStepImage *made, const char *path, GError **error)
{
  return trp_volume_save (made->image, path, error) &&
         (!labels_out || trp_volume_save (made->labels, labels_out, error));
}

static int
preprocess (const char *recipe_name, const char *in, const char *out, TrpStepSide side)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpPipeline) pipeline = make_pipeline (recipe_name, side, &error);
  g_autoptr (TrpVolume) image = NULL, labels = NULL;
  g_autoptr (GPtrArray)
    reports = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_step_report_free);
  g_auto (TrpStepImage) made = { 0 };
  size_t end;

  if (!pipeline)
    return trp_verb_fail (error);
  if (!find_end (pipeline, &end))
    {
      g_autofree char *names = dup_step_names (pipeline);

      return trp_verb_usage (_ ("--up-to is a step of the recipe or its number, not \"%s\"; steps "
                                "are: %s"),
                             up_to, names);
    }
  image = trp_volume_load (in, NULL, &error);
  if (!image || (labels_path && !(labels = trp_volume_load (labels_path, NULL, &error))) ||
      !trp_pipeline_apply (pipeline, image, labels, side == TRP_STEPS_MR ? TRP_AIR_MR : TRP_AIR_HU,
                           end, trp_verb_progress (), &made, reports, &error) ||
      !save (&made, out, &error))
    return trp_verb_fail (error);
  print_reports (reports, side == TRP_STEPS_CT ? "preprocess.ct_steps" : "preprocess.mr_steps");
  return TRP_EXIT_DONE;
}

static int
run (int argc, char **argv)
{
  if (!trp_verb_parse (&trp_verb_preprocess, entries, 0, 3, &argc, &argv))
    return TRP_EXIT_USAGE;
  if (list_steps)
    {
      print_steps ();
      return TRP_EXIT_DONE;
    }
  if (argc != 4)
    return trp_verb_usage (_ ("preprocess takes a recipe or model, a volume and where to put it"));
  if (role_name && strcmp (role_name, "mr") != 0 && strcmp (role_name, "ct") != 0)
    return trp_verb_usage (_ ("--role is mr or ct, not \"%s\""), role_name);
  if (labels_out && !labels_path)
    return trp_verb_usage (_ ("--labels-out needs --labels"));
  return preprocess (argv[1], argv[2], argv[3],
                     g_strcmp0 (role_name, "ct") == 0 ? TRP_STEPS_CT : TRP_STEPS_MR);
}

const TrpVerb trp_verb_preprocess = {
  .name = "preprocess",
  .arguments = "RECIPE|MODEL IN OUT [--role mr|ct] [--up-to STEP] [--labels FILE] [--list LIST]",
  .help = N_ ("show what a recipe's preprocessing makes of a volume"),
  .run = run,
};
