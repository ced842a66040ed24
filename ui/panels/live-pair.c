/* live-pair.c - see live-pair.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/panels/live-pair.h"
#include "config.h"

#include "core/structure/mask-reslice.h"
#include "ui/document-compare.h"

#include <glib/gi18n.h>

/**
 * _TrpLiveTask:
 * @resample: (nullable): to be taken over to the grid of @edited; else @reference is set
 */
struct _TrpLiveTask
{
  TrpMask *edited;
  TrpMask *resample;
  TrpLiveReference *reference;
  TrpLiveFollower *follower;
  TrpLiveOptions options;
  guint64 generation;
};

static char *
explain_missing (TrpDocument *document, TrpStructure *structure)
{
  const int reference = trp_document_get_reference (document);

  if (reference < 0)
    return g_strdup (_ ("There is no reference to compare with."));
  if (reference == trp_document_get_edited (document))
    return g_strdup (_ ("The reading is its own reference."));
  return g_strdup_printf (
    _ ("The reference \u201c%s\u201d has no structure called \u201c%s\u201d."),
    trp_document_get_reading_label (document, (guint) reference),
    trp_structure_get_name (structure));
}

static TrpLiveMetrics *
compare (const TrpMask *edited, const TrpMask *reference_mask, GError **error)
{
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (reference_mask, error);

  return reference ? trp_live_metrics_new (edited, reference, error) : NULL;
}

/* So that the volume follows a stroke also where there is nothing to compare with. */
static TrpLiveMetrics *
compare_with_nothing (const TrpMask *edited)
{
  g_autoptr (TrpMask) nothing = trp_mask_new (trp_mask_get_geometry (edited));

  return compare (edited, nothing, NULL);
}

TrpLivePair *
trp_live_pair_new (TrpDocument *document, TrpStructure *structure)
{
  const TrpMask *mask = trp_structure_peek_mask (structure);
  TrpStructure *reference = trp_document_find_reference (document, structure);
  const TrpMask *reference_mask = reference ? trp_structure_peek_mask (reference) : NULL;
  TrpLivePair *self = g_new0 (TrpLivePair, 1);
  g_autoptr (GError) error = NULL;

  self->structure = trp_structure_ref (structure);
  self->reference = reference ? trp_structure_ref (reference) : NULL;
  if (!reference)
    self->problem = explain_missing (document, structure);
  else if (!trp_geometry_equal (trp_mask_get_geometry (mask),
                                trp_mask_get_geometry (reference_mask)))
    {
      self->is_resampled = self->needs_resampling = true;
      self->problem = g_strdup (_ ("The reference lies on another grid: it is being resampled."));
    }
  else if (!(self->metrics = compare (mask, reference_mask, &error)))
    self->problem = g_strdup (error->message);
  if (!self->metrics)
    self->metrics = compare_with_nothing (mask);
  return self;
}

void
trp_live_pair_free (TrpLivePair *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->structure, trp_structure_unref);
  g_clear_pointer (&self->reference, trp_structure_unref);
  g_clear_pointer (&self->metrics, trp_live_metrics_free);
  g_clear_pointer (&self->distances, trp_live_distances_free);
  g_free (self->problem);
  g_free (self);
}

bool
trp_live_pair_is_current (const TrpLivePair *self, const TrpLiveOptions *options)
{
  return self->distances && self->metrics && !self->problem &&
         self->distances->generation == trp_live_metrics_get_generation (self->metrics) &&
         self->distances->tolerance >= options->tolerance &&
         self->distances->tolerance <= options->tolerance;
}

bool
trp_live_pair_is_waiting (const TrpLivePair *self, const TrpLiveOptions *options)
{
  if (self->problem)
    return self->needs_resampling;
  return self->metrics && self->failed != trp_live_metrics_get_generation (self->metrics) &&
         !trp_live_pair_is_current (self, options);
}

void
trp_live_pair_give_up (TrpLivePair *self, const GError *error)
{
  if (self->needs_resampling)
    {
      self->needs_resampling = false;
      g_free (self->problem);
      self->problem = g_strdup (error->message);
    }
  else if (self->metrics)
    self->failed = trp_live_metrics_get_generation (self->metrics);
}

/* ---- the worker's part ---- */

TrpLiveTask *
trp_live_task_new (const TrpLivePair *pair,
                   TrpLiveFollower *follower,
                   const TrpLiveOptions *options)
{
  TrpLiveTask *self = g_new0 (TrpLiveTask, 1);

  self->edited = trp_mask_copy (trp_structure_peek_mask (pair->structure));
  self->options = *options;
  if (pair->needs_resampling)
    {
      self->resample = trp_mask_copy (trp_structure_peek_mask (pair->reference));
      return self;
    }
  self->reference = trp_live_reference_ref (trp_live_metrics_get_reference (pair->metrics));
  self->follower = follower ? trp_live_follower_ref (follower) : NULL;
  self->generation = trp_live_metrics_get_generation (pair->metrics);
  return self;
}

void
trp_live_task_free (gpointer task)
{
  TrpLiveTask *self = task;

  trp_mask_free (self->edited);
  trp_mask_free (self->resample);
  trp_live_reference_unref (self->reference);
  trp_live_follower_unref (self->follower);
  g_free (self);
}

void
trp_live_result_free (gpointer result)
{
  TrpLiveResult *self = result;

  trp_mask_free (self->mask);
  trp_live_distances_free (self->distances);
  g_free (self);
}

void *
trp_live_task_run (TrpJob *job, void *task, TrpProgress *progress, GError **error)
{
  TrpLiveTask *self = task;
  TrpLiveResult result = { 0 };

  if (self->resample)
    {
      result.mask = trp_mask_resample (self->resample, trp_mask_get_geometry (self->edited),
                                       progress, error);
      return result.mask ? g_memdup2 (&result, sizeof result) : NULL;
    }
  if (!self->follower)
    self->follower = trp_live_follower_new (self->reference);
  result.distances = trp_live_follower_measure (self->follower, self->edited, self->generation,
                                                &self->options, progress, error);
  return result.distances ? g_memdup2 (&result, sizeof result) : NULL;
}

static void
take_resampled (TrpLivePair *self, const TrpMask *mask)
{
  g_autoptr (GError) error = NULL;
  TrpLiveMetrics *metrics = compare (trp_structure_peek_mask (self->structure), mask, &error);

  self->needs_resampling = false;
  g_clear_pointer (&self->problem, g_free);
  if (!metrics)
    {
      self->problem = g_strdup (error->message);
      return;
    }
  trp_live_metrics_free (self->metrics);
  self->metrics = metrics;
}

bool
trp_live_pair_take (TrpLivePair *self, TrpLiveResult *result)
{
  if (result->mask)
    {
      if (self->needs_resampling)
        take_resampled (self, result->mask);
      return true;
    }
  if (!self->metrics ||
      result->distances->generation != trp_live_metrics_get_generation (self->metrics))
    return false;
  trp_live_distances_free (self->distances);
  self->distances = g_steal_pointer (&result->distances);
  return true;
}
