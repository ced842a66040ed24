/* train-fit.c - see train-fit.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-fit.h"
#include "config.h"
#include "core/method/train-pace.h"
#include "ui/dialogs/form.h"
#include "ui/job-time.h"

#include <glib/gi18n.h>
#include <math.h>

#define TEXT_CHARS 30

struct _TrpTrainFit
{
  GtkBox parent_instance;

  TrpCompute *compute;
  TrpJob *job; /* under way */
  GtkWidget *memory;
  GtkWidget *memory_text;
  GtkWidget *time_text;
  char *refusal;
  char *device_name;
  double pace; /* seconds of a step; NAN: not known */
  int n_steps;
  int n_epochs; /* 0: told in steps */
};

static guint known;

G_DEFINE_FINAL_TYPE (TrpTrainFit, trp_train_fit, GTK_TYPE_BOX)

static void
trp_train_fit_dispose (GObject *object)
{
  TrpTrainFit *self = TRP_TRAIN_FIT (object);

  g_clear_pointer (&self->job, trp_job_abandon);
  g_clear_object (&self->compute);
  g_clear_pointer (&self->refusal, g_free);
  g_clear_pointer (&self->device_name, g_free);
  G_OBJECT_CLASS (trp_train_fit_parent_class)->dispose (object);
}

static void
trp_train_fit_class_init (TrpTrainFitClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_train_fit_dispose;
  known = g_signal_new ("known", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, 0);
}

static void
trp_train_fit_init (TrpTrainFit *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->pace = (double) NAN;
}

/* ---- by a worker: headers, plans, a moment of the device ---- */

typedef struct
{
  TrpRecipe *recipe;
  TrpDataList *list;
  int fold;
  char *device;
  TrpPrecision precision;
  bool deterministic;
} Task;

static void
task_free (gpointer data)
{
  Task *task = data;

  trp_recipe_free (task->recipe);
  trp_data_list_unref (task->list);
  g_free (task->device);
  g_free (task);
}

typedef struct
{
  TrpTrainEstimate bytes;
  char *refusal;
  double pace; /* seconds of a step; NAN: cannot be measured */
} Estimate;

static void
estimate_free (gpointer data)
{
  Estimate *estimate = data;

  g_free (estimate->refusal);
  g_free (estimate);
}

static void *
run_estimate (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const Task *task = data;
  const TrpTrainOptions options = { .recipe = task->recipe,
                                    .list = task->list,
                                    .fold = task->fold,
                                    .device = task->device,
                                    .precision = task->precision,
                                    .deterministic = task->deterministic };
  Estimate *estimate = g_new0 (Estimate, 1);

  if (trp_train_check_fit (&options, &estimate->bytes, &estimate->refusal, error))
    {
      if (estimate->refusal || !trp_train_measure_pace (&options, progress, &estimate->pace, NULL))
        estimate->pace = NAN;
      return estimate;
    }
  estimate_free (estimate);
  return NULL;
}

/* ---- in words ---- */

static void
show_memory (TrpTrainFit *self, const TrpTrainEstimate *estimate)
{
  const size_t bytes = estimate->device + (estimate->on_host ? estimate->data : 0);
  const size_t there = estimate->device_available;
  g_autofree char *need = g_format_size (bytes), *free_text = g_format_size (there);
  g_autofree char *text = there ? g_strdup_printf (_ ("%s of %s free"), need, free_text)
                                : g_strdup (need);

  gtk_label_set_label (GTK_LABEL (self->memory_text), text);
  gtk_widget_set_tooltip_text (self->memory_text, text);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (self->memory),
                           there ? CLAMP ((double) bytes / (double) there, 0, 1) : 0);
}

static void
show_time (TrpTrainFit *self)
{
  g_autofree char *time = NULL, *text = NULL, *explain = NULL;

  if (isfinite (self->pace) && self->n_steps > 0)
    {
      time = trp_seconds_dup_text (self->pace * self->n_steps);
      text = self->n_epochs > 0 ? g_strdup_printf (_ ("about %s on %s: %d steps, %d epochs"), time,
                                                   self->device_name, self->n_steps, self->n_epochs)
                                : g_strdup_printf (_ ("about %s on %s"), time, self->device_name);
    }
  trp_form_note_set (self->time_text, text);
  explain = text
              ? g_strdup_printf (_ ("%s. An estimate: some of the step's convolutions were timed "
                                    "for a moment. Previews and validations come on top, and "
                                    "other work slows it down."),
                                 text)
              : NULL;
  gtk_widget_set_tooltip_text (self->time_text, explain);
}

/* @estimate: (nullable): nothing is known */
static void
take (TrpTrainFit *self, const Estimate *estimate)
{
  self->pace = estimate ? estimate->pace : (double) NAN;
  self->n_steps = estimate ? estimate->bytes.n_steps : 0;
  g_free (self->device_name);
  self->device_name = g_strdup (estimate ? estimate->bytes.device_name : "");
  show_time (self);
}

static void
set_refusal (TrpTrainFit *self, const char *text)
{
  g_free (self->refusal);
  self->refusal = g_strdup (text);
}

static void
on_done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpTrainFit *self = user_data;
  Estimate *estimate = result;

  g_clear_pointer (&self->job, trp_job_unref);
  if (estimate)
    show_memory (self, &estimate->bytes);
  else
    gtk_label_set_label (GTK_LABEL (self->memory_text), "");
  take (self, estimate);
  set_refusal (self, estimate ? estimate->refusal : error->message);
  if (estimate)
    estimate_free (estimate);
  g_signal_emit (self, known, 0);
}

void
trp_train_fit_ask (TrpTrainFit *self, const TrpRecipe *recipe, TrpDataList *list, int fold)
{
  static const TrpJobClass klass = {
    .run = run_estimate, .done = on_done, .free_data = task_free, .free_result = estimate_free
  };
  Task *task;

  g_clear_pointer (&self->job, trp_job_abandon);
  set_refusal (self, NULL);
  take (self, NULL);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (self->memory), 0);
  gtk_label_set_label (GTK_LABEL (self->memory_text), list ? "\u2026" : "");
  if (!list || !recipe)
    return;
  self->n_epochs = recipe->schedule.epochs;
  task = g_new0 (Task, 1);
  task->recipe = trp_recipe_copy (recipe);
  task->list = trp_data_list_ref (list);
  task->fold = fold;
  task->device = g_strdup (trp_compute_get_device (self->compute));
  task->precision = trp_compute_get_precision (self->compute, TRP_COMPUTE_TRAIN);
  task->deterministic = trp_compute_get_deterministic (self->compute);
  self->job = trp_job_start (&klass, _ ("Memory estimate"), task, self);
}

void
trp_train_fit_set_steps (TrpTrainFit *self, int n_steps)
{
  if (self->n_epochs > 0 || !isfinite (self->pace))
    return;
  self->n_steps = n_steps;
  show_time (self);
}

const char *
trp_train_fit_get_refusal (TrpTrainFit *self)
{
  return self->refusal;
}

/* ---- making ---- */

static GtkWidget *
make_label (const char *text, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, class_name);
  return label;
}

GtkWidget *
trp_train_fit_new (TrpCompute *compute)
{
  TrpTrainFit *self = g_object_new (TRP_TYPE_TRAIN_FIT, NULL);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->compute = g_object_ref (compute);
  self->memory = gtk_level_bar_new ();
  self->memory_text = make_label (NULL, "numeric");
  self->time_text = trp_form_note_new (TEXT_CHARS); /* nothing below it moves */
  gtk_label_set_ellipsize (GTK_LABEL (self->memory_text), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->memory, TRUE);
  gtk_widget_set_valign (self->memory, GTK_ALIGN_CENTER);
  trp_form_set_name (self->memory, _ ("memory"));
  gtk_box_append (GTK_BOX (row), make_label (_ ("memory"), "second"));
  gtk_box_append (GTK_BOX (row), self->memory);
  gtk_box_append (GTK_BOX (row), self->memory_text);
  gtk_box_append (GTK_BOX (self), row);
  gtk_box_append (GTK_BOX (self), self->time_text);
  return GTK_WIDGET (self);
}
