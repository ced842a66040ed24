/* test-train.c - a small training from the window's Train mode
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "tests/lib/check.h"
#include "ui/dialogs/recipe-editor.h"
#include "ui/dialogs/run-model.h"
#include "ui/dialogs/train-data.h"
#include "ui/dialogs/train-preview.h"
#include "ui/dialogs/train-progress.h"
#include "ui/dialogs/train-recipes.h"
#include "ui/dialogs/train-setup.h"
#include "ui/dialogs/train-view.h"

#include <string.h>

enum
{
  SIDE = 32,
  SLICES = 3,
};

/* A disc on air, as MR (0 and 500) or CT (-1000 and 40). */
static void
save_image (const char *folder, const char *name, bool is_ct)
{
  const size_t size[3] = { SIDE, SIDE, SLICES };
  const double spacing[3] = { 4, 4, 4 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  const TrpVolumeInfo info = { .modality = is_ct ? TRP_MODALITY_CT : TRP_MODALITY_MR };
  int16_t voxels[SIDE * SIDE * SLICES];
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (GError) error = NULL;

  for (int n = 0; n < SIDE * SIDE * SLICES; n++)
    {
      const int x = n % SIDE - SIDE / 2, y = n / SIDE % SIDE - SIDE / 2;
      const bool is_inside = x * x + y * y < 100;

      voxels[n] = (int16_t) (is_ct ? (is_inside ? 40 : -1000) : (is_inside ? 500 + x : 0));
    }
  bytes = g_bytes_new (voxels, sizeof voxels);
  volume = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, &info, &error);
  g_assert_no_error (error);
  if (!trp_volume_save (volume, path, &error))
    g_assert_no_error (error);
}

static char *
save (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static const char recipe_text[] = "[recipe]\n"
                                  "name=Tiny\n"
                                  "description=Small enough for a test\n"
                                  "trainer=cyclegan\n"
                                  "[data]\n"
                                  "spacing=4\n"
                                  "size=32\n"
                                  "[network]\n"
                                  "generator=resnet-1\n"
                                  "generator_filters=4\n"
                                  "generator_downs=1\n"
                                  "discriminator_filters=4\n"
                                  "discriminator_layers=1\n"
                                  "[training]\n"
                                  "steps=6\n"
                                  "[output]\n"
                                  "log_every=1\n"
                                  "preview_every=3\n"
                                  "save_every=6\n";

typedef struct
{
  char *folder;
  char *list;
  char *recipe;
  char *run;
} Fixture;

static void
set_up (Fixture *fixture, const void *data)
{
  fixture->folder = trp_test_make_folder ();
  save_image (fixture->folder, "mr.nii.gz", false);
  save_image (fixture->folder, "ct.nii.gz", true);
  fixture->list = save (fixture->folder, "cases.csv", "case,mr,ct\na,mr.nii.gz,ct.nii.gz\n");
  fixture->recipe = save (fixture->folder, "tiny.recipe", recipe_text);
  fixture->run = g_build_filename (fixture->folder, "run", NULL);
}

static void
tear_down (Fixture *fixture, const void *data)
{
  trp_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->list);
  g_free (fixture->recipe);
  g_free (fixture->run);
}

static void
wait_for_jobs (TrpDocument *document)
{
  while (trp_document_count_running_jobs (document) > 0)
    g_main_context_iteration (NULL, TRUE);
}

static TrpTrainRun *
start (Fixture *fixture, TrpDocument *document, GtkWidget *setup)
{
  TrpTrainSetupPanel *panel = TRP_TRAIN_SETUP_PANEL (setup);

  trp_train_setup_panel_set_recipe (panel, fixture->recipe);
  trp_train_setup_panel_set_list (panel, fixture->list);
  trp_train_setup_panel_set_folder (panel, fixture->run);
  return trp_train_setup_panel_start (panel);
}

static void
a_run_tells_losses_and_previews (Fixture *fixture, const void *data)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  GtkWidget *setup = g_object_ref_sink (trp_train_setup_panel_new (document));
  g_autoptr (TrpTrainRun) run = start (fixture, document, setup);
  g_autofree char *model = NULL;
  int step;

  g_assert_nonnull (run);
  g_assert_cmpuint (trp_document_count_running_jobs (document), ==, 1);
  wait_for_jobs (document);
  g_assert_no_error (trp_job_get_error (trp_train_run_get_job (run)));
  g_assert_cmpuint (trp_train_run_get_n_rows (run), ==, 6);
  trp_assert_near (trp_train_run_peek_steps (run)[5], 6, 0);
  g_assert_nonnull (trp_train_run_peek_column (run, "cycle_A"));
  g_assert_true (isfinite (trp_train_run_peek_column (run, "D_B")[5]));
  g_assert_null (trp_train_run_peek_column (run, "no such loss"));
  g_assert_cmpuint (trp_train_run_get_n_previews (run), >=, 2);
  g_assert_true (g_file_test (trp_train_run_get_preview (run, 0, &step), G_FILE_TEST_EXISTS));
  g_assert_cmpint (step, ==, 3);
  model = trp_train_run_dup_model (run);
  g_assert_nonnull (model);
  g_object_unref (setup);
}

static void
count (int *counter)
{
  ++*counter;
}

static void
a_trained_network_makes_the_synct (Fixture *fixture, const void *data)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  GtkWidget *setup = g_object_ref_sink (trp_train_setup_panel_new (document));
  g_autoptr (TrpTrainRun) run = start (fixture, document, setup);
  g_autofree char *path = g_build_filename (fixture->folder, "mr.nii.gz", NULL);
  g_autoptr (TrpVolume) mr = trp_volume_load (path, NULL, NULL);
  g_autofree char *model = NULL;
  int n_messages = 0;
  TrpVolume *synct;

  wait_for_jobs (document);
  model = trp_train_run_dup_model (run);
  g_signal_connect_swapped (document, "message", G_CALLBACK (count), &n_messages);
  g_assert_false (trp_run_model (document, TRP_RUN_SYNTHESIZE, TRP_ROLE_MR, model));
  g_assert_cmpint (n_messages, ==, 1);
  trp_document_set_volume (document, TRP_ROLE_MR, mr, NULL);
  g_assert_true (trp_run_model (document, TRP_RUN_SYNTHESIZE, TRP_ROLE_MR, model));
  wait_for_jobs (document);
  synct = trp_document_get_volume (document, TRP_ROLE_SYNCT);
  g_assert_nonnull (synct);
  g_assert_true (
    trp_geometry_equal (trp_volume_get_geometry (synct), trp_volume_get_geometry (mr)));
  g_assert_cmpint (trp_volume_get_info (synct)->modality, ==, TRP_MODALITY_SYNCT);
  g_assert_cmpint (trp_document_get_link (document, TRP_ROLE_SYNCT), ==, TRP_LINK_FROM_MR);
  g_object_unref (setup);
}

static void
networks_can_be_dropped_on_panes (Fixture *fixture, const void *data)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  int n_messages = 0;

  g_signal_connect_swapped (document, "message", G_CALLBACK (count), &n_messages);
  g_assert_false (trp_run_model_drop (document, TRP_ROLE_SYNCT, "/no/such/image.nii.gz"));
  g_assert_cmpint (n_messages, ==, 0);
  g_assert_true (trp_run_model_drop (document, TRP_ROLE_SYNCT, "/no/such/model.safetensors"));
  g_assert_cmpint (n_messages, ==, 1); /* there is no MR */
  g_assert_cmpuint (trp_document_get_jobs (document)->len, ==, 0);
}

static void
a_result_for_an_exchanged_image_is_dropped (Fixture *fixture, const void *data)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  GtkWidget *setup = g_object_ref_sink (trp_train_setup_panel_new (document));
  g_autoptr (TrpTrainRun) run = start (fixture, document, setup);
  g_autofree char *path = g_build_filename (fixture->folder, "mr.nii.gz", NULL);
  g_autoptr (TrpVolume) first = trp_volume_load (path, NULL, NULL);
  g_autoptr (TrpVolume) second = trp_volume_load (path, NULL, NULL);
  g_autofree char *model = NULL;
  int n_messages = 0;

  wait_for_jobs (document);
  model = trp_train_run_dup_model (run);
  trp_document_set_volume (document, TRP_ROLE_MR, first, NULL);
  g_assert_true (trp_run_model (document, TRP_RUN_SYNTHESIZE, TRP_ROLE_MR, model));
  trp_document_set_volume (document, TRP_ROLE_MR, second, NULL);
  g_signal_connect_swapped (document, "message", G_CALLBACK (count), &n_messages);
  wait_for_jobs (document);
  g_assert_null (trp_document_get_volume (document, TRP_ROLE_SYNCT));
  g_assert_cmpint (n_messages, ==, 1);
  g_object_unref (setup);
}

static void
what_is_missing_is_said (Fixture *fixture, const void *data)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  GtkWidget *setup = g_object_ref_sink (trp_train_setup_panel_new (document));

  g_assert_null (trp_train_setup_panel_start (TRP_TRAIN_SETUP_PANEL (setup)));
  trp_train_setup_panel_set_list (TRP_TRAIN_SETUP_PANEL (setup), "/no/such/list.csv");
  g_assert_null (trp_train_setup_panel_start (TRP_TRAIN_SETUP_PANEL (setup)));
  g_assert_cmpuint (trp_document_get_jobs (document)->len, ==, 0);
  g_object_unref (setup);
}

static void
a_second_run_in_the_folder_fails_in_words (Fixture *fixture, const void *data)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  GtkWidget *setup = g_object_ref_sink (trp_train_setup_panel_new (document));
  g_autoptr (TrpTrainRun) first = start (fixture, document, setup);
  g_autoptr (TrpTrainRun) second = NULL;

  wait_for_jobs (document);
  second = start (fixture, document, setup);
  wait_for_jobs (document);
  g_assert_cmpint (trp_job_get_state (trp_train_run_get_job (first)), ==, TRP_JOB_DONE);
  g_assert_cmpint (trp_job_get_state (trp_train_run_get_job (second)), ==, TRP_JOB_FAILED);
  g_assert_nonnull (trp_job_get_error (trp_train_run_get_job (second)));
  g_object_unref (setup);
}

static void
stop_after_a_row (TrpTrainRun *run)
{
  if (trp_train_run_get_n_rows (run) >= 2)
    trp_job_cancel (trp_train_run_get_job (run));
}

static void
a_stopped_run_goes_on_with_its_past (Fixture *fixture, const void *data)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  GtkWidget *setup = g_object_ref_sink (trp_train_setup_panel_new (document));
  TrpTrainSetupPanel *panel = TRP_TRAIN_SETUP_PANEL (setup);
  g_autoptr (TrpTrainRun) first = NULL;
  g_autoptr (TrpTrainRun) second = NULL;
  size_t n_before;

  trp_train_setup_panel_set_recipe (panel, fixture->recipe);
  trp_train_setup_panel_set_list (panel, fixture->list);
  trp_train_setup_panel_set_folder (panel, fixture->run);
  trp_train_setup_panel_set_steps (panel, 400);
  first = trp_train_setup_panel_start (panel);
  g_signal_connect (first, "changed", G_CALLBACK (stop_after_a_row), NULL);
  g_assert_true (trp_train_run_is_busy (document, fixture->run));
  g_assert_false (trp_train_run_can_go_on (first));
  g_assert_null (trp_train_setup_panel_start (panel)); /* two may not write into one folder */
  wait_for_jobs (document);
  g_assert_cmpint (trp_job_get_state (trp_train_run_get_job (first)), ==, TRP_JOB_CANCELLED);
  g_assert_false (trp_train_run_is_busy (document, fixture->run));
  g_assert_true (trp_train_run_can_go_on (first));
  n_before = trp_train_run_get_n_rows (first);
  g_assert_cmpuint (n_before, <, 400);
  second = trp_train_run_go_on (first);
  g_assert_cmpuint (trp_train_run_get_n_rows (second), ==, n_before);
  trp_assert_near (trp_train_run_peek_column (second, "cycle_A")[0],
                   trp_train_run_peek_column (first, "cycle_A")[0],
                   1e-5); /* six digits in log.csv */
  wait_for_jobs (document);
  g_assert_no_error (trp_job_get_error (trp_train_run_get_job (second)));
  g_assert_cmpuint (trp_train_run_get_n_rows (second), ==, 400);
  for (int n = 0; n < 400; n++)
    trp_assert_near (trp_train_run_peek_steps (second)[n], n + 1, 0);
  g_assert_false (trp_train_run_can_go_on (second));
  g_object_unref (setup);
}

static void
the_view_shows_a_run (Fixture *fixture, const void *data)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  GtkWidget *setup = g_object_ref_sink (trp_train_setup_panel_new (document));
  GtkWidget *progress = trp_train_progress_new (document);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *view = g_object_ref_sink (trp_train_view_new (document));
  g_autoptr (TrpTrainRun) run = NULL;

  gtk_window_set_default_size (GTK_WINDOW (window), 800, 600);
  gtk_window_set_child (GTK_WINDOW (window), progress);
  gtk_window_present (GTK_WINDOW (window));
  run = start (fixture, document, setup);
  trp_train_progress_set_run (TRP_TRAIN_PROGRESS (progress), run, NULL);
  wait_for_jobs (document);
  for (int turn = 0; turn < 100; turn++)
    g_main_context_iteration (NULL, FALSE);
  trp_train_progress_set_run (TRP_TRAIN_PROGRESS (progress), NULL, NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (setup);
  g_assert_finalize_object (view);
}

static void
shipped_recipes_are_listed (void)
{
  GtkWidget *recipes = g_object_ref_sink (trp_train_recipes_new ());
  const char *chosen = trp_train_recipes_get_chosen (TRP_TRAIN_RECIPES (recipes));

  g_assert_nonnull (chosen);
  g_assert_true (g_str_has_prefix (chosen, "cyclegan"));
  g_assert_finalize_object (recipes);
}

static GtkWidget *
find_by_class (GtkWidget *widget, const char *class_name)
{
  GtkWidget *found = gtk_widget_has_css_class (widget, class_name) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_by_class (child, class_name);
  return found;
}

/* One case cannot be read, one validates; nine need the button. */
static void
cases_are_shown_as_pictures (Fixture *fixture, const void *data)
{
  GString *text = g_string_new ("case,mr,ct,fold\n");
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDataList) list = NULL;
  GtkWidget *window = gtk_window_new ();
  TrpTrainData *cases = TRP_TRAIN_DATA (trp_train_data_new ());
  GtkWidget *framed;

  for (int n = 0; n < 9; n++)
    g_string_append_printf (text, "P_%d,%s,,%d\n", n, n == 1 ? "absent.nii.gz" : "mr.nii.gz",
                            n == 3);
  path = save (fixture->folder, "nine.csv", text->str);
  g_string_free (text, TRUE);
  list = trp_data_list_load (path, &error);
  g_assert_no_error (error);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (cases));
  g_assert_cmpuint (trp_train_data_get_chosen (cases), ==, SIZE_MAX);
  trp_train_data_set_list (cases, list);
  trp_train_data_set_fold (cases, 1);
  while (trp_train_data_count_pictures (cases) < 6)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (trp_train_data_get_chosen (cases), ==, 0);
  framed = find_by_class (GTK_WIDGET (cases), "validation");
  g_assert_cmpstr (gtk_widget_get_tooltip_text (framed), ==, "P_3, validation");
  trp_train_data_set_fold (cases, -1);
  g_assert_null (find_by_class (GTK_WIDGET (cases), "validation"));
  g_signal_emit_by_name (find_by_class (GTK_WIDGET (cases), "more-cases"), "clicked");
  while (trp_train_data_count_pictures (cases) < 8)
    g_main_context_iteration (NULL, TRUE);
  trp_train_data_set_list (cases, NULL);
  g_assert_cmpuint (trp_train_data_get_chosen (cases), ==, SIZE_MAX);
  gtk_window_destroy (GTK_WINDOW (window));
}

static GtkWidget *
find_named (GtkWidget *widget, GType type, const char *label)
{
  GtkWidget *found = NULL;

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) &&
      (!label || g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_named (child, type, label);
  return found;
}

static void
wait_for_stages (TrpTrainPreview *preview, size_t n)
{
  while (trp_train_preview_count_stages (preview) != n)
    g_main_context_iteration (NULL, TRUE);
}

/* In the file, one step, for the network; then the other image, which has no steps. */
static void
a_case_is_shown_as_the_network_gets_it (Fixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDataList) list = trp_data_list_load (fixture->list, &error);
  g_autoptr (TrpRecipe) recipe = trp_recipe_load (fixture->recipe, &error);
  GtkWidget *window = gtk_window_new ();
  TrpTrainPreview *preview = TRP_TRAIN_PREVIEW (trp_train_preview_new ());
  GtkWidget *roles;

  g_assert_no_error (error);
  if (!trp_recipe_set (recipe, "preprocess.mr_steps=crop-centre 0.5", &error))
    g_assert_no_error (error);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (preview));
  trp_train_preview_set_case (preview, recipe, list, 0);
  wait_for_stages (preview, 3);
  roles = find_named (GTK_WIDGET (preview), GTK_TYPE_DROP_DOWN, NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (roles), 1);
  g_assert_cmpuint (trp_train_preview_count_stages (preview), ==, 0);
  wait_for_stages (preview, 2);
  trp_train_preview_set_case (preview, NULL, NULL, 0);
  g_assert_cmpuint (trp_train_preview_count_stages (preview), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
keep_name (const char *name, gpointer data)
{
  g_free (*(char **) data);
  *(char **) data = g_strdup (name);
}

/* A mistake is said while it is typed and cannot be saved; what is right becomes one's own. */
static void
a_recipe_of_ones_own (void)
{
  GtkWidget *owner = gtk_window_new (), *window, *save, *view;
  GtkWidget *recipes = trp_train_recipes_new ();
  g_autofree char *name = NULL;
  GtkTextBuffer *buffer;
  GtkTextIter start;

  gtk_window_set_child (GTK_WINDOW (owner), recipes);
  window = trp_recipe_editor_open (owner, "segmenter-phantom", false, keep_name, &name);
  save = find_named (window, GTK_TYPE_BUTTON, "Save");
  view = find_named (window, GTK_TYPE_TEXT_VIEW, NULL);
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  g_assert_true (gtk_widget_get_sensitive (save));
  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_insert (buffer, &start, "[training]\nstepps=3\n", -1);
  g_assert_false (gtk_widget_get_sensitive (save));
  gtk_text_buffer_set_text (buffer, "[recipe]\ntrainer=segmenter\n[training]\nsteps=3\n", -1);
  g_assert_true (gtk_widget_get_sensitive (save));
  g_signal_emit_by_name (save, "clicked");
  g_assert_cmpstr (name, ==, "segmenter-phantom-2");
  trp_train_recipes_refresh (TRP_TRAIN_RECIPES (recipes), name);
  g_assert_cmpstr (trp_train_recipes_get_chosen (TRP_TRAIN_RECIPES (recipes)), ==, name);

  window = trp_recipe_editor_open (owner, name, false, keep_name, &name);
  g_signal_emit_by_name (find_named (window, GTK_TYPE_BUTTON, "Delete"), "clicked");
  trp_train_recipes_refresh (TRP_TRAIN_RECIPES (recipes), name);
  g_assert_cmpstr (trp_train_recipes_get_chosen (TRP_TRAIN_RECIPES (recipes)), ==,
                   "cyclegan-mr-ct");
  gtk_window_destroy (GTK_WINDOW (owner));
}

int
main (int argc, char **argv)
{
  g_autofree char *home = trp_test_isolate ();
  int status;

  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add ("/train/a-run-tells-losses-and-previews", Fixture, NULL, set_up,
              a_run_tells_losses_and_previews, tear_down);
  g_test_add ("/train/a-trained-network-makes-the-synct", Fixture, NULL, set_up,
              a_trained_network_makes_the_synct, tear_down);
  g_test_add ("/train/networks-can-be-dropped-on-panes", Fixture, NULL, set_up,
              networks_can_be_dropped_on_panes, tear_down);
  g_test_add ("/train/a-result-for-an-exchanged-image-is-dropped", Fixture, NULL, set_up,
              a_result_for_an_exchanged_image_is_dropped, tear_down);
  g_test_add ("/train/what-is-missing-is-said", Fixture, NULL, set_up, what_is_missing_is_said,
              tear_down);
  g_test_add ("/train/a-second-run-in-the-folder-fails-in-words", Fixture, NULL, set_up,
              a_second_run_in_the_folder_fails_in_words, tear_down);
  g_test_add ("/train/a-stopped-run-goes-on-with-its-past", Fixture, NULL, set_up,
              a_stopped_run_goes_on_with_its_past, tear_down);
  g_test_add ("/train/the-view-shows-a-run", Fixture, NULL, set_up, the_view_shows_a_run,
              tear_down);
  g_test_add ("/train/cases-are-shown-as-pictures", Fixture, NULL, set_up,
              cases_are_shown_as_pictures, tear_down);
  g_test_add ("/train/a-case-is-shown-as-the-network-gets-it", Fixture, NULL, set_up,
              a_case_is_shown_as_the_network_gets_it, tear_down);
  g_test_add_func ("/train/a-recipe-of-ones-own", a_recipe_of_ones_own);
  g_test_add_func ("/train/shipped-recipes-are-listed", shipped_recipes_are_listed);
  status = g_test_run ();
  trp_test_remove_folder (home);
  return status;
}
