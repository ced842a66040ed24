/* edit.h - the one gate through which structures are edited
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A session owns the structure set of one reading. Every change of a mask, or of the list of
 * structures, is made here: rules and locks are checked, a patch is made and applied, listeners
 * hear of it, and the step enters the history. A lock guards the voxels, so it also refuses to
 * delete; name, colour and place in the list stay free. Visibility and lock are settings, not
 * edits: they are neither undone nor unsaved. One thread, the main thread in the window; workers
 * get trp_edit_session_snapshot().
 *
 * Step names are shown to the user: give them translated. A function that is called during a stroke
 * ends the stroke first.
 */

#pragma once

#include "core/structure/brush.h"
#include "core/structure/history.h"
#include "core/structure/paint.h"

G_BEGIN_DECLS

typedef struct _TrpEditSession TrpEditSession;

/* What a notice of HISTORY is about: for whoever keeps a record of the session (journal.h). */
typedef enum
{
  TRP_HISTORY_OTHER, /* the byte limit, or a stroke that came to nothing */
  TRP_HISTORY_STEP,  /* a new step, done and in the history */
  TRP_HISTORY_UNDONE,
  TRP_HISTORY_REDONE,
  TRP_HISTORY_SAVED,
} TrpHistoryEvent;

/**
 * TrpEditChange: one change, already made
 * @structure: NULL for HISTORY
 * @index: of the structure in the set; for REMOVED where it was
 * @box: VOXELS: smallest box, in ijk, with all changed voxels
 * @patch: VOXELS: XOR of the words before and after. The mask is as after this patch alone: where a
 * step has several, each has its own notice at once, so counts can be updated from the words.
 * @event: HISTORY: what happened
 * @step: HISTORY: the new step of TRP_HISTORY_STEP, else NULL
 */
typedef struct
{
  TrpEditKind kind;
  TrpStructure *structure;
  size_t index;
  TrpBox box;
  const TrpPatch *patch;
  TrpHistoryEvent event;
  TrpEditStep *step;
} TrpEditChange;

/* Must neither edit nor add or remove listeners; everything in @change is borrowed. */
typedef void (*TrpEditListener) (TrpEditSession *self,
                                 const TrpEditChange *change,
                                 void *user_data);

TrpEditSession *trp_edit_session_new (TrpStructureSet *set); /* takes a reference */
void trp_edit_session_free (TrpEditSession *self);

/* Listeners hear in the order they were added. Returns: an id to remove it with, never 0. */
unsigned
trp_edit_session_add_listener (TrpEditSession *self, TrpEditListener listener, void *user_data);
void trp_edit_session_remove_listener (TrpEditSession *self, unsigned id);

const TrpStructureSet *trp_edit_session_peek_set (const TrpEditSession *self);
/* (transfer full): for a worker; shares all planes. */
TrpStructureSet *trp_edit_session_snapshot (const TrpEditSession *self);
const TrpHistory *trp_edit_session_peek_history (const TrpEditSession *self);

/**
 * trp_edit_session_begin_stroke:
 * @name: of the step
 * @options: copied, with references to its volumes
 * @point_lps: where the button went down; a flat brush's plane stays the one through it
 *
 * Paints the first dab. Errors: TRP_ERROR_LOCKED.
 */
bool trp_edit_session_begin_stroke (TrpEditSession *self,
                                    const char *name,
                                    TrpStructure *structure,
                                    const TrpBrush *brush,
                                    const TrpPaintOptions *options,
                                    TrpVec3 point_lps,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Paints from the last point to this one; nothing without a stroke. */
void trp_edit_session_extend_stroke (TrpEditSession *self, TrpVec3 point_lps);
/* Makes the stroke one step. Returns: false if there was none or it changed nothing. */
bool trp_edit_session_end_stroke (TrpEditSession *self);
/* Takes back what the stroke has painted. */
void trp_edit_session_cancel_stroke (TrpEditSession *self);
bool trp_edit_session_is_stroking (const TrpEditSession *self);

/* Paints (erases) the voxels of @stencil as one step; how other tools than the brush draw. Errors:
 * TRP_ERROR_LOCKED. */
bool trp_edit_session_paint (TrpEditSession *self,
                             const char *name,
                             TrpStructure *structure,
                             const TrpPatch *stencil,
                             const TrpPaintOptions *options,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_edit_session_replace_mask:
 * @mask: the new voxels; shared, not taken
 * @provenance: (nullable): JSON text of how they were made
 *
 * The result of a job or of an operation on the whole structure. Errors: TRP_ERROR_LOCKED,
 * TRP_ERROR_GEOMETRY for another grid than the set's.
 */
bool trp_edit_session_replace_mask (TrpEditSession *self,
                                    const char *name,
                                    TrpStructure *structure,
                                    const TrpMask *mask,
                                    TrpOrigin origin,
                                    const char *provenance,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes a reference; @index beyond the end appends. Errors: TRP_ERROR_GEOMETRY for another grid,
 * TRP_ERROR_UNSUPPORTED for an empty name or one that is in the set already. */
bool trp_edit_session_add (TrpEditSession *self,
                           const char *name,
                           TrpStructure *structure,
                           size_t index,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/**
 * trp_edit_session_split:
 * @rest: what @structure keeps; shared, not taken
 * @parts: (element-type TrpStructure): inserted behind it, with names of their own; references are
 * taken
 *
 * One step. Errors: TRP_ERROR_LOCKED, and as for trp_edit_session_add().
 */
bool trp_edit_session_split (TrpEditSession *self,
                             const char *name,
                             TrpStructure *structure,
                             const TrpMask *rest,
                             GPtrArray *parts,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Errors: TRP_ERROR_LOCKED. */
bool trp_edit_session_remove (TrpEditSession *self,
                              const char *name,
                              TrpStructure *structure,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Errors: TRP_ERROR_UNSUPPORTED as for trp_edit_session_add(). */
bool trp_edit_session_rename (TrpEditSession *self,
                              const char *name,
                              TrpStructure *structure,
                              const char *new_name,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_edit_session_recolor (TrpEditSession *self,
                               const char *name,
                               TrpStructure *structure,
                               TrpColor color);
void trp_edit_session_move (TrpEditSession *self,
                            const char *name,
                            TrpStructure *structure,
                            size_t index);

void trp_edit_session_set_visible (TrpEditSession *self, TrpStructure *structure, bool visible);
void trp_edit_session_set_locked (TrpEditSession *self, TrpStructure *structure, bool locked);

/* A lock guards against new edits; undo and redo pass it. Returns: false if there was nothing. */
bool trp_edit_session_undo (TrpEditSession *self);
bool trp_edit_session_redo (TrpEditSession *self);
/* Undoes or redoes until @position steps are done (0: as loaded, or as far back as is kept). */
void trp_edit_session_go_to (TrpEditSession *self, size_t position);
/* For core/structure/journal.h, which has checked that what it read fits. The states of a session
 * without steps, then its steps: takes over @step, whose records hold what they lead to, applies it
 * and makes it the newest one, leading to @state. */
void trp_edit_session_begin_at (TrpEditSession *self, uint64_t first_state, uint64_t saved_state);
void trp_edit_session_replay (TrpEditSession *self, TrpEditStep *step, uint64_t state);
void trp_edit_session_set_history_limit (TrpEditSession *self, size_t limit_bytes);

/* Unsaved changes; undo back to the saved state clears it. */
bool trp_edit_session_is_dirty (const TrpEditSession *self);
void trp_edit_session_mark_saved (TrpEditSession *self);
/* For a save that takes time: what was the state when its snapshot was taken is what it saved.
 * @state: trp_history_get_state() of the session's history at that moment */
void trp_edit_session_mark_state_saved (TrpEditSession *self, uint64_t state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpEditSession, trp_edit_session_free)

G_END_DECLS
