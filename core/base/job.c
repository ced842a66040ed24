/* job.c - see job.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The worker never touches what the starting thread reads: it sends events through the main
 * context, each holding a reference to the job. Only the pause switch is shared, under a mutex.
 */

#include "core/base/job.h"

#include <math.h>

struct _TrpJob
{
  const TrpJobClass *klass;
  char *title;
  void *data;
  void *user_data;
  GMainContext *context;
  GCancellable *cancellable;
  GThread *thread;

  /* the starting thread's */
  TrpJobState state;
  double fraction;
  char *text;
  GError *error;
  gint64 mark_us, event_us; /* from where the time left is counted; when a fraction came last */
  gint64 paused_us;         /* since when it is paused */
  double mark_fraction;
  bool is_disconnected;
  TrpJobNotify notify;
  void *notify_data;

  GMutex mutex;
  GCond cond;
  bool is_paused; /* under mutex */
};

typedef struct
{
  TrpJob *job;
  double fraction;
  char *text;
  void *message;
  void *result;
  GError *error;
  enum
  {
    PROGRESS,
    MESSAGE,
    DONE
  } kind;
} Event;

static void
clear_job (void *data)
{
  TrpJob *self = data;

  g_free (self->title);
  g_free (self->text);
  g_clear_error (&self->error);
  g_main_context_unref (self->context);
  g_object_unref (self->cancellable);
  if (self->thread)
    g_thread_unref (self->thread);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

TrpJob *
trp_job_ref (TrpJob *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
trp_job_unref (TrpJob *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_job);
}

static void
free_event (void *data)
{
  Event *event = data;
  const TrpJobClass *klass = event->job->klass;

  if (event->message && klass->free_message)
    klass->free_message (event->message);
  if (event->result && klass->free_result)
    klass->free_result (event->result);
  g_clear_error (&event->error);
  g_free (event->text);
  trp_job_unref (event->job);
  g_free (event);
}

static void
tell (TrpJob *self)
{
  if (self->notify && !self->is_disconnected)
    self->notify (self, self->notify_data);
}

static void
finish (TrpJob *self, Event *event)
{
  if (event->result && g_cancellable_is_cancelled (self->cancellable))
    {
      g_clear_pointer (&event->result, self->klass->free_result);
      g_cancellable_set_error_if_cancelled (self->cancellable, &event->error);
    }
  if (event->result)
    self->state = TRP_JOB_DONE;
  else if (g_error_matches (event->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->state = TRP_JOB_CANCELLED;
  else
    self->state = TRP_JOB_FAILED;
  if (self->state == TRP_JOB_DONE)
    self->fraction = 1;
  if (event->error)
    self->error = g_error_copy (event->error);
  if (!self->is_disconnected && self->klass->done)
    self->klass->done (self, g_steal_pointer (&event->result), event->error, self->user_data);
  if (self->klass->free_data)
    self->klass->free_data (self->data);
  self->data = NULL;
  tell (self);
}

/* The time left is counted from where the fraction leaves 0: before that, a job prepares, and
 * resumed work comes from there to where it stood. A fraction that leaps at once (a part that had
 * nothing to do) or falls (a training that starts again) is no measure of speed either. */
static void
note_fraction (TrpJob *self, double fraction)
{
  const gint64 now_us = g_get_monotonic_time ();
  const bool leaps = fraction - self->fraction > 0.02 &&
                     now_us - self->event_us < G_USEC_PER_SEC / 3;

  if (self->fraction <= 0 || leaps || fraction < self->fraction)
    {
      self->mark_us = now_us;
      self->mark_fraction = fraction;
    }
  self->event_us = now_us;
  self->fraction = fraction;
}

static gboolean
on_event (void *data)
{
  Event *event = data;
  TrpJob *self = event->job;

  switch (event->kind)
    {
    case PROGRESS:
      note_fraction (self, event->fraction);
      if (event->text)
        {
          g_free (self->text);
          self->text = g_steal_pointer (&event->text);
        }
      tell (self);
      break;
    case MESSAGE:
      if (self->klass->message && !self->is_disconnected)
        self->klass->message (self, event->message, self->user_data);
      break;
    case DONE:
      finish (self, event);
      break;
    }
  return G_SOURCE_REMOVE;
}

static void
send_event (TrpJob *self, Event event)
{
  GSource *source = g_idle_source_new ();
  Event *copy = g_memdup2 (&event, sizeof event);

  copy->job = trp_job_ref (self);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_event, copy, free_event);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

/* (worker) */
static void
wait_while_paused (TrpJob *self)
{
  g_mutex_lock (&self->mutex);
  while (self->is_paused && !g_cancellable_is_cancelled (self->cancellable))
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

/* (worker) */
static void
on_progress (double fraction, const char *text, void *data)
{
  TrpJob *self = data;

  send_event (self, (Event){ .kind = PROGRESS, .fraction = fraction, .text = g_strdup (text) });
  wait_while_paused (self);
}

void
trp_job_post (TrpJob *self, void *message)
{
  send_event (self, (Event){ .kind = MESSAGE, .message = message });
}

static void *
run (void *data)
{
  TrpJob *self = data;
  TrpProgress progress = {
    .func = on_progress, .data = self, .cancellable = self->cancellable, .begin = 0, .end = 1
  };
  Event event = { .kind = DONE };

  event.result = self->klass->run (self, self->data, &progress, &event.error);
  if (!event.result && !event.error)
    event.error = g_error_new (TRP_ERROR, TRP_ERROR_IO, "The job ended without a result");
  send_event (self, event);
  trp_job_unref (self);
  return NULL;
}

TrpJob *
trp_job_start (const TrpJobClass *klass, const char *title, void *data, void *user_data)
{
  TrpJob *self = g_atomic_rc_box_new0 (TrpJob);

  self->klass = klass;
  self->title = g_strdup (title);
  self->text = g_strdup ("");
  self->data = data;
  self->user_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("trp-job", run, trp_job_ref (self));
  return self;
}

void *
trp_job_get_data (const TrpJob *self)
{
  return self->data;
}

const char *
trp_job_get_title (const TrpJob *self)
{
  return self->title;
}

TrpJobState
trp_job_get_state (const TrpJob *self)
{
  return self->state;
}

double
trp_job_get_fraction (const TrpJob *self)
{
  return self->fraction;
}

const char *
trp_job_get_text (const TrpJob *self)
{
  return self->text;
}

const GError *
trp_job_get_error (const TrpJob *self)
{
  return self->error;
}

double
trp_job_get_seconds_left (const TrpJob *self)
{
  const double passed = (double) (self->event_us - self->mark_us) / G_USEC_PER_SEC;
  const double done = self->fraction - self->mark_fraction;

  if (self->mark_us == 0 || done <= 0 || passed < 1)
    return (double) NAN;
  return passed * (1 - self->fraction) / done;
}

void
trp_job_cancel (TrpJob *self)
{
  g_cancellable_cancel (self->cancellable);
  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

void
trp_job_set_paused (TrpJob *self, bool paused)
{
  if (self->state != TRP_JOB_RUNNING && self->state != TRP_JOB_PAUSED)
    return;
  g_mutex_lock (&self->mutex);
  if (paused == self->is_paused)
    {
      g_mutex_unlock (&self->mutex);
      return;
    }
  self->is_paused = paused;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  self->state = paused ? TRP_JOB_PAUSED : TRP_JOB_RUNNING;
  if (paused)
    self->paused_us = g_get_monotonic_time ();
  else if (self->mark_us > 0)
    self->mark_us += g_get_monotonic_time () - self->paused_us;
  tell (self);
}

void
trp_job_disconnect (TrpJob *self)
{
  self->is_disconnected = true;
}

void
trp_job_abandon (TrpJob *self)
{
  if (!self)
    return;
  trp_job_disconnect (self);
  trp_job_cancel (self);
  trp_job_unref (self);
}

void
trp_job_join (TrpJob *self)
{
  if (self->thread)
    g_thread_join (g_steal_pointer (&self->thread));
}

void
trp_job_set_notify (TrpJob *self, TrpJobNotify notify, void *user_data)
{
  self->notify = notify;
  self->notify_data = user_data;
}
