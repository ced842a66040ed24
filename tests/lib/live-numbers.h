/* live-numbers.h - live numbers against a computation from scratch
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/metrics/live-distances.h"

G_BEGIN_DECLS

/* Counts and distances exactly, sums (taken in another order of points) to 1e-9. */
void trp_test_assert_live_numbers (const TrpLiveDistances *live,
                                   const TrpMask *edited,
                                   const TrpMask *reference);

G_END_DECLS
