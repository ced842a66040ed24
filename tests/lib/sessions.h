/* sessions.h - edit sessions and volumes for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/structure/edit.h"

G_BEGIN_DECLS

/* On an empty reading with @n_structures structures "A", "B", ... */
TrpEditSession *trp_test_session_new (const TrpGeometry *geometry, size_t n_structures);
TrpStructure *trp_test_session_get (const TrpEditSession *session, size_t index);
const TrpMask *trp_test_session_get_mask (const TrpEditSession *session, size_t index);

/* From @from to @to in @n_events pointer events, then released. */
void trp_test_session_stroke (TrpEditSession *session,
                              size_t index,
                              const TrpBrush *brush,
                              const TrpPaintOptions *options,
                              TrpVec3 from,
                              TrpVec3 to,
                              int n_events);

/* float32; the value of each voxel from a function of its place in LPS. */
typedef float (*TrpTestValue) (TrpVec3 point_lps, void *user_data);
TrpVolume *
trp_test_volume_new (const TrpGeometry *geometry, TrpTestValue get_value, void *user_data);

G_END_DECLS
