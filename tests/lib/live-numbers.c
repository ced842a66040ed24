/* live-numbers.c - see live-numbers.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/live-numbers.h"

#include "core/metrics/mask-metrics.h"
#include "tests/lib/check.h"

#include <math.h>

/* Sums of distances are taken in another order of points: 1e-9, as promised. */
static void
check_numbers (const TrpSurfaceNumbers *live, const TrpSurfaceNumbers *fresh)
{
  g_assert_cmpuint (live->n_reference, ==, fresh->n_reference);
  g_assert_cmpuint (live->n_test, ==, fresh->n_test);
  trp_assert_near (live->size_reference, fresh->size_reference, 1e-9);
  trp_assert_near (live->size_test, fresh->size_test, 1e-9);
  trp_assert_near (live->hd_ab, fresh->hd_ab, 0);
  trp_assert_near (live->hd_ba, fresh->hd_ba, 0);
  trp_assert_near (live->hd, fresh->hd, 0);
  trp_assert_near (live->hd95, fresh->hd95, 0);
  trp_assert_near (live->hd95_pooled, fresh->hd95_pooled, 0);
  trp_assert_near (live->asd_ab, fresh->asd_ab, 1e-9);
  trp_assert_near (live->asd_ba, fresh->asd_ba, 1e-9);
  trp_assert_near (live->assd, fresh->assd, 1e-9);
  trp_assert_near (live->masd, fresh->masd, 1e-9);
}

void
trp_test_assert_live_numbers (const TrpLiveDistances *live,
                              const TrpMask *edited,
                              const TrpMask *reference)
{
  const double apl_tolerances[2] = { 0, live->tolerance };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMaskMetrics)
    fresh = trp_mask_metrics_compute (reference, edited, apl_tolerances, 2, NULL, &error);

  g_assert_cmpmem (&live->overlap, sizeof live->overlap, &fresh->overlap, sizeof fresh->overlap);
  check_numbers (&live->border, trp_surface_distances_get_numbers (fresh->border));
  check_numbers (&live->surfel, trp_surface_distances_get_numbers (fresh->surfel));
  trp_assert_near (live->nsd_border, trp_surface_distances_get_nsd (fresh->border, live->tolerance),
                   1e-9);
  trp_assert_near (live->nsd_surfel, trp_surface_distances_get_nsd (fresh->surfel, live->tolerance),
                   1e-9);
  g_assert_cmpuint (live->contour_pixels, ==, fresh->contour_pixels);
  g_assert_cmpuint (live->added_pixels, ==, fresh->apl_pixels[0]);
  g_assert_cmpuint (live->added_beyond_pixels, ==, fresh->apl_pixels[1]);
  trp_assert_near (live->added_mm_per_pixel, fresh->apl_mm_per_pixel, 0);
  trp_assert_near (live->volume_difference_ml,
                   (fresh->volume_test_mm3 - fresh->volume_reference_mm3) / 1000, 1e-9);
  trp_assert_near (live->volume_difference_relative,
                   trp_overlap_relative_difference (&fresh->overlap), 0);
  if (trp_mask_is_empty (edited) || trp_mask_is_empty (reference))
    {
      g_assert_cmpuint (live->n_places, ==, 0);
      return;
    }
  trp_assert_near (fmax (live->outside, live->missing), live->border.hd, 0);
  trp_assert_near (live->n_places ? fabs (live->places[0].signed_mm) : 0, live->border.hd, 0);
}
