/* mask-metrics.c - see mask-metrics.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/mask-metrics.h"

static bool
compute_distances (TrpMaskMetrics *self,
                   const TrpSurfacePair *pair,
                   TrpProgress *progress,
                   GError **error)
{
  TrpProgress border = trp_progress_part (progress, 0, 0.4);
  TrpProgress surfel = trp_progress_part (progress, 0.4, 0.8);

  self->border = trp_surface_distances_new (pair, TRP_SURFACE_VOXEL_BORDER, &border, error);
  if (!self->border)
    return false;
  self->surfel = trp_surface_distances_new (pair, TRP_SURFACE_SURFEL, &surfel, error);
  return self->surfel && trp_progress_step (progress, 0.8, NULL, error) &&
         trp_surface_pair_measure_sets (pair, &self->hd_set, error);
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
  g_autoptr (TrpSurfacePair) pair = trp_surface_pair_new (reference, test, error);

  if (!pair || !trp_overlap_count (reference, test, &self->overlap, error) ||
      !compute_distances (self, pair, progress, error))
    return NULL;
  self->volume_reference_mm3 = (double) self->overlap.reference * voxel_mm3;
  self->volume_test_mm3 = (double) self->overlap.test * voxel_mm3;
  self->apl_pixels = g_new (size_t, n_apl_tolerances);
  self->apl_mm_per_pixel = trp_added_path_length_get_mm_per_pixel (pair);
  if (!trp_added_path_length_count (pair, apl_tolerances, n_apl_tolerances, self->apl_pixels,
                                    &self->contour_pixels, error) ||
      !trp_progress_step (progress, 1, NULL, error))
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
