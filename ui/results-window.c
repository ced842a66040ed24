/* results-window.c - see results-window.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/results-window.h"
#include "config.h"
#include "core/draw/figure.h"
#include "core/metrics/statistics.h"
#include "ui/dialogs/form.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

struct _TrpResultsWindow
{
  GtkWindow parent_instance;

  TrpResults *results;
  GPtrArray *files; /* (nullable) */
  GPtrArray *arms;  /* (element-type utf8) of the figure */
  TrpFigure *figure;
  GtkWidget *metric;
  GtkWidget *structure;
  GtkWidget *drawing;
  GtkWidget *status;
  GtkWidget *table;
  GtkFileChooserNative *chooser;
  TrpFigureHit hover;
  bool has_hover;
  bool is_updating;
};

static guint open_case;

G_DEFINE_FINAL_TYPE (TrpResultsWindow, trp_results_window, GTK_TYPE_WINDOW)

/* ---- what is chosen ---- */

static const char *
get_choice (GtkWidget *drop_down)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (GTK_DROP_DOWN (drop_down));

  return item ? gtk_string_object_get_string (item) : "";
}

/* "whole image" stands for a row without a structure. */
static const char *
get_structure (TrpResultsWindow *self)
{
  const char *structure = get_choice (self->structure);

  return strcmp (structure, _ ("whole image")) == 0 ? "" : structure;
}

static TrpResultFilter
get_filter (TrpResultsWindow *self)
{
  return (TrpResultFilter){ .metric = get_choice (self->metric),
                            .structure = get_structure (self) };
}

/* ---- figure: a box for each arm, a point for each case ---- */

typedef struct
{
  GArray *values; /* double */
  GPtrArray *names;
  GArray *ids; /* size_t: rows */
} Points;

static char *
name_row (const TrpResult *row)
{
  GString *text = g_string_new (row->case_name);

  if (row->seed != TRP_RESULT_NONE)
    g_string_append_printf (text, _ (", seed %d"), row->seed);
  if (row->fold != TRP_RESULT_NONE)
    g_string_append_printf (text, _ (", fold %d"), row->fold);
  return g_string_free (text, FALSE);
}

static Points
collect (TrpResultsWindow *self, const TrpResultFilter *filter, const char *arm)
{
  Points points = { g_array_new (FALSE, FALSE, sizeof (double)),
                    g_ptr_array_new_with_free_func (g_free),
                    g_array_new (FALSE, FALSE, sizeof (size_t)) };

  for (size_t n = 0; n < trp_results_get_size (self->results); n++)
    {
      const TrpResult *row = trp_results_get (self->results, n);

      if (strcmp (row->arm, arm) != 0 || !trp_result_filter_match (filter, row))
        continue;
      g_array_append_val (points.values, row->value);
      g_ptr_array_add (points.names, name_row (row));
      g_array_append_val (points.ids, n);
    }
  return points;
}

static void
points_clear (Points *points)
{
  g_array_unref (points->values);
  g_ptr_array_unref (points->names);
  g_array_unref (points->ids);
}

static void
make_figure (TrpResultsWindow *self)
{
  const TrpResultFilter filter = get_filter (self);
  const TrpFigureFrame frame = { .y_label = get_choice (self->metric) };
  const guint n_arms = self->arms->len;
  g_autofree Points *points = g_new (Points, n_arms);
  g_autofree TrpFigureBox *boxes = g_new0 (TrpFigureBox, n_arms);
  static const char *const one[] = { "" };

  g_clear_pointer (&self->figure, trp_figure_unref);
  self->has_hover = false;
  for (guint n = 0; n < n_arms; n++)
    {
      points[n] = collect (self, &filter, self->arms->pdata[n]);
      boxes[n] = (TrpFigureBox){ .group = n,
                                 .values = (const double *) (const void *) points[n].values->data,
                                 .names = (const char *const *) points[n].names->pdata,
                                 .ids = (const size_t *) (const void *) points[n].ids->data,
                                 .n = points[n].values->len };
    }
  if (n_arms)
    self->figure = trp_figure_new_boxes (&frame, (const char *const *) self->arms->pdata, n_arms,
                                         one, 1, boxes, n_arms);
  for (guint n = 0; n < n_arms; n++)
    points_clear (&points[n]);
  gtk_widget_queue_draw (self->drawing);
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  TrpResultsWindow *self = user_data;

  if (self->figure)
    trp_figure_draw (self->figure, cr, width, height, TRP_FIGURE_SCREEN,
                     self->has_hover ? &self->hover : NULL);
}

/* ---- numbers ---- */

static void
add_cell (TrpResultsWindow *self, int row, int column, const char *text, bool is_number)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), is_number ? 1 : 0);
  gtk_widget_add_css_class (label, row == 0 ? "second" : "numeric");
  gtk_grid_attach (GTK_GRID (self->table), label, column, row, 1, 1);
}

static void
add_number (TrpResultsWindow *self, int row, int column, double value)
{
  g_autofree char *text = isnan (value)
                            ? g_strdup (_ ("n/a"))
                            : g_strdup_printf ("%.*f", fabs (value) >= 100 ? 1 : 3, value);

  add_cell (self, row, column, text, true);
}

static void
add_summary (TrpResultsWindow *self, int row, const char *arm, const TrpSummary *summary)
{
  const double values[] = { summary->mean, summary->sd, summary->median, summary->q1, summary->q3 };
  const size_t n_out = summary->n_nan + summary->n_infinite;
  g_autofree char *count = n_out ? g_strdup_printf (_ ("%zu, %zu left out"), summary->n, n_out)
                                 : g_strdup_printf ("%zu", summary->n);

  add_cell (self, row, 0, arm, false);
  add_cell (self, row, 1, count, true);
  for (size_t n = 0; n < G_N_ELEMENTS (values); n++)
    add_number (self, row, (int) n + 2, values[n]);
}

static void
fill_table (TrpResultsWindow *self)
{
  static const char *const heads[] = {
    N_ ("arm"), "n", N_ ("mean"), "SD", N_ ("median"), "Q1", "Q3"
  };
  TrpResultFilter filter = get_filter (self);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->table)))
    gtk_grid_remove (GTK_GRID (self->table), child);
  for (size_t n = 0; n < G_N_ELEMENTS (heads); n++)
    add_cell (self, 0, (int) n, _ (heads[n]), n > 0);
  for (guint n = 0; n < self->arms->len; n++)
    {
      g_autoptr (GArray) values = NULL;
      TrpSummary summary;

      filter.arm = self->arms->pdata[n];
      values = trp_results_get_values (self->results, &filter);
      summary = trp_summary_compute ((const double *) (const void *) values->data, values->len);
      add_summary (self, (int) n + 1, filter.arm, &summary);
    }
}

/* ---- choices ---- */

static GPtrArray *
list_arms (TrpResultsWindow *self)
{
  const TrpResultFilter filter = get_filter (self);
  g_autoptr (TrpResults) some = trp_results_select (self->results, &filter);
  g_autoptr (GPtrArray) names = trp_results_list (some, TRP_RESULT_ARM);
  GPtrArray *arms = g_ptr_array_new_with_free_func (g_free);

  for (guint n = 0; n < names->len; n++)
    g_ptr_array_add (arms, g_strdup (names->pdata[n]));
  return arms;
}

static void
show (TrpResultsWindow *self)
{
  if (self->is_updating)
    return;
  g_clear_pointer (&self->arms, g_ptr_array_unref);
  self->arms = list_arms (self);
  make_figure (self);
  fill_table (self);
  gtk_label_set_label (GTK_LABEL (self->status),
                       self->files ? _ ("Point at a case to see its value; click to open it.")
                                   : _ ("Point at a case to see its value."));
}

static void
set_choices (GtkWidget *drop_down, const GPtrArray *texts)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  for (guint n = 0; n < texts->len; n++)
    {
      const char *text = texts->pdata[n];

      gtk_string_list_append (list, *text ? text : _ ("whole image"));
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (drop_down), G_LIST_MODEL (list));
}

/* Structures that were measured in the metric. */
static void
on_metric (TrpResultsWindow *self)
{
  const TrpResultFilter filter = { .metric = get_choice (self->metric) };
  g_autoptr (TrpResults) some = NULL;
  g_autoptr (GPtrArray) structures = NULL;

  if (self->is_updating)
    return;
  some = trp_results_select (self->results, &filter);
  structures = trp_results_list (some, TRP_RESULT_STRUCTURE);
  self->is_updating = true;
  set_choices (self->structure, structures);
  self->is_updating = false;
  show (self);
}

static void
choose (GtkWidget *drop_down, const char *text)
{
  GListModel *model = gtk_drop_down_get_model (GTK_DROP_DOWN (drop_down));

  for (guint n = 0; n < g_list_model_get_n_items (model); n++)
    {
      g_autoptr (GtkStringObject) item = g_list_model_get_item (model, n);

      if (strcmp (gtk_string_object_get_string (item), text) == 0)
        gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), n);
    }
}

void
trp_results_window_choose (TrpResultsWindow *self, const char *metric, const char *structure)
{
  choose (self->metric, metric);
  choose (self->structure, *structure ? structure : _ ("whole image"));
}

/* ---- pointer ---- */

static bool
find (TrpResultsWindow *self, double x, double y, TrpFigureHit *out_hit)
{
  return self->figure &&
         trp_figure_find (self->figure, gtk_widget_get_width (self->drawing),
                          gtk_widget_get_height (self->drawing), TRP_FIGURE_SCREEN, x, y, out_hit);
}

static void
on_motion (GtkEventControllerMotion *controller, double x, double y, TrpResultsWindow *self)
{
  TrpFigureHit hit;
  g_autofree char *text = NULL;

  self->has_hover = find (self, x, y, &hit);
  gtk_widget_queue_draw (self->drawing);
  gtk_widget_set_cursor_from_name (self->drawing,
                                   self->has_hover && self->files ? "pointer" : NULL);
  if (!self->has_hover)
    return;
  self->hover = hit;
  text = g_strdup_printf ("%s, %s: %s %.4g", trp_results_get (self->results, hit.id)->arm, hit.name,
                          get_choice (self->metric), hit.y);
  gtk_label_set_label (GTK_LABEL (self->status), text);
}

void
trp_results_window_open_row (TrpResultsWindow *self, size_t row)
{
  const TrpResult *result = trp_results_get (self->results, row);
  const TrpResultFiles *files = self->files ? trp_result_files_find (self->files, result) : NULL;

  if (files)
    g_signal_emit (self, open_case, 0, files, trp_results_find_worst_slice (self->results, result));
  else
    gtk_label_set_label (GTK_LABEL (self->status),
                         _ ("The study does not say where its files are."));
}

static void
on_click (GtkGestureClick *gesture, int n_press, double x, double y, TrpResultsWindow *self)
{
  TrpFigureHit hit;

  if (find (self, x, y, &hit))
    trp_results_window_open_row (self, hit.id);
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
  g_autofree char *name = g_strconcat (get_choice (self->metric), ".pdf", NULL);

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
  g_clear_pointer (&self->arms, g_ptr_array_unref);
  g_clear_pointer (&self->files, g_ptr_array_unref);
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
  GtkWidget *save = gtk_button_new_with_label (_ ("Save the figure\u2026"));

  self->metric = gtk_drop_down_new (NULL, NULL);
  self->structure = gtk_drop_down_new (NULL, NULL);
  gtk_widget_set_hexpand (save, TRUE);
  gtk_widget_set_halign (save, GTK_ALIGN_END);
  g_signal_connect_swapped (self->metric, "notify::selected", G_CALLBACK (on_metric), self);
  g_signal_connect_swapped (self->structure, "notify::selected", G_CALLBACK (show), self);
  g_signal_connect_swapped (save, "clicked", G_CALLBACK (on_save), self);
  gtk_box_append (GTK_BOX (head), trp_form_row (_ ("Number"), self->metric));
  gtk_box_append (GTK_BOX (head), trp_form_row (_ ("Structure"), self->structure));
  gtk_box_append (GTK_BOX (head), save);
  gtk_widget_add_css_class (head, "panel");
  return head;
}

static GtkWidget *
make_drawing (TrpResultsWindow *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->drawing = gtk_drawing_area_new ();
  gtk_widget_set_vexpand (self->drawing, TRUE);
  gtk_widget_set_size_request (self->drawing, 480, 240);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->drawing), draw, self, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->drawing), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Box plot of the chosen number"), -1);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (click, "released", G_CALLBACK (on_click), self);
  gtk_widget_add_controller (self->drawing, motion);
  gtk_widget_add_controller (self->drawing, GTK_EVENT_CONTROLLER (click));
  return self->drawing;
}

static void
trp_results_window_init (TrpResultsWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->is_updating = true;
  self->arms = g_ptr_array_new_with_free_func (g_free);
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
  trp_form_close_on_escape (GTK_WIDGET (self));
}

TrpResultsWindow *
trp_results_window_new (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "results.csv", NULL);
  g_autofree char *files = g_build_filename (folder, "files.csv", NULL);
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *title = g_strdup_printf (_ ("Results of %s"), name);
  TrpResults *results = trp_results_load (path, error);
  g_autoptr (GPtrArray) metrics = NULL;
  TrpResultsWindow *self;

  if (!results)
    return NULL;
  self = g_object_new (TRP_TYPE_RESULTS_WINDOW, "title", title, NULL);
  self->results = results;
  self->files = trp_result_files_load (files, NULL); /* older studies have none */
  metrics = trp_results_list (results, TRP_RESULT_METRIC);
  set_choices (self->metric, metrics);
  self->is_updating = false;
  on_metric (self);
  return self;
}
