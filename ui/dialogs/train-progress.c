/* train-progress.c - a training as it goes: time, losses, previews
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-progress.h"
#include "config.h"
#include "core/draw/palette.h"
#include "core/draw/text.h"
#include "ui/dialogs/form.h"
#include "ui/dialogs/train-charts.h"
#include "ui/job-time.h"

#include <glib/gi18n.h>

#define SENTENCE_CHARS 100
#define NAMES_HEIGHT 20

struct _TrpTrainProgress
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpTrainRun *run;
  GtkWidget *stack; /* hint, run */
  GtkWidget *title;
  GtkWidget *chip;
  GtkWidget *alarms; /* chip: how many */
  GtkWidget *pause;
  GtkWidget *stop;
  GtkWidget *bar;
  GtkWidget *done_text;
  GtkWidget *left_text;
  GtkWidget *sentence;
  TrpTrainCharts *charts;
  GtkWidget *preview_text;
  GtkWidget *preview_scale;
  GtkWidget *picture;
  cairo_surface_t *tiles;
  size_t n_previews;
  bool is_updating;
};

static guint go_on;

G_DEFINE_FINAL_TYPE (TrpTrainProgress, trp_train_progress, GTK_TYPE_BOX)

static void
forget_run (TrpTrainProgress *self)
{
  if (self->run)
    g_signal_handlers_disconnect_by_data (self->run, self);
  g_clear_object (&self->run);
}

static void
trp_train_progress_dispose (GObject *object)
{
  TrpTrainProgress *self = TRP_TRAIN_PROGRESS (object);

  forget_run (self);
  g_clear_pointer (&self->tiles, cairo_surface_destroy);
  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_train_progress_parent_class)->dispose (object);
}

static void
trp_train_progress_class_init (TrpTrainProgressClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_train_progress_dispose;
  go_on = g_signal_new ("go-on", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, 0);
}

static void
trp_train_progress_init (TrpTrainProgress *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

/* ---- state and time ---- */

static bool
is_going (TrpTrainProgress *self)
{
  const TrpJobState state = trp_train_run_get_state (self->run);

  return state == TRP_JOB_RUNNING || state == TRP_JOB_PAUSED;
}

/* "epoch 27 of 60    ", or "" for a training told in steps. (transfer full) */
static char *
name_epoch (TrpTrainProgress *self, double step)
{
  const int epoch_steps = trp_train_run_get_epoch_steps (self->run);
  const int n_epochs = trp_train_run_get_recipe (self->run)->schedule.epochs;

  if (epoch_steps == 0 || n_epochs == 0 || step == 0)
    return g_strdup ("");
  return g_strdup_printf (_ ("epoch %d of %d    "),
                          MIN ((int) ((step - 1) / epoch_steps) + 1, n_epochs), n_epochs);
}

static void
show_steps (TrpTrainProgress *self)
{
  const size_t n = trp_train_run_get_n_rows (self->run);
  const double pace = trp_train_run_get_seconds_per_step (self->run);
  TrpJob *job = trp_train_run_get_job (self->run);
  const int n_steps = trp_train_run_get_n_steps (self->run);
  const double done = trp_train_run_get_fraction (self->run);
  /* until its first step, a run that goes on stands where its log ends */
  const double step = done > 0 ? round (done * n_steps)
                      : n > 0  ? trp_train_run_peek_steps (self->run)[n - 1]
                               : 0;
  g_autofree char *epoch = name_epoch (self, step);
  g_autofree char *steps = step == 0      ? g_strdup (job ? trp_job_get_text (job) : "")
                           : isnan (pace) ? g_strdup_printf (_ ("step %.0f of %d"), step, n_steps)
                                          : g_strdup_printf (_ ("step %.0f of %d    %.2f s a step"),
                                                             step, n_steps, pace);
  g_autofree char *text = g_strconcat (epoch, steps, NULL);

  gtk_label_set_label (GTK_LABEL (self->done_text), text);
}

static void
show_left (TrpTrainProgress *self)
{
  TrpJob *job = trp_train_run_get_job (self->run);
  g_autofree char *left = job ? trp_job_dup_time_left (job) : NULL, *clock = NULL, *text = NULL;
  g_autoptr (GDateTime) now = NULL;
  g_autoptr (GDateTime) end = NULL;

  if (!left)
    {
      gtk_label_set_label (GTK_LABEL (self->left_text), "");
      return;
    }
  now = g_date_time_new_now_local ();
  end = g_date_time_add_seconds (now, trp_job_get_seconds_left (job));
  clock = g_date_time_format (end, "%H:%M");
  text = g_strdup_printf (_ ("%s left, done about %s"), left, clock);
  gtk_label_set_label (GTK_LABEL (self->left_text), text);
}

static void
show_sentence (TrpTrainProgress *self)
{
  TrpJob *job = trp_train_run_get_job (self->run);
  const GError *error = trp_train_run_get_state (self->run) == TRP_JOB_FAILED
                          ? trp_job_get_error (job)
                          : NULL;
  const char *text = error ? error->message : trp_train_run_get_sentence (self->run);

  trp_form_note_set (self->sentence, text);
  if (error)
    gtk_widget_add_css_class (self->sentence, "error");
  else
    gtk_widget_remove_css_class (self->sentence, "error");
}

/* What went wrong; the list of it is beside the run. Its place takes the room either way. */
static void
show_alarms (TrpTrainProgress *self)
{
  const GPtrArray *alarms = trp_train_run_peek_alarms (self->run);
  const TrpTrainAlarm *last = alarms->len ? alarms->pdata[alarms->len - 1] : NULL;
  g_autofree char *text = last ? g_strdup_printf (ngettext ("%u alarm", "%u alarms", alarms->len),
                                                  alarms->len)
                               : g_strdup ("");

  gtk_label_set_label (GTK_LABEL (self->alarms), text);
  gtk_widget_set_tooltip_text (self->alarms, last ? last->sentence : NULL);
  gtk_widget_set_opacity (self->alarms, last ? 1 : 0);
}

/* ---- previews ---- */

#define TILE_ROWS 4

/* Of the columns of a preview, as core/method draws them; NULL-terminated. */
static const char *const *
get_tile_names (const TrpRecipe *recipe)
{
  static const char *const cyclegan[] = { "MR", "SynCT", N_ ("MR again"),
                                          "CT", "SynMR", N_ ("CT again"),
                                          NULL };
  static const char *const with_identity[] = { "MR", "SynCT", N_ ("MR again"), N_ ("MR kept"),
                                               "CT", "SynMR", N_ ("CT again"), N_ ("CT kept"),
                                               NULL };
  static const char *const segmenter[] = { N_ ("Image"), N_ ("Prediction"), N_ ("Truth"), NULL };
  static const char *const lgan[] = { N_ ("Image"), N_ ("Prediction"), N_ ("Truth"),
                                      N_ ("Critic: prediction, truth"), NULL };
  static const char *const cyclegan_seg[] = { N_ ("Image"), N_ ("Mask of it"),  N_ ("Image again"),
                                              N_ ("Mask"),  N_ ("Image of it"), N_ ("Mask again"),
                                              NULL };
  static const char *const *const names[] = {
    [TRP_TRAINER_CYCLEGAN] = cyclegan,
    [TRP_TRAINER_SEGMENTER] = segmenter,
    [TRP_TRAINER_LGAN] = lgan,
    [TRP_TRAINER_CYCLEGAN_SEG] = cyclegan_seg,
  };

  return recipe->trainer == TRP_TRAINER_CYCLEGAN && recipe->identity > 0 ? with_identity
                                                                         : names[recipe->trainer];
}

/* The tiles at the largest size that fits, with their names above the columns. */
static void
draw_tiles (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  TrpTrainProgress *self = user_data;
  const TrpTextStyle style = { .size_px = 12, .rgb = TRP_GREY_SECOND };
  const char *const *names;
  double tiles_width, tiles_height, top, scale;
  int n_tiles = 0;
  bool is_named; /* not a picture of an older version */

  if (!self->run || !self->tiles)
    return;
  tiles_width = cairo_image_surface_get_width (self->tiles);
  tiles_height = cairo_image_surface_get_height (self->tiles);
  names = get_tile_names (trp_train_run_get_recipe (self->run));
  while (names[n_tiles])
    n_tiles++;
  is_named = tiles_width * TILE_ROWS == n_tiles * tiles_height;
  top = is_named ? NAMES_HEIGHT : 0;
  scale = fmin (width / tiles_width, (height - top) / tiles_height);
  for (int n = 0; is_named && n < n_tiles; n++)
    trp_text_draw (cr, &style, n * tiles_width * scale / n_tiles, 0, _ (names[n]));
  cairo_translate (cr, 0, top);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, self->tiles, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_paint (cr);
}

static void
show_preview (TrpTrainProgress *self, size_t index)
{
  int step;
  const char *path = trp_train_run_get_preview (self->run, index, &step);
  const int epoch_steps = trp_train_run_get_epoch_steps (self->run);
  g_autofree char *text = epoch_steps > 0 ? g_strdup_printf (_ ("in epoch %d, after step %d"),
                                                             (step - 1) / epoch_steps + 1, step)
                                          : g_strdup_printf (_ ("after step %d"), step);

  g_clear_pointer (&self->tiles, cairo_surface_destroy);
  self->tiles = cairo_image_surface_create_from_png (path);
  if (cairo_surface_status (self->tiles) != CAIRO_STATUS_SUCCESS)
    g_clear_pointer (&self->tiles, cairo_surface_destroy);
  gtk_widget_queue_draw (self->picture);
  gtk_label_set_label (GTK_LABEL (self->preview_text), text);
}

static void
on_preview_chosen (GtkRange *range, TrpTrainProgress *self)
{
  const double index = gtk_range_get_value (range) - 1;

  if (!self->is_updating && self->run && index >= 0 && index < (double) self->n_previews)
    show_preview (self, (size_t) index);
}

static void
announce_preview (TrpTrainProgress *self)
{
  const TrpRecipe *recipe = trp_train_run_get_recipe (self->run);
  g_autofree char *text = recipe->preview_every > 0
                            ? g_strdup_printf (_ ("the first one comes after step %d"),
                                               MIN (recipe->preview_every, recipe->steps))
                            : NULL;

  gtk_label_set_label (GTK_LABEL (self->preview_text), text ? text : _ ("none in this recipe"));
}

/* Stays with the newest unless the user went back. */
static void
update_previews (TrpTrainProgress *self)
{
  const size_t n = trp_train_run_get_n_previews (self->run);
  const bool was_last = self->n_previews == 0 ||
                        gtk_range_get_value (GTK_RANGE (self->preview_scale)) >=
                          (double) self->n_previews;

  gtk_widget_set_visible (self->preview_scale, n > 1);
  if (n == 0)
    announce_preview (self);
  if (n == self->n_previews)
    return;
  self->n_previews = n;
  self->is_updating = true;
  gtk_range_set_range (GTK_RANGE (self->preview_scale), 1, (double) MAX (n, 2));
  if (was_last)
    gtk_range_set_value (GTK_RANGE (self->preview_scale), (double) n);
  self->is_updating = false;
  if (was_last && n > 0)
    show_preview (self, n - 1);
}

/* ---- all of it ---- */

static void
set_button (GtkWidget *button, const char *icon, const char *text)
{
  GtkWidget *box = gtk_button_get_child (GTK_BUTTON (button));

  gtk_image_set_from_icon_name (GTK_IMAGE (gtk_widget_get_first_child (box)), icon);
  gtk_label_set_text_with_mnemonic (GTK_LABEL (gtk_widget_get_last_child (box)), text);
}

static void
update (TrpTrainProgress *self)
{

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), self->run ? "run" : "hint");
  if (!self->run)
    return;
  gtk_label_set_label (GTK_LABEL (self->title), trp_train_run_get_title (self->run));
  gtk_label_set_label (GTK_LABEL (self->chip), trp_train_run_get_state_name (self->run));
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar),
                                 trp_train_run_get_fraction (self->run));
  gtk_widget_set_sensitive (self->pause, is_going (self) || trp_train_run_can_go_on (self->run));
  gtk_widget_set_sensitive (self->stop, is_going (self));
  if (trp_train_run_get_state (self->run) == TRP_JOB_PAUSED || trp_train_run_can_go_on (self->run))
    set_button (self->pause, "media-playback-start-symbolic", _ ("_Go on"));
  else
    set_button (self->pause, "media-playback-pause-symbolic", _ ("_Pause"));
  show_alarms (self);
  show_steps (self);
  show_left (self);
  show_sentence (self);
  update_previews (self);
  trp_train_charts_update (self->charts);
}

static void
on_jobs_changed (TrpTrainProgress *self, TrpJob *job)
{
  if (self->run && job == trp_train_run_get_job (self->run))
    update (self);
}

static void
on_pause (TrpTrainProgress *self)
{
  TrpJob *job = trp_train_run_get_job (self->run);

  if (!is_going (self))
    {
      g_signal_emit (self, go_on, 0);
      return;
    }
  trp_job_set_paused (job, trp_job_get_state (job) == TRP_JOB_RUNNING);
  update (self);
}

static void
on_stop (TrpTrainProgress *self)
{
  trp_job_cancel (trp_train_run_get_job (self->run));
  gtk_widget_set_sensitive (self->stop, FALSE);
}

void
trp_train_progress_set_run (TrpTrainProgress *self, TrpTrainRun *run, TrpTrainRun *previous)
{
  trp_train_charts_set_run (self->charts, run, previous);
  if (run == self->run)
    return;
  forget_run (self);
  self->run = run ? g_object_ref (run) : NULL;
  self->n_previews = 0;
  g_clear_pointer (&self->tiles, cairo_surface_destroy);
  gtk_widget_queue_draw (self->picture);
  gtk_label_set_label (GTK_LABEL (self->preview_text), "");
  if (run)
    g_signal_connect_swapped (run, "changed", G_CALLBACK (update), self);
  update (self);
}

/* ---- making ---- */

static GtkWidget *
make_label (const char *text, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (class_name)
    gtk_widget_add_css_class (label, class_name);
  return label;
}

static GtkWidget *
make_button (const char *icon, const char *text, GCallback callback, TrpTrainProgress *self)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_box_append (GTK_BOX (box), gtk_label_new_with_mnemonic (text));
  gtk_label_set_mnemonic_widget (GTK_LABEL (gtk_widget_get_last_child (box)), button);
  gtk_button_set_child (GTK_BUTTON (button), box);
  set_button (button, icon, text);
  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

static GtkWidget *
make_header (TrpTrainProgress *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *bottom = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->title = make_label (NULL, "run-title");
  self->chip = make_label (NULL, "chip");
  self->pause = make_button ("media-playback-pause-symbolic", _ ("_Pause"), G_CALLBACK (on_pause),
                             self);
  self->stop = make_button ("media-playback-stop-symbolic", _ ("Stop and _keep"),
                            G_CALLBACK (on_stop), self);
  self->bar = gtk_progress_bar_new ();
  self->done_text = make_label (NULL, "numeric");
  self->left_text = make_label (NULL, "numeric");
  self->sentence = trp_form_note_new (SENTENCE_CHARS);
  gtk_label_set_ellipsize (GTK_LABEL (self->done_text), PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_valign (self->chip, GTK_ALIGN_CENTER);
  self->alarms = make_label (NULL, "chip");
  gtk_widget_add_css_class (self->alarms, "warn");
  gtk_widget_set_valign (self->alarms, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (self->alarms, TRUE);
  gtk_widget_set_halign (self->alarms, GTK_ALIGN_START);
  gtk_widget_set_hexpand (self->done_text, TRUE);
  gtk_widget_set_tooltip_text (self->stop, _ ("Saves a checkpoint first; the run can go on later"));
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  self->title, NULL, -1);
  gtk_box_append (GTK_BOX (top), self->title);
  gtk_box_append (GTK_BOX (top), self->chip);
  gtk_box_append (GTK_BOX (top), self->alarms);
  gtk_box_append (GTK_BOX (top), self->pause);
  gtk_box_append (GTK_BOX (top), self->stop);
  gtk_box_append (GTK_BOX (bottom), self->done_text);
  gtk_box_append (GTK_BOX (bottom), self->left_text);
  gtk_box_append (GTK_BOX (box), top);
  gtk_box_append (GTK_BOX (box), self->bar);
  gtk_box_append (GTK_BOX (box), bottom);
  gtk_box_append (GTK_BOX (box), self->sentence);
  gtk_widget_add_css_class (box, "run-header");
  return box;
}

static GtkWidget *
make_previews (TrpTrainProgress *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->preview_text = make_label (NULL, "second");
  self->preview_scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 1, 2, 1);
  self->picture = gtk_drawing_area_new ();
  gtk_widget_set_hexpand (self->preview_text, TRUE);
  gtk_widget_set_size_request (self->preview_scale, 200, -1);
  gtk_widget_set_vexpand (self->picture, TRUE);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->picture), draw_tiles, self, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What the networks make of fixed slices"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->preview_scale),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Which preview"), -1);
  g_signal_connect (self->preview_scale, "value-changed", G_CALLBACK (on_preview_chosen), self);
  gtk_box_append (GTK_BOX (top), make_label (_ ("Preview"), "panel-title"));
  gtk_box_append (GTK_BOX (top), self->preview_text);
  gtk_box_append (GTK_BOX (top), self->preview_scale);
  gtk_box_append (GTK_BOX (box), top);
  gtk_box_append (GTK_BOX (box), self->picture);
  gtk_widget_add_css_class (box, "previews");
  return box;
}

GtkWidget *
trp_train_progress_new (TrpDocument *document)
{
  TrpTrainProgress *self = g_object_new (TRP_TYPE_TRAIN_PROGRESS, NULL);
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *hint = gtk_label_new (
    _ ("Choose a recipe on the left and a list of cases on the right, then Start."));

  self->document = g_object_ref (document);
  self->stack = gtk_stack_new ();
  self->charts = TRP_TRAIN_CHARTS (trp_train_charts_new ());
  gtk_widget_add_css_class (hint, "second");
  gtk_box_append (GTK_BOX (page), make_header (self));
  gtk_box_append (GTK_BOX (page), GTK_WIDGET (self->charts));
  gtk_box_append (GTK_BOX (page), make_previews (self));
  gtk_stack_add_named (GTK_STACK (self->stack), hint, "hint");
  gtk_stack_add_named (GTK_STACK (self->stack), page, "run");
  gtk_widget_set_hexpand (self->stack, TRUE);
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_box_append (GTK_BOX (self), self->stack);
  g_signal_connect_swapped (document, "jobs-changed", G_CALLBACK (on_jobs_changed), self);
  update (self);
  return GTK_WIDGET (self);
}
