/* path-follow.h - added path length that follows an edited mask
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same counts as added-path-length.h, kept between calls and done again in the slices that have
 * changed. One thread at a time.
 */

#pragma once

#include "core/metrics/border.h"

G_BEGIN_DECLS

typedef struct _TrpPathFollow TrpPathFollow;

/* As trp_surface_follow_new(). @limit: mm; the largest tolerance that will be asked for. */
TrpPathFollow *trp_path_follow_new (const TrpBits *reference,
                                    const TrpBits *test,
                                    const double spacing[3],
                                    double limit,
                                    GError **error);
void trp_path_follow_free (TrpPathFollow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpPathFollow, trp_path_follow_free)

/* As trp_surface_follow_update(). */
void trp_path_follow_update (TrpPathFollow *self, const TrpBits *test, const TrpBox *changed);

double trp_path_follow_get_limit (const TrpPathFollow *self);
/* Contour pixels of the reference farther than @tolerance from the test's contour in the slice. */
size_t trp_path_follow_count (const TrpPathFollow *self, double tolerance);
/* All contour pixels of the reference. */
size_t trp_path_follow_count_contour (const TrpPathFollow *self);

G_END_DECLS
