/* bench-metrics.c [REF TEST] - time of the metrics; prints numbers and ratios, asserts nothing
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two organs of about 400 thousand voxels on 512 x 512 x 180, all metrics in both conventions, in
 * memory (budget 50 ms) and as a process from .nii.gz (budget 0.3 s). With two files: the seconds
 * for their first structures, in memory, and nothing else. What others take: bench-metric-peers.py;
 * what follows a stroke: bench-live.c.
 */

#include "core/base/parallel.h"
#include "core/io/structure-file.h"
#include "core/metrics/mask-metrics.h"
#include "core/metrics/similarity.h"
#include "tests/lib/check.h"

#include <math.h>
#include <stdio.h>

#define N_RUNS 9

static const size_t size[3] = { 512, 512, 180 };
static const double apl_tolerances[] = { 0, 1, 3 };

static TrpGeometry
make_geometry (void)
{
  return trp_geometry_axial (size, (const double[]){ 0.98, 0.98, 2 }, trp_vec3 (0, 0, 0));
}

/* An ellipsoid with a lobed surface; half axes in voxels. */
static TrpMask *
new_organ (const double center[3], const double half[3], double lobes, double phase)
{
  const TrpGeometry geometry = make_geometry ();
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        {
          const double x = ((double) i - center[0]) / half[0];
          const double y = ((double) j - center[1]) / half[1];
          const double z = ((double) k - center[2]) / half[2];
          const double r = sqrt (x * x + y * y + z * z);

          if (r < 1.3 && r < 1 + 0.06 * sin (lobes * atan2 (y, x) + phase) * cos (3 * z))
            trp_mask_set (mask, i, j, k, true);
        }
  return mask;
}

static int
compare_doubles (const void *a, const void *b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

static double
get_median (double times[N_RUNS])
{
  qsort (times, N_RUNS, sizeof *times, compare_doubles);
  return times[N_RUNS / 2];
}

static double
seconds_since (gint64 start_us)
{
  return (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
}

static void
bench_memory (TrpMask *const references[2], TrpMask *const tests[2])
{
  double times[N_RUNS];

  for (int run = 0; run < N_RUNS; run++)
    {
      const gint64 start_us = g_get_monotonic_time ();

      for (int organ = 0; organ < 2; organ++)
        {
          g_autoptr (TrpMaskMetrics) metrics = trp_mask_metrics_compute (
            references[organ], tests[organ], apl_tolerances, 3, NULL, NULL);

          if (run == 0)
            printf ("organ %d: %zu and %zu voxels, Dice %.4f, HD %.3f mm, %zu surfels\n", organ,
                    metrics->overlap.reference, metrics->overlap.test,
                    trp_overlap_dice (&metrics->overlap),
                    trp_surface_distances_get_numbers (metrics->border)->hd,
                    trp_surface_distances_get_numbers (metrics->surfel)->n_reference);
        }
      times[run] = seconds_since (start_us);
    }
  printf ("all metrics, two organs, %d threads: %.1f ms (budget 50)\n", trp_parallel_get_threads (),
          1e3 * get_median (times));
}

static char *
save (const char *folder, const char *name, TrpMask *const masks[2])
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpStructureSet) set = trp_structure_set_new (name, &geometry);
  char *path = g_strdup_printf ("%s/%s.nii.gz", folder, name);

  for (int n = 0; n < 2; n++)
    {
      g_autofree char *title = g_strdup_printf ("Organ %d", n + 1);
      g_autoptr (TrpStructure) structure = trp_structure_new (
        title, trp_color_get_default ((size_t) n), trp_mask_copy (masks[n]));

      trp_structure_set_append (set, structure);
    }
  if (!trp_structure_set_save (set, path, NULL, NULL))
    printf ("cannot save %s\n", path);
  return path;
}

static double
time_process (const char *const *argv)
{
  const gint64 start_us = g_get_monotonic_time ();

  g_spawn_sync (NULL, (char **) argv, NULL,
                G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                NULL, NULL, NULL, NULL, NULL);
  return seconds_since (start_us);
}

static void
bench_process (TrpMask *const references[2], TrpMask *const tests[2])
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *reference = save (folder, "reference", references);
  g_autofree char *test = save (folder, "test", tests);
  g_autofree char *program = g_build_filename (g_getenv ("TRIPTYCH_BUILD"), "app", "triptych-cli",
                                               NULL);
  const char *const ours[] = { program, "metrics", reference, test, "--json", NULL };
  double times[N_RUNS];

  for (int run = 0; run < N_RUNS; run++)
    times[run] = time_process (ours);
  printf ("process from .nii.gz, two organs: %.3f s (budget 0.3)\n", get_median (times));
  trp_test_remove_folder (folder);
}

static void
bench_similarity (void)
{
  const TrpGeometry geometry = make_geometry ();
  const size_t n_voxels = trp_geometry_count_voxels (&geometry);
  TrpVolume *volumes[2];
  gint64 start_us;

  for (int n = 0; n < 2; n++)
    {
      g_autoptr (GBytes) bytes = NULL;
      int16_t *voxels = g_new (int16_t, n_voxels);

      for (size_t m = 0; m < n_voxels; m++)
        voxels[m] = (int16_t) (m * (size_t) (n + 3) % 2003) - 1000;
      bytes = g_bytes_new_take (voxels, n_voxels * sizeof *voxels);
      volumes[n] = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, NULL, NULL);
    }
  start_us = g_get_monotonic_time ();
  trp_similarity_free (
    trp_similarity_compute (volumes[0], volumes[1], &(TrpSimilarityOptions){ 0 }, NULL, NULL));
  printf ("all similarity numbers, 512 x 512 x 180: %.2f s\n", seconds_since (start_us));
  for (int n = 0; n < 2; n++)
    trp_volume_unref (volumes[n]);
}

/* Returns: an exit status. */
static int
bench_files (const char *reference_path, const char *test_path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStructureSet) reference = trp_structure_set_load (reference_path, NULL, &error);
  g_autoptr (TrpStructureSet) test = reference ? trp_structure_set_load (test_path, NULL, &error)
                                               : NULL;
  double times[N_RUNS];

  if (!test)
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  for (int run = 0; run < N_RUNS; run++)
    {
      const gint64 start_us = g_get_monotonic_time ();

      trp_mask_metrics_free (trp_mask_metrics_compute (
        trp_structure_peek_mask (trp_structure_set_get (reference, 0)),
        trp_structure_peek_mask (trp_structure_set_get (test, 0)), apl_tolerances, 3, NULL, NULL));
      times[run] = seconds_since (start_us);
    }
  printf ("%.6f\n", get_median (times));
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 3)
    return bench_files (argv[1], argv[2]);

  g_autoptr (TrpMask)
    a = new_organ ((const double[]){ 200, 250, 90 }, (const double[]){ 50, 45, 40 }, 5, 0);
  g_autoptr (TrpMask)
    b = new_organ ((const double[]){ 202, 248, 91 }, (const double[]){ 49, 47, 39 }, 7, 1);
  g_autoptr (TrpMask)
    c = new_organ ((const double[]){ 330, 260, 80 }, (const double[]){ 45, 55, 38 }, 4, 2);
  g_autoptr (TrpMask)
    d = new_organ ((const double[]){ 331, 265, 80 }, (const double[]){ 46, 52, 38 }, 6, 0);
  TrpMask *const references[2] = { a, c };
  TrpMask *const tests[2] = { b, d };

  bench_memory (references, tests);
  bench_process (references, tests);
  bench_similarity ();
  return 0;
}
