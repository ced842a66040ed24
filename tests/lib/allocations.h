/* allocations.h - every byte that a program asks the C library for
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A program that links this has malloc(), calloc() and realloc() of its own, which count, on all
 * threads, and pass on. realloc() counts the whole new size. Not counted are memory for alignment
 * (posix_memalign) and maps. Sanitizers have an allocator of their own: nothing is counted there.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

/**
 * TrpTestAllocations:
 * @bytes: asked for, whatever was freed again
 * @n_planes: blocks of exactly the size that was given as that of a mask's plane
 * @n_lists: blocks of exactly the size that was given as that of a mask's list of planes
 */
typedef struct
{
  size_t bytes;
  size_t n_planes;
  size_t n_lists;
} TrpTestAllocations;

/* Starts the program again if GLib keeps pieces of memory back (G_SLICE), which would make counts
 * depend on what was done before. First in main(). */
void trp_test_allocations_init (char **argv);
bool trp_test_allocations_are_counted (void);

void trp_test_allocations_begin (size_t plane_bytes, size_t list_bytes);
TrpTestAllocations trp_test_allocations_end (void);

G_END_DECLS
