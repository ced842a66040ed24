/* evaluate.c - triptych-cli evaluate: numbers, tests and figures of a cohort
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "core/method/evaluate-list.h"
#include "core/metrics/metric-info.h"
#include "core/study/study-report.h"
#include "core/study/summary.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

extern const TrpVerb trp_verb_evaluate;

static char *data;
static char *out;
static char **model_names;
static char **results_paths;
static char *readings;
static char *baseline;
static char *clip;
static char *title;
static char *device;
static char *precision;
static gboolean raw;
static gboolean no_slices;
static gboolean json;
static int fold = -1;

static const GOptionEntry entries[] = {
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, N_ ("data list (CSV)"), "LIST" },
  { "model", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &model_names,
    N_ ("run this model on every case; NAME= gives it another name in the tables"),
    "[NAME=]MODEL" },
  { "readings", 0, 0, G_OPTION_ARG_STRING, &readings,
    N_ ("columns of contours to compare with the reference and with each other"), "COLUMN,..." },
  { "results", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &results_paths,
    N_ ("add the rows of an earlier results.csv"), "FILE" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, N_ ("folder for tables, figures and report.pdf"),
    "DIR" },
  { "fold", 0, 0, G_OPTION_ARG_INT, &fold, N_ ("only cases of this fold"), "K" },
  { "baseline", 0, 0, G_OPTION_ARG_STRING, &baseline,
    N_ ("compare the others with this one; else all pairs"), "NAME" },
  { "clip", 0, 0, G_OPTION_ARG_STRING, &clip, N_ ("clip images first"), "LO,HI" },
  { "title", 0, 0, G_OPTION_ARG_STRING, &title, N_ ("of the report"), "TEXT" },
  { "no-slices", 0, 0, G_OPTION_ARG_NONE, &no_slices, N_ ("no rows for single slices"), NULL },
  { "device", 0, 0, G_OPTION_ARG_STRING, &device, N_ ("auto, cpu, cuda or cuda:N"), "DEVICE" },
  { "precision", 0, 0, G_OPTION_ARG_STRING, &precision, N_ ("default, strict, bf16 or f16"),
    "PRECISION" },
  { "raw", 0, 0, G_OPTION_ARG_NONE, &raw, N_ ("weights of the last step, not their averages"),
    NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("Print one JSON object"), NULL },
  { NULL },
};

/* Models with the names they have in tables. */
typedef struct
{
  GPtrArray *names;
  GPtrArray *models;
  TrpEvaluateModel *list;
} Models;

static void
clear_models (Models *self)
{
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->models, g_ptr_array_unref);
  g_free (self->list);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Models, clear_models)

/* "NAME=PATH" if such a file is meant: names of files may hold "=" too. A run's model.safetensors
 * is called after its folder. (transfer full) */
static char *
name_model (const char *argument, const TrpModel *model, const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);

  if (path != argument)
    return g_strndup (argument, (size_t) (path - argument) - 1);
  if (strcmp (trp_model_get_name (model), "model") == 0)
    return g_path_get_basename (folder);
  return g_strdup (trp_model_get_name (model));
}

static const char *
find_path (const char *argument)
{
  const char *equals = strchr (argument, '=');

  return equals && equals > argument && !g_file_test (argument, G_FILE_TEST_EXISTS) ? equals + 1
                                                                                    : argument;
}

/* Returns: an exit status. */
static int
load_models (Models *self)
{
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->models = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_model_unref);
  for (size_t n = 0; model_names && model_names[n]; n++)
    {
      const char *path = find_path (model_names[n]);
      g_autoptr (GError) error = NULL;
      TrpModel *model = trp_model_load (path, &error);
      char *name;

      if (!model)
        return trp_verb_fail (error);
      g_ptr_array_add (self->models, model);
      name = name_model (model_names[n], model, path);
      if (g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, NULL))
        {
          g_autofree char *twice = name;

          return trp_verb_usage (_ ("two models are called %s; write --model NAME=%s"), twice,
                                 path);
        }
      g_ptr_array_add (self->names, name);
    }
  self->list = g_new (TrpEvaluateModel, self->models->len);
  for (guint n = 0; n < self->models->len; n++)
    self->list[n] = (TrpEvaluateModel){ self->names->pdata[n], self->models->pdata[n] };
  return TRP_EXIT_DONE;
}

static bool
parse_clip (TrpEvaluateOptions *options)
{
  g_autoptr (GArray) numbers = clip ? trp_verb_parse_numbers ("--clip", clip, 2, 2) : NULL;

  if (!clip)
    return true;
  if (!numbers)
    return false;
  options->clip = true;
  options->clip_low = g_array_index (numbers, double, 0);
  options->clip_high = g_array_index (numbers, double, 1);
  if (options->clip_low < options->clip_high)
    return true;
  trp_verb_usage (_ ("--clip takes the lower value first"));
  return false;
}

/* Every run of a model says on which device it is; once is enough. */
static void
say_once (const char *sentence, void *last)
{
  char **said = last;

  if (g_strcmp0 (*said, sentence) == 0)
    return;
  g_free (*said);
  *said = g_strdup (sentence);
  trp_verb_say (sentence, NULL);
}

static TrpResults *
measure (const Models *models,
         const TrpEvaluateOptions *options,
         TrpPrecision wanted,
         GPtrArray **out_problems,
         GError **error)
{
  g_autoptr (TrpDataList) all = trp_data_list_load (data, error);
  g_autoptr (TrpDataList) list = NULL;
  g_auto (GStrv) columns = readings ? g_strsplit (readings, ",", -1) : NULL;
  g_autofree char *said = NULL;
  const TrpInferOptions infer = {
    .device = device, .precision = wanted, .say = say_once, .data = &said, .raw = raw
  };
  TrpProgress part = trp_progress_part (trp_verb_progress (), 0, 0.95);

  if (!all)
    return NULL;
  list = fold >= 0 ? trp_data_list_select_fold (all, fold, true, error)
                   : trp_data_list_ref (g_steal_pointer (&all));
  if (!list)
    return NULL;
  return trp_evaluate_list (&(TrpEvaluateList){ .list = list,
                                                .models = models->list,
                                                .n_models = models->models->len,
                                                .readings = (const char *const *) columns,
                                                .seed = TRP_RESULT_NONE,
                                                .measure = *options,
                                                .infer = &infer },
                            out_problems, &part, error);
}

/* Two files that both have a number would pass one study's off as the other's. */
static bool
load_earlier (TrpResults *earlier, GError **error)
{
  for (size_t n = 0; results_paths && results_paths[n]; n++)
    {
      g_autoptr (TrpResults) one = trp_results_load (results_paths[n], error);
      const size_t n_before = trp_results_get_size (earlier);
      size_t n_twice;

      if (!one)
        return false;
      trp_results_append (earlier, one);
      n_twice = n_before + trp_results_get_size (one) - trp_results_get_size (earlier);
      if (n_twice > 0)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       _ ("%s: %zu numbers stand in an earlier --results file too; rename the arms "
                          "of one of them"),
                       results_paths[n], n_twice);
          return false;
        }
    }
  return true;
}

/* What was measured now stands first and replaces what was measured earlier. */
static void
add_earlier (TrpResults *results, const TrpResults *earlier)
{
  const TrpResultFilter all = { .part = TRP_RESULT_CASES_AND_SLICES };
  g_autoptr (TrpResults) now = trp_results_select (results, &all);
  const size_t n_both = trp_results_get_size (now) + trp_results_get_size (earlier);

  trp_results_append (results, earlier);
  trp_results_append (results, now);
  if (trp_results_get_size (results) < n_both)
    {
      g_autofree char *sentence = g_strdup_printf (
        _ ("%zu numbers of --results were measured again; the new ones count"),
        n_both - trp_results_get_size (results));

      trp_verb_say (sentence, NULL);
    }
}

/* Into the report go names alone: a message may hold the names of files. (transfer full) */
static char **
list_notes (const TrpResults *results, const GPtrArray *problems)
{
  g_autoptr (GPtrArray) cases = trp_results_list (results, TRP_RESULT_CASE);
  g_autoptr (GPtrArray) patients = trp_results_list (results, TRP_RESULT_PATIENT);
  GPtrArray *notes = g_ptr_array_new ();

  g_ptr_array_add (notes, g_strdup_printf ("%u cases of %u patients", cases->len, patients->len));
  for (guint n = 0; problems && n < problems->len; n++)
    {
      const TrpEvaluateProblem *problem = problems->pdata[n];

      g_ptr_array_add (
        notes, g_strdup_printf ("Not measured: case %s, %s", problem->case_name, problem->arm));
    }
  g_ptr_array_add (notes, NULL);
  return (char **) g_ptr_array_free (notes, FALSE);
}

static void
print_table (const TrpStudySummary *summary)
{
  size_t n_rows;
  const TrpSummaryRow *rows = trp_study_summary_peek_rows (summary, &n_rows);

  printf ("%-22s %-18s %-30s %4s  %s\n", _ ("metric"), _ ("structure"), _ ("arm"), "n",
          _ ("mean \u00b1 SD, median [quartiles], left out"));
  for (size_t n = 0; n < n_rows; n++)
    {
      const TrpSummary *numbers = &rows[n].numbers;
      g_autofree char *heading = trp_metric_dup_heading (rows[n].metric);
      g_autofree char *spread = isfinite (numbers->sd)
                                  ? g_strdup_printf (" \u00b1 %.4g", numbers->sd)
                                  : g_strdup ("");

      printf ("%-22s %-18s %-30s %4zu  %.4g%s, %.4g [%.4g, %.4g], %zu\n", heading,
              *rows[n].structure ? rows[n].structure : _ ("whole image"), rows[n].arm, numbers->n,
              numbers->mean, spread, numbers->median, numbers->q1, numbers->q3,
              numbers->n_nan + numbers->n_infinite);
    }
}

static bool
print (const TrpResults *results, GError **error)
{
  g_autoptr (TrpStudySummary) summary = trp_study_summary_new (results, baseline, error);

  if (!summary)
    return false;
  if (json)
    {
      g_autofree char *text = trp_study_summary_to_json (summary);

      printf ("%s\n", text);
    }
  else
    print_table (summary);
  return true;
}

static void
tell_problems (const GPtrArray *problems)
{
  for (guint n = 0; problems && n < problems->len; n++)
    {
      const TrpEvaluateProblem *problem = problems->pdata[n];
      g_autofree char *sentence = g_strdup_printf (_ ("case %s, %s: %s"), problem->case_name,
                                                   problem->arm, problem->message);

      trp_verb_say (sentence, NULL);
    }
}

/* @problems: (nullable) */
static int
report (const TrpResults *results, const GPtrArray *problems)
{
  TrpProgress part = trp_progress_part (trp_verb_progress (), 0.95, 1);
  g_auto (GStrv) notes = list_notes (results, problems);
  const TrpStudyReportOptions options = { title, (const char *const *) notes, baseline };
  g_autoptr (GError) error = NULL;

  tell_problems (problems);
  if (problems && problems->len > 0 && trp_results_get_size (results) == 0)
    return trp_verb_stop (_ ("nothing could be measured"));
  if (!trp_study_report_write (results, out, &options, &part, &error) ||
      !trp_progress_step (&part, 1, NULL, &error) || !print (results, &error))
    return trp_verb_fail (error);
  if (problems && problems->len > 0)
    return trp_verb_stop (ngettext ("%u comparison could not be made; the others are in %s",
                                    "%u comparisons could not be made; the others are in %s",
                                    problems->len),
                          problems->len, out);
  return TRP_EXIT_DONE;
}

static int
run (int argc, char **argv)
{
  TrpEvaluateOptions options = { 0 };
  TrpPrecision wanted = TRP_PRECISION_DEFAULT;
  g_auto (Models) models = { 0 };
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (TrpResults) earlier = trp_results_new ();
  g_autoptr (TrpResults) results = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!trp_verb_parse (&trp_verb_evaluate, entries, 0, 0, &argc, &argv))
    return TRP_EXIT_USAGE;
  if ((!data && !results_paths) || !out)
    return trp_verb_usage (_ ("evaluate needs --data LIST (or --results FILE) and --out DIR"));
  if (!data && (model_names || readings || fold != -1))
    return trp_verb_usage (_ ("--model, --readings and --fold need --data LIST"));
  if (fold < -1)
    return trp_verb_usage (_ ("--fold is a number of the list, not %d"), fold);
  if (!parse_clip (&options) || !trp_verb_check_device (device, precision, &wanted))
    return TRP_EXIT_USAGE;
  options.slices = !no_slices;
  status = load_models (&models);
  if (status != TRP_EXIT_DONE)
    return status;
  if (!load_earlier (earlier, &error))
    return trp_verb_fail (error);
  results = data ? measure (&models, &options, wanted, &problems, &error) : trp_results_new ();
  if (!results)
    return trp_verb_fail (error);
  add_earlier (results, earlier);
  return report (results, problems);
}

const TrpVerb trp_verb_evaluate = {
  .name = "evaluate",
  .arguments = "--data LIST [--model [NAME=]MODEL]... [--readings COLUMN,...] [--fold K] "
               "[--results FILE]... --out DIR [--json]",
  .help = N_ ("measure a cohort: tables, tests, figures and a report"),
  .notes = N_ (
    "Models that make images run on the MR and are compared with ct_on_mr; models that draw\n"
    "contours run on their kind of image (mr, ct, synct, and what the other models make) and are\n"
    "compared with the structures of that grid. Every number is a row of results.csv; tests are\n"
    "paired by patient. Exit status 1 says that some comparison could not be made."),
  .run = run,
};
