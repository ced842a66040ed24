/* clones.h - how innermost loops are compiled: for several instruction sets, and vectorised
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For sources of loops only. The compiler makes a copy of each CLONES function per instruction set
 * and the loader picks one; what it calls must be INLINE to become part of the copy.
 */

#pragma once

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

/* Not with sanitizers: the loader would choose before they are ready. */
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&                \
  !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#define INLINE static inline __attribute__ ((always_inline))

#ifdef __clang__
#define INDEPENDENT _Pragma ("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma ("GCC ivdep")
#endif
