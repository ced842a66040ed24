/* test-train-runs.c - what a run shows: validations, charts, runs of other days
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/io/format.h"
#include "core/io/safetensors.h"
#include "core/method/train-pace.h"
#include "tests/lib/check.h"
#include "tests/lib/tiny.h"
#include "ui/dialogs/train-charts.h"
#include "ui/dialogs/train-fold.h"
#include "ui/dialogs/train-folder.h"
#include "ui/dialogs/train-found.h"
#include "ui/dialogs/train-panel.h"
#include "ui/dialogs/train-runs.h"
#include "ui/dialogs/train-setup.h"
#include "ui/focus-group.h"

#include <glib/gstdio.h>
#include <gtk/gtk.h>
#include <string.h>

typedef struct
{
  char *folder;
  TrpDataList *list;
  TrpDocument *document;
} Fixture;

static void
set_up (Fixture *fixture, const void *data)
{
  fixture->folder = trp_test_make_folder ();
  fixture->list = trp_tiny_data (fixture->folder);
  fixture->document = trp_document_new ();
}

static void
tear_down (Fixture *fixture, const void *data)
{
  g_object_unref (fixture->document);
  trp_data_list_unref (fixture->list);
  trp_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static void
wait_for_jobs (TrpDocument *document)
{
  while (trp_document_count_running_jobs (document) > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Twelve steps, validated each four. */
static TrpRecipe *
make_recipe (TrpTrainerKind kind)
{
  TrpRecipe *recipe = trp_tiny_recipe (kind);

  trp_tiny_set (recipe, "recipe.name=Tiny");
  trp_tiny_set (recipe, "training.steps=12");
  trp_tiny_set (recipe, "schedule.validate_every=4");
  return recipe;
}

static TrpTrainRun *
train (Fixture *fixture, const TrpRecipe *recipe, const char *name)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "runs", name, NULL);
  const TrpTrainSetup setup = { .recipe = recipe,
                                .list = fixture->list,
                                .title = name,
                                .folder = folder,
                                .device = "cpu",
                                .fold = 1 };
  TrpTrainRun *run = trp_train_run_start (fixture->document, &setup);

  wait_for_jobs (fixture->document);
  g_assert_no_error (trp_job_get_error (trp_train_run_get_job (run)));
  return run;
}

static TrpTrainRun *
find (Fixture *fixture, const char *name)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "runs", name, NULL);
  g_autoptr (TrpTrainFound) found = trp_train_found_read (folder);

  g_assert_nonnull (found);
  return trp_train_run_new_found (fixture->document, found);
}

static TrpTrainCharts *
show (TrpTrainRun *run, TrpTrainRun *previous)
{
  TrpTrainCharts *charts = TRP_TRAIN_CHARTS (g_object_ref_sink (trp_train_charts_new ()));

  trp_train_charts_set_run (charts, run, previous);
  return charts;
}

static void
assert_text (TrpTrainCharts *charts, int chart, const char *pattern)
{
  g_autofree char *text = trp_train_charts_dup_text (charts, chart);

  g_test_message ("%s", text);
  if (!g_regex_match_simple (pattern, text ? text : "", G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT))
    g_error ("\"%s\" is not like \"%s\"", text, pattern);
}

/* What a run tells, and what its folder tells of it another day, are the same. */
static void
validations_are_charted (Fixture *fixture, const void *data)
{
  g_autoptr (TrpRecipe) recipe = make_recipe (TRP_TRAINER_SEGMENTER);
  g_autoptr (TrpTrainRun) first = train (fixture, recipe, "tiny-2");
  g_autoptr (TrpTrainRun) second = NULL, found = NULL;
  TrpTrainCharts *charts;
  const double *told, *read;

  recipe->seed++;
  second = train (fixture, recipe, "tiny-3");
  g_assert_cmpuint (trp_train_table_get_n_rows (trp_train_run_peek_scores (second)), ==, 3);
  g_assert_cmpstr (trp_train_run_get_score (second), ==, "dice");
  found = find (fixture, "tiny-3");
  g_assert_cmpstr (trp_train_run_get_score (found), ==, "dice");
  told = trp_train_table_peek (trp_train_run_peek_scores (second), "dice");
  read = trp_train_table_peek (trp_train_run_peek_scores (found), "dice");
  for (int n = 0; n < 3; n++)
    trp_assert_near (read[n], told[n], 1e-5); /* six digits in validation.csv */
  charts = show (second, first);
  assert_text (charts, 0, "^Loss: [0-9.]+$");
  assert_text (charts, 3,
               "^Validation, Dice: run 3 0\\.[0-9]{3}, run 2 0\\.[0-9]{3}; best 0\\.[0-9]{3} at "
               "step (4|8|12)$");
  trp_train_charts_set_run (charts, found, NULL);
  assert_text (charts, 3, "^Validation, Dice: 0\\.[0-9]{3}; best");
  g_assert_finalize_object (charts);
}

/* Without validations the fourth chart is a loss; any chart can show any of them. */
static void
losses_are_chosen (Fixture *fixture, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autoptr (TrpTrainRun) run = train (fixture, recipe, "plain");
  TrpTrainCharts *charts = show (run, NULL);

  assert_text (charts, 0, "^Cycle, L1: MR [0-9.]+, CT [0-9.]+$");
  assert_text (charts, 3, "^Gradients, ");
  g_assert_cmpuint (trp_train_charts_count_choices (charts), ==, 5);
  trp_train_charts_choose (charts, 0, 4);
  assert_text (charts, 0, "^Identity, L1: ");
  g_assert_finalize_object (charts);
}

static void
save_found (Fixture *fixture, const char *name, const char *log, const char *validation)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "runs", name, NULL);
  g_autoptr (TrpRecipe) recipe = make_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *text = trp_recipe_to_text (recipe);
  const struct
  {
    const char *name, *text;
  } files[] = { { "recipe.recipe", text }, { "log.csv", log }, { "validation.csv", validation } };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (size_t n = 0; n < G_N_ELEMENTS (files); n++)
    {
      g_autofree char *path = g_build_filename (folder, files[n].name, NULL);

      if (files[n].text && !g_file_set_contents (path, files[n].text, -1, NULL))
        g_error ("%s cannot be written", path);
    }
}

static void
losses_that_nobody_knows_have_charts (Fixture *fixture, const void *data)
{
  g_autoptr (TrpTrainRun) run = NULL;
  TrpTrainCharts *charts;

  save_found (fixture, "new-1",
              "step,seconds,rate,loss,wasserstein,flow_A,flow_B\n3,1,2e-4,0.5,-1.25,0.1,0.2\nbad\n"
              "6,2,2e-4,0.4,nan,0.3,0.4\n",
              "step,odd\n6,7.5\n8,7.25\n10,9\n");
  run = find (fixture, "new-1");
  charts = show (run, NULL);
  g_assert_cmpuint (trp_train_charts_count_choices (charts), ==, 4);
  assert_text (charts, 0, "^Loss: 0\\.400$");
  assert_text (charts, 1, "^wasserstein: -1\\.250$");
  assert_text (charts, 2, "^flow: A 0\\.30, B 0\\.40$");
  assert_text (charts, 3, "^Validation, odd: 9\\.000; best 7\\.250 at step 8$");
  g_assert_finalize_object (charts);
}

static void
rows_of_an_attempt_that_was_given_up_go (void)
{
  g_autoptr (TrpTrainTable) table = trp_train_table_new ();
  const char *const names[] = { "a", "b" };

  trp_train_table_add (table, 1, names, (double[]){ 1, 10 }, 2);
  trp_train_table_add (table, 2, names, (double[]){ 2, 20 }, 1);
  trp_train_table_add (table, 3, names, (double[]){ 3, 30 }, 2);
  g_assert_true (isnan (trp_train_table_peek (table, "b")[1]));
  g_assert_cmpuint (trp_train_table_find_best (table, "b", true), ==, 2);
  g_assert_cmpuint (trp_train_table_add (table, 2, names, (double[]){ 4, 5 }, 2), ==, 1);
  g_assert_cmpuint (trp_train_table_get_n_rows (table), ==, 2);
  g_assert_cmpuint (trp_train_table_find_best (table, "b", false), ==, 1);
  g_assert_cmpuint (trp_train_table_find_step (table, 3), ==, SIZE_MAX);
  g_assert_null (trp_train_table_peek (table, "c"));
}

static void
wait_for_list (TrpTrainRuns *runs)
{
  while (trp_train_runs_is_looking (runs))
    g_main_context_iteration (NULL, TRUE);
}

static void
runs_of_other_days_are_listed (Fixture *fixture, const void *data)
{
  g_autoptr (TrpRecipe) recipe = make_recipe (TRP_TRAINER_SEGMENTER);
  g_autoptr (TrpTrainRun) finished = train (fixture, recipe, "tiny-1"), now = NULL;
  g_autofree char *folder = g_build_filename (fixture->folder, "runs", NULL);
  TrpTrainRuns *runs = TRP_TRAIN_RUNS (g_object_ref_sink (trp_train_runs_new (fixture->document)));
  TrpTrainRun *run;

  trp_train_runs_set_place (runs, folder, recipe, "tiny");
  wait_for_list (runs);
  g_assert_cmpuint (trp_train_runs_count (runs), ==, 1);
  trp_train_runs_choose (runs, 0);
  run = trp_train_runs_get_chosen (runs);
  g_assert_cmpint (trp_train_run_get_state (run), ==, TRP_JOB_DONE);
  g_assert_null (trp_train_run_get_job (run));
  g_assert_cmpuint (trp_train_run_get_n_rows (run), ==, 4);
  g_assert_cmpint (trp_train_run_get_n_steps (run), ==, 12);
  g_assert_cmpint (trp_train_run_get_saved_step (run), ==, 12);
  trp_assert_near (trp_train_run_get_fraction (run), 1, 0);

  now = train (fixture, recipe, "tiny-2");
  trp_train_runs_add (runs, now);
  g_assert_true (trp_train_runs_get_chosen (runs) == now);
  run = trp_train_runs_find_previous (runs, now);
  g_assert_cmpstr (trp_train_run_get_title (run), ==, "tiny-1");
  g_assert_null (trp_train_runs_find_previous (runs, run));

  g_free (recipe->name);
  recipe->name = g_strdup ("Another");
  trp_train_runs_set_place (runs, folder, recipe, "another");
  wait_for_list (runs);
  g_assert_cmpuint (trp_train_runs_count (runs), ==, 1); /* this session's */
  g_assert_finalize_object (runs);
}

/* Steps 4, 8 and 12 are kept; the last is the newest, and the best is among them. */
static void
checkpoints_are_listed (Fixture *fixture, const void *data)
{
  g_autoptr (TrpRecipe) recipe = make_recipe (TRP_TRAINER_SEGMENTER);
  g_autoptr (TrpTrainRun) run = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  const double *dice;
  size_t best;

  trp_tiny_set (recipe, "output.keep_every=4");
  run = train (fixture, recipe, "tiny-1");
  rows = trp_train_checkpoints_list (run);
  dice = trp_train_table_peek (trp_train_run_peek_scores (run), "dice");
  best = trp_train_table_find_best (trp_train_run_peek_scores (run), "dice", true);
  g_assert_cmpuint (rows->len, ==, 3);
  for (guint n = 0; n < rows->len; n++)
    {
      const TrpTrainCheckpoint *row = rows->pdata[n];

      g_assert_cmpint (row->step, ==, 12 - 4 * (int) n);
      g_assert_cmpint (row->is_newest, ==, n == 0);
      g_assert_cmpint (row->is_best, ==, 2 - n == best);
      trp_assert_near (row->score, dice[2 - n], 0);
      g_assert_true (g_file_test (row->model, G_FILE_TEST_EXISTS));
      g_assert_true (g_file_test (row->branch, G_FILE_TEST_EXISTS));
    }
  g_assert_true (trp_train_checkpoints_find_default (rows) == rows->pdata[2 - best]);
}

/* A generator without its rival is good for images, not for training. */
static void
best_weights_of_a_generator_are_for_use (Fixture *fixture, const void *data)
{
  g_autoptr (TrpRecipe) recipe = make_recipe (TRP_TRAINER_CYCLEGAN);
  g_autoptr (TrpTrainRun) run = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  guint n_best = 0;

  trp_tiny_set (recipe, "schedule.score=cycle");
  trp_tiny_set (recipe, "training.learning_rate=0.5"); /* from bad to worse */
  run = train (fixture, recipe, "tiny-1");
  rows = trp_train_checkpoints_list (run);
  for (guint n = 0; n < rows->len; n++)
    {
      const TrpTrainCheckpoint *row = rows->pdata[n];

      g_test_message ("step %d best %d newest %d", row->step, row->is_best, row->is_newest);
      n_best += row->is_best;
      g_assert_cmpint (row->branch != NULL, ==, row->is_newest);
      g_assert_nonnull (row->model);
    }
  g_assert_cmpuint (n_best, ==, 1);
  g_assert_cmpuint (rows->len, ==, 2);
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (widget) &&
      g_str_has_prefix (gtk_button_get_label (GTK_BUTTON (widget)) ?: "", label))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);
  return found;
}

static GtkWidget *
find_label (GtkWidget *widget, const char *start)
{
  GtkWidget *found = NULL;

  if (GTK_IS_LABEL (widget) && g_str_has_prefix (gtk_label_get_label (GTK_LABEL (widget)), start))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_label (child, start);
  return found;
}

static void
count (int *counter)
{
  ++*counter;
}

/* The network of the chosen step is used, not the newest. */
static void
a_checkpoint_is_used_on_the_open_image (Fixture *fixture, const void *data)
{
  g_autoptr (TrpRecipe) recipe = make_recipe (TRP_TRAINER_CYCLEGAN);
  g_autoptr (TrpTrainRun) run = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "m1.nii", NULL);
  g_autofree char *kept = NULL;
  g_autoptr (TrpVolume) mr = trp_volume_load (path, NULL, NULL);
  TrpTrainPanel *panel = TRP_TRAIN_PANEL (
    g_object_ref_sink (trp_train_panel_new (fixture->document)));
  GtkWidget *use;
  int n_branches = 0;

  trp_tiny_set (recipe, "output.keep_every=4");
  run = train (fixture, recipe, "tiny-1");
  kept = g_build_filename (trp_train_run_get_folder (run), "checkpoints", "000004.safetensors",
                           NULL);
  trp_document_set_volume (fixture->document, TRP_ROLE_MR, mr, NULL);
  trp_train_panel_set_run (panel, run);
  trp_train_panel_choose (panel, 2);
  g_assert_cmpint (trp_train_panel_get_chosen (panel)->step, ==, 4);
  use = find_button (GTK_WIDGET (panel), "Use step 4 on ");
  g_assert_nonnull (use);
  g_signal_emit_by_name (use, "clicked");
  wait_for_jobs (fixture->document);
  g_assert_nonnull (trp_document_get_volume (fixture->document, TRP_ROLE_SYNCT));
  if (!trp_train_panel_get_chosen (panel)->is_best)
    g_assert_cmpstr (trp_train_panel_get_chosen (panel)->model, ==, kept);
  g_signal_connect_swapped (panel, "branch", G_CALLBACK (count), &n_branches);
  g_signal_emit_by_name (find_button (GTK_WIDGET (panel), "_Branch from here"), "clicked");
  g_assert_cmpint (n_branches, ==, 1);
  trp_train_panel_set_run (panel, NULL);
  g_assert_false (gtk_widget_get_sensitive (find_button (GTK_WIDGET (panel), "_Branch")));
  g_assert_finalize_object (panel);
}

static char *
read_metadata (const char *folder, const char *key)
{
  g_autofree char *path = g_build_filename (folder, "checkpoint.safetensors", NULL);
  g_autoptr (TrpSafetensors) file = trp_safetensors_load (path, NULL);

  return g_strdup (trp_safetensors_peek_metadata (file, key));
}

static void
a_run_branches_from_a_checkpoint (Fixture *fixture, const void *data)
{
  g_autoptr (TrpRecipe) recipe = make_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *list = g_build_filename (fixture->folder, "cases.csv", NULL);
  g_autofree char *parent = NULL;
  g_autoptr (TrpTrainRun) run = NULL, branch = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  TrpTrainSetupPanel *panel = TRP_TRAIN_SETUP_PANEL (
    g_object_ref_sink (trp_train_setup_panel_new (fixture->document)));

  trp_tiny_set (recipe, "output.keep_every=4");
  run = train (fixture, recipe, "tiny-1");
  rows = trp_train_checkpoints_list (run);
  trp_train_setup_panel_set_list (panel, list);
  trp_train_setup_panel_branch (panel, run, rows->pdata[1]);
  g_assert_nonnull (trp_train_setup_panel_get_origin (panel));
  branch = trp_train_setup_panel_start (panel);
  g_assert_nonnull (branch);
  wait_for_jobs (fixture->document);
  g_assert_no_error (trp_job_get_error (trp_train_run_get_job (branch)));
  g_assert_true (g_regex_match_simple ("^tiny-[0-9]{4}-[0-9]{2}-[0-9]{2}-2$",
                                       trp_train_run_get_title (branch), G_REGEX_DEFAULT,
                                       G_REGEX_MATCH_DEFAULT));
  parent = read_metadata (trp_train_run_get_folder (branch), "parent");
  g_assert_nonnull (strstr (parent, "\"step\":8"));
  g_assert_cmpint (trp_train_run_get_fold (branch), ==, 1);
  trp_train_setup_panel_set_recipe (panel, "segmenter-phantom"); /* another plan */
  g_assert_null (trp_train_setup_panel_get_origin (panel));
  g_assert_finalize_object (panel);
}

/* Networks that learn to leave an image as it is make a SynCT as bright as the MR where it is
 * bright. */
static void
alarms_stay_with_their_step (Fixture *fixture, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autoptr (TrpTrainRun) run = NULL;
  const TrpTrainAlarm *alarm;
  TrpTrainPanel *panel = TRP_TRAIN_PANEL (
    g_object_ref_sink (trp_train_panel_new (fixture->document)));

  trp_tiny_set (recipe, "training.steps=600"); /* the first that is looked at */
  trp_tiny_set (recipe, "training.batch=1");
  trp_tiny_set (recipe, "training.pool=0");
  trp_tiny_set (recipe, "training.learning_rate=0.01");
  trp_tiny_set (recipe, "loss.adversarial=0");
  trp_tiny_set (recipe, "loss.gc=0");
  trp_tiny_set (recipe, "loss.identity=50");
  run = train (fixture, recipe, "tiny-1");
  g_assert_cmpuint (trp_train_run_peek_alarms (run)->len, ==, 1);
  alarm = trp_train_run_peek_alarms (run)->pdata[0];
  g_test_message ("%s", alarm->sentence);
  g_assert_cmpint (alarm->step, ==, 600);
  g_assert_cmpint (alarm->time, >, 1500000000);
  trp_train_panel_set_run (panel, run);
  g_assert_nonnull (find_label (GTK_WIDGET (panel), alarm->sentence));
  g_assert_nonnull (find_label (GTK_WIDGET (panel), "step 600, "));
  g_assert_finalize_object (panel);
}

static void
stop_after_a_row (TrpTrainRun *run)
{
  if (trp_train_run_get_n_rows (run) >= 2)
    trp_job_cancel (trp_train_run_get_job (run));
}

static TrpTrainFold *
find_fold (GtkWidget *widget)
{
  TrpTrainFold *found = NULL;

  if (TRP_IS_TRAIN_FOLD (widget))
    return TRP_TRAIN_FOLD (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_fold (child);
  return found;
}

static int
get_fold (TrpTrainSetupPanel *panel)
{
  return trp_train_fold_get (find_fold (GTK_WIDGET (panel)));
}

/* Another day: a new panel knows the list, the fold and the folder of runs, and what a run that was
 * found needs to go on. */
static void
the_last_data_are_remembered (Fixture *fixture, const void *data)
{
  g_autofree char *list = g_build_filename (fixture->folder, "cases.csv", NULL);
  g_autofree char *folder = g_build_filename (fixture->folder, "elsewhere", "tiny-1", NULL);
  g_autofree char *recipe_path = g_build_filename (fixture->folder, "tiny.recipe", NULL);
  g_autofree char *text = NULL, *runs = NULL;
  g_autoptr (TrpRecipe) recipe = make_recipe (TRP_TRAINER_SEGMENTER);
  g_autoptr (TrpTrainRun) run = NULL, found = NULL, rest = NULL;
  g_autoptr (TrpTrainFound) read = NULL;
  TrpTrainSetupPanel *panel = TRP_TRAIN_SETUP_PANEL (
    g_object_ref_sink (trp_train_setup_panel_new (fixture->document)));
  TrpDataList *restored;
  size_t index;

  trp_tiny_set (recipe, "training.steps=120");
  text = trp_recipe_to_text (recipe);
  g_assert_true (g_file_set_contents (recipe_path, text, -1, NULL));
  trp_train_setup_panel_restore (panel);
  g_assert_null (trp_train_setup_panel_get_case (panel, &index)); /* nothing to remember yet */
  trp_train_setup_panel_set_recipe (panel, recipe_path);
  trp_train_setup_panel_set_list (panel, list);
  trp_train_setup_panel_set_fold (panel, 1);
  trp_train_setup_panel_set_folder (panel, folder);
  run = trp_train_setup_panel_start (panel);
  g_signal_connect (run, "changed", G_CALLBACK (stop_after_a_row), NULL);
  wait_for_jobs (fixture->document);
  g_assert_cmpint (trp_train_run_get_state (run), ==, TRP_JOB_CANCELLED);
  g_assert_finalize_object (panel);

  panel = TRP_TRAIN_SETUP_PANEL (g_object_ref_sink (trp_train_setup_panel_new (fixture->document)));
  trp_train_setup_panel_restore (panel);
  restored = trp_train_setup_panel_get_case (panel, &index);
  g_assert_nonnull (restored);
  g_assert_cmpint (get_fold (panel), ==, 1);
  trp_train_setup_panel_set_recipe (panel, recipe_path);
  g_assert_true (trp_train_setup_panel_get_case (panel, &index) == restored);
  g_assert_cmpint (get_fold (panel), ==, 1);
  g_assert_cmpstr (trp_data_list_get (restored, 0)->paths[TRP_DATA_CT], ==,
                   trp_data_list_get (fixture->list, 0)->paths[TRP_DATA_CT]);
  g_assert_cmpuint (trp_data_list_get_size (restored), ==, trp_data_list_get_size (fixture->list));
  runs = trp_train_setup_panel_dup_runs_folder (panel);
  g_assert_true (g_str_has_suffix (runs, "/elsewhere"));
  g_assert_finalize_object (panel);

  panel = TRP_TRAIN_SETUP_PANEL (g_object_ref_sink (trp_train_setup_panel_new (fixture->document)));
  read = trp_train_found_read (folder);
  g_assert_false (read->is_over);
  found = trp_train_run_new_found (fixture->document, read);
  g_assert_true (trp_train_run_can_go_on (found));
  trp_train_setup_panel_go_on (panel, found);
  rest = trp_train_setup_panel_start (panel);
  g_assert_nonnull (rest);
  wait_for_jobs (fixture->document);
  g_assert_no_error (trp_job_get_error (trp_train_run_get_job (rest)));
  g_assert_cmpint (trp_train_run_get_fold (rest), ==, 1);
  g_assert_cmpuint (trp_train_run_get_n_rows (rest), ==, 40);
  g_assert_finalize_object (panel);
}

static char *
dup_list (Fixture *fixture)
{
  return g_build_filename (fixture->folder, "cases.csv", NULL);
}

/* Not beside the list, which may be shared or precious. */
static void
a_run_is_proposed_among_the_users_documents (Fixture *fixture, const void *data)
{
  g_autofree char *list = dup_list (fixture);
  g_autofree char *usual = trp_train_folder_dup_default_place ();
  g_autofree char *runs = NULL;
  TrpTrainSetupPanel *panel = TRP_TRAIN_SETUP_PANEL (
    g_object_ref_sink (trp_train_setup_panel_new (fixture->document)));

  trp_train_setup_panel_set_recipe (panel, "segmenter-phantom");
  trp_train_setup_panel_set_list (panel, list);
  runs = trp_train_setup_panel_dup_runs_folder (panel);
  g_assert_cmpstr (runs, ==, usual);
  g_assert_finalize_object (panel);
}

/* Older versions proposed a folder beside the list and wrote it down as if it had been chosen. */
static void
a_place_of_an_older_version_is_left (Fixture *fixture, const void *data)
{
  g_autofree char *list = dup_list (fixture);
  g_autofree char *beside = g_build_filename (fixture->folder, "runs", NULL);
  g_autofree char *usual = trp_train_folder_dup_default_place ();
  g_autofree char *settings = g_build_filename (g_get_user_config_dir (), "triptych", NULL);
  g_autofree char *path = g_build_filename (settings, "train.ini", NULL);
  g_autofree char *text = g_strdup_printf ("[last]\nlist=%s\nruns=%s\nfold=1\n", list, beside);
  g_autofree char *runs = NULL;
  TrpTrainSetupPanel *panel = TRP_TRAIN_SETUP_PANEL (
    g_object_ref_sink (trp_train_setup_panel_new (fixture->document)));
  size_t index;

  g_assert_cmpint (g_mkdir_with_parents (settings, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  trp_train_setup_panel_restore (panel);
  trp_train_setup_panel_set_recipe (panel, "segmenter-phantom");
  g_assert_nonnull (trp_train_setup_panel_get_case (panel, &index)); /* the rest is remembered */
  g_assert_cmpint (get_fold (panel), ==, 1);
  runs = trp_train_setup_panel_dup_runs_folder (panel);
  g_assert_cmpstr (runs, ==, usual);
  g_assert_finalize_object (panel);
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
make_folder (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
}

/* The number counts on whatever the day; other recipes, and names like days, do not count. */
static void
folders_are_named_after_recipe_and_day (Fixture *fixture, const void *data)
{
  static const char *const there[] = { "net-4",     "net-2001-02-03-6", "net-2001-02-03",
                                       "net-big-9", "net-final",        "other-2001-02-03-8" };
  g_autofree char *first = trp_train_folder_propose (fixture->folder, "net");
  g_autofree char *next = NULL, *name = NULL, *stem = NULL, *plain = NULL;

  g_assert_true (g_str_has_suffix (first, "-1"));
  for (size_t n = 0; n < G_N_ELEMENTS (there); n++)
    make_folder (fixture, there[n]);
  next = trp_train_folder_propose (fixture->folder, "net");
  name = g_path_get_basename (next);
  g_assert_true (g_regex_match_simple ("^net-[0-9]{4}-[0-9]{2}-[0-9]{2}-7$", name, G_REGEX_DEFAULT,
                                       G_REGEX_MATCH_DEFAULT));
  g_assert_false (g_file_test (next, G_FILE_TEST_EXISTS));
  stem = trp_train_folder_dup_stem (name);
  g_assert_cmpstr (stem, ==, "net");
  plain = trp_train_folder_dup_stem ("net-final");
  g_assert_cmpstr (plain, ==, "net-final");
}

static const char *
name_chosen (TrpTrainFold *fold)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (fold));
  GtkDropDown *choice = GTK_DROP_DOWN (gtk_widget_get_last_child (row));

  return gtk_string_object_get_string (gtk_drop_down_get_selected_item (choice));
}

/* Folds go by the numbers of the list, and there is a choice of none. */
static void
folds_are_chosen_by_their_numbers (Fixture *fixture, const void *data)
{
  TrpTrainFold *fold = TRP_TRAIN_FOLD (g_object_ref_sink (trp_train_fold_new ()));
  int n_changes = 0;

  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (fold)));
  trp_train_fold_set_list (fold, fixture->list);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fold)));
  g_assert_cmpint (trp_train_fold_get (fold), ==, -1);
  g_signal_connect_swapped (fold, "changed", G_CALLBACK (count), &n_changes);
  trp_train_fold_choose (fold, 1);
  g_assert_cmpint (trp_train_fold_get (fold), ==, 1);
  g_assert_cmpint (n_changes, ==, 1);
  g_assert_cmpstr (name_chosen (fold), ==, "fold 1: 2 cases");
  trp_train_fold_choose (fold, 7); /* not in the list */
  g_assert_cmpint (trp_train_fold_get (fold), ==, -1);
  trp_train_fold_choose (fold, 0);
  trp_train_fold_set_list (fold, fixture->list);
  g_assert_cmpint (trp_train_fold_get (fold), ==, 0);
  trp_train_fold_set_list (fold, NULL);
  g_assert_cmpint (trp_train_fold_get (fold), ==, -1);
  g_assert_finalize_object (fold);
}

/* Tab does not walk over rows, which would choose each. */
static void
a_list_is_one_stop_of_tab (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *list = gtk_list_box_new (), *after = gtk_button_new_with_label ("after");

  for (int n = 0; n < 3; n++)
    gtk_list_box_append (GTK_LIST_BOX (list), gtk_label_new ("row"));
  gtk_box_append (GTK_BOX (box), trp_focus_group_new (list));
  gtk_box_append (GTK_BOX (box), after);
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0)));
  g_assert_true (gtk_widget_child_focus (window, GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == after);
  g_assert_true (gtk_widget_child_focus (window, GTK_DIR_TAB_BACKWARD));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (window)), list));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Eight times the work takes more than twice the time, whatever else the machine does. */
static void
the_time_of_a_step_is_measured (Fixture *fixture, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  const TrpTrainOptions options = {
    .recipe = recipe, .list = fixture->list, .fold = -1, .device = "cpu"
  };
  g_autoptr (GError) error = NULL;
  double seconds[2] = { 0, 0 };

  trp_tiny_set (recipe, "data.size=64");
  trp_tiny_set (recipe, "generator_filters=16");
  for (int n = 0; n < 2; n++)
    {
      trp_tiny_set (recipe, n == 0 ? "training.batch=1" : "training.batch=8");
      if (!trp_train_measure_pace (&options, NULL, &seconds[n], &error))
        g_assert_no_error (error);
      g_test_message ("%g s", seconds[n]);
    }
  g_assert_cmpfloat (seconds[0], >, 0);
  g_assert_cmpfloat (seconds[1], >, 2 * seconds[0]);
  g_assert_cmpfloat (seconds[1], <, 60);
}

/* Steps of epochs are told from the data; the words come from a worker. */
static void
the_time_is_told_before_the_start (Fixture *fixture, const void *data)
{
  g_autofree char *list = g_build_filename (fixture->folder, "cases.csv", NULL);
  g_autofree char *path = g_build_filename (fixture->folder, "tiny.recipe", NULL);
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *text = NULL;
  TrpTrainSetupPanel *panel = TRP_TRAIN_SETUP_PANEL (
    g_object_ref_sink (trp_train_setup_panel_new (fixture->document)));

  trp_tiny_set (recipe, "schedule.epochs=5");
  text = trp_recipe_to_text (recipe);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  trp_train_setup_panel_set_recipe (panel, path);
  trp_train_setup_panel_set_list (panel, list);
  while (!find_label (GTK_WIDGET (panel), "about "))
    g_main_context_iteration (NULL, TRUE);
  text = (g_free (text),
          g_strdup (gtk_label_get_label (GTK_LABEL (find_label (GTK_WIDGET (panel), "about ")))));
  g_test_message ("%s", text);
  g_assert_true (g_str_has_suffix (text, " steps, 5 epochs"));
  g_assert_nonnull (strstr (text, " on CPU"));
  g_assert_finalize_object (panel);
}

int
main (int argc, char **argv)
{
  g_autofree char *home = trp_test_isolate ();
  int status;

  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  trp_parallel_set_threads (
    1); /* networks this small wait for one another more than they compute */
  g_test_add ("/train-runs/validations-are-charted", Fixture, NULL, set_up, validations_are_charted,
              tear_down);
  g_test_add ("/train-runs/losses-are-chosen", Fixture, NULL, set_up, losses_are_chosen, tear_down);
  g_test_add ("/train-runs/losses-that-nobody-knows-have-charts", Fixture, NULL, set_up,
              losses_that_nobody_knows_have_charts, tear_down);
  g_test_add_func ("/train-runs/rows-of-an-attempt-that-was-given-up-go",
                   rows_of_an_attempt_that_was_given_up_go);
  g_test_add ("/train-runs/runs-of-other-days-are-listed", Fixture, NULL, set_up,
              runs_of_other_days_are_listed, tear_down);
  g_test_add ("/train-runs/checkpoints-are-listed", Fixture, NULL, set_up, checkpoints_are_listed,
              tear_down);
  g_test_add ("/train-runs/best-weights-of-a-generator-are-for-use", Fixture, NULL, set_up,
              best_weights_of_a_generator_are_for_use, tear_down);
  g_test_add ("/train-runs/a-checkpoint-is-used-on-the-open-image", Fixture, NULL, set_up,
              a_checkpoint_is_used_on_the_open_image, tear_down);
  g_test_add ("/train-runs/a-run-branches-from-a-checkpoint", Fixture, NULL, set_up,
              a_run_branches_from_a_checkpoint, tear_down);
  g_test_add ("/train-runs/alarms-stay-with-their-step", Fixture, NULL, set_up,
              alarms_stay_with_their_step, tear_down);
  g_test_add ("/train-runs/the-last-data-are-remembered", Fixture, NULL, set_up,
              the_last_data_are_remembered, tear_down);
  g_test_add ("/train-runs/a-run-is-proposed-among-the-users-documents", Fixture, NULL, set_up,
              a_run_is_proposed_among_the_users_documents, tear_down);
  g_test_add ("/train-runs/a-place-of-an-older-version-is-left", Fixture, NULL, set_up,
              a_place_of_an_older_version_is_left, tear_down);
  g_test_add ("/train-runs/folders-are-named-after-recipe-and-day", Fixture, NULL, set_up,
              folders_are_named_after_recipe_and_day, tear_down);
  g_test_add ("/train-runs/folds-are-chosen-by-their-numbers", Fixture, NULL, set_up,
              folds_are_chosen_by_their_numbers, tear_down);
  g_test_add_func ("/train-runs/a-list-is-one-stop-of-tab", a_list_is_one_stop_of_tab);
  g_test_add ("/train-runs/the-time-of-a-step-is-measured", Fixture, NULL, set_up,
              the_time_of_a_step_is_measured, tear_down);
  g_test_add ("/train-runs/the-time-is-told-before-the-start", Fixture, NULL, set_up,
              the_time_is_told_before_the_start, tear_down);
  status = g_test_run ();
  trp_test_remove_folder (home);
  return status;
}
