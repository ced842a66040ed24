/* test-results.c - the results of a study in a window, and the case behind a point
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "core/io/label-map.h"
#include "core/study/study-figures.h"
#include "tests/lib/check.h"
#include "ui/result-case.h"
#include "ui/results-window.h"

#include <math.h>
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
open_case (TrpDocument *document, const TrpResultFiles *files)
{
  trp_result_case_open (document, files, -1);
  while (trp_document_count_running_jobs (document) > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* What lies under or over images of somebody else keeps its name to itself. */
static void
a_case_names_its_own_images_alone (Fixture *fixture, const void *data)
{
  g_autofree char *ct = g_build_filename (fixture->folder, "ct.nii.gz", NULL);
  g_autofree char *truth = g_build_filename (fixture->folder, "truth.nii.gz", NULL);
  TrpResultFiles files = { .case_name = (char *) "P", .arm = (char *) "a", .ct = ct };
  TrpResultFiles structures = { .case_name = (char *) "P",
                                .arm = (char *) "a",
                                .are_structures = true,
                                .reference = truth,
                                .test = truth };
  const TrpVolumeInfo info = { .modality = TRP_MODALITY_MR, .patient_id = (char *) "Q" };
  g_autoptr (TrpVolume) volume = trp_volume_load (ct, NULL, NULL);
  g_autoptr (TrpVolume) other = trp_volume_new_with_info (volume, &info);
  g_autoptr (TrpDocument) with_image = trp_document_new ();
  g_autoptr (TrpDocument) under_mr = trp_document_new ();
  g_autoptr (TrpDocument) alone = trp_document_new ();

  trp_document_set_volume (with_image, TRP_ROLE_CT, other, NULL);
  open_case (with_image, &structures);
  g_assert_nonnull (trp_document_peek_edited (with_image));
  g_assert_cmpstr (trp_document_get_title (with_image), ==, "Q");
  trp_document_set_volume (under_mr, TRP_ROLE_MR, other, NULL);
  open_case (under_mr, &files);
  g_assert_nonnull (trp_document_get_volume (under_mr, TRP_ROLE_CT));
  g_assert_cmpstr (trp_document_get_title (under_mr), ==, "Q");
  open_case (alone, &files);
  g_assert_cmpstr (trp_document_get_title (alone), ==, "P, a");
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

/* ---- pointer and keys together ---- */

static GtkEventController *
find_controller (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) list = gtk_widget_observe_controllers (widget);

  for (guint n = 0; n < g_list_model_get_n_items (list); n++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (list, n);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type))
        return controller; /* the widget keeps it */
    }
  return NULL;
}

static bool
press (GtkWidget *drawing, guint key)
{
  gboolean is_taken = FALSE;

  g_signal_emit_by_name (find_controller (drawing, GTK_TYPE_EVENT_CONTROLLER_KEY), "key-pressed",
                         key, 0, 0, &is_taken);
  return is_taken;
}

static void
point_at (GtkWidget *drawing, double x, double y)
{
  g_signal_emit_by_name (find_controller (drawing, GTK_TYPE_EVENT_CONTROLLER_MOTION), "motion", x,
                         y);
}

/* Arm "a" is the first point of Dice, arm "b" the second. */
static TrpFigureHit
find_point (Fixture *fixture, GtkWidget *drawing, size_t n)
{
  g_autofree char *path = g_build_filename (fixture->folder, "results.csv", NULL);
  g_autoptr (TrpResults) results = trp_results_load (path, NULL);
  TrpFigure *figure = trp_results_draw_boxes (results, "dice");
  TrpFigureHit hit;

  g_assert_true (trp_figure_get_nth (figure, gtk_widget_get_width (drawing),
                                     gtk_widget_get_height (drawing), TRP_FIGURE_SCREEN, n, &hit));
  trp_figure_unref (figure);
  return hit;
}

static GtkWidget *
present (TrpResultsWindow *window)
{
  GtkWidget *drawing;

  gtk_window_present (GTK_WINDOW (window));
  trp_results_window_choose (window, "dice");
  drawing = gtk_window_get_focus (GTK_WINDOW (window));
  while (gtk_widget_get_width (drawing) == 0)
    g_main_context_iteration (NULL, TRUE);
  return drawing;
}

/* Whichever of pointer and keys came last. */
static void
enter_opens_the_case_that_is_shown (Fixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;
  TrpResultsWindow *window;
  Opened opened = { NULL, -1 };
  GtkWidget *drawing;
  TrpFigureHit point;

  save (fixture, "files.csv",
        "arm,seed,fold,case,kind,mr,ct,synct,synmr,reference,test\n"
        "a on CT,1,0,P,structures,,ct.nii.gz,,,truth.nii.gz,truth.nii.gz\n"
        "b on CT,1,0,P,structures,,ct.nii.gz,,,truth.nii.gz,truth.nii.gz\n");
  window = trp_results_window_new (fixture->folder, &error);
  g_assert_no_error (error);
  g_signal_connect (window, "open-case", G_CALLBACK (on_open_case), &opened);
  drawing = present (window);
  g_assert_false (press (drawing, GDK_KEY_Return)); /* nothing is shown */
  g_assert_true (press (drawing, GDK_KEY_Right));
  g_assert_nonnull (find_label (GTK_WIDGET (window), "P, a on CT"));
  point = find_point (fixture, drawing, 1);
  point_at (drawing, point.x_px, point.y_px);
  g_assert_nonnull (find_label (GTK_WIDGET (window), "P, b on CT"));
  g_assert_true (press (drawing, GDK_KEY_Return));
  g_assert_cmpstr (opened.files->arm, ==, "b on CT");
  g_assert_true (press (drawing, GDK_KEY_Left)); /* goes on from there */
  g_assert_nonnull (find_label (GTK_WIDGET (window), "P, a on CT"));
  point_at (drawing, 1, 1); /* over no point: what is shown stays */
  g_assert_nonnull (find_label (GTK_WIDGET (window), "P, a on CT"));
  g_assert_true (press (drawing, GDK_KEY_KP_Enter));
  g_assert_cmpstr (opened.files->arm, ==, "a on CT");
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
draw_widget (GtkWidget *widget, cairo_t *cr)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;

  GTK_WIDGET_GET_CLASS (widget)->snapshot (widget, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  gsk_render_node_draw (node, cr);
  gsk_render_node_unref (node);
}

static uint32_t
get_pixel (cairo_surface_t *surface, double x, double y)
{
  cairo_surface_flush (surface);
  return *(const uint32_t *) (cairo_image_surface_get_data (surface) +
                              (int) y * cairo_image_surface_get_stride (surface) + 4 * (int) x) &
         0xffffff;
}

/* Pixels to the right of a point that another figure, without the ring, has otherwise. */
static size_t
count_ring (Fixture *fixture, GtkWidget *drawing, const TrpFigureHit *at)
{
  const int width = gtk_widget_get_width (drawing), height = gtk_widget_get_height (drawing);
  g_autofree char *path = g_build_filename (fixture->folder, "results.csv", NULL);
  g_autoptr (TrpResults) results = trp_results_load (path, NULL);
  TrpFigure *figure = trp_results_draw_boxes (results, "dice");
  cairo_surface_t *seen = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_surface_t *plain = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t *cr = cairo_create (seen);
  size_t n = 0;

  draw_widget (drawing, cr);
  cairo_destroy (cr);
  cr = cairo_create (plain);
  trp_figure_draw (figure, cr, width, height, TRP_FIGURE_SCREEN, NULL);
  cairo_destroy (cr);
  for (int step = -15; step <= 15; step++)
    n += get_pixel (seen, at->x_px + step, at->y_px) !=
         get_pixel (plain, at->x_px + step, at->y_px);
  cairo_surface_destroy (seen);
  cairo_surface_destroy (plain);
  trp_figure_unref (figure);
  return n;
}

static void
the_ring_goes_with_its_point (Fixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;
  TrpResultsWindow *window = trp_results_window_new (fixture->folder, &error);
  GtkWidget *drawing;
  TrpFigureHit before, after, other;
  int width;

  g_assert_no_error (error);
  drawing = present (window);
  before = find_point (fixture, drawing, 1);
  point_at (drawing, before.x_px, before.y_px);
  g_assert_cmpuint (count_ring (fixture, drawing, &before), >, 0);
  width = gtk_widget_get_width (drawing);
  gtk_window_set_default_size (GTK_WINDOW (window), 600, 500);
  while (gtk_widget_get_width (drawing) == width)
    g_main_context_iteration (NULL, TRUE);
  after = find_point (fixture, drawing, 1);
  other = find_point (fixture, drawing, 0);
  g_assert_cmpfloat (fabs (after.x_px - before.x_px), >, 15);
  g_assert_cmpuint (count_ring (fixture, drawing, &after), >, 0);
  g_assert_cmpuint (count_ring (fixture, drawing, &other), ==, 0);
  g_assert_nonnull (find_label (GTK_WIDGET (window), "P, b on CT"));
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
  g_test_add ("/results/enter-opens-the-case-that-is-shown", Fixture, NULL, set_up,
              enter_opens_the_case_that_is_shown, tear_down);
  g_test_add ("/results/the-ring-goes-with-its-point", Fixture, NULL, set_up,
              the_ring_goes_with_its_point, tear_down);
  g_test_add ("/results/a-case-names-its-own-images-alone", Fixture, NULL, set_up,
              a_case_names_its_own_images_alone, tear_down);
  g_test_add ("/results/a-folder-without-results-is-said", Fixture, NULL, set_up,
              a_folder_without_results_is_said, tear_down);
  return g_test_run ();
}
