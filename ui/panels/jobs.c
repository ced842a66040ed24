/* jobs.c - work in the background
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A row per job of the document. What ended well leaves by itself; what failed stays with its
 * reason until it is dismissed.
 */

#include "ui/panels/jobs.h"
#include "config.h"
#include "core/draw/chart.h"
#include "ui/dialogs/train-run.h"
#include "ui/job-time.h"
#include "ui/document-blind.h"

#include <glib/gi18n.h>

#define CHART_HEIGHT 96
#define PREVIEW_HEIGHT 120

struct _TrpJobsPanel
{
  GtkBox parent_instance;

  TrpDocument *document;
  GtkWidget *about;
  GtkWidget *rows;
};

G_DEFINE_FINAL_TYPE (TrpJobsPanel, trp_jobs_panel, GTK_TYPE_BOX)

static void
trp_jobs_panel_dispose (GObject *object)
{
  TrpJobsPanel *self = TRP_JOBS_PANEL (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_jobs_panel_parent_class)->dispose (object);
}

static void
trp_jobs_panel_class_init (TrpJobsPanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_jobs_panel_dispose;
}

static void
trp_jobs_panel_init (TrpJobsPanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self), "panel");
}

/* ---- one row ---- */

typedef struct
{
  TrpDocument *document; /* borrowed: the panel outlives its rows */
  TrpJob *job;
  GtkWidget *row;
  GtkWidget *title;
  GtkWidget *left;
  GtkWidget *bar;
  GtkWidget *text;
  GtkWidget *pause;
  GtkWidget *stop;
  GtkWidget *training;
  GtkWidget *chart;   /* of a training */
  GtkWidget *preview; /* likewise, in its frame */
  GtkWidget *frame;
  size_t n_previews;
} JobRow;

static void
job_row_free (gpointer data)
{
  JobRow *row = data;

  trp_job_unref (row->job);
  g_free (row);
}

static bool
has_ended (const TrpJob *job)
{
  const TrpJobState state = trp_job_get_state (job);

  return state != TRP_JOB_RUNNING && state != TRP_JOB_PAUSED;
}

static void
on_stop (JobRow *row)
{
  if (has_ended (row->job))
    trp_document_dismiss_job (row->document, row->job);
  else
    trp_job_cancel (row->job);
}

static void
on_pause (JobRow *row)
{
  trp_job_set_paused (row->job, trp_job_get_state (row->job) == TRP_JOB_RUNNING);
}

static char *
format_left (const TrpJob *job)
{
  g_autofree char *left = trp_job_dup_time_left (job);

  if (has_ended (job))
    return g_strdup ("");
  if (trp_job_get_state (job) == TRP_JOB_PAUSED)
    return g_strdup (_ ("paused"));
  return left ? g_strdup_printf (_ ("%.0f %%, %s left"), 100 * trp_job_get_fraction (job), left)
              : g_strdup ("");
}

/* ---- a training's losses and pictures ---- */

static void
draw_chart (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  const JobRow *row = data;
  TrpTrainRun *run = trp_train_run_find (row->document, row->job);
  const double *first = run ? trp_train_run_peek_column (run, "cycle_A") : NULL;
  const double *second = run ? trp_train_run_peek_column (run, "cycle_B") : NULL;
  const size_t n = run ? trp_train_run_get_n_rows (run) : 0;
  TrpChartLine lines[2];
  TrpLineChart chart = { .title = first ? _ ("Cycle loss") : _ ("Loss"),
                         .lines = lines,
                         .y_low = NAN,
                         .y_high = NAN,
                         .digits = 2,
                         .cursor = NAN };

  if (!first && run)
    first = trp_train_run_peek_column (run, "loss");
  if (!first || n == 0)
    return;
  lines[chart.n_lines++] = (TrpChartLine){ trp_train_run_peek_steps (run), first, n,
                                           second ? "MR" : NULL };
  if (second)
    lines[chart.n_lines++] = (TrpChartLine){ trp_train_run_peek_steps (run), second, n, "CT" };
  chart.x_high = trp_train_run_get_n_steps (run);
  trp_line_chart_draw (&chart, cr, width, height);
}

static void
update_training (JobRow *row)
{
  TrpTrainRun *run = trp_train_run_find (row->document, row->job);
  const size_t n = run ? trp_train_run_get_n_previews (run) : 0;
  int step;

  gtk_widget_set_visible (row->training, run && trp_train_run_get_n_rows (run) > 0);
  gtk_widget_set_visible (row->frame, n > 0);
  gtk_widget_queue_draw (row->chart);
  if (n > 0 && n != row->n_previews)
    gtk_picture_set_filename (GTK_PICTURE (row->preview),
                              trp_train_run_get_preview (run, n - 1, &step));
  row->n_previews = n;
}

static void
name_button (GtkWidget *button, const char *icon, const char *name)
{
  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
update_row (JobRow *row)
{
  const TrpJobState state = trp_job_get_state (row->job);
  const GError *error = trp_job_get_error (row->job);
  const bool is_ended = has_ended (row->job), is_failed = state == TRP_JOB_FAILED;
  TrpTrainRun *run = trp_train_run_find (row->document, row->job);
  const char *text = is_failed && error ? error->message
                     : state == TRP_JOB_CANCELLED
                       ? run ? trp_train_run_get_sentence (run) : _ ("Cancelled")
                       : trp_job_get_text (row->job);
  g_autofree char *left = format_left (row->job);
  g_autofree char *title = trp_document_hide_names (row->document, trp_job_get_title (row->job));
  g_autofree char *shown = trp_document_hide_names (row->document, text);

  gtk_label_set_label (GTK_LABEL (row->title), title);
  gtk_label_set_label (GTK_LABEL (row->left), left);
  gtk_label_set_label (GTK_LABEL (row->text), shown);
  gtk_widget_set_visible (row->text, text && *text);
  gtk_widget_set_visible (row->bar, !is_ended);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (row->bar), trp_job_get_fraction (row->job));
  gtk_widget_set_visible (row->pause, !is_ended);
  if (state == TRP_JOB_PAUSED)
    name_button (row->pause, "media-playback-start-symbolic", _ ("Go on"));
  else
    name_button (row->pause, "media-playback-pause-symbolic", _ ("Pause"));
  name_button (row->stop, "window-close-symbolic", is_ended ? _ ("Dismiss") : _ ("Cancel"));
  if (is_failed)
    gtk_widget_add_css_class (row->text, "error");
  update_training (row);
}

static GtkWidget *
make_label (bool expands)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, expands);
  if (expands)
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  return label;
}

static GtkWidget *
make_button (JobRow *row, void (*callback) (JobRow *row))
{
  GtkWidget *button = gtk_button_new ();

  gtk_widget_add_css_class (button, "row-icon");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (callback), row);
  return button;
}

static GtkWidget *
make_row (TrpDocument *document, TrpJob *job)
{
  JobRow *row = g_new0 (JobRow, 1);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *training = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  row->document = document;
  row->job = trp_job_ref (job);
  row->row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  row->title = make_label (true);
  gtk_label_set_max_width_chars (GTK_LABEL (row->title), 12);
  row->left = make_label (false);
  row->bar = gtk_progress_bar_new ();
  row->text = make_label (false);
  row->pause = make_button (row, on_pause);
  row->stop = make_button (row, on_stop);
  gtk_widget_add_css_class (row->left, "second");
  gtk_widget_add_css_class (row->text, "caption");
  gtk_label_set_wrap (GTK_LABEL (row->text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (row->text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (row->text), TRUE);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (row->bar), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  row->title, NULL, -1);
  gtk_box_append (GTK_BOX (top), row->title);
  gtk_box_append (GTK_BOX (top), row->left);
  gtk_box_append (GTK_BOX (top), row->pause);
  gtk_box_append (GTK_BOX (top), row->stop);
  gtk_box_append (GTK_BOX (row->row), top);
  gtk_box_append (GTK_BOX (row->row), row->bar);
  gtk_box_append (GTK_BOX (row->row), row->text);
  row->chart = gtk_drawing_area_new ();
  row->preview = gtk_picture_new ();
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (row->chart), CHART_HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (row->chart), draw_chart, row, NULL);
  gtk_picture_set_alternative_text (GTK_PICTURE (row->preview),
                                    _ ("What the networks make of fixed slices"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->chart), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Losses over steps"), -1);
  gtk_box_append (GTK_BOX (training), row->chart);
  /* so that the picture's own width does not push the panel */
  row->frame = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (row->frame), GTK_POLICY_EXTERNAL,
                                  GTK_POLICY_EXTERNAL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (row->frame), row->preview);
  gtk_widget_set_size_request (row->frame, -1, PREVIEW_HEIGHT);
  gtk_box_append (GTK_BOX (training), row->frame);
  /* folded at first: the tools above need the room */
  row->training = gtk_expander_new (_ ("Losses and preview"));
  gtk_expander_set_child (GTK_EXPANDER (row->training), training);
  gtk_widget_add_css_class (row->training, "caption");
  gtk_box_append (GTK_BOX (row->row), row->training);
  g_object_set_data_full (G_OBJECT (row->row), "job-row", row, job_row_free);
  update_row (row);
  return row->row;
}

/* ---- the list ---- */

static JobRow *
get_row (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), "job-row");
}

static void
update_about (TrpJobsPanel *self)
{
  const guint n_running = trp_document_count_running_jobs (self->document);
  g_autofree char *text = n_running ? g_strdup_printf (
                                        ngettext ("%u running", "%u running", n_running), n_running)
                                    : g_strdup ("");

  gtk_label_set_label (GTK_LABEL (self->about), text);
}

static void
update_list (TrpJobsPanel *self)
{
  GPtrArray *jobs = trp_document_get_jobs (self->document);
  GtkWidget *child = gtk_widget_get_first_child (self->rows);
  guint n_shown = 0;

  while (child)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);

      if (!g_ptr_array_find (jobs, get_row (child)->job, NULL))
        gtk_box_remove (GTK_BOX (self->rows), child);
      child = next;
    }
  child = gtk_widget_get_first_child (self->rows);
  for (guint n = 0; n < jobs->len; n++)
    {
      TrpJob *job = g_ptr_array_index (jobs, n);

      if (trp_job_get_state (job) == TRP_JOB_DONE)
        continue;
      n_shown++;
      if (child && get_row (child)->job == job)
        child = gtk_widget_get_next_sibling (child);
      else
        gtk_box_insert_child_after (GTK_BOX (self->rows), make_row (self->document, job),
                                    child ? gtk_widget_get_prev_sibling (child)
                                          : gtk_widget_get_last_child (self->rows));
    }
  gtk_widget_set_visible (GTK_WIDGET (self), n_shown > 0);
  update_about (self);
}

static gboolean
dismiss_done (gpointer user_data)
{
  gpointer *pair = user_data;

  trp_document_dismiss_job (pair[0], pair[1]);
  g_object_unref (pair[0]);
  trp_job_unref (pair[1]);
  g_free (pair);
  return G_SOURCE_REMOVE;
}

/* Not at once: the document is in the middle of telling about it. */
static void
leave_later (TrpJobsPanel *self, TrpJob *job)
{
  gpointer *pair = g_new (gpointer, 2);

  pair[0] = g_object_ref (self->document);
  pair[1] = trp_job_ref (job);
  g_idle_add (dismiss_done, pair);
}

/* Whose readings they are may have become hidden, or known. */
static void
update_rows (TrpJobsPanel *self)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->rows); child;
       child = gtk_widget_get_next_sibling (child))
    update_row (get_row (child));
}

static void
on_jobs_changed (TrpJobsPanel *self, TrpJob *job)
{
  GtkWidget *child = gtk_widget_get_first_child (self->rows);

  if (!job)
    {
      update_list (self);
      return;
    }
  if (trp_job_get_state (job) == TRP_JOB_DONE || trp_job_get_state (job) == TRP_JOB_CANCELLED)
    leave_later (self, job);
  for (; child; child = gtk_widget_get_next_sibling (child))
    if (get_row (child)->job == job)
      update_row (get_row (child));
  update_about (self);
}

GtkWidget *
trp_jobs_panel_new (TrpDocument *document)
{
  TrpJobsPanel *self = g_object_new (TRP_TYPE_JOBS_PANEL, NULL);
  GtkWidget *heading = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *title = gtk_label_new (_ ("Jobs"));

  self->document = g_object_ref (document);
  self->about = gtk_label_new (NULL);
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_widget_add_css_class (title, "panel-title");
  gtk_widget_add_css_class (self->about, "second");
  gtk_box_append (GTK_BOX (heading), title);
  gtk_box_append (GTK_BOX (heading), self->about);
  gtk_box_append (GTK_BOX (self), heading);
  gtk_box_append (GTK_BOX (self), self->rows);
  g_signal_connect_swapped (document, "jobs-changed", G_CALLBACK (on_jobs_changed), self);
  g_signal_connect_swapped (document, "readings-changed", G_CALLBACK (update_rows), self);
  update_list (self);
  return GTK_WIDGET (self);
}
