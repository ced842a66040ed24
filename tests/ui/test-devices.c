/* test-devices.c - choosing a device in the window, and a device that dies under a training
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/check.h"
#include "tests/lib/fake-gpu.h"
#include "tests/lib/tiny.h"
#include "ui/dialogs/device-panel.h"
#include "ui/dialogs/train-run.h"
#include "ui/dialogs/train-setup.h"
#include "ui/style.h"

#include <math.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *run;
  TrpDataList *list;
  TrpDocument *document;
} Fixture;

static void
set_up (Fixture *f, const void *data)
{
  f->folder = trp_test_make_folder ();
  f->run = g_build_filename (f->folder, "run", NULL);
  f->list = trp_tiny_data (f->folder);
  f->document = trp_document_new ();
}

static void
tear_down (Fixture *f, const void *data)
{
  g_object_unref (f->document);
  trp_fake_gpu_remove ();
  trp_data_list_unref (f->list);
  trp_test_remove_folder (f->folder);
  g_free (f->folder);
  g_free (f->run);
}

static void
probe (TrpCompute *compute)
{
  trp_compute_probe (compute);
  while (!trp_compute_peek_devices (compute))
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_jobs (TrpDocument *document)
{
  while (trp_document_count_running_jobs (document) > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* The first widget of that type below @parent, itself included. */
static GtkWidget *
find (GtkWidget *parent, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (parent, type))
    return parent;
  for (GtkWidget *child = gtk_widget_get_first_child (parent); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type);

      if (found)
        return found;
    }
  return NULL;
}

static GtkWidget *
find_last (GtkWidget *parent, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (parent, type))
    return parent;
  for (GtkWidget *child = gtk_widget_get_last_child (parent); child;
       child = gtk_widget_get_prev_sibling (child))
    {
      GtkWidget *found = find_last (child, type);

      if (found)
        return found;
    }
  return NULL;
}

/* The drop-down has what the machine has; what is chosen is what networks run on. */
static void
test_panel_lists_the_devices (Fixture *f, const void *data)
{
  TrpCompute *compute = trp_compute_get (f->document);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *panel = trp_device_panel_new (compute, TRP_COMPUTE_TRAIN);
  GtkDropDown *device = GTK_DROP_DOWN (find (panel, GTK_TYPE_DROP_DOWN));
  const char *const titles[] = { "Automatic", "Fake", "Fake" };

  trp_fake_gpu_install (f->folder, "");
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (device)), ==, 2);
  gtk_window_set_child (GTK_WINDOW (window), panel);
  gtk_window_present (GTK_WINDOW (window)); /* which makes it look */
  while (!trp_compute_peek_devices (compute))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (trp_compute_get_note (compute), ==, "Fake, float32");
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (device)), ==, 4);
  for (guint n = 0; n < G_N_ELEMENTS (titles); n++)
    g_assert_cmpstr (
      gtk_string_list_get_string (GTK_STRING_LIST (gtk_drop_down_get_model (device)), n), ==,
      titles[n]);
  gtk_drop_down_set_selected (device, 2);
  g_assert_cmpstr (trp_compute_get_device (compute), ==, "cuda:1");
  g_assert_cmpint (trp_compute_get_precision (compute, TRP_COMPUTE_TRAIN), ==,
                   TRP_PRECISION_DEFAULT);
  gtk_drop_down_set_selected (device, 0);
  g_assert_cmpstr (trp_compute_get_device (compute), ==, "auto");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A remembered device that is gone; and the reason is there to be shown. */
static void
test_without_a_driver (Fixture *f, const void *data)
{
  TrpCompute *compute = trp_compute_get (f->document);

  trp_fake_gpu_install (f->folder, "no-driver");
  trp_compute_set_device (compute, "cuda:1");
  trp_compute_set_deterministic (compute, true);
  g_assert_cmpstr (trp_compute_get_device (compute), ==, "cuda:1");
  probe (compute);
  g_assert_cmpstr (trp_compute_get_device (compute), ==, "auto");
  g_assert_true (trp_compute_get_deterministic (compute));
  g_assert_cmpuint (trp_compute_peek_devices (compute)->len, ==, 1);
  g_assert_nonnull (strstr (trp_compute_get_note (compute), ": no NVIDIA driver on this machine"));
}

static const char *
get_item (GtkDropDown *drop_down, guint n)
{
  return gtk_string_list_get_string (GTK_STRING_LIST (gtk_drop_down_get_model (drop_down)), n);
}

/* The fake has float16 and no bfloat16; a CPU trains in float32 alone. */
static void
test_precisions_are_those_of_the_use (Fixture *f, const void *data)
{
  TrpCompute *compute = trp_compute_get (f->document);
  GtkWidget *panels[TRP_COMPUTE_USES];
  GtkDropDown *precisions[TRP_COMPUTE_USES];

  trp_fake_gpu_install (f->folder, "");
  trp_compute_set_precision (compute, TRP_COMPUTE_TRAIN, TRP_PRECISION_BF16);
  probe (compute);
  g_assert_cmpint (trp_compute_get_precision (compute, TRP_COMPUTE_TRAIN), ==,
                   TRP_PRECISION_DEFAULT);
  for (int use = 0; use < TRP_COMPUTE_USES; use++)
    {
      panels[use] = g_object_ref_sink (trp_device_panel_new (compute, (TrpComputeUse) use));
      precisions[use] = GTK_DROP_DOWN (find_last (panels[use], GTK_TYPE_DROP_DOWN));
      g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (precisions[use])), ==,
                        2);
      g_assert_cmpstr (get_item (precisions[use], 0), ==, "default (float32)");
      g_assert_cmpstr (get_item (precisions[use], 1), ==, "float16");
    }
  gtk_drop_down_set_selected (precisions[TRP_COMPUTE_INFER], 1);
  g_assert_cmpint (trp_compute_get_precision (compute, TRP_COMPUTE_INFER), ==, TRP_PRECISION_F16);
  g_assert_cmpint (trp_compute_get_precision (compute, TRP_COMPUTE_TRAIN), ==,
                   TRP_PRECISION_DEFAULT);
  trp_compute_set_device (compute, "cpu");
  g_assert_cmpint (trp_compute_get_precision (compute, TRP_COMPUTE_INFER), ==,
                   TRP_PRECISION_DEFAULT);
  g_assert_cmpuint (
    g_list_model_get_n_items (gtk_drop_down_get_model (precisions[TRP_COMPUTE_TRAIN])), ==, 1);
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (precisions[TRP_COMPUTE_TRAIN])));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (
                     gtk_widget_get_parent (GTK_WIDGET (precisions[TRP_COMPUTE_TRAIN]))),
                   ==, "This device trains in float32 only.");
  for (int use = 0; use < TRP_COMPUTE_USES; use++)
    g_object_unref (panels[use]);
}

static int
measure_height (GtkWidget *widget)
{
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, 250, &least, NULL, NULL, NULL);
  return least;
}

/* Nothing below it moves when the sentence on the device comes. */
static void
test_panel_keeps_its_height (Fixture *f, const void *data)
{
  TrpCompute *compute = trp_compute_get (f->document);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *panel = trp_device_panel_new (compute, TRP_COMPUTE_INFER);
  int before;

  trp_style_load (gdk_display_get_default ());
  trp_fake_gpu_install (f->folder, "old-device");
  gtk_window_set_child (GTK_WINDOW (window), panel);
  before = measure_height (panel);
  probe (compute);
  g_assert_nonnull (strstr (trp_compute_get_note (compute), "is too old"));
  g_assert_cmpint (measure_height (panel), ==, before);
  trp_compute_set_device (compute, "cpu");
  g_assert_cmpint (measure_height (panel), ==, before);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What the trainer would say, and no Start. */
static void
test_too_little_memory_keeps_start_shut (Fixture *f, const void *data)
{
  TrpCompute *compute = trp_compute_get (f->document);
  GtkWidget *setup = g_object_ref_sink (trp_train_setup_panel_new (f->document));
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autofree char *recipe_path = g_build_filename (f->folder, "tiny.recipe", NULL);
  g_autofree char *list_path = g_build_filename (f->folder, "cases.csv", NULL);
  g_autofree char *text = trp_recipe_to_text (recipe);
  TrpTrainSetupPanel *panel = TRP_TRAIN_SETUP_PANEL (setup);
  GtkWidget *start = find_last (setup, GTK_TYPE_BUTTON);
  GtkWidget *reason = gtk_widget_get_prev_sibling (start);

  g_assert_true (g_file_set_contents (recipe_path, text, -1, NULL));
  trp_fake_gpu_install (f->folder, "memory=1000");
  trp_compute_set_device (compute, "cuda");
  trp_train_setup_panel_set_recipe (panel, recipe_path);
  trp_train_setup_panel_set_list (panel, list_path);
  trp_train_setup_panel_set_folder (panel, f->run);
  while (!gtk_widget_get_visible (reason))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (
    g_str_has_prefix (gtk_label_get_label (GTK_LABEL (reason)), "This training needs "));
  g_assert_nonnull (strstr (gtk_label_get_label (GTK_LABEL (reason)), "smaller network"));
  g_assert_false (gtk_widget_get_sensitive (start));
  g_assert_null (trp_train_setup_panel_start (panel));
  trp_compute_set_device (compute, "cpu");
  g_assert_true (gtk_widget_get_sensitive (start));
  g_assert_false (gtk_widget_get_visible (reason));
  g_object_unref (setup);
}

static TrpTrainRun *
start (const Fixture *f, const TrpRecipe *recipe, const char *device, bool resume)
{
  const TrpTrainSetup setup = { .recipe = recipe,
                                .list = f->list,
                                .title = "run",
                                .folder = f->run,
                                .device = device,
                                .fold = -1,
                                .resume = resume };

  return trp_train_run_start (f->document, &setup);
}

static void
take_text (char **out_text, const char *text)
{
  g_free (*out_text);
  *out_text = g_strdup (text);
}

/* The run ends in words, everything else goes on, and so can the run. */
static void
test_a_device_dies_and_the_window_lives (Fixture *f, const void *data)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autoptr (TrpTrainRun) run = NULL, rest = NULL, elsewhere = NULL;
  g_autofree char *withdrawn = NULL;
  const GError *error;

  trp_tiny_set (recipe, "output.save_every=5");
  trp_fake_gpu_install (f->folder, "dies=13");
  run = start (f, recipe, "cuda", false);
  wait_for_jobs (f->document);
  g_assert_cmpint (trp_job_get_state (trp_train_run_get_job (run)), ==, TRP_JOB_FAILED);
  error = trp_job_get_error (trp_train_run_get_job (run));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_DEVICE);
  g_assert_cmpstr (error->message, ==,
                   "The GPU Fake has fallen off the bus; the training ended after step 11, and the "
                   "checkpoint of step 10 is kept: start Triptych again or choose the device cpu, "
                   "and go on from there");
  g_assert_true (trp_train_run_can_go_on (run));
  g_assert_true (trp_document_get_jobs (f->document)->len > 0);

  /* it dies again, in the window's next session on the same folder */
  trp_fake_gpu_install (f->folder, "dies=3");
  g_signal_connect_swapped (f->document, "message-withdrawn", G_CALLBACK (take_text), &withdrawn);
  g_assert_false (isnan (trp_train_run_get_seconds_per_step (run)));
  rest = trp_train_run_go_on (run);
  /* what was said of the failure goes, and its pace may be another device's */
  g_assert_nonnull (withdrawn);
  g_assert_nonnull (strstr (withdrawn, "has fallen off the bus"));
  g_assert_cmpuint (trp_train_run_get_n_rows (rest), >, 1);
  g_assert_true (isnan (trp_train_run_get_seconds_per_step (rest)));
  g_assert_cmpstr (trp_train_run_get_state_name (rest), ==, "preparing");
  wait_for_jobs (f->document);
  g_assert_cmpint (trp_job_get_state (trp_train_run_get_job (rest)), ==, TRP_JOB_FAILED);
  g_assert_true (trp_train_run_can_go_on (rest));
  elsewhere = start (f, recipe, "cpu", true);
  wait_for_jobs (f->document);
  g_assert_no_error (trp_job_get_error (trp_train_run_get_job (elsewhere)));
  g_assert_cmpint (trp_job_get_state (trp_train_run_get_job (elsewhere)), ==, TRP_JOB_DONE);
  g_assert_nonnull (strstr (trp_train_run_get_sentence (elsewhere),
                            "Until step 10 this run was computed by Fake in float32"));
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  ADD ("/ui-devices/panel-lists-the-devices", test_panel_lists_the_devices);
  ADD ("/ui-devices/without-a-driver", test_without_a_driver);
  ADD ("/ui-devices/precisions-are-those-of-the-use", test_precisions_are_those_of_the_use);
  ADD ("/ui-devices/panel-keeps-its-height", test_panel_keeps_its_height);
  ADD ("/ui-devices/too-little-memory-keeps-start-shut", test_too_little_memory_keeps_start_shut);
  ADD ("/ui-devices/a-device-dies-and-the-window-lives", test_a_device_dies_and_the_window_lives);
  return g_test_run ();
}
