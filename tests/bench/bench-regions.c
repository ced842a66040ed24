/* bench-regions.c - threshold, flood fill and growing from seeds on a large image
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * 512 x 512 x 300 voxels of noise with a brighter ball of 60 mm radius in its middle; prints
 * seconds, asserts nothing.
 */

#include "core/structure/flood-fill.h"
#include "core/structure/grow-from-seeds.h"
#include "core/structure/threshold.h"

#include <math.h>
#include <stdio.h>

#define NX 512
#define NY 512
#define NZ 300
#define RADIUS 60.0

static const double spacing[3] = { 0.98, 0.98, 1.5 };

static double
get_radius (const TrpGeometry *geometry, size_t i, size_t j, size_t k)
{
  return trp_vec3_distance (
    trp_geometry_get_center (geometry),
    trp_geometry_lps_from_ijk (geometry, trp_vec3 ((double) i, (double) j, (double) k)));
}

static TrpVolume *
make_volume (const TrpGeometry *geometry)
{
  int16_t *voxels = g_new (int16_t, (size_t) NX * NY * NZ);
  g_autoptr (GBytes) bytes = NULL;
  uint32_t random = 1;
  size_t n = 0;

  for (size_t k = 0; k < NZ; k++)
    for (size_t j = 0; j < NY; j++)
      for (size_t i = 0; i < NX; i++)
        {
          random = random * 1664525 + 1013904223; /* Numerical Recipes */
          voxels[n++] = (int16_t) ((get_radius (geometry, i, j, k) < RADIUS ? 60 : -40) +
                                   (int) (random >> 26));
        }
  bytes = g_bytes_new_take (voxels, (size_t) NX * NY * NZ * sizeof *voxels);
  return trp_volume_new (geometry, TRP_VOXEL_I16, bytes, 1, 0, NULL, NULL);
}

static void
tell (const char *what, gint64 start_us, const TrpMask *mask)
{
  printf ("%-36s %7.3f s  %9.1f ml\n", what, (double) (g_get_monotonic_time () - start_us) / 1e6,
          trp_mask_get_volume_ml (mask));
}

static void
bench_values (const TrpVolume *volume, const TrpGeometry *geometry)
{
  const TrpVec3 center = trp_geometry_get_center (geometry);
  const TrpVec3 corner = trp_geometry_lps_from_ijk (geometry, trp_vec3 (5, 5, 5));
  TrpFloodFill fill = { .volume = volume, .tolerance = 64, .normal_lps = trp_vec3 (0, 0, 1) };
  TrpMask *mask, *inside;
  gint64 start = g_get_monotonic_time ();

  mask = trp_threshold (geometry, volume, 60, 200, NULL, NULL, NULL);
  tell ("threshold, everywhere", start, mask);
  start = g_get_monotonic_time ();
  inside = trp_threshold (geometry, volume, 60, 90, mask, NULL, NULL);
  tell ("threshold, inside", start, inside);
  trp_mask_free (inside);
  trp_mask_free (mask);
  start = g_get_monotonic_time ();
  mask = trp_flood_fill (&fill, geometry, center, NULL, NULL);
  tell ("flood fill in 3D, the ball", start, mask);
  trp_mask_free (mask);
  start = g_get_monotonic_time ();
  mask = trp_flood_fill (&fill, geometry, corner, NULL, NULL);
  tell ("flood fill in 3D, all around it", start, mask);
  trp_mask_free (mask);
  fill.flat = true;
  start = g_get_monotonic_time ();
  mask = trp_flood_fill (&fill, geometry, corner, NULL, NULL);
  tell ("flood fill in a slice, all of it", start, mask);
  trp_mask_free (mask);
}

/* In every fifth slice of the ball a disc of 20 mm and a ring of 2 mm, 8 mm outside. */
static void
bench_growing (const TrpVolume *volume, const TrpGeometry *geometry, double margin)
{
  const TrpGrowth growth = { volume, margin };
  TrpMask *object = trp_mask_new (geometry), *background = trp_mask_new (geometry), *mask;
  g_autofree char *name = NULL;
  gint64 start;

  for (size_t k = 0; k < NZ; k += 5)
    for (size_t j = 0; j < NY; j++)
      for (size_t i = 0; i < NX; i++)
        {
          const double above = spacing[2] * ((double) k - 0.5 * (NZ - 1));
          const double across = hypot (spacing[0] * ((double) i - 0.5 * (NX - 1)),
                                       spacing[1] * ((double) j - 0.5 * (NY - 1)));
          const double edge = sqrt (fmax (0, RADIUS * RADIUS - above * above));

          if (edge > 0 && across < fmin (20, edge - 4))
            trp_mask_set (object, i, j, k, true);
          if (edge > 0 && fabs (across - edge - 9) < 1)
            trp_mask_set (background, i, j, k, true);
        }
  start = g_get_monotonic_time ();
  mask = trp_grow_from_seeds (&growth, object, background, NULL, NULL);
  name = g_strdup_printf ("grow from seeds, margin %g mm", margin);
  tell (name, start, mask);
  trp_mask_free (mask);
  trp_mask_free (object);
  trp_mask_free (background);
}

int
main (void)
{
  const size_t size[3] = { NX, NY, NZ };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  g_autoptr (TrpVolume) volume = make_volume (&geometry);

  printf ("%d x %d x %d, the ball has %.1f ml\n", NX, NY, NZ,
          4.0 / 3 * G_PI * RADIUS * RADIUS * RADIUS / 1000);
  bench_values (volume, &geometry);
  bench_growing (volume, &geometry, 10);
  bench_growing (volume, &geometry, 1000);
  return 0;
}
