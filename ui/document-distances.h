/* document-distances.h - what is shown of the distance to the reference
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Part of the document. The signed distances of the active structure's reference, for colours on
 * its outline and surface, are computed by a job when somebody first asks for them and kept until
 * another reference takes its place. Main thread. All of it emits "distances-changed".
 */

#pragma once

#include "core/metrics/live-distances.h"
#include "core/metrics/signed-field.h"
#include "ui/document.h"

G_BEGIN_DECLS

/* The active structure's outline has the colours of its signed distance (key O). */
bool trp_document_get_distances_shown (TrpDocument *self);
void trp_document_set_distances_shown (TrpDocument *self, bool shown);

/* Of the active structure's reference, on the reference's own grid; sampled in LPS it serves any
 * pane and any surface. (transfer none): NULL without a reference, and while it is computed. */
const TrpSignedField *trp_document_peek_signed_field (TrpDocument *self);

/* Moves the cursor to @place of the active structure and marks it in the panes until the structure
 * is edited or another one is chosen. */
void trp_document_go_to_place (TrpDocument *self, const TrpLivePlace *place);
/* (transfer none): NULL: none is marked */
const TrpLivePlace *trp_document_peek_marked_place (TrpDocument *self);

/* Slice of the edited reading's grid that holds a point, as the panes' heads count along the axial
 * plane, from 1; 0: outside, or no reading. */
size_t trp_document_find_slice_number (TrpDocument *self, TrpVec3 point_lps);

G_END_DECLS
