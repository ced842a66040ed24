/* test-job.c - a job's result, messages, progress, failure, cancel and pause reach the main loop in
 * order
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/job.h"
#include "tests/lib/check.h"

#include <math.h>

typedef struct
{
  GMainLoop *loop;
  GThread *main_thread;
  GString *events;
  char *result;
  GError *error;
  TrpJobState state;
} Watch;

static void
on_message (TrpJob *job, void *message, void *user_data)
{
  Watch *watch = user_data;

  g_assert_true (g_thread_self () == watch->main_thread);
  g_string_append_printf (watch->events, "%s ", (char *) message);
}

static void
on_done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  Watch *watch = user_data;

  g_assert_true (g_thread_self () == watch->main_thread);
  watch->result = result;
  watch->error = error ? g_error_copy (error) : NULL;
  watch->state = trp_job_get_state (job);
  g_string_append (watch->events, "done");
  g_main_loop_quit (watch->loop);
}

static void *
work (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  for (int step = 0; step < 3; step++)
    {
      if (!trp_progress_step (progress, step / 3.0, "working", error))
        return NULL;
      trp_job_post (job, g_strdup_printf ("%d", step));
    }
  return g_strdup (data);
}

static void *
fail (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT, "broken on purpose");
  return NULL;
}

static void *
run_until_cancelled (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  while (trp_progress_step (progress, 0.5, NULL, error))
    g_usleep (1000);
  return NULL;
}

/* Comes to a result although it was cancelled meanwhile. */
static void *
ignore_cancel (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  while (!g_cancellable_is_cancelled (progress->cancellable))
    g_usleep (1000);
  return g_strdup ("too late");
}

/* Prepares for 0.7 s, goes on where it stood, then does a hundredth every 0.055 s. */
static void *
resume_work (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  if (!trp_progress_step (progress, 0, NULL, error))
    return NULL;
  g_usleep (700000);
  for (int n = 0; n < 50; n++)
    {
      if (!trp_progress_step (progress, 0.4 + 0.01 * n, NULL, error))
        return NULL;
      g_usleep (55000); /* more than the interval between two reports */
    }
  return NULL;
}

#define CLASS(name)                                                                                \
  {                                                                                                \
    .run = name, .message = on_message, .done = on_done, .free_data = g_free,                      \
    .free_result = g_free, .free_message = g_free                                                  \
  }

static const TrpJobClass work_class = CLASS (work), fail_class = CLASS (fail);
static const TrpJobClass endless_class = CLASS (run_until_cancelled),
                         deaf_class = CLASS (ignore_cancel), resumed_class = CLASS (resume_work);

static void
watch_init (Watch *watch)
{
  *watch = (Watch){ .loop = g_main_loop_new (NULL, FALSE),
                    .main_thread = g_thread_self (),
                    .events = g_string_new (NULL) };
}

static void
watch_clear (Watch *watch)
{
  g_main_loop_unref (watch->loop);
  g_string_free (watch->events, TRUE);
  g_free (watch->result);
  g_clear_error (&watch->error);
}

static void
run_job (const TrpJobClass *klass, bool cancel, Watch *watch)
{
  g_autoptr (TrpJob) job = NULL;

  watch_init (watch);
  job = trp_job_start (klass, "title", g_strdup ("input"), watch);
  g_assert_cmpstr (trp_job_get_title (job), ==, "title");
  if (cancel)
    trp_job_cancel (job);
  g_main_loop_run (watch->loop);
  trp_job_join (job);
}

static void
delivers_in_order (void)
{
  Watch watch;

  run_job (&work_class, false, &watch);
  g_assert_cmpstr (watch.events->str, ==, "0 1 2 done");
  g_assert_cmpstr (watch.result, ==, "input");
  g_assert_no_error (watch.error);
  g_assert_cmpint (watch.state, ==, TRP_JOB_DONE);
  watch_clear (&watch);
}

static void
reports_failure (void)
{
  Watch watch;

  run_job (&fail_class, false, &watch);
  g_assert_null (watch.result);
  g_assert_error (watch.error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_cmpint (watch.state, ==, TRP_JOB_FAILED);
  watch_clear (&watch);
}

static void
cancels (void)
{
  Watch watch;

  run_job (&endless_class, true, &watch);
  g_assert_error (watch.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (watch.state, ==, TRP_JOB_CANCELLED);
  watch_clear (&watch);
}

static void
drops_a_result_that_comes_after_cancel (void)
{
  Watch watch;

  run_job (&deaf_class, true, &watch);
  g_assert_null (watch.result);
  g_assert_error (watch.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  watch_clear (&watch);
}

static void
cancel_ends_a_pause (void)
{
  Watch watch;
  g_autoptr (TrpJob) job = NULL;

  watch_init (&watch);
  job = trp_job_start (&endless_class, "title", NULL, &watch);
  trp_job_set_paused (job, true);
  g_assert_cmpint (trp_job_get_state (job), ==, TRP_JOB_PAUSED);
  g_usleep (100 * 1000); /* long enough for the worker to reach its pause */
  trp_job_cancel (job);
  g_main_loop_run (watch.loop);
  g_assert_cmpint (watch.state, ==, TRP_JOB_CANCELLED);
  trp_job_join (job);
  watch_clear (&watch);
}

static void
disconnected_job_frees_its_result (void)
{
  Watch watch;
  g_autoptr (TrpJob) job = NULL;

  watch_init (&watch);
  job = trp_job_start (&work_class, "title", g_strdup ("input"), &watch);
  trp_job_disconnect (job);
  trp_job_join (job);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (trp_job_get_state (job), ==, TRP_JOB_DONE);
  g_assert_cmpstr (watch.events->str, ==, "");
  watch_clear (&watch);
}

static void
note_left (TrpJob *job, void *user_data)
{
  double *left = user_data;

  if (isnan (*left))
    *left = trp_job_get_seconds_left (job);
  if (!isnan (*left))
    trp_job_cancel (job);
}

/* Neither the preparation nor what was done in an earlier run counts: the first estimate, a second
 * after 0.4, has 42 hundredths of 0.055 s before it; a busy machine makes it more. */
static void
time_left_counts_its_own_steps (void)
{
  Watch watch;
  g_autoptr (TrpJob) job = NULL;
  double left = (double) NAN;

  watch_init (&watch);
  job = trp_job_start (&resumed_class, "title", NULL, &watch);
  trp_job_set_notify (job, note_left, &left);
  g_main_loop_run (watch.loop);
  trp_job_join (job);
  g_assert_cmpfloat (left, >=, 38 * 0.055);
  g_assert_cmpfloat (left, <, 3 * 42 * 0.055);
  watch_clear (&watch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/job/delivers-in-order", delivers_in_order);
  g_test_add_func ("/job/reports-failure", reports_failure);
  g_test_add_func ("/job/cancels", cancels);
  g_test_add_func ("/job/drops-a-result-that-comes-after-cancel",
                   drops_a_result_that_comes_after_cancel);
  g_test_add_func ("/job/cancel-ends-a-pause", cancel_ends_a_pause);
  g_test_add_func ("/job/time-left-counts-its-own-steps", time_left_counts_its_own_steps);
  g_test_add_func ("/job/disconnected-job-frees-its-result", disconnected_job_frees_its_result);
  return g_test_run ();
}
