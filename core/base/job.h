/* job.h - one piece of long work on a thread of its own
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The main thread starts a job with references to its inputs; a worker thread computes; progress,
 * messages and the result return in the main loop of the thread that started it (its thread-default
 * GMainContext). A job is reference counted and opaque; all functions but those marked "worker"
 * belong to the starting thread.
 *
 * The result of a cancelled job is dropped (freed with @free_result) and @done hears
 * G_IO_ERROR_CANCELLED, once.
 */

#pragma once

#include "core/base/progress.h"

G_BEGIN_DECLS

typedef struct _TrpJob TrpJob;

typedef enum
{
  TRP_JOB_RUNNING,
  TRP_JOB_PAUSED,
  TRP_JOB_DONE,
  TRP_JOB_CANCELLED,
  TRP_JOB_FAILED,
} TrpJobState;

/**
 * TrpJobClass: what a kind of job does; a static const table
 * @run: (worker): computes and returns the result, non-NULL on success; checks @progress once per
 * slice or step
 * @message: (optional): called in the main loop for every trp_job_post(), in order; borrows
 * @message, which @free_message frees afterwards
 * @done: called once in the main loop; owns @result (NULL with @error set on failure)
 * @free_data: (optional): frees @data when the job ends, in the main loop
 * @free_result: frees a result that nobody takes
 * @free_message: (optional): frees messages
 */
typedef struct
{
  void *(*run) (TrpJob *job, void *data, TrpProgress *progress, GError **error);
  void (*message) (TrpJob *job, void *message, void *user_data);
  void (*done) (TrpJob *job, void *result, const GError *error, void *user_data);
  GDestroyNotify free_data;
  GDestroyNotify free_result;
  GDestroyNotify free_message;
} TrpJobClass;

/* @title: translated, for the jobs panel. @user_data reaches the callbacks and must outlive them
 * (cancel first, see trp_job_disconnect()). Returns: (transfer full). */
TrpJob *trp_job_start (const TrpJobClass *klass, const char *title, void *data, void *user_data);
TrpJob *trp_job_ref (TrpJob *self);
void trp_job_unref (TrpJob *self);

/* The job's @data; NULL once it has ended (after @done). */
void *trp_job_get_data (const TrpJob *self);
const char *trp_job_get_title (const TrpJob *self);
TrpJobState trp_job_get_state (const TrpJob *self);
double trp_job_get_fraction (const TrpJob *self); /* 0 to 1, as of the last turn of the main loop */
const char *trp_job_get_text (const TrpJob *self);    /* what it is doing, "" at first */
const GError *trp_job_get_error (const TrpJob *self); /* NULL unless failed */
double
trp_job_get_seconds_left (const TrpJob *self); /* estimate from the fraction; NAN while unknown */

void trp_job_cancel (TrpJob *self);
void trp_job_set_paused (TrpJob *self,
                         bool paused); /* takes hold at the job's next progress step */
/* No callback will be called any more; a result still to come is freed. For owners that are going
 * away. */
void trp_job_disconnect (TrpJob *self);
/* Nobody wants its result any more: cancels, disconnects and gives back the owner's reference.
 * @self: (nullable) (transfer full) */
void trp_job_abandon (TrpJob *self);
/* Blocks until the worker has ended (callbacks are still to come); for shutting down and for tests.
 */
void trp_job_join (TrpJob *self);

/* @notify: called in the main loop whenever fraction, text or state changed; at most 20 times a
 * second. One listener. */
typedef void (*TrpJobNotify) (TrpJob *job, void *user_data);
void trp_job_set_notify (TrpJob *self, TrpJobNotify notify, void *user_data);

/* (worker) Sends @message (transfer full) to the class's message function. */
void trp_job_post (TrpJob *self, void *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpJob, trp_job_unref)

G_END_DECLS
