/* livewire.h - the cheapest way from an anchor to every pixel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The live wire of Mortensen and Barrett (see livewire-cost.h) and of Falcao et al., Graph. Models
 * Image Process. 60 (1998) 233: Dijkstra's tree over eight neighbours, lengths in mm. A step costs
 * its length times the mean of both pixels' costs. The queue is made of buckets (Dial, Commun. ACM
 * 12 (1969) 632) of real keys, so the costs are exact; pixels are taken in a fixed order, so the
 * tree is the same every time.
 *
 * A tree grows in portions, nearest pixels first. It belongs to one thread at a time; a tree that
 * nobody grows any more may be read by several.
 */

#pragma once

#include "core/structure/livewire-cost.h"

G_BEGIN_DECLS

typedef struct _TrpLivewireTree TrpLivewireTree;

/* (@x, @y): the anchor, a pixel of @cost, which is referenced. Errors: TRP_ERROR_LIMIT without
 * memory (17 bytes per pixel). */
TrpLivewireTree *trp_livewire_tree_new (TrpLivewireCost *cost, size_t x, size_t y, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
void trp_livewire_tree_free (TrpLivewireTree *self);

/**
 * trp_livewire_tree_grow:
 * @n_pixels: about so many more; SIZE_MAX: all
 * @progress: (nullable)
 *
 * Errors: G_IO_ERROR_CANCELLED, after which it may be grown further.
 */
bool trp_livewire_tree_grow (TrpLivewireTree *self,
                             size_t n_pixels,
                             TrpProgress *progress,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the cheapest way to the pixel is known. */
bool trp_livewire_tree_has (const TrpLivewireTree *self, size_t x, size_t y);
/* Of the way from the anchor; INFINITY while it is not known. */
double trp_livewire_tree_get_cost (const TrpLivewireTree *self, size_t x, size_t y);
/* Pixel by pixel from the anchor to (@x, @y), both included, each moved to its edge
 * (trp_livewire_cost_get_edge()) but for the two ends, which stay at their centres. Straight
 * through pixels as dear as the dearest: there is no edge, and no way better than another.
 * Returns: (element-type TrpPoint) (transfer full): NULL while the way is not known. */
GArray *trp_livewire_tree_trace (const TrpLivewireTree *self, size_t x, size_t y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpLivewireTree, trp_livewire_tree_free)

G_END_DECLS
