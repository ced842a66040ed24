/* rng.c - see rng.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One block of four words belongs to each index: words 0 and 1 make a uniform number, 2 and 3 the
 * second one that a normal number needs. Wasteful by design: every draw costs one index, whatever
 * its kind.
 */

#include "core/base/rng.h"

#include <math.h>

TrpRng
trp_rng_new (uint64_t seed, uint64_t stream)
{
  return (TrpRng){ .seed = seed, .stream = stream };
}

void
trp_rng_block (uint64_t seed, uint64_t stream, uint64_t block, uint32_t out_words[4])
{
  uint32_t key0 = (uint32_t) seed, key1 = (uint32_t) (seed >> 32);
  uint32_t c0 = (uint32_t) block, c1 = (uint32_t) (block >> 32);
  uint32_t c2 = (uint32_t) stream, c3 = (uint32_t) (stream >> 32);

  for (int round = 0; round < 10; round++)
    {
      const uint64_t p0 = (uint64_t) 0xD2511F53U * c0, p1 = (uint64_t) 0xCD9E8D57U * c2;

      c0 = (uint32_t) (p1 >> 32) ^ c1 ^ key0;
      c1 = (uint32_t) p1;
      c2 = (uint32_t) (p0 >> 32) ^ c3 ^ key1;
      c3 = (uint32_t) p0;
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
  out_words[0] = c0;
  out_words[1] = c1;
  out_words[2] = c2;
  out_words[3] = c3;
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
