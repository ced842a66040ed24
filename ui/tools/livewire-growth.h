/* livewire-growth.h - the ways from an anchor, grown in portions between other events
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A way that is asked for grows a portion at once; if that does not reach, it grows on whenever the
 * main loop has nothing better to do. A portion lasts about 2 ms. Main thread.
 */

#pragma once

#include "ui/tools/livewire-edges.h"

G_BEGIN_DECLS

typedef struct _TrpLivewireGrowth TrpLivewireGrowth;

/* @reached: swapped, with @data, when a way is known that was not when it was asked for. @document
 * (for messages) and @edges outlive it. */
TrpLivewireGrowth *trp_livewire_growth_new (TrpDocument *document,
                                            TrpLivewireEdges *edges,
                                            void (*reached) (void *data),
                                            void *data);
void trp_livewire_growth_free (TrpLivewireGrowth *self);

/* From now on all ways begin at @anchor_lps; without edges there are none. */
void trp_livewire_growth_plant (TrpLivewireGrowth *self, const TrpPlane *plane, TrpVec3 anchor_lps);
void trp_livewire_growth_clear (TrpLivewireGrowth *self);

/* The points between the anchor and @point_lps, both left out. Returns: (element-type TrpVec3)
 * (transfer full): NULL while the way is not known; @reached will tell, unless another way is asked
 * for before. */
GArray *trp_livewire_growth_follow (TrpLivewireGrowth *self, TrpVec3 point_lps);
/* Whether @reached will be called. */
bool trp_livewire_growth_is_under_way (const TrpLivewireGrowth *self);

G_END_DECLS
