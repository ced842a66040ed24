/* seeds.h - strokes that say where a structure is and where it is not
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What trp_grow_from_seeds() starts from: no part of any structure, with steps of its own to undo.
 * A voxel is of one kind at most; the later stroke counts. One thread.
 */

#pragma once

#include "core/structure/brush.h"

G_BEGIN_DECLS

typedef struct _TrpSeeds TrpSeeds;

typedef enum
{
  TRP_SEEDS_OBJECT,
  TRP_SEEDS_BACKGROUND,
  TRP_SEEDS_NONE, /* rubs out both */
} TrpSeedsKind;

TrpSeeds *trp_seeds_new (const TrpGeometry *geometry);
void trp_seeds_free (TrpSeeds *self);

/* Paints the first dab; a stroke that is under way ends. */
void trp_seeds_begin_stroke (TrpSeeds *self,
                             TrpSeedsKind kind,
                             const TrpBrush *brush,
                             TrpVec3 point_lps);
/* Nothing without a stroke. */
void trp_seeds_extend_stroke (TrpSeeds *self, TrpVec3 point_lps);
/* Makes it one step, if it changed anything. */
void trp_seeds_end_stroke (TrpSeeds *self);
void trp_seeds_cancel_stroke (TrpSeeds *self);
/* Rubs out everything, as one step. */
void trp_seeds_clear (TrpSeeds *self);

/* Return: false if there was nothing. */
bool trp_seeds_undo (TrpSeeds *self);
bool trp_seeds_redo (TrpSeeds *self);

/* @kind: not NONE */
const TrpMask *trp_seeds_peek_mask (const TrpSeeds *self, TrpSeedsKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSeeds, trp_seeds_free)

G_END_DECLS
