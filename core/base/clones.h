/* clones.h - one loop compiled for several processors
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * TRP_CLONES before a function makes one copy per instruction set; the loader picks the best. For
 * hot loops over plain arrays only: every call goes through a pointer, and nothing is inlined into
 * a clone but what stands in it.
 */

#pragma once

/* Not with sanitizers: the loader would choose before they are ready. */
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&                \
  !defined(__SANITIZE_THREAD__)
#define TRP_CLONES                                                                                 \
  __attribute__ ((optimize ("O3"), target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TRP_CLONES
#endif
