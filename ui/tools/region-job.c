/* region-job.c - see region-job.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A task holds the document, whose tools hold this: it is there when the last task ends.
 */

#include "ui/tools/region-job.h"
#include "config.h"

#include <glib/gi18n.h>

struct _TrpRegionJob
{
  TrpDocument *document;
  TrpJob *job; /* the newest, while it runs */
};

typedef struct
{
  TrpDocument *document;
  TrpRegionJob *owner;
  const TrpRegionKind *kind;
  TrpStructure *structure;
  TrpMask *before;
  void *data;
} Task;

TrpRegionJob *
trp_region_job_new (TrpDocument *document)
{
  TrpRegionJob *self = g_new0 (TrpRegionJob, 1);

  self->document = document;
  return self;
}

void
trp_region_job_free (TrpRegionJob *self)
{
  g_assert (!self->job);
  g_free (self);
}

static void
free_task (void *data)
{
  Task *task = data;

  task->kind->free_data (task->data);
  trp_mask_free (task->before);
  trp_structure_unref (task->structure);
  g_object_unref (task->document);
  g_free (task);
}

static void *
run (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  Task *task = data;

  return task->kind->compute (task->data, progress, error);
}

/* Returns: whether the structure is as it was when the work began. */
static bool
is_current (const Task *task)
{
  TrpStructureSet *set = trp_document_peek_edited (task->document);

  for (size_t n = 0; set && n < trp_structure_set_get_size (set); n++)
    if (trp_structure_set_get (set, n) == task->structure)
      return trp_mask_equal (trp_structure_peek_mask (task->structure), task->before);
  return false;
}

static void
done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  Task *task = user_data;
  g_autoptr (TrpMask) mask = result;
  const bool is_newest = task->owner->job == job;

  if (is_newest)
    g_clear_pointer (&task->owner->job, trp_job_unref);
  trp_document_dismiss_job (task->document, job);
  if (!is_newest || trp_document_is_closed (task->document) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error)
    trp_document_report (task->document, TRP_SEVERITY_WARNING, error->message);
  else if (is_current (task))
    task->kind->show (task->document, task->structure, mask, task->data);
  else
    trp_document_report (task->document, TRP_SEVERITY_INFO,
                         _ ("The structure changed meanwhile; the result was left out."));
}

void
trp_region_job_start (TrpRegionJob *self,
                      const TrpRegionKind *kind,
                      const char *title,
                      TrpStructure *structure,
                      void *data)
{
  static const TrpJobClass klass = {
    .run = run,
    .done = done,
    .free_data = free_task,
    .free_result = (GDestroyNotify) trp_mask_free,
  };
  Task *task = g_new0 (Task, 1);

  trp_region_job_cancel (self);
  task->document = g_object_ref (self->document);
  task->owner = self;
  task->kind = kind;
  task->structure = trp_structure_ref (structure);
  task->before = trp_mask_copy (trp_structure_peek_mask (structure));
  task->data = data;
  self->job = trp_job_start (&klass, title, task, task);
  trp_document_add_job (self->document, self->job);
}

bool
trp_region_job_cancel (TrpRegionJob *self)
{
  if (!self->job)
    return false;
  trp_job_cancel (self->job);
  g_clear_pointer (&self->job, trp_job_unref);
  return true;
}

bool
trp_region_job_is_running (const TrpRegionJob *self)
{
  return self->job != NULL;
}
