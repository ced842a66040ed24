/* test-live.c - live numbers equal a computation from scratch
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/metrics/live.h"
#include "core/metrics/mask-metrics.h"
#include "tests/lib/check.h"

#include <math.h>

static const size_t size[3] = { 70, 40, 20 };

static TrpMask *
new_ball (double ci, double cj, double ck, double radius)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1.5, 2 },
                                                   trp_vec3 (-10, 20, 30));
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        if (hypot (hypot ((double) i - ci, 1.5 * ((double) j - cj)), 2 * ((double) k - ck)) <=
            radius)
          trp_mask_set (mask, i, j, k, true);
  return mask;
}

/* Sets or clears a random small box, as a tool would. */
static void
edit_randomly (TrpMask *mask, TrpRng *rng)
{
  const bool value = trp_rng_below (rng, 2);
  size_t begin[3];

  for (int axis = 0; axis < 3; axis++)
    begin[axis] = trp_rng_below (rng, (uint32_t) size[axis]);
  for (size_t k = begin[2]; k < MIN (begin[2] + 2, size[2]); k++)
    for (size_t j = begin[1]; j < MIN (begin[1] + 4, size[1]); j++)
      for (size_t i = begin[0]; i < MIN (begin[0] + 5, size[0]); i++)
        trp_mask_set (mask, i, j, k, value);
}

static void
check_distances (const TrpMask *edited, TrpLiveReference *reference)
{
  const TrpMask *reference_mask = trp_live_reference_peek_mask (reference);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMaskMetrics)
    fresh = trp_mask_metrics_compute (reference_mask, edited, NULL, 0, NULL, &error);
  const TrpSurfaceNumbers *numbers = trp_surface_distances_get_numbers (fresh->border);
  TrpLiveDistances live;

  g_assert_true (trp_live_distances_compute (edited, reference, 5, NULL, &live, &error));
  g_assert_cmpuint (live.generation, ==, 5);
  trp_assert_near (live.hd, numbers->hd, 0);
  trp_assert_near (live.hd95, numbers->hd95, 0);
  trp_assert_near (live.assd, numbers->assd, 0);
  trp_assert_near (live.volume_difference_ml,
                   (fresh->volume_test_mm3 - fresh->volume_reference_mm3) / 1000, 1e-9);
  if (!live.has_worst)
    return;
  trp_assert_near (fabs (live.worst_mm), live.hd, 0);
  trp_assert_near (MAX (live.outside, live.missing), live.hd, 0);
}

static void
test_thousand_edits (void)
{
  TrpRng rng = trp_rng_new (3, 4);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = new_ball (30, 20, 10, 8);
  g_autoptr (TrpMask) edited = new_ball (31, 19, 10, 7);
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (mask, &error);
  g_autoptr (TrpLiveMetrics) live = trp_live_metrics_new (edited, reference, &error);

  for (int n = 0; n < 1000; n++)
    {
      g_autoptr (TrpMask) before = trp_mask_copy (edited);
      g_autoptr (TrpPatch) patch = NULL;
      TrpOverlap fresh;

      edit_randomly (edited, &rng);
      patch = trp_patch_new_difference (before, edited);
      trp_live_metrics_update (live, edited, patch);
      g_assert_true (trp_overlap_count (mask, edited, &fresh, &error));
      g_assert_cmpmem (trp_live_metrics_get_overlap (live), sizeof fresh, &fresh, sizeof fresh);
      if (n % 50 == 0)
        check_distances (edited, reference);
    }
  g_assert_cmpuint (trp_live_metrics_get_generation (live), ==, 1001);
  trp_assert_near (trp_live_metrics_get_dice (live),
                   trp_overlap_dice (trp_live_metrics_get_overlap (live)), 0);
}

/* A pimple on one side and a dent on the other, at known voxels. */
static void
test_worst_voxel (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = new_ball (30, 20, 10, 8);
  g_autoptr (TrpMask) edited = trp_mask_copy (mask);
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (mask, &error);
  TrpLiveDistances live;

  trp_mask_set (edited, 44, 20, 10, true); /* the ball ends at i = 38 */
  g_assert_true (trp_live_distances_compute (edited, reference, 0, NULL, &live, &error));
  trp_assert_near (live.hd, 6, 0);
  trp_assert_near (live.outside, 6, 0);
  trp_assert_near (live.missing, 0, 0);
  trp_assert_near (live.worst_mm, 6, 0);
  trp_assert_near (live.worst_lps.v[0], -10 + 44, 1e-12);
  trp_assert_near (live.worst_lps.v[1], 20 + 1.5 * 20, 1e-12);
  trp_assert_near (live.worst_lps.v[2], 30 + 2 * 10, 1e-12);
  g_assert_true (trp_live_distances_compute (mask, reference, 0, NULL, &live, &error));
  trp_assert_near (live.hd, 0, 0);
  trp_assert_near (live.volume_difference_ml, 0, 0);
  trp_mask_set (edited, 44, 20, 10, false);
  for (size_t i = 33; i < 40; i++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t k = 0; k < size[2]; k++)
        trp_mask_set (edited, i, j, k, false);
  g_assert_true (trp_live_distances_compute (edited, reference, 0, NULL, &live, &error));
  trp_assert_near (live.worst_mm, -6, 0); /* from i = 38 back to 32 */
  trp_assert_near (live.worst_lps.v[0], -10 + 38, 1e-12);
  trp_assert_near (live.missing, 6, 0);
  trp_assert_near (live.outside, 0, 0);
}

static void
test_empty (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = new_ball (30, 20, 10, 8);
  g_autoptr (TrpMask) none = new_ball (0, 0, 0, -1);
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (mask, &error);
  g_autoptr (TrpLiveReference) nothing = trp_live_reference_new (none, &error);
  TrpLiveDistances live;

  g_assert_true (trp_live_distances_compute (none, reference, 0, NULL, &live, &error));
  trp_assert_near (live.hd, INFINITY, 0);
  trp_assert_near (live.missing, INFINITY, 0);
  g_assert_false (live.has_worst);
  g_assert_true (trp_live_distances_compute (none, nothing, 0, NULL, &live, &error));
  g_assert_true (isnan (live.hd) && isnan (live.volume_difference_relative));
  g_assert_true (trp_live_distances_compute (mask, nothing, 0, NULL, &live, &error));
  trp_assert_near (live.outside, INFINITY, 0);
}

static void
test_cancel (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = new_ball (30, 20, 10, 8);
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (mask, &error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  TrpLiveDistances live;

  g_cancellable_cancel (cancellable);
  g_assert_false (trp_live_distances_compute (mask, reference, 0, &progress, &live, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/thousand-edits", test_thousand_edits);
  g_test_add_func ("/live/worst-voxel", test_worst_voxel);
  g_test_add_func ("/live/empty", test_empty);
  g_test_add_func ("/live/cancel", test_cancel);
  return g_test_run ();
}
