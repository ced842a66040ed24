/* document-readings.h - the document's readings, structures, strokes and history
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Part of ui/document.h, which is what to include. Main thread only.
 */

#pragma once

#include "core/geometry/plane.h"
#include "ui/document.h"

G_BEGIN_DECLS

/* ---- readings and structures ---- */

guint trp_document_get_n_readings (TrpDocument *self);
TrpStructureSet *trp_document_get_reading (TrpDocument *self, guint index); /* (transfer none) */
/* Takes a reference. The first one becomes the reference and an editable copy of it is edited;
 * later ones are listed, and become the reference if they are on the edited grid and the reference
 * is still that first one. Returns: its index. */
guint trp_document_add_reading (TrpDocument *self, TrpStructureSet *set);
/* Starts an empty reading on the grid of the volume in @role and edits it. */
void trp_document_start_reading (TrpDocument *self, TrpRole role, const char *name);
int trp_document_get_edited (TrpDocument *self);    /* index, or -1 */
int trp_document_get_reference (TrpDocument *self); /* index, or -1 */
void trp_document_set_edited (TrpDocument *self, int index);
void trp_document_set_reference (TrpDocument *self, int index);
TrpStructureSet *trp_document_peek_edited (TrpDocument *self);    /* or NULL */
TrpStructureSet *trp_document_peek_reference (TrpDocument *self); /* or NULL */
/* The structure of the reference with the same name, or NULL. */
TrpStructure *trp_document_find_reference (TrpDocument *self, TrpStructure *structure);

int trp_document_get_active (TrpDocument *self); /* index in the edited reading, or -1 */
void trp_document_set_active (TrpDocument *self, int index);
TrpStructure *trp_document_peek_active (TrpDocument *self); /* or NULL */
/* "Prostate, GTVp": visible structures of the edited reading at a point. (transfer full) */
char *trp_document_dup_structures_at (TrpDocument *self, TrpVec3 point_lps);

/* All of these are undoable steps of the edit session and act on the edited reading. A reading is
 * started on the first volume when there is none. */
void trp_document_add_structure (TrpDocument *self, const char *name); /* NULL: "Structure N" */
void trp_document_rename_structure (TrpDocument *self, guint index, const char *name);
void trp_document_remove_structure (TrpDocument *self, guint index);
void trp_document_recolor_structure (TrpDocument *self, guint index, TrpColor color);
/* Not steps: how they are shown and guarded. */
void trp_document_set_structure_visible (TrpDocument *self, guint index, bool visible);
void trp_document_set_structure_locked (TrpDocument *self, guint index, bool locked);
bool trp_document_get_structures_shown (TrpDocument *self); /* key S */
void trp_document_set_structures_shown (TrpDocument *self, bool shown);
double trp_document_get_fill_opacity (TrpDocument *self); /* 0 to 1; keys A and D */
void trp_document_set_fill_opacity (TrpDocument *self, double opacity);

/* ---- strokes and history ---- */

/**
 * trp_document_begin_stroke:
 * @role: the pane's volume, whose values a threshold means and a smart brush follows
 * @plane: the pane's, in which a disc or square lies
 *
 * With the brush, the eraser or the push, whichever is chosen. One step per press and release.
 * Returns: false, after a "message", where nothing can be painted.
 */
bool trp_document_begin_stroke (TrpDocument *self,
                                TrpRole role,
                                const TrpPlane *plane,
                                TrpVec3 point_lps);
void trp_document_extend_stroke (TrpDocument *self, TrpVec3 point_lps);
void trp_document_end_stroke (TrpDocument *self);
void trp_document_cancel_stroke (TrpDocument *self); /* takes the whole stroke back */
bool trp_document_is_stroking (TrpDocument *self);
/* The active structure, to draw on; NULL, after a "message", where nothing can be drawn now. A lock
 * is the edit session's to refuse. */
TrpStructure *trp_document_peek_target (TrpDocument *self);
/* The tool settings' rules for other structures and for values. @role: the pane's volume, whose
 * values a threshold means, borrowed. */
TrpPaintOptions trp_document_get_paint_options (TrpDocument *self, TrpRole role);
/**
 * trp_document_paint:
 * @role: the pane's volume, whose values a threshold means
 * @step: its name, translated
 * @stencil: on the grid of the edited reading
 *
 * Paints (erases) the stencil into the active structure as one step, under the tool settings' rules
 * for other structures and for values. Returns: false, after a "message", where nothing was done.
 */
bool trp_document_paint (
  TrpDocument *self, TrpRole role, const char *step, const TrpPatch *stencil, bool erase);

/* Whether something can be drawn now; asked when a tool is put down, so that nobody draws in vain.
 * Returns: false, after a "message". */
bool trp_document_may_paint (TrpDocument *self);
/* What trp_document_paint() would change in the active structure, as it is; (transfer full). */
TrpPatch *
trp_document_try_paint (TrpDocument *self, TrpRole role, const TrpPatch *stencil, bool erase);

/* Of the edited reading; NULL without one. For reading its history and for live metrics; edits go
 * through the document's functions. */
TrpEditSession *trp_document_peek_session (TrpDocument *self);
bool trp_document_can_undo (TrpDocument *self);
bool trp_document_can_redo (TrpDocument *self);
void trp_document_undo (TrpDocument *self);
void trp_document_redo (TrpDocument *self);
void trp_document_go_to_step (TrpDocument *self, size_t position);

G_END_DECLS
