/* test-experiment.c - experiments: files, folds, the graph and its keys, running, skipping, going
 * on
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/atomic-write.h"
#include "core/io/format.h"
#include "core/method/experiment.h"
#include "core/method/experiment/cases.h"
#include "core/method/experiment/folds.h"
#include "core/method/experiment/plan.h"
#include "core/method/experiment/table.h"
#include "core/metrics/metric-info.h"
#include "tests/lib/check.h"
#include "tests/lib/tiny.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Two arms share sets and nothing else; "ct" trains on the CT, "synct" on SynCT of the MR. */
static const char text[] =
  "[experiment]\nname=Tiny\nseeds=5\nthreads=1\n"
  "[set cases]\nfolds=2\n"
  "[train cyclegan]\nrecipe=./cyclegan.recipe\ndata=cases\n"
  "[synthesize synct]\nmodel=cyclegan\ndata=cases:mr\n"
  "[train segmenter]\nrecipe=./segmenter.recipe\ndata=synct\n"
  "data.source=synct\nrows=train\n"
  "[segment contours]\nmodel=segmenter\ndata=cases:ct\nimage=ct\nrows=test\n"
  "[evaluate dice]\ndata=contours\nreference=ct_structures\nname=CT\n"
  "[arm synct]\nevaluate=dice\n"
  "[arm ct]\nfrom=synct\nsegmenter.data=cases:ct\n"
  "segmenter.data.source=ct\n"
  "[small]\nsegmenter.training.steps=10\n"
  "[table main]\nmetrics=dice,hd\ncompare=ct on CT : synct on CT\n"
  "paper=synct on CT = 0.73\n"
  "[figure fig]\nkind=box\nmetric=dice\n"
  "[figure volumes]\nkind=bland-altman\n";

typedef struct
{
  char *folder;
  char *path; /* of the experiment */
  char *out;
  TrpDataList *list;
} Fixture;

static void
write_recipe (const char *folder, const char *name, TrpTrainerKind kind)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (kind);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *settings = trp_recipe_to_text (recipe);

  g_assert_true (g_file_set_contents (path, settings, -1, NULL));
}

static void
set_up (Fixture *f, const void *data)
{
  f->folder = trp_test_make_folder ();
  f->path = g_build_filename (f->folder, "tiny.experiment", NULL);
  f->out = g_build_filename (f->folder, "out", NULL);
  f->list = trp_tiny_data (f->folder);
  write_recipe (f->folder, "cyclegan.recipe", TRP_TRAINER_CYCLEGAN);
  write_recipe (f->folder, "segmenter.recipe", TRP_TRAINER_SEGMENTER);
  g_assert_true (g_file_set_contents (f->path, text, -1, NULL));
}

static void
tear_down (Fixture *f, const void *data)
{
  trp_data_list_unref (f->list);
  trp_test_remove_folder (f->folder);
  g_free (f->folder);
  g_free (f->path);
  g_free (f->out);
}

static TrpExperiment *
load (const Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *arm = NULL;
  TrpExperiment *experiment = trp_experiment_load (f->path, &arm, &error);

  g_assert_no_error (error);
  g_assert_null (arm);
  return experiment;
}

static TrpExperimentOptions
options_for (const Fixture *f)
{
  return (TrpExperimentOptions){ .folder = f->out, .data = f->list, .device = "cpu" };
}

static TrpExperimentPlan *
make_plan (const TrpExperiment *experiment, const TrpExperimentOptions *options)
{
  g_autoptr (GError) error = NULL;
  TrpExperimentPlan *plan = trp_experiment_plan (experiment, options, NULL, &error);

  g_assert_no_error (error);
  return plan;
}

static char *
run (const TrpExperiment *experiment, const TrpExperimentOptions *options)
{
  g_autoptr (GError) error = NULL;
  size_t n_left;
  char *tables = trp_experiment_run (experiment, options, NULL, &n_left, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (n_left, ==, 0);
  return tables;
}

static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *contents = NULL;

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  return contents;
}

/* ---- the file ---- */

static void
test_refusals (void)
{
  static const struct
  {
    const char *text, *word;
  } files[] = {
    { "[experiment]\nnmae=x\n", "nmae" },
    { "[experiment]\nthreads=-1\n", "threads" },
    { "[experiment]\nseeds=1,two\n", "two" },
    { "[experiment]\n", "no arm" },
    { "[sett x]\n", "sett x" },
    { "[set a/b]\n", "a/b" },
    { "[set a]\npatiens=3\n", "patiens" },
    { "[set a]\npatients=0\n", "patients" },
    { "[set a]\nunpaired=yes\n", "unpaired" },
    { "[set a]\n[train a]\n", "Two steps" },
    { "[train a]\ntraining.stepps=3\n", "stepps" },
    { "[train a]\nvalidation=2\n", "validation" },
    { "[set a]\n[arm x]\nevaluate=a\n", "no evaluation" },
    { "[evaluate e]\n[arm x]\nevaluate=e\nb.patients=3\n", "b.patients" },
    { "[evaluate e]\n[arm x]\nfrom=y\n", "y" },
    { "[arm x]\n", "evaluates nothing" },
    { "[small x]\n", "small x" },
    { "[evaluate e]\n[arm x]\nevaluate=e\n[small]\ne.labels=1,a\n", "labels" },
    { "[table t]\nmetric=dice\n", "metric" },
    { "[figure f]\nmetrics=dice\n", "metrics" },
    { "[figure f]\nkind=pie\n", "pie" },
    { "[figure f]\nkind=box\n", "metric" },
    { "text", "key file" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (files); n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpExperiment)
        experiment = trp_experiment_parse (files[n].text, strlen (files[n].text), &error);

      g_assert_null (experiment);
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, files[n].word));
    }
}

/* What only a plan can see. */
static void
test_plan_refusals (Fixture *f, const void *data)
{
  static const struct
  {
    const char *before, *after, *word;
  } changes[] = {
    { "data=cases\n", "data=synct\n", "stands before" },
    { "model=cyclegan", "model=cases", "no training" },
    { "recipe=./cyclegan.recipe\n", "", "recipe" },
    { "folds=2", "folds=0", "folds" },
    { "cases:mr", "cases:pt", "mr or ct" },
    { "rows=train", "training.batch=0", "batch" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (changes); n++)
    {
      g_autoptr (GString) changed = g_string_new (text);
      g_autoptr (TrpExperiment) experiment = NULL;
      g_autoptr (TrpExperimentPlan) plan = NULL;
      g_autoptr (GError) error = NULL;
      const TrpExperimentOptions options = options_for (f);

      g_assert_cmpuint (g_string_replace (changed, changes[n].before, changes[n].after, 1), ==, 1);
      g_assert_true (g_file_set_contents (f->path, changed->str, -1, NULL));
      experiment = load (f);
      plan = trp_experiment_plan (experiment, &options, NULL, &error);
      g_assert_null (plan);
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, changes[n].word));
    }
}

/* ---- folds ---- */

static void
test_folds (void)
{
  int folds[23], again[23], other[23];
  size_t counts[5] = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_folds_assign (23, NULL, 5, 1, folds, NULL));
  g_assert_true (trp_folds_assign (23, NULL, 5, 1, again, NULL));
  g_assert_true (trp_folds_assign (23, NULL, 5, 2, other, NULL));
  g_assert_cmpmem (folds, sizeof folds, again, sizeof again);
  g_assert_true (memcmp (folds, other, sizeof folds) != 0);
  for (size_t n = 0; n < 23; n++)
    counts[folds[n]]++;
  for (size_t n = 0; n < 5; n++)
    g_assert_true (counts[n] == 4 || counts[n] == 5);
  g_assert_false (trp_folds_assign (3, NULL, 4, 1, folds, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
}

/* Of 12 large and 6 small patients each of three folds gets 4 and 2; by rank every three neighbours
 * are in three folds. */
static void
test_stratified (void)
{
  size_t strata[18];
  double values[18];
  int folds[18];

  for (size_t n = 0; n < 18; n++)
    strata[n] = n < 12;
  g_assert_true (trp_folds_assign (18, strata, 3, 7, folds, NULL));
  for (int fold = 0; fold < 3; fold++)
    {
      size_t n_large = 0, n_small = 0;

      for (size_t n = 0; n < 18; n++)
        {
          n_large += folds[n] == fold && n < 12;
          n_small += folds[n] == fold && n >= 12;
        }
      g_assert_cmpuint (n_large, ==, 4);
      g_assert_cmpuint (n_small, ==, 2);
    }
  for (size_t n = 0; n < 18; n++)
    values[n] = (double) ((n * 7) % 18); /* each of 0 to 17 once */
  trp_folds_rank_strata (values, 18, 3, strata);
  g_assert_true (trp_folds_assign (18, strata, 3, 7, folds, NULL));
  for (size_t rank = 0; rank < 18; rank += 3)
    {
      unsigned seen = 0;

      for (size_t n = 0; n < 18; n++)
        if (values[n] >= (double) rank && values[n] < (double) rank + 3)
          seen |= 1U << folds[n];
      g_assert_cmpuint (seen, ==, 7);
    }
}

/* ---- lists ---- */

static void
test_cases (void)
{
  static const char csv[] = "case,patient,mr,ct,set,mr_observer_1\n"
                            "A,p,a.nii,,x,o.nii\nB,p,,b.nii,x,\nC,q,c.nii,k.nii,y,\n";
  g_autoptr (TrpDataList) list = trp_data_list_parse (csv, strlen (csv), "/d", NULL);
  g_autoptr (TrpCases) cases = trp_cases_new_from_list (list);
  g_autoptr (TrpCases) both = trp_cases_new ();
  g_autofree char *written = NULL;

  trp_cases_set (cases, 0, "synct", "/out/nodes/synct-1/a.nii");
  written = trp_cases_to_csv (cases, "/out");
  g_assert_nonnull (strstr (written, "../synct-1/a.nii"));
  g_assert_nonnull (strstr (written, "/d/a.nii"));
  trp_cases_append (both, cases, "one");
  trp_cases_append (both, cases, "two");
  g_assert_cmpuint (both->rows->len, ==, 6);
  g_assert_cmpstr (trp_cases_get (both, 3)->name, ==, "two-A");
  g_assert_cmpstr (trp_cases_get (both, 4)->patient, ==, "two-p");
  trp_cases_keep_side (cases, "ct");
  g_assert_cmpuint (cases->rows->len, ==, 2);
  g_assert_null (trp_case_get (trp_cases_get (cases, 1), "mr"));
  trp_cases_keep_patients (cases, 1);
  g_assert_cmpuint (cases->rows->len, ==, 1);
  g_assert_cmpstr (trp_cases_get (cases, 0)->name, ==, "B");
}

/* ---- the graph ---- */

static size_t
count_kind (const TrpExperimentPlan *plan, const char *kind)
{
  size_t n = 0;

  for (size_t i = 0; i < trp_experiment_plan_get_size (plan); i++)
    n += strcmp (trp_experiment_plan_get (plan, i).kind, kind) == 0;
  return n;
}

/* One set, one CycleGAN for all folds of one arm, a segmenter per arm and fold. */
static void
test_graph (Fixture *f, const void *data)
{
  g_autoptr (TrpExperiment) experiment = load (f);
  TrpExperimentOptions options = options_for (f);
  const uint64_t seeds[] = { 1, 2 };
  g_autoptr (TrpExperimentPlan) plan = make_plan (experiment, &options);
  g_autoptr (TrpExperimentPlan) two = NULL, one_arm = NULL;

  g_assert_cmpuint (count_kind (plan, "set"), ==, 1);
  g_assert_cmpuint (count_kind (plan, "train"), ==, 1 + 4);
  g_assert_cmpuint (count_kind (plan, "synthesize"), ==, 1);
  g_assert_cmpuint (count_kind (plan, "segment"), ==, 4);
  g_assert_cmpuint (count_kind (plan, "evaluate"), ==, 4);
  g_assert_cmpuint (trp_experiment_plan_get (plan, 0).uses, ==, 2);
  options.seeds = seeds;
  options.n_seeds = 2;
  two = make_plan (experiment, &options);
  g_assert_cmpuint (count_kind (two, "set"), ==, 1);
  g_assert_cmpuint (count_kind (two, "train"), ==, 2 * (1 + 4));
  options.arms = (const char *const[]){ "ct", NULL };
  one_arm = make_plan (experiment, &options);
  g_assert_cmpuint (count_kind (one_arm, "synthesize"), ==, 0);
  g_assert_cmpuint (count_kind (one_arm, "train"), ==, 4);
}

static void
keep (const char *sentence, void *data)
{
  g_ptr_array_add (data, g_strdup (sentence));
}

/* What planning says when the list is @csv and the experiment has a second set or not. */
static GPtrArray *
say_of (const Fixture *f, const char *csv, bool two_sets)
{
  static const char first[] = "[set cases]\nfolds=2\n";
  g_autoptr (GString) changed = g_string_new (text);
  g_autoptr (TrpExperiment) experiment = NULL;
  g_autoptr (TrpExperimentPlan) plan = NULL;
  g_autoptr (TrpDataList) list = trp_data_list_parse (csv, strlen (csv), f->folder, NULL);
  GPtrArray *said = g_ptr_array_new_with_free_func (g_free);
  TrpExperimentOptions options = options_for (f);

  if (two_sets)
    {
      g_string_insert (changed, strstr (changed->str, first) - changed->str, "[set others]\n");
      g_string_replace (changed, "cyclegan.recipe\ndata=cases", "cyclegan.recipe\ndata=others", 1);
    }
  g_assert_true (g_file_set_contents (f->path, changed->str, -1, NULL));
  experiment = load (f);
  options.data = list;
  options.say = keep;
  options.say_data = said;
  plan = make_plan (experiment, &options);
  return said;
}

static void
test_unsorted_list_is_told (Fixture *f, const void *data)
{
  static const char rows[] = "case,mr,ct\nA,m1.nii,\nB,m2.nii,\nC,,c1.nii\nD,,c2.nii\n",
                    sorted[] = "case,mr,ct,set\nA,m1.nii,,others cases\nB,m2.nii,,others cases\n"
                               "C,,c1.nii,others cases\nD,,c2.nii,others cases\n";
  g_autoptr (GPtrArray) unsorted = say_of (f, rows, true);
  g_autoptr (GPtrArray) one_set = say_of (f, rows, false);
  g_autoptr (GPtrArray) told = say_of (f, sorted, true);

  g_assert_cmpuint (unsorted->len, ==, 1);
  g_assert_nonnull (strstr (unsorted->pdata[0], "no column \"set\""));
  g_assert_nonnull (strstr (unsorted->pdata[0], "(cases, others) gets all of its 4 rows"));
  g_assert_cmpuint (one_set->len, ==, 0);
  g_assert_cmpuint (told->len, ==, 0);
}

static char *
dup_key (const Fixture *f, const char *step, bool small)
{
  g_autoptr (TrpExperiment) experiment = load (f);
  TrpExperimentOptions options = options_for (f);
  g_autoptr (TrpExperimentPlan) plan = NULL;

  options.small = small;
  plan = make_plan (experiment, &options);
  for (size_t n = 0; n < trp_experiment_plan_get_size (plan); n++)
    if (strcmp (trp_experiment_plan_get (plan, n).step, step) == 0)
      return g_strdup (trp_experiment_plan_get (plan, n).key);
  g_assert_not_reached ();
}

/* A key follows what changes the result, also far upstream, and nothing else. */
static void
test_keys (Fixture *f, const void *data)
{
  g_autofree char *cyclegan = dup_key (f, "cyclegan", false);
  g_autofree char *segmenter = dup_key (f, "segmenter", false);
  g_autofree char *again = dup_key (f, "segmenter", false);
  g_autofree char *small_cyclegan = dup_key (f, "cyclegan", true);
  g_autofree char *small_segmenter = dup_key (f, "segmenter", true);
  g_autofree char *image = g_build_filename (f->folder, "m1.nii", NULL);
  g_autofree char *bytes = NULL, *other_cyclegan = NULL, *other_segmenter = NULL;
  gsize size;

  g_assert_cmpstr (segmenter, ==, again);
  g_assert_cmpstr (cyclegan, ==, small_cyclegan);
  g_assert_cmpstr (segmenter, !=, small_segmenter);
  g_assert_true (g_file_get_contents (image, &bytes, &size, NULL));
  bytes[size - 1] ^= 1;
  g_assert_true (g_file_set_contents (image, bytes, (gssize) size, NULL));
  other_cyclegan = dup_key (f, "cyclegan", false);
  other_segmenter = dup_key (f, "segmenter", false);
  g_assert_cmpstr (cyclegan, !=, other_cyclegan);
  g_assert_cmpstr (segmenter, !=, other_segmenter);
}

/* ---- running ---- */

static size_t
count_done (const TrpExperimentPlan *plan)
{
  size_t n = 0;

  for (size_t i = 0; i < trp_experiment_plan_get_size (plan); i++)
    n += trp_experiment_plan_get (plan, i).is_done;
  return n;
}

/* Each patient is tried by the model of the other fold only, and every CT once per arm. */
static void
assert_folds (const Fixture *f, const TrpResults *results)
{
  g_autofree char *path = g_build_filename (f->folder, "cases.csv", NULL);
  g_autoptr (TrpDataList) list = trp_data_list_load (path, NULL);
  size_t n_dice = 0;

  for (size_t n = 0; n < trp_results_get_size (results); n++)
    {
      const TrpResult *row = trp_results_get (results, n);

      n_dice += strcmp (row->metric, "dice") == 0;
      for (size_t i = 0; i < trp_data_list_get_size (list); i++)
        if (strcmp (trp_data_list_get (list, i)->name, row->case_name) == 0)
          g_assert_cmpint (row->fold, ==, trp_data_list_get (list, i)->fold);
    }
  g_assert_cmpuint (n_dice, ==, 2 * 2);
}

static void
assert_figures (const Fixture *f)
{
  static const char *const names[] = { "fig.pdf",
                                       "fig.svg",
                                       "fig.png",
                                       "volumes.pdf",
                                       "losses-cyclegan-synct.svg",
                                       "losses-segmenter-ct.pdf" };

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = g_build_filename (f->out, "figures", names[n], NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

static void
test_run (Fixture *f, const void *data)
{
  g_autoptr (TrpExperiment) experiment = load (f);
  const TrpExperimentOptions options = options_for (f);
  g_autofree char *tables = run (experiment, &options);
  g_autofree char *path = g_build_filename (f->out, "results.csv", NULL);
  g_autoptr (TrpResults) results = trp_results_load (path, NULL);
  g_autoptr (TrpExperimentPlan) plan = make_plan (experiment, &options);
  g_autofree char *first = read_file (f->out, "results.csv");
  g_autofree char *json = read_file (f->out, "experiment.json");
  g_autofree char *second = NULL;

  assert_figures (f);
  g_assert_nonnull (strstr (tables, "synct on CT"));
  g_assert_nonnull (strstr (tables, "0.73"));
  g_assert_nonnull (strstr (json, trp_experiment_plan_get (plan, 0).key));
  assert_folds (f, results);
  g_assert_cmpuint (count_done (plan), ==, trp_experiment_plan_get_size (plan));
  g_free (run (experiment, &options));
  second = read_file (f->out, "results.csv");
  g_assert_cmpstr (first, ==, second);
}

/* All background, as segment leaves where it finds nothing. */
static void
write_blank (const char *like, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = trp_volume_load (like, NULL, &error);
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const size_t n = trp_geometry_count_voxels (geometry);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (n), n);
  g_autoptr (TrpVolume) blank = trp_volume_new (geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, &error);

  g_assert_no_error (error);
  if (!trp_volume_save (blank, path, &error))
    g_assert_no_error (error);
}

/* A structure that was not found is a Dice of 0, not a case less. */
static void
test_a_missed_structure_counts (Fixture *f, const void *data)
{
  static const char missed[] = "[experiment]\nname=missed\n[set cases]\n[evaluate dice]\n"
                               "data=cases\nreference=ct_structures\ntest=blank\nlabels=3\n"
                               "[arm a]\nevaluate=dice\n[table t]\nmetrics=dice\n";
  g_autofree char *truth = g_build_filename (f->folder, "k1.nii", NULL);
  g_autofree char *blank = g_build_filename (f->folder, "blank.nii.gz", NULL);
  g_autofree char *list_path = g_build_filename (f->folder, "missed.csv", NULL);
  g_autofree char *path = g_build_filename (f->out, "results.csv", NULL);
  g_autofree char *list_text = g_strdup_printf ("case,ct_structures,blank\nx,%s,%s\n", truth,
                                                blank);
  g_autoptr (TrpDataList) list = NULL;
  g_autoptr (TrpExperiment) experiment = NULL;
  g_autoptr (TrpResults) results = NULL;
  TrpExperimentOptions options;
  bool found = false;

  write_blank (truth, blank);
  g_assert_true (g_file_set_contents (list_path, list_text, -1, NULL));
  g_assert_true (g_file_set_contents (f->path, missed, -1, NULL));
  list = trp_data_list_load (list_path, NULL);
  experiment = load (f);
  options = options_for (f);
  options.data = list;
  g_free (run (experiment, &options));
  results = trp_results_load (path, NULL);
  for (size_t n = 0; n < trp_results_get_size (results); n++)
    if (strcmp (trp_results_get (results, n)->metric, "dice") == 0)
      {
        found = true;
        g_assert_cmpfloat (trp_results_get (results, n)->value, ==, 0);
      }
  g_assert_true (found);
}

/* What has lost a file is done again, and only that. */
static void
test_skip (Fixture *f, const void *data)
{
  g_autoptr (TrpExperiment) experiment = load (f);
  TrpExperimentOptions options = options_for (f);
  g_autoptr (TrpExperimentPlan) plan = NULL;
  g_autofree char *file = NULL;
  size_t n = 0;

  options.arms = (const char *const[]){ "ct", NULL };
  g_free (run (experiment, &options));
  plan = make_plan (experiment, &options);
  while (strcmp (trp_experiment_plan_get (plan, n).kind, "segment") != 0)
    n++;
  file = g_build_filename (f->out, "nodes", trp_experiment_plan_get (plan, n).folder, "cases.csv",
                           NULL);
  g_assert_cmpint (g_unlink (file), ==, 0);
  g_clear_pointer (&plan, trp_experiment_plan_free);
  plan = make_plan (experiment, &options);
  g_assert_cmpuint (count_done (plan), ==, trp_experiment_plan_get_size (plan) - 1);
  g_free (run (experiment, &options));
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
}

typedef struct
{
  GCancellable *cancellable;
  int n_left;
} Stop;

static void
stop_after (double fraction, const char *step, void *data)
{
  Stop *stop = data;

  if (--stop->n_left == 0)
    g_cancellable_cancel (stop->cancellable);
}

/* Stopped at many places and started again: the same bytes as one that was left alone. */
static void
test_resume (Fixture *f, const void *data)
{
  g_autoptr (TrpExperiment) experiment = load (f);
  TrpExperimentOptions options = options_for (f);
  g_autofree char *other = g_build_filename (f->folder, "other", NULL);
  g_autofree char *whole = NULL, *pieces = NULL;
  int n_stops = 0;

  g_free (run (experiment, &options));
  options.folder = other;
  for (;;)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Stop stop = { cancellable, 2 + n_stops }; /* later each time, so that it ends */
      TrpProgress progress = {
        .func = stop_after, .data = &stop, .cancellable = cancellable, .end = 1
      };
      g_autoptr (GError) error = NULL;
      size_t n_left;
      g_autofree char *tables = trp_experiment_run (experiment, &options, &progress, &n_left,
                                                    &error);

      if (tables)
        break;
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (n_stops++, <, 500);
    }
  g_assert_cmpint (n_stops, >, 3);
  whole = read_file (f->out, "results.csv");
  pieces = read_file (other, "results.csv");
  g_assert_cmpstr (whole, ==, pieces);
}

static void
remember (const char *sentence, void *data)
{
  if (strstr (sentence, "no image") || strstr (sentence, "C1"))
    g_string_append_printf (data, "%s\n", sentence);
}

/* What was said tells which piece of work failed, and on which case; the rest is done. */
static void
test_failure (Fixture *f, const void *data)
{
  g_autoptr (TrpExperiment) experiment = load (f);
  TrpExperimentOptions options = options_for (f);
  g_autofree char *labels = g_build_filename (f->folder, "k1.nii", NULL);
  g_autofree char *tables = NULL, *rows = NULL;
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  size_t n_left;

  options.arms = (const char *const[]){ "synct", NULL };
  options.say = remember;
  options.say_data = said;
  g_assert_true (g_file_set_contents (labels, "no image", -1, NULL));
  tables = trp_experiment_run (experiment, &options, NULL, &n_left, &error);
  g_assert_no_error (error);
  g_assert_nonnull (tables);
  g_test_message ("%zu left: %s", n_left, said->str);
  g_assert_cmpuint (n_left, ==, 1);
  g_assert_nonnull (strstr (said->str, "evaluate dice (synct, seed 5, fold 0)"));
  g_assert_nonnull (strstr (said->str, "C1"));
  rows = read_file (f->out, "results.csv");
  g_assert_null (strstr (rows, ",C1,"));
  g_assert_nonnull (strstr (rows, ",C2,"));
}

/* What needs work that failed is left as well, and only that. */
static void
test_failure_spreads (Fixture *f, const void *data)
{
  g_autoptr (TrpExperiment) experiment = load (f);
  TrpExperimentOptions options = options_for (f);
  g_autofree char *image = g_build_filename (f->folder, "m1.nii", NULL);
  g_autofree char *tables = NULL, *rows = NULL;
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  size_t n_left;

  options.say = remember;
  options.say_data = said;
  g_assert_true (g_file_set_contents (image, "no image", -1, NULL));
  tables = trp_experiment_run (experiment, &options, NULL, &n_left, &error);
  g_assert_no_error (error);
  g_test_message ("%zu left: %s", n_left, said->str);
  g_assert_cmpuint (n_left, >, 1);
  rows = read_file (f->out, "results.csv");
  g_assert_null (strstr (rows, "synct on CT"));
  g_assert_nonnull (strstr (rows, "ct on CT"));
}

/* ---- tables ---- */

static void
add (TrpResults *results, const char *arm, int seed, const char *name, double value)
{
  const TrpResult row = { .arm = arm,
                          .seed = seed,
                          .fold = TRP_RESULT_NONE,
                          .case_name = name,
                          .patient = name,
                          .structure = "Gland",
                          .slice = TRP_RESULT_NONE,
                          .metric = "dice",
                          .value = value };

  trp_results_add (results, &row);
}

/* Two seeds, two cases: a case counts once, with the mean of its seeds. Of pairs of observers the
 * means are averaged, of their SDs the root mean square is taken. */
static void
test_table (void)
{
  static const char sheet_text[] = "[evaluate e]\n[arm a]\nevaluate=e\n"
                                   "[table t]\nmetrics=dice\nobservers=o\n";
  g_autoptr (TrpExperiment)
    experiment = trp_experiment_parse (sheet_text, strlen (sheet_text), NULL);
  g_autoptr (TrpResults) results = trp_results_new ();
  g_autoptr (TrpTable) table = NULL;
  const TrpTableLine *line;

  add (results, "a", 1, "A", 0.5);
  add (results, "a", 2, "A", 0.7);
  add (results, "a", 1, "B", 0.8);
  add (results, "a", 2, "B", 1.0);
  add (results, "observer 1 vs observer 2", 1, "A", 0.8);
  add (results, "observer 1 vs observer 2", 1, "B", 0.9);
  add (results, "observer 1 vs observer 3", 1, "A", 0.6);
  add (results, "observer 1 vs observer 3", 1, "B", 0.9);
  table = trp_table_new (experiment->tables->pdata[0], results);
  g_assert_cmpuint (table->rows->len, ==, 2);
  line = trp_table_find (table, "a", "Gland", "dice");
  g_assert_cmpuint (line->summary.n, ==, 2);
  trp_assert_near (line->summary.mean, 0.75, 1e-12);
  trp_assert_near (line->summary.sd, 0.3 / sqrt (2), 1e-12);
  g_assert_cmpuint (line->n_seeds, ==, 2);
  trp_assert_near (line->seed_low, 0.65, 1e-12);
  trp_assert_near (line->seed_high, 0.85, 1e-12);
  line = trp_table_find (table, "o", "Gland", "dice");
  trp_assert_near (line->summary.mean, 0.8, 1e-12);
  trp_assert_near (line->summary.sd, sqrt ((0.005 + 0.045) / 2), 1e-12);
}

/* Whether the sheet lists the row or not. */
static void
test_observers_on_mr_and_ct_are_two_rows (void)
{
  static const char *const rows[] = { "", "rows=a,o\n" };

  for (size_t n = 0; n < G_N_ELEMENTS (rows); n++)
    {
      g_autofree char *sheet = g_strconcat ("[evaluate e]\n[arm a]\nevaluate=e\n[table t]\n"
                                            "metrics=dice\nobservers=o\n",
                                            rows[n], NULL);
      g_autoptr (TrpExperiment) experiment = trp_experiment_parse (sheet, strlen (sheet), NULL);
      g_autoptr (TrpResults) results = trp_results_new ();
      g_autoptr (TrpTable) table = NULL;

      add (results, "a", 1, "A", 0.5);
      add (results, "observer 1 vs observer 2 on MR", 1, "A", 0.8);
      add (results, "observer 1 vs observer 3 on MR", 1, "A", 0.6);
      add (results, "observer 1 vs observer 2 on CT", 1, "A", 0.9);
      table = trp_table_new (experiment->tables->pdata[0], results);
      g_assert_cmpuint (table->rows->len, ==, 3);
      trp_assert_near (trp_table_find (table, "o on MR", "Gland", "dice")->summary.mean, 0.7,
                       1e-12);
      trp_assert_near (trp_table_find (table, "o on CT", "Gland", "dice")->summary.mean, 0.9,
                       1e-12);
    }
}

/* ---- the shipped ones ---- */

/* Each, with each arm, in both sizes, holds together down to the last recipe. */
static void
test_shipped (void)
{
  g_auto (GStrv) names = trp_experiment_list ();

  g_assert_cmpuint (g_strv_length (names), >, 0);
  for (size_t n = 0; names[n]; n++)
    for (int small = 0; small < 2; small++)
      {
        g_autofree char *arm = NULL;
        g_autoptr (GError) error = NULL;
        g_autoptr (TrpExperiment) experiment = trp_experiment_load (names[n], &arm, &error);
        const TrpExperimentOptions options = { .small = small };
        g_autoptr (TrpExperimentPlan) plan = NULL;

        g_assert_no_error (error);
        plan = make_plan (experiment, &options);
        g_assert_cmpuint (count_kind (plan, "evaluate"), >=,
                          trp_experiment_get_n_arms (experiment));
      }
}

static void
test_headings (void)
{
  static const char *const headings[][2] = {
    { "dice", "dice" },      { "hd", "hd (mm)" },          { "mae", "mae (HU)" },
    { "nsd@2", "nsd@2 mm" }, { "volume_ml", "volume_ml" }, { "none of ours", "none of ours" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (headings); n++)
    {
      g_autofree char *heading = trp_metric_dup_heading (headings[n][0]);

      g_assert_cmpstr (heading, ==, headings[n][1]);
    }
}

/* Every key that the reference tells of tables and figures is one. */
static void
test_reference (void)
{
  g_autofree char *reference = trp_experiment_dup_reference ();
  g_autoptr (GString) shown = g_string_new ("[evaluate e]\n[arm a]\nevaluate=e\n");
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpExperiment) experiment = NULL;
  static const char *const groups[] = { "table NAME", "figure NAME" };

  g_assert_true (g_key_file_load_from_data (file, reference, strlen (reference), 0, NULL));
  for (size_t n = 0; n < G_N_ELEMENTS (groups); n++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[n], NULL, NULL);

      g_assert_nonnull (keys);
      g_string_append_printf (shown, "[%s]\n", groups[n]);
      for (size_t k = 0; keys[k]; k++)
        g_string_append_printf (shown, "%s=%s\n", keys[k],
                                strcmp (keys[k], "kind") == 0     ? "box"
                                : strcmp (keys[k], "metric") == 0 ? "dice"
                                                                  : "");
    }
  experiment = trp_experiment_parse (shown->str, shown->len, &error);
  g_assert_no_error (error);
  for (int kind = 0; kind < TRP_N_STEP_KINDS; kind++)
    {
      const TrpStepKindInfo *info = trp_step_kind_get ((TrpStepKind) kind);
      g_autofree char *group = g_strdup_printf ("%s NAME", info->name);

      for (size_t k = 0; k < info->n_keys; k++)
        g_assert_true (g_key_file_has_key (file, group, info->keys[k].key, NULL));
    }
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/experiment/file/refuses", test_refusals);
  ADD ("/experiment/a-missed-structure-counts", test_a_missed_structure_counts);
  ADD ("/experiment/plan/refuses", test_plan_refusals);
  g_test_add_func ("/experiment/folds/sizes", test_folds);
  g_test_add_func ("/experiment/folds/stratified", test_stratified);
  g_test_add_func ("/experiment/cases", test_cases);
  ADD ("/experiment/plan/shares-equal-work", test_graph);
  ADD ("/experiment/plan/unsorted-list-is-told", test_unsorted_list_is_told);
  ADD ("/experiment/plan/keys", test_keys);
  ADD ("/experiment/run", test_run);
  ADD ("/experiment/skips-what-is-there", test_skip);
  ADD ("/experiment/goes-on", test_resume);
  ADD ("/experiment/names-what-failed", test_failure);
  ADD ("/experiment/leaves-what-hangs-on-a-failure", test_failure_spreads);
  g_test_add_func ("/experiment/table", test_table);
  g_test_add_func ("/experiment/observers-on-mr-and-ct-are-two-rows",
                   test_observers_on_mr_and_ct_are_two_rows);
  g_test_add_func ("/experiment/headings-have-units", test_headings);
  g_test_add_func ("/experiment/reference", test_reference);
  g_test_add_func ("/experiment/shipped", test_shipped);
  return g_test_run ();
}
