/* blind-order.h - in which order readings are shown to somebody who must not know whose they are
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A pure function of the seed and the names: who knows both can resolve it at any time, on any
 * machine, and the order in which files were opened says nothing. Any thread.
 */

#pragma once

#include "core/base/rng.h"

#include <stddef.h>

G_BEGIN_DECLS

/**
 * trp_blind_order:
 * @names: @n_names of them, all different
 * @out_order: @n_names places: which name stands at place 0, 1, ...
 *
 * Every order is equally likely over the seeds.
 *
 * Source: R. Durstenfeld, Commun. ACM 7 (1964) 420, algorithm 235, on the sorted names.
 */
void trp_blind_order (uint64_t seed, const char *const *names, size_t n_names, size_t *out_order);

/* "A" to "Z", then "AA", ... as columns of a table are lettered. (transfer full) */
char *trp_blind_letter (size_t place);

G_END_DECLS
