/* results-window.c - see results-window.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/results-window.h"
#include "config.h"
#include "core/metrics/metric-info.h"
#include "core/study/study-figures.h"
#include "core/study/summary.h"
#include "ui/dialogs/form.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

struct _TrpResultsWindow
{
  GtkWindow parent_instance;

  TrpResults *results;
  TrpStudySummary *summary; /* (nullable): no whole cases */
  GPtrArray *metrics;       /* (element-type utf8): in the order of the drop-down */
  GPtrArray *files;         /* (nullable) */
  char *no_files;           /* why there are none of a result */
  TrpFigure *figure;
  GtkWidget *metric;
  GtkWidget *drawing;
  GtkWidget *status;
  GtkWidget *table;
  GtkFileChooserNative *chooser;
  TrpFigureHit shown; /* by ring and status line, whether pointer or keys came to it */
  bool has_shown;
  int nth; /* place of @shown among the points; -1: not looked up */
};

static guint open_case;

G_DEFINE_FINAL_TYPE (TrpResultsWindow, trp_results_window, GTK_TYPE_WINDOW)

static const char *
get_metric (TrpResultsWindow *self)
{
  return self->metrics->pdata[gtk_drop_down_get_selected (GTK_DROP_DOWN (self->metric))];
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  TrpResultsWindow *self = user_data;

  if (self->figure)
    trp_figure_draw (self->figure, cr, width, height, TRP_FIGURE_SCREEN,
                     self->has_shown ? &self->shown : NULL);
}

/* ---- numbers ---- */

static void
add_cell (TrpResultsWindow *self, int row, int column, const char *text, bool is_head)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), column < 2 ? 0 : 1);
  gtk_widget_add_css_class (label, is_head ? "second" : "numeric");
  gtk_grid_attach (GTK_GRID (self->table), label, column, row, 1, 1);
}

static void
add_number (TrpResultsWindow *self, int row, int column, double value)
{
  const int digits = fabs (value) >= 100 ? 1 : 3;
  g_autofree char *text = isnan (value) ? g_strdup (_ ("n/a"))
                                        : g_strdup_printf ("%s%.*f", value < 0 ? "\u2212" : "",
                                                           digits, fabs (value));

  add_cell (self, row, column, text, false);
}

static void
add_head (TrpResultsWindow *self, int row, const char *const *names)
{
  for (int n = 0; names[n]; n++)
    add_cell (self, row, n, *names[n] ? _ (names[n]) : "", true);
}

static const char *
name_structure (const char *structure)
{
  return structure && *structure ? structure : _ ("whole image");
}

static int
add_rows (TrpResultsWindow *self, int row)
{
  static const char *const heads[] = {
    N_ ("Arm"), N_ ("Structure"), "n", N_ ("mean"), "SD", N_ ("median"), "Q1",
    "Q3",       N_ ("left out"),  NULL
  };
  size_t n_rows;
  const TrpSummaryRow *rows = trp_study_summary_peek_rows (self->summary, &n_rows);

  add_head (self, row++, heads);
  for (size_t n = 0; n < n_rows; n++)
    {
      const TrpSummary *numbers = &rows[n].numbers;
      const double values[] = { numbers->mean, numbers->sd, numbers->median, numbers->q1,
                                numbers->q3 };
      g_autofree char *count = g_strdup_printf ("%zu", numbers->n);
      g_autofree char *left_out = g_strdup_printf ("%zu", numbers->n_nan + numbers->n_infinite);

      if (strcmp (rows[n].metric, get_metric (self)) != 0)
        continue;
      add_cell (self, row, 0, rows[n].arm, false);
      add_cell (self, row, 1, name_structure (rows[n].structure), false);
      add_cell (self, row, 2, count, false);
      for (size_t v = 0; v < G_N_ELEMENTS (values); v++)
        add_number (self, row, (int) v + 3, values[v]);
      add_cell (self, row++, 8, left_out, false);
    }
  return row;
}

static void
add_tests (TrpResultsWindow *self, int row)
{
  static const char *const heads[] = { N_ ("Difference"),
                                       N_ ("Structure"),
                                       "n",
                                       N_ ("mean"),
                                       N_ ("from (95 %)"),
                                       N_ ("to"),
                                       N_ ("p, t-test"),
                                       N_ ("p, Wilcoxon"),
                                       N_ ("p, Holm"),
                                       NULL };
  size_t n_tests;
  const TrpComparison *tests = trp_study_summary_peek_comparisons (self->summary, &n_tests);
  bool has_head = false;

  for (size_t n = 0; n < n_tests; n++)
    {
      const TrpComparison *test = &tests[n];
      const double values[] = { test->t.difference, test->difference.low, test->difference.high,
                                test->t.p,          test->wilcoxon.p,     test->wilcoxon_holm };
      g_autofree char *name = g_strdup_printf ("%s \u2212 %s", test->first, test->second);
      g_autofree char *count = g_strdup_printf ("%zu", test->t.n);

      if (strcmp (test->metric, get_metric (self)) != 0)
        continue;
      if (!has_head)
        add_head (self, row++, heads);
      has_head = true;
      add_cell (self, row, 0, name, false);
      add_cell (self, row, 1, name_structure (test->structure), false);
      add_cell (self, row, 2, count, false);
      for (size_t v = 0; v < G_N_ELEMENTS (values); v++)
        add_number (self, row, (int) v + 3, values[v]);
      row++;
    }
}

static void
fill_table (TrpResultsWindow *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->table)))
    gtk_grid_remove (GTK_GRID (self->table), child);
  if (self->summary)
    add_tests (self, add_rows (self, 0));
}

/* ---- choices ---- */

static void
show (TrpResultsWindow *self)
{
  if (self->metrics->len == 0)
    return;
  g_clear_pointer (&self->figure, trp_figure_unref);
  self->has_shown = false;
  self->figure = trp_results_draw_boxes (self->results, get_metric (self));
  gtk_widget_queue_draw (self->drawing);
  fill_table (self);
  self->nth = -1;
  gtk_label_set_label (
    GTK_LABEL (self->status),
    self->files ? _ ("Point at a case to see its value; click to open it. Keys: arrows and Enter.")
                : _ ("Point at a case to see its value, or walk with the arrow keys."));
}

void
trp_results_window_choose (TrpResultsWindow *self, const char *metric)
{
  for (guint n = 0; n < self->metrics->len; n++)
    if (strcmp (self->metrics->pdata[n], metric) == 0)
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->metric), n);
}

/* ---- pointer ---- */

static bool
find (TrpResultsWindow *self, double x, double y, TrpFigureHit *out_hit)
{
  return self->figure &&
         trp_figure_find (self->figure, gtk_widget_get_width (self->drawing),
                          gtk_widget_get_height (self->drawing), TRP_FIGURE_SCREEN, x, y, out_hit);
}

/* "STS_044, synct on CT, seed 1, fold 0: Dice 0.83" */
static char *
dup_about (TrpResultsWindow *self, const TrpFigureHit *hit)
{
  const TrpResult *row = trp_results_get (self->results, hit->id);
  g_autofree char *label = trp_metric_dup_label (row->metric);
  GString *text = g_string_new (row->case_name);

  g_string_append_printf (text, ", %s", row->arm);
  if (row->structure && *row->structure)
    g_string_append_printf (text, ", %s", row->structure);
  if (row->seed != TRP_RESULT_NONE)
    g_string_append_printf (text, _ (", seed %d"), row->seed);
  if (row->fold != TRP_RESULT_NONE)
    g_string_append_printf (text, _ (", fold %d"), row->fold);
  g_string_append_printf (text, ": %s %s%.4g", label, hit->y < 0 ? "\u2212" : "", fabs (hit->y));
  return g_string_free (text, FALSE);
}

static void
show_hit (TrpResultsWindow *self, const TrpFigureHit *hit)
{
  g_autofree char *text = dup_about (self, hit);

  self->shown = *hit;
  self->has_shown = true;
  gtk_widget_queue_draw (self->drawing);
  gtk_label_set_label (GTK_LABEL (self->status), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->drawing),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void
on_motion (GtkEventControllerMotion *controller, double x, double y, TrpResultsWindow *self)
{
  TrpFigureHit hit;
  const bool is_over = find (self, x, y, &hit);

  gtk_widget_set_cursor_from_name (self->drawing, is_over && self->files ? "pointer" : NULL);
  if (!is_over || (self->has_shown && hit.id == self->shown.id))
    return;
  self->nth = -1;
  show_hit (self, &hit);
}

void
trp_results_window_open_row (TrpResultsWindow *self, size_t index)
{
  const TrpResult *row = trp_results_get (self->results, index);
  const TrpResultFiles *files = self->files ? trp_result_files_find (self->files, row) : NULL;
  size_t slice;

  if (!files)
    gtk_label_set_label (GTK_LABEL (self->status), self->no_files);
  else if (trp_results_find_worst_slice (self->results, row, &slice))
    g_signal_emit (self, open_case, 0, files, (int) slice);
  else
    g_signal_emit (self, open_case, 0, files, -1);
}

static void
on_click (GtkGestureClick *gesture, int n_press, double x, double y, TrpResultsWindow *self)
{
  TrpFigureHit hit;

  if (n_press == 1 && find (self, x, y, &hit)) /* a double click is one wish */
    trp_results_window_open_row (self, hit.id);
}

/* ---- keys ---- */

static bool
find_nth (TrpResultsWindow *self, int n, TrpFigureHit *out_hit)
{
  return self->figure && n >= 0 &&
         trp_figure_get_nth (self->figure, gtk_widget_get_width (self->drawing),
                             gtk_widget_get_height (self->drawing), TRP_FIGURE_SCREEN, (size_t) n,
                             out_hit);
}

/* The point that is shown as it lies now. */
static bool
look_up_shown (TrpResultsWindow *self, TrpFigureHit *out_hit)
{
  TrpFigureHit hit;

  if (!self->has_shown)
    return false;
  for (int n = MAX (self->nth, 0); find_nth (self, n, &hit); n++)
    if (hit.id == self->shown.id)
      {
        self->nth = n;
        *out_hit = hit;
        return true;
      }
  return false;
}

/* The ring goes with its point. */
static void
on_resize (GtkDrawingArea *area, int width, int height, TrpResultsWindow *self)
{
  self->has_shown = look_up_shown (self, &self->shown);
}

void
trp_results_window_move (TrpResultsWindow *self, int step)
{
  TrpFigureHit hit;
  const int n = look_up_shown (self, &hit) ? self->nth + step : 0;

  if (!find_nth (self, n, &hit))
    return;
  self->nth = n;
  show_hit (self, &hit);
}

static gboolean
on_key (GtkEventControllerKey *controller,
        guint key,
        guint code,
        GdkModifierType state,
        TrpResultsWindow *self)
{
  static const struct
  {
    guint key;
    int step;
  } steps[] = {
    { GDK_KEY_Right, 1 }, { GDK_KEY_Up, 1 }, { GDK_KEY_Left, -1 }, { GDK_KEY_Down, -1 }
  };

  for (size_t n = 0; n < G_N_ELEMENTS (steps); n++)
    if (key == steps[n].key)
      {
        trp_results_window_move (self, steps[n].step);
        return TRUE;
      }
  if ((key != GDK_KEY_Return && key != GDK_KEY_KP_Enter && key != GDK_KEY_space) ||
      !self->has_shown)
    return FALSE;
  trp_results_window_open_row (self, self->shown.id);
  return TRUE;
}

/* ---- saving the figure ---- */

static void
on_save_chosen (GtkNativeDialog *dialog, int response, TrpResultsWindow *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file ? g_file_get_path (file) : NULL;
  g_autoptr (GError) error = NULL;

  if (response == GTK_RESPONSE_ACCEPT && path && self->figure &&
      !trp_figure_save (self->figure, path, &error))
    gtk_label_set_label (GTK_LABEL (self->status), error->message);
  g_clear_object (&self->chooser);
}

static void
on_save (TrpResultsWindow *self)
{
  g_autofree char *name = NULL;

  if (!self->figure)
    return;
  name = g_strconcat (get_metric (self), ".pdf", NULL);
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Save the figure as PDF, SVG or PNG"),
                                               GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE,
                                               _ ("Save"), NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect (self->chooser, "response", G_CALLBACK (on_save_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* ---- making ---- */

static void
trp_results_window_dispose (GObject *object)
{
  TrpResultsWindow *self = TRP_RESULTS_WINDOW (object);

  g_clear_object (&self->chooser);
  g_clear_pointer (&self->figure, trp_figure_unref);
  g_clear_pointer (&self->summary, trp_study_summary_free);
  g_clear_pointer (&self->metrics, g_ptr_array_unref);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->no_files, g_free);
  g_clear_pointer (&self->results, trp_results_unref);
  G_OBJECT_CLASS (trp_results_window_parent_class)->dispose (object);
}

static void
trp_results_window_class_init (TrpResultsWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_results_window_dispose;
  open_case = g_signal_new ("open-case", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                            NULL, NULL, G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_INT);
}

static GtkWidget *
make_head (TrpResultsWindow *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *save = trp_form_set_mnemonic (gtk_button_new (), _ ("_Save the figure\u2026"));

  self->metric = gtk_drop_down_new (NULL, NULL);
  gtk_widget_set_hexpand (save, TRUE);
  gtk_widget_set_halign (save, GTK_ALIGN_END);
  g_signal_connect_swapped (self->metric, "notify::selected", G_CALLBACK (show), self);
  g_signal_connect_swapped (save, "clicked", G_CALLBACK (on_save), self);
  gtk_box_append (GTK_BOX (head), trp_form_row (C_ ("study", "Measure"), self->metric));
  gtk_box_append (GTK_BOX (head), save);
  gtk_widget_add_css_class (head, "panel");
  return head;
}

static GtkWidget *
make_drawing (TrpResultsWindow *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->drawing = g_object_new (GTK_TYPE_DRAWING_AREA, "accessible-role", GTK_ACCESSIBLE_ROLE_IMG,
                                "focusable", TRUE, NULL);
  gtk_widget_add_css_class (self->drawing, "figure");
  gtk_widget_set_vexpand (self->drawing, TRUE);
  gtk_widget_set_size_request (self->drawing, 480, 240);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->drawing), draw, self, NULL);
  g_signal_connect (self->drawing, "resize", G_CALLBACK (on_resize), self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->drawing), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Box plot of the chosen measure"), -1);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (click, "released", G_CALLBACK (on_click), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (self->drawing, keys);
  gtk_widget_add_controller (self->drawing, motion);
  gtk_widget_add_controller (self->drawing, GTK_EVENT_CONTROLLER (click));
  return self->drawing;
}

static void
trp_results_window_init (TrpResultsWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->metrics = g_ptr_array_new_with_free_func (g_free);
  self->status = gtk_label_new (NULL);
  self->table = gtk_grid_new ();
  gtk_label_set_xalign (GTK_LABEL (self->status), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->status), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->status, "status");
  gtk_grid_set_column_spacing (GTK_GRID (self->table), 18);
  gtk_grid_set_row_spacing (GTK_GRID (self->table), 2);
  gtk_widget_add_css_class (self->table, "panel");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->table);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 220);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_box_append (GTK_BOX (box), make_head (self));
  gtk_box_append (GTK_BOX (box), make_drawing (self));
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), self->status);
  gtk_window_set_child (GTK_WINDOW (self), box);
  gtk_window_set_default_size (GTK_WINDOW (self), 900, 680);
  gtk_window_set_focus (GTK_WINDOW (self), self->drawing);
  trp_form_close_on_escape (GTK_WIDGET (self));
}

/* Of whole cases. */
static void
list_metrics (TrpResultsWindow *self)
{
  const TrpResultFilter cases = { 0 };
  g_autoptr (TrpResults) some = trp_results_select (self->results, &cases);
  g_autoptr (GPtrArray) keys = trp_results_list (some, TRP_RESULT_METRIC);
  g_autoptr (GtkStringList) labels = gtk_string_list_new (NULL);

  for (guint n = 0; n < keys->len; n++)
    {
      g_autofree char *label = trp_metric_dup_label (keys->pdata[n]);

      gtk_string_list_append (labels, label);
      g_ptr_array_add (self->metrics, g_strdup (keys->pdata[n]));
    }
  g_signal_handlers_block_by_func (self->metric, show, self);
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->metric), G_LIST_MODEL (labels));
  g_signal_handlers_unblock_by_func (self->metric, show, self);
}

/* Older studies have none. */
static void
load_files (TrpResultsWindow *self, const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "files.csv", NULL);
  g_autoptr (GError) error = NULL;

  self->files = trp_result_files_load (path, &error);
  self->no_files = g_strdup (error && g_file_test (path, G_FILE_TEST_EXISTS)
                               ? error->message
                               : _ ("The study does not say where its files are."));
}

TrpResultsWindow *
trp_results_window_new (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "results.csv", NULL);
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *title = g_strdup_printf (_ ("Results of %s"), name);
  TrpResults *results = trp_results_load (path, error);
  TrpResultsWindow *self;

  if (!results)
    return NULL;
  self = g_object_new (TRP_TYPE_RESULTS_WINDOW, "title", title, NULL);
  self->results = results;
  load_files (self, folder);
  self->summary = trp_study_summary_new (results, NULL, NULL);
  list_metrics (self);
  show (self);
  return self;
}
