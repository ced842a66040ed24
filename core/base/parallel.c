/* parallel.c - see parallel.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"

#include <omp.h>
#include <sched.h>

static int chosen_threads; /* 0: the default; written before any loop runs */

/* The kernel writes the same list of siblings for all hyper-threads of a core. */
int
trp_parallel_count_cores (const char *folder, const cpu_set_t *allowed)
{
  g_autoptr (GHashTable) cores = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
    {
      g_autofree char *path = NULL;
      char *siblings;

      if (!CPU_ISSET (cpu, allowed))
        continue;
      path = g_strdup_printf ("%s/cpu%d/topology/thread_siblings_list", folder, cpu);
      if (!g_file_get_contents (path, &siblings, NULL, NULL))
        siblings = g_strdup_printf ("%d\n", cpu);
      g_hash_table_add (cores, siblings);
    }
  return (int) g_hash_table_size (cores);
}

/* Hyper-threads share the vector units that convolutions saturate, so one thread per core. */
static int
count_physical_cores (void)
{
  cpu_set_t allowed;

  if (sched_getaffinity (0, sizeof allowed, &allowed) != 0)
    return omp_get_num_procs ();
  return trp_parallel_count_cores ("/sys/devices/system/cpu", &allowed);
}

static int
default_threads (void)
{
  static gsize n_threads;

  if (g_once_init_enter (&n_threads))
    {
      const int n = g_getenv ("OMP_NUM_THREADS") ? omp_get_max_threads () : count_physical_cores ();

      g_once_init_leave (&n_threads, (gsize) MAX (n, 1));
    }
  return (int) n_threads;
}

int
trp_parallel_get_threads (void)
{
  const int chosen = g_atomic_int_get (&chosen_threads);

  return chosen > 0 ? chosen : default_threads ();
}

void
trp_parallel_set_threads (int n_threads)
{
  g_return_if_fail (n_threads >= 0);
  g_atomic_int_set (&chosen_threads, n_threads);
}

void
trp_parallel_for_on (int n_threads, size_t n_items, size_t chunk, TrpParallelFunc func, void *data)
{
  size_t n_chunks;

  g_return_if_fail (n_threads > 0 && chunk > 0 && func);
  n_chunks = n_items / chunk + (n_items % chunk != 0);
  if (n_chunks == 1 || n_threads == 1 || omp_in_parallel ())
    {
      for (size_t i = 0; i < n_chunks; i++)
        func (i * chunk, MIN ((i + 1) * chunk, n_items), data);
      return;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(n_threads)
  for (size_t i = 0; i < n_chunks; i++)
    func (i * chunk, MIN ((i + 1) * chunk, n_items), data);
}

void
trp_parallel_for (size_t n_items, size_t chunk, TrpParallelFunc func, void *data)
{
  trp_parallel_for_on (trp_parallel_get_threads (), n_items, chunk, func, data);
}
