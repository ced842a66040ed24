/* history.h - named steps that can be undone
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A step is a list of records, each its own inverse: applied once it undoes, applied again it
 * redoes. The history only keeps and counts them; core/structure/edit.c applies them. Steps beyond
 * the byte limit leave, oldest first. One thread.
 */

#pragma once

#include "core/structure/patch.h"
#include "core/structure/structure.h"

G_BEGIN_DECLS

#define TRP_HISTORY_DEFAULT_LIMIT ((size_t) 256 << 20)

/**
 * TrpEditKind: what a record, or a notice of change, is about
 * @TRP_EDIT_VOXELS: a mask
 * @TRP_EDIT_ADDED, @TRP_EDIT_REMOVED: the list of structures
 * @TRP_EDIT_MOVED: its order
 * @TRP_EDIT_ATTRIBUTES: name, colour, origin, provenance; in notices visibility and lock as well
 * @TRP_EDIT_HISTORY: (notices only): steps, position, or whether there are unsaved changes
 */
typedef enum
{
  TRP_EDIT_VOXELS,
  TRP_EDIT_ADDED,
  TRP_EDIT_REMOVED,
  TRP_EDIT_MOVED,
  TRP_EDIT_ATTRIBUTES,
  TRP_EDIT_HISTORY,
} TrpEditKind;

/**
 * TrpEditRecord:
 * @structure: (owned): stays alive here after it was deleted
 * @patch: (owned): for VOXELS
 * @from, @to: ADDED: @to is its index; REMOVED: @from was; MOVED: both
 * @name, @color, @origin, @provenance: for ATTRIBUTES: the values that the structure does not have
 * now; applying the record exchanges them
 */
typedef struct
{
  TrpEditKind kind;
  TrpStructure *structure;
  TrpPatch *patch;
  size_t from, to;
  char *name;
  TrpColor color;
  TrpOrigin origin;
  char *provenance;
} TrpEditRecord;

typedef struct _TrpEditStep TrpEditStep;
typedef struct _TrpHistory TrpHistory;

TrpEditStep *trp_edit_step_new (const char *name);
void trp_edit_step_free (TrpEditStep *self);
/* A new record of the step for the caller to fill, all zeros but @kind and @structure (a reference
 * is taken). Valid until the next call. */
TrpEditRecord *trp_edit_step_add (TrpEditStep *self, TrpEditKind kind, TrpStructure *structure);
const char *trp_edit_step_get_name (const TrpEditStep *self);
size_t trp_edit_step_get_size (const TrpEditStep *self);
TrpEditRecord *trp_edit_step_get (const TrpEditStep *self, size_t index); /* (transfer none) */
/* Patches, and the masks of deleted structures. */
size_t trp_edit_step_get_bytes (const TrpEditStep *self);

TrpHistory *trp_history_new (size_t limit_bytes);
void trp_history_free (TrpHistory *self);

/* Takes over @step as the newest one. Undone steps are dropped, and the oldest while the limit is
 * exceeded; the newest always stays. */
void trp_history_push (TrpHistory *self, TrpEditStep *step);
/* The step to be undone (redone) next, moving behind (past) it; NULL if there is none. */
TrpEditStep *trp_history_step_back (TrpHistory *self);
TrpEditStep *trp_history_step_forward (TrpHistory *self);

size_t trp_history_get_size (const TrpHistory *self);     /* steps kept, undone ones included */
size_t trp_history_get_position (const TrpHistory *self); /* of these, steps done */
size_t trp_history_get_dropped (const TrpHistory *self);  /* steps that left for want of room */
const TrpEditStep *trp_history_get (const TrpHistory *self, size_t index); /* 0 is the oldest */
size_t trp_history_get_bytes (const TrpHistory *self);
size_t trp_history_get_limit (const TrpHistory *self);
void trp_history_set_limit (TrpHistory *self, size_t limit_bytes);

/* Names the present state, whatever is done, undone or dropped later. */
uint64_t trp_history_get_state (const TrpHistory *self);
/* Remembers a state as saved; coming back to it by undo or redo counts as saved again. */
void trp_history_mark_saved (TrpHistory *self, uint64_t state);
bool trp_history_is_saved (const TrpHistory *self);
uint64_t trp_history_get_saved_state (const TrpHistory *self);
/* The state that a step of the history leads to. */
uint64_t trp_edit_step_get_state (const TrpEditStep *self);
/* For a history that is made again from a record: @first_state is what an empty one begins with;
 * the next step pushed leads to @state. */
void trp_history_begin_at (TrpHistory *self, uint64_t first_state, uint64_t saved_state);
void trp_history_set_next_state (TrpHistory *self, uint64_t state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpEditStep, trp_edit_step_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpHistory, trp_history_free)

G_END_DECLS
