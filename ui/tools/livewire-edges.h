/* livewire-edges.h - the edges of the slice that a pane shows, found in the background
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One slice at a time; asking for another cancels what is under way. Main thread.
 */

#pragma once

#include "core/structure/livewire.h"
#include "ui/tools/tool.h"

G_BEGIN_DECLS

typedef struct _TrpLivewireEdges TrpLivewireEdges;

/* @changed: swapped, with @data, when edges have come, or will not come. @document outlives it. */
TrpLivewireEdges *
trp_livewire_edges_new (TrpDocument *document, void (*changed) (void *data), void *data);
void trp_livewire_edges_free (TrpLivewireEdges *self);

/* Makes sure that what is shown in @role on @plane, as wide as its window is now, is at hand or
 * under way. @scale: mm of smoothing. */
void
trp_livewire_edges_want (TrpLivewireEdges *self, TrpRole role, const TrpPlane *plane, double scale);
/* Borrowed until the next want(); NULL while they are under way. @out_raster: where its pixels
 * lie. */
TrpLivewireCost *trp_livewire_edges_peek (const TrpLivewireEdges *self, TrpRaster *out_raster);
/* Whether they are under way. */
bool trp_livewire_edges_are_coming (const TrpLivewireEdges *self);

G_END_DECLS
