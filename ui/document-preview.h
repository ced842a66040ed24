/* document-preview.h - a result that waits for yes or no
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * At most one stands at a time, for a structure of the edited reading or for one that would be new
 * in it. Panes show it dashed over the structure, a bar asks (ui/preview-bar.h). Whatever changes
 * voxels or the list of structures, undo included, another edited reading, or the document's close
 * takes it away. Main thread only.
 *
 * - "preview-changed": a preview came, changed or went
 */

#pragma once

#include "ui/document.h"

G_BEGIN_DECLS

/**
 * trp_document_show_preview:
 * @structure: of the edited reading; one that is not in it is added when the preview is accepted
 * @mask: what its voxels would be, on the reading's grid; shared, not taken
 * @step: translated name of the step that accepting makes
 *
 * Takes the place of a preview that stands. A mask that equals the structure's own is nothing to
 * ask about: no preview stands then. A "message" says why where the structure is locked, or the
 * case may not be edited.
 */
void trp_document_show_preview (TrpDocument *self,
                                TrpStructure *structure,
                                const TrpMask *mask,
                                const char *step,
                                TrpOrigin origin);
/* Accepting paints what the preview has beyond the structure, under @over's rule for the structures
 * that stand there; else it replaces the structure and leaves the others. Until the next preview.
 */
void trp_document_set_preview_painted (TrpDocument *self, TrpPaintOver over);
/* One sentence for the bar in place of the step's name; NULL: the step's name. */
void trp_document_set_preview_text (TrpDocument *self, const char *text);
const char *trp_document_get_preview_text (TrpDocument *self); /* "" without a preview */

bool trp_document_has_preview (TrpDocument *self);
const TrpMask *trp_document_peek_preview_mask (TrpDocument *self);     /* or NULL */
TrpStructure *trp_document_peek_preview_structure (TrpDocument *self); /* or NULL */
/* For drawing: a structure of its own with the preview's voxels and colour, the same as long as
 * they are; or NULL. */
TrpStructure *trp_document_peek_preview_outline (TrpDocument *self);

/* One step. Returns: false, after a "message", where it was refused; the preview stands on then. */
bool trp_document_accept_preview (TrpDocument *self);
/* One step with the slice of the reading's grid across @axis in which the cursor lies; the rest
 * stands on. Returns: false, after a "message", where that changes nothing. */
bool trp_document_accept_preview_slice (TrpDocument *self, int axis);
void trp_document_discard_preview (TrpDocument *self);

G_END_DECLS
