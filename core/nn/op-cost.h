/* op-cost.h - how much arithmetic a graph asks for
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Floating point operations (FLOP) of the convolution kinds, the only ones that count beside them;
 * a multiplication with its addition is two. Padding counts as if it were multiplied, as everyone
 * counts. Any thread.
 */

#pragma once

#include "core/nn/graph.h"

G_BEGIN_DECLS

/* 0 for everything that is no convolution. */
double trp_graph_count_op_flop (const TrpGraph *graph, int op);
/* Of one run of the whole list. */
double trp_graph_count_flop (const TrpGraph *graph);

G_END_DECLS
