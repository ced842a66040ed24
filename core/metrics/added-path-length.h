/* added-path-length.h - how much contour had to be drawn to get from the test to the reference
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slice by slice along k: the contour pixels (foreground with a background 4-neighbour in the
 * slice) of the reference that lie farther than a tolerance from the test's contour in that slice;
 * all of them where the test has none. Any thread.
 *
 * Source: F. Vaassen et al., Phys. Imaging Radiat. Oncol. 13 (2020) 1-6.
 */

#pragma once

#include "core/metrics/surface-distance.h"

G_BEGIN_DECLS

/**
 * trp_added_path_length_count:
 * @tolerances: mm, not negative
 * @out_pixels: one count per tolerance
 * @out_contour: contour pixels of the reference
 *
 * A length in mm is pixels x trp_added_path_length_get_mm_per_pixel().
 */
bool trp_added_path_length_count (const TrpSurfacePair *pair,
                                  const double *tolerances,
                                  size_t n_tolerances,
                                  size_t *out_pixels,
                                  size_t *out_contour,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Mean of the spacings along i and j. */
double trp_added_path_length_get_mm_per_pixel (const TrpSurfacePair *pair);

G_END_DECLS
