/* document-slices.h - single slices of the active structure
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A slice is one of the reading's grid, across @axis of it, in which the cursor lies. Each is one
 * undoable step at once, without a preview: it is done and repeated by a key. A "message" says why
 * where nothing was done. Main thread only.
 */

#pragma once

#include "ui/document.h"

G_BEGIN_DECLS

/**
 * trp_document_copy_slice:
 * @step: +1 to the slice of the next higher index, -1 to that of the next lower one
 *
 * The slice there becomes the one at the cursor, whatever was drawn on it, and the cursor moves
 * there: a key that is pressed again goes on to the next slice.
 */
void trp_document_copy_slice (TrpDocument *self, int axis, int step);
void trp_document_delete_slice (TrpDocument *self, int axis);

G_END_DECLS
