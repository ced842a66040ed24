/* parallel.h - loops cut into fixed chunks and shared between threads
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The work is cut by a chunk size that the caller fixes, never by the number of threads, so that
 * results are the same bits on any machine: a reduction writes one partial result per chunk and
 * adds them in chunk order afterwards. Runs on the OpenMP threads that oneDNN uses as well, so
 * there is one set of threads in the process. May be called from any thread; calls do not nest (an
 * inner one runs on the calling thread).
 */

#pragma once

#include <glib.h>
#include <sched.h>
#include <stddef.h>

G_BEGIN_DECLS

/**
 * TrpParallelFunc:
 * @begin: first item of this chunk
 * @end: one past its last item
 * @data: what was given to trp_parallel_for()
 *
 * Must not fail and must write only what belongs to its items. The chunk's index is @begin / chunk.
 */
typedef void (*TrpParallelFunc) (size_t begin, size_t end, void *data);

/* Calls @func for every chunk of @chunk items (the last may be shorter) and returns when all are
 * done. */
void trp_parallel_for (size_t n_items, size_t chunk, TrpParallelFunc func, void *data);
/* The same on at most @n_threads, for work that has a number of its own. */
void
trp_parallel_for_on (int n_threads, size_t n_items, size_t chunk, TrpParallelFunc func, void *data);

/* Threads used from now on, at least 1; 0 restores the default (one per physical core that the
 * process may use, or OMP_NUM_THREADS). */
void trp_parallel_set_threads (int n_threads);
int trp_parallel_get_threads (void);

/* Physical cores with at least one of the @allowed logical CPUs; @folder: /sys/devices/system/cpu,
 * or one like it in a test. A CPU whose siblings it does not say counts as a core. */
int trp_parallel_count_cores (const char *folder, const cpu_set_t *allowed);

G_END_DECLS
