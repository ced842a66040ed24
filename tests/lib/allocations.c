/* allocations.c - see allocations.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/allocations.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_bool is_counting;
static atomic_size_t n_bytes, n_planes, n_lists;
static size_t plane_size, list_size;

void
trp_test_allocations_init (char **argv)
{
  if (g_getenv ("G_SLICE"))
    return;
  g_setenv ("G_SLICE", "always-malloc", true);
  execv ("/proc/self/exe", argv);
  g_error ("cannot start again: G_SLICE=always-malloc is needed");
}

void
trp_test_allocations_begin (size_t plane_bytes, size_t list_bytes)
{
  plane_size = plane_bytes;
  list_size = list_bytes;
  n_bytes = n_planes = n_lists = 0;
  is_counting = true;
}

TrpTestAllocations
trp_test_allocations_end (void)
{
  is_counting = false;
  return (TrpTestAllocations){ n_bytes, n_planes, n_lists };
}

#ifdef __has_feature /* clang */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define __SANITIZE_ADDRESS__ 1 /* as GCC says it */
#endif
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

bool
trp_test_allocations_are_counted (void)
{
  return false;
}

#else

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *memory, size_t size);

bool
trp_test_allocations_are_counted (void)
{
  return true;
}

static void
count (size_t size)
{
  if (!is_counting)
    return;
  n_bytes += size;
  n_planes += size == plane_size;
  n_lists += size == list_size;
}

/* In front of the C library's. */
void *
malloc (size_t size)
{
  count (size);
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  count (n * size);
  return __libc_calloc (n, size);
}

void *
realloc (void *memory, size_t size)
{
  count (size);
  return __libc_realloc (memory, size);
}

#endif
