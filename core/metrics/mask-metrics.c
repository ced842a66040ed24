/* mask-metrics.c - see mask-metrics.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Four tasks that share nothing but the cut masks run side by side; loops inside a task run on its
 * own thread, so one organ costs one start of the threads and not twenty.
 */

#include "core/metrics/mask-metrics.h"

#include "core/base/parallel.h"

/**
 * Work: what the tasks read, and where each leaves its result
 * @errors: one per task
 */
typedef struct
{
  TrpMaskMetrics *self;
  const TrpSurfacePair *pair;
  const double *apl_tolerances;
  size_t n_apl_tolerances;
  GCancellable *cancellable;
  GError **errors;
} Work;

static void
measure_surfels (const Work *work, TrpProgress *progress, GError **error)
{
  work->self->surfel = trp_surface_distances_new (work->pair, TRP_SURFACE_SURFEL, progress, error);
}

static void
measure_border (const Work *work, TrpProgress *progress, GError **error)
{
  work->self->border = trp_surface_distances_new (work->pair, TRP_SURFACE_VOXEL_BORDER, progress,
                                                  error);
}

static void
measure_sets (const Work *work, TrpProgress *progress, GError **error)
{
  if (!trp_surface_pair_measure_sets (work->pair, &work->self->hd_set, error))
    g_debug ("no distance between sets");
}

static void
count_path (const Work *work, TrpProgress *progress, GError **error)
{
  if (!trp_added_path_length_count (work->pair, work->apl_tolerances, work->n_apl_tolerances,
                                    work->self->apl_pixels, &work->self->contour_pixels, error))
    g_debug ("no path length");
}

/* The longest first. */
static void (*const tasks[]) (const Work *work, TrpProgress *progress, GError **error) = {
  measure_surfels,
  measure_border,
  measure_sets,
  count_path,
};

#define N_TASKS G_N_ELEMENTS (tasks)

/* Progress is told by the caller's thread only; tasks listen for cancelling. */
static void
run_tasks (size_t begin, size_t end, void *data)
{
  const Work *work = data;

  for (size_t n = begin; n < end; n++)
    {
      TrpProgress progress = { .cancellable = work->cancellable, .end = 1 };

      if (trp_progress_step (&progress, 0, NULL, &work->errors[n]))
        tasks[n](work, &progress, &work->errors[n]);
    }
}

/* Hands over the first error, drops the others. */
static bool
report_errors (GError *errors[N_TASKS], GError **error)
{
  bool failed = false;

  for (size_t n = 0; n < N_TASKS; n++)
    {
      if (errors[n] && !failed)
        g_propagate_error (error, g_steal_pointer (&errors[n]));
      else if (!errors[n])
        continue;
      failed = true;
      g_clear_error (&errors[n]);
    }
  return !failed;
}

TrpMaskMetrics *
trp_mask_metrics_compute (const TrpMask *reference,
                          const TrpMask *test,
                          const double *apl_tolerances,
                          size_t n_apl_tolerances,
                          TrpProgress *progress,
                          GError **error)
{
  const double voxel_mm3 = trp_geometry_get_voxel_volume (trp_mask_get_geometry (reference));
  g_autoptr (TrpMaskMetrics) self = g_new0 (TrpMaskMetrics, 1);
  g_autoptr (TrpSurfacePair) pair = NULL;
  GError *errors[N_TASKS] = { NULL };
  Work work = { self, NULL, apl_tolerances, n_apl_tolerances, NULL, errors };

  if (!trp_progress_step (progress, 0, NULL, error))
    return NULL;
  pair = trp_surface_pair_new (reference, test, error);
  if (!pair)
    return NULL;
  self->overlap = trp_surface_pair_count (pair);
  self->volume_reference_mm3 = (double) self->overlap.reference * voxel_mm3;
  self->volume_test_mm3 = (double) self->overlap.test * voxel_mm3;
  self->apl_pixels = g_new (size_t, n_apl_tolerances);
  self->apl_mm_per_pixel = trp_added_path_length_get_mm_per_pixel (pair);
  work.pair = pair;
  work.cancellable = progress ? progress->cancellable : NULL;
  trp_parallel_for (N_TASKS, 1, run_tasks, &work);
  if (!report_errors (errors, error) || !trp_progress_step (progress, 1, NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
trp_mask_metrics_free (TrpMaskMetrics *self)
{
  if (!self)
    return;
  trp_surface_distances_free (self->border);
  trp_surface_distances_free (self->surfel);
  g_free (self->apl_pixels);
  g_free (self);
}
