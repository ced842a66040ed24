/* test-results.c - the results of a study in a window, and the case behind a point
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "core/io/label-map.h"
#include "tests/lib/check.h"
#include "ui/result-case.h"
#include "ui/results-window.h"

#include <string.h>

typedef struct
{
  char *folder;
} Fixture;

static void
save (const Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* 16 x 16 x 4: a CT, or a square of label 1 on slices 1 to 3. */
static void
save_volume (const Fixture *fixture, const char *name, bool is_ct)
{
  const size_t size[3] = { 16, 16, 4 };
  const double spacing[3] = { 2, 2, 5 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (-15, -15, 100));
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  int16_t voxels[16 * 16 * 4];
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (GError) error = NULL;

  for (int n = 0; n < 16 * 16 * 4; n++)
    {
      const bool inside = n >= 256 && ABS (n % 16 - 8) < 4 && ABS (n / 16 % 16 - 8) < 4;

      voxels[n] = (int16_t) (is_ct ? (inside ? 40 : -1000) : inside);
    }
  bytes = g_bytes_new (voxels, sizeof voxels);
  volume = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, NULL, &error);
  g_assert_no_error (error);
  if (!trp_volume_save (volume, path, &error))
    g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, const void *data)
{
  fixture->folder = trp_test_make_folder ();
  save (fixture, "results.csv",
        "arm,seed,fold,case,patient,structure,slice,metric,value\n"
        "a on CT,1,0,P,P,Liver,,dice,0.8\na on CT,1,0,P,P,Liver,1,dice,0.9\n"
        "a on CT,1,0,P,P,Liver,2,dice,0.3\na on CT,1,0,P,P,Liver,,hd,12\n"
        "b on CT,1,0,P,P,Liver,,dice,0.7\n");
  save (fixture, "files.csv",
        "arm,seed,fold,case,kind,mr,ct,synct,synmr,reference,test\n"
        "a on CT,1,0,P,structures,,ct.nii.gz,,,truth.nii.gz,truth.nii.gz\n");
  save_volume (fixture, "ct.nii.gz", true);
  save_volume (fixture, "truth.nii.gz", false);
}

static void
tear_down (Fixture *fixture, const void *data)
{
  trp_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

typedef struct
{
  const TrpResultFiles *files;
  int slice;
} Opened;

static void
on_open_case (TrpResultsWindow *window, const TrpResultFiles *files, int slice, Opened *opened)
{
  *opened = (Opened){ files, slice };
}

static void
a_point_opens_its_case_at_the_worst_slice (Fixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDocument) document = trp_document_new ();
  TrpResultsWindow *window = trp_results_window_new (fixture->folder, &error);
  Opened opened = { NULL, -1 };
  TrpVec3 cursor;

  g_assert_no_error (error);
  gtk_window_present (GTK_WINDOW (window));
  g_signal_connect (window, "open-case", G_CALLBACK (on_open_case), &opened);
  trp_results_window_choose (window, "hd");
  trp_results_window_open_row (window, 4); /* of an arm without files */
  g_assert_null (opened.files);
  trp_results_window_open_row (window, 3); /* a distance: the slice of the worst Dice */
  g_assert_nonnull (opened.files);
  g_assert_cmpint (opened.slice, ==, 2);
  trp_result_case_open (document, opened.files, opened.slice);
  while (trp_document_count_running_jobs (document) > 0 || !trp_document_peek_edited (document))
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (trp_document_get_volume (document, TRP_ROLE_CT));
  g_assert_cmpstr (trp_document_get_title (document), ==, "P, a on CT");
  g_assert_nonnull (trp_document_peek_reference (document));
  cursor = trp_document_get_cursor (document);
  g_assert_cmpfloat_with_epsilon (cursor.v[2], 110, 1e-6);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
a_folder_without_results_is_said (Fixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;

  save (fixture, "results.csv", "no table\n");
  g_assert_null (trp_results_window_new (fixture->folder, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (trp_results_window_new ("/absent", &error));
  g_assert_nonnull (error);
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

/* From arm to arm, and not beyond the last. */
static void
keys_walk_over_the_cases (Fixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;
  TrpResultsWindow *window = trp_results_window_new (fixture->folder, &error);

  g_assert_no_error (error);
  gtk_window_present (GTK_WINDOW (window));
  trp_results_window_choose (window, "dice");
  while (gtk_widget_get_width (gtk_window_get_focus (GTK_WINDOW (window))) == 0)
    g_main_context_iteration (NULL, TRUE);
  trp_results_window_move (window, 1);
  g_assert_nonnull (
    find_label (GTK_WIDGET (window), "P, a on CT, Liver, seed 1, fold 0: Dice 0.8"));
  trp_results_window_move (window, 1);
  g_assert_nonnull (
    find_label (GTK_WIDGET (window), "P, b on CT, Liver, seed 1, fold 0: Dice 0.7"));
  trp_results_window_move (window, 1);
  g_assert_nonnull (find_label (GTK_WIDGET (window), "P, b on CT"));
  trp_results_window_move (window, -1);
  g_assert_nonnull (find_label (GTK_WIDGET (window), "P, a on CT"));
  gtk_window_destroy (GTK_WINDOW (window));
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, label);

      if (found)
        return found;
    }
  return NULL;
}

/* A study that was stopped before its first result has a table without rows. */
static void
a_study_without_cases_has_nothing_to_save (Fixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;
  TrpResultsWindow *window;
  GtkWidget *save_figure;

  save (fixture, "results.csv", "arm,seed,fold,case,patient,structure,slice,metric,value\n");
  window = trp_results_window_new (fixture->folder, &error);
  g_assert_no_error (error);
  save_figure = find_button (GTK_WIDGET (window), "_Save the figure\u2026");
  g_assert_nonnull (save_figure);
  g_signal_emit_by_name (save_figure, "clicked");
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add ("/results/a-point-opens-its-case-at-the-worst-slice", Fixture, NULL, set_up,
              a_point_opens_its_case_at_the_worst_slice, tear_down);
  g_test_add ("/results/a-study-without-cases-has-nothing-to-save", Fixture, NULL, set_up,
              a_study_without_cases_has_nothing_to_save, tear_down);
  g_test_add ("/results/keys-walk-over-the-cases", Fixture, NULL, set_up, keys_walk_over_the_cases,
              tear_down);
  g_test_add ("/results/a-folder-without-results-is-said", Fixture, NULL, set_up,
              a_folder_without_results_is_said, tear_down);
  return g_test_run ();
}
