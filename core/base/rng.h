/* rng.h - counter-based random numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Philox 4x32-10: a number depends only on (seed, stream, index), so results do not depend on the
 * order of threads, and a saved counter resumes exactly.
 *
 * Source: J. K. Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011.
 */

#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * TrpRng:
 * @seed: of the run
 * @stream: which independent sequence (a patient, an epoch, a purpose)
 * @index: of the next number; save and restore it to resume
 */
typedef struct
{
  uint64_t seed;
  uint64_t stream;
  uint64_t index;
} TrpRng;

TrpRng trp_rng_new (uint64_t seed, uint64_t stream);

/* Four words of block @block; stateless. */
void trp_rng_block (uint64_t seed, uint64_t stream, uint64_t block, uint32_t out_words[4]);

/* Each takes exactly one index. */
uint32_t trp_rng_u32 (TrpRng *self);
double trp_rng_uniform (TrpRng *self, double low, double high); /* low <= x < high */
double trp_rng_normal (TrpRng *self, double mean, double sd);   /* Box and Muller, 1958 */
uint32_t trp_rng_below (TrpRng *self, uint32_t n);              /* 0 to n - 1; @n > 0 */

G_END_DECLS
