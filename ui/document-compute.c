/* document-compute.c - see document-compute.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-compute.h"
#include "ui/document-private.h"

/* Shorter ones would only flicker in the panel. */
#define LISTED_AFTER_MS 300

struct _TrpDocumentCompute
{
  TrpJob *job; /* NULL: none under way */
  guint listing;
};

/* What the job gets and what it gives: either with the table that knows how to free it. */
typedef struct
{
  const TrpComputation *computation;
  void *data;
} Work;

typedef struct
{
  const TrpComputation *computation;
  void *value;
} Result;

TrpDocumentCompute *
trp_document_compute_new (void)
{
  return g_new0 (TrpDocumentCompute, 1);
}

void
trp_document_compute_free (TrpDocumentCompute *self)
{
  g_assert (!self || !self->job); /* the document was closed */
  g_free (self);
}

static void *
run (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const Work *work = data;
  void *value = work->computation->run (work->data, progress, error);
  Result *result;

  if (!value)
    return NULL;
  result = g_new (Result, 1);
  *result = (Result){ work->computation, value };
  return result;
}

static void
free_work (gpointer data)
{
  Work *work = data;

  if (work->computation->free_data)
    work->computation->free_data (work->data);
  g_free (work);
}

static void
free_result (gpointer data)
{
  Result *result = data;

  result->computation->free_result (result->value);
  g_free (result);
}

static void
forget (TrpDocument *self)
{
  TrpJob *job = g_steal_pointer (&self->compute->job);

  g_clear_handle_id (&self->compute->listing, g_source_remove);
  trp_document_dismiss_job (self, job);
  trp_job_unref (job);
}

static void
on_done (TrpJob *job, void *data, const GError *error, void *user_data)
{
  TrpDocument *self = user_data;
  const Work *work = trp_job_get_data (job);
  Result *result = data;

  forget (self);
  if (result)
    work->computation->done (self, work->data, g_steal_pointer (&result->value));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
  g_free (result);
}

void
trp_document_cancel_computing (TrpDocument *self)
{
  if (!self->compute->job)
    return;
  trp_job_disconnect (self->compute->job);
  trp_job_cancel (self->compute->job);
  forget (self);
}

bool
trp_document_is_computing (TrpDocument *self)
{
  return self->compute->job != NULL;
}

static gboolean
on_listed (gpointer data)
{
  TrpDocument *self = data;

  self->compute->listing = 0;
  trp_document_add_job (self, self->compute->job);
  return G_SOURCE_REMOVE;
}

void
trp_document_compute (TrpDocument *self,
                      const TrpComputation *computation,
                      const char *title,
                      void *data)
{
  static const TrpJobClass klass = {
    .run = run, .done = on_done, .free_data = free_work, .free_result = free_result
  };
  Work *work = g_new (Work, 1);

  trp_document_cancel_computing (self);
  *work = (Work){ computation, data };
  if (trp_document_is_closed (self))
    {
      free_work (work);
      return;
    }
  self->compute->job = trp_job_start (&klass, title, work, self);
  self->compute->listing = g_timeout_add (LISTED_AFTER_MS, on_listed, self);
}
