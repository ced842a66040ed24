/* rng.c - see rng.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One block of four words belongs to each index: words 0 and 1 make a uniform number, 2 and 3 the
 * second one that a normal number needs. Wasteful by design: every draw costs one index, whatever
 * its kind.
 */

#include "core/base/rng.h"

#include "core/base/philox.h"

#include <math.h>

TrpRng
trp_rng_new (uint64_t seed, uint64_t stream)
{
  return (TrpRng){ .seed = seed, .stream = stream };
}

void
trp_rng_block (uint64_t seed, uint64_t stream, uint64_t block, uint32_t out_words[4])
{
  trp_philox (seed, stream, block, out_words);
}

/* 53 bits of two words, 0 <= x < 1 */
static double
unit (uint32_t high, uint32_t low)
{
  return (double) (((uint64_t) high << 21) ^ (low >> 11)) * 0x1p-53;
}

uint32_t
trp_rng_u32 (TrpRng *self)
{
  uint32_t words[4];

  trp_rng_block (self->seed, self->stream, self->index++, words);
  return words[0];
}

double
trp_rng_uniform (TrpRng *self, double low, double high)
{
  uint32_t words[4];

  trp_rng_block (self->seed, self->stream, self->index++, words);
  return low + (high - low) * unit (words[0], words[1]);
}

double
trp_rng_normal (TrpRng *self, double mean, double sd)
{
  uint32_t words[4];

  trp_rng_block (self->seed, self->stream, self->index++, words);
  return mean + sd * sqrt (-2 * log (1 - unit (words[0], words[1]))) *
                  cos (2 * G_PI * unit (words[2], words[3]));
}

uint32_t
trp_rng_below (TrpRng *self, uint32_t n)
{
  g_return_val_if_fail (n > 0, 0);
  return (uint32_t) (((uint64_t) trp_rng_u32 (self) * n) >> 32);
}
