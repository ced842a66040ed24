/* philox.h - one block of Philox 4x32-10, for host and device code
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The rounds of core/base/rng.h, inline and without GLib, so that a kernel compiled for a GPU gets
 * the same bits.
 *
 * Source: J. K. Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011.
 */

#pragma once

#include <stdint.h>

#ifdef __CUDACC__
#define TRP_PHILOX static __host__ __device__ __forceinline__
#else
#define TRP_PHILOX static inline
#endif

TRP_PHILOX void
trp_philox (uint64_t seed, uint64_t stream, uint64_t block, uint32_t out_words[4])
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
