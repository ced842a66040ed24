/* reach.h - which voxels can be reached from the first ones, while both still come in
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A stroke offers open voxels and seeds piece by piece; reached is what is connected to a seed by
 * faces (6 neighbours; in one slice 4) through open voxels. What was offered before stays open, so
 * the end does not depend on how a path was cut into pieces. Time and memory follow the voxels that
 * were offered, never the grid. One thread.
 */

#pragma once

#include "core/structure/patch.h"

G_BEGIN_DECLS

typedef struct _TrpReach TrpReach;

TrpReach *trp_reach_new (void);
void trp_reach_free (TrpReach *self);

/* (transfer full): the voxels of @swept that this function has not returned before, so that each is
 * looked at once. */
TrpPatch *trp_reach_take_unseen (TrpReach *self, const TrpPatch *swept);

/**
 * trp_reach_extend:
 * @open: voxels that may be reached from now on
 * @seeds: (nullable): those of them that are open, now or from before, are reached
 *
 * Returns: (transfer full): the voxels that are newly reached.
 */
TrpPatch *trp_reach_extend (TrpReach *self, const TrpPatch *open, const TrpPatch *seeds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpReach, trp_reach_free)

G_END_DECLS
